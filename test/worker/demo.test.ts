/** The story of `npm start -- worker`, with fewer people. */
import { describe, expect, inject, it } from "vitest";
import { demoWorkerState, playWorker } from "../../tools/cli/demoWorker.ts";
import { recordingTerminal } from "../cli/terminal.ts";
import { startEmulator } from "../emulator/server.ts";

describe.skipIf(!inject("engine"))("the story of the worker", () => {
  it("ends with a tenant that holds what every event says, the blocked one included", async () => {
    const emulator = await startEmulator({ state: demoWorkerState(60) });
    const terminal = recordingTerminal();
    try {
      const story = await playWorker(emulator, { terminal, verbose: false, json: false });
      expect(story).toMatchObject({
        people: 60,
        sent: 61,
        completed: 61,
        blocked: { id: "rights", attempts: 4, behind: 1 },
        tenant: { inTeam: 60, newRights: ["FullAccess", "SendAs"] },
      });
      expect(story.repeated).toBeGreaterThanOrEqual(4);
      expect(terminal.lines.join("\n")).toContain("60 of 60 mailboxes are in Care 2027.");
      expect(terminal.lines.join("\n")).not.toContain(emulator.clientSecret);
      const applied = emulator.emulator.journal().filter(({ applied: isApplied }) => isApplied);
      const moves = applied.filter(({ cmdlet }) => cmdlet === "Set-Mailbox").length;
      expect(moves).toBe(60);
      const shared = applied.findIndex(({ cmdlet }) => cmdlet === "Add-MailboxPermission");
      // The last move is that of the blocked account: it came after the rights.
      expect(applied.findLastIndex(({ cmdlet }) => cmdlet === "Set-Mailbox")).toBeGreaterThan(
        shared,
      );
    } finally {
      await emulator.close();
    }
  });
});

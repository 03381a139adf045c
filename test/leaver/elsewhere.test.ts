import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteAnswer, enableAnswer } from "../generated/answers.ts";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { changeEventFor } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";
import { runInProcess } from "../inProcess.ts";
import { accessOf } from "./compared.ts";

const aoife = guidOf("Aoife O'Brien");
const policies = {
  MarkerProperty: "ExtensionCustomAttribute5",
  policies: [
    {
      Id: "all",
      Event: "delete",
      Steps: [{ Step: "ChangeDisplayName", Suffix: " (left)" }, { Step: "EndAccess" }],
    },
  ],
};
/** Mailboxes are changed side by side. */
const sideBySide = { isUnordered: true };
const leaver = runnerOf("lifecycle/delete", deleting(policies), deleteAnswer, sideBySide);
const returner = runnerOf("lifecycle/enable", enabling(policies), enableAnswer, sideBySide);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());

/** The mailboxes on which the leaver has something, far apart in the list. */
let mailboxes: string[] = [];
beforeEach(() => {
  bench.reset();
  const hasNone = ({ trustee }: { trustee: string }): boolean => trustee !== aoife;
  const seeded = bench.emulator.state();
  const state = {
    ...seeded,
    mailboxPermissions: (seeded.mailboxPermissions ?? []).filter(hasNone),
    recipientPermissions: (seeded.recipientPermissions ?? []).filter(hasNone),
    folderPermissions: [...(seeded.folderPermissions ?? [])],
  };
  const all = state.objects.filter(
    ({ RecipientTypeDetails, Guid, IsDirSynced, IsSoftDeletedByRemove }) =>
      ["UserMailbox", "SharedMailbox"].includes(String(RecipientTypeDetails)) &&
      Guid !== aoife &&
      IsDirSynced !== true &&
      IsSoftDeletedByRemove !== true,
  );
  mailboxes = all.filter((_, index) => index % 12 === 7).map(({ Guid }) => String(Guid));
  mailboxes.forEach((mailbox, index) => {
    state.mailboxPermissions.push({ mailbox, trustee: aoife, rights: ["FullAccess"] });
    if (index % 2 === 0)
      state.recipientPermissions.push({ recipient: mailbox, trustee: aoife, rights: ["SendAs"] });
    if (index % 3 === 0)
      state.folderPermissions.push({
        mailbox,
        folder: "Calendar",
        user: aoife,
        rights: ["Editor"],
        flags: index % 2 === 0 ? ["Delegate"] : [],
      });
    const object = all.find(({ Guid }) => Guid === mailbox);
    if (object && index % 4 === 0)
      object["GrantSendOnBehalfTo"] = [
        ...[object["GrantSendOnBehalfTo"] ?? []].flat().map(String),
        aoife,
      ];
  });
  bench.emulator.replaceState(state);
  bench.emulator.clearJournal();
});

const event = (): unknown => changeEventFor(bench.running, {});
const access = (): string[] => accessOf(bench, aoife);

/** A delete in a tenant that answers each request after so many milliseconds. */
const slowly = (requestMs: number) =>
  runInProcess(deleting(policies), event(), bench.urls, { requestMs });

describe("EndAccess", () => {
  it("ends all that the leaver was granted on mailboxes and calendars, and each is told", async () => {
    const before = access();
    expect(before.length).toBeGreaterThan(20);
    const { answer, messages } = await leaver.here(bench, event());
    expect(answer.outputContext.Success, messages.join("\n")).toBe(true);
    expect(access()).toEqual([]);
    const told = messages.filter((message) => /^(Revoke|Remove the entry)/.test(message));
    expect(told).toHaveLength(before.length);
    expect(messages.join("\n")).toMatch(
      /Looked at \d{3,} mailboxes and their calendars for access/,
    );
  });

  it("writes nothing when nothing is left", async () => {
    await leaver.here(bench, event());
    const writes = bench.writes().length;
    const { answer } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    expect(bench.writes()).toHaveLength(writes);
  });

  it("is undone when the person returns", async () => {
    const before = access();
    await leaver.here(bench, event());
    const { answer, messages } = await returner.here(bench, event());
    expect(answer.outputContext.Success, messages.join("\n")).toBe(true);
    expect(access()).toEqual(before);
    expect(bench.stored(aoife)["ExtensionCustomAttribute5"] ?? []).toEqual([]);
  });

  it("goes on where the time of an event has ended, and succeeds when everything was looked at", async () => {
    let events = 0;
    for (let isDone = false; !isDone;) {
      expect(++events).toBeLessThan(40);
      bench.emulator.clearJournal();
      const { answer } = await slowly(700);
      const { outcome, outputContext } = answer as {
        outcome: string;
        outputContext: { Success: boolean; AuditLogs: { Message: string }[] };
      };
      isDone = outputContext.Success;
      const said = outputContext.AuditLogs.map(({ Message }) => Message).join("\n");
      if (!isDone) expect(said).toMatch(/\d+ of \d+ mailboxes were looked at for access of/);
      expect(outcome).toBe(isDone ? "done" : "notYet");
      expect(access().length === 0 || !isDone).toBe(true);
    }
    expect(events).toBeGreaterThan(1);
  });
});

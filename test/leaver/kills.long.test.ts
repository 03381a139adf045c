import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteAnswer, enableAnswer } from "../generated/answers.ts";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { changeEventFor } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";
import { resetSmall, tenantOf } from "./compared.ts";
import { everyStep } from "./everyStep.ts";

const aoife = guidOf("Aoife O'Brien");
const manager = guidOf("Petra Proxies");
const helper = guidOf("Leo Leaver");
const shared = guidOf("Sales");
const policies = everyStep(helper);
/** What is about other mailboxes is sent side by side. */
const sideBySide = { isUnordered: true };
const leaver = runnerOf("lifecycle/delete", deleting(policies), deleteAnswer, sideBySide);
const returner = runnerOf("lifecycle/enable", enabling(policies), enableAnswer, sideBySide);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());

const tenant = (): string[] => tenantOf(bench, aoife);

function reset(): unknown {
  resetSmall(bench, {
    kept: [aoife, manager, helper, shared],
    access: { [aoife]: [shared] },
    change(object) {
      if (object["Guid"] !== aoife) return;
      object["MobileDevices"] = [guidOf("Sales"), guidOf("Info")];
      object["EmailAddresses"] = ["SMTP:aoife.obrien@contoso.com", "smtp:aoife@contoso.com"];
    },
  });
  return tenant();
}

const event = (): unknown => changeEventFor(bench.running, { manager });
const succeeds = async (runner: typeof leaver | typeof returner): Promise<void> => {
  const { answer } = await runner.here(bench, event());
  expect(answer.outputContext.Success, JSON.stringify(answer.outputContext)).toBe(true);
};

it("is completed, and undone, after a kill at any request of the leave or the return", async () => {
  const start = reset();
  await succeeds(leaver);
  const left = tenant();
  const undisturbed = bench.cmdlets().length;
  for (const killed of [leaver, returner]) {
    // A return sends fewer; it then ends before the kill.
    for (let at = 1; at < undisturbed; at++) {
      expect(reset()).toEqual(start);
      if (killed === returner) await succeeds(leaver);
      const before = bench.cmdlets().length;
      let turns = 0;
      await killed.killedHere(
        bench,
        event(),
        () => bench.cmdlets().length - before >= at || ++turns > 300,
      );
      if (killed === leaver) {
        await succeeds(leaver);
        expect(tenant(), `killed at request ${at}`).toEqual(left);
      }
      await succeeds(returner);
      expect(tenant(), `returned after a kill at request ${at}`).toEqual(start);
    }
  }
});

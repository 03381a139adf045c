/** Imports of rights from a tenant that takes 40 cmdlets in a second, and events in it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedConnector } from "../../lib/connector.ts";
import update from "../../lifecycle/update.ts";
import importRights from "../../permissions/sharedMailboxes/importPermission.ts";
import { permissionImportFor } from "../../tools/cli/demoEvents.ts";
import { manySharedMailboxes } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import type { Behaviour } from "../emulator/state.ts";
import { changeEventFor } from "../events.ts";
import { runInProcess, type InProcessOptions } from "../inProcess.ts";

let running: RunningEmulator;
beforeEach(async () => {
  running = await startEmulator({ state: manySharedMailboxes(300, 60) });
});
afterEach(() => running.close());

const limited = { cmdletsPerSecond: 40 };

/** Imports the rights in a tenant of that behaviour, each request of which takes 100 ms. */
async function imported(
  behaviour: Partial<Behaviour>,
  configuration: Record<string, unknown> = {},
  options: InProcessOptions = {},
) {
  const { emulator } = running;
  emulator.setBehaviour(behaviour);
  emulator.clearJournal();
  const begin = emulator.now();
  const { code, stdout } = await runInProcess(
    importRights,
    permissionImportFor(running, { SharedMailboxReference: "separate", ...configuration }),
    running.env,
    { advance: (ms) => emulator.advance(ms), requestMs: 100, ...options },
  );
  const sent = emulator.journal().filter(({ side }) => side === "exchange");
  const isRefused = ({ status }: { status: number | null }): boolean => status === 429;
  return {
    code,
    records: stdout.trim().split("\n").slice(0, -1).sort(),
    cmdlets: sent.flatMap(({ items }) => items ?? [{}]).length,
    refused: sent.filter((one) => isRefused(one) || one.items?.some(isRefused)).length,
    /** By the clock of the tenant. */
    ms: emulator.now() - begin,
  };
}

describe("an import of the rights on 300 mailboxes", () => {
  it.each([
    ["with a time to wait", {}],
    ["without one", { cmdletRetryAfter: false }],
  ])("yields what it yields without a limit, after few refusals %s", async (_name, behaviour) => {
    const whole = await imported({});
    expect([whole.code, whole.refused]).toEqual([0, 0]);
    expect(whole.records.length).toBeGreaterThan(300);
    const paced = await imported({ ...limited, ...behaviour });
    expect([paced.code, paced.records]).toEqual([0, whole.records]);
    expect(paced.refused).toBeGreaterThan(0);
    expect(paced.refused).toBeLessThanOrEqual(30);
  });

  it("is refused nothing with the setting", async () => {
    const paced = await imported(limited, { MaxCmdletsPerSecond: "40" });
    expect([paced.code, paced.refused]).toEqual([0, 0]);
    // The first batch waits for nothing, and so does what the import does without Exchange.
    expect(paced.ms).toBeGreaterThan(((paced.cmdlets - 10) / 40) * 1_000);
  });

  it("is paced by what an earlier event of the same service has learned", async () => {
    let service: ReturnType<typeof sharedConnector> | undefined;
    const options: InProcessOptions = {
      connectorOf: (seams) => (service ??= sharedConnector(seams)).connect,
    };
    const first = await imported(limited, {}, options);
    const second = await imported({}, {}, options);
    service?.close();
    expect(second.records).toEqual(first.records);
    expect([first.refused > 0, second.refused]).toEqual([true, 0]);
    expect(second.ms).toBeGreaterThan(5_000);
  });
});

it("an event that is no import waits for nothing, whatever the setting", async () => {
  running.emulator.setBehaviour(limited);
  const { Guid } = running.emulator.state().objects[0] ?? {};
  for (const settings of [{}, { MaxCmdletsPerSecond: "10" }]) {
    const event = changeEventFor(running, {
      reference: String(Guid),
      data: { CustomAttribute9: JSON.stringify(settings) },
      configuration: settings,
    });
    const { answer } = await runInProcess(update, event, running.env);
    expect(answer).toMatchObject({ outcome: "done", stats: { waitedMs: 0 } });
  }
});

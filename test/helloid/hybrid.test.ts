/** The actions of Active Directory give the same answers through the bridge as from their bundles. */
import { afterAll, describe, expect, inject, it } from "vitest";
import { runBundle } from "../../tools/cli/run.ts";
import { startDemoDirectory, type DemoDirectory } from "../../tools/cli/demoHybrid.ts";
import { hybrid, systemOf } from "../../tools/session/systems.ts";
import { runBridge } from "./bridge.ts";
import { startPlatform } from "./platform.ts";

const program = inject("powerShell");
const dist = inject("dist");
const tenant = {
  tenantId: "7e4a4700-0000-4000-8000-00000000c0de",
  clientId: "c11e4700-0000-4000-8000-00000000c0de",
  clientSecret: "x",
};
const open: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

/** The same domain each time, with the same objectGUIDs. */
async function directory(): Promise<DemoDirectory> {
  let count = 0;
  const started = await startDemoDirectory(
    () => `ad000000-0000-4000-8000-${String(++count).padStart(12, "0")}`,
  );
  open.push(() => started.close());
  return started;
}

interface Told {
  action: string;
  outputContext: unknown;
  records: unknown[];
}

/** The story, and the events that only read, each by what it answers. */
async function played(
  run: (action: string, event: object) => Promise<Omit<Told, "action">>,
): Promise<Told[]> {
  const all: Told[] = [];
  let reference = "";
  const chapters = (await directory()).chapters(tenant);
  const [first] = chapters;
  const { Configuration } = first?.eventFor("").actionContext ?? {};
  const reading = [
    { action: "lifecycle/hybrid/import", more: { ImportFields: ["displayName", "title"] } },
    { action: "permissions/activeDirectoryGroups/permissions" },
    { action: "permissions/activeDirectoryGroups/importPermission" },
    {
      action: "lifecycle/hybrid/uniquenessCheck",
      more: { Data: { sAMAccountName: "nora.new" } },
      outputContext: { Data: { sAMAccountName: "nora.new" } },
    },
  ];
  for (const { action, eventFor } of chapters) {
    const { outputContext, records } = await run(action, eventFor(reference));
    all.push({ action, outputContext, records });
    const { AccountReference } = outputContext as { AccountReference?: unknown };
    if (typeof AccountReference === "string") reference = AccountReference;
    // Once, while she has an account and a membership.
    if (!action.endsWith("enable")) continue;
    for (const { action: other, more = {}, ...rest } of reading.splice(0))
      all.push({
        action: other,
        ...(await run(other, {
          actionContext: { Configuration, DryRun: false, ...more },
          ...rest,
        })),
      });
  }
  return all;
}

/** A password that create makes is another one each time. */
function comparable(all: readonly Told[]): unknown {
  const text = JSON.stringify(all, (key, value: unknown) =>
    key === "accountPassword" && typeof value === "string" ? "a-password" : value,
  );
  return JSON.parse(text) as unknown;
}

describe.skipIf(program === "")("the bridge", () => {
  it("passes on what the actions of Active Directory answer", { timeout: 240_000 }, async () => {
    const platform = startPlatform(program);
    open.push(() => platform.close());
    const alone = await played(async (action, event) => {
      const { answer, records } = await runBundle(action, event, { dist });
      return { outputContext: (answer as { outputContext: unknown }).outputContext, records };
    });
    const through = await played(async (action, event) => {
      const { outputContext, records, thrown } = await runBridge(platform, dist, action, event);
      expect(thrown).toBeNull();
      return { outputContext, records };
    });
    const only = ({ action, outputContext, records }: Told, like: unknown): Told => {
      const names = Object.keys(like as object);
      const own = Object.entries(outputContext as object).filter(([name]) => names.includes(name));
      return { action, outputContext: Object.fromEntries(own), records };
    };
    expect(comparable(through.map((one, at) => only(one, alone[at]?.outputContext)))).toEqual(
      comparable(alone),
    );
    // The story needs no tenant, and those of Exchange Online do: test/activeDirectory runs their bundles.
    const actions = inject("actions").filter(
      (action) => systemOf(action) === hybrid && !action.startsWith("permissions/hybrid"),
    );
    expect([...new Set(alone.map(({ action }) => action))].sort()).toEqual(actions);
    expect(JSON.stringify(alone)).toContain("Security Group - Nurses");
    expect(
      alone.every(({ outputContext }) => (outputContext as { Success: boolean }).Success),
    ).toBe(true);
  });
});

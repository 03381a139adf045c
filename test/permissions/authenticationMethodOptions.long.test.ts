/** Built bundles with options of authentication methods that an implementer has edited. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { freshMethods, methodEvent, methodsOf, pass, references } from "./methods.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  freshMethods(bench);
  bench.emulator.advance(Date.parse("2026-06-01T09:00:00Z") - bench.emulator.now());
});

it("a pass stays where ReplaceExisting is false, and the grant fails", async () => {
  const event = methodEvent(bench, { permission: references.pass });
  freshMethods(bench, [pass]);
  const dist = bundlesWith(
    "authenticationMethods",
    "IsUsableOnce:!0,",
    "IsUsableOnce:!1,ReplaceExisting:!1,",
  );
  const name = "permissions/authenticationMethods/grantPermission";
  const run = async () => (await bench.run(name, event, { dist })).answer as Answer;
  const refused = await run();
  expect(refused).toMatchObject({ outcome: "invalid", plan: [] });
  expect(refused.outputContext.AuditLogs[0]?.Message).toContain(
    "no one can read its value again; revoke it first, or let ReplaceExisting be true.",
  );
  expect(methodsOf(bench)).toMatchObject([{ temporaryAccessPass: pass.temporaryAccessPass }]);
  freshMethods(bench, [{ ...pass, isUsed: true }]);
  expect((await run()).outcome).toBe("done");
  expect(methodsOf(bench)).toMatchObject([{ isUsableOnce: false }]);
});

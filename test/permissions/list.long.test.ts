import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { Bench } from "../bench.ts";
import { assertRoundTrip, separate } from "./listing.ts";
import { prepare } from "./sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

/** Every shared mailbox of the tenant, in the forms that list.test.ts leaves out. */
describe("a listed permission is granted, imported and revoked by one reference and name", () => {
  it.each<[string, Record<string, unknown>]>([
    ["all rights together", { SharedMailboxRights: "SendOnBehalf, FullAccess, SendAs" }],
    ["by right", separate],
  ])("shared mailboxes, %s", (_name, configuration) =>
    assertRoundTrip(bench, "sharedMailboxes", configuration),
  );
});

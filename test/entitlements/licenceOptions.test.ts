import { describe, expect, it } from "vitest";
import { disabledPlansFor, listedOptions } from "../../lib/entitlements/licenceOptions.ts";
import { Fault } from "../../lib/fault.ts";
import type { LicenceOption } from "../../lib/generated/types.ts";
import type { Sku } from "../../lib/graph/sku.ts";

const sku: Sku = {
  id: "t_1",
  skuId: "05e9a617-0261-4cee-bb44-138d3ef5d965",
  skuPartNumber: "ENTERPRISEPACK",
  seats: { all: 2, assigned: 1 },
  servicePlans: [
    { id: "efb87545-963c-4e0d-99df-69c6916d9eb0", name: "EXCHANGE_S_ENTERPRISE" },
    { id: "57ff2da0-773e-42df-b2af-ffb7a2317929", name: "TEAMS1" },
  ],
};
const [exchange = "", teams = ""] = sku.servicePlans.map(({ id }) => id);
const assigned = (disabledPlans: string[]) => ({
  skuId: sku.skuId,
  group: undefined,
  disabledPlans,
  isEffective: true,
});
const faultOf = (work: () => unknown): Fault => {
  try {
    work();
  } catch (thrown) {
    return Fault.of(thrown);
  }
  throw new Error("nothing was thrown");
};

describe("the options of licences", () => {
  it.each<[string, unknown, RegExp]>([
    ["no name", [{ Id: " ", DisabledPlans: [] }], /Id is/],
    [
      "a number of plans",
      [{ Id: "E3", DisabledPlans: 3 }],
      /DisabledPlans, item 1, is 3; expected text/,
    ],
    ["a blank plan", [{ Id: "E3", DisabledPlans: [""] }], /DisabledPlans/],
    ["no plans", [{ Id: "E3" }], /DisabledPlans is missing/],
    [
      "a word as KeepDisabledPlans",
      [{ Id: "E3", DisabledPlans: [], KeepDisabledPlans: "maybe" }],
      /KeepDisabledPlans/,
    ],
    ["an unknown key", [{ Id: "E3", DisabledPlans: [], Plans: [] }], /Plans is unknown/],
    [
      "a licence twice",
      [
        { Id: "E3", DisabledPlans: [] },
        { Id: "e3 ", DisabledPlans: [] },
      ],
      /the Id is used twice/,
    ],
  ])("are refused with %s", (_name, options, message) => {
    const fault = faultOf(() => listedOptions({ options }));
    expect(fault.kind).toBe("invalid");
    expect(fault.message).toMatch(/^permissions\/licences\/options\.json cannot be used\./);
    expect(fault.message).toMatch(message);
  });

  it("are shipped without any: a licence is assigned with all its service plans", () => {
    expect(listedOptions()).toEqual([]);
    expect(disabledPlansFor(sku, undefined, listedOptions())).toEqual([]);
  });

  const option = (more: Partial<LicenceOption>): LicenceOption => ({
    Id: "ENTERPRISEPACK",
    DisabledPlans: ["TEAMS1"],
    ...more,
  });

  it.each<[string, LicenceOption[], string[] | undefined, string[]]>([
    ["by the name of the licence", [option({})], undefined, [teams]],
    ["by its ID, in another case", [option({ Id: sku.skuId.toUpperCase() })], undefined, [teams]],
    ["by the ID of a plan", [option({ DisabledPlans: [exchange] })], undefined, [exchange]],
    ["in another case", [option({ DisabledPlans: [" teams1 "] })], undefined, [teams]],
    ["of another licence not", [option({ Id: "E5" })], undefined, []],
    ["beside what someone turned off", [option({})], [exchange], [teams, exchange]],
    ["once", [option({})], [teams], [teams]],
    ["alone, if they say so", [option({ KeepDisabledPlans: false })], [exchange], [teams]],
    [
      "and may turn everything on",
      [option({ DisabledPlans: [], KeepDisabledPlans: false })],
      [exchange, teams],
      [],
    ],
  ])("apply %s", (_name, options, present, expected) => {
    const before = present && assigned(present);
    expect(disabledPlansFor(sku, before, options)).toEqual(expected);
  });

  it("name the service plans of the licence when one is wrong", () => {
    const fault = faultOf(() =>
      disabledPlansFor(sku, undefined, [option({ DisabledPlans: ["TEAMS"] })]),
    );
    expect(fault.message).toBe(
      'permissions/licences/options.json disables "TEAMS", which is not a service plan of licence ENTERPRISEPACK; ' +
        "expected one of EXCHANGE_S_ENTERPRISE, TEAMS1.",
    );
  });
});

import { readFileSync } from "node:fs";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { fieldMapping } from "../generated/fieldMapping.ts";
import type { FieldMapping } from "../../lib/generated/types.ts";
import { readAs } from "../../lib/host/schemaContract.ts";

const mapping: FieldMapping = readAs(
  fieldMapping,
  JSON.parse(readFileSync(new URL("../../fieldMapping.json", import.meta.url), "utf8")),
);
const actions = mapping.MappingFields.flatMap((field) =>
  field.MappingActions.map((action) => ({ field, action })),
);

describe("the shipped field mapping", () => {
  it("has the fields of the reference connector, and any others", () => {
    const names = [
      "AutoReplyState",
      "CustomAttribute1",
      "EmailAddresses",
      "ExternalAudience",
      "ExternalMessage",
      "Guid",
      "HiddenFromAddressListsEnabled",
      "InternalMessage",
      "UserPrincipalName",
    ];
    expect(mapping.MappingFields.map(({ Name }) => Name)).toEqual(expect.arrayContaining(names));
  });

  it("maps each stage of a field once", () => {
    for (const { Name, MappingActions } of mapping.MappingFields) {
      const stages = MappingActions.flatMap(({ MapForActions }) => MapForActions);
      expect(stages, Name).toEqual([...new Set(stages)]);
    }
  });

  it.each(
    actions.map(
      ({ field, action }) =>
        [`${field.Name} for ${action.MapForActions.join(", ")}`, field, action] as const,
    ),
  )("has a value of the right form: %s", (_name, field, { MappingMode, Value }) => {
    const value: unknown = JSON.parse(Value);
    if (MappingMode === "None") expect([null, ""]).toContain(value);
    else expect(value).toEqual(expect.any(String));
    if (MappingMode === "Field") expect(value).toMatch(/^Person\./);
    if (field.Type === "Array") expect(MappingMode).toBe("Complex");
  });
});

describe("the scripts in the mapping", () => {
  const scripts = actions.map(({ action }) => String(JSON.parse(action.Value)));
  /** The example, or the domain of those who use the connector. */
  const domain = /^\/\/ .*\nconst domain = '([^']*)';$/m.exec(scripts.join("\n\n"))?.[1] ?? "";

  it("name the domain of addresses once, at the top", () => {
    expect(domain).toMatch(/^[\w-]+(\.[\w-]+)+$/);
    expect(scripts.filter((text) => text.includes(domain))).toHaveLength(1);
    expect(scripts.join("\n").split(domain)).toHaveLength(2);
  });

  const run = (name: string, person: unknown, iteration = 0): unknown => {
    const complex = actions.find(
      ({ field, action }) => field.Name === name && action.MappingMode === "Complex",
    );
    const script = JSON.parse(complex?.action.Value ?? "null") as string;
    const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "");
    const result: unknown = vm.runInNewContext(script, {
      Person: person,
      Iteration: iteration,
      deleteDiacriticalMarks: folded,
    });
    return JSON.parse(JSON.stringify(result)) as unknown;
  };
  const noor = {
    DisplayName: "Noor van Dijk",
    Name: {
      NickName: "Noor",
      GivenName: "Noortje",
      FamilyNamePrefix: "van",
      FamilyName: "Dijk",
      FamilyNamePartnerPrefix: "de",
      FamilyNamePartner: "Boer",
      Convention: "BP",
    },
    PrimaryContract: { Manager: { DisplayName: "Iris Smit", Email: "iris@contoso.com" } },
  };

  it.each([
    ["B", "noor.van.dijk"],
    ["P", "noor.de.boer"],
    ["BP", "noor.van.dijk.de.boer"],
    ["PB", "noor.de.boer.van.dijk"],
  ])("make an address by name convention %s", (Convention, local) => {
    expect(run("EmailAddresses", { ...noor, Name: { ...noor.Name, Convention } })).toEqual([
      `SMTP:${local}@${domain}`,
    ]);
  });

  it("count up while an address is taken, and fold letters", () => {
    expect(run("EmailAddresses", { Name: { GivenName: "Zoë", FamilyName: "O'Brien" } }, 1)).toEqual(
      [`SMTP:zoe.o.brien2@${domain}`],
    );
  });

  it("name the manager", () => {
    expect(run("InternalMessage", noor)).toBe(
      "Noor van Dijk no longer works here, and your message has not been read. Please " +
        "write to Iris Smit (iris@contoso.com).",
    );
  });

  it.each([
    {},
    { Name: {} },
    { PrimaryContract: null, PrimaryManager: null },
    { PrimaryContract: { Manager: null } },
    {
      PrimaryContract: { Manager: { DisplayName: null, Email: null } },
      Name: { FamilyName: null },
    },
  ])("accept a person without manager, contract or name parts: %j", (person) => {
    expect(run("InternalMessage", person)).toBe(
      "The person you wrote to no longer works here, and your message has not been read.",
    );
    expect(run("ExternalMessage", person)).toEqual(run("InternalMessage", person));
    expect(run("EmailAddresses", person)).toEqual([]);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configuration } from "../../lib/generated/validators/configuration.ts";
import { readAs, Unusable } from "../../lib/host/schemaContract.ts";
import { systems } from "../../tools/session/systems.ts";

interface Field {
  key: string;
  type: string;
  defaultValue?: unknown;
  templateOptions: {
    label: string;
    description?: string;
    required: boolean;
    type?: string;
    options?: { value: string; label: string }[];
  };
}
interface Schema {
  required: string[];
  properties: Record<
    string,
    { type: string; enum?: string[]; default?: unknown; secret?: boolean }
  >;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"));
const forms = systems.map(({ title, folder }) => ({
  title,
  form: read(`${folder}configuration.json`) as Field[],
}));
const schema = read("schemas/configuration.schema.json") as Schema;
const whole = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
  AppId: "c11e4700-0000-4000-8000-00000000c0de",
  AppSecret: "s",
};

const faultsOf = (value: unknown): string[] => {
  try {
    readAs(configuration, value);
  } catch (thrown) {
    if (thrown instanceof Unusable) return thrown.faults;
    throw thrown;
  }
  return [];
};

/** A default as its field of the form holds it: lists and numbers are text there. */
function inForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "number" ? String(value) : value;
}

/** The keys of HelloID's own connectors, by the system: those of an existing installation stay. */
const ofReference: Readonly<Record<string, string[]>> = {
  "Exchange Online": [
    ...["Organization", "TenantID", "AppId", "AppSecret", "UseCertificate"],
    ...["AppCertificateBase64String", "AppCertificatePassword"],
  ],
  "Entra ID with Exchange Online": [
    ...["Organization", "TenantID", "AppId", "AppCertificateBase64String"],
    ...["AppCertificatePassword", "exchangeOnlineIntegration", "deleteAccount"],
    ...["setManagerOnCreate", "updateManagerOnUpdate"],
  ],
};

describe.each(forms)("the configuration form of $title", ({ title, form }) => {
  it("has the keys of the reference connector", () => {
    expect(form.map(({ key }) => key)).toEqual(expect.arrayContaining(ofReference[title] ?? []));
  });

  it.each(form.map((field) => [field.key, field] as const))(
    "agrees with the schema about %s",
    (key, { type, defaultValue, templateOptions }) => {
      const property = schema.properties[key];
      expect(templateOptions.required).toBe(schema.required.includes(key));
      expect(templateOptions.type === "password").toBe(property?.secret === true);
      expect(type === "checkbox").toBe(property?.type === "boolean");
      if (templateOptions.options)
        expect(templateOptions.options.map(({ value }) => value)).toEqual(property?.enum);
      // A form left alone must give what the schema fills in by itself.
      if (property?.default !== undefined) expect(inForm(property.default)).toEqual(defaultValue);
    },
  );
});

describe("the configuration forms and their schema", () => {
  const fields = forms.flatMap(({ form }) => form);

  it("have the same keys", () => {
    const keys = new Set(fields.map(({ key }) => key));
    expect([...keys].sort()).toEqual(Object.keys(schema.properties).sort());
  });

  it("call a key the same, because messages name it by its label", () => {
    const labels = new Set(
      fields.map(({ key, templateOptions }) => `${key}: ${templateOptions.label}`),
    );
    expect(labels.size).toBe(Object.keys(schema.properties).length);
  });

  it("fills in what was left blank", () => {
    expect(
      readAs(configuration, {
        ...whole,
        Cloud: "",
        RecipientTypeDetails: null,
        UseCertificate: " ",
        AppCertificatePassword: "",
      }),
    ).toMatchObject({
      ...whole,
      Cloud: "worldwide",
      RecipientTypeDetails: ["UserMailbox"],
      UseCertificate: false,
    });
  });

  it("read the values of an existing installation unchanged", () => {
    expect(
      readAs(configuration, {
        ...whole,
        UseCertificate: "True",
        AppCertificateBase64String: "MIIK",
        AppCertificatePassword: "p",
      }),
    ).toMatchObject({ UseCertificate: true, AppCertificateBase64String: "MIIK" });
  });

  it.each([["25"], [" 25 "], [25]])("take a number as text: %j", (value) => {
    expect(readAs(configuration, { ...whole, MaxConcurrentRequests: value })).toMatchObject({
      MaxConcurrentRequests: 25,
    });
  });

  it.each([
    ["0", "0"],
    ["51", "51"],
    [7.5, "7.5"],
    ["7.5", '"7.5"'],
    ["ten", '"ten"'],
    ["1e1", '"1e1"'],
    [true, "true"],
  ])("refuse %j as the number of requests", (value, shown) => {
    expect(faultsOf({ ...whole, MaxConcurrentRequests: value })).toEqual([
      `"Maximum concurrent requests" (MaxConcurrentRequests) is ${shown}; expected a whole number from 1 to 50.`,
    ]);
  });

  it.each([["40"], [40]])("take a pace of cmdlets: %j", (value) => {
    expect(readAs(configuration, { ...whole, MaxCmdletsPerSecond: value })).toMatchObject({
      MaxCmdletsPerSecond: 40,
    });
  });

  it.each(["", null, " "])("have no pace of cmdlets when it is left blank: %j", (value) => {
    expect(readAs(configuration, { ...whole, MaxCmdletsPerSecond: value })).not.toHaveProperty(
      "MaxCmdletsPerSecond",
    );
  });

  it.each([
    ["0", "0"],
    [7.5, "7.5"],
    ["many", '"many"'],
  ])("refuse %j as the pace of cmdlets", (value, shown) => {
    expect(faultsOf({ ...whole, MaxCmdletsPerSecond: value })).toEqual([
      `"Maximum cmdlets per second" (MaxCmdletsPerSecond) is ${shown}; ` +
        "expected a whole number of at least 1, or nothing.",
    ]);
  });

  it("take a list as one text, in any casing", () => {
    expect(
      readAs(configuration, { ...whole, RecipientTypeDetails: "usermailbox,  SharedMailbox," }),
    ).toMatchObject({ RecipientTypeDetails: ["UserMailbox", "SharedMailbox"] });
  });
});

describe("the faults of a configuration", () => {
  it("are reported together, in the words of the form", () => {
    const types =
      "UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox, LinkedMailbox, " +
      "LinkedRoomMailbox, TeamMailbox, SchedulingMailbox, LegacyMailbox, DiscoveryMailbox";
    expect(
      faultsOf({
        TenantID: "contoso",
        AppId: " ",
        UseCertificate: "maybe",
        Cloud: "GCC",
        RecipientTypeDetails: "UserMailbox, Person",
      }).sort(),
    ).toEqual([
      '"App ID" (AppId) is missing.',
      '"App secret" (AppSecret) is missing; it is required when "Use certificate" is off.',
      '"Cloud" (Cloud) is "GCC"; ' +
        "expected worldwide (includes GCC), usGovGccHigh (L4), usGovDoD (L5) or china; Microsoft Cloud " +
        "Germany was closed in 2021.",
      `"Mailbox types" (RecipientTypeDetails), item 2, is "Person"; ` + `expected one of ${types}.`,
      '"Organization" (Organization) is missing.',
      '"Tenant ID" (TenantID) is "contoso"; ' +
        "expected a GUID such as 00000000-0000-0000-0000-000000000000, without braces.",
      '"Use certificate" (UseCertificate) is "maybe"; expected true or false.',
    ]);
  });

  it("name the credential that was chosen and is missing", () => {
    const { AppSecret: _none, ...rest } = whole;
    expect(faultsOf(rest)).toEqual([
      '"App secret" (AppSecret) is missing; it is required when "Use certificate" is off.',
    ]);
    expect(faultsOf({ ...rest, UseCertificate: true })).toEqual([
      '"App certificate" (AppCertificateBase64String) is missing; it is required when "Use certificate" is on.',
    ]);
    expect(faultsOf({ ...whole, UseCertificate: true, AppCertificateBase64String: "" })).toEqual([
      '"App certificate" (AppCertificateBase64String) is missing; it is required when "Use certificate" is on.',
    ]);
  });
});

describe("a key of the configuration that is unknown", () => {
  const read = (more: object): { faults: string[]; warnings: string[] } => {
    const warnings: string[] = [];
    try {
      readAs(configuration, { ...whole, ...more }, (text) => warnings.push(text));
    } catch (thrown) {
      if (thrown instanceof Unusable) return { faults: thrown.faults, warnings };
      throw thrown;
    }
    return { faults: [], warnings };
  };

  it.each([
    ["CorelateOnly", true, "CorrelateOnly"],
    ["correlate only", "true", "CorrelateOnly"],
    ["AutoMaping", false, "AutoMapping"],
    ["LitigationHoldMayShortn", true, "LitigationHoldMayShorten"],
    ["UseCertificat", true, "UseCertificate"],
  ])("is refused when it may be a switch: %s", (key, value, meant) => {
    expect(read({ [key]: value })).toEqual({
      faults: [`The event has the unknown key "${key}"; expected ${meant}.`],
      warnings: [],
    });
  });

  it("is a warning otherwise, with the nearest key", () => {
    expect(read({ Organisation: "x", Colour: "red", CorelateOnlyOrNot: true })).toEqual({
      faults: [],
      warnings: [
        'The event has the unknown key "Organisation", which has no effect; the nearest is Organization.',
        'The event has the unknown key "Colour", which has no effect; the nearest is Cloud.',
        expect.stringMatching(
          /^The event has the unknown key "CorelateOnlyOrNot", which/,
        ) as string,
      ],
    });
  });

  it("does not matter when it is blank, or one of very many", () => {
    expect(read({ CorelateOnly: " ", Colour: null })).toEqual({ faults: [], warnings: [] });
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`Colour${i}`, "x"]));
    const begin = performance.now();
    expect(read({ ...many, ["x".repeat(2_000_000)]: 1 }).warnings).toHaveLength(20);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});

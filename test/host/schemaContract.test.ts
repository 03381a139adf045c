import { describe, expect, it } from "vitest";
import { createEvent } from "../../lib/generated/validators/createEvent.ts";
import { importEvent } from "../../lib/generated/validators/importEvent.ts";
import { resourcesEvent } from "../../lib/generated/validators/resourcesEvent.ts";
import { subPermissionsEvent } from "../../lib/generated/validators/subPermissionsEvent.ts";
import { readAs, Unusable, type Contract } from "../../lib/host/schemaContract.ts";
import { secretsIn } from "../../lib/host/secretValues.ts";
import { configuration, eventWith } from "./world.ts";

function faultsOf(value: unknown, contract: Contract<unknown> = createEvent): string[] {
  try {
    readAs(contract, value);
  } catch (thrown) {
    if (thrown instanceof Unusable) return thrown.faults;
    throw thrown;
  }
  return [];
}

const faultsWith = (actionContext: Record<string, unknown>): string[] =>
  faultsOf(eventWith(actionContext));
const configured = (settings: Record<string, unknown>): string[] =>
  faultsWith({ Configuration: { ...configuration, ...settings } });

/** The same value with every key put through `spell`, at every depth. */
function respelled(value: unknown, spell: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => respelled(item, spell));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [spell(key), respelled(member, spell)]),
  );
}

describe("the keys of an event", () => {
  it.each<[string, (key: string) => string]>([
    ["upper case", (key) => key.toUpperCase()],
    ["lower case", (key) => key.toLowerCase()],
    ["camel case", (key) => key.charAt(0).toLowerCase() + key.slice(1)],
  ])("may be in any casing, at every depth: %s", (_name, spell) => {
    const event = eventWith({ Data: {}, References: { Account: null } }, {});
    expect(JSON.stringify(readAs(createEvent, respelled(event, spell)))).toContain(
      '"Configuration":{"Organization":"contoso.onmicrosoft.com"',
    );
    const { actionContext, personContext, outputContext } = readAs(
      createEvent,
      respelled(event, spell),
    );
    expect(Object.keys(actionContext)).toEqual([
      "Configuration",
      "DryRun",
      "Data",
      "CorrelationConfiguration",
      "References",
    ]);
    expect(actionContext.CorrelationConfiguration).toMatchObject({
      Enabled: true,
      AccountField: "CustomAttribute1",
      PersonFieldValue: "E1",
    });
    expect(personContext).toHaveProperty("Person");
    expect(outputContext).toEqual({ Data: {} });
  });

  it("keep their spelling where they are data", () => {
    const event = eventWith({ Data: { customATTRIBUTE1: "x", nested: { Deep: 1 } } });
    expect(readAs(createEvent, event).actionContext.Data).toEqual({
      customATTRIBUTE1: "x",
      nested: { Deep: 1 },
    });
  });

  it("may not appear twice in two spellings", () => {
    const event = {
      ...eventWith({
        dryrun: true,
        Configuration: { ...configuration, appsecret: "other", APPID: configuration.AppId },
      }),
      ACTIONCONTEXT: {},
    };
    expect(faultsOf(event)).toEqual([
      '"App secret" (AppSecret) appears twice, in two spellings; expected once.',
      '"App ID" (AppId) appears twice, in two spellings; expected once.',
      "actionContext.DryRun appears twice, in two spellings; expected once.",
      "actionContext appears twice, in two spellings; expected once.",
    ]);
  });

  it("count as missing when they are blank on the form, whichever spelling comes first", () => {
    const { AppSecret, ...rest } = configuration;
    expect(faultsWith({ Configuration: { ...rest, AppSecret, appsecret: "" } })).toEqual([]);
    expect(faultsWith({ Configuration: { ...rest, appsecret: " ", AppSecret } })).toEqual([]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "are data when they are called %s",
    (name) => {
      const event = JSON.parse(
        JSON.stringify(eventWith())
          .replace('"DryRun":false', `"${name}":{"DryRun":true},"DryRun":false`)
          .replace('{"Organization"', `{"${name}":{"AppSecret":"x"},"Organization"`),
      ) as unknown;
      const { actionContext } = readAs(createEvent, event);
      expect(Object.getOwnPropertyDescriptor(actionContext, name)?.value).toEqual({ DryRun: true });
      expect(Object.keys(actionContext)).toContain(name);
      expect(actionContext.DryRun).toBe(false);
      expect(Object.hasOwn(actionContext.Configuration, name)).toBe(true);
      expect(Object.getPrototypeOf(actionContext)).toBe(Object.prototype);
      expect(({} as Record<string, unknown>)["DryRun"]).toBeUndefined();
    },
  );

  it("from a prototype do not replace missing ones", () => {
    expect(faultsOf(JSON.parse(`{"__proto__":${JSON.stringify(eventWith())}}`))).toEqual([
      "actionContext is missing.",
    ]);
  });
});

describe("the values of an event", () => {
  it.each<[unknown, boolean]>([
    ["True", true],
    [" FALSE ", false],
    ["false", false],
    ["tRUE\r\n", true],
    [true, true],
    [false, false],
  ])("that are true or false may be texts: %j", (DryRun, expected) => {
    expect(readAs(createEvent, eventWith({ DryRun })).actionContext.DryRun).toBe(expected);
  });

  it.each<[unknown, string]>([
    ["maybe", '"maybe"'],
    [" ", "blank"],
    [1, "1"],
    [null, "null"],
    [[true], "a list of 1"],
    [{}, "an object"],
  ])("are not guessed to be true or false: %j", (DryRun, kind) => {
    expect(faultsWith({ DryRun })).toEqual([
      `actionContext.DryRun is ${kind}; expected true or false.`,
    ]);
  });

  it("are a list where PowerShell reduced it to one element", () => {
    const base = { Configuration: configuration, DryRun: "true" };
    expect(
      readAs(importEvent, { actionContext: { ...base, ImportFields: "Guid" } }).actionContext
        .ImportFields,
    ).toEqual(["Guid"]);
    expect(
      readAs(resourcesEvent, {
        actionContext: base,
        resourceContext: { SourceData: { ExternalId: "1" } },
      }).resourceContext.SourceData,
    ).toEqual([{ ExternalId: "1" }]);
    const permission = { displayname: "x", REFERENCE: { Id: "1" } };
    expect(
      readAs(subPermissionsEvent, {
        actionContext: {
          ...base,
          Operation: " REVOKE ",
          References: { Account: "a" },
          CurrentPermissions: permission,
        },
      }).actionContext,
    ).toMatchObject({
      Operation: "revoke",
      CurrentPermissions: [{ DisplayName: "x", Reference: { Id: "1" } }],
    });
  });

  it("are split at commas and semicolons on the form, and nowhere else", () => {
    const base = {
      Configuration: {
        ...configuration,
        RecipientTypeDetails: " usermailbox,SHAREDMAILBOX ,; RoomMailbox;",
      },
      DryRun: true,
    };
    const { actionContext, resourceContext } = readAs(resourcesEvent, {
      actionContext: base,
      resourceContext: { SourceData: "Sales, Marketing; all" },
    });
    expect(actionContext.Configuration.RecipientTypeDetails).toEqual([
      "UserMailbox",
      "SharedMailbox",
      "RoomMailbox",
    ]);
    expect(resourceContext.SourceData).toEqual(["Sales, Marketing; all"]);
  });

  it("of the form count as missing when they are undefined, null, blank or an empty list", () => {
    for (const blank of [undefined, null, "", "  ", []]) {
      const Configuration = {
        ...configuration,
        UseCertificate: blank,
        Cloud: blank,
        RecipientTypeDetails: blank,
        AppCertificateBase64String: blank,
        AppCertificatePassword: blank,
      };
      expect(
        readAs(createEvent, eventWith({ Configuration })).actionContext.Configuration,
      ).toMatchObject({
        ...configuration,
        UseCertificate: false,
        Cloud: "worldwide",
        RecipientTypeDetails: ["UserMailbox"],
      });
    }
  });

  it("do not change in the original event", () => {
    const event = eventWith({ DryRun: "True" });
    const before = structuredClone(event);
    readAs(createEvent, event);
    expect(event).toEqual(before);
  });
});

describe("the faults of an event", () => {
  it("are reported together", () => {
    const CorrelationConfiguration = { Enabled: "on", AccountField: 7 };
    const Configuration = {
      ...configuration,
      TenantID: `{${configuration.TenantID}}`,
      AppSecret: null,
      UseCertificate: "yes",
    };
    expect(
      faultsWith({ Configuration, DryRun: 0, Data: [], CorrelationConfiguration }).sort(),
    ).toEqual([
      '"App secret" (AppSecret) is missing; it is required when "Use certificate" is off.',
      '"Tenant ID" (TenantID) is a text of 38 characters; ' +
        "expected a GUID such as 00000000-0000-0000-0000-000000000000, without braces.",
      '"Use certificate" (UseCertificate) is "yes"; expected true or false.',
      "actionContext.CorrelationConfiguration.AccountField is 7; expected text.",
      'actionContext.CorrelationConfiguration.Enabled is "on"; expected true or false.',
      "actionContext.Data is an empty list; expected an object.",
      "actionContext.DryRun is 0; expected true or false.",
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ["nothing", {}, ["actionContext is missing."]],
    [
      "an empty action context",
      { actionContext: {} },
      [
        "actionContext.Configuration is missing.",
        "actionContext.DryRun is missing.",
        "actionContext.CorrelationConfiguration is missing.",
      ],
    ],
    [
      "an action context of null",
      { actionContext: null },
      ["actionContext is null; expected an object."],
    ],
    [
      "a configuration of null",
      eventWith({ Configuration: null }),
      ["actionContext.Configuration is null; expected an object."],
    ],
    [
      "a configuration in a list",
      eventWith({ Configuration: [configuration] }),
      ["actionContext.Configuration is a list of 1; expected an object."],
    ],
    ["a list", [], ["The event is an empty list; expected an object."]],
  ])("name what is missing or wrong: %s", (_name, event, faults) => {
    expect(faultsOf(event)).toEqual(faults);
  });

  it("do not contain a long text, which may be a secret in the wrong field", () => {
    const secret = "Abc8Q~0123456789abcdefghijklmnopqrstuvwx";
    const Configuration = Object.fromEntries(
      [
        "Organization",
        "TenantID",
        "AppId",
        "UseCertificate",
        "Cloud",
        "RecipientTypeDetails",
        secret,
      ].map((key) => [key, secret]),
    );
    const faults = [
      ...faultsWith({
        Configuration: { ...Configuration, AppSecret: [secret] },
        DryRun: secret,
        Data: secret,
        CorrelationConfiguration: { Enabled: secret, AccountField: [secret] },
      }),
      ...faultsWith({ Configuration: secret, CorrelationConfiguration: secret }),
      ...faultsOf(secret),
    ];
    expect(faults).toHaveLength(14);
    expect(faults.join()).not.toContain(secret);
  });

  it("use the words of the form", () => {
    expect(
      configured({ RecipientTypeDetails: ["UserMailbox", "", "person"], AppSecret: 5 }),
    ).toEqual([
      '"App secret" (AppSecret) is a number; expected text.',
      expect.stringMatching(
        /^"Mailbox types" \(RecipientTypeDetails\), item 2, is blank; expected one of UserMailbox, SharedMailbox, /,
      ),
      expect.stringMatching(
        /^"Mailbox types" \(RecipientTypeDetails\), item 3, is "person"; expected one of UserMailbox, /,
      ),
    ]);
    expect(configured({ RecipientTypeDetails: " , " })).toEqual([
      '"Mailbox types" (RecipientTypeDetails) is an empty list; expected at least 1 value.',
    ]);
  });
});

describe("the secrets of an event", () => {
  const found = (event: unknown): string[] => secretsIn(event, createEvent.shape);
  const Configuration = {
    AppSecret: "s1",
    AppCertificateBase64String: "s2",
    AppCertificatePassword: "s3",
    TenantID: "no secret",
  };

  it("are found by the marks of the schema", () => {
    expect(found(eventWith({ Configuration }))).toEqual(["s1", "s2", "s3"]);
  });

  it("are found under wrongly cased keys, and under both of two", () => {
    expect(found(respelled(eventWith({ Configuration }), (key) => key.toUpperCase()))).toEqual([
      "s1",
      "s2",
      "s3",
    ]);
    expect(found(eventWith({ Configuration: { AppSecret: "s1", appsecret: "s4" } }))).toEqual([
      "s1",
      "s4",
    ]);
  });

  it("are found in values that will be refused", () => {
    expect(found(eventWith({ Configuration: [Configuration, [{ AppSecret: "s4" }]] }))).toEqual([
      "s1",
      "s2",
      "s3",
      "s4",
    ]);
    expect(found({ actionContext: [eventWith({ Configuration })["actionContext"]] })).toEqual([
      "s1",
      "s2",
      "s3",
    ]);
    expect(
      found(eventWith({ Configuration: { AppSecret: ["s1", { value: "s2", list: ["s3"] }] } })),
    ).toEqual(["s1", "s2", "s3"]);
  });

  it("are none where there is nothing", () => {
    for (const event of [
      {},
      [],
      "text",
      null,
      eventWith({ Configuration: { AppSecret: " ", AppCertificatePassword: null } }),
    ])
      expect(found(event)).toEqual([]);
  });
});

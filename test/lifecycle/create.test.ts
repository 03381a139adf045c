import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedState } from "../emulator/seed.ts";
import { Bench, sentence, shown } from "../bench.ts";
import { createEventFor, type CreateChoices } from "../events.ts";
import { create, createAsBundle, here, mailbox } from "./creating.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const stored = (guid: unknown): Record<string, unknown> | undefined =>
  bench.emulator.state().objects.find(({ Guid }) => Guid === guid);

describe("correlating", () => {
  it("links the one mailbox, hides it, and reports each change once", async () => {
    const { answer, messages } = await createAsBundle(bench);
    const { Guid } = mailbox("CustomAttribute1", "E100001");
    expect(answer.outcome).toBe("done");
    expect(answer.outputContext).toMatchObject({
      Success: true,
      AccountReference: Guid,
      AccountCorrelated: true,
    });
    expect(answer.outputContext.AuditLogs.map(({ Action }) => Action)).toEqual([
      "CorrelateAccount",
      "UpdateAccount",
    ]);
    expect(messages).toEqual([
      `Correlated with mailbox "Aoife O'Brien" <aoife.obrien@contoso.com> (${String(Guid)}): its ` +
        'CustomAttribute1 is "E100001".',
      `Hide mailbox "Aoife O'Brien" <aoife.obrien@contoso.com> (${String(Guid)}) from the address lists: done.`,
    ]);
    expect(stored(Guid)?.["HiddenFromAddressListsEnabled"]).toBe(true);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
  });

  it("asks for one token and discovers nothing", async () => {
    await create(bench);
    expect(
      bench.emulator
        .journal()
        .filter(({ side }) => side === "login")
        .map(({ method, path }) => `${method} ${path}`),
    ).toEqual([`POST /${bench.running.tenantId}/oauth2/v2.0/token`]);
  });

  it("writes nothing the second time and answers alreadySo", async () => {
    await create(bench);
    bench.emulator.clearJournal();
    const { answer, messages } = await create(bench);
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true, AccountCorrelated: true },
    });
    expect(messages).toHaveLength(1);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it("only correlates when visibility is not mapped", async () => {
    const { answer } = await create(bench, {
      data: {},
      outputData: { Guid: null, UserPrincipalName: null },
    });
    expect(answer.plan).toEqual([]);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it("plans in a dry run exactly what the run sends, sends nothing, and answers the real reference", async () => {
    const dry = await create(bench, { dryRun: true });
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
    expect(dry.messages[1]).toMatch(/from the address lists: would be done, this is a dry run\.$/);
    const wet = await create(bench);
    expect(dry.answer.outputContext.AccountReference).toBe(
      wet.answer.outputContext.AccountReference,
    );
    expect(dry.answer.plan.map((step) => ({ ...step, sent: true }))).toEqual(wet.answer.plan);
    expect(dry.answer.plan.map(({ sent }) => sent)).toEqual([false]);
    expect(
      bench.emulator
        .journal()
        .filter(({ cmdlet }) => cmdlet === "Set-Mailbox")
        .map(({ parameters }) => parameters),
    ).toEqual(wet.answer.plan.map(({ parameters }) => parameters));
  });

  it("fills every mapped field, in the mapping's spelling, also those of mapping mode None", async () => {
    const { answer } = await create(bench, {
      data: { hiddenfromaddresslistsenabled: "TRUE" },
      outputData: {
        guid: null,
        UserPrincipalName: "",
        DisplayName: null,
        SomethingElse: "kept",
        hiddenfromaddresslistsenabled: "TRUE",
      },
    });
    expect(answer.outputContext.Data).toEqual({
      guid: mailbox("CustomAttribute1", "E100001")["Guid"],
      UserPrincipalName: "aoife.obrien@contoso.com",
      DisplayName: "Aoife O'Brien",
      SomethingElse: "kept",
      hiddenfromaddresslistsenabled: true,
      CustomAttribute1: "E100001",
    });
  });

  it("falls back to the mapped value of the account field", async () => {
    const { answer } = await create(bench, {
      value: null,
      correlation: { AccountFieldValue: "E100001" },
    });
    expect(answer.outputContext.AccountReference).toBe(
      mailbox("CustomAttribute1", "E100001")["Guid"],
    );
  });

  it("takes keys in any casing and true and false as texts", async () => {
    const event = JSON.parse(
      JSON.stringify(createEventFor(bench.running))
        .replaceAll('"PersonFieldValue"', '"personfieldvalue"')
        .replaceAll('"TenantID"', '"tenantId"')
        .replace('"UseCertificate":false', '"usecertificate":"False"')
        .replace('"DryRun":false', '"dryRun":"False"'),
    ) as unknown;
    const run = await here(bench, event);
    expect(run.answer).toMatchObject({ outcome: "done" });
  });
});

describe("difficult names", () => {
  const names = [
    "Aoife O'Brien",
    "Finn O''Neil",
    "o&o GmbH",
    "Jürgen Müller",
    "Łukasz Wiśniewski",
    "Ayşe Şahin",
    "José García",
    "Jose Garcia",
    "Robin 🦊 Vos",
    "王伟",
    "مريم الحسن",
    "x' -or Guid -ne 'y",
    "Comma, Sam",
    "Sasha Slash/Back\\slash",
    "Percy 100% #1",
    'Quinn The "Quote"',
    "Star*",
  ];
  it.each(names)("finds exactly the mailbox of %s", async (name) => {
    const { answer } = await create(bench, { field: "DisplayName", value: name, dryRun: true });
    expect(answer.outputContext.AccountReference).toBe(mailbox("DisplayName", name)["Guid"]);
  });

  it.each([
    "x' -or Guid -ne 'z",
    "' -or DisplayName -like '*",
    "*",
    "Aoife*",
    "$true",
    "Aoife O’Brien",
    "Jürgen Muller",
    "'",
    "''",
  ])("finds no one for %s", async (value) => {
    const { answer, messages } = await create(bench, { field: "DisplayName", value, dryRun: true });
    expect(answer).toMatchObject({ outcome: "gone", outputContext: { Success: false }, plan: [] });
    expect(messages).toEqual([`No mailbox has "${value}" as DisplayName.`]);
  });

  it("does not mistake a secondary address for a primary one", async () => {
    const { answer } = await create(bench, {
      field: "PrimarySmtpAddress",
      value: "aoife.obrien@contoso.onmicrosoft.com",
      dryRun: true,
    });
    expect(answer.outcome).toBe("gone");
  });

  it("finds an address among all addresses, with and without prefix", async () => {
    for (const value of [
      "aoife.obrien@contoso.onmicrosoft.com",
      "smtp:aoife.obrien@contoso.onmicrosoft.com",
      "AOIFE.OBRIEN@CONTOSO.COM",
    ]) {
      const { answer } = await create(bench, { field: "EmailAddresses", value, dryRun: true });
      expect(answer.outputContext.AccountReference).toBe(
        mailbox("CustomAttribute1", "E100001")["Guid"],
      );
    }
  });

  it("never looks in the wrong place when the sign-in name differs from the address", async () => {
    const { answer } = await create(bench, {
      field: "UserPrincipalName",
      value: "una.principal@contoso.com",
      dryRun: true,
    });
    expect(answer.outcome).toBe("gone");
  });
});

describe("a correlation that fails", () => {
  it("rejects a number that JSON cannot represent", async () => {
    const { messages } = await create(bench, {
      value: null,
      correlation: { PersonFieldValue: 2 ** 53 },
    });
    expect(messages).toEqual([
      `The correlation value for "CustomAttribute1" was sent as a number that JSON cannot ` +
        `represent exactly; expected text.`,
    ]);
  });

  it("recognises a joiner without a mailbox by a sign-in name that is only pre-filled", async () => {
    const { answer } = await create(bench, {
      value: "E999999",
      outputData: { UserPrincipalName: "not.licensed@contoso.com" },
    });
    expect(answer.outcome).toBe("notYet");
  });

  it("does not promise a mail user a licence", async () => {
    const { messages } = await create(bench, {
      field: "UserPrincipalName",
      value: "onprem.mailbox@contoso.com",
    });
    expect(messages[0]).toMatch(
      /It is a MailUser: its mail is delivered elsewhere until a mailbox is created or migrated here\.$/,
    );
  });

  it.each<[string, CreateChoices, string, string | RegExp]>([
    [
      "several mailboxes",
      { value: "E100777" },
      "ambiguous",
      '2 mailboxes have "E100777" as CustomAttribute1, expected one: ' +
        `${shown("Dora Double", "dora.double@contoso.com")} of type UserMailbox, ` +
        `${shown("Doug Double", "doug.double@contoso.com")} of type UserMailbox.`,
    ],
    ["nobody", { value: "E999999" }, "gone", /^No mailbox has "E999999" as CustomAttribute1\.$/],
    [
      "correlation switched off",
      { correlation: { Enabled: false } },
      "invalid",
      /^Correlation is turned off: turn it on/,
    ],
    ["no account field", { field: "" }, "invalid", /without an account correlation field/],
    [
      "an empty value",
      { value: "", correlation: { AccountFieldValue: null } },
      "invalid",
      'The correlation value is empty: neither the person field "Person.Accounts.MicrosoftActiveDirectory.' +
        'userPrincipalName" nor the mapping of "CustomAttribute1" has a value for this person.',
    ],
    ["a blank value", { value: "  " }, "invalid", /^The correlation value is empty/],
    [
      "a shared mailbox",
      { field: "DisplayName", value: "Sales" },
      "invalid",
      /is a SharedMailbox; for a person the configuration \(Mailbox types\) allows UserMailbox\.$/,
    ],
    ["a room", { field: "DisplayName", value: "Board Room" }, "invalid", /is a RoomMailbox;/],
    [
      "a field Exchange cannot filter on",
      { field: "EmployeeID" },
      "invalid",
      /^Exchange cannot look up mailboxes by "EmployeeID"/,
    ],
    [
      "a flag as field",
      { field: "IsDirSynced", value: "true" },
      "invalid",
      /^Exchange cannot look up mailboxes by the text of "IsDirSynced"/,
    ],
    [
      "a Guid that is not one",
      { field: "Guid", value: "E100001" },
      "invalid",
      /^The value for Guid is "E100001"; expected a GUID\.$/,
    ],
    [
      "a flag mapped as something else",
      { data: { HiddenFromAddressListsEnabled: "hidden" } },
      "invalid",
      /^The mapping of HiddenFromAddressListsEnabled yields "hidden"; expected true or false\.$/,
    ],
    [
      "a user without a mailbox yet",
      { field: "UserPrincipalName", value: "not.licensed@contoso.com" },
      "notYet",
      /^User "Not Licensed Yet" <not\.licensed@contoso\.com> exists, but has no mailbox in Exchange Online yet/,
    ],
    [
      "a user found by the mapped sign-in name",
      { value: "E999999", data: { UserPrincipalName: "not.licensed@contoso.com" } },
      "notYet",
      /^User "Not Licensed Yet"/,
    ],
  ])("fails for %s", async (_name, choices, outcome, message) => {
    const { answer, messages } = await create(bench, choices);
    expect(answer).toMatchObject({ outcome, outputContext: { Success: false }, plan: [] });
    expect(messages).toEqual([sentence(message)]);
    expect(bench.cmdlets()).not.toContain("Set-Mailbox");
  });

  it("names at most eight matches", async () => {
    const state = seedState();
    for (const object of state.objects.slice(0, 40)) object["CustomAttribute1"] = "same";
    bench.emulator.replaceState(state);
    const { messages } = await create(bench, { value: "same" });
    expect(messages[0]).toMatch(/^More than 8 mailboxes have "same" as CustomAttribute1/);
    expect(messages[0]?.match(/@contoso\.com>/g)).toHaveLength(8);
  });

  it("accepts a shared mailbox when the configuration allows the type", async () => {
    const { answer } = await create(bench, {
      field: "DisplayName",
      value: "Sales",
      configuration: { RecipientTypeDetails: "UserMailbox, sharedmailbox" },
      dryRun: true,
    });
    expect(answer.outputContext.AccountReference).toBe(mailbox("DisplayName", "Sales")["Guid"]);
  });

  it("does not see a soft-deleted mailbox of the same name", async () => {
    const { answer } = await create(bench, {
      field: "DisplayName",
      value: "Rita Rehired",
      dryRun: true,
    });
    expect(answer.outputContext.AccountReference).toBe(
      mailbox("DisplayName", "Rita Rehired")["Guid"],
    );
  });
});

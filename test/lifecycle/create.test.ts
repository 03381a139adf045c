import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { createAnswer } from "../generated/answers.ts";
import type { CreateAnswer } from "../../lib/generated/types.ts";
import action from "../../lifecycle/create.ts";
import { runBundle } from "../../tools/cli/run.ts";
import { seedState } from "../emulator/seed.ts";
import { asDeclared } from "../declared.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { createEventFor, type CreateChoices } from "../events.ts";
import { runInProcess, type InProcessRun } from "../inProcess.ts";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());
beforeEach(() => {
  running.emulator.replaceState(seedState());
  running.emulator.clearJournal();
  running.emulator.setFaults([]);
});

interface Run {
  answer: CreateAnswer;
  messages: string[];
  /** Milliseconds from start to exit. */
  ms: number;
}

const urls = (): Record<string, string> => ({
  EXO_CONNECTOR_LOGIN_URL: running.loginUrl,
  EXO_CONNECTOR_EXCHANGE_URL: running.exchangeUrl,
});

/** Runs the built bundle as the platform does. */
async function createAsBundle(
  choices: CreateChoices = {},
  env: Record<string, string> = {},
): Promise<Run> {
  return held(
    await asDeclared(action, running.emulator, () =>
      runBundle("lifecycle/create", createEventFor(running, choices), {
        dist: inject("dist"),
        env: { ...urls(), ...env },
      }),
    ),
  );
}

/** The same without a process of its own. */
async function create(choices: CreateChoices = {}, env: Record<string, string> = {}): Promise<Run> {
  return held(
    await asDeclared(action, running.emulator, () =>
      here(createEventFor(running, choices), { ...urls(), ...env }),
    ),
  );
}

const here = (event: unknown, env = urls()): Promise<InProcessRun> =>
  runInProcess(action, event, env, { advance: (ms) => running.emulator.advance(ms) });

/** Holds every answer against the contract. */
function held({ answer, code, ms }: { answer: unknown; code: number | null; ms: number }): Run {
  expect(createAnswer.check(answer), JSON.stringify(createAnswer.check.errors)).toBe(true);
  const checked = answer as CreateAnswer;
  expect(code).toBe(checked.outputContext.Success ? 0 : 1);
  return {
    answer: checked,
    messages: checked.outputContext.AuditLogs.map(({ Message }) => Message),
    ms,
  };
}

const cmdlets = (): (string | undefined)[] =>
  running.emulator.journal().flatMap(({ side, cmdlet }) => (side === "exchange" ? [cmdlet] : []));
const tokenRequests = (): number =>
  running.emulator.journal().filter(({ side }) => side === "login").length;
const mailbox = (property: string, value: string): Record<string, unknown> => {
  const found = seedState().objects.find(
    (object) => object[property] === value && object["IsSoftDeletedByRemove"] !== true,
  );
  if (!found) throw new Error(`the seeded tenant has nothing with ${property} ${value}`);
  return found;
};
const stored = (guid: unknown): Record<string, unknown> | undefined =>
  running.emulator.state().objects.find(({ Guid }) => Guid === guid);

describe("correlating", () => {
  it("links the one mailbox, hides it, and reports each change once", async () => {
    const { answer, messages } = await createAsBundle();
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
    expect(cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
  });

  it("asks for one token and discovers nothing", async () => {
    await create();
    expect(
      running.emulator
        .journal()
        .filter(({ side }) => side === "login")
        .map(({ method, path }) => `${method} ${path}`),
    ).toEqual([`POST /${running.tenantId}/oauth2/v2.0/token`]);
  });

  it("writes nothing the second time and answers alreadySo", async () => {
    await create();
    running.emulator.clearJournal();
    const { answer, messages } = await create();
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true, AccountCorrelated: true },
    });
    expect(messages).toHaveLength(1);
    expect(cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it("only correlates when visibility is not mapped", async () => {
    const { answer } = await create({
      data: {},
      outputData: { Guid: null, UserPrincipalName: null },
    });
    expect(answer.plan).toEqual([]);
    expect(cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it("plans in a dry run exactly what the run sends, sends nothing, and answers the real reference", async () => {
    const dry = await createAsBundle({ dryRun: true });
    expect(cmdlets()).toEqual(["Get-Mailbox"]);
    expect(dry.messages[1]).toMatch(/from the address lists: would be done, this is a dry run\.$/);
    const wet = await createAsBundle();
    expect(dry.answer.outputContext.AccountReference).toBe(
      wet.answer.outputContext.AccountReference,
    );
    expect(dry.answer.plan.map((step) => ({ ...step, sent: true }))).toEqual(wet.answer.plan);
    expect(dry.answer.plan.map(({ sent }) => sent)).toEqual([false]);
    expect(
      running.emulator
        .journal()
        .filter(({ cmdlet }) => cmdlet === "Set-Mailbox")
        .map(({ parameters }) => parameters),
    ).toEqual(wet.answer.plan.map(({ parameters }) => parameters));
  });

  it("fills every mapped field, in the mapping's spelling, also those of mapping mode None", async () => {
    const { answer } = await create({
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
    const { answer } = await create({ value: null, correlation: { AccountFieldValue: "E100001" } });
    expect(answer.outputContext.AccountReference).toBe(
      mailbox("CustomAttribute1", "E100001")["Guid"],
    );
  });

  it("takes keys in any casing and true and false as texts", async () => {
    const event = JSON.parse(
      JSON.stringify(createEventFor(running))
        .replaceAll('"PersonFieldValue"', '"personfieldvalue"')
        .replaceAll('"TenantID"', '"tenantId"')
        .replace('"UseCertificate":false', '"usecertificate":"False"')
        .replace('"DryRun":false', '"dryRun":"False"'),
    ) as unknown;
    const run = await here(event);
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
    const { answer } = await create({ field: "DisplayName", value: name, dryRun: true });
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
    const { answer, messages } = await create({ field: "DisplayName", value, dryRun: true });
    expect(answer).toMatchObject({ outcome: "gone", outputContext: { Success: false }, plan: [] });
    expect(messages).toEqual([`No mailbox has "${value}" as DisplayName.`]);
  });

  it("does not mistake a secondary address for a primary one", async () => {
    const { answer } = await create({
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
      const { answer } = await create({ field: "EmailAddresses", value, dryRun: true });
      expect(answer.outputContext.AccountReference).toBe(
        mailbox("CustomAttribute1", "E100001")["Guid"],
      );
    }
  });

  it("never looks in the wrong place when the sign-in name differs from the address", async () => {
    const { answer } = await create({
      field: "UserPrincipalName",
      value: "una.principal@contoso.com",
      dryRun: true,
    });
    expect(answer.outcome).toBe("gone");
  });
});

describe("a correlation that fails", () => {
  it("rejects a number that JSON cannot represent", async () => {
    const { messages } = await create({
      value: null,
      correlation: { PersonFieldValue: 2 ** 53 },
    });
    expect(messages).toEqual([
      `The correlation value for "CustomAttribute1" was sent as a number that JSON cannot ` +
        `represent exactly; expected text.`,
    ]);
  });

  it("recognises a joiner without a mailbox by a sign-in name that is only pre-filled", async () => {
    const { answer } = await create({
      value: "E999999",
      outputData: { UserPrincipalName: "not.licensed@contoso.com" },
    });
    expect(answer.outcome).toBe("notYet");
  });

  it("does not promise a mail user a licence", async () => {
    const { messages } = await create({
      field: "UserPrincipalName",
      value: "onprem.mailbox@contoso.com",
    });
    expect(messages[0]).toMatch(
      /It is a MailUser: its mail is delivered elsewhere until a mailbox is created or migrated here\.$/,
    );
  });

  it.each<[string, CreateChoices, string, RegExp]>([
    [
      "several mailboxes",
      { value: "E100777" },
      "ambiguous",
      /^2 mailboxes have "E100777" as CustomAttribute1, expected one: "Dora Double" <dora\.double@contoso\.com> \(.*\) of type UserMailbox, "Doug Double" <doug\.double@contoso\.com> \(.*\) of type UserMailbox\.$/,
    ],
    ["nobody", { value: "E999999" }, "gone", /^No mailbox has "E999999" as CustomAttribute1\.$/],
    [
      "correlation switched off",
      { correlation: { Enabled: false } },
      "invalid",
      /^Correlation is turned off\./,
    ],
    ["no account field", { field: "" }, "invalid", /without an account correlation field/],
    [
      "an empty value",
      { value: "", correlation: { AccountFieldValue: null } },
      "invalid",
      /^The correlation value is empty: neither the person field "Person\..*userPrincipalName" nor the mapping of "CustomAttribute1" has a value/,
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
    const { answer, messages } = await create(choices);
    expect(answer).toMatchObject({ outcome, outputContext: { Success: false }, plan: [] });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(message);
    expect(cmdlets()).not.toContain("Set-Mailbox");
  });

  it("names at most eight matches", async () => {
    const state = seedState();
    for (const object of state.objects.slice(0, 40)) object["CustomAttribute1"] = "same";
    running.emulator.replaceState(state);
    const { messages } = await create({ value: "same" });
    expect(messages[0]).toMatch(/^More than 8 mailboxes have "same" as CustomAttribute1/);
    expect(messages[0]?.match(/@contoso\.com>/g)).toHaveLength(8);
  });

  it("accepts a shared mailbox when the configuration allows the type", async () => {
    const { answer } = await create({
      field: "DisplayName",
      value: "Sales",
      configuration: { RecipientTypeDetails: "UserMailbox, sharedmailbox" },
      dryRun: true,
    });
    expect(answer.outputContext.AccountReference).toBe(mailbox("DisplayName", "Sales")["Guid"]);
  });

  it("does not see a soft-deleted mailbox of the same name", async () => {
    const { answer } = await create({
      field: "DisplayName",
      value: "Rita Rehired",
      dryRun: true,
    });
    expect(answer.outputContext.AccountReference).toBe(
      mailbox("DisplayName", "Rita Rehired")["Guid"],
    );
  });
});

describe("a failure during the run", () => {
  const page = {
    status: 200,
    headers: { "Content-Type": "text/html" },
    body: "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>",
  };
  const unused = "http://127.0.0.1:9"; // the discard port: nothing listens there
  it.each<[string, () => void, CreateChoices, Record<string, string>, string, RegExp]>([
    [
      "a wrong secret",
      () => undefined,
      { configuration: { AppSecret: "not-the-secret-at-all" } },
      {},
      "forbidden",
      /^The app secret \(AppSecret\) is not a secret of application .* \(AADSTS7000215\)/,
    ],
    [
      "an expired secret",
      () => undefined,
      { configuration: { AppSecret: "emulated-secret-expired" } },
      {},
      "forbidden",
      /has expired.*AADSTS7000222/,
    ],
    [
      "a wrong tenant",
      () => undefined,
      { configuration: { TenantID: "11111111-2222-4333-8444-555555555555" } },
      {},
      "invalid",
      /^Tenant 11111111-2222-4333-8444-555555555555 \(TenantID\) does not exist in this cloud\..*AADSTS90002/,
    ],
    [
      "a wrong application",
      () => undefined,
      { configuration: { AppId: "11111111-2222-4333-8444-555555555555" } },
      {},
      "invalid",
      /^Application 11111111-2222-4333-8444-555555555555 \(AppId\) does not exist in tenant/,
    ],
    [
      "another cloud than the tenant's",
      () => undefined,
      { configuration: { Cloud: "china" } },
      {},
      "invalid",
      /Cloud/,
    ],
    [
      "a missing role",
      () => change((app) => (app.directoryRoles = [])),
      {},
      {},
      "forbidden",
      /^The application may not run Get-Mailbox \(status 403\)\. The application needs the permission Exchange\.ManageAsApp .* and an Entra role such as Exchange Recipient Administrator/,
    ],
    [
      "a missing permission",
      () => change((app) => (app.appRoles = [])),
      {},
      {},
      "forbidden",
      /^Exchange Online does not accept the application's rights\. The application needs the permission Exchange\.ManageAsApp/,
    ],
    [
      "a login host that cannot be reached",
      () => undefined,
      {},
      { EXO_CONNECTOR_LOGIN_URL: unused, EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from 127\.0\.0\.1:9: the connection was refused\./,
    ],
    [
      "an Exchange host that cannot be reached",
      () => undefined,
      {},
      { EXO_CONNECTOR_EXCHANGE_URL: unused, EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from 127\.0\.0\.1:9: the connection was refused\./,
    ],
    [
      "half an answer, again and again",
      () => running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, cut: "half" }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from .*: the connection was cut\./,
    ],
    [
      "a web page instead of JSON",
      () => running.emulator.setFaults([{ match: { side: "exchange" }, answer: page }]),
      {},
      {},
      "unknown",
      /web page instead of JSON/,
    ],
    [
      "a web page instead of a token",
      () => running.emulator.setFaults([{ match: { side: "login" }, answer: page }]),
      {},
      {},
      "unknown",
      /^The address of the sign-in service returned a web page instead of JSON/,
    ],
    [
      "a token that is refused for good",
      () =>
        running.emulator.setFaults([
          { match: { side: "exchange" }, named: "tokenRefused", times: 9 },
        ]),
      {},
      {},
      "forbidden",
      /^Exchange Online does not accept the application's token for Get-Mailbox \(status 401\)/,
    ],
    [
      "throttling that lasts",
      () =>
        running.emulator.setFaults([
          { match: { side: "exchange" }, named: "throttled", retryAfter: "300" },
        ]),
      {},
      {},
      "throttled",
      /throttling.*Trying again in 300 s would exceed the remaining time/,
    ],
    [
      "a refusal that claims to be gzip and is not",
      () => running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, named: "falseGzip" }]),
      {},
      {},
      "invalid",
      /^Exchange Online refused Get-Mailbox \(status 400\)\. It said: Not compressed, whatever the header says/,
    ],
    [
      "silence",
      () => running.emulator.setFaults([{ match: { side: "exchange" }, hang: true }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "1200" },
      "unknown",
      /^The time for one event \(1200 ms\) ran out\.$/,
    ],
    [
      "silence at the door",
      () => running.emulator.setFaults([{ match: { side: "login" }, hang: true }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "1200" },
      "unknown",
      /^The time for one event \(1200 ms\) ran out\.$/,
    ],
  ])("says so: %s", async (_name, arrange, choices, env, outcome, message) => {
    arrange();
    const { answer, messages, ms } = await create(choices, env);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(message);
    expect(answer).toMatchObject({ outcome, outputContext: { Success: false } });
    const deadline = Number(env["EXO_CONNECTOR_DEADLINE_MS"] ?? 25_000);
    expect(ms).toBeLessThan(deadline + 1_000);
  });

  it.each<[string, () => void]>([
    [
      "a token that is refused once",
      () => running.emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused" }]),
    ],
    [
      "a throttled request",
      () =>
        running.emulator.setFaults([
          { match: { cmdlet: "Get-Mailbox" }, named: "throttled", retryAfter: "0.2", times: 1 },
        ]),
    ],
    [
      "a connection cut before the request took effect",
      () =>
        running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, cut: "before", times: 1 }]),
    ],
    [
      "a connection cut after the request took effect",
      () =>
        running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, cut: "after", times: 1 }]),
    ],
    [
      "half an answer",
      () =>
        running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, cut: "half", times: 1 }]),
    ],
    [
      "a concurrency refusal that is no JSON",
      () =>
        running.emulator.setFaults([
          { match: { cmdlet: "Get-Mailbox" }, named: "concurrency", times: 1 },
        ]),
    ],
  ])("recovers from %s", async (_name, arrange) => {
    arrange();
    const { answer } = await create();
    expect(answer.outputContext).toMatchObject({
      Success: true,
      AccountReference: mailbox("CustomAttribute1", "E100001")["Guid"],
    });
    expect(stored(answer.outputContext.AccountReference)?.["HiddenFromAddressListsEnabled"]).toBe(
      true,
    );
  });

  it("fetches exactly one new token after a refusal", async () => {
    running.emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused" }]);
    await create();
    expect(tokenRequests()).toBe(2);
  });

  it("reports that a change was sent when its answer never came", async () => {
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, hang: true }]);
    const { answer, messages } = await createAsBundle({}, { EXO_CONNECTOR_DEADLINE_MS: "1500" });
    expect(answer.plan).toMatchObject([{ cmdlet: "Set-Mailbox", sent: true }]);
    expect(messages.at(-1)).toMatch(
      /from the address lists: was sent; it is unknown whether it was applied\. The time for one event \(1500 ms\) ran out\.$/,
    );
  });

  it("reports what masters a synchronised mailbox", async () => {
    const { answer, messages } = await create({ field: "DisplayName", value: "Dirk Synced" });
    expect(answer.outcome).toBe("masteredOnPremises");
    expect(messages).toEqual([
      expect.stringMatching(
        /^Mailbox "Dirk Synced" .* is synchronised from Active Directory, which masters HiddenFromAddressListsEnabled \(attribute msExchHideFromAddressLists\): change it there\.$/,
      ),
    ]);
    expect(cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it.each([
    "https://evil.example",
    "http://192.168.1.5:80",
    "http://localhost.evil.example",
    "ftp://127.0.0.1",
    "not a url",
    "http://user:pass@127.0.0.1",
  ])("refuses to send secrets to %s", async (url) => {
    const run = await here(createEventFor(running), { ...urls(), EXO_CONNECTOR_LOGIN_URL: url });
    expect(run.code).toBe(2);
    expect(run.answer).toMatchObject({
      outcome: "invalid",
      outputContext: {
        Success: false,
        AuditLogs: [
          {
            Message: expect.stringContaining(
              "EXO_CONNECTOR_LOGIN_URL does not point at this machine",
            ) as string,
          },
        ],
      },
    });
    expect(running.emulator.journal()).toEqual([]);
  });
});

function change(edit: (app: ReturnType<typeof seedState>["apps"][number]) => void): void {
  const state = seedState();
  for (const app of state.apps) edit(app);
  running.emulator.replaceState(state);
}

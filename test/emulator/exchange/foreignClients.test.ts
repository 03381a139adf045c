/**
 * Requests in the forms of clients that nobody here wrote: Microsoft's generated module, ExoHelper,
 * CIPP, the reference connector and go-exoscc. Each is in use against the service, so each must be
 * answered; where the sources disagree, both values of the switch are tried.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedState } from "../seed.ts";
import type { RunningEmulator } from "../server.ts";
import type { Behaviour } from "../state.ts";
import { linkOf, refusal, served, type TestClient } from "../testClient.ts";

let running: RunningEmulator;
let client: TestClient;

beforeAll(async () => void ({ running, client } = await served()));
afterAll(() => running.close());
beforeEach(() => start());

function start(behaviour: Partial<Behaviour> = {}): void {
  const state = seedState();
  running.emulator.replaceState({ ...state, behaviour: { ...state.behaviour, ...behaviour } });
  running.emulator.setFaults([]);
}

const status = async (
  cmdlet: string,
  parameters: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<number> => (await client.invoke(cmdlet, parameters, { headers })).status;

describe("parameters", () => {
  it.each([
    { Verbose: false },
    { Verbose: true, Debug: true },
    { verbose: "true" },
    { ErrorVariable: "e", WarningVariable: "w", InformationVariable: "i" },
    { OutVariable: "o", OutBuffer: "1", PipelineVariable: "p" },
    { ErrorAction: "Stop", WarningAction: "Ignore", InformationAction: "Continue" },
  ])("include the common ones of every cmdlet: %j", async (common) => {
    expect(await status("Get-Mailbox", { Identity: "sales", ...common })).toBe(200);
    expect(await status("Set-Mailbox", { Identity: "sales", MailTip: "x", ...common })).toBe(200);
  });

  it.each([{ ErrorAction: true }, { OutVariable: 1 }])("of %j are text", async (common) => {
    const answer = await client.invoke("Get-Mailbox", { Identity: "sales", ...common });
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining("String")]);
  });

  it.each([
    [0, "None"],
    [1, "All"],
    [2, "Descendents"],
    [3, "SelfAndChildren"],
    [4, "Children"],
  ])("of an enumeration may be its number: InheritanceType %i is %s", async (number, name) => {
    const entry = { Identity: "press", User: "dora.double", AccessRights: ["FullAccess"] };
    const added = await client.invoke("Add-MailboxPermission", {
      ...entry,
      InheritanceType: number,
    });
    expect(added.json.value).toMatchObject([{ InheritanceType: name }]);
    await client.invoke("Remove-MailboxPermission", { ...entry, InheritanceType: number });
    expect(running.emulator.state().mailboxPermissions).toEqual(seedState().mailboxPermissions);
  });

  it("of an enumeration are not just any number", async () => {
    const entry = { Identity: "press", User: "dora.double", AccessRights: ["FullAccess"] };
    expect(await status("Add-MailboxPermission", { ...entry, InheritanceType: 5 })).toBe(400);
    expect(await status("Set-Mailbox", { Identity: "press", Type: 1 })).toBe(400);
  });

  it.each([
    [true, 200, ["Dora Double"]],
    [false, 400, []],
  ])("change a list with StringFieldDelta: %s", async (stringFieldDelta, answer, held) => {
    start({ stringFieldDelta });
    const GrantSendOnBehalfTo = {
      "@odata.type": "#Exchange.StringFieldDeltaUpdateData",
      Add: ["dora.double"],
      Remove: [],
    };
    expect(await status("Set-Mailbox", { Identity: "aoife.obrien", GrantSendOnBehalfTo })).toBe(
      answer,
    );
    const { json } = await client.invoke("Get-Mailbox", { Identity: "aoife.obrien" });
    expect(json.value[0]?.["GrantSendOnBehalfTo"]).toEqual(held);
  });
});

describe("headers", () => {
  it.each([
    ["anyCase", 200],
    ["exact", 400],
  ] as const)("name the cmdlet in %s", async (cmdletNameHeader, answer) => {
    start({ cmdletNameHeader });
    const named = (name: string): Promise<number> =>
      status("Get-Mailbox", { ResultSize: 1 }, { "X-CmdletName": name });
    expect(await named("get-mailbox")).toBe(answer);
    expect(await named("Get-Mailbox")).toBe(200);
    expect(await named("Get-User")).toBe(400);
  });

  it.each([
    ["json", 200],
    ["clixml", 501],
    ["CliXml", 501],
  ])("that ask for %s are answered %i", async (format, answer) => {
    expect(await status("Get-Mailbox", { ResultSize: 1 }, { "X-ResponseFormat": format })).toBe(
      answer,
    );
  });
});

describe("a cmdlet", () => {
  it.each(["Get-Contact", "Remove-Mailbox", "Get-Group", "get-mailboxplan"])(
    "that Microsoft documents and that does not run here is a 501: %s",
    async (name) => {
      const { status: code, json } = await client.invoke(name, { Anything: true });
      expect([code, json.error.code]).toEqual([501, "NotImplementedInEmulator"]);
    },
  );

  it.each(["Get-Mailbx", "Get-EXOMailbox", "Connect-ExchangeOnline", "Get-ADUser"])(
    "that the service does not have is unknown: %s",
    async (name) => {
      const answer = await client.invoke(name);
      expect([answer.status, refusal(answer)]).toEqual([
        400,
        expect.stringContaining(`The term '${name}' is not recognized`),
      ]);
    },
  );
});

describe("a batch", () => {
  it("has booleans among the headers of its items", async () => {
    await client.signIn();
    const item = client.item("0", "Get-Mailbox", { Identity: "sales" });
    const headers = {
      ...(item["headers"] as Record<string, unknown>),
      "parameter-based-routing": true,
    };
    const { json } = await client.batch([{ ...item, headers }]);
    expect(json.responses.map((response) => response.status)).toEqual([200]);
    expect((await client.batch([{ ...item, headers: { a: 1 } }])).status).toBe(400);
  });

  it.each([
    ["https://outlook.office365.com", 200],
    ["https://outlook.office365.us", 400],
    ["https://elsewhere.invalid", 400],
  ])("has urls of the real host on a loopback port: %s is %i", async (origin, answer) => {
    await client.signIn();
    const url = client.endpoint.replace(running.exchangeUrl, origin);
    const { json } = await client.batch([
      client.item("0", "Get-Mailbox", { ResultSize: 1 }, { url }),
    ]);
    expect(json.responses[0]?.status).toBe(answer);
  });
});

describe("a link to the next page", () => {
  it.each([
    [true, 200],
    [false, 405],
  ])("is followed with GET: %s", async (nextLinkByGet, answer) => {
    start({ nextLinkByGet });
    const first = await client.invoke(
      "Get-Mailbox",
      { RecipientTypeDetails: ["SharedMailbox"] },
      { headers: { Prefer: "odata.maxpagesize=12" } },
    );
    running.emulator.clearJournal();
    const next = await client.send(linkOf(first), {
      headers: { authorization: `Bearer ${client.token}` },
    });
    expect([next.status, next.text.includes('"Alias":')]).toEqual([answer, answer === 200]);
    expect(running.emulator.journal()).toMatchObject([{ cmdlet: "Get-Mailbox", page: 2 }]);
  });

  it("is the only thing that is followed with GET", async () => {
    await client.signIn();
    const headers = { authorization: `Bearer ${client.token}` };
    expect((await client.send(client.endpoint, { headers })).status).toBe(405);
    const madeUp = await client.send(`${client.endpoint}?$skiptoken=made-up`, { headers });
    expect(madeUp.status).toBe(400);
  });
});

describe("the sign-in", () => {
  const firstVersion = (changes: Record<string, string> = {}) =>
    client.send(`${running.loginUrl}/${running.tenantId}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: running.clientId,
        client_secret: running.clientSecret,
        resource: "https://outlook.office365.com",
        ...changes,
      }),
    });

  it("of version 1 takes a resource, and returns texts", async () => {
    const { status: code, json } = await firstVersion();
    expect([code, json]).toMatchObject([
      200,
      { token_type: "Bearer", expires_in: "3599", resource: "https://outlook.office365.com" },
    ]);
    client.token = json.access_token;
    expect(await status("Get-Mailbox", { ResultSize: 1 })).toBe(200);
    const resources = running.emulator.journal().map(({ parameters }) => parameters?.["resource"]);
    expect(resources).toContain("https://outlook.office365.com");
  });

  it.each([
    [{ resource: "" }, 400, "must contain the following parameter: 'resource'"],
    [{ resource: "https://vault.azure.net" }, 400, "was not found in the tenant"],
    [{ client_secret: "guess" }, 401, "Invalid client secret"],
  ])("of version 1 with %j is refused", async (changes, code, text) => {
    const answer = await firstVersion(changes);
    expect([answer.status, answer.json.error_description]).toEqual([
      code,
      expect.stringContaining(text),
    ]);
  });
});

describe("an automatic reply", () => {
  it("needs an internal text only, as in Microsoft's first example", async () => {
    const parameters = {
      Identity: "sales",
      AutoReplyState: "Scheduled",
      StartTime: "2199-07-10T08:00:00",
      EndTime: "2199-07-15T17:00:00",
      InternalMessage: "Internal auto-reply message",
    };
    expect(await status("Set-MailboxAutoReplyConfiguration", parameters)).toBe(200);
  });

  it.each([
    ["identity", `Identity:"nobody" couldn't be found`],
    ["object", "object 'nobody' couldn't be found on"],
  ] as const)("of a missing mailbox names the %s", async (missingReplyMailbox, text) => {
    start({ missingReplyMailbox });
    const answer = await client.invoke("Get-MailboxAutoReplyConfiguration", { Identity: "nobody" });
    expect([answer.status, refusal(answer)]).toEqual([
      404,
      expect.stringMatching(
        `ManagementObjectNotFoundException.The operation couldn't be performed because ${text}`,
      ),
    ]);
  });
});

describe("a distribution group of an application", () => {
  it.each([
    ["accept", 200, "Without"],
    ["refuse", 400, undefined],
  ] as const)("without an owner: %s", async (groupWithoutOwner, answer, name) => {
    start({ groupWithoutOwner });
    const parameters = { Name: "Without", PrimarySmtpAddress: "without@contoso.com" };
    expect(await status("New-DistributionGroup", parameters)).toBe(answer);
    const group = running.emulator.state().objects.find(({ Name }) => Name === "Without");
    expect(group?.["Name"]).toBe(name);
  });
});

describe("a throttled request", () => {
  it.each([
    [{ throttledBody: "text" }, /^Too many requests$/],
    [
      { throttledBody: "json" },
      /^{"error":{"code":"TooManyRequests","message":"Too many requests"}}$/,
    ],
  ] as [Partial<Behaviour>, RegExp][])("is answered with %j", async (behaviour, body) => {
    start(behaviour);
    running.emulator.setFaults([{ named: "throttled", retryAfter: "2" }]);
    const answer = await client.invoke("Get-Mailbox", { ResultSize: 1 });
    expect([answer.status, answer.text, answer.headers.get("retry-after")]).toEqual([
      429,
      expect.stringMatching(body),
      "2",
    ]);
  });
});

describe("an error", () => {
  it.each([
    ["pipe", /^Ex\w{6}\|Microsoft\.Exchange\.\S+ManagementObjectNotFoundException\|/],
    ["className", /"ClassName":"Microsoft\.Exchange\.\S+","Message".+"stringId":"Ex\w{6}"/],
  ] as const)(
    "in the encoding %s has a class that the module reads",
    async (errorEncoding, text) => {
      start({ errorEncoding });
      const { json } = await client.invoke("Get-Mailbox", { Identity: "nobody" });
      expect(json.error.details[0]?.message).toMatch(text);
    },
  );

  it("is in such an encoding by default", () => {
    expect(running.emulator.state().behaviour.errorEncoding).toBe("pipe");
  });
});

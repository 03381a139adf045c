import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { manyMailboxes, seedState } from "../seed.ts";
import { readState, type State } from "../state.ts";
import { linkOf, refusal, TestClient } from "../testClient.ts";

let time: number;
let emulator: Emulator;
let client: TestClient;

function start(change: (state: State) => unknown = () => undefined, state = seedState()): void {
  change(state);
  time = Date.parse("2026-06-01T12:00:00Z");
  emulator = createEmulator({ state, clock: () => time });
  client = new TestClient(emulator);
}

beforeEach(() => start());

describe("a caller", () => {
  it("needs a known, unexpired token", async () => {
    await client.signIn();
    const good = client.token;
    client.token = "made-up";
    const answer = await client.invoke("Get-Mailbox");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("invalid_token");
    client.token = good;
    time += 3598_000;
    expect((await client.invoke("Get-Mailbox")).status).toBe(200);
    time += 1_000;
    expect((await client.invoke("Get-Mailbox")).status).toBe(401);
  });

  it("needs a token of the tenant in the path, by id or domain", async () => {
    const at = (tenant: string) =>
      client.invoke(
        "Get-Mailbox",
        {},
        { url: `https://outlook.office365.com/adminapi/beta/${tenant}/InvokeCommand` },
      );
    expect((await at("contoso.onmicrosoft.com")).status).toBe(200);
    expect((await at("0f0f0f0f-0000-4000-8000-000000000000")).status).toBe(401);
  });

  it("needs the application role", async () => {
    start((state) => state.apps[0]?.appRoles.splice(0));
    const answer = await client.invoke("Get-Mailbox");
    expect(answer.status).toBe(401);
    expect(answer.text).toContain("isn't supported in this scenario");
  });

  it("needs a directory role or a role group; without one the answer is 470 NUL bytes", async () => {
    start((state) => state.apps[0]?.directoryRoles.splice(0));
    const answer = await client.invoke("Get-Mailbox");
    expect([answer.status, answer.text, answer.headers.has("x-ms-diagnostics")]).toEqual([
      403,
      "\0".repeat(470),
      false,
    ]);
    start((state) => {
      state.apps[0]?.directoryRoles.splice(0);
      state.behaviour.forbiddenDiagnostics = true;
    });
    expect((await client.invoke("Get-Mailbox")).headers.get("x-ms-diagnostics")).toContain(
      "no role",
    );
    start(
      (state) =>
        state.apps[0]?.directoryRoles.splice(0, 1) &&
        state.apps[0].roleGroups.push("Recipient Management"),
    );
    expect((await client.invoke("Get-Mailbox")).status).toBe(200);
  });

  it("may only read with a reading role", async () => {
    start((state) => state.apps[0]?.directoryRoles.splice(0, 1, "Global Reader"));
    expect((await client.invoke("Get-Mailbox")).status).toBe(200);
    expect((await client.invoke("Set-Mailbox", { Identity: "sales", Alias: "other" })).status).toBe(
      403,
    );
  });
});

describe("a role group of the tenant's own", () => {
  const withRoles = (...roles: string[]): void =>
    start((state) => {
      state.apps[0]?.directoryRoles.splice(0);
      state.apps[0]?.roleGroups.push("provisioning");
      state.roleGroups = { Provisioning: roles };
    });
  const statusOf = async (cmdlet: string, parameters: object): Promise<number> =>
    (await client.invoke(cmdlet, { ...parameters })).status;
  const rename = { Identity: "sales", CustomAttribute1: "x" };
  const member = { Identity: "newsletter", Member: "doug.double" };

  it("permits the cmdlets of its management roles, and no other", async () => {
    withRoles("Mail Recipients");
    expect(await statusOf("Get-Mailbox", {})).toBe(200);
    expect(await statusOf("Set-Mailbox", rename)).toBe(200);
    expect(await statusOf("Add-DistributionGroupMember", member)).toBe(403);
    expect(await statusOf("Set-Mailbox", { ...rename, LitigationHoldEnabled: true })).toBe(400);
    withRoles("Distribution Groups", "Legal Hold");
    expect(await statusOf("Add-DistributionGroupMember", member)).toBe(200);
    expect(await statusOf("Set-Mailbox", rename)).toBe(403);
  });

  it("shows its management roles to those who may read them", async () => {
    const { clientId } = client.emulator.credentials;
    const question = { RoleAssignee: clientId, Delegating: false };
    withRoles("Mail Recipients");
    expect(await statusOf("Get-ManagementRoleAssignment", question)).toBe(403);
    withRoles("Mail Recipients", "View-Only Configuration");
    const answer = await client.invoke("Get-ManagementRoleAssignment", question);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"Role":"Mail Recipients"');
    expect(await statusOf("Get-ManagementRoleAssignment", { RoleAssignee: "no.one" })).toBe(404);
  });

  it("permits what a derived role has of its parent, and shows both", async () => {
    const { clientId } = client.emulator.credentials;
    start((state) => {
      state.apps[0]?.directoryRoles.splice(0);
      state.apps[0]?.roleGroups.push("Provisioning");
      state.roleGroups = { Provisioning: ["Ours", "View-Only Configuration"] };
      const removed = ["Set-MailUser", "Set-Mailbox -CustomAttribute1"];
      state.derivedRoles = { Ours: { parent: "Mail Recipients", removed } };
      state.writeScopes = { provisioning: { RecipientWriteScope: "OU" } };
    });
    expect(await statusOf("Set-Mailbox", { Identity: "sales", CustomAttribute2: "x" })).toBe(200);
    expect(await statusOf("Set-Mailbox", rename)).toBe(400);
    expect(await statusOf("Set-MailUser", { Identity: "x" })).toBe(403);
    const roles = await client.invoke("Get-ManagementRole", {});
    expect(roles.text).toContain(
      '"Name":"Ours","RoleType":"MailRecipients","Parent":"Mail Recipients"',
    );
    const question = { Identity: "Ours\\*" };
    const entries = await client.invoke("Get-ManagementRoleEntry", question);
    expect(entries.text).not.toMatch(/"Set-MailUser"|"LitigationHoldEnabled"/);
    const parameters = entries.json.value.find(({ Name }) => Name === "Set-Mailbox")?.[
      "Parameters"
    ];
    expect(parameters).toContain("CustomAttribute2");
    expect(parameters).not.toContain("CustomAttribute1");
    expect(await statusOf("Get-ManagementRoleEntry", { Identity: "None\\*" })).toBe(404);
    const scopes = await client.invoke("Get-ManagementRoleAssignment", { RoleAssignee: clientId });
    expect(scopes.text).toContain('"RecipientWriteScope":"OU"');
  });

  it.each([
    ["itself", { Ours: { parent: "Ours", removed: [] } }],
    [
      "one that is derived from it",
      { Ours: { parent: "Theirs", removed: [] }, Theirs: { parent: "Ours", removed: [] } },
    ],
  ])("has no role that is derived from %s", (_, derivedRoles) => {
    expect(JSON.stringify(readState({ ...seedState(), derivedRoles }))).toContain(
      "derivedRoles.Ours: must be",
    );
  });

  it("has management roles that exist", () => {
    const state = { ...seedState(), roleGroups: { Provisioning: ["Mail Recipient"] } };
    expect(JSON.stringify(readState(state))).toContain(
      "roleGroups.Provisioning: must be a list of management roles",
    );
  });
});

describe("the request", () => {
  it("is a POST of one command in JSON", async () => {
    await client.signIn();
    const headers = { authorization: `Bearer ${client.token}`, "content-type": "application/json" };
    expect((await client.send(client.endpoint, { headers })).status).toBe(405);
    expect(
      (await client.send(client.endpoint, { method: "POST", headers, body: "{" })).status,
    ).toBe(400);
    expect(
      (
        await client.send(client.endpoint, {
          method: "POST",
          headers: { ...headers, "content-type": "text/plain" },
          body: "{}",
        })
      ).status,
    ).toBe(415);
    expect(
      (await client.invoke("Get-Mailbox", {}, { url: client.endpoint.replace("beta", "gamma") }))
        .status,
    ).toBe(404);
  });

  it("names a cmdlet that exists, and that this emulator runs", async () => {
    expect(refusal(await client.invoke("Get-Mailbx"))).toContain(
      "The term 'Get-Mailbx' is not recognized",
    );
    const answer = await client.invoke("Get-InboxRule");
    expect([answer.status, answer.json.error.code]).toEqual([501, "NotImplementedInEmulator"]);
  });

  it.each([
    [
      "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@7e4a4700-0000-4000-8000-00000000c0de",
      200,
    ],
    ["UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com", 200],
    ["jan.devries@contoso.com", 200],
    ["MBX:ec4b0000-0000-4000-8000-000000000001@contoso.onmicrosoft.com", 200],
    ["TID:7e4a4700-0000-4000-8000-00000000c0de", 200],
    ["APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@@contoso.onmicrosoft.com", 200],
    ["APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@fabrikam.com", 400],
    ["O'Brien", 400],
  ])("with the anchor %s is answered %i", async (anchor, status) => {
    expect(
      (
        await client.invoke(
          "Get-Mailbox",
          { ResultSize: 1 },
          { headers: { "X-AnchorMailbox": anchor } },
        )
      ).status,
    ).toBe(status);
  });

  it("announces its cmdlet correctly, or not at all", async () => {
    expect(
      (await client.invoke("Get-Mailbox", {}, { headers: { "X-CmdletName": "Get-Mailbox" } }))
        .status,
    ).toBe(200);
    expect(
      (await client.invoke("Get-Mailbox", {}, { headers: { "X-CmdletName": "Set-Mailbox" } }))
        .status,
    ).toBe(400);
  });

  it("with Confirm on is only validated", async () => {
    const answer = await client.invoke("Set-Mailbox", {
      Identity: "sales",
      CustomAttribute2: "x",
      Confirm: true,
    });
    expect(answer.json["@adminapi.confirmationmessage"]).toBeTruthy();
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).json.value[0]).toMatchObject(
      { CustomAttribute2: "" },
    );
  });
});

describe("the answer", () => {
  it("contains rows with annotations, a context and a request id", async () => {
    const answer = await client.invoke("Get-Mailbox", { Identity: "aoife.obrien" });
    expect(answer.headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json["@odata.context"]).toContain("$metadata");
    expect(answer.json.value[0]).toMatchObject({
      Guid: "0b1ec700-0000-4000-8000-000000000001",
      "Guid@data.type": "System.Guid",
      "EmailAddresses@odata.type": "#Collection(String)",
      ProhibitSendQuota: "49.5 GB (53,150,220,288 bytes)",
      ArchiveGuid: "00000000-0000-0000-0000-000000000000",
    });
  });

  it("is trimmed by $select; an unknown name is simply absent", async () => {
    const [row] = (
      await client.invoke(
        "Get-Mailbox",
        { Identity: "aoife.obrien" },
        { select: "displayname,Guid,Nonsense" },
      )
    ).json.value;
    expect(row).toEqual({
      Guid: "0b1ec700-0000-4000-8000-000000000001",
      "Guid@data.type": "System.Guid",
      DisplayName: "Aoife O'Brien",
    });
  });

  it.each([
    [
      "pipe",
      /^Ex6F9304\|Microsoft\.Exchange\.[\w.]+\.ManagementObjectNotFoundException\|The operation .+ 'nobody'/,
    ],
    [
      "message",
      /^{"Message":"The operation .+","TypeName":"Microsoft\.Exchange\..+\.ManagementObjectNotFoundException",/,
    ],
    [
      "className",
      /^{"ClassName":"Microsoft\..+","Message":"The operation .+","localizedString":{"stringId":"Ex6F9304"}}$/,
    ],
  ] as const)(
    "refuses in the real envelope, with the detail as %s",
    async (errorEncoding, message) => {
      start((state) => (state.behaviour.errorEncoding = errorEncoding));
      const answer = await client.invoke("Get-Mailbox", { Identity: "nobody" });
      expect(answer.status).toBe(404);
      expect(answer.headers.get("x-exceptiontype")).toBe("ManagementObjectNotFoundException");
      expect(answer.json.error).toMatchObject({
        code: "NotFound",
        message: "Error executing cmdlet",
        innererror: {
          internalexception: {
            type: "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
          },
        },
      });
      expect(answer.json.error.details[0]?.message).toMatch(message);
    },
  );
});

describe("pages", () => {
  const size = (count: number) => ({ Prefer: `odata.maxpagesize=${count}` });

  async function allPages(cmdlet: string, select: string): Promise<Record<string, unknown>[][]> {
    const pages: Record<string, unknown>[][] = [];
    let link: string | undefined = `${client.endpoint}?$select=${select}`;
    while (link !== undefined) {
      const { json } = await client.invoke(cmdlet, { ResultSize: "Unlimited" }, { url: link });
      pages.push(json.value);
      link = json["@odata.nextLink"];
    }
    return pages;
  }

  it("are linked, and a continuation repeats the request", async () => {
    const parameters = { RecipientTypeDetails: ["SharedMailbox"], ResultSize: "Unlimited" };
    const first = await client.invoke("Get-Mailbox", parameters, {
      headers: size(5),
      select: "Guid",
    });
    const link = linkOf(first);
    expect(link).toMatch(
      /^https:\/\/outlook\.office365\.com\/adminapi\/beta\/.+\/InvokeCommand\?%24skiptoken=/,
    );
    const second = await client.invoke("Get-Mailbox", parameters, { url: link, headers: size(5) });
    const again = await client.invoke("Get-Mailbox", parameters, { url: link, headers: size(5) });
    expect(again.json.value).toEqual(second.json.value);
    const third = await client.invoke("Get-Mailbox", parameters, {
      url: linkOf(second),
      headers: size(5),
    });
    expect(third.json["@odata.nextLink"]).toBeUndefined();
    const guids = [first, second, third].flatMap((page) =>
      page.json.value.map((row) => row["Guid"]),
    );
    expect([guids.length, new Set(guids).size]).toEqual([13, 13]);
    expect(Object.keys(third.json.value[0] ?? {})).toEqual(["Guid@data.type", "Guid"]);
    expect(
      emulator
        .journal()
        .filter(({ side }) => side === "exchange")
        .map(({ page }) => page),
    ).toEqual([1, 2, 2, 3]);
  });

  it("cannot be continued too late, with another body, or from a made-up link", async () => {
    const expired = "Expired or Invalid pagination request. Default Expiry time is 00:30:00";
    const link = linkOf(await client.invoke("Get-Mailbox", {}, { headers: size(5) }));
    expect(refusal(await client.invoke("Get-Mailbox", { ResultSize: 7 }, { url: link }))).toContain(
      expired,
    );
    expect(refusal(await client.invoke("Get-Mailbox", {}, { url: `${link}x` }))).toContain(expired);
    time += 30 * 60_000 - 1;
    expect((await client.invoke("Get-Mailbox", {}, { url: link })).status).toBe(200);
    time += 1;
    const late = await client.invoke("Get-Mailbox", {}, { url: link });
    expect([late.status, refusal(late)]).toEqual([400, expect.stringContaining(expired)]);
  });

  it.each(["0", "1001", "many"])("of %s rows are refused", async (count) => {
    expect(
      (
        await client.invoke(
          "Get-Mailbox",
          {},
          { headers: { Prefer: `odata.maxpagesize=${count}` } },
        )
      ).status,
    ).toBe(400);
  });

  it("stop at ResultSize, with a warning on the last page when there is more", async () => {
    const first = await client.invoke("Get-Mailbox", { ResultSize: 7 }, { headers: size(5) });
    expect([first.json.value.length, first.json["@adminapi.warnings"]]).toEqual([5, undefined]);
    const last = await client.invoke(
      "Get-Mailbox",
      { ResultSize: 7 },
      { url: linkOf(first), headers: size(5) },
    );
    expect([last.json.value.length, last.json["@adminapi.warnings"]]).toEqual([
      2,
      [expect.stringMatching(/^There are more results available/)],
    ]);
  });

  it("contain a thousand rows by default, also in a large tenant", async () => {
    start(undefined, manyMailboxes(2500));
    const limited = await client.invoke("Get-Mailbox", {}, { select: "Guid" });
    expect([limited.json.value.length, limited.json["@odata.nextLink"]]).toEqual([1000, undefined]);
    expect(limited.json["@adminapi.warnings"]).toHaveLength(1);
    const counts = (await allPages("Get-Mailbox", "Guid")).map((page) => page.length);
    expect(counts).toEqual([1000, 1000, 500]);
  });

  it("keep the objects of the first page, with their properties at the time of reading", async () => {
    const parameters = { Filter: "CustomAttribute1 -like 'E10000*'", ResultSize: "Unlimited" };
    const first = await client.invoke("Get-Mailbox", parameters, {
      headers: size(5),
      select: "Alias,CustomAttribute1",
    });
    await client.invoke("Set-Mailbox", { Identity: "wei.wang", CustomAttribute1: "E100011" });
    await client.invoke("Set-Mailbox", { Identity: "jose.garcia", CustomAttribute1: "left" });
    await client.invoke("Set-Mailbox", { Identity: "aoife.obrien", CustomAttribute1: "E100009" });
    const second = await client.invoke("Get-Mailbox", parameters, {
      url: linkOf(first),
      headers: size(5),
    });
    const rows = [first, second].flatMap((page) =>
      page.json.value.map((row) => `${String(row["Alias"])} ${String(row["CustomAttribute1"])}`),
    );
    expect(rows).toEqual([
      "aoife.obrien E100001",
      "finn.oneil E100002",
      "oo.gmbh E100003",
      "jurgen.muller E100004",
      "lukasz.wisniewski E100005",
      "ayse.sahin E100006",
      "jose.garcia left",
      "jose.garcia2 E100008",
      "robin.vos E100009",
    ]);
  });
});

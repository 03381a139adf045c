import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import { TestClient } from "../testClient.ts";

const verifier = "a-verifier-of-at-least-43-characters-0123456789";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const redirectUri = "http://localhost:51234/";
const graphScopes = ["User.ReadWrite.All", "Group.ReadWrite.All"];
const scope = [
  "openid profile offline_access",
  ...graphScopes.map((name) => `https://graph.microsoft.com/${name}`),
  "https://outlook.office365.com/Exchange.Manage",
].join(" ");
const admin = "anna.bakker@contoso.com";
const operator = "bas.smit@contoso.com";
const dayMs = 24 * 3_600_000;

let emulator: Emulator;
let client: TestClient;
let clock: number;

beforeEach(() => {
  clock = Date.parse("2026-06-01T12:00:00Z");
  const state = seedState();
  const idOf = (name: string): string =>
    String(
      state.objects.find((one) => one["UserPrincipalName"] === name)?.["ExternalDirectoryObjectId"],
    );
  state.entra = {
    ...state.entra,
    users: {
      ...state.entra?.users,
      [idOf(admin)]: { directoryRoles: ["Global Administrator"] },
      [idOf(operator)]: {
        directoryRoles: ["User Administrator"],
        roleGroups: ["Recipient Management"],
      },
    },
  };
  emulator = createEmulator({ state, clock: () => clock });
  client = new TestClient(emulator);
});

const host = "https://login.microsoftonline.com";
const tenant = (): string => emulator.credentials.tenantId;

function addressOf(
  changes: Record<string, string | null> = {},
  page = "oauth2/v2.0/authorize",
): string {
  const url = new URL(`${host}/${tenant()}/${page}`);
  const query: Record<string, string | null> = {
    client_id: emulator.credentials.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state: "the-state",
    nonce: "the-nonce",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(query))
    if (value !== null) url.searchParams.set(name, value);
  return url.href;
}

interface Shown {
  status: number;
  text: string;
  /** The parameters of the way back. */
  back: URLSearchParams | undefined;
}

/** What a browser gets when a form is filled; nothing for the first look. */
async function shown(filled: Record<string, string> = {}, address = addressOf()): Promise<Shown> {
  const init =
    Object.keys(filled).length === 0
      ? {}
      : { method: "POST", body: new URLSearchParams(filled).toString() };
  const { status, text, headers } = await client.send(address, init);
  const location = headers.get("location");
  return { status, text, back: location === null ? undefined : new URL(location).searchParams };
}

async function token(fields: Record<string, string | null>): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = emulator.credentials;
  const form = new URLSearchParams({ client_id: clientId, client_secret: clientSecret });
  for (const [name, value] of Object.entries(fields)) if (value !== null) form.set(name, value);
  const { status, json } = await client.send(`${host}/${tenant()}/oauth2/v2.0/token`, {
    method: "POST",
    body: form.toString(),
  });
  return { status, ...json };
}

const redeemed = (code: string, changes: Record<string, string | null> = {}) =>
  token({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    scope: "https://graph.microsoft.com/.default openid profile offline_access",
    ...changes,
  });
const refreshed = (refreshToken: unknown, resource = "https://graph.microsoft.com") =>
  token({
    grant_type: "refresh_token",
    refresh_token: String(refreshToken),
    scope: `${resource}/.default offline_access`,
  });

async function consented(): Promise<string> {
  const { back } = await shown({ account: admin, decision: "accept" });
  return back?.get("code") ?? "";
}
const claimsOf = (jwt: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;

describe("the sign-in page", () => {
  it("asks for the account, then for the consent of an administrator, and returns a code", async () => {
    expect((await shown()).text).toContain('<input name="account"');
    expect((await shown({ account: "nobody@contoso.com" })).text).toContain("AADSTS50034");
    const { text } = await shown({ account: admin });
    for (const asked of [...graphScopes, "Exchange.Manage"]) expect(text).toContain(asked);
    const { status, back } = await shown({ account: admin, decision: "accept" });
    expect([status, back?.get("state"), back?.get("code")]).toEqual([
      302,
      "the-state",
      expect.stringMatching(/^0\.emulated-code\./),
    ]);
    expect(emulator.state().apps[0]?.consented).toEqual({
      graph: graphScopes,
      exchange: ["Exchange.Manage"],
    });
    expect((await shown({ account: operator })).back?.get("code")).toBeTruthy();
  });

  it("returns 65004 when an administrator declines, and grants nothing", async () => {
    const { back } = await shown({ account: admin, decision: "cancel" });
    expect(back?.get("error")).toBe("consent_required");
    expect(back?.get("error_description")).toMatch(/^AADSTS65004: .* Trace ID: .* Timestamp: /);
    expect(emulator.state().apps[0]?.consented).toBeUndefined();
  });

  it("lets others ask for approval, and returns a bare access_denied", async () => {
    expect((await shown({ account: operator })).text).toContain("AADSTS90095");
    await shown({ account: operator, decision: "request", justification: "We provision." });
    expect(emulator.signIns().approvals).toMatchObject([
      { user: operator, justification: "We provision." },
    ]);
    const { back } = await shown({ account: operator, decision: "leave" });
    expect([...(back ?? [])]).toEqual([
      ["error", "access_denied"],
      ["state", "the-state"],
    ]);
    emulator.setBehaviour({ adminConsentRequests: "off" });
    expect((await shown({ account: operator })).text).toContain("AADSTS90094");
  });

  it("returns without a parameter from the page of a policy that blocks", async () => {
    emulator.setBehaviour({ signInPolicy: "block" });
    expect((await shown({ account: admin })).text).toContain("AADSTS53003");
    expect([...((await shown({ account: admin, decision: "leave" })).back ?? ["none"])]).toEqual(
      [],
    );
  });

  it.each([
    ["another application", { client_id: "11111111-0000-4000-8000-000000000000" }, "AADSTS700016"],
    [
      "an address that is not registered",
      { redirect_uri: "http://localhost/other" },
      "AADSTS50011",
    ],
    ["another host", { redirect_uri: "http://127.0.0.1:51234/" }, "AADSTS50011"],
    ["no response type", { response_type: null }, "AADSTS70007"],
    ["a scope that is none", { scope: "openid nonsense" }, "AADSTS70011"],
    ["another resource", { scope: "https://example.com/Some.Scope" }, "AADSTS500011"],
  ])("shows the error itself for %s", async (_title, changes, expected) => {
    const { status, text, back } = await shown({}, addressOf(changes));
    expect([status, back]).toEqual([400, undefined]);
    expect(text).toContain(expected);
  });

  it("sends itself as a form where that is asked for", async () => {
    const { text } = await shown(
      { account: admin, decision: "accept" },
      addressOf({ response_mode: "form_post" }),
    );
    expect(text).toContain('action="http://localhost:51234/"');
    expect(text).toContain('name="code" value="0.emulated-code.');
  });
});

describe("the page of administrators", () => {
  const address = (): string => addressOf({}, "v2.0/adminconsent");
  it("consents for the tenant, with neither a code nor a token", async () => {
    expect((await shown({ account: operator }, address())).text).toContain("AADSTS90094");
    const { back } = await shown({ account: admin, decision: "accept" }, address());
    expect(Object.fromEntries(back ?? [])).toEqual({
      admin_consent: "True",
      tenant: tenant(),
      scope,
      state: "the-state",
    });
    expect((await shown({ account: operator })).back?.get("code")).toBeTruthy();
  });

  it("says admin_consent=True after a refusal as well", async () => {
    const { back } = await shown({ account: admin, decision: "cancel" }, address());
    expect([back?.get("admin_consent"), back?.get("error")]).toEqual(["True", "consent_required"]);
    expect(emulator.state().apps[0]?.consented).toBeUndefined();
  });
});

describe("tokens for a user", () => {
  it("come with the code, once, and say who and what", async () => {
    const code = await consented();
    const answer = await redeemed(code, { client_info: "1" });
    expect(answer).toMatchObject({ status: 200, token_type: "Bearer", expires_in: 3599 });
    expect(claimsOf(answer["access_token"])).toMatchObject({
      aud: "https://graph.microsoft.com",
      upn: admin,
      idtyp: "user",
      scp: graphScopes.join(" "),
    });
    expect(claimsOf(answer["id_token"])).toMatchObject({
      preferred_username: admin,
      nonce: "the-nonce",
      aud: emulator.credentials.clientId,
    });
    expect(await redeemed(code)).toMatchObject({ status: 400, error_codes: [54005] });
  });

  it.each<[string, Record<string, string | null>, number]>([
    ["another verifier", { code_verifier: `${verifier}x` }, 501481],
    ["no verifier", { code_verifier: null }, 501481],
    ["another address", { redirect_uri: "http://localhost:1/" }, 500112],
    ["no secret", { client_secret: "" }, 7000218],
    ["another secret", { client_secret: "wrong" }, 7000215],
    ["two resources", { scope }, 70011],
    ["a code that is none", { code: "none" }, 70000],
    ["a scope without consent", { scope: "https://graph.microsoft.com/Mail.Read" }, 65001],
  ])("do not come with %s", async (_title, changes, number) => {
    expect(await redeemed(await consented(), changes)).toMatchObject({ error_codes: [number] });
  });

  it("do not come eleven minutes later", async () => {
    const code = await consented();
    clock += 11 * 60_000;
    expect(await redeemed(code)).toMatchObject({ error_codes: [70008] });
  });

  it("are renewed for each resource, and the old refresh token stays", async () => {
    const first = await redeemed(await consented());
    const second = await refreshed(first["refresh_token"], "https://outlook.office365.com");
    expect(second["refresh_token"]).not.toBe(first["refresh_token"]);
    expect(claimsOf(second["access_token"])).toMatchObject({
      aud: "https://outlook.office365.com",
      scp: "Exchange.Manage",
    });
    expect(await refreshed(first["refresh_token"])).toMatchObject({ status: 200 });
  });

  it.each<[string, () => void, number]>([
    ["90 idle days", () => void (clock += 91 * dayMs), 700082],
    [
      "an administrator revoked them",
      () => [...emulator.signIns().refreshTokens.values()].forEach((one) => (one.endedAt = clock)),
      50173,
    ],
    ["a policy blocks", () => emulator.setBehaviour({ signInPolicy: "block" }), 53003],
    ["a policy asks for more", () => emulator.setBehaviour({ signInPolicy: "multifactor" }), 50076],
    ["the consent is gone", () => delete emulator.state().apps[0]?.consented, 65001],
    [
      "the user is disabled",
      () => {
        const { entra } = emulator.state();
        for (const user of Object.values(entra?.users ?? {})) user["accountEnabled"] = false;
        for (const object of emulator.state().objects)
          if (object["UserPrincipalName"] === admin) object["AccountDisabled"] = true;
      },
      50057,
    ],
  ])("end when %s", async (_title, change, number) => {
    const { refresh_token: held } = await redeemed(await consented());
    expect(await refreshed(held)).toMatchObject({ status: 200 });
    change();
    expect(await refreshed(held)).toMatchObject({ status: 400, error_codes: [number] });
  });

  it("end when the sessions are revoked, and a text that is no token is refused", async () => {
    const first = await redeemed(await consented());
    clock += 60_000;
    const oid = String(claimsOf(first["access_token"])["oid"]);
    const { status } = await client.send(
      `https://graph.microsoft.com/v1.0/users/${oid}/revokeSignInSessions`,
      { method: "POST", headers: { authorization: `Bearer ${String(first["access_token"])}` } },
    );
    expect(status).toBe(200);
    expect(await refreshed(first["refresh_token"])).toMatchObject({ error_codes: [50173] });
    expect(await refreshed("damaged")).toMatchObject({ error_codes: [9002313] });
  });
});

describe("an application that acts for a user", () => {
  async function actingAs(
    name: string,
    resource?: string,
  ): Promise<(method: string, url: string, body?: object) => Promise<number>> {
    await consented();
    const { back } = await shown({ account: name });
    const { refresh_token: held } = await redeemed(back?.get("code") ?? "");
    const { access_token: access } = await refreshed(held, resource);
    return async (method, url, body) =>
      (
        await client.send(url, {
          method,
          headers: {
            authorization: `Bearer ${String(access)}`,
            "content-type": "application/json",
          },
          ...(body && { body: JSON.stringify(body) }),
        })
      ).status;
  }
  const users = "https://graph.microsoft.com/v1.0/users";

  it("may do what its scopes and the role of the user permit together", async () => {
    const asOperator = await actingAs(operator);
    expect(
      await asOperator("PATCH", `${users}/chris.jansen@contoso.com`, { department: "Care" }),
    ).toBe(204);
    // A Global Administrator is beyond a User Administrator.
    expect(await asOperator("PATCH", `${users}/${admin}`, { accountEnabled: false })).toBe(403);
    expect(await asOperator("GET", "https://graph.microsoft.com/v1.0/subscribedSkus")).toBe(403);
  });

  it("may only read for a user without a role", async () => {
    const asAnyone = await actingAs("chris.jansen@contoso.com");
    expect(await asAnyone("GET", `${users}/${admin}`)).toBe(200);
    expect(await asAnyone("PATCH", `${users}/${operator}`, { department: "Care" })).toBe(403);
  });

  it("may run cmdlets as the role groups of the user permit", async () => {
    const cmdlet = (CmdletName: string, Parameters: object) => ({
      CmdletInput: { CmdletName, Parameters },
    });
    const url = `https://outlook.office365.com/adminapi/beta/${tenant()}/InvokeCommand`;
    const asOperator = await actingAs(operator, "https://outlook.office365.com");
    expect(
      await asOperator(
        "POST",
        url,
        cmdlet("Set-Mailbox", { Identity: operator, CustomAttribute1: "x" }),
      ),
    ).toBe(200);
    const asAnyone = await actingAs("chris.jansen@contoso.com", "https://outlook.office365.com");
    expect(await asAnyone("POST", url, cmdlet("Get-Mailbox", { Identity: operator }))).toBe(403);
  });
});

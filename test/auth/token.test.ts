import { readFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { clouds, scopeOf, type CloudName, type Resource } from "../../lib/auth/clouds.ts";
import type { Credential } from "../../lib/auth/application.ts";
import { tokenSource, type TokenSource } from "../../lib/auth/token.ts";
import { httpTransport, type HttpReply, type HttpRequest } from "../../lib/net/transport.ts";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import type { State } from "../emulator/state.ts";
import {
  clientId,
  cut,
  faultOf,
  reply,
  tenantId,
  timeOf,
  transportOf,
  type Scripted,
  type Time,
} from "../exchange/scripted.ts";

const secret = "the-secret-value~of-this.test";

const issued = (token: string, seconds: unknown = 3599): HttpReply =>
  reply(200, {
    token_type: "Bearer",
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: token,
  });
const refused = (number: number, text: string, status = 401): HttpReply =>
  reply(status, {
    error: "invalid_client",
    error_description: `AADSTS${number}: ${text} Trace ID: t Correlation ID: c Timestamp: 2026-11-22 08:00:00Z`,
    error_codes: [number],
    timestamp: "2026-11-22 08:00:00Z",
    trace_id: "t",
    correlation_id: "c",
  });

interface World {
  token: TokenSource;
  sent: HttpRequest[];
  time: Time;
  kept: string[];
  warnings: string[];
  form(index?: number): Record<string, string>;
}

function worldOf(
  answers: Scripted[],
  {
    credential = { secret },
    cloud = "worldwide",
    resource = "exchange",
    loginUrl,
    forever = false,
    remainingMs = 25_000,
  }: {
    credential?: Credential;
    cloud?: CloudName;
    resource?: Resource;
    loginUrl?: string;
    forever?: boolean;
    remainingMs?: number;
  } = {},
): World {
  const { transport, sent } = transportOf(answers, forever);
  const time = timeOf({ remainingMs });
  const kept: string[] = [];
  const warnings: string[] = [];
  const token = tokenSource(
    { tenantId, clientId, credential, cloud: clouds[cloud], resource, loginUrl },
    {
      transport,
      pace: time.pace,
      clock: time.clock,
      keepSecret: (one) => kept.push(one),
      warn: (one) => warnings.push(one),
    },
  );
  return {
    token,
    sent,
    time,
    kept,
    warnings,
    form: (index = 0) => Object.fromEntries(new URLSearchParams(sent[index]?.body)),
  };
}

describe("a token", () => {
  it("costs one request, and none for discovery", async () => {
    const { token, sent, form, time, kept } = worldOf([issued("one")]);
    expect([await token.get(), await token.get(), await token.get()]).toEqual([
      "one",
      "one",
      "one",
    ]);
    expect(sent.map(({ method, url }) => [method, url.split("?")[0]])).toEqual([
      ["POST", `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`],
    ]);
    expect(form()).toMatchObject({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secret,
      scope: "https://outlook.office365.com/.default",
    });
    expect(time.pace.stats).toEqual({ requests: 1, retries: 0, waitedMs: 0 });
    expect(kept).toContain("one");
  });

  it("is requested only when it is needed", () => {
    expect(worldOf([]).sent).toEqual([]);
  });

  it("is shared by simultaneous callers", async () => {
    const { token, sent } = worldOf([issued("one")]);
    expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual([
      "one",
      "one",
      "one",
    ]);
    expect(sent).toHaveLength(1);
  });

  it("for Microsoft Graph names that resource in its scope", async () => {
    const { token, form } = worldOf([issued("one")], { resource: "graph" });
    expect(await token.get()).toBe("one");
    expect(form()["scope"]).toBe("https://graph.microsoft.com/.default");
  });

  it.each(Object.keys(clouds) as CloudName[])(
    "of the cloud %s comes from its sign-in service, for its Exchange, even at another address",
    async (cloud) => {
      const { token, sent, form } = worldOf([issued("one")], {
        cloud,
        loginUrl: "http://127.0.0.1:1",
      });
      await token.get();
      expect(sent.map(({ url }) => url.split("?")[0])).toEqual([
        `http://127.0.0.1:1/${tenantId}/oauth2/v2.0/token`,
      ]);
      expect(form()["scope"]).toBe(scopeOf(clouds[cloud], "exchange"));
    },
  );

  it("is renewed two minutes before it expires", async () => {
    const { token, time } = worldOf([issued("one", 3600), issued("two", 3600)]);
    await token.get();
    time.pass(3_479_000);
    expect(await token.get()).toBe("one");
    time.pass(2_000);
    expect(await token.get()).toBe("two");
    time.pass(3_400_000);
    expect(await token.get()).toBe("two");
  });

  it("whose lifetime is a string is kept for that lifetime", async () => {
    const { token } = worldOf([issued("one", "3600")]);
    await token.get();
    expect(await token.get()).toBe("one");
  });

  it("without a lifetime is used once", async () => {
    const { token } = worldOf([issued("one", null), issued("two", null)]);
    expect([await token.get(), await token.get()]).toEqual(["one", "two"]);
  });

  it("that does not come is a fault", async () => {
    expect(await faultOf(worldOf([reply(200, {})]).token.get())).toMatchObject({
      kind: "unexpected",
      message: "The answer of the sign-in service has no token.",
    });
  });
});

describe("a refused token", () => {
  it("is replaced, with the claims of the refusal", async () => {
    const { token, form, sent } = worldOf([issued("one"), issued("two")]);
    await token.get();
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
    expect(await token.get({ token: "one", claims })).toBe("two");
    expect(form(0)["claims"]).toBeUndefined();
    expect(JSON.parse(form(1)["claims"] ?? "")).toMatchObject(JSON.parse(claims) as object);
    expect(sent).toHaveLength(2);
  });

  it("is replaced once for all requests it was refused for, simultaneous or consecutive", async () => {
    const { token, sent } = worldOf([issued("one"), issued("two")]);
    await token.get();
    expect(
      await Promise.all([token.get({ token: "one" }), token.get({ token: "one" }), token.get()]),
    ).toEqual(["two", "two", "two"]);
    expect(await token.get({ token: "one" })).toBe("two");
    expect(sent).toHaveLength(2);
  });
});

describe("a sign-in that fails", () => {
  it.each([
    [
      7000215,
      "Invalid client secret provided. Ensure the secret being sent in the request is " +
        "the client secret value, not the client secret ID",
      "(AppSecret)",
    ],
    [7000222, "The provided client secret keys for app are expired.", "(AppSecret)"],
    [700016, "Application with identifier was not found in the directory", "(AppId)"],
    [90002, "Tenant not found. Check to make sure you have the correct tenant ID", "(TenantID)"],
    [
      700027,
      "The certificate with identifier used to sign the client assertion is not registered on application.",
      "(AppCertificateBase64String)",
    ],
    [700024, "Client assertion is not within its valid time range.", "clock of this machine"],
    [500011, "The resource principal named https://outlook.office365.com was not found", "(Cloud)"],
    [123456789, "Nobody has met this one.", "AADSTS123456789: Nobody has met this one."],
  ])(
    "with AADSTS%i explains what is wrong, once and without the secret",
    async (number, text, words) => {
      const { token, sent, time } = worldOf([refused(number, text)]);
      const fault = await faultOf(token.get());
      expect(fault.message).toContain(words);
      expect(fault.message).not.toContain(secret);
      expect(fault.message).not.toMatch(/Timestamp|Trace ID|Error\(s\)/);
      expect([sent.length, time.waits.length]).toEqual([1, 0]);
    },
  );

  it.each([200, 400, 404])(
    "with a web page (status %i) blames a proxy or a wrong address",
    async (status) => {
      const fault = await faultOf(worldOf([reply(status, "<html>Blocked</html>")]).token.get());
      expect(fault).toMatchObject({ kind: "unexpected", retryable: false });
      expect(fault.message).toContain("returned a web page");
    },
  );

  it("with a redirect does not follow it", async () => {
    const { token, sent } = worldOf([reply(302, "", { location: "https://evil.example/" })]);
    expect(await faultOf(token.get())).toMatchObject({ kind: "unexpected" });
    expect(sent).toHaveLength(1);
  });

  it("with an incomplete answer is tried again", async () => {
    const { token, time } = worldOf([reply(200, '{"access_token":"half'), issued("one")]);
    expect(await token.get()).toBe("one");
    expect(time.pace.stats).toEqual({ requests: 2, retries: 1, waitedMs: 1000 });
  });

  it("with incomplete answers only reports that, without quoting them", async () => {
    const fault = await faultOf(
      worldOf([reply(200, '{"access_token":"half')], { forever: true }).token.get(),
    );
    expect(fault.kind).toBe("unavailable");
    expect(fault.message).not.toContain("half");
  });

  it.each([408, 429, 500, 502, 503, 504])(
    "with status %i is tried again after the requested time",
    async (status) => {
      const { token, time } = worldOf([
        reply(status, "<html>", { "retry-after": "3" }),
        cut(),
        issued("one"),
      ]);
      expect(await token.get()).toBe("one");
      expect(time.waits).toEqual([3000, 2000]);
    },
  );

  it("that requests a wait beyond the deadline fails at once", async () => {
    const { token, sent } = worldOf([reply(429, "", { "retry-after": "60" })]);
    expect(await faultOf(token.get())).toMatchObject({
      kind: "throttled",
      message: expect.stringContaining("Trying again in 60 s") as string,
    });
    expect(sent).toHaveLength(1);
  });

  it("without a connection names the host", async () => {
    const { token, sent } = worldOf([cut()], { forever: true });
    expect(await faultOf(token.get())).toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("the connection was cut") as string,
    });
    expect(sent).toHaveLength(3);
  });

  it("does not spoil the next one", async () => {
    const { token } = worldOf([
      reply(200, "<html>"),
      refused(7000215, "No."),
      refused(7000222, "No.", 400),
      issued("one"),
    ]);
    expect((await faultOf(token.get())).message).toContain("a web page");
    expect((await faultOf(token.get())).message).toContain("7000215");
    expect((await faultOf(token.get())).message).toContain("7000222");
    expect(await token.get()).toBe("one");
  });
});

const certificate = (name: string): string =>
  readFileSync(new URL(`certificates/${name}`, import.meta.url), "utf8");
const credential = { pfxBase64: certificate("openssl-modern.pfx.txt"), password: "correct horse" };

describe("with a certificate", () => {
  it.each(Object.keys(clouds) as CloudName[])(
    "signs for the sign-in of the cloud %s, even at another address",
    async (cloud) => {
      const { token, form, kept } = worldOf([issued("one")], {
        credential,
        cloud,
        loginUrl: "http://127.0.0.1:1",
      });
      await token.get();
      const { client_assertion: assertion = "", client_secret: none } = form();
      const [header, claims] = assertion
        .split(".", 2)
        .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as unknown);
      expect(header).toMatchObject({ alg: "PS256", "x5t#S256": expect.any(String) as string });
      expect(claims).toMatchObject({
        aud: `https://${clouds[cloud].login}/${tenantId}/oauth2/v2.0/token`,
        iss: clientId,
        sub: clientId,
      });
      expect(none).toBeUndefined();
      expect(kept).toContain(assertion);
    },
  );

  it("that ends within 30 days signs in, and warns once", async () => {
    const { token, time, warnings } = worldOf([issued("one"), issued("two")], { credential });
    time.pass(Date.parse("2126-09-30T00:00:00Z") - time.clock());
    expect([await token.get(), await token.get({ token: "one" })]).toEqual(["one", "two"]);
    expect(warnings).toEqual([
      'The certificate "O=HelloID connectors, CN=exchange-online-connector test" in "App certificate" ' +
        "(AppCertificateBase64String) expires on 2126-10-29. Renew it before then (exo-connector certificate new).",
    ]);
  });

  it("that is valid for longer signs in without a warning", async () => {
    const { token, time, warnings } = worldOf([issued("one")], { credential });
    time.pass(Date.parse("2126-09-29T00:00:00Z") - time.clock());
    expect(await token.get()).toBe("one");
    expect(warnings).toEqual([]);
  });

  it("that has expired is refused before a request is sent", async () => {
    const { token, time, sent, warnings } = worldOf([], { credential });
    time.pass(Date.parse("2126-10-30T00:00:00Z") - time.clock());
    expect((await faultOf(token.get())).message).toContain("expired on 2126-10-29");
    expect([sent, warnings]).toEqual([[], []]);
  });

  it("that cannot be read sends no request", async () => {
    const { token, sent } = worldOf([], { credential: { pfxBase64: "bm8gcGZ4", password: "" } });
    await faultOf(token.get());
    expect(sent).toEqual([]);
  });
});

describe("against the emulator", () => {
  let running: RunningEmulator | undefined;
  const { send: transport, close } = httpTransport();
  afterEach(async () => await running?.close());
  afterAll(close);

  async function signIn(
    change: (state: State) => void,
    own: { credential?: Credential; clientId?: string; tenantId?: string; cloud?: CloudName } = {},
  ): Promise<string> {
    const state = seedState();
    change(state);
    // msal rounds the second from which its assertion is valid up as often as down; the real
    // service allows for clocks that differ.
    running = await startEmulator({ state, clock: () => Date.now() + 1000 });
    const time = timeOf();
    const settings = {
      tenantId: own.tenantId ?? running.tenantId,
      clientId: own.clientId ?? running.clientId,
      credential: own.credential ?? { secret: running.clientSecret },
      cloud: clouds[own.cloud ?? "worldwide"],
      resource: "exchange" as const,
      loginUrl: running.loginUrl,
    };
    return await tokenSource(settings, {
      transport,
      pace: time.pace,
      clock: time.clock,
      keepSecret: () => undefined,
    }).get();
  }

  it.each(Object.keys(clouds) as CloudName[])("signs in to %s with one POST", async (cloud) => {
    expect(await signIn((state) => (state.tenant.cloud = cloud), { cloud })).toMatch(/^ey/);
    expect(
      running?.emulator.journal().map(({ method, path }) => [method, path.split("?")[0]]),
    ).toEqual([["POST", `/${tenantId}/oauth2/v2.0/token`]]);
  });

  it.each(Object.keys(clouds) as CloudName[])(
    "signs in to %s with a certificate, of which the signature and the audience are checked",
    async (cloud) => {
      const change = (state: State): void => {
        state.tenant.cloud = cloud;
        state.apps[0]?.certificates.push(certificate("leaf.crt"));
      };
      expect(await signIn(change, { cloud, credential })).toMatch(/^ey/);
      expect(running?.emulator.journal().map(({ status }) => status)).toEqual([200]);
    },
  );

  it("a certificate that is not registered", async () => {
    expect((await faultOf(signIn(() => undefined, { credential }))).message).toContain(
      "(AADSTS700027)",
    );
  });

  it.each<[string, Parameters<typeof signIn>[1], string]>([
    ["a wrong secret", { credential: { secret: "wrong" } }, "AADSTS7000215"],
    ["an expired secret", { credential: { secret: "emulated-secret-expired" } }, "AADSTS7000222"],
    [
      "an unknown application",
      { clientId: "00000000-0000-4000-8000-000000000001" },
      "AADSTS700016",
    ],
    ["an unknown tenant", { tenantId: "00000000-0000-4000-8000-000000000001" }, "AADSTS90002"],
    ["another cloud", { cloud: "china" }, "AADSTS500011"],
  ])("%s", async (_name, own, number) => {
    expect((await faultOf(signIn(() => undefined, own))).message).toContain(`(${number})`);
  });
});

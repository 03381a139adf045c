import { createHash, constants, generateKeyPairSync, sign } from "node:crypto";
import forge from "node-forge";
import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import { TestClient } from "../testClient.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
let emulator: Emulator;
let client: TestClient;

beforeEach(() => {
  emulator = createEmulator({ clock: () => now });
  client = new TestClient(emulator);
});

describe("a client secret", () => {
  it("returns a bearer token with the application's roles", async () => {
    const { status, json } = await client.signIn();
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599 });
    const claims = Buffer.from(json.access_token.split(".")[1] ?? "", "base64url").toString();
    expect(JSON.parse(claims)).toMatchObject({
      aud: "https://outlook.office365.com",
      roles: ["Exchange.ManageAsApp"],
      appid: emulator.credentials.clientId,
    });
  });

  it.each([
    [
      "an unknown tenant",
      {},
      "0f0f0f0f-0000-4000-8000-000000000000",
      400,
      "invalid_request",
      90002,
    ],
    [
      "an unknown application",
      { client_id: "0f0f0f0f-0000-4000-8000-000000000000" },
      undefined,
      400,
      "unauthorized_client",
      700016,
    ],
    ["a wrong secret", { client_secret: "guess" }, undefined, 401, "invalid_client", 7000215],
    [
      "an expired secret",
      { client_secret: "emulated-secret-expired" },
      undefined,
      401,
      "invalid_client",
      7000222,
    ],
    ["no credential", { client_secret: null }, undefined, 401, "invalid_client", 7000216],
    ["another grant", { grant_type: "password" }, undefined, 400, "unsupported_grant_type", 70003],
    ["no scope", { scope: null }, undefined, 400, "invalid_request", 900144],
    [
      "a scope without /.default",
      { scope: "https://outlook.office365.com/Exchange.ManageAsApp" },
      undefined,
      400,
      "invalid_scope",
      1002012,
    ],
    [
      "the scope of another resource",
      { scope: "https://vault.azure.net/.default" },
      undefined,
      400,
      "invalid_resource",
      500011,
    ],
    [
      "the scope of another cloud",
      { scope: "https://outlook.office365.us/.default" },
      undefined,
      400,
      "invalid_resource",
      500011,
    ],
  ])(
    "is refused for %s",
    async (_, changes: Record<string, string | null>, tenant, status, error, code) => {
      const answer = await client.signIn(changes, tenant);
      expect(answer.status).toBe(status);
      expect(answer.json).toMatchObject({
        error,
        error_codes: [code],
        timestamp: "2026-06-01 12:00:00Z",
        error_uri: `https://login.microsoftonline.com/error?code=${code}`,
      });
      expect(answer.json.error_description).toMatch(
        new RegExp(`^AADSTS${code}: .+Trace ID: .+Correlation ID: .+Timestamp: `),
      );
    },
  );

  it("is also accepted under the tenant's domain; another cloud needs its own scope", async () => {
    expect((await client.signIn({}, "contoso.onmicrosoft.com")).status).toBe(200);
    const state = seedState();
    state.tenant.cloud = "usGovDoD";
    emulator.replaceState(state);
    expect((await client.signIn()).json.error_codes).toEqual([500011]);
    expect(
      (await client.signIn({ scope: "https://outlook-dod.office365.us/.default" })).status,
    ).toBe(200);
  });
});

describe("a client assertion", () => {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const pem = certificateFor(keys, "2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
  const expired = certificateFor(keys, "2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
  const { clientId, tenantId } = createEmulator().credentials;
  const audience = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
  const seconds = now / 1000;

  interface Making {
    certificate?: string;
    alg?: "PS256" | "RS256";
    named?: "x5t" | "x5t#S256";
    claims?: Record<string, unknown>;
    spoil?: boolean;
  }

  function assertion({
    certificate = pem,
    alg = "PS256",
    named = alg === "PS256" ? "x5t#S256" : "x5t",
    claims = {},
    spoil = false,
  }: Making = {}): string {
    const der = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const thumbprint = createHash(named === "x5t" ? "sha1" : "sha256")
      .update(der)
      .digest("base64url");
    const part = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    const all = {
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: "one",
      nbf: seconds - 10,
      exp: seconds + 300,
      ...claims,
    };
    const content = `${part({ typ: "JWT", alg, [named]: thumbprint })}.${part(all)}`;
    const padding =
      alg === "PS256"
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
        : { padding: constants.RSA_PKCS1_PADDING };
    const signed = Buffer.from(spoil ? "other" : content);
    const signature = sign("sha256", signed, { key: keys.privateKey, ...padding });
    return `${content}.${signature.toString("base64url")}`;
  }

  const present = (client_assertion: string) =>
    client.signIn({
      client_secret: null,
      client_assertion,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });

  beforeEach(() => {
    const state = seedState();
    state.apps[0]?.certificates.push(pem, expired);
    emulator.replaceState(state);
  });

  it.each([
    ["PS256", "x5t#S256"],
    ["RS256", "x5t"],
    ["RS256", "x5t#S256"],
  ] as const)("signed as %s and named by %s is accepted", async (alg, named) => {
    expect((await present(assertion({ alg, named }))).status).toBe(200);
  });

  it.each([
    [
      "the certificate is not registered",
      { certificate: certificateFor(keys, "2025-01-01T00:00:00Z", "2028-01-01T00:00:00Z") },
      700027,
      /\[Reason - The key was not found\., Thumbprint of key used by client: '[0-9A-F]{64}'/,
    ],
    ["the signature is another's", { spoil: true }, 700027, /signature value did not match/],
    ["the certificate has expired", { certificate: expired }, 700027, /key used is expired/],
    [
      "it has expired",
      { claims: { exp: seconds - 300 } },
      700024,
      /assertion valid from 2026-06-01T11:59:50\.000Z/,
    ],
    ["it is not valid yet", { claims: { nbf: seconds + 301 } }, 700024, /valid time range/],
    [
      "it is for another endpoint",
      { claims: { aud: "http://127.0.0.1/token" } },
      700023,
      /audience/,
    ],
    ["it is in another's name", { claims: { sub: "someone" } }, 700021, /client_id/],
    ["it has no jti", { claims: { jti: undefined } }, 50027, /jti/],
  ])("is refused when %s", async (_, making: Making, code, text) => {
    const answer = await present(assertion(making));
    expect(answer.json.error_codes).toEqual([code]);
    expect(answer.json.error_description).toMatch(text);
  });

  it("is refused when it is not a JWT", async () => {
    expect((await present("nonsense")).json.error_codes).toEqual([50027]);
  });

  it("appears in the journal as its kind only, without the secret", async () => {
    await present(assertion());
    await client.signIn();
    expect(emulator.journal().map(({ credential, status }) => [credential, status])).toEqual([
      ["assertion", 200],
      ["secret", 200],
    ]);
    expect(JSON.stringify(emulator.journal())).not.toContain(emulator.credentials.clientSecret);
    expect(JSON.stringify(emulator.journal())).not.toContain("eyJ");
  });
});

it("offers no discovery of clouds, and records who requested it", async () => {
  const { login } = emulator.baseUrls();
  const { tenantId } = emulator.credentials;
  for (const path of ["/common/discovery/instance", `/${tenantId}/oauth2/v2.0/token`]) {
    expect((await client.send(login + path)).status).toBe(404);
  }
  expect(emulator.journal().map(({ side, method, status }) => [side, method, status])).toEqual(
    Array(2).fill(["login", "GET", 404]),
  );
});

it("names the tenant of a domain in its OpenID metadata, and refuses a domain of no tenant", async () => {
  const { login } = emulator.baseUrls();
  const { tenantId } = emulator.credentials;
  const metadataOf = (tenant: string) =>
    client.send(`${login}/${tenant}/v2.0/.well-known/openid-configuration`);
  for (const name of [tenantId, "contoso.onmicrosoft.com"])
    expect((await metadataOf(name)).json).toMatchObject({
      issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    });
  const refused = await metadataOf("fabrikam.onmicrosoft.com");
  expect(refused.status).toBe(400);
  expect(refused.json).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
});

it("answers with the date of its clock", async () => {
  const { login } = emulator.baseUrls();
  emulator.advance(7_200_000);
  const { headers } = await client.send(login);
  expect(Math.abs(Date.parse(headers.get("date") ?? "") - emulator.now())).toBeLessThan(2_000);
});

function certificateFor(
  keys: { publicKey: string; privateKey: string },
  from: string,
  until: string,
): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = `0${Date.parse(until).toString(16)}`.slice(-10);
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(until);
  const name = [{ name: "commonName", value: "emulator test" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

import { execFileSync } from "node:child_process";
import { createDecipheriv, createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CompactEncrypt, CompactSign } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentFault } from "../../lib/agent/agentFault.ts";
import { openConfiguration, sealConfiguration } from "../../lib/agent/sealedConfiguration.ts";
import { newSigningKey, type SigningKey } from "../../lib/agent/signingKey.ts";
import type { SealedConfiguration } from "../../lib/generated/types.ts";
import { configurationAt, hasOpenssl, newPair, token, type Pair } from "./keys.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const weekMs = 7 * 86_400_000;
let pair: Pair;
let other: Pair;
let service: SigningKey;
let text: string;
beforeAll(async () => {
  [pair, other, service] = [await newPair(), await newPair(), await newSigningKey()];
  text = await sealed();
});

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector sealed "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sealed = (more: Partial<SealedConfiguration> = {}, signer = service) =>
  sealConfiguration(configurationAt(now, more), { recipient: pair.publicKey, signer });

const open = (file: string, more: { key?: Pair; at?: number; service?: string } = {}) =>
  openConfiguration(file, {
    key: (more.key ?? pair).privateKey,
    serviceThumbprint: more.service ?? service.thumbprint,
    now: more.at ?? now,
    source: "agent-config.jwe",
  });

async function faultOf(work: Promise<unknown>): Promise<AgentFault> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AgentFault);
  const fault = thrown as AgentFault;
  expect(fault.message).toContain("agent-config.jwe");
  expect(fault.message).not.toContain(token);
  return fault;
}

/** What the service would not seal: a content of any kind, signed and encrypted in any way. */
async function handmade(
  content: object,
  headers: { signed?: object; sealed?: object; signer?: SigningKey } = {},
): Promise<string> {
  const signer = headers.signer ?? service;
  const jws = await new CompactSign(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({
      alg: "EdDSA",
      typ: "agent-config+jws",
      jwk: { ...signer.publicKey },
      ...headers.signed,
    })
    .sign(signer.privateKey);
  return await new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({
      alg: "RSA-OAEP-256",
      enc: "A256GCM",
      typ: "agent-config+jwe",
      kid: pair.publicKey.thumbprint,
      ...headers.sealed,
    })
    .encrypt(pair.publicKey.key);
}

describe("a sealed configuration", () => {
  it("opens for the holder of the private key, unchanged", async () => {
    expect(await open(text)).toEqual(configurationAt(now));
    expect(await open(`${text}\r\n`)).toEqual(configurationAt(now));
    expect(text).not.toContain(token);
  });

  it.runIf(hasOpenssl)("opens with openssl and AES-256-GCM, without this project", () => {
    const [header = "", key = "", iv = "", content = "", tag = ""] = text.split(".");
    const [keyFile, wrapped] = ["agent.key", "key.bin"].map((name) => path.join(folder, name));
    writeFileSync(keyFile ?? "", pair.privatePem, { mode: 0o600 });
    writeFileSync(wrapped ?? "", Buffer.from(key, "base64url"));
    const options = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"];
    const contentKey = execFileSync("openssl", [
      ...["pkeyutl", "-decrypt", "-inkey", keyFile ?? "", "-in", wrapped ?? ""],
      ...options.flatMap((option) => ["-pkeyopt", option]),
    ]);
    const cipher = createDecipheriv("aes-256-gcm", contentKey, Buffer.from(iv, "base64url"))
      .setAAD(Buffer.from(header))
      .setAuthTag(Buffer.from(tag, "base64url"));
    const jws = Buffer.concat([
      cipher.update(Buffer.from(content, "base64url")),
      cipher.final(),
    ]).toString();
    const payload = Buffer.from(jws.split(".")[1] ?? "", "base64url").toString();
    expect(JSON.parse(payload)).toEqual(configurationAt(now));
    const { x } = service.publicKey;
    const canonical = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
    expect(createHash("sha256").update(canonical).digest("base64url")).toBe(service.thumbprint);
  });

  it("is refused with another key, and names both", async () => {
    const fault = await faultOf(open(text, { key: other }));
    expect(fault.code).toBe("notForThisKey");
    expect(fault.message).toContain(pair.publicKey.thumbprint);
    expect(fault.message).toContain(other.publicKey.thumbprint);
  });

  it.each([0, 1, 2, 3, 4])("is refused when one byte of part %d is changed", async (part) => {
    const parts = text.split(".");
    const bytes = Buffer.from(parts[part] ?? "", "base64url");
    // In the header, a byte of the type of the content, so that it stays JSON.
    const place = part === 0 ? bytes.indexOf("JWT") : Math.floor(bytes.length / 2);
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    parts[part] = bytes.toString("base64url");
    expect((await faultOf(open(parts.join(".")))).code).toBe("altered");
  });

  it("is refused when another service has signed it, whatever it calls itself", async () => {
    const stranger = await newSigningKey();
    const fault = await faultOf(open(await sealed({ iss: service.thumbprint }, stranger)));
    expect(fault.code).toBe("otherService");
    expect(fault.message).toContain(stranger.thumbprint);
    const named = { signer: stranger, signed: { jwk: { ...service.publicKey } } };
    const forged = await handmade(configurationAt(now), named);
    expect((await faultOf(open(forged))).code).toBe("altered");
  });

  it("expires, to the millisecond", async () => {
    expect(await open(text, { at: now + weekMs - 1 })).toBeDefined();
    const fault = await faultOf(open(text, { at: now + weekMs }));
    expect(fault.code).toBe("expired");
    expect(fault.message).toContain("expired at 2026-12-07T12:00:00Z");
  });

  it("is refused by a clock that is more than five minutes behind", async () => {
    expect(await open(text, { at: now - 300_000 })).toBeDefined();
    const fault = await faultOf(open(text, { at: now - 300_001 }));
    expect(fault.code).toBe("clockBehind");
    expect(fault.message).toMatch(/was sealed at .* and the clock of this machine shows/);
  });

  it("is refused in a newer format, before its content is read", async () => {
    const fault = await faultOf(open(await handmade({ v: 2, all: "different" })));
    expect(fault.code).toBe("newerVersion");
    expect(fault.message).toContain("has the format 2");
  });

  it("is refused when it is something else that the service has signed", async () => {
    const fault = await faultOf(open(await handmade({ ...configurationAt(now), aud: "a job" })));
    expect(fault.code).toBe("otherAudience");
  });

  it.each([
    ["no sealed file", () => "hello"],
    ["an empty file", () => ""],
    ["a part of one", () => text.slice(0, 100)],
    ["another sealed text", () => handmade({}, { sealed: { typ: "JWE" } })],
  ])("is refused when it is %s", async (_what, file) => {
    expect((await faultOf(open(await file()))).code).toBe("notSealed");
  });

  it.each([
    ["a weaker algorithm for the key", { sealed: { alg: "RSA-OAEP" } }],
    ["another algorithm for the content", { sealed: { enc: "A128GCM" } }],
    ["another type of what is signed", { signed: { typ: "JWT" } }],
  ])("is refused with %s", async (_what, headers) => {
    expect((await faultOf(open(await handmade(configurationAt(now), headers)))).code).toBe(
      "altered",
    );
  });

  it("is refused when something is missing, and names it", async () => {
    const { domains: _domains, ...rest } = configurationAt(now);
    const fault = await faultOf(open(await handmade(rest)));
    expect(fault.code).toBe("altered");
    expect(fault.message).toContain("domains is missing");
  });

  it("is not made of values that are wrong", async () => {
    const domains: SealedConfiguration["domains"] = [
      { baseDn: "contoso", hosts: ["dc1"], port: 0 },
    ];
    await expect(sealed({ domains })).rejects.toThrow(
      /baseDn is "contoso"; expected a base DN such as .*port is 0; expected a port/,
    );
  });
});

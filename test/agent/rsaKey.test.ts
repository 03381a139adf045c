import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { AgentFault } from "../../lib/agent/agentFault.ts";
import { newKeyPair, privateKeyIn, publicKeyIn } from "../../lib/agent/rsaKey.ts";
import { newPair, passphrase, type Pair } from "./keys.ts";

let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
});

async function faultOf(work: Promise<unknown>): Promise<AgentFault> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AgentFault);
  return thrown as AgentFault;
}

const read = (text: string | Buffer) => publicKeyIn(Buffer.from(text), "--public-key x.pub");

describe("a public key", () => {
  it("is read as SubjectPublicKeyInfo and as PKCS#1, with the same thumbprint", async () => {
    const pkcs1 = createPublicKey(pair.publicPem).export({ type: "pkcs1", format: "pem" });
    const keys = [await read(pair.publicPem), await read(pkcs1)];
    for (const key of keys)
      expect(key).toMatchObject({ thumbprint: pair.publicKey.thumbprint, bits: 2048 });
    expect(pair.publicKey.thumbprint).toMatch(/^[\w-]{43}$/);
  });

  it("is read from the UTF-16 that a redirection in PowerShell writes", async () => {
    const bytes = Buffer.from(`\uFEFF${pair.publicPem}`, "utf16le");
    expect((await read(bytes)).thumbprint).toBe(pair.publicKey.thumbprint);
  });

  it("is read from a certificate in PEM and in DER", async () => {
    const pem = readFileSync(new URL("../auth/certificates/leaf.crt", import.meta.url));
    const { raw, publicKey } = new X509Certificate(pem);
    const spki = publicKey.export({ type: "spki", format: "pem" });
    const keys = [await read(pem), await read(raw), await read(spki)];
    expect(new Set(keys.map(({ thumbprint }) => thumbprint)).size).toBe(1);
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const edwards = generateKeyPairSync("ed25519").publicKey;
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const pem = (key: typeof ec): string => key.export({ type: "spki", format: "pem" }).toString();
  it.each([
    ["of SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA anna@laptop", "sshKey", /is a key of SSH/],
    ["of SSH in its own PEM", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "sshKey", /is a key of SSH/],
    ["of an elliptic curve", pem(ec), "notRsa", /of the type ec; expected RSA/],
    ["of Ed25519", pem(edwards), "notRsa", /of the type ed25519; expected RSA/],
    ["of 1024 bits", pem(short), "shortKey", /RSA key of 1024 bits; expected 2048 or more/],
    ["that is not one", "hello", "notAKey", /is not a public key/],
    ["that is empty", "", "notAKey", /is not a public key/],
    [
      "that is cut off",
      "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
      "notAKey",
      /or is damaged/,
    ],
  ])("%s is refused", async (_what, text, code, sentence) => {
    const fault = await faultOf(read(text));
    expect(fault).toMatchObject({ code, kind: "invalid" });
    expect(fault.message).toMatch(sentence);
    expect(fault.message).toContain("--public-key x.pub");
  });

  it("is refused when it is a private one, in any form, and counts as exposed", async () => {
    const key = createPrivateKey(pair.privatePem);
    const forms = [
      pair.privatePem,
      key.export({ type: "pkcs1", format: "pem" }),
      key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }),
      key.export({ type: "pkcs8", format: "der" }),
      key.export({ type: "pkcs1", format: "der" }),
      `${pair.publicPem}${pair.privatePem}`,
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n-----END OPENSSH PRIVATE KEY-----",
      "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none",
    ];
    for (const form of forms) {
      const fault = await faultOf(read(form));
      expect(fault.code).toBe("privateKeyPasted");
      expect(fault.message).toMatch(/counts as exposed now: make a new pair/);
      expect(fault.message).not.toContain(pair.privatePem.split("\n")[1]);
    }
  });
});

describe("a private key", () => {
  const open = (text: string | Buffer, words?: string) =>
    privateKeyIn(Buffer.from(text), words, "--key agent.key");

  it("opens with its passphrase only, and has the thumbprint of its public half", async () => {
    const made = await newKeyPair(2048, passphrase);
    expect(made.privateKey).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect((await open(made.privateKey, passphrase)).thumbprint).toBe(made.thumbprint);
    expect((await read(made.publicKey)).thumbprint).toBe(made.thumbprint);
    expect((await faultOf(open(made.privateKey))).code).toBe("passphraseMissing");
    const wrong = await faultOf(open(made.privateKey, "canary-wrong"));
    expect(wrong.code).toBe("passphraseWrong");
    expect(wrong.message).not.toContain("canary-wrong");
  });

  it("needs no passphrase when it has none, and one that is named does not disturb", async () => {
    expect((await open(pair.privatePem, "unused")).thumbprint).toBe(pair.publicKey.thumbprint);
  });

  it.each([
    ["the public half", () => pair.publicPem, "publicKeyOnly"],
    ["something else", () => "hello", "notAKey"],
    [
      "one of an elliptic curve",
      () =>
        generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      "notRsa",
    ],
  ])("is refused when it is %s", async (_what, text, code) => {
    expect((await faultOf(open(text()))).code).toBe(code);
  });
});

/**
 * The key pair of a site. Its public half seals the configuration of the agent, its private half opens it and never
 * leaves the machine of the agent. It only encrypts: requests are signed with another key.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";
import { AgentFault } from "./agentFault.ts";
import { thumbprintOf } from "./signingKey.ts";

/** One half of an RSA key pair. */
export interface RsaKey {
  key: KeyObject;
  /** Of the public half: SHA-256 as in RFC 7638, 43 characters. The same for every form of the file. */
  thumbprint: string;
  bits: number;
}

export const minBits = 2048;
export const defaultBits = 3072;

/** A new key pair as texts in PEM: PKCS#8, encrypted when there is a passphrase, and SubjectPublicKeyInfo. */
export async function newKeyPair(
  bits: number,
  passphrase: string | undefined,
): Promise<{ privateKey: string; publicKey: string; thumbprint: string }> {
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: bits });
  const protection = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return {
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem", ...protection }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    thumbprint: await thumbprintOf(pair.publicKey),
  };
}

/**
 * The public key in a file: SubjectPublicKeyInfo or PKCS#1 in PEM, or an X.509 certificate in PEM or DER. `source`
 * names the file in faults. Throws an `AgentFault`, never with the content of the file.
 */
export async function publicKeyIn(content: Buffer, source: string): Promise<RsaKey> {
  const text = textOf(content);
  if (isPrivate(text, content)) throw pasted(source);
  if (/^(ssh-|ecdsa-|sk-)|BEGIN SSH2 PUBLIC KEY/m.test(text))
    throw new AgentFault("sshKey", {
      kind: "invalid",
      message: `${source} is a key of SSH; expected an RSA public key in PEM, as agent keygen writes it.`,
    });
  let key: KeyObject;
  try {
    const isCertificate = text.includes("BEGIN CERTIFICATE") || !text.includes("-----BEGIN");
    key = isCertificate
      ? new X509Certificate(text.includes("-----BEGIN") ? text : content).publicKey
      : createPublicKey(text);
  } catch {
    throw new AgentFault("notAKey", {
      kind: "invalid",
      message:
        `${source} is not a public key, or is damaged; expected PEM that begins with -----BEGIN PUBLIC KEY-----, or ` +
        "a certificate.",
    });
  }
  return await rsaKey(key, source);
}

/** The private key in a file: PKCS#8 or PKCS#1 in PEM, with a passphrase or without. Throws an `AgentFault`. */
export async function privateKeyIn(
  content: Buffer,
  passphrase: string | undefined,
  source: string,
): Promise<RsaKey> {
  const text = textOf(content);
  if (
    /-----BEGIN (RSA )?PUBLIC KEY-----|-----BEGIN CERTIFICATE-----/.test(text) &&
    !hasPrivate(text)
  )
    throw new AgentFault("publicKeyOnly", {
      kind: "invalid",
      message: `${source} is the public half; expected the private key that was made with it.`,
    });
  const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text);
  if (isEncrypted && passphrase === undefined)
    throw new AgentFault("passphraseMissing", {
      kind: "invalid",
      message: `${source} is protected with a passphrase, and none was named.`,
    });
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, ...(isEncrypted && { passphrase }) });
  } catch {
    // The error of OpenSSL for a wrong passphrase differs by the bytes that decryption yields.
    if (isEncrypted)
      throw new AgentFault("passphraseWrong", {
        kind: "invalid",
        message: `The passphrase does not open ${source}.`,
      });
    throw new AgentFault("notAKey", {
      kind: "invalid",
      message: `${source} is not a private key in PEM, or is damaged.`,
    });
  }
  return await rsaKey(key, source);
}

async function rsaKey(key: KeyObject, source: string): Promise<RsaKey> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const bits = details?.modulusLength ?? 0;
  if (type !== "rsa")
    throw new AgentFault("notRsa", {
      kind: "invalid",
      message: `${source} is a key of the type ${type ?? "unknown"}; expected RSA of ${minBits} bits or more.`,
    });
  if (bits < minBits)
    throw new AgentFault("shortKey", {
      kind: "invalid",
      message: `${source} is an RSA key of ${bits} bits; expected ${minBits} or more, better ${defaultBits}.`,
    });
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return { key, bits, thumbprint: await thumbprintOf(publicKey) };
}

/** What a file of PowerShell's redirection, which is UTF-16, or of an editor contains. */
function textOf(content: Buffer): string {
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  return content
    .toString(isUtf16 ? "utf16le" : "utf8")
    .replace(/^\uFEFF/, "")
    .trim();
}

const hasPrivate = (text: string): boolean =>
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File/.test(text);

/** Also one in DER, which has no name of its type in front. */
function isPrivate(text: string, content: Buffer): boolean {
  if (text.includes("-----BEGIN") || content[0] !== 0x30) return hasPrivate(text);
  return (["pkcs8", "pkcs1"] as const).some((type) => {
    try {
      createPrivateKey({ key: content, format: "der", type });
      return true;
    } catch {
      return false;
    }
  });
}

function pasted(source: string): AgentFault {
  return new AgentFault("privateKeyPasted", {
    kind: "invalid",
    message:
      `${source} is a private key, which must not leave the machine of the agent. It counts as exposed now: make a ` +
      "new pair with agent keygen, and name its public half.",
  });
}

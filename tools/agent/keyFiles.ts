/** The files of an agent's key pair, and how they are read again. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { newKeyPair, privateKeyIn, publicKeyIn, type RsaKey } from "../../lib/agent/rsaKey.ts";
import type { StoreOwner } from "../../lib/store/storeOwner.ts";
import { makeFolderOf, withFile } from "../session/files.ts";
import { assertNew } from "../session/newFile.ts";
import { UsageError } from "../session/usageError.ts";

export interface KeyFiles {
  /** PEM, PKCS#8. Stays on the machine of the agent. */
  privateKey: string;
  /** PEM, SubjectPublicKeyInfo: for the service. */
  publicKey: string;
}

/** Makes a key pair in two new files. Only the owner can read the private one; on Windows, the folder decides. */
export async function makeKeyFiles(
  folder: string,
  bits: number,
  passphrase: string | undefined,
): Promise<KeyFiles & { thumbprint: string }> {
  const files = {
    privateKey: path.join(folder, "agent.key"),
    publicKey: path.join(folder, "agent.pub"),
  };
  for (const file of Object.values(files)) assertNew("--folder", file);
  const pair = await newKeyPair(bits, passphrase);
  writeNew(files.privateKey, pair.privateKey, 0o600);
  try {
    writeNew(files.publicKey, pair.publicKey, 0o644);
  } catch (error) {
    rmSync(files.privateKey, { force: true });
    throw error;
  }
  return { ...files, thumbprint: pair.thumbprint };
}

/** Writes a file that does not exist yet. */
export function writeNew(file: string, text: string, mode: number): void {
  withFile(file, "written", () => {
    makeFolderOf(file);
    writeFileSync(file, text, { flag: "wx", mode, flush: true });
  });
}

/** The public key that an option names. Throws an `AgentFault` or a `UsageError`. */
export async function readPublicKey(option: string, file: string): Promise<RsaKey> {
  return await publicKeyIn(contentOf(file), `${option} ${file}`);
}

/** The private key that an option names. On POSIX systems, no other account may be able to read it. */
export async function readPrivateKey(
  file: string,
  { passphrase, owner }: { passphrase: string | undefined; owner: StoreOwner },
): Promise<RsaKey> {
  const key = await privateKeyIn(contentOf(file), passphrase, `--key ${file}`);
  const handle = await open(file, "r");
  try {
    owner.checkFile(file, handle.fd);
  } finally {
    await handle.close();
  }
  return key;
}

/** The passphrase in a file, or in the environment. Undefined: there is none. */
export function passphraseFrom(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return secretFrom({ option: "--passphrase-file", file }, "EXO_CONNECTOR_AGENT_PASSPHRASE", env);
}

/** A secret in a file, without the end of its line, or in a variable of the environment. Undefined: there is none. */
export function secretFrom(
  { option, file }: { option: string; file: string | undefined },
  variable: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const given = env[variable] ?? "";
  if (file === undefined) return given === "" ? undefined : given;
  const text = contentOf(file)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .replace(/\r?\n$/, "");
  if (text === "") throw new UsageError(`${option} ${file} is empty.`);
  return text;
}

/** The bytes of a file that an option names. */
export function contentOf(file: string): Buffer {
  return withFile(file, "read", () => readFileSync(file));
}

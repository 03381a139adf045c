/** The file in which the service leaves its address and its secret, for one account of this machine. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { openToRead, type StoreOwner } from "../../lib/store/storeOwner.ts";
import { version } from "../../lib/generated/version.ts";
import { isRecord } from "../../lib/record.ts";
import { UsageError } from "../session/usageError.ts";

/** The content of the file, in JSON. */
export interface ServiceAddress {
  /** Where events are posted. */
  url: string;
  /** The bearer token of each request. Secret. */
  secret: string;
  /** Of the service. */
  version: string;
  pid: number;
}

const minSecretLength = 32;

/** The secret in the environment, or a new one. */
export function secretOf(env: Readonly<Record<string, string | undefined>>): string {
  const given = env[secretVariable] ?? "";
  if (given === "") return randomBytes(32).toString("base64url");
  if (given.length < minSecretLength || !/^[\x21-\x7e]+$/.test(given))
    throw new UsageError(
      `${secretVariable} has ${given.length} characters; expected ${minSecretLength} or more, in ASCII without spaces.`,
    );
  return given;
}

export const secretVariable = "EXO_CONNECTOR_SERVE_SECRET";

/**
 * Writes the file, which only `owner` can read, in a folder that only `owner` can read: it is made when it does not
 * exist. The result removes the file, unless another service has replaced it. Throws a `Fault` for a folder or a file
 * that others can read.
 */
export async function writeAddress(
  file: string,
  address: Pick<ServiceAddress, "url" | "secret">,
  owner: StoreOwner,
): Promise<() => Promise<void>> {
  const folder = path.dirname(file);
  const text = `${JSON.stringify({ ...address, version, pid: process.pid })}\n`;
  await owner.makeFolder(folder);
  await owner.checkFolder(folder);
  const incoming = `${file}.${process.pid}.incoming`;
  await rm(incoming, { force: true });
  const handle = await open(incoming, "wx", 0o600);
  try {
    owner.own(handle.fd);
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  await rename(incoming, file);
  return async () => {
    if ((await readFile(file, "utf8").catch(() => "")) === text) await rm(file, { force: true });
  };
}

/** Reads the file; undefined when there is none. Throws when others can read it, or it is something else. */
export async function readAddress(
  file: string,
  owner: StoreOwner,
): Promise<ServiceAddress | undefined> {
  const handle = await open(file, openToRead).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    await owner.checkFolder(path.dirname(file));
    owner.checkFile(file, handle.fd);
    const address: unknown = JSON.parse(await handle.readFile("utf8"));
    if (isAddress(address)) return address;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  } finally {
    await handle.close();
  }
  throw new UsageError(
    `${file} is not the file of a service: expected one that serve has written, or none.`,
  );
}

/** Throws a `UsageError` when the service that wrote this file still answers: two would run events at the same time. */
export async function refuseSecond(file: string, owner: StoreOwner): Promise<void> {
  const found = await readAddress(file, owner);
  if (found === undefined) return;
  const isThere = await fetch(found.url).then(
    () => true,
    () => false,
  );
  if (isThere)
    throw new UsageError(
      `A service listens on ${found.url} already (process ${found.pid}), as ${file} says: end it first.`,
    );
}

function isAddress(value: unknown): value is ServiceAddress {
  return (
    isRecord(value) &&
    ["url", "secret", "version"].every((name) => typeof value[name] === "string") &&
    typeof value["pid"] === "number"
  );
}

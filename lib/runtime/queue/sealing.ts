/** What the database holds of events and answers: sealed with a key that is never in it. */
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../fault.ts";
import { isRecord } from "../../record.ts";
import { decrypted, encrypted } from "../../store/seal.ts";
import { textOf, writeWhole } from "../../store/sealedStore.ts";
import type { StoreOwner } from "../../store/storeOwner.ts";

export interface Sealing {
  /** Names the key of the names, and says nothing about it. */
  readonly keyId: string;
  /** The IDs of the keys that open, the one that seals last. */
  readonly contentKeyIds: readonly string[];
  /** The content opens for the same `binding` only: what it is, and of which job. */
  seal(content: string, binding: string): object;
  /** Throws an `invalid` fault for what was not sealed with one of these keys for this binding. */
  open(sealed: unknown, binding: string): string;
  /** The same text for the same value, from which no one without the key learns the value. */
  digest(value: string): string;
}

const keyBytes = 32;

/**
 * Seals with the last of these keys, and opens with each. The names of events and accounts are always hashed with the
 * first one: with another, an event that was sent would be a new one, and the order of its account would be lost.
 */
export function sealingWith(first: Buffer, ...later: readonly Buffer[]): Sealing {
  const nameKey = partOf(first, "names");
  const digest = (value: string): string => hashed(nameKey, value);
  const contentKeys = [first, ...later].map((key) => partOf(key, "content"));
  const sealKey = contentKeys.at(-1) ?? nameKey;
  return {
    keyId: digest("the key itself").slice(0, 16),
    contentKeyIds: contentKeys.map((key) => hashed(key, "the key itself").slice(0, 16)),
    digest,
    seal: (content, binding) => ({
      sealed: encrypted(sealKey, Buffer.from(content), binding).toString("base64"),
    }),
    open(sealed, binding) {
      const text = isRecord(sealed) ? sealed["sealed"] : undefined;
      const bytes = typeof text === "string" ? Buffer.from(text, "base64") : undefined;
      // What was sealed last is opened most.
      for (const key of bytes === undefined ? [] : contentKeys.toReversed()) {
        const content = decrypted(key, bytes ?? Buffer.alloc(0), binding);
        if (content !== undefined) return content.toString("utf8");
      }
      throw Fault.invalid(
        `The ${binding} in the queue does not open: it was changed, or sealed with another key.`,
      );
    },
  };
}

function partOf(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `exo-connector queue ${use}`, keyBytes));
}

function hashed(key: Buffer, value: string): string {
  return createHmac("sha256", key).update(value).digest("base64url");
}

/** The keys in a file, the oldest first. */
export type QueueKeys = readonly [Buffer, ...Buffer[]];

/** Reads the file of the keys. Throws an `invalid` fault when others can read it, or it is something else. */
export function readKeys(file: string, owner: StoreOwner): QueueKeys {
  const text = textOf(file, owner);
  if (text === undefined)
    throw Fault.invalid(
      `There is no key file ${file}: exo-connector queue key makes one. Every worker and sender of a queue needs the ` +
        "same one.",
    );
  const lines = text.trim().split(/\s*\n\s*/);
  const [first, ...later] = lines.map((line) => Buffer.from(line, "base64url"));
  if (first && lines.every((line) => /^[\w-]{43}$/.test(line))) return [first, ...later];
  throw Fault.invalid(
    `${file} is not a key of a queue; expected the file that exo-connector queue key has made.`,
  );
}

/** Adds a key to the file, with which everything is sealed from now on. What was sealed before opens as it did. */
export async function renewKey(file: string, owner: StoreOwner): Promise<void> {
  const keys = readKeys(file, owner);
  const incoming = incomingOf(file);
  const lines = [...keys, randomBytes(keyBytes)].map((key) => `${key.toString("base64url")}\n`);
  try {
    writeWhole(incoming, lines.join(""), owner);
    await rename(incoming, file);
  } finally {
    await rm(incoming, { force: true });
  }
}

function incomingOf(file: string): string {
  return `${path.resolve(file)}.${randomBytes(8).toString("hex")}.incoming`;
}

/** Makes a key in a new file that only `owner` can read. Throws an `invalid` fault when there is one already. */
export async function makeKey(file: string, owner: StoreOwner): Promise<void> {
  const incoming = incomingOf(file);
  try {
    writeWhole(incoming, `${randomBytes(keyBytes).toString("base64url")}\n`, owner);
    await link(incoming, file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw Fault.invalid(`${file} exists already. What was sealed with a key is lost with it.`);
    throw error;
  } finally {
    await rm(incoming, { force: true });
  }
}

/** What the database holds of events and answers: sealed with a key that is never in it. */
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { link, rm } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../fault.ts";
import { isRecord } from "../../record.ts";
import { decrypted, encrypted } from "../../store/seal.ts";
import { textOf, writeWhole } from "../../store/sealedStore.ts";
import type { StoreOwner } from "../../store/storeOwner.ts";

export interface Sealing {
  /** Names the key, and says nothing about it. */
  readonly keyId: string;
  /** The content opens for the same `binding` only: what it is, and of which job. */
  seal(content: string, binding: string): object;
  /** Throws an `invalid` fault for what was not sealed with this key for this binding. */
  open(sealed: unknown, binding: string): string;
  /** The same text for the same value, from which no one without the key learns the value. */
  digest(value: string): string;
}

const keyBytes = 32;

export function sealingWith(key: Buffer): Sealing {
  const part = (use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", key, "", `exo-connector queue ${use}`, keyBytes));
  const contentKey = part("content");
  const nameKey = part("names");
  const digest = (value: string): string =>
    createHmac("sha256", nameKey).update(value).digest("base64url");
  return {
    keyId: digest("the key itself").slice(0, 16),
    digest,
    seal: (content, binding) => ({
      sealed: encrypted(contentKey, Buffer.from(content), binding).toString("base64"),
    }),
    open(sealed, binding) {
      const text = isRecord(sealed) ? sealed["sealed"] : undefined;
      const content =
        typeof text === "string"
          ? decrypted(contentKey, Buffer.from(text, "base64"), binding)
          : undefined;
      if (content === undefined)
        throw Fault.invalid(
          `The ${binding} in the queue does not open: it was changed, or sealed with another key.`,
        );
      return content.toString("utf8");
    },
  };
}

/** Reads the file of the key. Throws an `invalid` fault when others can read it, or it is something else. */
export async function readKey(file: string, owner: StoreOwner): Promise<Buffer> {
  const text = await textOf(file, owner);
  if (text === undefined)
    throw Fault.invalid(
      `There is no key file ${file}: exo-connector queue key makes one. Every worker and sender of a queue needs the ` +
        "same one.",
    );
  const key = Buffer.from(text.trim(), "base64url");
  if (key.length === keyBytes && /^[\w-]{43}$/.test(text.trim())) return key;
  throw Fault.invalid(
    `${file} is not a key of a queue; expected the file that exo-connector queue key has made.`,
  );
}

/** Makes a key in a new file that only `owner` can read. Throws an `invalid` fault when there is one already. */
export async function makeKey(file: string, owner: StoreOwner): Promise<void> {
  const incoming = `${path.resolve(file)}.${randomBytes(8).toString("hex")}.incoming`;
  try {
    await writeWhole(incoming, `${randomBytes(keyBytes).toString("base64url")}\n`, owner);
    await link(incoming, file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw Fault.invalid(`${file} exists already. What was sealed with a key is lost with it.`);
    throw error;
  } finally {
    await rm(incoming, { force: true });
  }
}

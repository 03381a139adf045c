/** The lines of a stream, and the writing of lines without waiting for a slow reader. */
import { write } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** A line that is longer than allowed: only its length is known. */
export interface TooLong {
  bytes: number;
}

/** Each line, without its end; also the last one when it has none. Blank lines are left out. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Buffer | TooLong, void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const add = (part: Uint8Array): void => {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  };
  const line = (): Buffer | TooLong => {
    const whole = size <= maxBytes ? Buffer.concat(parts) : { bytes: size };
    parts = [];
    size = 0;
    return whole;
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      const one = line();
      if (!isBlank(one)) yield one;
    }
    add(chunk.subarray(start));
  }
  const rest = line();
  if (!isBlank(rest)) yield rest;
}

const newline = 0x0a;
const whiteSpace = new Set([0x20, 0x09, 0x0d]);

function isBlank(line: Buffer | TooLong): boolean {
  return Buffer.isBuffer(line) && line.every((byte) => whiteSpace.has(byte));
}

/** Writes texts one after the other. A write to a pipe that is full waits, but never the events of the process. */
export interface LineWriter {
  /** Resolves to whether it was written. */
  write(text: string): Promise<boolean>;
  /** Bytes that were not written yet. */
  readonly waiting: number;
}

const writeSome = promisify(write);
const tryAgainMs = 10;

/** `around` surrounds each write: it may leave one out. */
export function lineWriter(
  fd: number,
  around: (write: () => Promise<void>) => Promise<void> = (one) => one(),
): LineWriter {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let isBroken = false;
  async function writeAll(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      try {
        done += (await writeSome(fd, bytes, done, bytes.length - done, null)).bytesWritten;
      } catch (error) {
        // Whoever started the process made the pipe one that never waits.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await delay(tryAgainMs);
      }
    }
  }
  return {
    get waiting() {
      return waiting;
    },
    write(text) {
      const bytes = Buffer.from(text);
      waiting += bytes.length;
      const written = last.then(async () => {
        try {
          if (!isBroken) await around(() => writeAll(bytes));
        } catch {
          isBroken = true;
        }
        waiting -= bytes.length;
        return !isBroken;
      });
      last = written;
      return written;
    },
  };
}

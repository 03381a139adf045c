/** Answers that the service gives itself, in place of an action. */
import type { Outcome } from "../../generated/types.ts";
import { version } from "../../generated/version.ts";
import { unusable, type Answer } from "../../host/answer.ts";
import { inAscii } from "../../host/output.ts";
import { Unusable } from "../../host/schemaContract.ts";

/** Nothing of the event was done, and it may be sent again. */
export class NotStarted extends Error {
  constructor(reason: string) {
    super(`The event was not started: ${reason} Nothing was changed. Send it again.`);
    this.name = "NotStarted";
  }
}

export const endedWhileBusy =
  "The connector was too busy to answer and was ended, with all its events; it is unknown what this one did.";
export const failedToAnswer =
  "The connector failed while it was answering; it is unknown what it did. This is a defect: please report it.";

/** An answer with these lines. `output` is the verb's own part of it. */
export function failure(
  lines: string[],
  outcome: Outcome,
  { output, totalMs }: { output: Readonly<Record<string, unknown>>; totalMs: number },
): Answer {
  const stats = { version, requests: 0, retries: 0, waitedMs: 0, totalMs: Math.round(totalMs) };
  return { ...unusable(lines, { taken: [], output, stats }), outcome };
}

/** The answer to an event that threw outside its action. */
export function answerTo(thrown: unknown, about: Parameters<typeof failure>[2]): Answer {
  if (thrown instanceof Unusable) return failure(thrown.faults, "invalid", about);
  if (thrown instanceof NotStarted) return failure([thrown.message], "notYet", about);
  // The message may contain a secret, and the redaction may be the defect.
  return failure([failedToAnswer], "unknown", about);
}

/** The line of an answer. `id` is JSON in ASCII. */
export function answerLine(id: string, answer: Answer): string {
  return `{"id":${id},"answer":${inAscii(JSON.stringify(answer))}}\n`;
}

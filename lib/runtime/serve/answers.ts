/** Answers that the service gives itself, in place of an action. */
import type { Answer } from "../../host/answer.ts";
import { inAscii } from "../../host/output.ts";
import { Unusable } from "../../host/schemaContract.ts";
import { failedToAnswer, failure } from "../failure.ts";

/** Nothing of the event was done, and it may be sent again. */
export class NotStarted extends Error {
  constructor(reason: string) {
    super(`The event was not started: ${reason} Nothing was changed. Send it again.`);
    this.name = "NotStarted";
  }
}

export const endedWhileBusy =
  "The connector was too busy to answer and was ended, with all its events; it is unknown what this one did.";
/** The answer to an event that threw outside its action. */
export function answerTo(thrown: unknown, about: Parameters<typeof failure>[2]): Answer {
  if (thrown instanceof Unusable) return failure(thrown.faults, "invalid", about);
  if (thrown instanceof NotStarted) return failure([thrown.message], "notYet", about);
  return failure([failedToAnswer], "unknown", about);
}

/** The line of an answer. `id` is JSON in ASCII. */
export function answerLine(id: string, answer: Answer): string {
  return `{"id":${id},"answer":${inAscii(JSON.stringify(answer))}}\n`;
}

/** Answers for an event whose own answer never comes. */
import type { Outcome } from "../generated/types.ts";
import { version } from "../generated/version.ts";
import { unusable, type Answer } from "../host/answer.ts";

/** A defect in the code that answers. What was thrown may contain a secret, and the redaction may be the defect. */
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

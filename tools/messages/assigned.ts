/** Which message belongs to which entry of the catalogue. */
import { outcomeOf } from "../../lib/host/answer.ts";
import type { Outcome } from "../../lib/generated/types.ts";
import type { Entry } from "./catalogue.ts";
import type { Sentence } from "./sentences.ts";

/** An entry with its messages, each once. */
export interface Assigned {
  entry: Entry;
  texts: readonly string[];
}

/** Assigns each message to an entry. `faults`: messages without one or with several, and parts that name no message. */
export function assign(
  catalogue: readonly Entry[],
  sentences: readonly Sentence[],
): { assigned: Assigned[]; faults: string[] } {
  const thrown = sentences.filter(({ kinds }) => kinds !== undefined);
  const others = sentences.filter(({ kinds }) => kinds === undefined);
  const assigned = catalogue.map((entry) => ({
    entry,
    texts: [
      ...new Set([
        ...thrown.filter((one) => belongs(one, entry)).map(({ text }) => text),
        ...others.filter(({ text }) => has(text, entry.also)).map(({ text }) => text),
      ]),
    ],
  }));
  const faults = [
    ...thrown.flatMap((one) =>
      outcomesOf(one).flatMap((outcome) => claims(one, outcome, catalogue)),
    ),
    ...catalogue.flatMap(({ of, also = [] }, index) =>
      [...of, ...also]
        .filter((part) => !assigned[index]?.texts.some((text) => has(text, [part])))
        .map((part) => `No message contains "${part}".`),
    ),
  ];
  return { assigned, faults };
}

/** Undefined: that of another fault. */
function outcomesOf({ kinds = [] }: Sentence): (Outcome | undefined)[] {
  const outcomes = kinds.map((kind) => (kind === "unusable" ? "invalid" : outcomeOf[kind]));
  return outcomes.length === 0 ? [undefined] : [...new Set(outcomes)];
}

function belongs(sentence: Sentence, { outcome, of }: Entry): boolean {
  const outcomes = outcomesOf(sentence);
  return (outcomes.includes(outcome) || outcomes.includes(undefined)) && has(sentence.text, of);
}

function claims(
  { file, text }: Sentence,
  outcome: Outcome | undefined,
  catalogue: readonly Entry[],
): string[] {
  const found = catalogue.filter(
    (entry) => (outcome === undefined || entry.outcome === outcome) && has(text, entry.of),
  );
  if (outcome === undefined ? found.length > 0 : found.length === 1) return [];
  const entries = found.map(({ why }) => `"${why}"`).join(", ") || "none";
  return [
    `${file}: "${text}" (${outcome ?? "any outcome"}) belongs to ${entries}; expected one entry.`,
  ];
}

/** A part that starts with a value is the start of the message. */
function has(text: string, parts: readonly string[] = []): boolean {
  return parts.some((part) => (part.startsWith("…") ? text.startsWith(part) : text.includes(part)));
}

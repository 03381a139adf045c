import { Fault } from "../../lib/fault.ts";
import { nearestName } from "../../lib/nearestName.ts";

/** One thing that is wrong in a file. */
export interface Problem {
  /** The path of the file in its folder, with slashes. */
  file: string;
  /** Line and column of the text that is wrong, from 1. */
  line: number;
  column: number;
  /** The name of the mapped field, the key of the form field, or the Id of the option. */
  field?: string;
  /** What is wrong; what was expected; the nearest allowed value. Never a secret. */
  message: string;
  /** A warning is probably a mistake, and can be meant. */
  severity: "error" | "warning";
}

/** In the order of the files, lines and columns; the same problem of the same place only once. */
export function sorted(problems: readonly Problem[]): Problem[] {
  const byLine = new Map(problems.map((problem) => [lineOf(problem), problem]));
  return [...byLine.values()].sort(
    (one, other) =>
      compare(one.file, other.file) || one.line - other.line || one.column - other.column,
  );
}

/** The problem as a line: `file:line:column  what is wrong`. */
export function lineOf({ file, line, column, field, message, severity }: Problem): string {
  const prefix = severity === "warning" ? "warning: " : "";
  const subject = field === undefined || message.includes(field) ? "" : `${field}: `;
  return `${file}:${line}:${column}  ${prefix}${subject}${message}`;
}

/** A list that is longer helps no one. */
const maxNamed = 20;

/** The end of a message: the allowed values and the nearest of them, or only that when there are many. */
export function expectedOneOf(allowed: readonly string[], written: string): string {
  const nearest = nearestName(written, allowed);
  if (allowed.length > maxNamed && nearest !== undefined) return `expected ${nearest}`;
  const more = allowed.length > maxNamed ? ", ..." : "";
  return `expected one of ${allowed.slice(0, maxNamed).join(", ")}${more}${nearestAmong(allowed, written)}`;
}

/** `; the nearest is X`, or nothing when no value is similar. */
export function nearestAmong(allowed: readonly string[], written: string): string {
  const nearest = nearestName(written, allowed);
  return nearest === undefined ? "" : `; the nearest is ${nearest}`;
}

/** A message of the product's rules, with the nearest of the values that it names. */
export function withNearest(message: string): string {
  const [, written, expected] =
    /"([^"]*)"[^"]*; expected (?:one of )?([^"]+)\.$/.exec(message) ?? [];
  if (written === undefined || expected === undefined) return message;
  const allowed = expected.split(/, | or /);
  if (allowed.length < 2) return message;
  return message.replace(/\.$/, `${nearestAmong(allowed, written)}.`);
}

/** The message of what a rule of the product throws. */
export function faultOf(rule: () => unknown): string | undefined {
  try {
    rule();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return thrown.message;
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

import { randomUUID } from "node:crypto";
import { inspect } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where a verb reads its surroundings and writes what it found. Tests provide their own. */
export interface Terminal {
  /** Writes one line to stdout, whatever the text contains: the result. */
  line(text?: string): void;
  /** Writes one line to stderr: what goes on meanwhile. */
  note(text: string): void;
  /** Writes a line that the next one replaces, on a terminal only. */
  progress(text: string): void;
  /** The text in a style, where colours are shown. */
  styled(style: Style, text: string): string;
  /** Whether a person reads stdout, and not a program or a file. */
  readonly isWatched: boolean;
  /** Characters in a line. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 0: fine. 1: the verb found something. 2: it was used wrongly. */
  exitCode: 0 | 1 | 2;
}

/** A stream of the process: what a terminal needs of it. */
interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(event: "error", listener: (error: Error & { code?: string }) => void): unknown;
}

const escape = "\u001b";
const eraseLine = `\r${escape}[K`;
const columnsElsewhere = 120;
/** What steers a terminal, ends a line or reorders its text, but tabs: names in a vault or a tenant may have it. */
const steering = /[^\P{Cc}\t]|[\u2028-\u202e\u2066-\u2069]/gu;
/** Takes the place of the escape character until a line is written: no foreign text can have guessed it. */
const styleMark = randomUUID();
const styleCodes = new RegExp(`${styleMark}(\\[\\d+m)`, "g");

/** The terminal of this process. Colours and progress only where someone watches; NO_COLOR switches colours off. */
export function processTerminal({
  stdout,
  stderr,
  env,
}: { stdout: Output; stderr: Output; env: Terminal["env"] } = process): Terminal {
  const mayColour = (env["NO_COLOR"] ?? "") === "";
  stdout.on("error", ({ code, message }) => {
    // A reader that has seen enough, such as `head`, ends the process as it would end any other program.
    if (code === "EPIPE") process.exit(0);
    stderr.write(`The result cannot be written: ${message}\n`);
    process.exit(2);
  });
  let isProgressShown = false;
  const clear = (): void => {
    if (isProgressShown) stderr.write(eraseLine);
    isProgressShown = false;
  };
  const write = (output: Output, text: string): void => {
    const style = output.isTTY && mayColour ? `${escape}$1` : "";
    output.write(`${printable(text).replaceAll(styleCodes, style)}\n`);
  };
  return {
    line(text = "") {
      clear();
      write(stdout, text);
    },
    note(text) {
      clear();
      write(stderr, text);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      const { columns = columnsElsewhere } = stderr;
      stderr.write(`${eraseLine}${printable(text).slice(0, columns - 1)}`);
      isProgressShown = true;
    },
    styled(style, text) {
      const [on, off] = inspect.colors[style] ?? [0, 0];
      return `${styleMark}[${on}m${text}${styleMark}[${off}m`;
    },
    isWatched: stdout.isTTY === true,
    columns: (stdout.isTTY ? stdout.columns : undefined) ?? columnsElsewhere,
    env,
    exitCode: 0,
  };
}

/**
 * Text that stays in its line, and that a terminal shows and does not obey: as the escape of JSON and JavaScript, so
 * that JSON stays the same. A terminal does this to all that it writes.
 */
export function printable(text: string): string {
  return text.replaceAll(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

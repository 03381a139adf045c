import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where a verb reads its surroundings and writes what it found. Tests provide their own. */
export interface Terminal {
  /** Writes a line to stdout: the result. */
  line(text?: string): void;
  /** Writes a line to stderr: what goes on meanwhile. */
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

/** Input that a verb cannot use: a message without a stack, and exit code 2. */
export class UsageError extends Error {}

const escape = "\u001b";
const eraseLine = `\r${escape}[K`;
const columnsElsewhere = 120;

/** The terminal of this process. Colours and progress only where someone watches; NO_COLOR switches colours off. */
export function processTerminal({ stdout, stderr, env } = process): Terminal {
  const hasColours = stdout.isTTY && (env["NO_COLOR"] ?? "") === "";
  // A reader that has seen enough, such as `head`, ends the process as it would end any other program.
  stdout.on("error", () => process.exit(0));
  let isProgressShown = false;
  const clear = (): void => {
    if (isProgressShown) stderr.write(eraseLine);
    isProgressShown = false;
  };
  return {
    line(text = "") {
      clear();
      stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      stderr.write(`${eraseLine}${text.slice(0, stderr.columns - 1)}`);
      isProgressShown = true;
    },
    styled: (style, text) => (hasColours ? styleText(style, text) : text),
    isWatched: stdout.isTTY,
    columns: stdout.isTTY ? stdout.columns : columnsElsewhere,
    env,
    exitCode: 0,
  };
}

import { main } from "../../tools/cli/exoConnector.ts";
import { printable, type Terminal } from "../../tools/cli/terminal.ts";

/** A terminal that records what a verb writes. It has no colours. */
export interface RecordingTerminal extends Terminal {
  /** The lines on stdout. */
  readonly lines: string[];
  /** The lines on stderr. */
  readonly notes: string[];
}

export function recordingTerminal(env: Terminal["env"] = {}): RecordingTerminal {
  const lines: string[] = [];
  const notes: string[] = [];
  return {
    lines,
    notes,
    line: (text = "") => void lines.push(printable(text)),
    note: (text) => void notes.push(printable(text)),
    progress: () => undefined,
    styled: (_style, text) => text,
    isWatched: false,
    columns: 120,
    env,
    exitCode: 0,
  };
}

/** What a command line wrote, and its exit code. */
export async function ran(
  args: readonly string[],
  env: Terminal["env"] = {},
): Promise<{ code: 0 | 1 | 2; lines: string[]; notes: string[] }> {
  const terminal = recordingTerminal(env);
  const code = await main(args, terminal);
  return { code, lines: terminal.lines, notes: terminal.notes };
}

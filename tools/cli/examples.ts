import type { Command } from "commander";

/** Adds two examples to the help of a verb, as typed in a clone: the same line in PowerShell and in a POSIX shell. */
export function withExamples(command: Command, lines: readonly [string, string]): void {
  const examples = lines.map((line) => `  npm run exo -- ${line}`);
  command.addHelpText(
    "after",
    ["", "Examples (PowerShell, and any other shell):", ...examples].join("\n"),
  );
}

/** Input that a verb cannot use: sentences without a stack, and exit code 2. */
export class UsageError extends Error {
  /** Each is shown in a line of its own, whatever a name in it contains. */
  readonly lines: readonly string[];

  constructor(...lines: readonly string[]) {
    super(lines.join("\n"));
    this.lines = lines;
  }
}

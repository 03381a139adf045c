/** What the thread of the scripts receives. */
export interface ScriptRequest {
  script: string;
  /** The person as JSON. */
  person: string;
  iteration: number;
}

/** The value of the last expression of the script as JSON, or what is wrong and in which line of the script. */
export type ScriptAnswer = { json: string } | { fault: string; line: number | undefined };

/** The platform documents no limits of its own; these are far above what a mapping needs. */
export const scriptLimits = {
  ms: 1_000,
  bytes: 64 * 1024 * 1024,
  resultLength: 100_000,
};

export const ranTooLong = `The script ran for more than ${scriptLimits.ms} ms and was stopped.`;

export interface ScriptRequest {
  script: string;
  /** The person as JSON. */
  person: string;
  iteration: number;
}

export interface ScriptLimits {
  /** How long a script may run. */
  ms: number;
  /** How much memory it may use. */
  bytes: number;
  /** How many characters the JSON of its value may have. */
  resultLength: number;
}

/** What the thread of the scripts receives. */
export interface LimitedRequest extends ScriptRequest {
  limits: ScriptLimits;
}

/** The value of the last expression of the script as JSON, or what is wrong and in which line of the script. */
export type ScriptAnswer = { json: string } | { fault: string; line: number | undefined };

/** The platform documents no limits of its own; these are far above what a mapping needs. */
export const scriptLimits: ScriptLimits = {
  ms: 1_000,
  bytes: 64 * 1024 * 1024,
  resultLength: 100_000,
};

export const ranTooLong = ({ ms }: ScriptLimits): string =>
  `The script ran for more than ${ms} ms and was stopped.`;

import type { Redaction } from "./redaction.ts";

export type Level = "information" | "warning" | "error" | "verbose";
export type Log = (level: Level, message: string) => void;

/** The two outputs of a bundle. What is for people passes through the redaction. */
export interface Output {
  /**
   * Writes one JSON document to stdout. Resolves when the stream has accepted it (a slow reader slows the writer), to
   * whether it was written. Nothing may follow the answer.
   */
  document(document: unknown, isAnswer?: boolean): Promise<boolean>;
  /** Writes one line for people to stderr. */
  log: Log;
}

export function outputTo(
  stdout: (text: string, isAnswer: boolean) => Promise<boolean>,
  stderr: (text: string) => void,
  redaction: Redaction,
): Output {
  const line = (document: unknown): string => `${inAscii(JSON.stringify(document))}\n`;
  return {
    document: async (document, isAnswer = false) => await stdout(line(document), isAnswer),
    log: (level, message) => stderr(line({ level, message: redaction.text(message) })),
  };
}

/** The same JSON without characters that a Windows code page could change on the way to the platform. */
export function inAscii(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

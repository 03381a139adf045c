import type { Edit } from "./edits.ts";

/** A mistake that people make: an edit of a sample file, and the line on which the check has to name it. */
export interface Mistake {
  title: string;
  edit: Edit;
  /** The start of the line that is named, without indentation. */
  at: string;
  /** A piece of the message. */
  message: string;
  /** Which of several lines with this start, from 1. */
  nth?: number;
  /** What is given as --domain. */
  domains?: string[];
  isWarning?: true;
  /** How many other problems the same mistake causes. */
  also?: number;
}

export function mistake(
  title: string,
  edit: Edit,
  at: string,
  message: string,
  more: Pick<Mistake, "nth" | "domains" | "isWarning" | "also"> = {},
): Mistake {
  return { title, edit, at, message, ...more };
}

/** What a check has found out. */
export interface Finding {
  check: string;
  /** `unknown`: it could not be found out. Never `fine`, and not a reason to stop either. */
  status: Status;
  message: string;
  /** What to do about it: the smallest change that suffices. */
  mend?: string;
}

export type Status = "fine" | "wrong" | "warning" | "unknown";

/** A finding, as a check returns it. */
export type Verdict = Omit<Finding, "check">;

export const fine = (message: string): Verdict => ({ status: "fine", message });
export const unknown = (message: string): Verdict => ({ status: "unknown", message });
export const warning = (message: string, mend: string): Verdict => ({
  status: "warning",
  message,
  mend,
});
export const wrong = (message: string, mend: string): Verdict => ({
  status: "wrong",
  message,
  mend,
});

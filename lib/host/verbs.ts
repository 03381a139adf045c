import type { AuditLog } from "../generated/types.ts";

/** What the platform's rules say about one verb. */
export interface Verb {
  name: string;
  /** What it means that the account or mailbox does not exist: revoking something from nobody is done, granting is not. */
  whenMissing: "failure" | "success";
  /** The audit action of each change. Only values the platform knows; left out, it takes the running script's own. */
  auditAction?: NonNullable<AuditLog["Action"]>;
  /** Milliseconds one event may take. The platform ends an account or permission script after 30 s. */
  deadlineMs: number;
}

const actionMs = 25_000;

export const verbs = {
  create: { name: "create", whenMissing: "failure", auditAction: "UpdateAccount", deadlineMs: actionMs },
} as const satisfies Record<string, Verb>;

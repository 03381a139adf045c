import type { AuditLog } from "../generated/types.ts";

/** What the platform's rules say about one verb. */
export interface Verb {
  name: string;
  /**
   * What it means that the account or mailbox does not exist: revoking something from nobody is
   * done, granting is not.
   */
  whenMissing: "failure" | "success";
  /** The audit action of each change. Only values the platform knows; left out, it takes the running script's own. */
  auditAction?: NonNullable<AuditLog["Action"]>;
  /** Nothing is ever changed: the event is done when everything was returned. */
  onlyReads?: true;
  /** Milliseconds one event may take. */
  deadlineMs: number;
  /** The same of a preview, where the platform allows less. */
  previewMs?: number;
}

/** The platform ends an account or permission script after 30 s. */
const actionMs = 25_000;
/** Imports have no published limit; a preview has 90 s, and stops after a sample. */
const importMs = { deadlineMs: 600_000, previewMs: 85_000 };
/** The platform documents ten minutes for resources, and 30 s for their preview; the answer has to be there before. */
const resourcesMs = { deadlineMs: 585_000, previewMs: actionMs };

export const verbs = {
  create: {
    name: "create",
    whenMissing: "failure",
    auditAction: "UpdateAccount",
    deadlineMs: actionMs,
  },
  update: {
    name: "update",
    whenMissing: "failure",
    auditAction: "UpdateAccount",
    deadlineMs: actionMs,
  },
  enable: {
    name: "enable",
    whenMissing: "failure",
    auditAction: "EnableAccount",
    deadlineMs: actionMs,
  },
  disable: {
    name: "disable",
    whenMissing: "success",
    auditAction: "DisableAccount",
    deadlineMs: actionMs,
  },
  delete: {
    name: "delete",
    whenMissing: "success",
    auditAction: "DeleteAccount",
    deadlineMs: actionMs,
  },
  import: { name: "import", whenMissing: "failure", onlyReads: true, ...importMs },
  // 30 s are documented for its preview and 15 min for the scheduled run; that DryRun tells the two apart is not.
  permissions: {
    name: "list",
    whenMissing: "failure",
    onlyReads: true,
    deadlineMs: importMs.deadlineMs,
  },
  grantPermission: {
    name: "grant",
    whenMissing: "failure",
    auditAction: "GrantPermission",
    deadlineMs: actionMs,
  },
  revokePermission: {
    name: "revoke",
    whenMissing: "success",
    auditAction: "RevokePermission",
    deadlineMs: actionMs,
  },
  // Each of its changes is a grant or a revoke, and says so itself.
  subPermissions: { name: "decide", whenMissing: "failure", deadlineMs: actionMs },
  importPermission: { name: "import", whenMissing: "failure", onlyReads: true, ...importMs },
  importSubPermissions: { name: "import", whenMissing: "failure", onlyReads: true, ...importMs },
  // Each change makes a resource or updates one, and says so itself.
  resources: { name: "make", whenMissing: "failure", ...resourcesMs },
} as const satisfies Record<string, Verb>;

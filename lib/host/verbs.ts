import type { AuditLog } from "../generated/types.ts";

/** The platform's rules for one verb. */
export interface Verb {
  name: string;
  /** The result when the account or mailbox does not exist: then a revoke is done, and a grant has failed. */
  whenMissing: "failure" | "success";
  /** The audit action of each change: one that the platform knows. Absent: the action of the running script. */
  auditAction?: NonNullable<AuditLog["Action"]>;
  /** The verb changes nothing: the event is done when everything was returned. */
  onlyReads?: true;
  /** The verb reads all that there is, which can take minutes. */
  isImport?: true;
  /** Milliseconds one event may take. */
  deadlineMs: number;
  /** The same for a preview, if the platform allows less. */
  previewMs?: number;
}

/** The platform ends an account or permission script after 30 s. */
const actionMs = 25_000;
/** Imports have no published limit; a preview has 90 s, and stops after a sample. */
const importing = {
  name: "import",
  whenMissing: "failure",
  onlyReads: true,
  isImport: true,
  deadlineMs: 600_000,
  previewMs: 85_000,
} as const;
/** The platform documents ten minutes for resources, and 30 s for their preview; the answer has to arrive before. */
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
  uniquenessCheck: {
    name: "check",
    whenMissing: "failure",
    onlyReads: true,
    deadlineMs: actionMs,
  },
  import: importing,
  // Documented: 30 s for its preview, 15 min for the scheduled run. Not documented: whether DryRun distinguishes them.
  permissions: {
    name: "list",
    whenMissing: "failure",
    onlyReads: true,
    deadlineMs: importing.deadlineMs,
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
  // Each change is a grant or a revoke, with its own audit action.
  subPermissions: { name: "decide", whenMissing: "failure", deadlineMs: actionMs },
  importPermission: importing,
  importSubPermissions: importing,
  // Each change creates a resource or updates one, with its own audit action.
  resources: { name: "create", whenMissing: "failure", ...resourcesMs },
} as const satisfies Record<string, Verb>;

/** How the synchronisation knows an account of Active Directory. */
import { guidBytes } from "./client/attributes.ts";
import type { User } from "./user.ts";

/**
 * The values that Entra ID may have as the immutable ID of the account, in base64: that of its mS-DS-ConsistencyGuid,
 * and that of its objectGUID, which the synchronisation takes otherwise (documented: sourceAnchor). The user was read
 * with `mS-DS-ConsistencyGuid`.
 */
export function anchorsOf(user: User): string[] {
  const consistency = user["mS-DS-ConsistencyGuid"];
  return [
    ...(Buffer.isBuffer(consistency) ? [consistency.toString("base64")] : []),
    guidBytes(user.id).toString("base64"),
  ];
}

/** How the synchronisation knows an account of Active Directory. */
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type { Operations } from "../step.ts";
import { guidBytes } from "./client/attributes.ts";
import type { DirectoryQuery } from "./target.ts";
import { userById, userLookup, type User } from "./user.ts";

/** An attribute that the synchronisation takes before the objectGUID, if it has a value (documented: sourceAnchor). */
const anchor = "mS-DS-ConsistencyGuid";

/**
 * The values that Entra ID may have as the immutable ID of the account, in base64: that of its mS-DS-ConsistencyGuid,
 * and that of its objectGUID, which the synchronisation takes otherwise (documented: sourceAnchor). The user was read
 * with `mS-DS-ConsistencyGuid`.
 */
export function anchorsOf(user: User): string[] {
  const consistency = user[anchor];
  return [
    ...(Buffer.isBuffer(consistency) ? [consistency.toString("base64")] : []),
    guidBytes(user.id).toString("base64"),
  ];
}

/** What `userByAnchor` sends. */
export const anchorLookup: Operations = userLookup(anchor);

/**
 * The user of the domain that the synchronisation has linked to a user of Entra ID with this immutable ID (base64); it
 * may be outside of the base DN. Throws an `invalid` fault when there is none, and an `ambiguous` one for several.
 * `name`: what the user is called in the cloud.
 */
export function userByAnchor(immutableId: string, name: string): DirectoryQuery<User> {
  const bytes = Buffer.from(immutableId, "base64");
  return async (targets) => {
    const filters = [
      { attribute: anchor, equals: bytes },
      ...(bytes.length === 16 ? [{ attribute: "objectGUID", equals: bytes } as const] : []),
    ] as const;
    const found = await targets.activeDirectory.list({
      filter: { any: filters },
      attributes: ["objectGUID", anchor],
      isOfDomain: true,
    });
    // A user with another consistency GUID is linked by that, and not by its objectGUID.
    const linked = found.filter((entry) => {
      const own = entry[anchor];
      return !Buffer.isBuffer(own) || own.equals(bytes);
    });
    const [one, ...others] = linked.map((entry) => String(entry["objectGUID"]));
    if (one === undefined)
      throw Fault.invalid(
        `${name} is synchronised from Active Directory, which shows the connector no account with its immutable ID ` +
          `${quoted(immutableId)}.`,
      );
    if (others.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `${linked.length} accounts of Active Directory have the immutable ID of ${name}.`,
      });
    return await userById(one, [anchor], { isOnlyRead: true })(targets);
  };
}

import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { isGuid } from "../guid.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { anyOf, equals } from "./client/odata.ts";
import type { GraphQuery } from "./target.ts";
import { identifyingProperties, nameOf, userById, userLookup, userOf } from "./user.ts";

/** What `groupOwner` sends. */
export const ownerSearch: Operations = mergedOperations(userLookup, {
  "GET /users": ["$filter", "$select"],
});

const isAddress = /^[^\s@]+@[^\s@]+$/;

/**
 * The object ID of the user who becomes the owner of new groups: by object ID, user principal name or address. Throws
 * an `invalid` fault when there is no such user, `ambiguous` for several.
 */
export function groupOwner(identity: string): GraphQuery<string> {
  const what = `The "Group owner" (ResourceOwner), ${quoted(identity)},`;
  if (!isGuid(identity) && !isAddress.test(identity))
    throw Fault.invalid(
      `${what} is not an identity; expected an address, a user principal name or an object ID.`,
    );
  const filter = anyOf(equals("userPrincipalName", identity), equals("mail", identity));
  return async (targets) => {
    if (isGuid(identity))
      return await userById(identity)(targets).then(
        ({ id }) => id,
        (thrown: unknown) => {
          const fault = Fault.of(thrown);
          throw fault.kind === "missing" ? Fault.invalid(`${what} is not a user.`) : fault;
        },
      );
    const query = { select: identifyingProperties, filter };
    const found = await targets.graph.list({ operation: "GET /users", query });
    const [owner, ...others] = found;
    if (!owner) throw Fault.invalid(`${what} is not a user.`);
    if (others.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `${what} is ${found.length} users: ${found.map(userOf).map(nameOf).join(", ")}.`,
      });
    return owner.id;
  };
}

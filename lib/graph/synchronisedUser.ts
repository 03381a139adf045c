import { Fault } from "../fault.ts";
import { assertReturned } from "./absence.ts";
import { equals } from "./client/odata.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import { lookedUp, type Lookup } from "./lookup.ts";
import type { Operations } from "../step.ts";
import type { GraphQuery } from "./target.ts";
import {
  identifyingProperties,
  nameOf,
  userById,
  userLookup,
  userOf,
  userSearch,
  type User,
} from "./user.ts";

/** What `synchronisedUser` sends. */
export const synchronisedUserSearch = userSearch;

/** An account of Active Directory as the synchronisation knows it. */
export interface SynchronisedAccount {
  /**
   * The values that the synchronisation may have linked it by, in base64: the bytes of its mS-DS-ConsistencyGuid or of
   * its objectGUID.
   */
  anchors: readonly string[];
  userPrincipalName: string | undefined;
  /** As a sentence names it. */
  name: string;
}

/**
 * The user of Entra ID that the synchronisation has linked to an account of Active Directory; undefined when it has not
 * done so. Throws an `ambiguous` fault for several. Throws an `invalid` one for a user who has the user name of the
 * account and belongs to another: it must not be changed in its place.
 */
export function synchronisedUser({
  anchors,
  userPrincipalName,
  name,
}: SynchronisedAccount): GraphQuery<User | undefined> {
  const select = [...identifyingProperties, anchor];
  const byAnchor = anchors.map((value) => equals(anchor, value));
  // By the user name too: the index of the other property may lag.
  const byName =
    userPrincipalName === undefined ? [] : [equals("userPrincipalName", userPrincipalName)];
  const lookup: Lookup<User | undefined> = {
    reads: [...byAnchor, ...byName].map((filter) => ({
      operation: "GET /users",
      query: { select, filter, top: 10 },
    })),
    found(objects) {
      const all = new Map(objects.flat().map((object) => [object.id, object]));
      const linked = [...all.values()].filter((object) => anchors.includes(anchorOf(object)));
      const [user] = linked.map(userOf);
      if (linked.length > 1)
        throw new Fault({
          kind: "ambiguous",
          message:
            `${linked.length} users of Entra ID belong to ${name}: ` +
            `${linked.map(userOf).map(nameOf).join(", ")}.`,
        });
      const [other] = objects.slice(byAnchor.length).flat();
      if (!user && other)
        throw Fault.invalid(
          `User ${nameOf(userOf(other))} of Entra ID has the user name of ${name} and is not linked to it: its ` +
            `${anchor} is "${anchorOf(other)}"; expected "${anchors.join('" or "')}".`,
        );
      return user;
    },
  };
  const looking = lookedUp(lookup);
  return async (targets) => (await looking(targets))[0];
}

const anchor = "onPremisesImmutableId";

/** What `immutableIdOf` sends. */
export const immutableIdLookup: Operations = userLookup;

/**
 * What the synchronisation has linked the user with this object ID by, in base64. Throws as `userById`, and an
 * `unexpected` fault for a user without one.
 */
export function immutableIdOf(id: string): GraphQuery<string> {
  const query = userById(id, [anchor]);
  return async (targets) => {
    const user = await query(targets);
    const value = textOf(user[anchor]);
    if (value !== "") return value;
    throw new Fault({
      kind: "unexpected",
      message: `User ${nameOf(user)} of Entra ID has no ${anchor}, so it is linked to no account of Active Directory.`,
    });
  };
}

/** It is compared with its case: base64 has one. */
function anchorOf(object: GraphObject): string {
  assertReturned(object, [anchor], `user ${object.id}`);
  return textOf(object[anchor]);
}

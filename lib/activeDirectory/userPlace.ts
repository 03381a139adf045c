/** Where a user is in the directory: its organisational unit, and its common name there. */
import { Fault } from "../fault.ts";
import { lengthOf, mappedText, wrong } from "../mappedValues.ts";
import type { Operations } from "../step.ts";
import { domainOf, isSameName, parentOf } from "./client/names.ts";
import type { DirectoryStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";

/** What is wanted of the place of a user. Undefined: it stays as it is. */
export interface Place {
  /** The distinguished name of the organisational unit. */
  organizationalUnit?: string | undefined;
  cn?: string | undefined;
}

/** The fields that say where a user is. */
export const ofPlace = /^(organizationalUnit|cn)$/i;

/** Documented: rangeUpper of cn. */
const maxName = 64;

/** The place that the mapped fields ask for. Throws an `invalid` fault for a value that cannot be one. */
export function placeFrom(fields: readonly (readonly [name: string, value: unknown])[]): Place {
  const place: Place = {};
  for (const [name, mapped] of fields) {
    const text = mappedText(name, mapped);
    if (text === "") continue;
    if (name.toLowerCase() === "cn") {
      if (lengthOf(text) > maxName) throw wrong(name, text, `${maxName} characters at most`);
      place.cn = text;
    } else {
      if (!/^(OU|CN)=.+,\s*DC=[^\\,=]+$/i.test(text))
        throw wrong(name, text, "a distinguished name such as OU=People,DC=contoso,DC=com");
      place.organizationalUnit = text;
    }
  }
  return place;
}

/** The name of the organisational unit that a user is in. */
export function organizationalUnitOf({ dn }: User): string {
  return parentOf(dn);
}

/** What `moving` sends, its look included. */
export const userMove: Operations = {
  ...userLookup("cn"),
  move: ["objectGUID", "cn", "parent"],
};

/**
 * The step that renames a user, or moves it to another organisational unit; none when it is there. The user was read
 * with `cn`. Throws an `invalid` fault for a place in another domain.
 */
export function moving(user: User, { organizationalUnit, cn }: Place): DirectoryStep[] {
  const before = { cn: String(user["cn"]), parent: parentOf(user.dn) };
  const after = { cn: cn ?? before.cn, parent: organizationalUnit ?? before.parent };
  if (!isSameName(domainOf(after.parent), domainOf(user.dn)))
    throw Fault.invalid(
      `organizationalUnit is ${after.parent}, and ${nameOf(user)} is in another domain, ${domainOf(user.dn)}; ` +
        "expected an organisational unit of the same domain.",
    );
  const isThere = (one: User): boolean =>
    isSameName(parentOf(one.dn), after.parent) && one["cn"] === after.cn;
  if (isThere(user)) return [];
  const isMove = !isSameName(before.parent, after.parent);
  return [
    {
      target: "activeDirectory",
      operation: "move",
      parameters: { objectGUID: user.id, ...after },
      sentence: isMove
        ? `Move the account ${nameOf(user)} to ${after.parent} in Active Directory`
        : `Rename the account ${nameOf(user)} to "${after.cn}" in Active Directory`,
      before,
      isInEffect: async (targets) => isThere(await userById(user.id, ["cn"])(targets)),
    },
  ];
}

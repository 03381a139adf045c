import { folded } from "../caseFolding.ts";
import { readAhead } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { assertGuid } from "../guid.ts";
import type { Operations } from "../step.ts";
import type { AttributeName, Entry } from "./client/attributes.ts";
import type { Directory, DirectorySearch } from "./client/directory.ts";
import type { Filter } from "./client/filter.ts";
import { lookup, objectById } from "./object.ts";
import type { DirectoryQuery, DirectoryStream } from "./target.ts";

/** A user of the domain, with the attributes that were requested. */
export interface User extends Entry {
  /** The objectGUID: the account reference. */
  id: string;
  /** It is the account that the connector itself signs in as. */
  isConnector: boolean;
}

/** What every user is read with. An account without `userAccountControl` cannot be read by the connector. */
const identifying = [
  "objectGUID",
  "displayName",
  "sAMAccountName",
  "userPrincipalName",
  "userAccountControl",
] as const satisfies readonly AttributeName[];

/** What `userById` and `userWhere` send, with these attributes. */
export function userLookup(...attributes: readonly AttributeName[]): Operations {
  return lookup(...identifying, ...attributes);
}

/**
 * The user with this objectGUID. Throws a `missing` fault when there is none. It is proven only if the controller shows
 * the deleted object: an object that the account of the connector must not see looks like one that does not exist.
 * `isOnlyRead`: the user may be outside of the base DN.
 */
export function userById(
  id: string,
  attributes: readonly AttributeName[] = [],
  { isOnlyRead = false } = {},
): DirectoryQuery<User> {
  assertGuid(id, "The account reference");
  const wanted = withIdentifying(attributes);
  return async ({ activeDirectory }) => {
    const entry = await objectById({ id, attributes: wanted, isOnlyRead, what: "account" })({
      activeDirectory,
    });
    return userOf(entry, activeDirectory);
  };
}

function withIdentifying(attributes: readonly AttributeName[]): AttributeName[] {
  return [...new Set([...identifying, ...attributes])];
}

/** What is a user: computers are of the class as well, contacts of the category. */
const isUser: readonly Filter[] = [
  { attribute: "objectCategory", equals: "person" },
  { attribute: "objectClass", equals: "user" },
];

/**
 * The one user of the domain that has the value in an attribute, or undefined. Throws an `ambiguous` fault for several,
 * and an `invalid` one for a user outside of the base DN. A directory compares more loosely than people do (`Jose`
 * finds `José`), so every result is compared again.
 */
export function userWhere(
  attribute: AttributeName,
  value: string,
  attributes: readonly AttributeName[] = [],
): DirectoryQuery<User | undefined> {
  const search: DirectorySearch = {
    filter: { all: [...isUser, { attribute, equals: value }] },
    attributes: withIdentifying([attribute]),
    isOfDomain: true,
  };
  return async (targets) => {
    const { activeDirectory } = targets;
    const found = (await activeDirectory.list(search))
      .filter((entry) => folded(String(entry[attribute])) === folded(value))
      .map((entry) => userOf(entry, activeDirectory));
    const [user] = found;
    if (found.length > 1)
      throw new Fault({
        kind: "ambiguous",
        message: `${found.length} accounts have the ${attribute} ${quoted(value)}: ${found.map(nameOf).join(", ")}.`,
      });
    return user && (await userById(user.id, [attribute, ...attributes])(targets));
  };
}

/** Every user below the base DN, as the pages arrive. */
export function allUsers(attributes: readonly AttributeName[]): DirectoryStream<User> {
  const search = { filter: { all: isUser }, attributes: withIdentifying(attributes) };
  return async function* ({ activeDirectory }) {
    for await (const page of readAhead(activeDirectory.pages(search)))
      for (const entry of page) yield userOf(entry, activeDirectory);
  };
}

function userOf(entry: Entry, { account }: Pick<Directory, "account">): User {
  if (typeof entry["userAccountControl"] !== "number")
    throw new Fault({
      kind: "denied",
      message: `The account of the connector cannot read userAccountControl of ${entry.dn}, or it is not a user.`,
    });
  const { dn, userPrincipalName, sAMAccountName } = entry;
  // DOMAIN\name is the form of a sign-in, without the domain that of the attribute.
  const names = [dn, userPrincipalName, sAMAccountName].map((name) => folded(String(name)));
  const own = [account, account.replace(/^[^\\@=]+\\/, "")].map(folded);
  return {
    ...entry,
    id: String(entry["objectGUID"]),
    isConnector: own.some((name) => names.includes(name)),
  };
}

/** The name of a user in messages. */
export function nameOf({ id, dn, displayName, userPrincipalName, sAMAccountName }: User): string {
  const name = displayName ?? dn;
  const login = userPrincipalName ?? sAMAccountName ?? "no user name";
  return `"${String(name)}" <${String(login)}> (${id})`;
}

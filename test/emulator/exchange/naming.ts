/**
 * Names, aliases and addresses of existing and of new objects: their form, and that no other object
 * has them.
 */
import { changed, replaced, withPrimary, without } from "./addresses.ts";
import {
  addressInUse,
  addressInUseElsewhere,
  aliasInUse,
  invalidValue,
  nameInUse,
  notAcceptedDomain,
} from "./errors.ts";
import { isDelta, textOf, type Bound } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";
import { fold, isSoftDeleted, type Store } from "../store.ts";

const others = (store: Store, identity: string, than: DirectoryObject): DirectoryObject[] =>
  store.findAll(identity).filter((other) => other !== than && !isSoftDeleted(other));

export function checkedName(
  name: "Name" | "DisplayName",
  given: Bound,
  object: DirectoryObject,
  store: Store,
): string {
  if (typeof given !== "string" || given.trim() === "")
    throw invalidValue(`Property ${name} cannot be empty.`);
  // Names are unique within their container, and deleted objects are in another one (assumed).
  if (
    name === "Name" &&
    others(store, given, object).some((other) => fold(String(other["Name"])) === fold(given))
  )
    throw nameInUse(given);
  return given;
}

export function checkedSimpleName(given: Bound): string {
  if (!/^[A-Za-z0-9 "'()+,\-./:?]*$/.test(textOf(given)))
    throw invalidValue(
      `The SimpleDisplayName "${textOf(given)}" contains characters that aren't allowed.`,
    );
  return textOf(given);
}

export function checkedAlias(given: Bound, object: DirectoryObject, store: Store): string {
  // Assumed text; that spaces and these characters are refused is documented.
  if (
    typeof given !== "string" ||
    !/^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+(\.[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u.test(given)
  ) {
    throw invalidValue(
      `The Alias property value "${textOf(given)}" isn't valid. It can't contain spaces or any of ` +
        `the following characters: @ , ; : < > ( ) [ ] \\ ".`,
    );
  }
  if (
    others(store, given, object).some(
      (other) => String(other["Alias"] ?? "").toLowerCase() === given.toLowerCase(),
    )
  )
    throw aliasInUse(given);
  return given;
}

/**
 * The addresses after a list and a primary address are applied, the list first. New ones must be
 * free.
 */
export function addressesAfter(
  object: DirectoryObject,
  given: Bound | undefined,
  primary: Bound | undefined,
  store: Store,
): string[] {
  const before = store.property(object, "EmailAddresses") as string[];
  let after = before;
  if (given !== undefined)
    after = isDelta(given)
      ? changed(before, given, store.state.behaviour.addingPresentAddress)
      : replaced((given ?? []) as string[]);
  if (primary !== undefined) after = withPrimary(after, textOf(primary));
  for (const address of without(after, before)) refuseTaken(address, object, store);
  return after;
}

export function refuseTaken(address: string, object: DirectoryObject, store: Store): void {
  const holder = store.holderOf(address, object);
  if (holder)
    throw addressInUse(
      address,
      `${String(store.property(holder, "OrganizationalUnit"))}/${String(holder["Name"])}`,
    );
  if (!/^smtp:/i.test(address)) return;
  const bare = address.slice("smtp:".length);
  const isUserName = (other: DirectoryObject): boolean =>
    other !== object &&
    String(store.property(other, "UserPrincipalName")).toLowerCase() === bare.toLowerCase();
  if (store.findAll(bare).some(isUserName)) throw addressInUseElsewhere(address);
  const domain = bare.slice(bare.lastIndexOf("@") + 1);
  if (!store.state.tenant.domains.some((one) => one.toLowerCase() === domain.toLowerCase()))
    throw notAcceptedDomain(domain);
}

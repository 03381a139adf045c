import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import type { ListOperation, WriteOperation } from "./client/operations.ts";
import { phoneNumberFrom } from "./client/phoneNumbers.ts";
import { textOf } from "./client/replies.ts";
import { isGoneFrom, ownedList } from "./ownedList.ts";
import type { GraphQuery, GraphStep } from "./target.ts";
import { nameOf, userById, userLookup, type User } from "./user.ts";

/** A phone of each type, or an e-mail address, with which a user proves to be the one who signs in. */
export const contactKinds = ["mobile", "alternateMobile", "office", "email"] as const;
export type ContactKind = (typeof contactKinds)[number];

/** One that a user has. */
export interface ContactMethod {
  kind: ContactKind;
  /** The phone number or the e-mail address. Some administrators see numbers with a part of them masked. */
  value: string;
}

interface Form {
  /** The same in every tenant (documented for phones; for the address, HelloID's connector for Entra ID). */
  id: string;
  title: string;
  property: "phoneNumber" | "emailAddress";
  /** What goes along with the value. */
  also: Readonly<Record<string, string>>;
  list: ListOperation;
  add: WriteOperation;
  change: WriteOperation;
  remove: WriteOperation;
}

const phone = (id: string, phoneType: string, title: string): Form => ({
  id,
  title,
  property: "phoneNumber",
  also: { phoneType },
  list: "GET /users/{user}/authentication/phoneMethods",
  add: "POST /users/{user}/authentication/phoneMethods",
  change: "PATCH /users/{user}/authentication/phoneMethods/{method}",
  remove: "DELETE /users/{user}/authentication/phoneMethods/{method}",
});

export const contactForms: Readonly<Record<ContactKind, Form>> = {
  mobile: phone("3179e48a-750b-4051-897c-87b9720928f7", "mobile", "mobile phone"),
  alternateMobile: phone(
    "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "alternateMobile",
    "alternate mobile phone",
  ),
  office: phone("e37fc753-ff3b-4958-9484-eaa9425c82bc", "office", "office phone"),
  email: {
    id: "3ddfcfc8-9383-446f-83cc-3ab9be4be18f",
    title: "e-mail address",
    property: "emailAddress",
    also: {},
    list: "GET /users/{user}/authentication/emailMethods",
    add: "POST /users/{user}/authentication/emailMethods",
    change: "PATCH /users/{user}/authentication/emailMethods/{method}",
    remove: "DELETE /users/{user}/authentication/emailMethods/{method}",
  },
};

/** What `contactMethodsOf` and the looks of the steps send. */
export const contactLookup: Operations = mergedOperations(userLookup, {
  "GET /users/{user}/authentication/phoneMethods": ["user"],
  "GET /users/{user}/authentication/emailMethods": ["user"],
});
/** What `settingContact` and `removingContact` send, without their looks. */
export const contactSetting: Operations = {
  "POST /users/{user}/authentication/phoneMethods": ["user", "phoneNumber", "phoneType"],
  "PATCH /users/{user}/authentication/phoneMethods/{method}": [
    ...["user", "method", "phoneNumber", "phoneType"],
  ],
  "POST /users/{user}/authentication/emailMethods": ["user", "emailAddress"],
  "PATCH /users/{user}/authentication/emailMethods/{method}": ["user", "method", "emailAddress"],
};
export const contactRemoval: Operations = {
  "DELETE /users/{user}/authentication/phoneMethods/{method}": ["user", "method"],
  "DELETE /users/{user}/authentication/emailMethods/{method}": ["user", "method"],
};

/**
 * The phones of a user, or the e-mail address: those that are read together with the kind. Throws a proven `missing`
 * fault when the user does not exist.
 */
export function contactMethodsOf(user: User, kind: ContactKind): GraphQuery<ContactMethod[]> {
  const read = {
    operation: contactForms[kind].list,
    ids: { user: user.id },
    query: { select: [] },
  };
  const list = ownedList(read, userById(user.id));
  return async (targets) => (await list(targets)).flatMap((object) => contactIn(object, user));
}

/**
 * What an object of a list means; none when its ID is that of no kind. Throws an `unexpected` fault for one without a
 * value: that never means that there is none.
 */
export function contactIn(object: Readonly<Record<string, unknown>>, user: User): ContactMethod[] {
  const kind = contactKinds.find(
    (one) => contactForms[one].id === textOf(object["id"]).toLowerCase(),
  );
  if (!kind) return [];
  const { property, title } = contactForms[kind];
  const value = textOf(object[property]).trim();
  if (value === "")
    throw new Fault({
      kind: "unexpected",
      message: `Microsoft Graph did not return the ${title} of ${nameOf(user)} (${property}).`,
    });
  return [{ kind, value }];
}

/**
 * The value to set, as Microsoft Graph takes it; undefined for a text that is none. `country`: of a phone number
 * without a country code.
 */
export async function contactValueFrom(
  kind: ContactKind,
  text: string,
  country: string | undefined,
): Promise<string | undefined> {
  if (kind !== "email") return await phoneNumberFrom(text, country);
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text : undefined;
}

/** Whether a user has the value. Of a number that is masked, only what is visible at its end is compared (assumed). */
export function hasContactValue(found: ContactMethod | undefined, value: string): boolean {
  if (!found) return false;
  if (found.kind === "email") return found.value.toLowerCase() === value.toLowerCase();
  const [shown, wanted] = [found.value, value].map((text) => text.replace(/[\s().-]/g, ""));
  if (shown === undefined || wanted === undefined) return false;
  const [, visible] = /[*•X]([^*•X]*)$/.exec(shown) ?? [];
  return visible === undefined ? shown === wanted : wanted.endsWith(visible);
}

/** A value in messages: of personal data only as much as tells two of them apart. */
export function shownContact({ kind, value }: ContactMethod): string {
  const [first = "", domain = ""] =
    kind === "email" ? [value.slice(0, 1), value.split("@")[1]] : [];
  return kind === "email" ? `${first}...@${domain}` : `...${value.slice(-3)}`;
}

/**
 * Sets a phone or the e-mail address of a user. `before`: the one that the user has, as read. `overwrites`: also when
 * it turns out that the user has another one after all; otherwise that one is enough.
 */
export function settingContact(
  user: User,
  method: ContactMethod,
  { before, overwrites }: { before: ContactMethod | undefined; overwrites: boolean },
): GraphStep {
  const { kind, value } = method;
  const { id, title, property, also, add, change } = contactForms[kind];
  const properties = { [property]: value, ...also };
  const changed = {
    operation: change,
    parameters: { user: user.id, method: id, ...properties },
    sentence: `Change the ${title} for sign-in of ${nameOf(user)} to ${shownContact(method)}`,
  };
  const added = {
    operation: add,
    parameters: { user: user.id, ...properties },
    sentence: `Add ${title} ${shownContact(method)} for sign-in to ${nameOf(user)}`,
    ...(overwrites && { alternatives: [{ after: "alreadySo" as const, ...changed }] }),
  };
  return {
    target: "graph",
    ...(before ? changed : added),
    before: { [property]: before?.value ?? null },
    async isInEffect(targets) {
      const found = await contactNow(user, kind)(targets);
      return overwrites ? hasContactValue(found, value) : found !== undefined;
    },
  };
}

/** Removes a phone or the e-mail address of a user. `before`: as read. */
export function removingContact(
  user: User,
  kind: ContactKind,
  before: ContactMethod | undefined,
): GraphStep {
  const { id, title, property, remove } = contactForms[kind];
  const value = before ? ` ${shownContact(before)}` : "";
  return {
    target: "graph",
    operation: remove,
    parameters: { user: user.id, method: id },
    sentence: `Remove ${title}${value} for sign-in from ${nameOf(user)}`,
    before: { [property]: before?.value ?? null },
    isInPlace: before === undefined,
    isInEffect: isGoneFrom(contactMethodsOf(user, kind), (one) => one.kind === kind),
    isRemoval: true,
  };
}

function contactNow(user: User, kind: ContactKind): GraphQuery<ContactMethod | undefined> {
  return async (targets) =>
    (await contactMethodsOf(user, kind)(targets)).find((one) => one.kind === kind);
}

/** What the account actions of Active Directory agree on. */
import type { DirectoryStep, DirectoryTarget } from "../activeDirectory/target.ts";
import { operations } from "../activeDirectory/target.ts";
import { nameOf, userById, userLookup, type User } from "../activeDirectory/user.ts";
import {
  enabling,
  hiding,
  readAttributes,
  readForHiding,
  userChange,
  whyNotHidden,
  type ReadAttribute,
} from "../activeDirectory/userChange.ts";
import { Fault } from "../fault.ts";
import type { Changed } from "../host/accountActions.ts";
import { mappedText, oneOf } from "../mappedValues.ts";
import { nearestName } from "../nearestName.ts";
import type { Gate, Needs } from "../step.ts";

/** The field that hides the mailbox of an account, or shows it. The only one that is set. */
export const hideField = "msExchHideFromAddressLists";

export const changeNeeds: Needs<DirectoryTarget> = {
  activeDirectory: operations(userLookup(...readForHiding, ...readAttributes), userChange),
};

type Field = readonly [name: string, value: unknown];

/**
 * Whether to hide the mailbox; undefined when that is not mapped or has no value. Throws one `invalid` fault for all
 * fields that cannot be used. A field without a value sets nothing.
 */
export function hiddenFrom(fields: readonly Field[]): boolean | undefined {
  const faults: string[] = [];
  let hidden: boolean | undefined;
  for (const [name, mapped] of fields) {
    try {
      const text = mappedText(name, mapped);
      if (text === "") continue;
      if (name.toLowerCase() !== hideField.toLowerCase()) throw notSettable(name);
      hidden = oneOf(name, text, ["true", "false"]) === "true";
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (faults.length > 0) throw Fault.invalid(faults.join(" "));
  return hidden;
}

function notSettable(name: string): Fault {
  const nearest = nearestName(name, [hideField]);
  const hint = nearest === undefined ? "" : `; the most similar name is ${nearest}`;
  return Fault.invalid(
    `${name} is mapped, but the connector does not set this attribute of Active Directory${hint}. Attributes that it ` +
      "only reads have the mapping mode None.",
  );
}

/** The attributes to read for these fields, in the spelling of the schema. Others are left out. */
function attributesAmong(fields: readonly string[]): ReadAttribute[] {
  const names = new Set(fields.map((field) => field.toLowerCase()));
  return readAttributes.filter((attribute) => names.has(attribute.toLowerCase()));
}

/** What an event asks of an account. */
export interface Wanted {
  /** Undefined: it stays as it is. */
  enabled?: boolean;
  hidden?: boolean | undefined;
}

/**
 * Enables or disables the account with this reference, and hides its mailbox or shows it. A refusal of one does not
 * stop the other. Throws a `missing` fault when there is no such account.
 */
export async function changeAccount(
  reference: string,
  { enabled, hidden }: Wanted,
  fields: readonly string[],
  { read, changeAll }: Pick<Gate<DirectoryTarget>, "read" | "changeAll">,
): Promise<Changed> {
  const attributes = [...attributesAmong(fields), ...(hidden === undefined ? [] : readForHiding)];
  const user = await read(userById(reference, attributes));
  const steps: DirectoryStep[] = [
    ...(enabled === undefined ? [] : enabling(user, enabled)),
    ...(hidden === undefined ? [] : hiding(user, hidden)),
  ];
  await changeAll(steps);
  const warning = hidden === true ? whyNotHidden(user) : undefined;
  return {
    before: valuesOf(user),
    after: valuesOf(hidden === undefined ? user : { ...user, [hideField]: hidden }),
    subject: `account ${nameOf(user)}`,
    audit: warning === undefined ? [] : [{ Message: warning }],
  };
}

/** The attributes of an account as values of fields, which are texts. */
function valuesOf(user: User): Record<string, unknown> {
  const hidden = user[hideField];
  const shown = typeof hidden === "boolean" ? String(hidden) : (hidden ?? null);
  return { ...user, [hideField]: shown };
}

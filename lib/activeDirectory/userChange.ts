import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import type { AttributeName } from "./client/attributes.ts";
import type { DirectoryStep } from "./target.ts";
import { nameOf, userById, type User } from "./user.ts";

/** ADS_UF_ACCOUNTDISABLE (documented). The other bits of the attribute stay as they are. */
const accountDisable = 0x2;

/** What `enabling` and `hiding` send. */
export const userChange: Operations = {
  modify: ["objectGUID", "userAccountControl", "msExchHideFromAddressLists", "was"],
};

/** The attributes to read before `hiding`. */
export const readForHiding = [
  "msExchHideFromAddressLists",
  "mailNickname",
] as const satisfies readonly AttributeName[];

/** The attributes that a mapping can have with the mode None. */
export const readAttributes = [
  "objectGUID",
  "distinguishedName",
  "displayName",
  "sAMAccountName",
  "userPrincipalName",
  "mail",
  "employeeID",
  "mailNickname",
  "msExchHideFromAddressLists",
] as const satisfies readonly AttributeName[];
export type ReadAttribute = (typeof readAttributes)[number];

/** Whether the account is enabled. */
export function isEnabled({ userAccountControl }: User): boolean {
  return (Number(userAccountControl) & accountDisable) === 0;
}

/**
 * The step that enables or disables an account; none when it is so already. The other bits are those that were read, so
 * the step is refused when someone else changes them in the meantime. Throws an `invalid` fault for the account that
 * the connector itself signs in as.
 */
export function enabling(user: User, wanted: boolean): DirectoryStep[] {
  if (isEnabled(user) === wanted) return [];
  if (!wanted && user.isConnector)
    throw Fault.invalid(
      `This would disable ${nameOf(user)}, the account that the connector itself signs in as.`,
    );
  const before = Number(user["userAccountControl"]);
  const after = wanted ? before & ~accountDisable : before | accountDisable;
  return [
    {
      target: "activeDirectory",
      operation: "modify",
      parameters: {
        objectGUID: user.id,
        userAccountControl: after,
        was: { userAccountControl: before },
      },
      sentence: `${wanted ? "Enable" : "Disable"} the account ${nameOf(user)} in Active Directory`,
      before: { userAccountControl: before },
      isInEffect: async (targets) => isEnabled(await userById(user.id)(targets)) === wanted,
    },
  ];
}

/**
 * The step that hides a mailbox from the address lists, or shows it, where Active Directory masters it; none when it is
 * so already. Exchange Online follows with the next synchronisation.
 */
export function hiding(user: User, wanted: boolean): DirectoryStep[] {
  const before = user["msExchHideFromAddressLists"];
  if ((before === true) === wanted) return [];
  return [
    {
      target: "activeDirectory",
      operation: "modify",
      parameters: { objectGUID: user.id, msExchHideFromAddressLists: wanted },
      sentence:
        `${wanted ? "Hide the mailbox of" : "Show the mailbox of"} ${nameOf(user)} ` +
        `${wanted ? "from" : "in"} the address lists in Active Directory; Exchange Online follows with the next ` +
        "synchronisation",
      before: { msExchHideFromAddressLists: before },
      isInEffect: async (targets) => {
        const read = await userById(user.id, readForHiding)(targets);
        return (read["msExchHideFromAddressLists"] === true) === wanted;
      },
    },
  ];
}

/** Why the address lists will not follow; undefined when they do. The sync rule needs the attribute (documented). */
export function whyNotHidden(user: User): string | undefined {
  if (user["mailNickname"] !== null) return undefined;
  return (
    `${nameOf(user)} has no mailNickname, so the synchronisation does not bring msExchHideFromAddressLists to ` +
    "Exchange Online."
  );
}

import { holdersOf, type UnresolvedTrustee } from "../exchange/rightHolders.ts";
import { type Mailbox } from "../exchange/mailbox.ts";
import { rightNamed, rights, type Right, type RightName } from "../exchange/mailboxRight.ts";
import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";
import type { Permission, ReadingInput } from "../host/permissionActions.ts";
import type { ExchangeTarget } from "../exchange/target.ts";
import { ImportFailures } from "./importFailures.ts";
import { nameOf, namesOf } from "../exchange/naming.ts";
import { isGuid } from "../exchange/guid.ts";

/**
 * What the actions of this set agree on: how a right on a mailbox is named and referred to. Existing installations
 * hold these references and names.
 */

/** The settings that decide what a permission stands for. */
type ReferenceKey = "SharedMailboxReference" | "SharedMailboxRights";
type Log = ReadingInput<ExchangeTarget>["log"];

/**
 * The permissions of one mailbox, in the form that the configuration lists: one for all its rights, or one for each
 * right.
 */
export function mailboxPermissions(
  mailbox: Mailbox,
  configuration: Pick<Configuration, ReferenceKey>,
): { permission: Permission; parts: readonly Right[] }[] {
  const name = `Shared Mailbox - ${mailbox.DisplayName}`;
  if (configuration.SharedMailboxReference !== "separate")
    return [
      {
        permission: { identification: { Id: mailbox.Guid }, name },
        parts: combinedRights(configuration),
      },
    ];
  return Object.values(rights).map((right) => ({
    permission: {
      identification: { Id: mailbox.Guid, Permission: right.name },
      name,
      suffix: ` - ${right.label}`,
    },
    parts: [right],
  }));
}

/** The rights that a reference without a right stands for. */
export function combinedRights({
  SharedMailboxRights,
}: Pick<Configuration, "SharedMailboxRights">): Right[] {
  return (SharedMailboxRights ?? []).map((name) => rights[name]);
}

/** The rights that a reference stands for: the one it names, or those of the configuration. */
export function rightsOf(
  named: string,
  configuration: Pick<Configuration, "SharedMailboxRights">,
): Right[] {
  if (named === "") return combinedRights(configuration);
  const right = rightNamed(named);
  if (!right)
    throw Fault.invalid(
      `The permission reference names a right that is a text of ${named.length} characters; expected ` +
        `${Object.keys(rights).join(", ")}.`,
    );
  return [right];
}

/**
 * The rights to revoke for a reference: the one it names, or every right. A combined reference does not say which
 * rights it
 * was granted with, and the form may have changed since.
 */
export function revocableRights(named: string): Right[] {
  return named === "" ? Object.values(rights) : rightsOf(named, {});
}

/** A grant is for the configured types only; what was granted can be taken away whatever has become of the mailbox. */
export function refuseOtherTypes(
  mailbox: Mailbox,
  { SharedMailboxTypes }: Pick<Configuration, "SharedMailboxTypes">,
): void {
  const types: readonly string[] = SharedMailboxTypes ?? [];
  if (types.includes(mailbox.RecipientTypeDetails)) return;
  throw Fault.invalid(
    `Mailbox ${nameOf(mailbox)} is a ${mailbox.RecipientTypeDetails}; the configuration (Shared mailbox types) ` +
      `allows ${types.join(", ")}.`,
  );
}

/** What the parts of such a permission are. */
interface Parting {
  rights: readonly Right[];
  /** Whether the reference of a part says which right it is. */
  partNamesRight: boolean;
}

/** A permission whose parts are rights on mailboxes: all kinds of rights together, or one kind each. */
export interface DynamicPermission extends Parting {
  permission: Permission;
}

const together: Permission = {
  identification: { Reference: "smb" },
  name: "Permission - Shared Mailbox",
};

/** Those that the configuration lists. */
export function dynamicPermissions(
  configuration: Pick<Configuration, ReferenceKey>,
): DynamicPermission[] {
  if (configuration.SharedMailboxReference !== "separate")
    return [{ permission: together, rights: combinedRights(configuration), partNamesRight: true }];
  return Object.values(rights).map((right) => ({
    permission: {
      identification: { Reference: right.name },
      name: `${together.name} - ${right.label}`,
    },
    rights: [right],
    partNamesRight: false,
  }));
}

/**
 * The one that `reference` refers to. A reference that names no right stands for all of them together, as it always
 * has. A preview may come without any reference.
 */
export function dynamicPermission(
  reference: string,
  configuration: Pick<Configuration, ReferenceKey>,
  log: Log,
): Parting {
  const right = rightNamed(reference);
  if (right) return { rights: [right], partNamesRight: false };
  const isSeparate = configuration.SharedMailboxReference === "separate";
  if (isSeparate && reference === "")
    log(
      "warning",
      "The event does not say which right is meant (References.Permission.Reference), as is usual in a " +
        "preview; the configured rights are taken together.",
    );
  else if (isSeparate && reference.toLowerCase() !== "smb")
    throw Fault.invalid(
      `Reference of the permission reference is a text of ${reference.length} characters that is no ` +
        `right; expected ${Object.keys(rights).join(", ")}.`,
    );
  return { rights: combinedRights(configuration), partNamesRight: true };
}

/** One right on one mailbox, as a part of such a permission. */
export function mailboxPart(
  mailbox: Mailbox,
  right: Right,
  { partNamesRight }: Parting,
): { key: string; name: string; reference: { Id: string } } {
  return {
    key: keyOf(right.name, mailbox.Guid),
    name: partNamesRight ? `${right.name}-${mailbox.DisplayName}` : mailbox.DisplayName,
    reference: { Id: partNamesRight ? `${right.name}-${mailbox.Guid}` : mailbox.Guid },
  };
}

/**
 * The mailbox and the right that a part's reference means, or undefined when it is none: `{ Id: "FullAccess-<guid>"
 * }`, or `{ Id: "<guid>" }` under a permission of one right; older imports gave the right beside it as well (`{ Id,
 * Permission }`).
 */
export function partOf(
  id: string,
  named: string,
  { rights: [only, ...others] }: Pick<Parting, "rights">,
): { mailboxId: string; right: Right } | undefined {
  const [, prefix = "", mailboxId = ""] = /^(?:([A-Za-z]+)-)?([0-9a-f]{8}-.*)$/i.exec(id) ?? [];
  const right =
    rightNamed(prefix === "" ? named : prefix) ??
    (prefix === "" && others.length === 0 ? only : undefined);
  return right && isGuid(mailboxId) ? { mailboxId, right } : undefined;
}

export function keyOf(right: RightName, mailboxId: string): string {
  return `${right}-${mailboxId.toLowerCase()}`;
}

/** A mailbox with the accounts that hold an entitlement of the given rights on it. */
interface HeldMailbox {
  mailbox: Mailbox;
  holdersOf(parts: readonly Right[]): string[];
}

/**
 * Who holds which of the wanted rights on the mailboxes of the configured types. Throws at the end when a mailbox
 * could not be read.
 */
export async function* mailboxHolders(
  { wanted, where }: { wanted: readonly Right[]; where?: { property: string; value: string } },
  {
    configuration,
    stream,
    log,
  }: Pick<
    ReadingInput<
      ExchangeTarget,
      "SharedMailboxTypes" | "RecipientTypeDetails" | "CombinedRightsImport"
    >,
    "configuration" | "stream" | "log"
  >,
): AsyncGenerator<HeldMailbox, void, undefined> {
  const { SharedMailboxTypes: types = [], RecipientTypeDetails: accountTypes = [] } = configuration;
  const failures = new ImportFailures("mailbox", "mailboxes");
  const strangers = new Strangers();
  const partHolders: string[] = [];
  const names = wanted.map(({ name }) => name);
  for await (const one of stream(
    holdersOf({
      types,
      accountTypes,
      wanted: names,
      onStranger: strangers.add,
      ...(where && { where }),
    }),
  )) {
    if ("fault" in one) {
      failures.add(one.mailbox, one.fault);
      continue;
    }
    const { mailbox, holders } = one;
    yield {
      mailbox,
      holdersOf(parts) {
        const byRight = parts.map(({ name }) => holders[name]);
        const accounts = [...new Set(byRight.flatMap((holder) => [...holder]))];
        const isHolder = (account: string): boolean =>
          configuration.CombinedRightsImport === "fullAccess" && parts.includes(rights.FullAccess)
            ? holders.FullAccess.has(account)
            : byRight.every((holder) => holder.has(account));
        for (const account of accounts)
          if (!isHolder(account)) partHolders.push(`${account} on ${nameOf(mailbox)}`);
        return accounts.filter(isHolder);
      },
    };
  }
  if (partHolders.length > 0)
    log(
      "warning",
      `Not imported: ${partHolders.length} times an account has some of the rights of an entitlement and not all ` +
        `of them (${namesOf(partHolders)}). See the setting CombinedRightsImport.`,
    );
  strangers.tell(log);
  failures.throwIfAny();
}

/** Trustees that are no accounts: counted, and named as far as that helps. */
class Strangers {
  readonly #found = new Map<UnresolvedTrustee, { times: number; named: Map<string, string> }>();

  readonly add = (mailbox: Mailbox, trustee: string, why: UnresolvedTrustee): void => {
    const found = this.#found.get(why) ?? { times: 0, named: new Map<string, string>() };
    found.times++;
    if (!found.named.has(trustee)) found.named.set(trustee, nameOf(mailbox));
    this.#found.set(why, found);
  };

  tell(log: Log): void {
    for (const [why, { times, named }] of this.#found) {
      const examples = namesOf(
        [...named].map(([trustee, mailbox]) => `"${trustee}" on ${mailbox}`),
      );
      log(
        why === "no account" ? "information" : "warning",
        `Not imported: ${times} entries of ${named.size} trustees ${whys[why]} (${examples}).`,
      );
    }
  }
}

const whys: Readonly<Record<UnresolvedTrustee, string>> = {
  "no account": "that are no person's mailbox",
  ambiguous: "whose name several recipients have",
  unknown: "that no recipient or user is called by, such as accounts that no longer exist",
};

import type { Account } from "../exchange/account.ts";
import { mailboxById, type Mailbox } from "../exchange/mailbox.ts";
import { rightProperties, rightsOn, type RightOn } from "../exchange/rightChange.ts";
import { holdersOf, type UnresolvedTrustee } from "../exchange/rightHolders.ts";
import { rightNamed, rights, type Right, type RightName } from "../exchange/mailboxRight.ts";
import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";
import type { Permission, ReadingInput } from "../host/permissionActions.ts";
import type { ExchangeQuery, ExchangeTarget } from "../exchange/target.ts";
import { ImportFailures } from "./importFailures.ts";
import { nameOf, namesOf } from "../exchange/naming.ts";
import { isGuid } from "../guid.ts";
import { quoted } from "../graphemes.ts";

/**
 * What the actions of this set share: the names and references of rights on a mailbox. Existing installations have
 * stored these references and names.
 */

/** The settings that determine which rights a permission includes. */
type ReferenceKey = "SharedMailboxReference" | "SharedMailboxRights";
type Log = ReadingInput<ExchangeTarget>["log"];

/** The permissions of one mailbox, in the configured form: one for all rights, or one for each right. */
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

/** The rights of a reference that names no right. */
export function combinedRights({
  SharedMailboxRights,
}: Pick<Configuration, "SharedMailboxRights">): Right[] {
  return (SharedMailboxRights ?? []).map((name) => rights[name]);
}

/** The right that a reference names, or the configured rights. */
export function rightsOf(
  named: string,
  configuration: Pick<Configuration, "SharedMailboxRights">,
): Right[] {
  if (named === "") return combinedRights(configuration);
  const right = rightNamed(named);
  if (!right)
    throw Fault.invalid(
      `The permission reference names the right ${quoted(named)}; expected one of ` +
        `${Object.keys(rights).join(", ")}.`,
    );
  return [right];
}

/**
 * The rights to revoke for a reference: the one it names, or every right. A combined reference does not say which
 * rights it was granted with, and the form may have changed since.
 */
export function revocableRights(named: string): Right[] {
  return named === "" ? Object.values(rights) : rightsOf(named, {});
}

/** Only configured types get new grants. A revoke does not depend on the type, because the type may have changed. */
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

interface Asked {
  permission(name: string): string;
  configuration: Pick<Configuration, "SharedMailboxRights" | "SharedMailboxTypes">;
}

const mailboxReference = "The Id of the mailbox in the permission reference";

/** The rights that a grant asks for, with their mailbox, which has one of the configured types. */
export function rightsToGrant(
  { permission, configuration }: Asked,
  account: ExchangeQuery<Account>,
  alsoRead: readonly string[] = [],
): ExchangeQuery<RightOn[]> {
  const wanted = rightsOf(permission("Permission"), configuration);
  const id = permission("Id");
  const mailbox = mailboxById(id, [...rightProperties, ...alsoRead], {
    reference: mailboxReference,
  });
  const ofUsualType: ExchangeQuery<Mailbox> = async (targets) => {
    const found = await mailbox(targets);
    refuseOtherTypes(found, configuration);
    return found;
  };
  return rightsOn(wanted, id, ofUsualType, account);
}

/** The rights that a revoke takes away, with their mailbox. */
export function rightsToRevoke(
  { permission }: Pick<Asked, "permission">,
  account: ExchangeQuery<Account>,
  alsoRead: readonly string[] = [],
): ExchangeQuery<RightOn[]> {
  const wanted = revocableRights(permission("Permission"));
  const id = permission("Id");
  const mailbox = mailboxById(id, [...rightProperties, ...alsoRead], {
    reference: mailboxReference,
  });
  return rightsOn(wanted, id, mailbox, account);
}

/** How a permission is divided into sub-permissions. */
interface Parting {
  rights: readonly Right[];
  /** Whether the name and the Id of a sub-permission begin with its right. */
  partNamesRight: boolean;
}

/** A permission whose sub-permissions are rights on mailboxes: all kinds of rights, or a single kind. */
export interface DynamicPermission extends Parting {
  permission: Permission;
}

const together: Permission = {
  identification: { Reference: "smb" },
  name: "Permission - Shared Mailbox",
};

/** The permissions that the configuration lists. */
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
 * The permission of a reference. A reference that names no right includes all rights. A preview may have no
 * reference.
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
      "The event does not name a right (References.Permission.Reference), as is usual in a preview; " +
        "all configured rights are used.",
    );
  else if (isSeparate && reference.toLowerCase() !== "smb")
    throw Fault.invalid(
      `Reference in the permission reference is ${quoted(reference)}; expected one of ` +
        `${Object.keys(rights).join(", ")}.`,
    );
  return { rights: combinedRights(configuration), partNamesRight: true };
}

/** One right on one mailbox, as a sub-permission. */
export function mailboxPart(
  mailbox: Mailbox,
  right: Right,
  { partNamesRight }: Parting,
): { key: string; name: string; reference: { Id: string; Permission?: string } } {
  const key = keyOf(right.name, mailbox.Guid);
  const { DisplayName, Guid } = mailbox;
  return partNamesRight
    ? { key, name: `${right.name}-${DisplayName}`, reference: { Id: `${right.name}-${Guid}` } }
    : { key, name: DisplayName, reference: { Id: Guid, Permission: right.name } };
}

/**
 * The mailbox and the right in the reference of a sub-permission; undefined when it is not such a reference. The forms
 * are `{ Id: "FullAccess-<guid>" }`, and `{ Id: "<guid>", Permission: "FullAccess" }` under a permission of one right,
 * where earlier releases left the right out.
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
 * The holders of the wanted rights on the mailboxes of the configured types. Throws at the end when a mailbox could
 * not be read.
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
  const unresolved = new UnresolvedTrustees();
  const partHolders: string[] = [];
  const names = wanted.map(({ name }) => name);
  for await (const one of stream(
    holdersOf({
      types,
      accountTypes,
      wanted: names,
      onUnresolved: unresolved.add,
      ...(where && { where }),
    }),
  )) {
    if ("fault" in one) {
      failures.add(nameOf(one.mailbox), one.fault);
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
      `Not imported: ${partHolders.length} cases in which an account has some, but not all, rights of an ` +
        `entitlement (${namesOf(partHolders)}). See the setting CombinedRightsImport.`,
    );
  unresolved.logTo(log);
  failures.throwIfAny();
}

/** Counts the trustees that are not accounts, and keeps some of their names. */
class UnresolvedTrustees {
  readonly #found = new Map<UnresolvedTrustee, { times: number; named: Map<string, string> }>();

  readonly add = (mailbox: Mailbox, trustee: string, why: UnresolvedTrustee): void => {
    const found = this.#found.get(why) ?? { times: 0, named: new Map<string, string>() };
    found.times++;
    if (!found.named.has(trustee)) found.named.set(trustee, nameOf(mailbox));
    this.#found.set(why, found);
  };

  logTo(log: Log): void {
    for (const [why, { times, named }] of this.#found) {
      const examples = namesOf(
        [...named].map(([trustee, mailbox]) => `"${trustee}" on ${mailbox}`),
      );
      log(
        why === "no account" ? "information" : "warning",
        `Not imported: ${times} entries of ${named.size} trustees ${reasons[why]} (${examples}).`,
      );
    }
  }
}

const reasons: Readonly<Record<UnresolvedTrustee, string>> = {
  "no account": "that are not mailboxes of persons",
  unknown: "that match no recipient or user, such as accounts that no longer exist",
};

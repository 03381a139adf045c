import type { PlanStep } from "../../lib/generated/types.ts";
import { hasSettings, regionFrom, type Region } from "../../lib/exchange/region.ts";
import { listedOptions } from "../../lib/entitlements/regionalConfiguration.ts";
import { sameHtml } from "../../lib/exchange/html.ts";
import { differencesOf } from "../session/differences.ts";
import { isRecord } from "../../lib/host/schemaContract.ts";

/** The event that takes a step back. */
export interface InverseEvent {
  action: string;
  /** The account reference. */
  account: string;
  data?: Record<string, unknown>;
  permission?: Readonly<Record<string, unknown>>;
  settings?: Readonly<Record<string, unknown>>;
}

/** How a step is taken back, or why it cannot be. */
export type Inverse = { event: InverseEvent } | { reason: string };

/** The inverse of a step of a plan. Every way is one of the connector's own actions, with its checks. */
export function inverseOf(step: PlanStep): Inverse {
  if (!step.sent) return { reason: "it was not sent" };
  return (
    inverses.get(step.operation)?.(step) ?? { reason: `${step.operation} has no inverse here` }
  );
}

const creates = (): Inverse => ({
  reason: "it created something, and the connector deletes nothing",
});

const inverses: ReadonlyMap<string, (step: PlanStep) => Inverse> = new Map(
  Object.entries({
    "Set-Mailbox": ofMailbox,
    "Set-MailUser": ofMailbox,
    "Set-MailboxAutoReplyConfiguration": ofReply,
    "Add-DistributionGroupMember": (step) => ofMember(step, "revokePermission"),
    "Remove-DistributionGroupMember": (step) => ofMember(step, "grantPermission"),
    "Add-MailboxPermission": (step) => ofRight(step, "FullAccess", "revokePermission"),
    "Remove-MailboxPermission": (step) => ofRight(step, "FullAccess", "grantPermission"),
    "Add-RecipientPermission": (step) => ofRight(step, "SendAs", "revokePermission"),
    "Remove-RecipientPermission": (step) => ofRight(step, "SendAs", "grantPermission"),
    "Add-MailboxFolderPermission": ofCalendarRight,
    "Set-MailboxFolderPermission": ofCalendarRight,
    "Remove-MailboxFolderPermission": ofCalendarRight,
    "Set-MailboxRegionalConfiguration": ofRegion,
    "New-Mailbox": creates,
    "New-DistributionGroup": creates,
  }),
);

function ofMailbox(step: PlanStep): Inverse {
  const { before, parameters } = step;
  if ("SendOnBehalf" in before) return ofDelegate(step);
  if ("LitigationHoldEnabled" in before) return ofHold(step);
  const added = addedAddresses(step);
  if (added.length > 0)
    return { reason: `it added ${added.join(", ")}, and the connector removes no address` };
  const data = Object.fromEntries(
    differencesOf(step).map(({ property, from }) => [property, from === "" ? null : textOf(from)]),
  );
  if (Object.keys(data).length === 0) return { reason: "it changed nothing" };
  return { event: { action: "lifecycle/update", account: identityOf(parameters), data } };
}

/** The addresses that a step added. One that only became the primary address, or no longer is it, was there before. */
function addedAddresses(step: PlanStep): string[] {
  const change = differencesOf(step).find(({ property }) => property === "EmailAddresses");
  const [from, to] = [change?.from, change?.to].map((list) => [list ?? []].flat().map(String));
  const had = new Set(from?.map((address) => address.toLowerCase()));
  return (to ?? []).filter((address) => !had.has(address.toLowerCase()));
}

/** Update takes what a mapping yields: texts, lists of texts and nothing. */
function textOf(value: unknown): unknown {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}

function ofDelegate({ parameters }: PlanStep): Inverse {
  const delta = parameters["GrantSendOnBehalfTo"];
  const { add, remove } = isRecord(delta) ? delta : {};
  const [account, ...others] = [add ?? remove].flat();
  if (typeof account !== "string" || others.length > 0)
    return { reason: "its GrantSendOnBehalfTo does not name one account" };
  const verb = add === undefined ? "grantPermission" : "revokePermission";
  return rightOn(identityOf(parameters), "SendOnBehalf", { account, verb });
}

function ofHold({ before, parameters }: PlanStep): Inverse {
  const account = identityOf(parameters);
  const wasHeld = before["LitigationHoldEnabled"] === true;
  const { LitigationHoldDuration: days } = wasHeld ? before : parameters;
  const Duration = typeof days === "string" ? daysOf(days) : "Unlimited";
  return {
    event: {
      action: `permissions/litigationHold/${wasHeld ? "grantPermission" : "revokePermission"}`,
      account,
      permission: { Id: `LitigationHold-${Duration}`, Duration },
      settings: { LitigationHoldMayShorten: true },
    },
  };
}

/** Enable switches off a reply whose texts it knows; delete sets any other. */
function ofReply({ before, parameters }: PlanStep): Inverse {
  const account = identityOf(parameters);
  if (before["AutoReplyState"] === "Disabled")
    return {
      event: {
        action: "lifecycle/enable",
        account,
        data: pick(parameters, ["InternalMessage", "ExternalMessage"]),
        settings: { ClearAutoReplyOnEnable: true },
      },
    };
  return { event: { action: "lifecycle/delete", account, data: { ...before } } };
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

/** To the right before; without one the entry is taken away. */
function ofCalendarRight({ before, parameters }: PlanStep): Inverse {
  // The folder follows the mailbox: `<Guid>:<folder>`.
  const [account = ""] = identityOf(parameters).split(":");
  const hadEntry = listOf(before["AccessRights"]) !== "";
  const { AccessRights, SharingPermissionFlags } = hadEntry ? before : parameters;
  return {
    event: {
      action: `permissions/folderPermission/${hadEntry ? "grantPermission" : "revokePermission"}`,
      account,
      permission: {
        Id: "undo",
        mailboxFolderUser: String(parameters["User"]),
        mailboxFolderAccessRight: listOf(AccessRights),
        mailboxFolderSharingPermissionFlags: listOf(SharingPermissionFlags),
      },
      settings: { CalendarRightConflict: "overwrite" },
    },
  };
}

/** Rights as options and references have them: a text, separated by commas. */
function listOf(value: unknown): string {
  return [value ?? []].flat().map(String).join(",");
}

/** To the configuration before, if it is one of those that can be granted: the entitlement is an option. */
function ofRegion({ before, parameters }: PlanStep): Inverse {
  if (!("Language" in before))
    return { reason: "it renamed the default folders, and their names before are not known" };
  const option = listedOptions().find((listed) => isSameRegion(before, regionFrom(listed)));
  if (!option)
    return {
      reason: `no option of permissions/regionalConfiguration is the configuration before: ${JSON.stringify(before)}`,
    };
  const action = "permissions/regionalConfiguration/grantPermission";
  return {
    event: { action, account: identityOf(parameters), permission: { Id: option.Id } },
  };
}

function isSameRegion(before: PlanStep["before"], region: Region): boolean {
  return (
    hasSettings(before, region) &&
    before["DateFormat"] === region.dateFormat &&
    before["TimeFormat"] === region.timeFormat
  );
}

type Verb = "grantPermission" | "revokePermission";

function ofMember({ parameters }: PlanStep, verb: Verb): Inverse {
  return {
    event: {
      action: `permissions/groups/${verb}`,
      account: String(parameters["Member"]),
      permission: { Id: identityOf(parameters) },
    },
  };
}

function ofRight({ parameters }: PlanStep, right: string, verb: Verb): Inverse {
  const account = String(parameters["User"] ?? parameters["Trustee"]);
  return rightOn(identityOf(parameters), right, { account, verb });
}

function rightOn(
  mailbox: string,
  right: string,
  { account, verb }: { account: string; verb: Verb },
): Inverse {
  const action = `permissions/sharedMailboxes/${verb}`;
  return { event: { action, account, permission: { Id: mailbox, Permission: right } } };
}

function identityOf(parameters: Readonly<Record<string, unknown>>): string {
  return String(parameters["Identity"]);
}

/**
 * Why a step must not be taken back although it could be: what it set is not so any more. `inverse` is the plan of the
 * inverse event's dry run. Undefined: nothing speaks against it.
 */
export function changedSince(step: PlanStep, inverse: readonly PlanStep[]): string | undefined {
  const now = new Map(
    inverse.flatMap(({ before }) => Object.entries(before)).map(([name, value]) => [name, value]),
  );
  for (const { property, to } of differencesOf(step)) {
    if (!now.has(property)) continue;
    const value = now.get(property);
    // A format of null is the default of the language.
    if (to === null && property.endsWith("Format")) continue;
    if (!isAlike(value, to))
      return `${property} is ${JSON.stringify(value)} now; the plan had set ${JSON.stringify(to)}`;
  }
  return undefined;
}

/** Exchange wraps messages in HTML, and writes a number of days as a span of time. */
function isAlike(value: unknown, set: unknown): boolean {
  // A list without an item is what is left where something was taken away.
  if (set === undefined && Array.isArray(value)) return value.length === 0;
  if (typeof value !== "string" || typeof set !== "string")
    return JSON.stringify(value) === JSON.stringify(set);
  return value === set || daysOf(value) === set || sameHtml(value, set);
}

function daysOf(span: string): string {
  return span.replace(/\.00:00:00$/, "");
}

import type { PlanStep } from "../../lib/generated/types.ts";
import { hasSettings, regionFrom, type Region } from "../../lib/exchange/region.ts";
import { userProperties } from "../../lib/graph/userProperties.ts";
import { listedOptions } from "../../lib/entitlements/regionalConfiguration.ts";
import { differencesOf } from "../session/differences.ts";
import { isRecord } from "../../lib/record.ts";
import { ofContact, ofNewPass, ofRemovedPass } from "./authenticationMethods.ts";
import { ofModification, ofMove, ofNamedUser } from "./directory.ts";
import { addedAddresses, canBeSet, isSame, textOf } from "./values.ts";

/** The event that takes a step back. */
export interface InverseEvent {
  action: string;
  /** The account reference. */
  account: string;
  data?: Record<string, unknown>;
  /** The reference of the manager's account. */
  manager?: string | undefined;
  permission?: Readonly<Record<string, unknown>>;
  settings?: Readonly<Record<string, unknown>>;
  /** The fields of the person that the event reads. */
  person?: Readonly<Record<string, unknown>>;
}

/**
 * How a step is taken back, or why it cannot be. `also` sets back what the first event leaves. `leavesOthers`: an event
 * with nothing to change has found a value, which need not be the one before.
 */
export type Inverse =
  { event: InverseEvent; also?: InverseEvent; leavesOthers?: boolean } | { reason: string };

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
    "Set-User": ofMailbox,
    "Set-MailboxAutoReplyConfiguration": ofReply,
    "Add-DistributionGroupMember": (step) => ofMember(step, "revokePermission"),
    "Remove-DistributionGroupMember": (step) => ofMember(step, "grantPermission"),
    "POST /groups/{group}/members/$ref": (step) => ofGraphMember(step, "revokePermission"),
    "DELETE /groups/{group}/members/{member}/$ref": (step) =>
      ofGraphMember(step, "grantPermission"),
    "POST /groups/{group}/owners/$ref": (step) => ofGraphOwner(step, "revokePermission"),
    "DELETE /groups/{group}/owners/{owner}/$ref": (step) => ofGraphOwner(step, "grantPermission"),
    "POST /users/{user}/assignLicense": ofLicence,
    "POST /users/{user}/authentication/phoneMethods": ofContact,
    "PATCH /users/{user}/authentication/phoneMethods/{method}": ofContact,
    "DELETE /users/{user}/authentication/phoneMethods/{method}": ofContact,
    "POST /users/{user}/authentication/emailMethods": ofContact,
    "PATCH /users/{user}/authentication/emailMethods/{method}": ofContact,
    "DELETE /users/{user}/authentication/emailMethods/{method}": ofContact,
    "POST /users/{user}/authentication/temporaryAccessPassMethods": ofNewPass,
    "DELETE /users/{user}/authentication/temporaryAccessPassMethods/{method}": ofRemovedPass,
    "Add-MailboxPermission": (step) => ofRight(step, "FullAccess", "revokePermission"),
    "Remove-MailboxPermission": (step) => ofRight(step, "FullAccess", "grantPermission"),
    "Add-RecipientPermission": (step) => ofRight(step, "SendAs", "revokePermission"),
    "Remove-RecipientPermission": (step) => ofRight(step, "SendAs", "grantPermission"),
    "Add-MailboxFolderPermission": ofCalendarRight,
    "Set-MailboxFolderPermission": ofCalendarRight,
    "Remove-MailboxFolderPermission": ofCalendarRight,
    "Set-MailboxRegionalConfiguration": ofRegion,
    "Set-MailboxCalendarConfiguration": ({ before }) => ({
      reason: `no action sets single working hours; before, they were ${JSON.stringify(before)}`,
    }),
    "New-Mailbox": creates,
    "New-DistributionGroup": creates,
    "POST /users": creates,
    "PATCH /groups(uniqueName='{uniqueName}')": creates,
    "PATCH /users/{user}": ofUser,
    "PUT /users/{user}/manager/$ref": ofManager,
    "DELETE /users/{user}/manager/$ref": ofManager,
    "POST /users/{user}/revokeSignInSessions": () => ({
      reason: "people sign in again themselves",
    }),
    add: creates,
    modify: ofModification,
    move: ofMove,
    addMember: ofNamedUser,
    removeMember: ofNamedUser,
    addDelegate: ofNamedUser,
    removeDelegate: ofNamedUser,
    delete: () => ({ reason: "only the recycle bin of the forest has the account" }),
    "DELETE /users/{user}": () => ({
      reason: "the next create for the person restores the user, for 30 days",
    }),
  }),
);

function ofMailbox(step: PlanStep): Inverse {
  const { before, parameters } = step;
  if ("SendOnBehalf" in before) return ofDelegate(step);
  if ("LitigationHoldEnabled" in before) return ofHold(step);
  const added = addedAddresses(step, "EmailAddresses");
  if (added.length > 0)
    return { reason: `it added ${added.join(", ")}, and the connector removes no address` };
  const fields = differencesOf(step).map(
    ({ property, from }) => [property, from === "" ? null : textOf(from)] as const,
  );
  if (fields.length === 0) return { reason: "it changed nothing" };
  const settable = fields.filter(([property, value]) => canBeSet(property, value));
  if (settable.length === 0)
    return { reason: `an update cannot clear ${fields.map(([property]) => property).join(", ")}` };
  const data = Object.fromEntries(settable);
  return { event: { action: "lifecycle/update", account: identityOf(parameters), data } };
}

function ofUser(step: PlanStep): Inverse {
  const fields = differencesOf(step).map(({ property, from }) => [property, textOf(from)] as const);
  const settable = fields.filter(
    ([property, value]) => value !== null || userProperties[property]?.isNeverEmpty !== true,
  );
  if (settable.length === 0)
    return { reason: `an update cannot clear ${fields.map(([property]) => property).join(", ")}` };
  return { event: ofEntra(step, { data: Object.fromEntries(settable) }) };
}

function ofManager(step: PlanStep): Inverse {
  const { manager } = step.before;
  const settings = { updateManagerOnUpdate: true };
  return {
    event: ofEntra(step, { manager: typeof manager === "string" ? manager : undefined, settings }),
  };
}

function ofEntra(
  { parameters }: PlanStep,
  own: Pick<InverseEvent, "data" | "manager" | "settings">,
): InverseEvent {
  return { action: "lifecycle/entra/update", account: String(parameters["user"]), ...own };
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
  const event = {
    action: `permissions/litigationHold/${wasHeld ? "grantPermission" : "revokePermission"}`,
    account,
    permission: { Id: `LitigationHold-${Duration}`, Duration },
    settings: { LitigationHoldMayShorten: true },
  };
  // A revoke leaves the duration, which a mailbox has without a hold too.
  const { LitigationHoldDuration: had } = before;
  const isLeft = !wasHeld && had !== undefined && !isSame("LitigationHoldDuration", days, had);
  const data = { LitigationHoldDuration: had };
  return isLeft ? { event, also: { action: "lifecycle/update", account, data } } : { event };
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

/** Security groups and Microsoft 365 groups are granted in the same way. */
function ofGraphMember({ parameters: { group, member } }: PlanStep, verb: Verb): Inverse {
  return {
    event: {
      action: `permissions/entraGroups/${verb}`,
      account: String(member),
      permission: { Id: String(group) },
    },
  };
}

/** Options decide which service plans are off after a grant, so it cannot restore those that were. */
function ofLicence({
  before,
  parameters: { user, addLicenses, removeLicenses },
}: PlanStep): Inverse {
  const [added] = [addLicenses].flat().filter(isRecord);
  const [removed] = [removeLicenses].flat();
  if (!before["isAssigned"] && removed !== undefined) return { reason: "it changed nothing" };
  if (before["isAssigned"] && added) return { reason: "it changed service plans at most" };
  if ([before["disabledPlans"]].flat().length > 0)
    return { reason: "some service plans of the licence were off, and a grant would turn them on" };
  const verb: Verb = added ? "revokePermission" : "grantPermission";
  return {
    event: {
      action: `permissions/licences/${verb}`,
      account: String(user),
      permission: { SkuId: String(added?.["skuId"] ?? removed) },
    },
  };
}

function ofGraphOwner({ parameters: { group, owner } }: PlanStep, verb: Verb): Inverse {
  return {
    event: {
      action: `permissions/entraGroups/${verb}`,
      account: String(owner),
      permission: { Id: String(group), Permission: "Owner" },
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

function daysOf(span: string): string {
  return span.replace(/\.00:00:00$/, "");
}

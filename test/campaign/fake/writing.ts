import {
  addressTaken,
  alreadyMember,
  invalidValue,
  managersOnly,
  mastered,
  nameTaken,
  noMember,
  warnings,
} from "./errors.ts";
import {
  directoryObject,
  groupKinds,
  mailboxKinds,
  type DirectoryObject,
  type Kind,
} from "./model.ts";
import {
  identified,
  isOfKind,
  isSwitchedOn,
  isTrustee,
  listIn,
  nothing,
  objectsNamed,
  textIn,
  textsIn,
  valueIn,
  type Call,
  type Cmdlet,
  type Output,
} from "./cmdlet.ts";
import { calendarNames } from "./reading.ts";
import { mailboxRow, groupRow } from "./rows.ts";

function asItIs(call: Call, { guid }: DirectoryObject): DirectoryObject {
  const object = call.store.truth().find((one) => one.guid === guid);
  if (!object) throw new Error(`The fake has no object ${guid}.`);
  return object;
}

function groupToChange(call: Call): DirectoryObject {
  const group = asItIs(call, identified(call, isOfKind(...groupKinds)));
  if (group.synced) throw mastered(group.name);
  const isChecked =
    group.kind === "MailUniversalSecurityGroup" || call.store.behaviour.checksManagers;
  if (isChecked && !isSwitchedOn(call, "BypassSecurityGroupManagerCheck"))
    throw managersOnly(group.name);
  return group;
}

function addMember(call: Call): Output {
  const group = groupToChange(call);
  const member = identified(call, (one) => isTrustee(one) && one.kind !== "User", "Member");
  if (group.members.includes(member.guid))
    throw alreadyMember(member.name, call.store.behaviour.language);
  call.store.change(group.guid, (draft) => draft.members.push(member.guid));
  return nothing;
}

function removeMember(call: Call): Output {
  const group = groupToChange(call);
  const member = identified(call, ({ deleted }) => !deleted, "Member");
  if (!group.members.includes(member.guid))
    throw noMember(member.name, call.store.behaviour.language);
  call.store.change(group.guid, (draft) => {
    draft.members = draft.members.filter((guid) => guid !== member.guid);
  });
  return nothing;
}

/** How each parameter of Set-Mailbox and its like changes an object. */
const settings: Readonly<
  Record<string, (draft: DirectoryObject, value: unknown, call: Call) => void>
> = {
  hiddenfromaddresslistsenabled: (draft, value) => (draft.hidden = value === true),
  displayname: (draft, value) => (draft.displayName = String(value)),
  name: (draft, value) => (draft.name = String(value)),
  emailaddresses: (draft, value, call) => {
    draft.addresses = addressesAfter(draft, value, call);
    draft.smtp =
      draft.addresses.find((one) => one.startsWith("SMTP:"))?.slice("SMTP:".length) ?? "";
  },
  grantsendonbehalfto: (draft, value, call) => {
    draft.onBehalf = delegatesAfter(draft, value, call);
  },
  litigationholdenabled: (draft, value, call) => {
    const days = textIn(call, "LitigationHoldDuration");
    const length = /^\d+$/.test(days) ? Number(days) : "Unlimited";
    draft.hold = value === true ? length : undefined;
  },
};
const steering =
  /^(Identity|Confirm|LitigationHoldDuration|InactiveMailbox|IgnoreNamingPolicy|BypassSecurityGroupManagerCheck)$/i;

/** A list replaces; a hashtable adds and removes. */
function changedList(
  before: readonly string[],
  value: unknown,
  sameAs: (text: string) => string,
): string[] {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isTable) return textsIn(value).map(sameAs);
  const table = { ...value };
  if (valueIn(table, "@odata.type") !== "#Exchange.GenericHashTable")
    throw invalidValue("Cannot convert a JsonObject to the type of the parameter.");
  const part = (name: string): string[] => textsIn(valueIn(table, name)).map(sameAs);
  const removed = part("remove").map((one) => one.toLowerCase());
  const left = before.filter((one) => !removed.includes(one.toLowerCase()));
  return [...left, ...part("add").filter((one) => !left.includes(one))];
}

function addressesAfter(draft: DirectoryObject, value: unknown, call: Call): string[] {
  const after = changedList(draft.addresses, value, (text) => text);
  const bare = (address: string): string => address.replace(/^smtp:/i, "").toLowerCase();
  for (const address of after) {
    const holder = call.store.truth().find(({ guid, addresses }) => {
      return guid !== draft.guid && addresses.some((one) => bare(one) === bare(address));
    });
    if (holder) throw addressTaken(bare(address), holder.name);
  }
  // A new primary address turns the one before into a secondary one.
  const primary = after.findLast((one) => one.startsWith("SMTP:"));
  return after.map((one) =>
    one.startsWith("SMTP:") && one !== primary ? `smtp:${one.slice("SMTP:".length)}` : one,
  );
}

function delegatesAfter(draft: DirectoryObject, value: unknown, call: Call): string[] {
  const seen = call.store.seenBy(call.controller).filter(({ deleted }) => !deleted);
  return changedList(draft.onBehalf, value, (text) => {
    const [account, ...others] = objectsNamed(text, seen);
    if (!account || others.length > 0)
      throw invalidValue(
        `Couldn't find object "${text}". Please make sure that it was spelled correctly.`,
      );
    return account.guid;
  });
}

function setting(isMeant: (object: DirectoryObject, call: Call) => boolean): Cmdlet {
  return (call) => {
    const object = asItIs(
      call,
      identified(call, (one) => isMeant(one, call)),
    );
    const given = Object.entries(call.parameters).filter(
      ([name]) => !steering.test(name) && !name.includes("@"),
    );
    if (object.synced && given.length > 0) throw mastered(object.name);
    const draft = structuredClone(object);
    for (const [name, value] of given) {
      const set = settings[name.toLowerCase()];
      if (set) set(draft, value, call);
      else draft.custom[name] = textsIn(value).join();
    }
    // The service does not report whether a delegate was there.
    const isSilent = given.some(([name]) => /^GrantSendOnBehalfTo$/i.test(name));
    if (JSON.stringify(draft) !== JSON.stringify(object))
      call.store.change(object.guid, (own) => Object.assign(own, draft));
    else if (!isSilent)
      return {
        rows: [],
        warnings: [warnings.nothingModified(object.name, call.store.behaviour.language)],
      };
    return nothing;
  };
}

function setReply(call: Call): Output {
  const mailbox = identified(call, isOfKind(...mailboxKinds));
  const { parameters } = call;
  const text = (name: string, before: string): string => {
    const value = valueIn(parameters, name);
    return value === undefined ? before : textsIn(value).join();
  };
  call.store.change(mailbox.guid, ({ reply }) => {
    const state = text("AutoReplyState", reply.state);
    if (state !== "Enabled" && state !== "Disabled" && state !== "Scheduled")
      throw invalidValue(`"${state}" is not a valid AutoReplyState.`);
    Object.assign(reply, {
      state,
      internal: text("InternalMessage", reply.internal),
      external: text("ExternalMessage", reply.external),
      audience: text("ExternalAudience", reply.audience),
      start: text("StartTime", reply.start),
      end: text("EndTime", reply.end),
    });
  });
  return nothing;
}

function setRegion(call: Call): Output {
  const mailbox = identified(call, isOfKind(...mailboxKinds));
  const { parameters } = call;
  call.store.change(mailbox.guid, ({ region, calendar }) => {
    const language = textIn(call, "Language");
    if (language !== "") region.language = language;
    // Null takes the language's own.
    if (valueIn(parameters, "DateFormat") !== undefined)
      region.dateFormat = textIn(call, "DateFormat") || "d-M-yyyy";
    if (valueIn(parameters, "TimeFormat") !== undefined)
      region.timeFormat = textIn(call, "TimeFormat") || "HH:mm";
    region.timeZone = textIn(call, "TimeZone") || region.timeZone;
    if (isSwitchedOn(call, "LocalizeDefaultFolderName"))
      calendar.folder = calendarNames[region.language] ?? calendar.folder;
  });
  return nothing;
}

function creating(kind: (call: Call) => Kind, rowOf: typeof mailboxRow): Cmdlet {
  return (call) => {
    const name = textIn(call, "Name");
    const smtp = textIn(call, "PrimarySmtpAddress");
    const all = call.store.truth().filter(({ deleted }) => !deleted);
    if (all.some((one) => one.name.toLowerCase() === name.toLowerCase())) throw nameTaken(name);
    const [holder] = objectsNamed(smtp, all);
    if (holder) throw addressTaken(smtp, holder.name);
    const managers = listIn(call, "ManagedBy").flatMap(
      (manager) => objectsNamed(manager, all)[0]?.guid ?? [],
    );
    const object = directoryObject(call.store.newGuid(), kind(call), name, {
      displayName: textIn(call, "DisplayName") || name,
      alias: textIn(call, "Alias"),
      smtp,
      upn: kind(call).endsWith("Mailbox") ? smtp : "",
      managers,
    });
    call.store.add(object);
    return { rows: [rowOf(object, (guid) => guid)], warnings: [] };
  };
}

export const writingCmdlets: Readonly<Record<string, Cmdlet>> = {
  "Add-DistributionGroupMember": addMember,
  "Remove-DistributionGroupMember": removeMember,
  "Set-Mailbox": setting(
    ({ kind, deleted, inactive }, call) =>
      mailboxKinds.includes(kind) &&
      !deleted &&
      (!inactive || isSwitchedOn(call, "InactiveMailbox")),
  ),
  "Set-MailUser": setting(({ kind, deleted }) => kind === "MailUser" && !deleted),
  "Set-DistributionGroup": setting(isOfKind(...groupKinds)),
  "Set-MailboxAutoReplyConfiguration": setReply,
  "Set-MailboxRegionalConfiguration": setRegion,
  "New-DistributionGroup": creating(
    (call) =>
      /^security$/i.test(textIn(call, "Type"))
        ? "MailUniversalSecurityGroup"
        : "MailUniversalDistributionGroup",
    groupRow,
  ),
  "New-Mailbox": creating(
    (call) => (isSwitchedOn(call, "Shared") ? "SharedMailbox" : "UserMailbox"),
    mailboxRow,
  ),
};

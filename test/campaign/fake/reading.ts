import { invalidValue, warnings } from "./errors.ts";
import { groupKinds, mailboxKinds, type DirectoryObject, type Kind } from "./model.ts";
import { conditionIn } from "./opath.ts";
import {
  distinguishedName,
  groupRow,
  mailboxRow,
  recipientRow,
  userRow,
  type Row,
} from "./rows.ts";
import {
  identified,
  isOfKind,
  isSwitchedOn,
  listIn,
  objectsNamed,
  textIn,
  type Call,
  type Cmdlet,
  type Output,
} from "./cmdlet.ts";
import { notFound } from "./errors.ts";

const recipientKinds: readonly Kind[] = [...mailboxKinds, ...groupKinds, "MailUser", "MailContact"];
const userKinds: readonly Kind[] = [...mailboxKinds, "MailUser", "User"];

/** How one Get- cmdlet sees the directory. */
interface View {
  isShown(object: DirectoryObject, call: Call): boolean;
  rowOf(object: DirectoryObject, names: (guid: string) => string): Row;
}

const views: Readonly<Record<string, View>> = {
  "Get-Mailbox": {
    isShown: ({ kind, inactive, deleted }, call) =>
      mailboxKinds.includes(kind) &&
      (inactive
        ? isSwitchedOn(call, "IncludeInactiveMailbox") || isSwitchedOn(call, "InactiveMailboxOnly")
        : deleted === isSwitchedOn(call, "SoftDeletedMailbox")),
    rowOf: mailboxRow,
  },
  "Get-Recipient": {
    // Microsoft 365 groups only show to those who name their type.
    isShown: ({ kind, deleted, inactive }, call) =>
      !inactive &&
      (!deleted || isSwitchedOn(call, "IncludeSoftDeletedRecipients")) &&
      (recipientKinds.includes(kind) ||
        listIn(call, "RecipientTypeDetails").some((type) => type === kind)),
    rowOf: recipientRow,
  },
  "Get-User": {
    isShown: ({ kind, deleted, inactive }, call) =>
      userKinds.includes(kind) && (deleted || inactive) === isSwitchedOn(call, "SoftDeletedUser"),
    rowOf: userRow,
  },
  "Get-MailUser": {
    isShown: ({ kind, deleted }, call) =>
      kind === "MailUser" && deleted === isSwitchedOn(call, "SoftDeletedMailUser"),
    rowOf: (object, names) => ({ ...mailboxRow(object, names), ...userRow(object) }),
  },
  "Get-DistributionGroup": {
    isShown: ({ kind, deleted }) => groupKinds.includes(kind) && !deleted,
    rowOf: groupRow,
  },
};

function listing(view: View): Cmdlet {
  return (call) => {
    const seen = call.store.seenBy(call.controller);
    const names = (guid: string): string => seen.find((one) => one.guid === guid)?.name ?? guid;
    const shown = seen.filter((object) => view.isShown(object, call));
    const ofType = withTypes(call, shown);
    const identity = textIn(call, "Identity");
    const rowOf = (object: DirectoryObject): Row => view.rowOf(object, names);
    // An identity names one object; several of one name all come back.
    if (identity !== "") {
      const found = objectsNamed(identity, ofType);
      if (found.length === 0) throw notFound(identity, call.store.behaviour.language);
      return { rows: found.map(rowOf), warnings: [] };
    }
    const filter = textIn(call, "Filter");
    const isIn = filter === "" ? () => true : filtered(filter, seen, rowOf);
    return limited(call, ofType.filter(isIn).map(rowOf));
  };
}

function withTypes(call: Call, objects: readonly DirectoryObject[]): readonly DirectoryObject[] {
  const types = listIn(call, "RecipientTypeDetails");
  return types.length === 0 ? objects : objects.filter(({ kind }) => types.includes(kind));
}

/** `Members` and `GrantSendOnBehalfTo` are compared by distinguished names. */
function filtered(
  filter: string,
  all: readonly DirectoryObject[],
  rowOf: (object: DirectoryObject) => Row,
): (object: DirectoryObject) => boolean {
  const condition = conditionIn(filter);
  const namesOf = (guids: readonly string[]): string[] =>
    all.filter(({ guid }) => guids.includes(guid)).map(distinguishedName);
  return (object) => {
    const row = rowOf(object);
    const properties = new Map(Object.keys(row).map((name) => [name.toLowerCase(), row[name]]));
    properties.set("members", namesOf(object.members));
    properties.set(
      "memberofgroup",
      all.filter(({ members }) => members.includes(object.guid)).map(distinguishedName),
    );
    properties.set("grantsendonbehalfto", namesOf(object.onBehalf));
    return condition((property) => properties.get(property.toLowerCase()));
  };
}

/** No more than `ResultSize`, which is 1,000 when it was left out. */
export function limited(call: Call, rows: Row[]): Output {
  const asked = textIn(call, "ResultSize");
  const most = /^unlimited$/i.test(asked) ? Infinity : Number(asked || 1000);
  if (Number.isNaN(most)) throw invalidValue(`The value "${asked}" isn't valid for ResultSize.`);
  return rows.length <= most
    ? { rows, warnings: [] }
    : {
        rows: rows.slice(0, most),
        warnings: [warnings.moreResults(call.store.behaviour.language)],
      };
}

function groupMembers(call: Call): Output {
  const group = identified(call, isOfKind(...groupKinds));
  const seen = call.store.seenBy(call.controller);
  const rows = group.members.flatMap((guid) => {
    const member = seen.find((one) => one.guid === guid && !one.deleted);
    return member ? [recipientRow(member)] : [];
  });
  return limited(call, rows);
}

function autoReply(call: Call): Output {
  const { guid, name, reply } = identified(call, isOfKind(...mailboxKinds));
  const wrapped = (text: string): string =>
    text === "" ? "" : `<html>\n<body>\n${text}\n</body>\n</html>\n`;
  const row = {
    Identity: name,
    MailboxOwnerId: guid,
    AutoReplyState: reply.state,
    InternalMessage: wrapped(reply.internal),
    ExternalMessage: wrapped(reply.external),
    ExternalAudience: reply.audience,
    StartTime: reply.start,
    EndTime: reply.end,
  };
  return { rows: [row], warnings: [] };
}

/** The names of default folders; the calendar represents all of them. */
export const calendarNames: Readonly<Record<string, string>> = {
  "en-US": "Calendar",
  "nl-NL": "Agenda",
  "de-DE": "Kalender",
  "fr-FR": "Calendrier",
};

function region(call: Call): Output {
  const { name, region, calendar } = identified(call, isOfKind(...mailboxKinds));
  const row = {
    Identity: name,
    Language: region.language,
    DateFormat: region.dateFormat,
    TimeFormat: region.timeFormat,
    TimeZone: region.timeZone,
    DefaultFolderNameMatchingUserLanguage:
      isSwitchedOn(call, "VerifyDefaultFolderNameLanguage") &&
      calendarNames[region.language] === calendar.folder,
  };
  return { rows: [row], warnings: [] };
}

/** Other calendars stand beside the default one. */
function folders(call: Call): Output {
  const { guid, name, calendar } = identified(call, isOfKind(...mailboxKinds));
  const folder = (type: string, own: string): Row => ({
    Identity: `${name}\\${own}`,
    Name: own,
    FolderPath: `/${own}`,
    FolderType: type,
    FolderId: folderIdOf(guid, type),
    ItemsInFolder: 3,
  });
  return {
    rows: [folder("Calendar", calendar.folder), folder("User Created", "Team")],
    warnings: [],
  };
}

export function folderIdOf(guid: string, type = "Calendar"): string {
  return `LgAAAAD${guid.replaceAll("-", "")}${type === "Calendar" ? "AAAQ" : "AAAR"}=`;
}

export const readingCmdlets: Readonly<Record<string, Cmdlet>> = {
  ...Object.fromEntries(Object.entries(views).map(([name, view]) => [name, listing(view)])),
  "Get-DistributionGroupMember": groupMembers,
  "Get-MailboxAutoReplyConfiguration": autoReply,
  "Get-MailboxRegionalConfiguration": region,
  "Get-MailboxFolderStatistics": folders,
};

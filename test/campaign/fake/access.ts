import { warnings } from "./errors.ts";
import { mailboxKinds, type AccessEntry, type DirectoryObject } from "./model.ts";
import {
  identified,
  isOfKind,
  isSwitchedOn,
  isTrustee,
  listIn,
  nothing,
  objectsNamed,
  textIn,
  type Call,
  type Cmdlet,
  type Output,
} from "./cmdlet.ts";
import { limited } from "./reading.ts";
import type { Row } from "./rows.ts";

type List = "fullAccess" | "sendAs";

const self = "NT AUTHORITY\\SELF";

/** Full Access and Send As: two lists on a mailbox with the same habits, and different words. */
interface AccessList {
  list: List;
  /** The parameter that names whom an entry is for. */
  trustee: "User" | "Trustee";
  rowOf(entry: AccessEntry, shown: string, mailbox: DirectoryObject): Row;
  /** Everyone's own entry. */
  own(mailbox: DirectoryObject): Row;
}

const fullAccess: AccessList = {
  list: "fullAccess",
  trustee: "User",
  // Field note: Deny is a text, IsInherited a boolean.
  rowOf: ({ rights, isDenied, isInherited, inheritance = "All" }, shown, { name }) => ({
    Identity: name,
    User: shown,
    AccessRights: rights,
    Deny: isDenied ? "True" : "False",
    IsInherited: isInherited === true,
    InheritanceType: inheritance,
  }),
  own: ({ name }) => ({
    Identity: name,
    User: self,
    AccessRights: ["FullAccess", "ReadPermission"],
    Deny: "False",
    IsInherited: false,
    InheritanceType: "All",
  }),
};

const sendAs: AccessList = {
  list: "sendAs",
  trustee: "Trustee",
  rowOf: ({ rights, isDenied, isInherited, inheritance = "None" }, shown, { name }) => ({
    Identity: name,
    Trustee: shown,
    AccessControlType: isDenied ? "Deny" : "Allow",
    AccessRights: rights,
    IsInherited: isInherited === true,
    InheritanceType: inheritance,
  }),
  own: ({ name }) => ({
    Identity: name,
    Trustee: self,
    AccessControlType: "Allow",
    AccessRights: ["SendAs"],
    IsInherited: false,
    InheritanceType: "None",
  }),
};

/** What the list calls the trustee; that of an account that no longer exists is called by its SID. */
export function shownAs({ trustee, form }: AccessEntry, seen: readonly DirectoryObject[]): string {
  const account = seen.find(({ guid, deleted }) => guid === trustee && !deleted);
  if (!account) return trustee;
  switch (form) {
    case "guid":
      return account.guid;
    case "upn":
      return account.upn === "" ? account.name : account.upn;
    case "sid":
      return account.sid;
    case "displayName":
      return account.displayName;
  }
}

function reading({ list, trustee, rowOf, own }: AccessList): Cmdlet {
  return (call) => {
    const seen = call.store.seenBy(call.controller);
    const isHolder = isOfKind(...mailboxKinds);
    const mailboxes =
      textIn(call, "Identity") === "" ? seen.filter(isHolder) : [identified(call, isHolder)];
    const wanted = textIn(call, trustee);
    // A name is resolved to an account first, so another account of the same name is not meant.
    const meant = objectsNamed(wanted, seen).map(({ guid }) => guid);
    const isWanted = (entry: AccessEntry): boolean =>
      wanted === "" ||
      meant.includes(entry.trustee) ||
      shownAs(entry, seen).toLowerCase() === wanted.toLowerCase();
    const rows = mailboxes.flatMap((mailbox) => [
      ...(wanted === "" ? [own(mailbox)] : []),
      ...mailbox[list]
        .filter((entry) => isListed(entry, call, seen) && isWanted(entry))
        .map((entry) => rowOf(entry, shownAs(entry, seen), mailbox)),
    ]);
    return limited(call, rows);
  };
}

/** Entries of accounts that no longer exist only show to those who ask for them. */
function isListed({ trustee }: AccessEntry, call: Call, seen: readonly DirectoryObject[]): boolean {
  return (
    seen.some(({ guid, deleted }) => guid === trustee && !deleted) ||
    call.cmdlet === "Get-RecipientPermission" ||
    isSwitchedOn(call, "IncludeUnresolvedPermissions")
  );
}

function adding({ list, trustee }: AccessList): Cmdlet {
  return (call) => {
    const mailbox = identified(call, isOfKind(...mailboxKinds));
    const account = identified(call, isTrustee, trustee);
    const { language } = call.store.behaviour;
    const inheritance = textIn(call, "InheritanceType");
    const truth = call.store.truth().find(({ guid }) => guid === mailbox.guid);
    const isThere = truth?.[list].some(
      (entry) => entry.trustee === account.guid && !entry.isDenied && !entry.isInherited,
    );
    if (isThere)
      return {
        rows: [],
        warnings: [warnings.entryPresent(mailbox.name, account.name, language)],
      };
    call.store.change(mailbox.guid, (draft) => {
      draft[list].push({
        trustee: account.guid,
        form: account.upn === "" ? "displayName" : "upn",
        rights: listIn(call, "AccessRights"),
        ...(inheritance === "" ? {} : { inheritance }),
      });
    });
    return nothing;
  };
}

function removing({ list, trustee }: AccessList): Cmdlet {
  return (call) => {
    const mailbox = identified(call, isOfKind(...mailboxKinds));
    const named = textIn(call, trustee);
    const { language } = call.store.behaviour;
    const seen = call.store.seenBy(call.controller);
    const truth = call.store.truth().find(({ guid }) => guid === mailbox.guid) ?? mailbox;
    const meant = truth[list].filter((entry) => isMeant(entry, named, seen));
    const removable = meant.filter(
      (entry) => !entry.isInherited && isMatched(entry, call, named, seen),
    );
    if (removable.length === 0)
      return {
        rows: [],
        warnings: [
          meant.some(({ isInherited }) => isInherited)
            ? warnings.inheritedEntry(mailbox.name, language)
            : warnings.noEntry(mailbox.name, named, language),
        ],
      };
    call.store.change(mailbox.guid, (draft) => {
      draft[list] = truth[list].filter((entry) => !removable.includes(entry));
    });
    return nothing;
  };
}

function isMeant(entry: AccessEntry, named: string, seen: readonly DirectoryObject[]): boolean {
  return (
    shownAs(entry, seen).toLowerCase() === named.toLowerCase() ||
    objectsNamed(named, seen.filter(isTrustee)).some(({ guid }) => guid === entry.trustee)
  );
}

/**
 * A removal names a type of inheritance and a name, and finds entries that are kept under another one as little
 * as those it does not mean.
 */
function isMatched(
  entry: AccessEntry,
  call: Call,
  named: string,
  seen: readonly DirectoryObject[],
): boolean {
  if ((entry.isDenied === true) !== isSwitchedOn(call, "Deny")) return false;
  const inheritance = textIn(call, "InheritanceType") || "All";
  if (entry.inheritance !== undefined && entry.inheritance !== inheritance) return false;
  return !entry.isStubborn || shownAs(entry, seen).toLowerCase() === named.toLowerCase();
}

const accessCmdletsOf = (noun: string, access: AccessList): [string, Cmdlet][] => [
  [`Get-${noun}`, reading(access)],
  [`Add-${noun}`, adding(access)],
  [`Remove-${noun}`, removing(access)],
];

export const accessCmdlets: Readonly<Record<string, (call: Call) => Output>> = Object.fromEntries([
  ...accessCmdletsOf("MailboxPermission", fullAccess),
  ...accessCmdletsOf("RecipientPermission", sendAs),
]);

import type { Chance } from "./chance.ts";
import { unrecorded } from "./groups.ts";
import { judgeHolders, judgeList, textAt, type Expected } from "./holders.ts";
import {
  aPerson,
  configuration,
  context,
  lacking,
  left,
  nothingChanges,
  references,
  type Event,
  type Finding,
  type KnownSettings,
  type Objects,
  type Scenario,
  type Shortfall,
} from "./scenario.ts";
import type { AccessEntry, DirectoryObject } from "./fake/model.ts";
import { drawState, ids, markers } from "./world.ts";

const rights = ["FullAccess", "SendAs", "SendOnBehalf"] as const;
type Right = (typeof rights)[number];

const words: Readonly<Record<Right, { list: string; add: RegExp; remove: RegExp }>> = {
  FullAccess: {
    list: "fullAccess",
    add: /^Add-MailboxPermission$/,
    remove: /^Remove-MailboxPermission$/,
  },
  SendAs: {
    list: "sendAs",
    add: /^Add-RecipientPermission$/,
    remove: /^Remove-RecipientPermission$/,
  },
  SendOnBehalf: { list: "onBehalf", add: /^Set-Mailbox$/, remove: /^Set-Mailbox$/ },
};

/** Entries of one's own count, of whatever inheritance; inherited ones are not on this mailbox to take. */
function holds(objects: Objects, mailbox: string, right: Right, account: string): boolean {
  const object = objects.get(mailbox);
  if (!object) return false;
  if (right === "SendOnBehalf") return object.onBehalf.includes(account);
  return ownEntries(object, right).some(({ trustee }) => trustee === account);
}

function ownEntries(object: DirectoryObject, right: "FullAccess" | "SendAs"): AccessEntry[] {
  const entries = right === "FullAccess" ? object.fullAccess : object.sendAs;
  return entries.filter(
    ({ isInherited, isDenied, rights: held }) => !isInherited && !isDenied && held.includes(right),
  );
}

const rightsOn =
  (mailbox: string, of: readonly Right[]) =>
  (difference: string): boolean =>
    of.some((right) => difference.startsWith(`${mailbox} ${words[right].list}:${ids.person}`));

function stillHeld(after: Objects, mailbox: string, of: readonly Right[]): Shortfall[] {
  return of
    .filter((right) => holds(after, mailbox, right, ids.person))
    .map((right) => left(`still ${right} on ${mailbox}`, words[right].remove, mailbox));
}

function notHeld(after: Objects, mailbox: string, of: readonly Right[]): Shortfall[] {
  return of
    .filter((right) => !holds(after, mailbox, right, ids.person))
    .map((right) => lacking(`no ${right} on ${mailbox}`, words[right].add, mailbox));
}

/** A reference of one right, or a combined one for what the configuration names. */
function drawReference(chance: Chance): {
  reference: Record<string, unknown>;
  of: readonly Right[];
  settings: Record<string, unknown>;
} {
  if (chance.is(0.5)) {
    const right = chance.oneOf(rights);
    return { reference: { Id: ids.shared, Permission: right }, of: [right], settings: {} };
  }
  const of = chance.oneOf<readonly Right[]>([["FullAccess", "SendAs"], rights, ["FullAccess"]]);
  return {
    reference: { Id: ids.shared },
    of,
    settings: { SharedMailboxRights: of.join(", ") },
  };
}

export function grantMailbox(chance: Chance, known: KnownSettings): Scenario {
  const { reference, of, settings } = drawReference(chance);
  const event: Event = {
    actionContext: context(configuration(chance, known, settings), references(reference)),
    personContext: aPerson,
  };
  return {
    action: "permissions/sharedMailboxes/grantPermission",
    state: drawState(chance, { holds: chance.is(0.25) ? "held" : "not held", mayHaveLeft: false }),
    event,
    mayChange: rightsOn(ids.shared, of),
    shortfalls: (after) => notHeld(after, ids.shared, of),
    afterwards: () => ({
      action: "permissions/sharedMailboxes/revokePermission",
      event,
      mayChange: rightsOn(ids.shared, rights),
      shortfalls: (after) => stillHeld(after, ids.shared, of),
    }),
  };
}

/** A combined reference stood for other rights once: all of them are taken. */
export function revokeMailbox(chance: Chance, known: KnownSettings): Scenario {
  const { reference, of, settings } = drawReference(chance);
  const all = of.length === 1 && "Permission" in reference ? of : rights;
  return {
    action: "permissions/sharedMailboxes/revokePermission",
    state: drawState(chance, { holds: chance.is(0.8) ? "held" : "not held", mayHaveLeft: true }),
    event: {
      actionContext: context(configuration(chance, known, settings), references(reference)),
      personContext: aPerson,
    },
    mayChange: rightsOn(ids.shared, all),
    shortfalls: (after) => stillHeld(after, ids.shared, all),
  };
}

const ofDepartment: Readonly<Record<string, string>> = { "D-1": ids.shared, "D-2": ids.press };

export function subMailboxes(chance: Chance, known: KnownSettings): Scenario {
  const Operation = chance.oneOf(["grant", "update", "revoke"]);
  const departments = ["D-1", "D-2"].filter(() => chance.is(0.6));
  const of: readonly Right[] = ["FullAccess", "SendAs"];
  const partsOn = (mailbox: string): string[] => of.map((right) => `${right}-${mailbox}`);
  const current = [ids.shared, ids.press].filter(() => chance.is(0.5)).flatMap(partsOn);
  const wanted =
    Operation === "revoke"
      ? []
      : departments.flatMap((name) => partsOn(ofDepartment[name] ?? ids.shared));
  const Configuration = configuration(chance, known, { SubPermissionNoMatch: "skip" });
  const eventOf = (CurrentPermissions: unknown): Event => ({
    actionContext: context(Configuration, {
      ...references({ Reference: "smb" }),
      Operation,
      CurrentPermissions,
    }),
    personContext: {
      Person: {
        ...aPerson.Person,
        Contracts: departments.map((ExternalId) => ({
          Context: { InConditions: true },
          Department: { ExternalId },
        })),
      },
    },
  });
  const split = (part: string): { right: Right; mailbox: string } => ({
    right: part.startsWith("Full") ? "FullAccess" : "SendAs",
    mailbox: part.slice(part.indexOf("-") + 1),
  });
  return {
    action: "permissions/sharedMailboxes/subPermissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: Operation === "revoke" }),
    event: eventOf(current.map((Id) => ({ DisplayName: "A right", Reference: { Id } }))),
    again: ({ outputContext }) => eventOf(outputContext["SubPermissions"] ?? []),
    mayChange: (difference) =>
      [...wanted, ...current].some((part) => {
        const { right, mailbox } = split(part);
        return rightsOn(mailbox, [right])(difference);
      }),
    shortfalls: (after) => [
      ...current
        .filter((part) => !wanted.includes(part))
        .flatMap((part) => stillHeld(after, split(part).mailbox, [split(part).right])),
      ...wanted.flatMap((part) => notHeld(after, split(part).mailbox, [split(part).right])),
    ],
    faults: ({ answer, before, after }) =>
      unrecorded(answer, [...new Set([...current, ...wanted])], (part) => {
        const { right, mailbox } = split(part);
        return {
          isHeld: holds(after, mailbox, right, ids.person),
          isOurs: current.includes(part) || !holds(before, mailbox, right, ids.person),
        };
      }),
  };
}

const sharedOnes = (objects: Objects): DirectoryObject[] =>
  [...objects.values()].filter(({ kind, deleted }) => kind === "SharedMailbox" && !deleted);

export function listMailboxes(chance: Chance, known: KnownSettings): Scenario {
  const isSeparate = chance.is(0.5);
  return {
    action: "permissions/sharedMailboxes/permissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: {
      actionContext: context(
        configuration(chance, known, {
          SharedMailboxReference: isSeparate ? "separate" : "combined",
        }),
      ),
    },
    ...nothingChanges,
    faults: (finding) =>
      judgeList(
        finding,
        sharedOnes(finding.before).flatMap(({ guid }) =>
          isSeparate
            ? rights.map((Permission) => JSON.stringify({ Id: guid, Permission }))
            : [JSON.stringify({ Id: guid })],
        ),
      ),
  };
}

/**
 * Who holds a right by an entry that can be told whose it is, and who may: an entry under a display name that
 * others bear is no proof, nor is one beside a Deny.
 */
function holdersOf(objects: Objects, mailbox: DirectoryObject, right: Right): Expected {
  const isAccount = (guid: string): boolean => {
    const object = objects.get(guid);
    return object?.kind === "UserMailbox" && !object.deleted;
  };
  if (right === "SendOnBehalf") return { must: mailbox.onBehalf.filter(isAccount) };
  const own = ownEntries(mailbox, right).filter(({ trustee }) => isAccount(trustee));
  const isClear = ({ trustee, form }: AccessEntry): boolean =>
    form !== "displayName" || isOnlyOne(objects, trustee);
  return {
    must: own.filter(isClear).map(({ trustee }) => trustee),
    may: own.map(({ trustee }) => trustee),
  };
}

function isOnlyOne(objects: Objects, guid: string): boolean {
  const name = objects.get(guid)?.displayName;
  return [...objects.values()].filter(({ displayName }) => displayName === name).length === 1;
}

function expectedHolders(
  objects: Objects,
  isSeparate: boolean,
  where: (mailbox: DirectoryObject) => boolean,
): Expected {
  const all = sharedOnes(objects).filter(where);
  const pairs = (of: (mailbox: DirectoryObject) => string[]): string[] =>
    all.flatMap((mailbox) => of(mailbox).map((pair) => `${mailbox.guid}${pair}`));
  if (isSeparate)
    return {
      must: pairs((mailbox) =>
        rights.flatMap((right) =>
          holdersOf(objects, mailbox, right).must.map((account) => `/${right} ${account}`),
        ),
      ),
      may: pairs((mailbox) =>
        rights.flatMap((right) =>
          (holdersOf(objects, mailbox, right).may ?? []).map((account) => `/${right} ${account}`),
        ),
      ),
    };
  // The entitlement means both; a setting decides whether an account with only one of them is imported.
  return {
    must: pairs((mailbox) => {
      const sendAs = holdersOf(objects, mailbox, "SendAs").must;
      return holdersOf(objects, mailbox, "FullAccess")
        .must.filter((account) => sendAs.includes(account))
        .map((account) => ` ${account}`);
    }),
    may: pairs((mailbox) =>
      (["FullAccess", "SendAs"] as const).flatMap((right) =>
        (holdersOf(objects, mailbox, right).may ?? []).map((account) => ` ${account}`),
      ),
    ),
  };
}

export function importMailboxes(chance: Chance, known: KnownSettings): Scenario {
  const isSeparate = chance.is(0.6);
  return {
    action: "permissions/sharedMailboxes/importPermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: {
      actionContext: context(
        configuration(chance, known, {
          SharedMailboxReference: isSeparate ? "separate" : "combined",
        }),
      ),
    },
    ...nothingChanges,
    faults: (finding) =>
      judgeHolders(
        finding,
        expectedHolders(finding.before, isSeparate, () => true),
        (record) => permissionIn(record, isSeparate),
      ),
  };
}

function permissionIn(record: Record<string, unknown>, isSeparate: boolean): string {
  const id = textAt(record, "PermissionReference", "Id");
  return isSeparate ? `${id}/${textAt(record, "PermissionReference", "Permission")}` : id;
}

export function importSubMailboxes(chance: Chance, known: KnownSettings): Scenario {
  return {
    action: "permissions/sharedMailboxes/importSubPermissions",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: {
      actionContext: context(configuration(chance, known, { SharedMailboxReference: "separate" })),
    },
    ...nothingChanges,
    faults: (finding) =>
      judgeHolders(
        finding,
        expectedHolders(
          finding.before,
          true,
          ({ custom }) => custom["CustomAttribute2"] === markers.mailboxes,
        ),
        subPermissionIn,
      ),
  };
}

function subPermissionIn(record: Finding["records"][number]): string {
  const id = textAt(record, "SubPermissionReference", "Id");
  return `${id}/${textAt(record, "PermissionReference", "Reference")}`;
}

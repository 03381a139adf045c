import type { Chance } from "./chance.ts";
import {
  directoryObject,
  plainBehaviour,
  type AccessEntry,
  type Behaviour,
  type DirectoryObject,
  type TenantState,
} from "./fake/model.ts";

const guid = (number: number): string =>
  `5eed0000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

/** Who and what every tenant of the campaign has. */
export const ids = {
  person: guid(1),
  colleague: guid(2),
  namesake: guid(3),
  owner: guid(4),
  shared: guid(16),
  press: guid(17),
  room: guid(18),
  list: guid(32),
  security: guid(33),
  sales: guid(34),
  synced: guid(35),
  unified: guid(36),
  contact: guid(48),
} as const;

export const markers = {
  groups: "HelloID Dynamic Distribution Group",
  mailboxes: "HelloID Dynamic Shared Mailbox",
} as const;
const deadSid = "S-1-5-21-1004336348-1177238915-682003330-9999";

export type Held = "held" | "not held" | "either";

export interface Wishes {
  /** Whether the person holds what the event is about. */
  holds: Held;
  /** Whether the person may have lost the licence, or the account. */
  mayHaveLeft: boolean;
}

/** A tenant that is true to life: each run has its own. */
export function drawState(chance: Chance, { holds, mayHaveLeft }: Wishes): TenantState {
  const isHolding = (): boolean => holds === "held" || (holds === "either" && chance.is(0.5));
  const hasNamesake = chance.is(0.25);
  const person = drawPerson(chance, mayHaveLeft);
  const people = [
    person,
    directoryObject(ids.colleague, "UserMailbox", "Colin Colleague"),
    ...(hasNamesake
      ? [
          directoryObject(ids.namesake, "UserMailbox", "Pat Person 2", {
            displayName: person.displayName,
          }),
        ]
      : []),
    directoryObject(ids.owner, "UserMailbox", "Olga Owner"),
    directoryObject(ids.contact, "MailContact", "Connie Contact"),
  ];
  const objects = [
    ...people,
    ...drawMailboxes(chance, isHolding, hasNamesake),
    ...drawGroups(chance, isHolding),
  ];
  return { objects, behaviour: drawBehaviour(chance) };
}

/** A mailbox; or, of one who has left, a mail user or a bare user with the same Guid, or a deleted one. */
function drawPerson(chance: Chance, mayHaveLeft: boolean): DirectoryObject {
  const kind = mayHaveLeft
    ? chance.weighted([
        [72, "UserMailbox" as const],
        [14, "MailUser" as const],
        [10, "User" as const],
      ])
    : "UserMailbox";
  const isDeleted = mayHaveLeft && kind === "UserMailbox" && chance.is(0.06);
  return directoryObject(ids.person, kind, "Pat Person", {
    smtp: kind === "User" ? "" : "pat.person@contoso.com",
    hidden: chance.is(0.3),
    deleted: isDeleted,
    hold: chance.weighted<DirectoryObject["hold"]>([
      [50, undefined],
      [25, 365],
      [15, 2555],
      [10, "Unlimited"],
    ]),
    custom: { CustomAttribute1: "E100001" },
    calendar: drawCalendar(chance),
    reply: {
      state: chance.is(0.2) ? "Enabled" : "Disabled",
      internal: "Gone fishing.",
      external: "",
      audience: "None",
      start: "2026-11-28T16:00:00",
      end: "2026-11-29T16:00:00",
    },
    region: chance.is(0.3)
      ? {
          language: "nl-NL",
          dateFormat: "dd-MM-yy",
          timeFormat: "H:mm",
          timeZone: "W. Europe Standard Time",
        }
      : {
          language: "en-US",
          dateFormat: "M/d/yyyy",
          timeFormat: "h:mm tt",
          timeZone: "Pacific Standard Time",
        },
  });
}

function drawCalendar(chance: Chance): DirectoryObject["calendar"] {
  const right = chance.weighted([
    [40, "AvailabilityOnly"],
    [20, "LimitedDetails"],
    [25, "Reviewer"],
    [15, "Editor"],
  ]);
  const entries = [
    { user: "Default", rights: [right], flags: [] },
    { user: "Anonymous", rights: ["None"], flags: [] },
  ];
  if (chance.is(0.5)) entries.push({ user: ids.colleague, rights: ["Reviewer"], flags: [] });
  if (chance.is(0.2)) entries.push({ user: "NT:S-1-5-21-77", rights: ["Editor"], flags: [] });
  return { folder: chance.oneOf(["Calendar", "Agenda", "Kalender"]), entries };
}

function drawMailboxes(
  chance: Chance,
  isHolding: () => boolean,
  hasNamesake: boolean,
): DirectoryObject[] {
  const access = (trustee: string, rights: string[]): AccessEntry =>
    drawEntry(chance, trustee, rights);
  const others = hasNamesake ? [ids.colleague, ids.namesake] : [ids.colleague];
  return [
    directoryObject(ids.shared, "SharedMailbox", "Front Desk", {
      hidden: chance.is(0.2),
      custom: { CustomAttribute1: "D-1", CustomAttribute2: markers.mailboxes },
      fullAccess: [
        ...(isHolding() ? [access(ids.person, ["FullAccess"])] : []),
        ...others.filter(() => chance.is(0.5)).map((one) => access(one, ["FullAccess"])),
        ...(chance.is(0.1)
          ? [{ ...access(ids.person, ["FullAccess"]), isInherited: true, isStubborn: false }]
          : []),
        ...(chance.is(0.2)
          ? [{ trustee: deadSid, form: "sid" as const, rights: ["FullAccess"] }]
          : []),
      ],
      sendAs: [
        ...(isHolding() ? [access(ids.person, ["SendAs"])] : []),
        ...others.filter(() => chance.is(0.3)).map((one) => access(one, ["SendAs"])),
      ],
      onBehalf: [...(isHolding() ? [ids.person] : []), ...(chance.is(0.3) ? [ids.colleague] : [])],
    }),
    directoryObject(ids.press, "SharedMailbox", "Press Office", {
      custom: { CustomAttribute1: "D-2", CustomAttribute2: markers.mailboxes },
      fullAccess: [access(ids.colleague, ["FullAccess"])],
      sendAs: isHolding() ? [access(ids.person, ["SendAs"])] : [],
    }),
    directoryObject(ids.room, "RoomMailbox", "Room 1"),
  ];
}

function drawEntry(chance: Chance, trustee: string, rights: string[]): AccessEntry {
  return {
    trustee,
    form: chance.weighted([
      [40, "upn" as const],
      [20, "guid" as const],
      [20, "sid" as const],
      [20, "displayName" as const],
    ]),
    isStubborn: chance.is(0.2),
    rights,
    ...(rights[0] === "FullAccess" && chance.is(0.08) ? { inheritance: "Children" } : {}),
  };
}

function drawGroups(chance: Chance, isHolding: () => boolean): DirectoryObject[] {
  const members = (): string[] => [
    ...(isHolding() ? [ids.person] : []),
    ...(chance.is(0.5) ? [ids.colleague] : []),
    ...(chance.is(0.3) ? [ids.contact] : []),
  ];
  const dynamic = (department: string): Record<string, string> => ({
    CustomAttribute1: department,
    CustomAttribute2: markers.groups,
  });
  return [
    directoryObject(ids.list, "MailUniversalDistributionGroup", "All Finance", {
      custom: dynamic("D-1"),
      members: members(),
      managers: [ids.owner],
    }),
    directoryObject(ids.security, "MailUniversalSecurityGroup", "Vault Keepers", {
      members: members(),
      managers: [ids.owner],
    }),
    directoryObject(ids.sales, "MailUniversalDistributionGroup", "Sales Team", {
      custom: dynamic("D-2"),
      members: members(),
    }),
    directoryObject(ids.synced, "MailUniversalDistributionGroup", "From Premises", {
      synced: true,
      members: members(),
    }),
    directoryObject(ids.unified, "GroupMailbox", "Project X"),
  ];
}

function drawBehaviour(chance: Chance): Behaviour {
  const lag = chance.weighted([
    [60, () => 0],
    [20, () => 3_000 + chance.below(7_000)],
    [20, () => 20_000 + chance.below(100_000)],
  ])();
  const slow = chance.is(0.15) ? chance.oneOf([ids.person, ids.shared, ids.list]) : undefined;
  return {
    ...plainBehaviour,
    lagMs: [lag, lag === 0 ? 0 : 2 * lag],
    slowObjects: slow === undefined ? {} : { [slow]: 40_000 },
    roams: chance.is(0.2),
    language: chance.weighted([
      [70, "en" as const],
      [20, "de" as const],
      [10, "typographic" as const],
    ]),
    errorForm: chance.oneOf(["pipe", "typeName", "className"]),
    pageSize: chance.is(0.3) ? 3 : 1000,
    checksManagers: chance.is(0.1),
  };
}

import calendarOptions from "../../permissions/folderPermission/options.json" with { type: "json" };
import holdOptions from "../../permissions/litigationHold/options.json" with { type: "json" };
import regionOptions from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import type { Chance } from "./chance.ts";
import { calendarNames } from "./fake/reading.ts";
import type { DirectoryObject } from "./fake/model.ts";
import { judgeHolders, judgeList, textAt } from "./holders.ts";
import {
  aPerson,
  configuration,
  context,
  lacking,
  left,
  nothingChanges,
  references,
  type Event,
  type KnownSettings,
  type Objects,
  type Scenario,
  type Shortfall,
} from "./scenario.ts";
import { drawState, ids } from "./world.ts";

const byCalendar = /^(Add|Set|Remove)-MailboxFolderPermission$/;
const byHold = /^Set-Mailbox$/;
const byRegion = /^Set-MailboxRegionalConfiguration$/;

interface CalendarReference extends Record<string, unknown> {
  user: string;
  right: string;
  reference: Record<string, string>;
}

/** One of the listed rights of everyone, or a right of a named user that was listed once. */
function drawCalendarReference(chance: Chance): CalendarReference {
  const [first = calendarOptions.options[0]] = calendarOptions.options.slice(
    chance.below(calendarOptions.options.length),
  );
  if (chance.is(0.5) && first)
    return {
      user: "Default",
      right: first.mailboxFolderAccessRight,
      reference: {
        Id: first.Id,
        mailboxFolderUser: first.mailboxFolderUser,
        mailboxFolderAccessRight: first.mailboxFolderAccessRight,
      },
    };
  const right = chance.oneOf(["Reviewer", "Editor"]);
  return {
    user: ids.colleague,
    right,
    reference: {
      Id: "77",
      mailboxFolderUser: "colin.colleague@contoso.com",
      mailboxFolderAccessRight: right,
    },
  };
}

function rightOf(objects: Objects, user: string): string {
  const entries = objects.get(ids.person)?.calendar.entries ?? [];
  return entries.find((entry) => entry.user === user)?.rights.join() ?? "";
}

const hasMailbox = (objects: Objects): boolean => {
  const person = objects.get(ids.person);
  return person?.kind === "UserMailbox" && !person.deleted;
};

/** Everyone is left with what Exchange gives by itself; of a named user nothing is left. */
function calendarLeft(after: Objects, { user, right }: CalendarReference): Shortfall[] {
  const present = rightOf(after, user);
  const isLeft =
    user === "Default" ? present === right && right !== "AvailabilityOnly" : present !== "";
  return isLeft && hasMailbox(after) ? [left(`${user} still has ${present}`, byCalendar)] : [];
}

export function grantCalendar(chance: Chance, known: KnownSettings): Scenario {
  const wanted = drawCalendarReference(chance);
  const event: Event = {
    actionContext: context(
      configuration(chance, known, {
        CalendarRightConflict: chance.oneOf(["refuse", "overwrite"]),
      }),
      references(wanted.reference),
    ),
    personContext: aPerson,
  };
  const mayChange = (difference: string): boolean =>
    difference.startsWith(`${ids.person} calendar:${wanted.user}:`);
  return {
    action: "permissions/folderPermission/grantPermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event,
    mayChange,
    shortfalls: (after) =>
      rightOf(after, wanted.user) === wanted.right
        ? []
        : [lacking(`${wanted.user} has ${rightOf(after, wanted.user)}`, byCalendar)],
    afterwards: () => ({
      action: "permissions/folderPermission/revokePermission",
      event,
      mayChange,
      shortfalls: (after) => calendarLeft(after, wanted),
    }),
  };
}

export function revokeCalendar(chance: Chance, known: KnownSettings): Scenario {
  const own = drawCalendarReference(chance);
  return {
    action: "permissions/folderPermission/revokePermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: {
      actionContext: context(configuration(chance, known), references(own.reference)),
      personContext: aPerson,
    },
    mayChange: (difference) => difference.startsWith(`${ids.person} calendar:${own.user}:`),
    shortfalls: (after) => calendarLeft(after, own),
  };
}

function listing(
  action: string,
  expected: readonly string[],
): (chance: Chance, known: KnownSettings) => Scenario {
  return (chance, known) => ({
    action,
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: { actionContext: context(configuration(chance, known)) },
    ...nothingChanges,
    faults: (finding) => judgeList(finding, expected),
  });
}

export const listCalendars = listing(
  "permissions/folderPermission/permissions",
  calendarOptions.options.map(({ Id, mailboxFolderUser, mailboxFolderAccessRight }) =>
    JSON.stringify({ Id, mailboxFolderUser, mailboxFolderAccessRight }),
  ),
);

export const listHolds = listing(
  "permissions/litigationHold/permissions",
  holdOptions.options.map(({ Id, Duration }) => JSON.stringify({ Id, Duration })),
);

export const listRegions = listing(
  "permissions/regionalConfiguration/permissions",
  regionOptions.options.map(({ Id }) => JSON.stringify({ Id })),
);

/** An import that compares every person's mailbox with the listed options. */
function importing(
  action: string,
  holds: (object: DirectoryObject) => readonly string[],
): (chance: Chance, known: KnownSettings) => Scenario {
  return (chance, known) => ({
    action,
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: { actionContext: context(configuration(chance, known)) },
    ...nothingChanges,
    faults: (finding) =>
      judgeHolders(
        finding,
        {
          must: [...finding.before.values()]
            .filter(({ kind, deleted }) => kind === "UserMailbox" && !deleted)
            .flatMap((object) => holds(object).map((id) => `${id} ${object.guid}`)),
        },
        (record) => textAt(record, "PermissionReference", "Id"),
      ),
  });
}

export const importCalendars = importing(
  "permissions/folderPermission/importPermission",
  ({ calendar: { entries } }) =>
    calendarOptions.options
      .filter(({ mailboxFolderUser, mailboxFolderAccessRight }) =>
        entries.some(
          ({ user, rights }) =>
            user === mailboxFolderUser && rights.join() === mailboxFolderAccessRight,
        ),
      )
      .map(({ Id }) => Id),
);

export const importHolds = importing("permissions/litigationHold/importPermission", ({ hold }) =>
  holdOptions.options.filter(({ Duration }) => Duration === hold).map(({ Id }) => Id),
);

export const importRegions = importing(
  "permissions/regionalConfiguration/importPermission",
  (object) =>
    regionOptions.options.filter((option) => isInRegion(object, option)).map(({ Id }) => Id),
);

type RegionOption = (typeof regionOptions.options)[number];

function isInRegion({ region, calendar }: DirectoryObject, option: RegionOption): boolean {
  return (
    region.language === option.Language &&
    region.timeZone === option.TimeZone &&
    region.dateFormat === option.DateFormat &&
    region.timeFormat === option.TimeFormat &&
    calendar.folder === calendarNames[option.Language]
  );
}

const holdChanges = (difference: string): boolean => difference.startsWith(`${ids.person} hold:`);

function drawHold(chance: Chance): {
  reference: Record<string, unknown>;
  duration: number | "Unlimited";
} {
  const duration = chance.oneOf<number | "Unlimited">([365, 2555, "Unlimited"]);
  return { duration, reference: { Id: `LitigationHold-${duration}`, Duration: duration } };
}

const lengthOf = (hold: DirectoryObject["hold"]): number =>
  hold === "Unlimited" ? Infinity : (hold ?? 0);

export function grantHold(chance: Chance, known: KnownSettings): Scenario {
  const { duration, reference } = drawHold(chance);
  const event: Event = {
    actionContext: context(configuration(chance, known), references(reference)),
    personContext: aPerson,
  };
  return {
    action: "permissions/litigationHold/grantPermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event,
    mayChange: holdChanges,
    // A longer hold is never shortened.
    shortfalls: (after) =>
      lengthOf(after.get(ids.person)?.hold) >= lengthOf(duration)
        ? []
        : [lacking(`the hold is ${String(after.get(ids.person)?.hold)}`, byHold)],
    afterwards: () => ({
      action: "permissions/litigationHold/revokePermission",
      event,
      mayChange: holdChanges,
      shortfalls: (after) => holdLeft(after, duration),
    }),
  };
}

function holdLeft(after: Objects, duration: number | "Unlimited"): Shortfall[] {
  return hasMailbox(after) && after.get(ids.person)?.hold === duration
    ? [left(`still on hold for ${duration}`, byHold)]
    : [];
}

export function revokeHold(chance: Chance, known: KnownSettings): Scenario {
  const { duration, reference } = drawHold(chance);
  return {
    action: "permissions/litigationHold/revokePermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: true }),
    event: {
      actionContext: context(configuration(chance, known), references(reference)),
      personContext: aPerson,
    },
    mayChange: holdChanges,
    shortfalls: (after) => holdLeft(after, duration),
  };
}

export function grantRegion(chance: Chance, known: KnownSettings): Scenario {
  const [option] = regionOptions.options;
  if (!option) throw new Error("No regional configuration is listed.");
  return {
    action: "permissions/regionalConfiguration/grantPermission",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: {
      actionContext: context(configuration(chance, known), references({ Id: option.Id })),
      personContext: aPerson,
    },
    mayChange: (difference) =>
      /^\S+ (region|folder):/.test(difference) && difference.startsWith(ids.person),
    shortfalls(after) {
      const person = after.get(ids.person);
      return person && isInRegion(person, option)
        ? []
        : [lacking("the region is another one", byRegion)];
    },
  };
}

import type { Chance } from "./chance.ts";
import type { DirectoryObject } from "./fake/model.ts";
import {
  aPerson,
  configuration,
  context,
  lacking,
  left,
  nothingChanges,
  references,
  type Finding,
  type KnownSettings,
  type Objects,
  type Scenario,
} from "./scenario.ts";
import { drawState, ids } from "./world.ts";

const bySetting = /^Set-(Mailbox|MailUser)$/;
const byReply = /^Set-MailboxAutoReplyConfiguration$/;
const facets =
  (...starts: string[]) =>
  (difference: string): boolean =>
    starts.some((start) => difference.startsWith(`${ids.person} ${start}`));

export function create(chance: Chance, known: KnownSettings): Scenario {
  const hidden = chance.is(0.5);
  const [field, value] = chance.oneOf([
    ["UserPrincipalName", "pat.person@contoso.com"],
    ["CustomAttribute1", "E100001"],
  ] as const);
  const Data = { HiddenFromAddressListsEnabled: String(hidden) };
  return {
    action: "lifecycle/create",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: {
      actionContext: context(configuration(chance, known), {
        Data,
        CorrelationConfiguration: {
          Enabled: true,
          PersonField: "Person.ExternalId",
          PersonFieldValue: value,
          AccountField: field,
          AccountFieldValue: null,
        },
        AccountCorrelated: false,
        References: { Account: null, ManagerAccount: null },
      }),
      personContext: aPerson,
      outputContext: { Data: { ...Data, Guid: null } },
    },
    mayChange: facets("hidden:"),
    shortfalls: (after) => visibility(after, hidden, false),
    faults: ({ answer: { outputContext } }) =>
      outputContext.Success && outputContext["AccountReference"] !== ids.person
        ? [`I7 correlated with ${String(outputContext["AccountReference"])}`]
        : [],
  };
}

/** `isTaken`: the leaver is not to be seen any more. A bare user is in no address list. */
function visibility(after: Objects, hidden: boolean, isTaken: boolean) {
  const person = after.get(ids.person);
  if (!person || person.deleted || person.kind === "User" || person.hidden === hidden) return [];
  const what = `hidden is ${person.hidden}`;
  return [isTaken ? left(what, bySetting) : lacking(what, bySetting)];
}

function changing(
  action: string,
  chance: Chance,
  known: KnownSettings,
  { data, settings = {}, mayHaveLeft }: ChangeChoices,
): Pick<Scenario, "action" | "state" | "event"> {
  return {
    action,
    state: drawState(chance, { holds: "either", mayHaveLeft }),
    event: {
      actionContext: context(configuration(chance, known, settings), {
        ...references(),
        Data: data,
        ...(data === null ? { Origin: "reconciliation" } : {}),
      }),
      ...(data === null ? {} : { personContext: aPerson, outputContext: { Data: data } }),
    },
  };
}

interface ChangeChoices {
  data: Record<string, unknown> | null;
  settings?: Record<string, unknown>;
  mayHaveLeft: boolean;
}

export function update(chance: Chance, known: KnownSettings): Scenario {
  const address = chance.is(0.4);
  const title = chance.is(0.8);
  const data = {
    ...(title ? { CustomAttribute3: "Head of Finance" } : {}),
    ...(address ? { EmailAddresses: ["SMTP:pat.new@contoso.com"] } : {}),
    HiddenFromAddressListsEnabled: "false",
  };
  return {
    ...changing("lifecycle/update", chance, known, { data, mayHaveLeft: false }),
    mayChange: facets("hidden:", "custom:CustomAttribute3:", "address:"),
    shortfalls(after) {
      const person = after.get(ids.person);
      return [
        ...visibility(after, false, false),
        ...(title && person?.custom["CustomAttribute3"] !== "Head of Finance"
          ? [lacking("CustomAttribute3 is not set", bySetting)]
          : []),
        ...(address && person?.smtp !== "pat.new@contoso.com"
          ? [lacking("the address is not set", bySetting)]
          : []),
      ];
    },
    faults: ({ before, after }) => lostAddresses(before, after),
  };
}

function lostAddresses(before: Objects, after: Objects): string[] {
  const bare = (object: DirectoryObject | undefined): string[] =>
    (object?.addresses ?? []).map((one) => one.toLowerCase());
  const kept = bare(after.get(ids.person));
  return bare(before.get(ids.person))
    .filter((address) => !kept.includes(address))
    .map((address) => `I7 the address ${address} is lost`);
}

export function enable(chance: Chance, known: KnownSettings): Scenario {
  const clears = chance.is(0.4);
  return {
    ...changing("lifecycle/enable", chance, known, {
      data: { HiddenFromAddressListsEnabled: "false" },
      settings: clears ? { ClearAutoReplyOnEnable: true } : {},
      mayHaveLeft: false,
    }),
    // Only the reply of a leaver, and that of this mailbox is another one.
    mayChange: facets("hidden:"),
    shortfalls: (after) => visibility(after, false, false),
  };
}

export function disable(chance: Chance, known: KnownSettings): Scenario {
  const isReconciliation = chance.is(0.3);
  return {
    ...changing("lifecycle/disable", chance, known, {
      data: isReconciliation ? null : { HiddenFromAddressListsEnabled: "true" },
      mayHaveLeft: true,
    }),
    mayChange: facets("hidden:"),
    shortfalls: (after) => visibility(after, true, true),
  };
}

export function remove(chance: Chance, known: KnownSettings): Scenario {
  const internal = "Pat no longer works here.";
  return {
    ...changing("lifecycle/delete", chance, known, {
      data: {
        AutoReplyState: "Enabled",
        ExternalAudience: "All",
        InternalMessage: internal,
        ExternalMessage: internal,
        HiddenFromAddressListsEnabled: "true",
      },
      mayHaveLeft: true,
    }),
    mayChange: facets("hidden:", "reply:"),
    shortfalls(after) {
      const person = after.get(ids.person);
      const hasReply =
        person?.kind !== "UserMailbox" ||
        person.deleted ||
        (person.reply.state === "Enabled" && person.reply.internal.includes(internal));
      return [
        ...visibility(after, true, true),
        ...(hasReply ? [] : [left("there is no automatic reply", byReply)]),
      ];
    },
  };
}

export function importAccounts(chance: Chance, known: KnownSettings): Scenario {
  return {
    action: "lifecycle/import",
    state: drawState(chance, { holds: "either", mayHaveLeft: false }),
    event: {
      actionContext: context(configuration(chance, known), {
        ImportFields: ["UserPrincipalName", "CustomAttribute1"],
      }),
    },
    ...nothingChanges,
    faults: importedAccounts,
  };
}

function importedAccounts({ answer, records, before }: Finding): string[] {
  if (!answer.outputContext.Success) return [];
  const expected = [...before.values()].filter(
    ({ kind, deleted }) => kind === "UserMailbox" && !deleted,
  );
  const listed = records.map((record) => String(record["AccountReference"]));
  return [
    ...expected
      .filter(({ guid }) => !listed.includes(guid))
      .map(({ name }) => `I4 ${name} is missing`),
    ...listed
      .filter((guid, index) => listed.indexOf(guid) !== index)
      .map((guid) => `I4 ${guid} is listed twice`),
    ...records
      .filter((record) => {
        const object = before.get(String(record["AccountReference"]));
        return object?.upn !== record["UserName"] || record["Enabled"] !== !object?.hidden;
      })
      .map((record) => `I4 ${String(record["UserName"])} is not as it is`),
  ];
}

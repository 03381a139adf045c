/** The events of one person's account of Active Directory, as the platform sends them. */
import type { Chance } from "../chance.ts";
import type { Event } from "../scenario.ts";
import { missingId, password, person, staff, ward, type Start, type World } from "./world.ts";

export type Verb =
  "create" | "update" | "enable" | "disable" | "delete" | "uniquenessCheck" | "grant" | "revoke";

export interface Circumstances extends Start {
  exchangeOnlineIntegration: boolean;
  deleteAccount: boolean;
  setsManager: boolean;
}

/** What holds for all events of a life. */
export function drawCircumstances(chance: Chance): Circumstances {
  return {
    hasAccount: chance.is(0.4),
    isCloudManaged: chance.is(0.5),
    seesDeleted: chance.is(0.7),
    exchangeOnlineIntegration: chance.is(0.6),
    deleteAccount: chance.is(0.5),
    setsManager: chance.is(0.5),
  };
}

const lives: readonly [readonly Verb[], ...(readonly Verb[])[]] = [
  ["create", "enable"],
  ["create", "update"],
  ["create", "enable", "update", "disable", "delete"],
  ["create", "enable", "disable", "delete", "create"],
  ["create", "disable"],
  ["create", "enable", "disable", "enable", "disable"],
  ["create", "delete", "create", "enable"],
  ["create", "uniquenessCheck", "update", "update"],
  ["create", "grant", "revoke"],
  ["create", "grant", "disable", "revoke", "delete"],
  ["create", "grant", "delete", "revoke", "delete"],
];

export function drawLife(chance: Chance): readonly Verb[] {
  return chance.oneOf(lives);
}

export interface EventChoices {
  form: Readonly<Record<string, unknown>>;
  reference: string | undefined;
  title: string;
  /** The account moves with this event. */
  isMoved: boolean;
  isDryRun: boolean;
}

export function eventFor(
  verb: Verb,
  circumstances: Circumstances,
  { managers, group }: World,
  { form, reference, title, isMoved, isDryRun }: EventChoices,
): Event {
  const { exchangeOnlineIntegration, deleteAccount, setsManager } = circumstances;
  const isNew = verb === "create" || verb === "uniquenessCheck";
  const account = {
    ...person,
    cn: "Nora",
    displayName: "Nora",
    mailNickname: "nora",
    organizationalUnit: staff,
  };
  const update = { title, ...(isMoved && { organizationalUnit: ward, cn: "Nora Moved" }) };
  const data = isNew ? { ...account, accountPassword: password } : verb === "update" && update;
  return {
    actionContext: {
      Configuration: {
        ...form,
        exchangeOnlineIntegration,
        deleteAccount,
        setManagerOnCreate: setsManager,
        updateManagerOnUpdate: setsManager,
      },
      DryRun: isDryRun,
      Data: data || {},
      References: {
        Account: reference ?? (isNew ? null : missingId),
        ManagerAccount: managers[0],
        ...((verb === "grant" || verb === "revoke") && { Permission: { Id: group } }),
      },
      ...(verb === "create" && {
        CorrelationConfiguration: {
          Enabled: true,
          AccountField: "employeeID",
          PersonFieldValue: person.employeeID,
        },
      }),
    },
    outputContext: { Data: {} },
  };
}

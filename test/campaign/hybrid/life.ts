/** The events of one person's account of Active Directory, as the platform sends them. */
import type { Chance } from "../chance.ts";
import type { Event } from "../scenario.ts";
import {
  grants,
  missingId,
  password,
  person,
  staff,
  ward,
  type Grant,
  type Start,
  type World,
} from "./world.ts";

export type Verb =
  "create" | "update" | "enable" | "disable" | "delete" | "uniquenessCheck" | "grant" | "revoke";

export interface Circumstances extends Start {
  grant: Grant;
  exchangeOnlineIntegration: boolean;
  deleteAccount: boolean;
  setsManager: boolean;
}

/** What holds for all events of a life. */
export function drawCircumstances(chance: Chance): Circumstances {
  const grant = chance.oneOf(grants);
  return {
    grant,
    hasAccount: chance.is(0.4),
    isCloudManaged: chance.is(0.5),
    seesDeleted: chance.is(0.7),
    exchangeOnlineIntegration: chance.is(0.6) || grant !== "group",
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
  ["create", "enable", "grant", "update", "grant", "revoke", "revoke"],
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
  { managers, permission }: World,
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
        ...((verb === "grant" || verb === "revoke") && { Permission: permission }),
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

/** The events of one person's account, as the platform sends them. */
import type { Chance } from "../chance.ts";
import type { Event } from "../scenario.ts";
import { groupId, missingId, password, person } from "./tenant.ts";

export type Verb =
  | "create"
  | "update"
  | "enable"
  | "disable"
  | "delete"
  | "uniquenessCheck"
  | "grant"
  | "revoke"
  | "own"
  | "disown"
  | "resources";

export interface Circumstances {
  configuration: Record<string, unknown>;
  hasAccount: boolean;
  lagMs: number;
}

/** What holds for all events of a run. */
export function drawCircumstances(
  chance: Chance,
  credentials: Record<string, unknown>,
): Circumstances {
  return {
    hasAccount: chance.is(0.4),
    lagMs: chance.is(0.3) ? 4_000 : 0,
    configuration: {
      ...credentials,
      exchangeOnlineIntegration: chance.is(0.5),
      deleteAccount: chance.is(0.5),
      setManagerOnCreate: chance.is(0.5),
      updateManagerOnUpdate: chance.is(0.5),
      ConfirmRevokes: chance.oneOf(["accepted", "strict"]),
    },
  };
}

const lives: readonly [readonly Verb[], ...(readonly Verb[])[]] = [
  ["create", "enable"],
  ["create", "update"],
  ["create", "enable", "update", "disable", "delete"],
  ["create", "enable", "disable", "delete", "create"],
  ["create", "disable"],
  ["create", "delete", "create", "enable"],
  ["create", "uniquenessCheck", "update"],
  ["create", "grant", "revoke"],
  ["create", "grant", "disable", "revoke", "delete"],
  ["create", "grant", "delete", "revoke"],
  ["create", "own", "grant", "disown", "revoke"],
  ["resources", "create", "own", "resources", "delete", "disown"],
];

export function drawLife(chance: Chance): readonly Verb[] {
  return chance.oneOf(lives);
}

export interface EventChoices {
  reference: string | undefined;
  manager: string | undefined;
  jobTitle: string;
  isDryRun: boolean;
}

export function eventFor(
  verb: Verb,
  { configuration }: Circumstances,
  { reference, manager, jobTitle, isDryRun }: EventChoices,
): Event {
  const isNew = verb === "create" || verb === "uniquenessCheck";
  const names = { ...person, jobTitle, usageLocation: "NL" };
  const data = isNew
    ? { ...names, passwordProfile: { password } }
    : verb === "update" && { jobTitle, mobilePhone: jobTitle === "" ? "" : "+31 6 1" };
  return {
    actionContext: {
      Configuration: configuration,
      DryRun: isDryRun,
      Data: data || {},
      References: {
        Account: reference ?? (isNew ? null : missingId),
        ManagerAccount: manager ?? null,
        Permission: {
          Id: groupId,
          ...((verb === "own" || verb === "disown") && { Permission: "Owner" }),
        },
      },
      ...(verb === "create" && {
        CorrelationConfiguration: {
          Enabled: true,
          AccountField: "employeeId",
          PersonFieldValue: person.employeeId,
        },
      }),
    },
    ...(verb === "resources" && {
      resourceContext: { SourceData: [{ ExternalId: "W-1", DisplayName: "Ward" }] },
    }),
    outputContext: { Data: {} },
  };
}

/** The events of one person's account, as the platform sends them. */
import type { Chance } from "../chance.ts";
import type { Event } from "../scenario.ts";
import { groupId, missingId, password, person, skuId, type Start } from "./tenant.ts";

export type Verb =
  | "create"
  | "update"
  | "enable"
  | "disable"
  | "delete"
  | "uniquenessCheck"
  | "grant"
  | "revoke"
  | "license"
  | "unlicense"
  | "own"
  | "disown"
  | "phone"
  | "unphone"
  | "pass"
  | "unpass"
  | "resources";

export interface Circumstances extends Start {
  configuration: Record<string, unknown>;
  /** Create assigns the licence. */
  licensesOnCreate: boolean;
}

/** What holds for all events of a run. */
export function drawCircumstances(
  chance: Chance,
  credentials: Record<string, unknown>,
): Circumstances {
  return {
    hasAccount: chance.is(0.4),
    isLicensedByGroup: chance.is(0.2),
    isHeld: chance.is(0.3),
    hasOwnPhone: chance.is(0.3),
    licensesOnCreate: chance.is(0.3),
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
  ["create", "license", "unlicense"],
  ["create", "own", "grant", "disown", "revoke"],
  ["resources", "create", "own", "resources", "delete", "disown"],
  ["create", "license", "license", "unlicense", "unlicense", "license"],
  ["create", "license", "disable", "unlicense", "delete"],
  ["create", "phone", "phone", "unphone", "unphone", "phone"],
  ["create", "pass", "pass", "unpass", "unpass", "pass"],
  ["create", "phone", "pass", "disable", "unpass", "unphone", "delete"],
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
  { configuration, licensesOnCreate }: Circumstances,
  { reference, manager, jobTitle, isDryRun }: EventChoices,
): Event {
  const isNew = verb === "create" || verb === "uniquenessCheck";
  const names = { ...person, jobTitle, usageLocation: "NL" };
  const license = verb === "create" && licensesOnCreate && { skuPartNumber: "ENTERPRISEPACK" };
  const data = isNew
    ? { ...names, passwordProfile: { password }, ...(license && { license }) }
    : verb === "update" && { jobTitle, mobilePhone: jobTitle === "" ? "" : "+31 6 1" };
  return {
    actionContext: {
      Configuration: configuration,
      DryRun: isDryRun,
      Data: data || {},
      References: {
        Account: reference ?? (isNew ? null : missingId),
        ManagerAccount: manager ?? null,
        Permission: permissionOf(verb),
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
    ...(verb === "phone" && {
      personContext: { Person: { Contact: { Personal: { Phone: { Mobile: "06-12345678" } } } } },
    }),
    outputContext: { Data: {} },
  };
}

function permissionOf(verb: Verb): Record<string, string> {
  if (verb.endsWith("license")) return { SkuId: skuId };
  if (verb.endsWith("phone")) return { Type: "mobile" };
  if (verb.endsWith("pass")) return { Type: "temporaryAccessPass" };
  return { Id: groupId, ...(verb.endsWith("own") && { Permission: "Owner" }) };
}

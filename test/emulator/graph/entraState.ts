/** The part `entra` of the state: what only Entra ID knows of a tenant, and its check. */
import { isGuid, isRecord, isText, isTexts } from "../shapes.ts";
import { roleTemplates } from "../entra/directoryRoles.ts";
import type { Values } from "./json.ts";
import { keptOf } from "./kept.ts";
import { isElsewhere, propertiesOf, propertyOf, type Property } from "./properties.ts";

export interface Entra {
  /**
   * By object id: what Exchange does not keep of a user, or a whole user that Exchange does not have. Properties of
   * Graph, and `manager` (an id), `directoryRoles` (display names), `roleGroups` (of Exchange, by name) and
   * `authenticationMethods`.
   */
  users?: Record<string, Values>;
  /**
   * Likewise for groups, with `members` and `owners` (ids), and `directoryRoles` that a group assigns. Security groups
   * are here as a whole.
   */
  groups?: Record<string, Values>;
  subscribedSkus?: Sku[];
  temporaryAccessPassPolicy?: PassPolicy;
}

/** Who may use passes. Absent: everyone, also for several sign-ins. */
export interface PassPolicy {
  /** Disabled: passes are created, and cannot be used. */
  state?: "enabled" | "disabled";
  /** Passes are for one sign-in only. */
  isUsableOnce?: boolean;
}

export interface Sku {
  skuId: string;
  skuPartNumber: string;
  prepaidUnits: { enabled: number; warning?: number; suspended?: number; lockedOut?: number };
  servicePlans: ServicePlan[];
  /** A subscription of the company is assigned to nobody (documented). Default: User. */
  appliesTo?: "User" | "Company";
}

export interface ServicePlan {
  servicePlanId: string;
  servicePlanName: string;
  /** Ids of plans without which it cannot be enabled, and of plans beside which it cannot. */
  dependsOn?: string[];
  excludes?: string[];
}

type Report = (path: string, expected: string) => void;

/** Whether a value has the form of a property. */
export const isOfForm = ({ value }: Property, given: unknown): boolean => forms[value](given);

const forms: Readonly<Record<Property["value"], (given: unknown) => boolean>> = {
  text: (given) => typeof given === "string",
  flag: (given) => typeof given === "boolean",
  texts: isTexts,
  time: (given) => typeof given === "string" && !Number.isNaN(Date.parse(given)),
  object: isRecord,
  objects: (given) => Array.isArray(given) && given.every(isRecord),
};

const isFlag = (value: unknown): boolean => value === undefined || typeof value === "boolean";
const isTime = (value: unknown): boolean => !Number.isNaN(Date.parse(String(value)));
const isIds = (value: unknown): boolean => Array.isArray(value) && value.every(isGuid);
const isRoles = (value: unknown): boolean =>
  isTexts(value) && value.every((role) => Object.hasOwn(roleTemplates, role));

const methodForms: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> =
  {
    phoneType: {
      phoneType: (value) => /^(mobile|alternateMobile|office)$/.test(String(value)),
      phoneNumber: isText,
      isDefault: isFlag,
    },
    emailAddress: { emailAddress: isText },
    temporaryAccessPass: {
      temporaryAccessPass: isText,
      id: isGuid,
      createdDateTime: isTime,
      startDateTime: isTime,
      lifetimeInMinutes: Number.isInteger,
      isUsableOnce: isFlag,
      isUsed: isFlag,
    },
  };

function areMethods(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((method: unknown) => {
      const form =
        isRecord(method) &&
        Object.entries(methodForms).find(([name]) => method[name] !== undefined)?.[1];
      if (!form) return false;
      const names = [...Object.keys(method), ...Object.keys(form)];
      return names.every((name) => form[name]?.(method[name]) === true);
    })
  );
}

/** What a record may have in addition to the properties of Graph. */
const links: Readonly<Record<string, Record<string, [(value: unknown) => boolean, string]>>> = {
  user: {
    manager: [isGuid, "the id of an object"],
    directoryRoles: [
      isRoles,
      `a list of directory roles (${Object.keys(roleTemplates).join(", ")})`,
    ],
    roleGroups: [isTexts, "a list of role groups"],
    authenticationMethods: [
      areMethods,
      'a list of {"phoneType": "mobile", "alternateMobile" or "office", "phoneNumber": text, "isDefault": true or ' +
        'false}, {"emailAddress": text} and {"temporaryAccessPass": text, "id": GUID, "createdDateTime": time, ' +
        '"startDateTime": time, "lifetimeInMinutes": number, "isUsableOnce": true or false, "isUsed": true or false}',
    ],
  },
  group: {
    members: [isIds, "a list of ids of objects"],
    owners: [isIds, "a list of ids of objects"],
    directoryRoles: [
      isRoles,
      `a list of directory roles (${Object.keys(roleTemplates).join(", ")})`,
    ],
  },
};

/** Of a record without an object of Exchange. */
const required = {
  user: ["displayName", "userPrincipalName", "mailNickname"],
  group: ["displayName", "mailNickname"],
} as const;

/** Follows from other values, so that a value of its own would not take effect. */
const derived: Readonly<Record<string, string>> = {
  id: "the key of the record",
  licenseAssignmentStates: "assignedLicenses of the user and of the groups",
  userType: "RecipientTypeDetails of the object",
};

export function checkEntra(entra: unknown, objects: unknown, report: Report): void {
  if (entra === undefined) return;
  if (!isRecord(entra)) {
    report("entra", "must be an object");
    return;
  }
  for (const key of Object.keys(entra))
    if (!parts.includes(key))
      report(`entra.${key}`, `is not a part of entra (${parts.join(", ")})`);
  const known = idsOf(objects);
  checkRecords("user", entra["users"], known, report);
  checkRecords("group", entra["groups"], known, report);
  checkSkus(entra["subscribedSkus"], report);
  if (!isPassPolicy(entra["temporaryAccessPassPolicy"] ?? {}))
    report(
      "entra.temporaryAccessPassPolicy",
      'must be {"state": "enabled" or "disabled", "isUsableOnce": true or false}; both may be absent',
    );
}

const parts: readonly string[] = ["users", "groups", "subscribedSkus", "temporaryAccessPassPolicy"];

const isPassPolicy = (value: unknown): boolean =>
  isRecord(value) &&
  /^(enabled|disabled|undefined)$/.test(String(value["state"])) &&
  /^(true|false|undefined)$/.test(String(value["isUsableOnce"]));

const idsOf = (objects: unknown): ReadonlySet<unknown> =>
  new Set(
    Array.isArray(objects)
      ? objects.map((one: unknown) => isRecord(one) && one["ExternalDirectoryObjectId"])
      : [],
  );

function checkRecords(
  kind: "user" | "group",
  records: unknown,
  known: ReadonlySet<unknown>,
  report: Report,
): void {
  if (records === undefined) return;
  if (!isRecord(records)) {
    report(`entra.${kind}s`, "must be an object whose keys are ids of objects");
    return;
  }
  for (const [id, record] of Object.entries(records)) {
    const at = `entra.${kind}s.${id}`;
    if (!isGuid(id) || id !== id.toLowerCase()) report(at, "its key must be a GUID in lower case");
    if (!isRecord(record)) report(at, "must be an object");
    else checkRecord({ kind, at, record, hasObject: known.has(id) }, report);
  }
}

interface Checked {
  kind: "user" | "group";
  at: string;
  record: Record<string, unknown>;
  /** Exchange has an object of this id. */
  hasObject: boolean;
}

function checkRecord({ kind, at, record, hasObject }: Checked, report: Report): void {
  for (const [name, value] of Object.entries(record)) {
    const expected = problemOf(kind, name, value, hasObject);
    if (expected !== undefined) report(`${at}.${name}`, expected);
  }
  if (hasObject) return;
  for (const name of required[kind])
    if (!isText(record[name]))
      report(
        `${at}.${name}`,
        `is missing: Exchange has no object of this id, so it is a whole ${kind}`,
      );
  if (kind === "group" && record["mailEnabled"] === true)
    report(`${at}.mailEnabled`, "must be false: a group with mail is an object of Exchange");
}

function problemOf(
  kind: "user" | "group",
  name: string,
  value: unknown,
  hasObject: boolean,
): string | undefined {
  const link = links[kind]?.[name];
  if (link) return link[0](value) ? undefined : `must be ${link[1]}`;
  const property = propertyOf(kind, name);
  if (!property || isElsewhere(kind, name))
    return `is not a property this emulator knows (${Object.keys(propertiesOf(kind)).join(", ")})`;
  const kept = keptOf(kind, name);
  if (hasObject && kept)
    return `would not take effect: it follows from ${kept.in.join(", ")} of the object`;
  const source = derived[name];
  if (source !== undefined) return `would not take effect: it follows from ${source}`;
  return isOfForm(property, value) ? undefined : `must be a value of the kind ${property.value}`;
}

const isUnits = (value: unknown): boolean =>
  isRecord(value) &&
  Number.isInteger(value["enabled"]) &&
  Object.entries(value).every(
    ([name, count]) =>
      ["enabled", "warning", "suspended", "lockedOut"].includes(name) && Number.isInteger(count),
  );

const isPlan = (value: unknown): boolean =>
  isRecord(value) &&
  isGuid(value["servicePlanId"]) &&
  isText(value["servicePlanName"]) &&
  isIds(value["dependsOn"] ?? []) &&
  isIds(value["excludes"] ?? []);

function checkSkus(skus: unknown, report: Report): void {
  if (skus === undefined) return;
  if (!Array.isArray(skus)) {
    report("entra.subscribedSkus", "must be a list");
    return;
  }
  skus.forEach((sku: unknown, index) => {
    const isSound =
      isRecord(sku) &&
      isGuid(sku["skuId"]) &&
      isText(sku["skuPartNumber"]) &&
      isUnits(sku["prepaidUnits"]) &&
      Array.isArray(sku["servicePlans"]) &&
      sku["servicePlans"].every(isPlan) &&
      /^(User|Company|undefined)$/.test(String(sku["appliesTo"])) &&
      Object.keys(sku).length === (sku["appliesTo"] === undefined ? 4 : 5);
    if (!isSound)
      report(
        `entra.subscribedSkus[${index}]`,
        'must be {"skuId": GUID, "skuPartNumber": text, "prepaidUnits": {"enabled": number, ...}, ' +
          '"servicePlans": [{"servicePlanId": GUID, "servicePlanName": text, "dependsOn": [GUID], ' +
          '"excludes": [GUID]}], "appliesTo": "User" or "Company"}; dependsOn, excludes and appliesTo may be absent',
      );
  });
}

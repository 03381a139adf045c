/** The state of an emulator as one JSON document, and its check. */
import type { MailboxAccess, RecipientAccess } from "./access.ts";
import { checkAccess } from "./accessState.ts";
import { catalogue } from "./catalogue.ts";
import { clouds, type CloudName } from "./entra/clouds.ts";
import {
  checkFolderPermissions,
  checkFolders,
  type FolderPermission,
  type MailboxFolders,
} from "./folderState.ts";
import { managementRoles } from "./exchange/managementRoles.ts";
import { checkEntra, type Entra } from "./graph/entraState.ts";
import { isOfAnotherType, known, setElsewhere, type Value } from "./properties.ts";
import { isGuid, isRecord, isText, isTexts } from "./shapes.ts";

export interface Tenant {
  id: string;
  displayName: string;
  /** The `.onmicrosoft.com` domain. */
  initialDomain: string;
  /** Every accepted domain, including the initial one. */
  domains: string[];
  cloud: CloudName;
}

export interface App {
  clientId: string;
  /** `expires` is an ISO date; absent means it does not expire. */
  secrets: { value: string; expires?: string }[];
  /** PEM certificates registered on the application. */
  certificates: string[];
  /** Application roles on Exchange, e.g. `Exchange.ManageAsApp`. */
  appRoles: string[];
  /** Entra directory roles by display name, e.g. `Exchange Recipient Administrator`. */
  directoryRoles: string[];
  /** Exchange role groups the application's service principal belongs to. */
  roleGroups: string[];
  /** Application roles on Microsoft Graph, e.g. `User.ReadWrite.All`. Without it, it gets no token for Graph. */
  graphRoles?: string[];
  /** Where the sign-in page may return to. The port of localhost does not matter. */
  redirectUris?: string[];
  /** Scopes that an administrator has consented to for every user, by resource. */
  consented?: { graph?: string[]; exchange?: string[] };
  /** Ids of the users who own its registration, and its enterprise application (its service principal). */
  owners?: { application?: string[]; servicePrincipal?: string[] };
}

/**
 * Where the sources contradict each other, the service's behaviour is a switch. The first value of
 * each is the default.
 */
export interface Behaviour {
  /** The encoding of `details[0].message`. All three were observed. */
  errorEncoding: "pipe" | "message" | "className";
  /**
   * How an ambiguous identity is refused. `labelledNotFound` uses the class that otherwise means
   * "does not exist".
   */
  ambiguity: "matchesMultipleEntries" | "multipleRecipients" | "labelledNotFound";
  /** What a Get- cmdlet does with an ambiguous identity. */
  ambiguousRead: "refuse" | "returnAll";
  /** Whether a 403 has its reason in `x-ms-diagnostics`. */
  forbiddenDiagnostics: boolean;
  /** Life of an access token, in seconds. */
  tokenSeconds: number;
  /** How a reference such as GrantSendOnBehalfTo reads. */
  referencesShownAs: "Name" | "DisplayName" | "Guid";
  /** The effect of adding an address that is already there. */
  addingPresentAddress: "ignore" | "refuse";
  /**
   * How long the type of a mailbox still reads as before a conversion, in milliseconds of the
   * emulator's clock.
   */
  typeLagMs: number;
  /**
   * How long an address that a mailbox released is refused to others, in the same milliseconds.
   * About an hour was reported.
   */
  addressReleaseMs: number;
  /**
   * How long readers and writers do not find a new object, in the same milliseconds. Its name is
   * taken at once.
   */
  createLagMs: number;
  /**
   * How long a refusal of a date or time format takes, in real milliseconds. More than 70 seconds
   * were reported.
   */
  regionalErrorDelayMs: number;
  /** Whether Set-MailboxFolderPermission keeps SharingPermissionFlags that it should remove. */
  delegateFlagSticks: boolean;
  /**
   * How long group members, permissions and GrantSendOnBehalfTo still read as before a write, in
   * the same milliseconds.
   */
  permissionLagMs: number;
  /** How a trustee reads. A trustee without this property shows its name. */
  trusteesShownAs:
    "UserPrincipalName" | "DisplayName" | "Name" | "Guid" | "ExternalDirectoryObjectId" | "Sid";
  /**
   * Whether the entry of a deleted object stays when it is removed, with the warning that it does
   * not exist.
   */
  orphanKeepsEntry: boolean;
  /**
   * Whether such an entry stops every other removal on its mailbox from having an effect, with the
   * same warning.
   */
  orphanBlocksRemoval: boolean;
  /** Real milliseconds that every request to Exchange or Graph takes, plus those of every cmdlet in it. */
  requestMs: number;
  cmdletMs: number;
  /** Exchange requests that may run at once; one more is refused. 0 means no limit. */
  concurrentRequests: number;
  /** The status of that refusal. */
  concurrencyStatus: number;
  /**
   * Cmdlets that run in a second, counted over `cmdletPeriodMs`; more are refused until the period ends. 0 means no
   * limit.
   */
  cmdletsPerSecond: number;
  /** The period, in milliseconds of the emulator's clock. It begins with the first cmdlet after the last one. */
  cmdletPeriodMs: number;
  /** Whether such a refusal has a Retry-After, with what is left of the period. */
  cmdletRetryAfter: boolean;
  /** How X-CmdletName is compared with the cmdlet of the body. No source decides it. */
  cmdletNameHeader: "anyCase" | "exact";
  /**
   * Whether an application may create a distribution group without ManagedBy. The reference
   * connector does; that the owner is the caller, and an application cannot be one, speaks against
   * it.
   */
  groupWithoutOwner: "accept" | "refuse";
  /**
   * The body of a throttled request, and of one too many at once. Text is observed; Microsoft's
   * module waits only if the body is JSON.
   */
  throttledBody: "text" | "json";
  /**
   * How Get-MailboxAutoReplyConfiguration names a missing mailbox. The reference connector looks
   * for the first form; the second is that of the other cmdlets.
   */
  missingReplyMailbox: "identity" | "object";
  /** Whether a link to the next page can be followed with GET. One client does nothing else. */
  nextLinkByGet: boolean;
  /** Whether a change of a list may be a `#Exchange.StringFieldDeltaUpdateData`, as in the metadata. */
  stringFieldDelta: boolean;
  /**
   * Whether a DisplayName identifies an object: only when nothing else matches, like a name, or
   * never. The pages of the cmdlets do not list it among the identities.
   */
  displayNameIdentity: "fallback" | "likeName" | "never";
  /**
   * One lag for each domain controller, in milliseconds of the emulator's clock. The controllers
   * answer the requests in turn, and each shows a change, or a new object, after its own lag. Empty
   * means one controller without a lag.
   */
  controllerLagMs: number[];
  /**
   * The words of errors and warnings: the usual ones, with typographic quotes, in German, or others
   * that keep only what is quoted. Classes stay.
   */
  wording: "usual" | "typographic" | "german" | "reworded";
  /** How the cmdlets of distribution groups refuse a Microsoft 365 group. Both were observed. */
  groupMailboxAsGroup: "notFound" | "notSupported";
  /** How a parameter is refused that no role of the caller includes. Both were observed. */
  missingRoleText: "notInRole" | "unknownParameter";
  /**
   * Whose members only a manager may change: of security groups (observed), or of all groups (the
   * page of the cmdlet).
   */
  managerCheck: "securityGroups" | "allGroups";
  /**
   * How long Microsoft Graph shows a user or group as before a write, or not at all: when it is read
   * by its id, in lists and filters, and as a list of members. In milliseconds of the emulator's
   * clock; writers see the truth, except that a new object does not exist for them either.
   */
  graphIdLagMs: number;
  graphListLagMs: number;
  graphMemberLagMs: number;
  /** How long the mailbox of a new licence takes, in the same milliseconds. Minutes were reported. */
  mailboxAfterMs: number;
  /** Whether an application without a directory role may reset a password. The pages contradict each other. */
  graphPasswordReset: "permission" | "permissionAndRole";
  /** How the removal of someone who is not a member (or owner) is refused. Both were observed. */
  missingMember: "notFound" | "badRequest";
  /** Whether a deleted security group can be restored. The pages contradict each other. */
  securityGroupDelete: "restorable" | "final";
  /** What a policy of Conditional Access does with the sign-in of users: nothing, block it, or require a proof anew. */
  signInPolicy: "allow" | "block" | "multifactor";
  /** Whether someone who may not consent can ask for the approval of an administrator on the sign-in page. */
  adminConsentRequests: "on" | "off";
}

/** Property names as Exchange spells them, to values. */
export type DirectoryObject = Record<string, Value>;

export interface State {
  tenant: Tenant;
  apps: App[];
  behaviour: Behaviour;
  /** Mailboxes, users, groups and contacts alike; `RecipientTypeDetails` distinguishes them. */
  objects: DirectoryObject[];
  /** Mailboxes whose folders are not the usual ones. */
  folders?: MailboxFolders[];
  folderPermissions?: FolderPermission[];
  /** Who may open which mailbox, in addition to what every mailbox has. */
  mailboxPermissions?: MailboxAccess[];
  /** Who may send as which recipient. */
  recipientPermissions?: RecipientAccess[];
  /** Objects of which readers see every change late, with a lag of their own. */
  lags?: ObjectLag[];
  /** Role groups of Exchange in addition to the built-in ones: their management roles, by name. */
  roleGroups?: Record<string, string[]>;
  /** Management roles of the tenant's own, by name. */
  derivedRoles?: Record<string, DerivedRole>;
  /** Write scopes of every assignment of a role group, by its name, in the properties of an assignment. */
  writeScopes?: Record<string, Record<string, string>>;
  /** What only Entra ID knows: security groups, licences, properties that Exchange does not have. */
  entra?: Entra;
}

export interface DerivedRole {
  /** A built-in role, or another of the tenant's own that stands before it. */
  parent: string;
  /** What was removed from it: a cmdlet (`Set-Mailbox`) or a parameter (`Set-Mailbox -MaxSendSize`). */
  removed: string[];
}

export interface ObjectLag {
  /** GUID of the object. */
  object: string;
  /** Milliseconds of the emulator's clock. */
  ms: number;
}

export const defaultBehaviour: Behaviour = {
  errorEncoding: "pipe",
  ambiguity: "matchesMultipleEntries",
  ambiguousRead: "refuse",
  forbiddenDiagnostics: false,
  tokenSeconds: 3599,
  referencesShownAs: "Name",
  addingPresentAddress: "ignore",
  typeLagMs: 0,
  addressReleaseMs: 0,
  createLagMs: 0,
  regionalErrorDelayMs: 0,
  delegateFlagSticks: false,
  permissionLagMs: 0,
  trusteesShownAs: "UserPrincipalName",
  orphanKeepsEntry: false,
  orphanBlocksRemoval: false,
  requestMs: 0,
  cmdletMs: 0,
  concurrentRequests: 0,
  concurrencyStatus: 400,
  cmdletsPerSecond: 0,
  cmdletPeriodMs: 5_000,
  cmdletRetryAfter: true,
  cmdletNameHeader: "anyCase",
  groupWithoutOwner: "accept",
  throttledBody: "text",
  missingReplyMailbox: "identity",
  nextLinkByGet: true,
  stringFieldDelta: true,
  displayNameIdentity: "fallback",
  controllerLagMs: [],
  wording: "usual",
  groupMailboxAsGroup: "notFound",
  missingRoleText: "notInRole",
  managerCheck: "securityGroups",
  graphIdLagMs: 0,
  graphListLagMs: 0,
  graphMemberLagMs: 0,
  mailboxAfterMs: 0,
  graphPasswordReset: "permission",
  missingMember: "notFound",
  securityGroupDelete: "restorable",
  signInPolicy: "allow",
  adminConsentRequests: "on",
};

export const choices: Partial<Record<keyof Behaviour, readonly string[]>> = {
  errorEncoding: ["pipe", "message", "className"],
  ambiguity: ["matchesMultipleEntries", "multipleRecipients", "labelledNotFound"],
  ambiguousRead: ["refuse", "returnAll"],
  referencesShownAs: ["Name", "DisplayName", "Guid"],
  addingPresentAddress: ["ignore", "refuse"],
  trusteesShownAs: [
    "UserPrincipalName",
    "DisplayName",
    "Name",
    "Guid",
    "ExternalDirectoryObjectId",
    "Sid",
  ],
  concurrencyStatus: ["400", "429"],
  cmdletNameHeader: ["anyCase", "exact"],
  groupWithoutOwner: ["accept", "refuse"],
  throttledBody: ["text", "json"],
  missingReplyMailbox: ["identity", "object"],
  displayNameIdentity: ["fallback", "likeName", "never"],
  wording: ["usual", "typographic", "german", "reworded"],
  groupMailboxAsGroup: ["notFound", "notSupported"],
  missingRoleText: ["notInRole", "unknownParameter"],
  managerCheck: ["securityGroups", "allGroups"],
  graphPasswordReset: ["permission", "permissionAndRole"],
  missingMember: ["notFound", "badRequest"],
  securityGroupDelete: ["restorable", "final"],
  signInPolicy: ["allow", "block", "multifactor"],
  adminConsentRequests: ["on", "off"],
};

/** `$schema` is for editors. */
const parts = [
  "$schema",
  "tenant",
  "apps",
  "behaviour",
  "objects",
  "mailboxPermissions",
  "recipientPermissions",
  "folders",
  "folderPermissions",
  "lags",
  "roleGroups",
  "derivedRoles",
  "writeScopes",
  "entra",
];

export const recipientTypes = new Set([
  ...Object.values(catalogue.recipientTypeDetails).flat(),
  "User",
  "DisabledUser",
]);

type Report = (path: string, expected: string) => void;

/**
 * Reads a state from parsed JSON: the state, or a list of `field: what was expected`. `behaviour`
 * may be missing or partial.
 */
export function readState(json: unknown): { state: State } | { problems: string[] } {
  const problems: string[] = [];
  const report: Report = (path, expected) => problems.push(`${path}: ${expected}`);
  if (!isRecord(json))
    return { problems: ["the document: must be a JSON object with tenant, apps and objects"] };
  for (const key of Object.keys(json)) {
    if (!parts.includes(key))
      report(key, `is not a part of the state (${parts.slice(1).join(", ")})`);
  }
  checkTenant(json["tenant"], report);
  checkApps(json["apps"], report);
  checkBehaviour(json["behaviour"] ?? {}, report);
  checkObjects(json["objects"], report);
  checkAccess("mailbox", json["mailboxPermissions"], report);
  checkAccess("recipient", json["recipientPermissions"], report);
  checkFolders(json["folders"], report);
  checkFolderPermissions(json["folderPermissions"], report);
  checkLags(json["lags"], guidsOf(json["objects"]), report);
  checkRoleGroups(json, report);
  checkEntra(json["entra"], json["objects"], report);
  if (problems.length > 0) return { problems };
  const { $schema: _, ...checked } = json;
  // Every field was checked above, so the shape is that of the interface.
  const state = checked as unknown as State;
  return { state: { ...state, behaviour: { ...defaultBehaviour, ...state.behaviour } } };
}

function checkTenant(tenant: unknown, report: Report): void {
  if (!isRecord(tenant)) {
    report("tenant", "must be an object");
    return;
  }
  if (!isGuid(tenant["id"])) report("tenant.id", "must be a GUID");
  if (!isText(tenant["displayName"])) report("tenant.displayName", "must be text");
  if (!isText(tenant["initialDomain"])) report("tenant.initialDomain", "must be a domain name");
  if (!isTexts(tenant["domains"])) report("tenant.domains", "must be a list of domain names");
  if (!Object.hasOwn(clouds, String(tenant["cloud"])))
    report("tenant.cloud", `must be one of ${Object.keys(clouds).join(", ")}`);
}

function checkApps(apps: unknown, report: Report): void {
  if (!Array.isArray(apps) || apps.length === 0) {
    report("apps", "must be a list of at least one application");
    return;
  }
  apps.forEach((app: unknown, index) => {
    const at = `apps[${index}]`;
    if (!isRecord(app)) {
      report(at, "must be an object");
      return;
    }
    if (!isGuid(app["clientId"])) report(`${at}.clientId`, "must be a GUID");
    for (const list of ["certificates", "appRoles", "directoryRoles", "roleGroups"]) {
      if (!isTexts(app[list])) report(`${at}.${list}`, "must be a list of texts");
    }
    for (const list of ["graphRoles", "redirectUris"])
      if (app[list] !== undefined && !isTexts(app[list]))
        report(`${at}.${list}`, "must be a list of texts");
    if (!isConsent(app["consented"]))
      report(`${at}.consented`, 'must be {"graph"?: list of scopes, "exchange"?: list of scopes}');
    if (!isOwnership(app["owners"]))
      report(
        `${at}.owners`,
        'must be {"application"?: list of ids, "servicePrincipal"?: list of ids}',
      );
    const secrets = app["secrets"];
    const sound = (one: unknown) =>
      isRecord(one) &&
      isText(one["value"]) &&
      (one["expires"] === undefined ||
        (isText(one["expires"]) && !Number.isNaN(Date.parse(one["expires"]))));
    if (!Array.isArray(secrets) || !secrets.every(sound))
      report(`${at}.secrets`, 'must be a list of {"value": text, "expires"?: ISO date}');
  });
}

function checkRoleGroups(json: Record<string, unknown>, report: Report): void {
  const { roleGroups = {}, derivedRoles = {}, writeScopes = {} } = json;
  if (!isRecord(roleGroups) || !isRecord(derivedRoles) || !isRecord(writeScopes)) {
    const keys = ["roleGroups", "derivedRoles", "writeScopes"].filter(
      (key) => json[key] !== undefined && !isRecord(json[key]),
    );
    report(keys.join(", "), "must be an object whose keys are names");
    return;
  }
  const known = [...managementRoles, ...Object.keys(derivedRoles)];
  for (const [name, roles] of Object.entries(roleGroups))
    if (!isTexts(roles) || !roles.every((role) => known.includes(role)))
      report(`roleGroups.${name}`, `must be a list of management roles (${known.join(", ")})`);
  for (const [index, [name, role]] of Object.entries(derivedRoles).entries()) {
    // Only those before it, so that no role is derived from itself.
    const parents = known.slice(0, managementRoles.length + index);
    if (!isRecord(role) || !parents.includes(String(role["parent"])) || !isTexts(role["removed"]))
      report(
        `derivedRoles.${name}`,
        'must be {"parent": management role that stands before it, "removed": list of texts}',
      );
  }
  for (const [name, scopes] of Object.entries(writeScopes))
    if (!isRecord(scopes) || !isTexts(Object.values(scopes)))
      report(`writeScopes.${name}`, "must be an object of texts");
}

const isConsent = (consented: unknown): boolean =>
  consented === undefined ||
  (isRecord(consented) &&
    Object.entries(consented).every(
      ([key, scopes]) => ["graph", "exchange"].includes(key) && isTexts(scopes),
    ));

const isOwnership = (owners: unknown): boolean =>
  owners === undefined ||
  (isRecord(owners) &&
    Object.entries(owners).every(
      ([key, ids]) =>
        ["application", "servicePrincipal"].includes(key) && isTexts(ids) && ids.every(isGuid),
    ));

export function checkBehaviour(behaviour: unknown, report: Report): void {
  if (!isRecord(behaviour)) {
    report("behaviour", "must be an object");
    return;
  }
  for (const [key, value] of Object.entries(behaviour)) {
    const standard = (defaultBehaviour as Partial<Behaviour>)[key as keyof Behaviour];
    const allowed = choices[key as keyof Behaviour];
    if (standard === undefined)
      report(`behaviour.${key}`, `is not a switch (${Object.keys(defaultBehaviour).join(", ")})`);
    else if (Array.isArray(standard)) {
      if (!Array.isArray(value) || !value.every(isDuration))
        report(`behaviour.${key}`, "must be a list of milliseconds");
    } else if (typeof value !== typeof standard || (allowed && !allowed.includes(String(value)))) {
      report(
        `behaviour.${key}`,
        `must be ${allowed ? `one of ${allowed.join(", ")}` : `a ${typeof standard}`}`,
      );
    }
  }
}

const isDuration = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const guidsOf = (objects: unknown): unknown[] =>
  Array.isArray(objects) ? objects.map((one: unknown) => isRecord(one) && one["Guid"]) : [];

function checkLags(lags: unknown, guids: unknown[], report: Report): void {
  if (lags === undefined) return;
  if (!Array.isArray(lags)) {
    report("lags", "must be a list");
    return;
  }
  lags.forEach((lag: unknown, index) => {
    const isSound =
      isRecord(lag) &&
      isGuid(lag["object"]) &&
      isDuration(lag["ms"]) &&
      Object.keys(lag).length === 2;
    if (!isSound) report(`lags[${index}]`, 'must be {"object": GUID, "ms": milliseconds}');
    else if (!guids.includes(lag["object"]))
      report(`lags[${index}].object`, `would not take effect: no object has this Guid`);
  });
}

function checkObjects(objects: unknown, report: Report): void {
  if (!Array.isArray(objects)) {
    report("objects", "must be a list");
    return;
  }
  const guids = new Set<unknown>();
  objects.forEach((object: unknown, index) => {
    const at = `objects[${index}]`;
    if (!isRecord(object)) {
      report(at, "must be an object");
      return;
    }
    if (!isGuid(object["Guid"])) report(`${at}.Guid`, "must be a GUID");
    else if (guids.has(object["Guid"])) report(`${at}.Guid`, `is used twice (${object["Guid"]})`);
    guids.add(object["Guid"]);
    if (!isText(object["Name"])) report(`${at}.Name`, "must be text");
    if (!recipientTypes.has(String(object["RecipientTypeDetails"])))
      report(`${at}.RecipientTypeDetails`, "must be a recipient type such as UserMailbox");
    for (const [name, value] of Object.entries(object)) {
      const sample = known.get(name);
      if (sample === undefined)
        report(
          `${at}.${name}`,
          "is not a property this emulator knows (names are case-sensitive here)",
        );
      else if (setElsewhere[name] !== undefined)
        report(`${at}.${name}`, `would not take effect: it follows from ${setElsewhere[name]}`);
      else if (isOfAnotherType(name, String(object["RecipientTypeDetails"])))
        report(
          `${at}.${name}`,
          `would not take effect: a ${String(object["RecipientTypeDetails"])} does not have it`,
        );
      else if (!sameKind(sample, value))
        report(
          `${at}.${name}`,
          `must be ${Array.isArray(sample) ? "a list of texts" : `a ${typeof sample}`}`,
        );
    }
  });
}

function sameKind(sample: Value, value: unknown): boolean {
  if (Array.isArray(sample)) return isTexts(value);
  if (value === null || sample === null)
    return value === null || ["string", "number", "boolean"].includes(typeof value);
  return typeof value === typeof sample;
}

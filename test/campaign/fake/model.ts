/** What the fake tenant consists of. The campaign draws its states, and judges by them. */

export type Kind =
  | "UserMailbox"
  | "SharedMailbox"
  | "RoomMailbox"
  | "MailUser"
  | "User"
  | "MailContact"
  | "MailUniversalDistributionGroup"
  | "MailUniversalSecurityGroup"
  | "GroupMailbox";

/** One line of an access list. */
export interface AccessEntry {
  /** The Guid of the trustee; the SID itself when that account no longer exists. */
  trustee: string;
  /** The name that the list is kept under and shows. */
  form: "guid" | "upn" | "sid" | "displayName";
  /** Only a removal that uses the name the entry is kept under finds it. */
  isStubborn?: boolean;
  isDenied?: boolean;
  isInherited?: boolean;
  /** `All` unless someone chose otherwise; a removal for another type does not find it. */
  inheritance?: string;
  rights: string[];
}

/** One line of a calendar's access list. */
export interface FolderEntry {
  /** A Guid, `Default`, `Anonymous`, or the text that remains of an account that no longer exists. */
  user: string;
  rights: string[];
  flags: string[];
}

export interface Reply {
  state: "Enabled" | "Disabled" | "Scheduled";
  internal: string;
  external: string;
  audience: string;
  start: string;
  end: string;
}

export interface RegionalSettings {
  language: string;
  dateFormat: string;
  timeFormat: string;
  timeZone: string;
}

export interface DirectoryObject {
  guid: string;
  kind: Kind;
  name: string;
  displayName: string;
  alias: string;
  /** Blank for what cannot sign in. */
  upn: string;
  /** Blank for what has no address. */
  smtp: string;
  /** With their prefixes; `SMTP:` is the primary one. */
  addresses: string[];
  oid: string;
  sid: string;
  hidden: boolean;
  synced: boolean;
  /** Soft-deleted. */
  deleted: boolean;
  /** The user no longer exists; a hold keeps the mailbox. */
  inactive: boolean;
  hold: number | "Unlimited" | undefined;
  custom: Record<string, string>;
  managers: string[];
  members: string[];
  fullAccess: AccessEntry[];
  sendAs: AccessEntry[];
  /** Guids. */
  onBehalf: string[];
  calendar: { folder: string; entries: FolderEntry[] };
  reply: Reply;
  region: RegionalSettings;
}

/** How the tenant behaves. Everything in it is true to life; what goes wrong on the way is the campaign's. */
export interface Behaviour {
  /**
   * Milliseconds until a controller shows a change to its readers, by controller; by object where one is slower
   * than the rest.
   */
  lagMs: readonly number[];
  slowObjects: Readonly<Record<string, number>>;
  /** Whether consecutive requests meet different controllers. */
  roams: boolean;
  /** The language of its errors and warnings. `typographic` is English with curly quotes. */
  language: "en" | "de" | "typographic";
  /** Which of the three known encodings an error uses. */
  errorForm: "pipe" | "typeName" | "className";
  pageSize: number;
  /** The members of a distribution list can only be changed by its managers, unless the switch is given. */
  checksManagers: boolean;
}

export interface TenantState {
  objects: DirectoryObject[];
  behaviour: Behaviour;
}

export const mailboxKinds: readonly Kind[] = ["UserMailbox", "SharedMailbox", "RoomMailbox"];
export const groupKinds: readonly Kind[] = [
  "MailUniversalDistributionGroup",
  "MailUniversalSecurityGroup",
];

export const plainBehaviour: Behaviour = {
  lagMs: [0, 0],
  slowObjects: {},
  roams: false,
  language: "en",
  errorForm: "pipe",
  pageSize: 1000,
  checksManagers: false,
};

/** An object with everything that was not given at its default. */
export function directoryObject(
  guid: string,
  kind: Kind,
  name: string,
  given: Partial<DirectoryObject> = {},
): DirectoryObject {
  const local = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".");
  const smtp = given.smtp ?? (kind === "User" ? "" : `${local}@contoso.com`);
  return {
    guid,
    kind,
    name,
    displayName: name,
    alias: local,
    upn: /Mailbox$|^MailUser$|^User$/.test(kind) ? `${local}@contoso.com` : "",
    smtp,
    addresses: smtp === "" ? [] : [`SMTP:${smtp}`],
    oid: guid.replace(/^.{8}/, "e1d00000"),
    sid: `S-1-5-21-1004336348-1177238915-682003330-${Number.parseInt(guid.slice(-6), 16)}`,
    hidden: false,
    synced: false,
    deleted: false,
    inactive: false,
    hold: undefined,
    custom: {},
    managers: [],
    members: [],
    fullAccess: [],
    sendAs: [],
    onBehalf: [],
    calendar: {
      folder: "Calendar",
      entries: [
        { user: "Default", rights: ["AvailabilityOnly"], flags: [] },
        { user: "Anonymous", rights: ["None"], flags: [] },
      ],
    },
    reply: {
      state: "Disabled",
      internal: "",
      external: "",
      audience: "All",
      start: "2026-11-28T16:00:00",
      end: "2026-11-29T16:00:00",
    },
    region: {
      language: "en-US",
      dateFormat: "M/d/yyyy",
      timeFormat: "h:mm tt",
      timeZone: "Pacific Standard Time",
    },
    ...given,
  };
}

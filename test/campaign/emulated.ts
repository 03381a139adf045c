import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { textOf } from "../emulator/message.ts";
import {
  defaultBehaviour,
  readState,
  type DirectoryObject as EmulatedObject,
  type State,
} from "../emulator/state.ts";
import type { OpenTenant } from "./case.ts";
import type { WireReply, WireRequest } from "./fake/exchange.ts";
import {
  directoryObject,
  type AccessEntry,
  type DirectoryObject,
  type Kind,
  type TenantState,
} from "./fake/model.ts";
import type { application } from "./scenario.ts";

const epoch = Date.UTC(2026, 10, 28, 12);
const languages: Readonly<Record<string, string>> = {
  Calendar: "en",
  Agenda: "nl",
  Kalender: "de",
};
const shown = {
  upn: "UserPrincipalName",
  guid: "Guid",
  sid: "Sid",
  displayName: "DisplayName",
} as const;

/** The project's emulator as a tenant of the campaign. It calls all trustees alike, and lags as a whole. */
export function emulated(
  state: TenantState,
  credentials: typeof application,
  now: () => number,
): OpenTenant {
  const form = state.objects.flatMap(({ fullAccess }) => fullAccess)[0]?.form ?? "upn";
  const emulator = createEmulator({
    state: emulatedState(state, credentials, form),
    clock: () => epoch + now(),
  });
  return {
    handle: (request) => answered(emulator, request),
    truth: () => emulator.state().objects.map((object) => seen(object, emulator.state(), form)),
    revision: () => JSON.stringify(emulator.state()),
  };
}

async function answered(
  emulator: Emulator,
  { method, url, headers, body }: WireRequest,
): Promise<WireReply> {
  // The way is never compressed here.
  const { "accept-encoding": _, ...others } = headers;
  const { signal } = new AbortController();
  const answer = await emulator.handle({ method, url, headers: others, text: body, signal });
  return { status: answer.status, headers: { ...answer.headers }, text: textOf(answer) };
}

function emulatedState(
  { objects, behaviour }: TenantState,
  { tenantId, clientId, clientSecret }: typeof application,
  form: AccessEntry["form"],
): State {
  const entries = (list: "fullAccess" | "sendAs") =>
    objects.flatMap((object) =>
      object[list].map((entry) => ({
        trustee: entry.trustee,
        rights: entry.rights,
        ...(entry.isInherited ? { inherited: true } : {}),
        ...(entry.inheritance ? { inheritanceType: entry.inheritance } : {}),
        guid: object.guid,
      })),
    );
  const read = readState({
    tenant: {
      id: tenantId,
      displayName: "Campaign",
      initialDomain: "contoso.onmicrosoft.com",
      domains: ["contoso.onmicrosoft.com", "contoso.com"],
      cloud: "worldwide",
    },
    apps: [
      {
        clientId,
        secrets: [{ value: clientSecret }],
        certificates: [],
        appRoles: ["Exchange.ManageAsApp"],
        directoryRoles: ["Exchange Administrator"],
        roleGroups: [],
      },
    ],
    behaviour: {
      ...defaultBehaviour,
      trusteesShownAs: shown[form],
      permissionLagMs: behaviour.lagMs[0] ?? 0,
      createLagMs: behaviour.lagMs[0] ?? 0,
    },
    objects: objects.map(written),
    mailboxPermissions: entries("fullAccess").map(({ guid, ...entry }) => ({
      mailbox: guid,
      ...entry,
    })),
    recipientPermissions: entries("sendAs").map(({ guid, ...entry }) => ({
      recipient: guid,
      ...entry,
    })),
    folders: objects
      .filter(({ kind }) => kind === "UserMailbox")
      .map(({ guid, calendar }) => ({
        mailbox: guid,
        language: languages[calendar.folder] ?? "en",
      })),
    folderPermissions: objects
      .filter(({ kind }) => kind === "UserMailbox")
      .flatMap(({ guid, calendar }) =>
        calendar.entries.map(({ user, rights, flags }) => ({
          mailbox: guid,
          folder: "Calendar",
          user,
          rights,
          ...(flags.length > 0 ? { flags } : {}),
        })),
      ),
  });
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.state;
}

function written(object: DirectoryObject): EmulatedObject {
  const { kind, hold, reply, region } = object;
  const isGroup = kind.endsWith("Group");
  return {
    Guid: object.guid,
    ExternalDirectoryObjectId: object.oid,
    RecipientTypeDetails: kind,
    Name: object.name,
    DisplayName: object.displayName,
    IsDirSynced: object.synced,
    ...object.custom,
    ...(object.deleted
      ? { IsSoftDeletedByRemove: true, WhenSoftDeleted: "2026-11-20T00:00:00Z" }
      : {}),
    ...(object.inactive ? { IsInactiveMailbox: true } : {}),
    ...(kind === "User" ? { UserPrincipalName: object.upn } : {}),
    ...(kind === "User" ? {} : { Alias: object.alias, EmailAddresses: object.addresses }),
    ...(kind === "User" ? {} : { HiddenFromAddressListsEnabled: object.hidden }),
    ...(isGroup ? { Members: object.members, ManagedBy: object.managers } : {}),
    ...(kind.endsWith("Mailbox") && kind !== "GroupMailbox"
      ? {
          GrantSendOnBehalfTo: object.onBehalf,
          LitigationHoldEnabled: hold !== undefined,
          LitigationHoldDuration: typeof hold === "number" ? `${hold}.00:00:00` : "Unlimited",
          AutoReplyState: reply.state,
          InternalMessage: reply.internal,
          ExternalMessage: reply.external,
          ExternalAudience: reply.audience,
          Language: region.language,
          DateFormat: region.dateFormat,
          TimeFormat: region.timeFormat,
          TimeZone: region.timeZone,
        }
      : {}),
  };
}

/** An object as the emulator has it now. */
function seen(
  object: EmulatedObject,
  state: Readonly<State>,
  form: AccessEntry["form"],
): DirectoryObject {
  const text = (name: string): string => String(object[name] ?? "");
  const texts = (name: string): string[] => [object[name] ?? []].flat().map(String);
  const guid = text("Guid");
  const days = /^(\d+)\./.exec(text("LitigationHoldDuration"))?.[1];
  const folders = state.folders?.find(({ mailbox }) => mailbox === guid);
  const addresses = texts("EmailAddresses");
  const smtp = addresses.find((one) => one.startsWith("SMTP:"))?.slice("SMTP:".length) ?? "";
  const own = directoryObject(guid, text("RecipientTypeDetails") as Kind, text("Name"), { smtp });
  return {
    ...own,
    displayName: text("DisplayName"),
    alias: text("Alias"),
    upn: text("UserPrincipalName") || (own.kind.endsWith("Mailbox") ? smtp : own.upn),
    addresses,
    oid: text("ExternalDirectoryObjectId"),
    deleted: object["IsSoftDeletedByRemove"] === true,
    inactive: object["IsInactiveMailbox"] === true,
    hidden: object["HiddenFromAddressListsEnabled"] === true,
    synced: object["IsDirSynced"] === true,
    hold: object["LitigationHoldEnabled"] === true ? Number(days) || "Unlimited" : undefined,
    custom: Object.fromEntries(
      Object.keys(object)
        .filter((name) => name.startsWith("CustomAttribute"))
        .map((name) => [name, text(name)]),
    ),
    managers: texts("ManagedBy"),
    members: texts("Members"),
    onBehalf: texts("GrantSendOnBehalfTo"),
    fullAccess: access(
      state.mailboxPermissions?.filter(({ mailbox }) => mailbox === guid),
      form,
    ),
    sendAs: access(
      state.recipientPermissions?.filter(({ recipient }) => recipient === guid),
      form,
    ),
    calendar: {
      folder:
        Object.keys(languages).find((name) => languages[name] === folders?.language) ?? "Calendar",
      entries: (state.folderPermissions ?? [])
        .filter(({ mailbox, folder }) => mailbox === guid && folder === "Calendar")
        .map(({ user, rights, flags = [] }) => ({ user, rights: [...rights], flags: [...flags] })),
    },
    reply: {
      ...own.reply,
      state: (text("AutoReplyState") || "Disabled") as DirectoryObject["reply"]["state"],
      internal: text("InternalMessage"),
      external: text("ExternalMessage"),
      audience: text("ExternalAudience"),
    },
    region: {
      language: text("Language"),
      dateFormat: text("DateFormat"),
      timeFormat: text("TimeFormat"),
      timeZone: text("TimeZone"),
    },
  };
}

interface EmulatedEntry {
  trustee: string;
  rights: string[];
  deny?: boolean;
  inherited?: boolean;
  inheritanceType?: string;
}

function access(entries: readonly EmulatedEntry[] = [], form: AccessEntry["form"]): AccessEntry[] {
  return entries.map(({ trustee, rights, deny, inherited, inheritanceType }) => ({
    trustee,
    form,
    rights: [...rights],
    ...(deny ? { isDenied: true } : {}),
    ...(inherited ? { isInherited: true } : {}),
    ...(inheritanceType ? { inheritance: inheritanceType } : {}),
  }));
}

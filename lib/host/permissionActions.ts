import type {
  Configuration,
  GrantPermissionEvent,
  ImportPermissionEvent,
  ImportSubPermissionsEvent,
  PermissionsEvent,
  RevokePermissionEvent,
} from "../generated/types.ts";
import { grantPermissionEvent } from "../generated/validators/grantPermissionEvent.ts";
import { importPermissionEvent } from "../generated/validators/importPermissionEvent.ts";
import { importSubPermissionsEvent } from "../generated/validators/importSubPermissionsEvent.ts";
import { permissionsEvent } from "../generated/validators/permissionsEvent.ts";
import { revokePermissionEvent } from "../generated/validators/revokePermissionEvent.ts";
import { Fault } from "../fault.ts";
import { accountReferenceIn, type Action, type Context, type Result } from "./action.ts";
import type { Gate } from "./gate.ts";
import { member, plainText } from "./members.ts";
import { shownName } from "./displayName.ts";
import type { Log } from "./output.ts";
import { verbs } from "./verbs.ts";

/** Tries every one of these, whatever becomes of the others, and gives what went wrong. */
export { faultsOf } from "./gate.ts";

/** A permission as the platform lists it: the reference that grant, revoke and import get back verbatim, and its name. */
export interface Permission {
  identification: Readonly<Record<string, string | number>>;
  /** Cut to what the platform takes. */
  name: string;
  /** Stands behind the name and is never cut. */
  suffix?: string;
}

/** With a suffix the name is cut to 83 characters, as existing installations have it. */
const longestBeforeSuffix = 83;

function permissionName({ name, suffix, identification }: Permission): string {
  // What has no name is called by its reference: the platform takes no empty ones.
  return (
    (suffix === undefined
      ? shownName(name)
      : `${shownName(name, longestBeforeSuffix) ?? ""}${suffix}`) ??
    shownName(Object.values(identification).join(" ")) ??
    ""
  );
}

/** What actions get that only read. */
export interface ReadingInput extends Pick<Gate, "read" | "stream"> {
  configuration: Configuration;
  log: Log;
}

/** Declares what the listing of a set does: it gives every permission that can be granted. */
export function onPermissions(
  list: (input: ReadingInput) => AsyncIterable<Permission>,
): Action<PermissionsEvent> {
  return {
    verb: verbs.permissions,
    contract: permissionsEvent,
    async run({ configuration, log, read, stream, output }) {
      const permissions: unknown[] = [];
      for await (const permission of list({ configuration, log, read, stream }))
        permissions.push({
          DisplayName: permissionName(permission),
          Identification: permission.identification,
        });
      // Only a whole list is one: what is not on it, the platform takes for gone.
      output["Permissions"] = permissions;
      return { audit: [{ Message: `Permissions listed: ${permissions.length}.` }] };
    },
  };
}

export interface PermissionInput extends Gate {
  /** What create answered with. Never blank. */
  accountReference: string;
  /** A member of the permission's reference, by its name without regard to case; empty when there is no such text. */
  permission(name: string): string;
  configuration: Configuration;
  log: Log;
}

/** Gives what is to be told beside the changes, and what failed without ending the run: when something did, the event is no success. */
type PermissionHandler = (input: PermissionInput) => Promise<Result>;

/** Declares what granting one permission does. */
export function onGrantPermission(handle: PermissionHandler): Action<GrantPermissionEvent> {
  return {
    verb: verbs.grantPermission,
    contract: grantPermissionEvent,
    run: (context) => changePermission(context, handle),
  };
}

/** Declares what revoking one permission does. */
export function onRevokePermission(handle: PermissionHandler): Action<RevokePermissionEvent> {
  return {
    verb: verbs.revokePermission,
    contract: revokePermissionEvent,
    run: (context) => changePermission(context, handle),
  };
}

async function changePermission(
  {
    event: { actionContext },
    configuration,
    log,
    read,
    stream,
    change,
  }: Context<GrantPermissionEvent | RevokePermissionEvent>,
  handle: PermissionHandler,
): Promise<Result> {
  const { Account, Permission: reference } = actionContext.References;
  return await handle({
    accountReference: accountReferenceIn(Account),
    permission: (name) => memberOf(reference, name),
    configuration,
    log,
    read,
    stream,
    change,
  });
}

/** A text or number of a reference; empty when there is none. */
export function textIn(
  reference: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string {
  return plainText(member(reference, name));
}

/** The same of the permission that an event is about. Throws `invalid` for what is there and is no text: it must not pass for nothing. */
export function memberOf(
  reference: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string {
  const value = member(reference, name);
  if (
    value !== undefined &&
    value !== null &&
    typeof value !== "string" &&
    typeof value !== "number"
  )
    throw new Fault({
      kind: "invalid",
      message: `${name} of the permission reference is ${Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`}; expected a text.`,
    });
  return plainText(value);
}

/** Who holds a permission, or a part of them. */
export interface Holders {
  permission: Permission;
  description: string;
  accountReferences: Iterable<string>;
}

/** The same of a permission whose parts the connector decides. */
export interface SubPermissionHolders extends Holders {
  subPermission: Permission;
}

/** Declares what an import of who holds which permission does. */
export function onImportPermission(
  holders: (input: ReadingInput) => AsyncIterable<Holders>,
): Action<ImportPermissionEvent> {
  return {
    verb: verbs.importPermission,
    contract: importPermissionEvent,
    run: (context) => importHolders(context, holders, () => ({})),
  };
}

/** Declares what an import of who holds which sub-permission does. */
export function onImportSubPermissions(
  holders: (input: ReadingInput) => AsyncIterable<SubPermissionHolders>,
): Action<ImportSubPermissionsEvent> {
  return {
    verb: verbs.importSubPermissions,
    contract: importSubPermissionsEvent,
    run: (context) =>
      importHolders(context, holders, ({ subPermission }) => ({
        SubPermissionReference: subPermission.identification,
        SubPermissionDisplayName: permissionName(subPermission),
      })),
  };
}

/** The platform takes at most so many account references in one record. */
const mostReferences = 500;

async function importHolders<H extends Holders>(
  {
    event,
    configuration,
    log,
    read,
    stream,
    record,
  }: Context<ImportPermissionEvent | ImportSubPermissionsEvent>,
  holders: (input: ReadingInput) => AsyncIterable<H>,
  more: (held: H) => Record<string, unknown>,
): Promise<Result> {
  let records = 0;
  let references = 0;
  records: for await (const held of holders({ configuration, log, read, stream })) {
    const all = [...new Set(held.accountReferences)];
    for (let from = 0; from < all.length; from += mostReferences) {
      const AccountReferences = all.slice(from, from + mostReferences);
      records++;
      references += AccountReferences.length;
      if (
        !(await record({
          PermissionReference: held.permission.identification,
          Description: shownName(held.description) ?? "",
          DisplayName: permissionName(held.permission),
          AccountReferences,
          ...more(held),
        }))
      )
        break records;
    }
  }
  return {
    audit: [
      {
        Message: `Records ${event.actionContext.DryRun ? "shown as a sample (an import gives all)" : "imported"}: ${records}, with ${references} account ${references === 1 ? "reference" : "references"}.`,
      },
    ],
  };
}

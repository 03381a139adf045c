import type {
  GrantPermissionEvent,
  ImportPermissionEvent,
  ImportSubPermissionsEvent,
  RevokePermissionEvent,
} from "../generated/types.ts";
import { Fault } from "../fault.ts";
import type { Gate } from "../step.ts";
import {
  accountReferenceIn,
  changes,
  gateOf,
  reads,
  settingsFor,
  type ConfigurationKey,
  type Context,
  type Declaration,
  type Result,
  type Settings,
} from "./action.ts";
import { member, memberAt, plainText } from "./members.ts";
import { shownName } from "./displayName.ts";
import type { Log } from "./output.ts";

export type { Result } from "./action.ts";

/**
 * A permission as the platform lists it: the reference that grant, revoke and import get back
 * verbatim, and its name.
 */
export interface Permission {
  identification: Readonly<Record<string, string | number>>;
  /** Cut to the length that the platform accepts. */
  name: string;
  /** Follows the name and is never cut. */
  suffix?: string;
}

/** With a suffix the name is cut to 83 characters, as existing installations have it. */
const maxBeforeSuffix = 83;

/** The name of a permission as the platform accepts it. */
export function permissionName({ name, suffix, identification }: Permission): string {
  // Without a name, the reference is shown: the platform rejects an empty name.
  return (
    (suffix === undefined
      ? shownName(name)
      : `${shownName(name, maxBeforeSuffix) ?? ""}${suffix}`) ??
    shownName(Object.values(identification).join(" ")) ??
    ""
  );
}

/** The input of the actions that only read. */
export interface ReadingInput<Targets, Key extends ConfigurationKey = never> extends Pick<
  Gate<Targets>,
  "read" | "stream"
> {
  configuration: Settings<Key>;
  log: Log;
}

export interface PermissionInput<
  Targets,
  Key extends ConfigurationKey = never,
> extends Gate<Targets> {
  /** The reference that create answered with. Never blank. */
  accountReference: string;
  /** A member of the permission's reference, by its name without regard to case; empty when absent. */
  permission(name: string): string;
  /**
   * The text or number of a field of the person, such as `Contact.Personal.Phone.Mobile`, without regard to case; empty
   * when there is none. A reconciliation has no person.
   */
  personField(path: string): string;
  configuration: Settings<Key>;
  log: Log;
}

/** What a grant or a revoke adds to the answer. */
export interface PermissionResult extends Result {
  /** What a grant hands out, once: secrets in it reach the platform, and nothing else. */
  data?: Readonly<Record<string, unknown>>;
}

/**
 * The handler returns what to report in addition to the changes, and the faults that did not end the run.
 * With any fault, the event fails.
 */
export type PermissionDeclaration<Targets, Key extends ConfigurationKey> = Declaration<
  Targets,
  Key,
  (input: PermissionInput<Targets, Key>) => Promise<PermissionResult>
>;

/** What a grant and a revoke have in common. */
export function changing<Targets, Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: PermissionDeclaration<Targets, Key>) {
  return {
    needs,
    configuration: keys,
    async run(
      context: Context<GrantPermissionEvent | RevokePermissionEvent, Targets>,
    ): Promise<Result> {
      const { event, configuration, log, output } = context;
      const { actionContext, personContext } = event;
      const { Account, Permission: reference } = actionContext.References;
      const { data, ...result } = await handle({
        accountReference: accountReferenceIn(Account),
        permission: (name) => memberOf(reference, name),
        personField: (path) => plainText(memberAt(personContext?.Person, path.split("."))),
        configuration: settingsFor(configuration, keys),
        log,
        ...gateOf(context, changes),
      });
      if (data) output["Data"] = data;
      return result;
    },
  };
}

/** A string or number in a reference, as text; empty when there is none. */
export function textIn(
  reference: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string {
  return plainText(member(reference, name));
}

/**
 * The same for the permission reference of an event. Throws `invalid` for a value that is not text: it
 * must not count as absent.
 */
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
    throw Fault.invalid(`${name} of the permission reference is ${typeOf(value)}; expected text.`);
  return plainText(value);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Who holds a permission, or a part of them. */
export interface Holders {
  permission: Permission;
  description: string;
  accountReferences: Iterable<string>;
}

/** The same for a permission whose parts the connector decides. */
export interface SubPermissionHolders extends Holders {
  subPermission: Permission;
}

/** What an import of holders declares. */
export type ImportDeclaration<
  Targets,
  Key extends ConfigurationKey,
  Held extends Holders,
> = Declaration<Targets, Key, (input: ReadingInput<Targets, Key>) => AsyncIterable<Held>>;

/** What the list of a set's permissions declares. */
export type ListDeclaration<Targets, Key extends ConfigurationKey> = Declaration<
  Targets,
  Key,
  (input: ReadingInput<Targets, Key>) => AsyncIterable<Permission>
>;

/** The platform accepts at most this many account references in one record. */
export const maxReferences = 500;

/** What both imports have in common: `more` is what a record says in addition. */
export function importing<Targets, Key extends ConfigurationKey, Held extends Holders>(
  { needs, configuration: keys, handle }: ImportDeclaration<Targets, Key, Held>,
  more: (held: Held) => Record<string, unknown>,
) {
  return {
    needs,
    configuration: keys,
    async run(
      context: Context<ImportPermissionEvent | ImportSubPermissionsEvent, Targets>,
    ): Promise<Result> {
      const { event, configuration, log, record } = context;
      const holders = handle({
        configuration: settingsFor(configuration, keys),
        log,
        ...gateOf(context, reads),
      });
      let records = 0;
      let references = 0;
      for await (const { fields, accountReferences } of recordsOf(holders, more)) {
        records++;
        references += accountReferences.length;
        if (!(await record({ ...fields, AccountReferences: accountReferences }))) break;
      }
      return {
        audit: [
          {
            Message:
              "Records " +
              `${event.actionContext.DryRun ? "shown as a sample (an import returns all)" : "imported"}: ` +
              `${records}, with ${references} account ` +
              `${references === 1 ? "reference" : "references"}.`,
          },
        ],
      };
    },
  };
}

/** The records of the platform: as many for each permission as its account references need. */
async function* recordsOf<Held extends Holders>(
  holders: AsyncIterable<Held>,
  more: (held: Held) => Record<string, unknown>,
): AsyncGenerator<{ fields: Record<string, unknown>; accountReferences: string[] }> {
  for await (const held of holders) {
    const fields = {
      PermissionReference: held.permission.identification,
      Description: shownName(held.description) ?? "",
      DisplayName: permissionName(held.permission),
      ...more(held),
    };
    const all = [...new Set(held.accountReferences)];
    for (let from = 0; from < all.length; from += maxReferences)
      yield { fields, accountReferences: all.slice(from, from + maxReferences) };
  }
}

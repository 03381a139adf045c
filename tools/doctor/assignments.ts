/** The management roles that role groups assign in Exchange Online: what they lack, and where they count. */
import { textOf, type Row } from "../../lib/exchange/client/encoding.ts";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { Fault } from "../../lib/fault.ts";
import { managementRoleOfType, managementRolesIn, type ManagementRole } from "./roles.ts";

/** A management role that a role group assigns. */
export interface Assignment {
  /** Such as `Mail Recipients`, or a role of the tenant's own. */
  name: string;
  /** The built-in role that it is, or is derived from. */
  role: ManagementRole;
  /** The scopes that it may write in, if that is less than the organization. Undefined when the answer has none. */
  scopes: string[] | undefined;
}

/** What role groups assign, as far as the connector has a use for it. */
export interface Assigned {
  assignments: readonly Assignment[];
  /** Roles of which it cannot be read what they are derived from. */
  unexamined: readonly string[];
}

export const none: Assigned = { assignments: [], unexamined: [] };

/**
 * Undefined when assignments cannot be read: that takes View-Only Configuration or Role Management (documented: "Find
 * the permissions required to run any Exchange cmdlet").
 */
export async function assignedTo(
  assignee: string,
  exchange: Exchange,
): Promise<Assigned | undefined> {
  const rows = await assignmentRows(assignee, exchange);
  if (rows === undefined) return undefined;
  const names = new Set(rows.map(nameOf));
  const roles = new Map<string, ManagementRole | undefined>(
    [...managementRolesIn([...names])].map((role) => [role, role]),
  );
  const others = [...names].filter((name) => !roles.has(name));
  const types = others.length === 0 ? new Map<string, string>() : await roleTypes(exchange);
  for (const name of others) roles.set(name, managementRoleOfType(types?.get(name) ?? ""));
  return {
    assignments: rows.flatMap((row) => {
      const role = roles.get(nameOf(row));
      return role === undefined ? [] : [{ name: nameOf(row), role, scopes: scopesIn(row) }];
    }),
    unexamined: types === undefined ? others : others.filter((name) => !types.has(name)),
  };
}

const nameOf = ({ Role }: Row): string => textOf(Role);

async function assignmentRows(assignee: string, exchange: Exchange): Promise<Row[] | undefined> {
  try {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-ManagementRoleAssignment",
      // An assignment that only delegates a role does not permit to use it (documented).
      parameters: { RoleAssignee: assignee, Delegating: false, Enabled: true },
      select: [
        ...["Role", "RecipientWriteScope", "CustomRecipientWriteScope"],
        ...["ConfigWriteScope", "CustomConfigWriteScope"],
      ],
    });
    return rows;
  } catch (thrown) {
    // It is in no role group, so Exchange does not know it.
    return Fault.of(thrown).kind === "missing" ? [] : undefined;
  }
}

/**
 * The type of every management role, by name. A derived role has that of the role it is derived from, at whatever
 * distance (documented: "Understanding management roles"). Undefined when they cannot be read.
 */
async function roleTypes(exchange: Exchange): Promise<Map<string, string> | undefined> {
  try {
    const command = { cmdlet: "Get-ManagementRole", parameters: {}, select: ["Name", "RoleType"] };
    const { rows } = await exchange.invoke(command);
    return new Map(rows.map(({ Name, RoleType }) => [textOf(Name), textOf(RoleType)]));
  } catch {
    return undefined;
  }
}

/**
 * Of a role that may write, the implicit scope is the organization (documented: "Understanding management role
 * scopes"). The name of a scope is in CustomRecipientWriteScope, of an exclusive one as well, whose type is in
 * RecipientWriteScope (assumed). Scopes of the configuration are of databases and servers: not narrower for recipients,
 * unless one is named.
 */
function scopesIn(row: Row): string[] | undefined {
  const type = textOf(row["RecipientWriteScope"]);
  if (type === "") return undefined;
  const recipients = textOf(row["CustomRecipientWriteScope"]);
  const configuration = textOf(row["CustomConfigWriteScope"]);
  const scopes: string[] = [];
  if (type !== "Organization" || recipients !== "") scopes.push(named(recipients, type));
  if (configuration !== "") scopes.push(named(configuration, textOf(row["ConfigWriteScope"])));
  return scopes;
}

const named = (name: string, type: string): string => (name === "" ? type : `${name} (${type})`);

/** A role by its name, and of a derived one also the built-in role. */
export const namedWithOrigin = ({ name, role }: Assignment): string =>
  name === role ? name : `${name} (derived from ${role})`;

/** What derived roles lack of what they are derived from. */
export interface Derived {
  /** Such as `Our Mailboxes (derived from Mail Recipients)`. */
  names: readonly string[];
  roles: readonly ManagementRole[];
  /** Undefined when the entries of a role cannot be read. */
  isRemoved: ((cmdlet: string, parameter?: string) => boolean) | undefined;
}

/**
 * Derived roles lack what was removed from them, unless another role of the connection has it: each entry, a cmdlet
 * with its parameters, counts by itself (documented: "Understanding management roles").
 */
export async function derivedFrom(
  { assignments }: Assigned,
  included: ReadonlySet<ManagementRole>,
  exchange: Exchange,
): Promise<Derived> {
  const complete = new Set<string>([...included, ...assignments.map(({ name }) => name)]);
  const derived = assignments.filter(({ role }) => !complete.has(role));
  const names = new Set(derived.map(namedWithOrigin));
  const roles = new Set(derived.map(({ role }) => role));
  if (roles.size === 0) return { names: [], roles: [], isRemoved: () => false };
  return {
    names: [...names],
    roles: [...roles],
    isRemoved: await removedFrom(roles, complete, exchange),
  };
}

async function removedFrom(
  parents: Iterable<string>,
  held: Iterable<string>,
  exchange: Exchange,
): Promise<Derived["isRemoved"]> {
  try {
    const whole = await entriesOf(parents, exchange);
    const own = await entriesOf(held, exchange);
    return (cmdlet, parameter = "") => {
      const wanted = entryOf(cmdlet, parameter);
      return whole.has(wanted) && !own.has(wanted);
    };
  } catch {
    return undefined;
  }
}

/** The cmdlets of these roles, and their parameters. */
async function entriesOf(roles: Iterable<string>, exchange: Exchange): Promise<Set<string>> {
  const entries = new Set<string>();
  for (const role of roles) {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-ManagementRoleEntry",
      parameters: { Identity: `${role}\\*`, ResultSize: "Unlimited" },
      select: ["Name", "Parameters"],
    });
    for (const { Name, Parameters } of rows)
      for (const parameter of ["", ...textsIn(Parameters)])
        entries.add(entryOf(textOf(Name), parameter));
  }
  return entries;
}

const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const entryOf = (cmdlet: string, parameter: string): string =>
  `${cmdlet} ${parameter}`.toLowerCase();

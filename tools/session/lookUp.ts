import path from "node:path";
import { isGuid } from "../../lib/guid.ts";
import { mailboxesWhere, type Mailbox } from "../../lib/exchange/mailbox.ts";
import type { Targets } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import { outcomeOf } from "../../lib/host/answer.ts";
import { userWhere, type User } from "../../lib/graph/user.ts";
import { nearestName } from "../../lib/nearestName.ts";
import type { Query } from "../../lib/step.ts";
import { eventFor, type ListedPermission } from "./events.ts";
import type { Invocation, Tenant } from "./tenant.ts";
import { entra, hybrid, systemOf } from "./systems.ts";
import { Failure } from "./failure.ts";
import { UsageError } from "./usageError.ts";

/**
 * The reference of the account that a person means, for an action: the object ID of a user for those of Entra ID, the
 * objectGUID for those of Active Directory, and the Guid of a mailbox for all others.
 */
export async function findAccount(tenant: Tenant, action: string, text: string): Promise<string> {
  if (systemOf(action) === hybrid) return objectGuid(text);
  return systemOf(action) === entra
    ? await findUser(tenant, text)
    : await findMailbox(tenant, text);
}

/** Active Directory is not searched for a person: another account of the same name must not be changed. */
function objectGuid(text: string): string {
  if (isGuid(text)) return text;
  throw new UsageError(
    `The account is ${text}; expected the objectGUID of a user of Active Directory.`,
  );
}

/** The object ID of the user that a person means by a user principal name, an address, an employee ID or an ID. */
async function findUser(tenant: Tenant, text: string): Promise<string> {
  if (isGuid(text)) return text;
  const properties = text.includes("@") ? ["userPrincipalName", "mail"] : ["employeeId"];
  const found = new Map<string, User>();
  for (const property of properties) {
    const user = await asked(tenant, userWhere(property, text), lookUp(tenant, text));
    if (user) found.set(user.id, user);
  }
  const [user] = found.values();
  if (!user)
    throw new UsageError(
      `No user of ${tenant.name} has the ${properties.join(" or ")} ${text}. Expected a user principal name, an ` +
        "address, an employee ID or an object ID.",
    );
  if (found.size > 1)
    throw new UsageError(
      `${text} is more than one user: ${[...found.values()].map((one) => one.userPrincipalName).join(", ")}.`,
    );
  return user.id;
}

function lookUp(tenant: Tenant, text: string): { what: string } {
  return { what: `The look-up of ${text} in ${tenant.name}` };
}

/** The Guid of the mailbox that a person means by an address, an alias, a name or a Guid. */
export async function findMailbox(tenant: Tenant, text: string): Promise<string> {
  if (isGuid(text)) return text;
  const properties = text.includes("@")
    ? ["UserPrincipalName", "EmailAddresses"]
    : ["Alias", "DisplayName"];
  const found = new Map<string, Mailbox>();
  for (const property of properties)
    for (const mailbox of await asked(
      tenant,
      mailboxesWhere(property, text, []),
      lookUp(tenant, text),
    ))
      found.set(mailbox.Guid, mailbox);
  const [mailbox] = found.values();
  if (!mailbox)
    throw new UsageError(
      `No mailbox of ${tenant.name} has the ${properties.join(" or ")} ${text}. Expected an address, an alias, a ` +
        "display name or a GUID.",
    );
  if (found.size > 1)
    throw new UsageError(
      `${text} is more than one mailbox: ${[...found.values()].map((one) => one.UserPrincipalName).join(", ")}.`,
    );
  return mailbox.Guid;
}

const shownNames = 10;

/**
 * The permission of an action's set that a person means by its name, by the name behind its kind ("Care staff" of
 * "Security Group - Care staff"), or by a part that only one name has. `configuration`: what the set is listed with.
 */
export async function findPermission(
  tenant: Tenant,
  action: string,
  text: string,
  configuration: Readonly<Record<string, unknown>>,
): Promise<ListedPermission> {
  const list = `${path.posix.dirname(action)}/permissions`;
  const event = eventFor(list, { configuration, isDryRun: true });
  const { code, answer } = await tenant.invoke(list, event);
  if (code !== 0)
    throw new Failure(
      `The list of permissions of ${tenant.name} failed, outcome ${answer.outcome}: ` +
        answer.outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
    );
  const permissions = permissionsIn({ answer });
  const wanted = text.toLowerCase();
  const meant = (isIt: (name: string) => boolean): ListedPermission[] =>
    permissions.filter(({ DisplayName }) => isIt(DisplayName.toLowerCase()));
  const ways = [
    meant((name) => name === wanted),
    meant((name) => name.endsWith(` - ${wanted}`)),
    meant((name) => name.includes(wanted)),
  ];
  const found = ways.find((way) => way.length > 0) ?? [];
  const [permission] = found;
  if (permission && found.length === 1) return permission;
  const names = (permission ? found : permissions).map(({ DisplayName }) => DisplayName);
  if (permission)
    throw new UsageError(
      `${text} is more than one permission: ${names.slice(0, shownNames).join(", ")}; expected the whole name of one.`,
    );
  const nearest = nearestName(text, names);
  throw new UsageError(
    `There is no permission ${text} in ${path.posix.dirname(action)}. ` +
      (nearest === undefined
        ? `There are ${names.length}, such as ${names.slice(0, shownNames).join(", ")}.`
        : `The nearest is ${nearest}.`),
  );
}

/** What a list of permissions has listed; empty for every other action. */
export function permissionsIn({ answer }: Pick<Invocation, "answer">): ListedPermission[] {
  // The schema of the answer of a list.
  return (answer.outputContext["Permissions"] ?? []) as ListedPermission[];
}

/** The answer of a tenant to a question, within `limitMs`. `what` names it when it fails. Throws a `Failure`. */
export async function asked<T>(
  tenant: Tenant,
  query: Query<Targets, T>,
  { what, limitMs }: { what: string; limitMs?: number },
): Promise<T> {
  try {
    return await tenant.query(query, limitMs);
  } catch (thrown) {
    const { kind, message } = Fault.of(thrown);
    throw new Failure(`${what} failed, outcome ${outcomeOf[kind]}: ${message}`);
  }
}

import path from "node:path";
import { isGuid } from "../../lib/guid.ts";
import { mailboxesWhere, type Mailbox } from "../../lib/exchange/mailbox.ts";
import type { ExchangeQuery } from "../../lib/exchange/target.ts";
import { Fault } from "../../lib/fault.ts";
import { outcomeOf } from "../../lib/host/answer.ts";
import { nearestName } from "../../lib/nearestName.ts";
import { eventFor, type ListedPermission } from "./events.ts";
import type { Invocation, Tenant } from "./tenant.ts";
import { Failure } from "./failure.ts";
import { UsageError } from "./usageError.ts";

/** The Guid of the mailbox that a person means by an address, an alias, a name or a Guid. */
export async function findAccount(tenant: Tenant, text: string): Promise<string> {
  if (isGuid(text)) return text;
  const properties = text.includes("@")
    ? ["UserPrincipalName", "EmailAddresses"]
    : ["Alias", "DisplayName"];
  const found = new Map<string, Mailbox>();
  for (const property of properties)
    for (const mailbox of await asked(tenant, mailboxesWhere(property, text, []), {
      what: `The look-up of ${text} in ${tenant.name}`,
    }))
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

/** The permission of an action's set that a person means by its name, or by a part that only one name has. */
export async function findPermission(
  tenant: Tenant,
  action: string,
  text: string,
): Promise<ListedPermission> {
  const list = `${path.posix.dirname(action)}/permissions`;
  const event = eventFor(list, { configuration: tenant.configuration, isDryRun: true });
  const { code, answer } = await tenant.invoke(list, event);
  if (code !== 0)
    throw new Failure(
      `The list of permissions of ${tenant.name} failed, outcome ${answer.outcome}: ` +
        answer.outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
    );
  const permissions = permissionsIn({ answer });
  const wanted = text.toLowerCase();
  const exact = permissions.filter(({ DisplayName }) => DisplayName.toLowerCase() === wanted);
  const found =
    exact.length > 0
      ? exact
      : permissions.filter(({ DisplayName }) => DisplayName.toLowerCase().includes(wanted));
  const [permission] = found;
  if (permission && found.length === 1) return permission;
  const names = (permission ? found : permissions).map(({ DisplayName }) => DisplayName);
  if (permission)
    throw new UsageError(
      `${text} is more than one permission: ${names.slice(0, shownNames).join(", ")}.`,
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
  query: ExchangeQuery<T>,
  { what, limitMs }: { what: string; limitMs?: number },
): Promise<T> {
  try {
    return await tenant.query(query, limitMs);
  } catch (thrown) {
    const { kind, message } = Fault.of(thrown);
    throw new Failure(`${what} failed, outcome ${outcomeOf[kind]}: ${message}`);
  }
}

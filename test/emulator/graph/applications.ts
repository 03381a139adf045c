/** Who owns an application, and who holds a directory role (documented on the pages of both lists). */
import { roleTemplates } from "../entra/directoryRoles.ts";
import type { Answer } from "../message.ts";
import type { App } from "../state.ts";
import type { Call } from "./call.ts";
import type { Seen } from "./directory.ts";
import { notFound } from "./errors.ts";
import { textsOf } from "./json.ts";
import { holdsOneOf, rolesFor } from "./operations.ts";
import { listObjects } from "./query.ts";

/** Users only: a service principal, which can own an application as well, is no object here. */
export function listOwners(call: Call, of: keyof NonNullable<App["owners"]>): Answer {
  const { directory, parameters } = call;
  const clientId = parameters["app"] ?? "";
  const app = directory.state.apps.find(
    (one) => one.clientId.toLowerCase() === clientId.toLowerCase(),
  );
  if (!app) throw notFound(clientId);
  const ids = app.owners?.[of] ?? [];
  return listObjects(call, () =>
    ids.flatMap((id) => directory.seen(id) ?? []).map((one) => readable(one, call)),
  );
}

/** Of an object that the application may not read, a list has the type and the id only (documented). */
function readable(object: Seen, { grant }: Call): Seen {
  const { id, kind } = object;
  const needed = rolesFor(kind === "group" ? "GET /groups" : "GET /users");
  if (holdsOneOf(grant.appRoles, needed)) return object;
  return { id, kind, value: (name) => (name === "id" ? id : null) };
}

/**
 * The users and groups that the role is assigned to. A role that no one has ever held does not exist in the tenant
 * (documented: it has to be activated); here it does once it is assigned.
 */
export function listRoleMembers(call: Call): Answer {
  const { directory, parameters } = call;
  const id = parameters["role"] ?? "";
  const [role] = Object.entries(roleTemplates).find(([, one]) => one === id.toLowerCase()) ?? [];
  const holders = (["user", "group"] as const)
    .flatMap((kind) => directory.entities(kind))
    .filter((entity) => textsOf(directory.record(entity)["directoryRoles"]).includes(String(role)));
  if (holders.length === 0) throw notFound(id);
  return listObjects(call, () =>
    holders.map((entity) => readable(directory.current(entity), call)),
  );
}

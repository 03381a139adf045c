/** `/directory/deletedItems`: users and groups that can be restored for 30 days (documented). */
import type { Answer } from "../message.ts";
import { isGuid } from "../shapes.ts";
import { noContent, requireRoles, type Call } from "./call.ts";
import type { Entity } from "./directory.ts";
import { invalidIdentifier, notFound, notImplemented, taken } from "./errors.ts";
import { textOf } from "./json.ts";
import { deletedItemRoles } from "./operations.ts";
import { requirePowerOver } from "./privilege.ts";
import { list, singleObject } from "./query.ts";

export function listDeleted(call: Call): Answer {
  const type = call.parameters["type"]?.toLowerCase() ?? "";
  const kind = (["user", "group"] as const).find((one) => type === `microsoft.graph.${one}`);
  if (!kind) throw notImplemented(`deleted items as '${type}'`);
  requireRoles(call, deletedItemRoles[kind].read);
  const { directory } = call;
  return list(call, kind, () =>
    directory.entities(kind, "deleted").map((entity) => directory.current(entity)),
  );
}

/** The deleted object of the path. The permission depends on its kind. */
function item(call: Call, access: "read" | "write"): Entity {
  const id = call.parameters["item"] ?? "";
  if (!isGuid(id)) throw invalidIdentifier(id);
  const entity = call.directory.find(id, "deleted");
  const kind = entity?.kind === "group" ? "group" : "user";
  requireRoles(call, deletedItemRoles[kind][access]);
  if (!entity) throw notFound(id);
  return entity;
}

export function getDeleted(call: Call): Answer {
  return singleObject(call, call.directory.current(item(call, "read")));
}

export function restoreDeleted(call: Call): Answer {
  const entity = item(call, "write");
  const { directory, incoming } = call;
  // `autoReconcileProxyConflict` and `newUserPrincipalName`.
  if (incoming.text !== "" && incoming.text !== "{}") throw notImplemented("options of restore");
  if (entity.kind === "user") {
    requirePowerOver(entity, call);
    const mangled = textOf(directory.value(entity, "userPrincipalName"));
    if (directory.userNamed(mangled.slice(32))) throw taken("userPrincipalName");
  }
  directory.restore(entity);
  return singleObject(call, directory.current(entity));
}

export function destroyDeleted(call: Call): Answer {
  const entity = item(call, "write");
  if (entity.kind === "user") requirePowerOver(entity, call);
  call.directory.destroy(entity);
  return noContent();
}

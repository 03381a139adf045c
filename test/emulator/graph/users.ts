/** `/users`: reading, creating, changing and deleting people, their managers and their sessions. */
import type { Answer } from "../message.ts";
import { bodyOf, json, named, noContent, referenced, type Call } from "./call.ts";
import type { Entity } from "./directory.ts";
import {
  invalidReference,
  masteredOnPremises,
  notFound,
  notImplemented,
  valueRequired,
} from "./errors.ts";
import { textOf, type Values } from "./json.ts";
import { requirePowerOver } from "./privilege.ts";
import { counted, list, single, singleObject } from "./query.ts";
import {
  changeUser,
  checkPassword,
  checkUserName,
  isSynchronised,
  userValues,
  written,
} from "./userChanges.ts";

const user = (call: Call): Entity => named(call, "user", "user");

export const listUsers = (call: Call): Answer =>
  list(call, "user", () => call.directory.seenAll("user"));
export const countUsers = (call: Call): Answer =>
  counted(call, "user", () => call.directory.seenAll("user"));

export function getUser(call: Call): Answer {
  const { id } = user(call);
  const seen = call.directory.seen(id);
  if (!seen) throw notFound(id);
  return single(call, seen);
}

/** Documented. */
const required = [
  "accountEnabled",
  "displayName",
  "mailNickname",
  "userPrincipalName",
  "passwordProfile",
];

export function createUser(call: Call): Answer {
  const { directory } = call;
  const values = userValues(bodyOf(call));
  for (const name of required)
    if (values[name] === undefined || values[name] === null) throw valueRequired(name, "User");
  const { passwordProfile = null, userType = "Member", ...rest } = values;
  checkUserName(textOf(values["userPrincipalName"]), directory);
  checkPassword(passwordProfile);
  if (userType === "Guest") throw notImplemented("creating a guest");
  const created = directory.addToExchange("user", {
    RecipientTypeDetails: "User",
    Name: textOf(values["displayName"]),
    EmailAddresses: [],
  });
  // A new object is not late for the one who creates it.
  directory.write(created, {
    ...written(created, rest, directory),
    lastPasswordChangeDateTime: directory.time,
  });
  return single(call, directory.current(created), 201);
}

export function patchUser(call: Call): Answer {
  changeUser(call, user(call));
  return noContent();
}

export function deleteUser(call: Call): Answer {
  const target = user(call);
  requirePowerOver(target, call);
  // Synchronised users are deleted where they are mastered (inferred).
  if (isSynchronised(target, call.directory)) throw masteredOnPremises();
  call.directory.softDelete(target);
  return noContent();
}

export function getManager(call: Call): Answer {
  const id = call.directory.managerOf(user(call));
  const manager = id === undefined ? undefined : call.directory.seen(id);
  // Observed: it names the relation, with the code of a missing user.
  if (!manager) throw notFound("manager");
  return singleObject(call, manager);
}

export function putManager(call: Call): Answer {
  const { directory } = call;
  const target = changeable(call);
  const id = referenced(bodyOf(call)["@odata.id"]);
  if (id === undefined) throw invalidReference();
  const manager = directory.find(id);
  if (manager?.kind !== "user" && manager?.kind !== "orgContact") throw notFound(id);
  directory.setManager(target, manager);
  return noContent();
}

export function deleteManager(call: Call): Answer {
  const target = changeable(call);
  if (call.directory.managerOf(target) === undefined) throw notFound("manager");
  call.directory.setManager(target, undefined);
  return noContent();
}

/** That a manager is mastered with its user is assumed. */
function changeable(call: Call): Entity {
  const target = user(call);
  if (isSynchronised(target, call.directory)) throw masteredOnPremises();
  return target;
}

export function revokeSessions(call: Call): Answer {
  const values: Values = { signInSessionsValidFromDateTime: call.directory.time };
  call.directory.write(user(call), values);
  return json({ "@odata.context": `${call.root}/$metadata#Edm.Boolean`, value: true });
}

/** A user of the directory, as the sign-in service sees it. */
import type { SignInUser } from "../entra/signIns.ts";
import type { Directory } from "./directory.ts";
import { textOf, textsOf } from "./json.ts";

/** The user with this object ID or user principal name. */
export function signInUser(name: string, directory: Directory): SignInUser | undefined {
  const found = directory.find(name) ?? directory.userNamed(name);
  if (found?.kind !== "user") return undefined;
  const value = (property: string): string => textOf(directory.value(found, property));
  const record = directory.record(found);
  const validFrom = Date.parse(value("signInSessionsValidFromDateTime"));
  return {
    id: found.id,
    userPrincipalName: value("userPrincipalName"),
    displayName: value("displayName"),
    isEnabled: directory.value(found, "accountEnabled") !== false,
    sessionsValidFrom: Number.isNaN(validFrom) ? 0 : validFrom,
    directoryRoles: textsOf(record["directoryRoles"]),
    roleGroups: textsOf(record["roleGroups"]),
  };
}

/** What a body may set on a user, and who may set it. */
import { bodyOf, requireRoles, type Call } from "./call.ts";
import type { Directory, Entity } from "./directory.ts";
import { isOfForm } from "./entraState.ts";
import {
  denied,
  invalidProperty,
  invalidValue,
  masteredElsewhere,
  masteredOnPremises,
  notImplemented,
  readOnlyProperty,
  simplePassword,
  taken,
  unknownProperty,
  unverifiedDomain,
  valueRequired,
} from "./errors.ts";
import { isObject, textOf, type Json, type Values } from "./json.ts";
import { isMasteredByExchange } from "./kept.ts";
import { changeRoles, holdsOneOf } from "./operations.ts";
import { requirePowerOver } from "./privilege.ts";
import { isElsewhere, propertyOf } from "./properties.ts";

/** Actions on these are sensitive (documented). */
const sensitive = new Set([
  ...["accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId"],
  ...["otherMails", "passwordProfile", "userPrincipalName"],
]);

/** What the cloud masters of a synchronised user (the first two are common practice, the last is observed). */
const inCloud = new Set(["usageLocation", "passwordPolicies", "passwordProfile"]);

/** The values of a body, each of a form that a user can have. */
export function userValues(body: Values): Values {
  for (const [name, value] of Object.entries(body)) checkValue(name, value);
  return body;
}

function checkValue(name: string, value: Json): void {
  const [stem = ""] = name.split("@");
  if (isElsewhere("user", stem) || stem !== name) throw notImplemented(`'${name}' in a body`);
  const property = propertyOf("user", name);
  if (!property) throw unknownProperty(name, "user");
  // Documented: not for Graph. Nothing follows from it here.
  if (name === "showInAddressList") throw notImplemented(`'${name}' in a body`);
  if (property.isReadOnly) throw readOnlyProperty(name);
  if (value === null ? property.isRequired : !isOfForm(property, value))
    throw invalidValue(name, "User");
  if (value === "" || (typeof value === "string" && value.length > (property.maxLength ?? 1e6)))
    throw invalidValue(name, "User");
  // Documented.
  if (name === "businessPhones" && Array.isArray(value) && value.length > 1)
    throw invalidValue(name, "User");
  if (name === "mailNickname") checkNickname(textOf(value), "User");
  if (name === "usageLocation" && !/^[A-Z]{2}$/.test(textOf(value)))
    throw invalidValue(name, "User");
  if (name === "userType" && !["Member", "Guest", null].includes(value as string | null))
    throw invalidValue(name, "User");
  if (name === "onPremisesExtensionAttributes") checkAttributes(value);
}

/** The characters are those that a public client refuses. */
export function checkNickname(nickname: string, resource: string): void {
  if (!/^[^@()\\[\]";:<>, ]{1,64}$/.test(nickname)) throw invalidValue("mailNickname", resource);
}

function checkAttributes(value: Json): void {
  const isSound =
    isObject(value) &&
    Object.entries(value).every(
      ([name, one]) =>
        /^extensionAttribute([1-9]|1[0-5])$/.test(name) &&
        (one === null || typeof one === "string"),
    );
  if (!isSound) throw invalidValue("onPremisesExtensionAttributes", "User");
}

const nameCharacters = /^[A-Za-z0-9'.\-_!#^~]+@([A-Za-z0-9-]+\.)+[A-Za-z]+$/;

/** Refuses a user name that is malformed, of another domain, or taken (documented; texts observed). */
export function checkUserName(name: string, directory: Directory, except?: Entity): void {
  if (!nameCharacters.test(name)) throw invalidProperty("userPrincipalName");
  const domain = name.slice(name.indexOf("@") + 1).toLowerCase();
  if (!directory.state.tenant.domains.some((one) => one.toLowerCase() === domain))
    throw unverifiedDomain();
  const holder = directory.userNamed(name);
  if (holder && holder.id !== except?.id) throw taken("userPrincipalName");
  // Another object that has it as an address (observed of such a conflict).
  if (!except && directory.store.holderOf(`smtp:${name}`, {})) throw taken("proxyAddresses");
}

/** Three of four kinds of characters, and 8 to 256 of them (documented). */
export function checkPassword(profile: Json): void {
  if (!isObject(profile)) throw valueRequired("passwordProfile", "User");
  const { password, ...others } = profile;
  const known = ["forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"];
  const strange = Object.keys(others).find((name) => !known.includes(name));
  if (strange !== undefined) throw unknownProperty(strange, "passwordProfile");
  if (password === undefined) return;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/];
  const text = typeof password === "string" ? password : "";
  const isComplex = kinds.filter((kind) => kind.test(text)).length >= 3;
  if (!isComplex || text.length < 8 || text.length > 256) throw simplePassword();
}

/** Refuses a change for which the application holds no permission, or no role (documented by property). */
export function requireChangeRoles(call: Call, user: Entity, values: Values): void {
  for (const name of Object.keys(values)) {
    if (name === "passwordProfile") requirePasswordRole(call);
    else requireRoles(call, rolesToChange(name));
  }
  if (Object.keys(values).some((name) => sensitive.has(name))) requirePowerOver(user, call);
}

const rolesToChange = (name: string): readonly string[] =>
  Object.hasOwn(changeRoles, name)
    ? changeRoles[name as keyof typeof changeRoles]
    : changeRoles.profile;

/** `graphPasswordReset` decides between the pages. A broad permission needs the role in any case (observed). */
function requirePasswordRole({ grant, directory }: Call): void {
  const isAdministrator = ["User Administrator", "Global Administrator"].some((role) =>
    grant.directoryRoles.includes(role),
  );
  const isEnough = directory.state.behaviour.graphPasswordReset === "permission" || isAdministrator;
  const own = ["User-PasswordProfile.ReadWrite.All"];
  if (isEnough && holdsOneOf(grant.appRoles, own)) return;
  const broad = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
  if (!isAdministrator || !holdsOneOf(grant.appRoles, broad)) throw denied();
}

/** `PATCH /users/{user}`: checks the body against the user, and writes it. */
export function changeUser(call: Call, user: Entity): void {
  const { directory } = call;
  const { passwordProfile, ...values } = userValues(bodyOf(call));
  const all = { ...values, ...(passwordProfile !== undefined && { passwordProfile }) };
  requireChangeRoles(call, user, all);
  for (const name of Object.keys(all)) refuseMastered(user, name, directory);
  if (passwordProfile !== undefined) checkPassword(passwordProfile);
  const { userPrincipalName } = values;
  if (userPrincipalName !== undefined) checkUserName(textOf(userPrincipalName), directory, user);
  const isReset = passwordProfile !== undefined && !isSynchronised(user, directory);
  directory.write(user, {
    ...written(user, values, directory),
    // Documented: the time moves. The password itself is stored nowhere.
    ...(isReset && { lastPasswordChangeDateTime: directory.time }),
  });
}

export const isSynchronised = (entity: Entity, directory: Directory): boolean =>
  directory.value(entity, "onPremisesSyncEnabled") === true;

function refuseMastered(user: Entity, name: string, directory: Directory): void {
  if (isSynchronised(user, directory) && !inCloud.has(name)) throw masteredOnPremises();
  if (isMasteredByExchange(user.object, name)) throw masteredElsewhere();
  // Formerly synchronised (observed).
  const isFormer = directory.value(user, "onPremisesSyncEnabled") === false;
  if (isFormer && name === "onPremisesExtensionAttributes") throw masteredElsewhere();
}

/** A body as it is stored. */
export function written(user: Entity, values: Values, directory: Directory): Values {
  const { employeeOrgData, mail, onPremisesExtensionAttributes, ...rest } = values;
  return {
    ...rest,
    // Documented: a missing half becomes null.
    ...(isObject(employeeOrgData) && {
      employeeOrgData: { division: null, costCenter: null, ...employeeOrgData },
    }),
    ...(employeeOrgData === null && { employeeOrgData }),
    ...(typeof mail === "string" && withMail(user, mail, directory)),
    ...(isObject(onPremisesExtensionAttributes) && {
      onPremisesExtensionAttributes: {
        ...(directory.value(user, "onPremisesExtensionAttributes") as Values | null),
        ...onPremisesExtensionAttributes,
      },
    }),
  };
}

/** Documented: it also becomes an address of the user. Exchange keeps only the addresses. */
function withMail(user: Entity, mail: string, directory: Directory): Values {
  if (user.object) return { mail };
  const others = (directory.value(user, "proxyAddresses") as string[])
    .map((address) => address.replace(/^SMTP:/, "smtp:"))
    .filter((address) => address.toLowerCase() !== `smtp:${mail.toLowerCase()}`);
  return { mail, proxyAddresses: [`SMTP:${mail}`, ...others] };
}

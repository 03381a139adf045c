/**
 * `/users/{id}/authentication`: phones, e-mail addresses and Temporary Access Passes. What is documented, observed and
 * assumed is in the README.
 */
import type { Answer } from "../message.ts";
import { bodyOf, json, named, noContent, type Call, type Handler } from "./call.ts";
import type { Entity } from "./directory.ts";
import {
  alternateNeedsMobile,
  defaultMethod,
  invalidMethodValue,
  invalidPhone,
  methodExists,
  mobileNeeded,
  noOptionsOfMethods,
  noSuchMethod,
  passLifetime,
  passOnlyOnce,
  phoneTypeFixed,
  unknownProperty,
} from "./errors.ts";
import { isObject, textOf, type Json, type Values } from "./json.ts";
import { isHighest, requirePowerOverMethods } from "./privilege.ts";

/** Documented: the same in every tenant. */
const phoneIds: Readonly<Record<string, string>> = {
  mobile: "3179e48a-750b-4051-897c-87b9720928f7",
  alternateMobile: "b6332ec1-7057-4abe-9331-3d72feddfe41",
  office: "e37fc753-ff3b-4958-9484-eaa9425c82bc",
};
/** Observed by HelloID's connector for Entra ID. */
const emailId = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";

/** One kind of method: where it is, and what may be done with it. */
interface Kind {
  collection: string;
  type: string;
  /** The property that only a method of this kind has. */
  mark: string;
  idOf(method: Values): string;
  /** As a reader sees it. */
  shown(method: Values, call: Call): Values;
  /** A new method from a body. `others`: all methods of the user. */
  added(body: Values, others: Values[], call: Call): Values;
  /** A changed one. Absent: it is not changed. */
  changed?(method: Values, body: Values): Values;
  refuseRemoval?(method: Values, others: Values[]): void;
  /** What an answer to its creation has in addition. */
  once?(method: Values): Values;
}

const methodsOf = (user: Entity, { directory }: Call): Values[] => {
  const all = directory.record(user)["authenticationMethods"];
  return Array.isArray(all) ? all.filter(isObject) : [];
};

const isOf = (kind: Kind, method: Values): boolean => method[kind.mark] !== undefined;

function checkNames(body: Values, kind: Kind, names: readonly string[]): void {
  const strange = Object.keys(body).find((name) => !names.includes(name));
  if (strange !== undefined) throw unknownProperty(strange, kind.type);
}

/** Documented: `+{country code} {number}x{extension}`. The service takes it without the space as well, and returns it
 * with one (observed by HelloID's connector). */
function phoneNumber(value: Json | undefined): string {
  const [, country, rest] = /^\+(1|7|\d{2,3}?) ?(\d{4,14}(?:x\d+)?)$/.exec(textOf(value)) ?? [];
  if (country === undefined || rest === undefined) throw invalidPhone();
  return `+${country} ${rest}`;
}

/** Documented: an Authentication Administrator sees masked numbers. The form of the mask is assumed. */
function seenNumber(number: string, call: Call): string {
  if (isHighest(call.grant)) return number;
  return number.replace(/ .*(?=.{2}$)/, (hidden) => ` ${"X".repeat(hidden.length - 1)}`);
}

const phone: Kind = {
  collection: "phoneMethods",
  type: "phoneAuthenticationMethod",
  mark: "phoneType",
  idOf: ({ phoneType }) => phoneIds[textOf(phoneType)] ?? "",
  shown: ({ phoneType = null, phoneNumber: number }, call) => ({
    phoneNumber: seenNumber(textOf(number), call),
    phoneType,
    smsSignInState: phoneType === "mobile" ? "notAllowedByPolicy" : "notSupported",
  }),
  added(body, others) {
    checkNames(body, phone, ["phoneNumber", "phoneType"]);
    const phoneType = textOf(body["phoneType"]);
    if (!Object.hasOwn(phoneIds, phoneType)) throw invalidMethodValue("phoneType");
    const has = (type: string): boolean => others.some((one) => one["phoneType"] === type);
    const number = phoneNumber(body["phoneNumber"]);
    if (has(phoneType)) throw methodExists(phoneType);
    if (phoneType === "alternateMobile" && !has("mobile")) throw mobileNeeded();
    return { phoneType, phoneNumber: number };
  },
  changed(method, body) {
    checkNames(body, phone, ["phoneNumber", "phoneType"]);
    if (body["phoneType"] !== undefined && body["phoneType"] !== method["phoneType"])
      throw phoneTypeFixed();
    return { ...method, phoneNumber: phoneNumber(body["phoneNumber"]) };
  },
  refuseRemoval(method, others) {
    if (method["isDefault"] === true) throw defaultMethod(phone.idOf(method));
    const isNeeded = others.some(({ phoneType }) => phoneType === "alternateMobile");
    if (method["phoneType"] === "mobile" && isNeeded) throw alternateNeedsMobile();
  },
};

/** The form is assumed. */
function emailAddress(body: Values): string {
  checkNames(body, email, ["emailAddress"]);
  const address = textOf(body["emailAddress"]);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) throw invalidMethodValue("emailAddress");
  return address;
}

const email: Kind = {
  collection: "emailMethods",
  type: "emailAuthenticationMethod",
  mark: "emailAddress",
  idOf: () => emailId,
  shown: ({ emailAddress: address = null }) => ({ emailAddress: address }),
  added(body, others) {
    const address = emailAddress(body);
    if (others.some((one) => isOf(email, one))) throw methodExists("email");
    return { emailAddress: address };
  },
  changed: (_method, body) => ({ emailAddress: emailAddress(body) }),
};

/** Why a pass can be used, or not (the values are documented). */
function usability(pass: Values, { directory, now }: Call): string {
  const start = Date.parse(textOf(pass["startDateTime"]));
  if (directory.state.entra?.temporaryAccessPassPolicy?.state === "disabled")
    return "DisabledByPolicy";
  if (pass["isUsableOnce"] === true && pass["isUsed"] === true) return "OneTimeUsed";
  if (start > now) return "NotYetValid";
  return start + Number(pass["lifetimeInMinutes"]) * 60_000 <= now ? "Expired" : "EnabledByPolicy";
}

const pass: Kind = {
  collection: "temporaryAccessPassMethods",
  type: "temporaryAccessPassAuthenticationMethod",
  mark: "temporaryAccessPass",
  idOf: ({ id }) => textOf(id),
  shown(method, call) {
    const { isUsed: _isUsed, id: _id, ...shown } = method;
    const methodUsabilityReason = usability(method, call);
    const isUsable = methodUsabilityReason === "EnabledByPolicy";
    // Its value is returned once (documented).
    return { ...shown, temporaryAccessPass: null, isUsable, methodUsabilityReason };
  },
  added(body, _others, { directory }) {
    checkNames(body, pass, ["lifetimeInMinutes", "isUsableOnce", "startDateTime"]);
    const policy = directory.state.entra?.temporaryAccessPassPolicy;
    const {
      lifetimeInMinutes = 60,
      isUsableOnce = policy?.isUsableOnce ?? false,
      startDateTime = directory.time,
    } = body;
    const minutes = typeof lifetimeInMinutes === "number" ? lifetimeInMinutes : 0;
    if (!Number.isInteger(minutes) || minutes < 10 || minutes > 43_200) throw passLifetime();
    if (typeof isUsableOnce !== "boolean") throw invalidMethodValue("isUsableOnce");
    if (Number.isNaN(Date.parse(textOf(startDateTime)))) throw invalidMethodValue("startDateTime");
    if (policy?.isUsableOnce === true && !isUsableOnce) throw passOnlyOnce();
    const id = directory.newId();
    return {
      id,
      temporaryAccessPass: `T4p+${id.slice(-6)}`,
      createdDateTime: directory.time,
      startDateTime,
      lifetimeInMinutes: minutes,
      isUsableOnce,
    };
  },
  once: ({ temporaryAccessPass = null }) => ({ temporaryAccessPass }),
};

const written = (kind: Kind, method: Values, call: Call): Values => ({
  "@odata.type": `#microsoft.graph.${kind.type}`,
  id: kind.idOf(method),
  ...kind.shown(method, call),
});

/** The one that the path names. */
function namedMethod(kind: Kind, user: Entity, call: Call): Values {
  const id = (call.parameters["method"] ?? "").toLowerCase();
  const found = methodsOf(user, call).find((one) => isOf(kind, one) && kind.idOf(one) === id);
  if (!found) throw noSuchMethod(id);
  return found;
}

const target = (call: Call): Entity => named(call, "user", "user");

function changeable(call: Call): Entity {
  const user = target(call);
  requirePowerOverMethods(user, call);
  return user;
}

const contextOf = ({ root }: Call, user: Entity, { collection }: Kind, end = ""): string =>
  `${root}/$metadata#users('${user.id}')/authentication/${collection}${end}`;

/** Documented: these reads take no options. */
function requireNoOptions({ incoming }: Call): void {
  if (incoming.url.searchParams.size > 0) throw noOptionsOfMethods();
}

function listed(kind: Kind, call: Call): Answer {
  const user = target(call);
  requireNoOptions(call);
  const value = methodsOf(user, call)
    .filter((one) => isOf(kind, one))
    .map((one) => written(kind, one, call));
  return json({ "@odata.context": contextOf(call, user, kind), value });
}

function got(kind: Kind, call: Call): Answer {
  const user = target(call);
  requireNoOptions(call);
  const method = namedMethod(kind, user, call);
  const context = contextOf(call, user, kind, "/$entity");
  return json({ "@odata.context": context, ...written(kind, method, call) });
}

function created(kind: Kind, call: Call): Answer {
  const user = changeable(call);
  const others = methodsOf(user, call);
  const method = kind.added(bodyOf(call), others, call);
  // Documented of passes: the one before is deleted. Of the others there is none.
  const kept = others.filter((one) => !(kind === pass && isOf(pass, one)));
  call.directory.write(user, { authenticationMethods: [...kept, method] });
  const context = contextOf(call, user, kind, "/$entity");
  const value = { ...written(kind, method, call), ...kind.once?.(method) };
  return json({ "@odata.context": context, ...value }, 201);
}

function patched(kind: Kind, call: Call): Answer {
  const user = changeable(call);
  const method = namedMethod(kind, user, call);
  const changed = kind.changed?.(method, bodyOf(call)) ?? method;
  const all = methodsOf(user, call).map((one) => (one === method ? changed : one));
  call.directory.write(user, { authenticationMethods: all });
  return noContent();
}

function removed(kind: Kind, call: Call): Answer {
  const user = changeable(call);
  const method = namedMethod(kind, user, call);
  const others = methodsOf(user, call).filter((one) => one !== method);
  kind.refuseRemoval?.(method, others);
  call.directory.write(user, { authenticationMethods: others });
  return noContent();
}

interface Handlers {
  list: Handler;
  create: Handler;
  get: Handler;
  change: Handler;
  remove: Handler;
}

const handlersOf = (kind: Kind): Handlers => ({
  list: (call) => listed(kind, call),
  create: (call) => created(kind, call),
  get: (call) => got(kind, call),
  change: (call) => patched(kind, call),
  remove: (call) => removed(kind, call),
});

export const phones = handlersOf(phone);
export const emails = handlersOf(email);
export const passes = handlersOf(pass);

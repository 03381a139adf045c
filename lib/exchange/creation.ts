import { Fault, isRefusal } from "../fault.ts";
import type { WhileWaiting } from "../concurrency.ts";
import type { Step } from "../step.ts";
import { textOf, type Parameters } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned, exactlyOne, findRows } from "./client/lookUp.ts";
import { assertNamesFree } from "./freeNames.ts";
import {
  hasNames,
  namedObject,
  nameConflict,
  nameProperties,
  type NamedObject,
} from "./namedObject.ts";
import { maxNamed, nameOf } from "./naming.ts";
import type { ObjectNames } from "./objectNames.ts";
import type { ObjectKind } from "./objectKinds.ts";
import type { ExchangeQuery, ExchangeStep, ExchangeTarget } from "./target.ts";

/** The step that creates an object. It is sent only once: after a failure, `confirmCreated` looks for the object. */
export function creating(
  kind: ObjectKind,
  names: ObjectNames,
  ownerId: string | undefined,
): Step<"exchange", ExchangeTarget> {
  return {
    ...kind.creating(names, ownerId),
    sentence: `Create ${kind.noun} "${names.DisplayName}" <${names.PrimarySmtpAddress}>`,
    before: {},
  };
}

/**
 * The step that sets values of an object. An object that does not exist yet has no ID and is identified by its
 * address.
 */
export function updating(
  kind: ObjectKind,
  object: NamedObject | ObjectNames,
  values: Parameters,
): ExchangeStep {
  const existing = isNamedObject(object) ? object : undefined;
  const name = existing
    ? nameOf(existing)
    : `"${object.DisplayName}" <${object.PrimarySmtpAddress}>`;
  const newName = textOf(values["DisplayName"] ?? values["Name"]);
  return {
    target: "exchange",
    operation: kind.set,
    parameters: {
      Identity: existing?.Guid ?? object.PrimarySmtpAddress,
      ...values,
      ...kind.setting(existing?.RecipientTypeDetails ?? "", values),
    },
    sentence:
      newName === ""
        ? `Set ${Object.keys(values).join(", ")} of ${kind.noun} ${name}`
        : `Rename ${kind.noun} ${name} to "${newName}"`,
    before: existing ? presentValues(existing, Object.keys(values)) : {},
    ...(existing && { isInEffect: hasValues(kind, existing, values) }),
  };
}

/** Whether the object has these values. */
function hasValues(
  kind: ObjectKind,
  { Guid }: NamedObject,
  values: Parameters,
): ExchangeQuery<boolean> {
  const names = Object.keys(values);
  const command = { cmdlet: kind.get, parameters: { Identity: Guid }, select: ["Guid", ...names] };
  return async ({ exchange }) => {
    const row = await exactlyOne(exchange, command, { what: `${kind.noun} ${Guid}`, guid: Guid });
    assertReturned(row, names, `${kind.noun} ${Guid}`);
    return names.every((name) => row[name] === values[name]);
  };
}

function isNamedObject(object: NamedObject | ObjectNames): object is NamedObject {
  return "Guid" in object;
}

function presentValues(object: NamedObject, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => object[name] !== undefined).map((name) => [name, object[name]]),
  );
}

/** An object that was, or may have been, created. */
export interface NewObject {
  kind: ObjectKind;
  names: ObjectNames;
  alsoRead: readonly string[];
  /** Throws a fault when the object that was found is not the new object. */
  check(object: NamedObject): void;
  whileWaiting: WhileWaiting;
}

/** The new object, when look-ups find it. Throws an `invalid` fault when another object has its address. */
export function createdObject(created: NewObject): ExchangeQuery<NamedObject> {
  return ({ exchange }) =>
    exchange.eventually(() => lookUp(created, exchange), {
      what: describedObject(created),
      whileWaiting: created.whileWaiting,
    });
}

function describedObject({ kind, names }: NewObject): string {
  return `The ${kind.noun} ${names.PrimarySmtpAddress}`;
}

/** Looks up the object by its address, which is indexed and unique. */
async function lookUp(
  { kind, names, alsoRead, check }: NewObject,
  exchange: Exchange,
): Promise<NamedObject | undefined> {
  const rows = await findRows(exchange, {
    cmdlet: kind.get,
    parameters: { Identity: names.PrimarySmtpAddress },
    select: [...nameProperties, ...alsoRead],
  });
  const objects = rows.map((row) => namedObject(row, kind.noun));
  const [object, ...others] = objects;
  if (!object) return undefined;
  if (others.length > 0 || !hasNames(names, object, kind))
    throw nameConflict(names, objects.slice(0, maxNamed));
  check(object);
  return object;
}

/** How long to look for an object that may not exist. Microsoft's directories take seconds, rarely a minute. */
const confirmationMs = 30_000;

/**
 * Determines whether an object was created although its step failed: no answer arrived, or its names are taken,
 * perhaps by the object itself, created a moment ago. Looks for the object and never creates it again. Throws the
 * fault to report when the object is not found.
 */
export function confirmCreated(
  created: NewObject,
  fault: Fault,
): ExchangeQuery<"done" | "alreadySo"> {
  const isTaken = fault.kind === "taken";
  return async ({ exchange }) => {
    if (!isTaken && isRefusal(fault)) throw fault;
    const look = async (): Promise<true | undefined> => {
      if (await lookUp(created, exchange)) return true;
      if (isTaken) await assertNamesFree(created.names, created.kind)({ exchange });
      return undefined;
    };
    try {
      await exchange.eventually(look, {
        what: describedObject(created),
        maxMs: confirmationMs,
        whileWaiting: created.whileWaiting,
      });
    } catch (thrown) {
      throw notConfirmed(fault, Fault.of(thrown));
    }
    return isTaken ? "alreadySo" : "done";
  };
}

function notConfirmed(fault: Fault, why: Fault): Fault {
  // The names belong to another object, so this object was not created.
  if (why.kind === "invalid" || why.kind === "ambiguous") return why;
  const next =
    fault.kind === "taken"
      ? "If it was created a moment ago, the next run finds and completes it."
      : "If it was created, the next run finds and completes it; if not, the next run creates it.";
  return new Fault({
    kind: fault.kind,
    message: `${fault.message} ${why.message} ${next}`,
    cause: fault,
    requestId: fault.requestId,
  });
}

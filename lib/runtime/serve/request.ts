/** One event as it is sent to the service: with an id for its answer, and the action that it is for. */
import { inAscii } from "../../host/output.ts";
import { memberAt, plainText } from "../../host/members.ts";
import { optionalReferenceIn } from "../../host/action.ts";
import { Unusable } from "../../host/schemaContract.ts";
import { isRecord } from "../../record.ts";
import { documentIn } from "../stdin.ts";

export interface Request {
  id: string;
  /** Path of the action, such as `lifecycle/create`. */
  action: string;
  /** What the bundle of the action would read from stdin. */
  event: Readonly<Record<string, unknown>>;
}

/** A request that cannot be used, with its id as far as it can be read. */
export interface Refusal {
  id: string | null;
  faults: string[];
}

const maxIdLength = 200;
const wantedForm = 'expected {"id": "...", "action": "lifecycle/create", "event": {...}}';

/** Reads a line of JSON. `source` names it in messages. */
export function requestIn(bytes: Buffer, source: string): Request | Refusal {
  let document: unknown;
  try {
    document = documentIn(bytes, source);
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    return {
      id: null,
      faults: thrown.faults.map((fault) => `${fault} The service ${wantedForm}.`),
    };
  }
  const { id, action, event } = document as Record<string, unknown>;
  const isId = typeof id === "string" && id.trim() !== "" && id.length <= maxIdLength;
  const faults = [
    isId ? [] : [`id is not a text of 1 to ${maxIdLength} characters; ${wantedForm}.`],
    typeof action === "string" ? [] : [`action is not a text; ${wantedForm}.`],
    isRecord(event) ? [] : [`event is not an object; ${wantedForm}.`],
  ].flat();
  if (isId && typeof action === "string" && isRecord(event)) return { id, action, event };
  return { id: isId ? id : null, faults };
}

/** An id as JSON in ASCII. */
export function idText(id: string | null): string {
  return inAscii(JSON.stringify(id));
}

/**
 * Events with the same text are carried out one after the other, in the order of their arrival: those of one account,
 * those that create an account for one person, and those of one list of resources. Undefined: the event waits for no
 * other, because it only reads.
 */
export function orderOf({ action, event }: Request): string | undefined {
  const tenant = textAt(event, ["configuration", "tenantid"]);
  const whose = accountOf(event) ?? personOf(event);
  if (whose !== undefined) return `${tenant} ${whose}`;
  return action.startsWith("resources/") ? `${tenant} ${action}` : undefined;
}

function accountOf(event: Request["event"]): string | undefined {
  const account = memberAt(event, ["actioncontext", "references", "account"]);
  const isReference = typeof account === "string" || isRecord(account);
  const reference = isReference ? optionalReferenceIn(account) : undefined;
  return reference === undefined ? undefined : `account ${reference.toLowerCase()}`;
}

/** The value by which the platform looks up the account of a person, or else the person's own id. */
function personOf(event: Request["event"]): string | undefined {
  const correlation = ["personfieldvalue", "accountfieldvalue"].map((name) =>
    textAt(event, ["correlationconfiguration", name]),
  );
  const person = plainText(memberAt(event, ["personcontext", "person", "personid"]));
  const value = [...correlation, person.toLowerCase()].find((text) => text !== "");
  return value === undefined ? undefined : `person ${value}`;
}

function textAt(event: Request["event"], path: readonly string[]): string {
  return plainText(memberAt(event, ["actioncontext", ...path])).toLowerCase();
}

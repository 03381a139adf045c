import { Fault, type FaultKind } from "../../fault.ts";
import type { Command } from "./command.ts";
import { textOf, type Row } from "./encoding.ts";
import type { Exchange } from "./exchange.ts";

/** The rows that a look-up finds; none when it fails with one of the kinds in `meaningNone`. */
export async function findRows(
  exchange: Exchange,
  command: Command,
  meaningNone: readonly FaultKind[] = ["missing"],
): Promise<Row[]> {
  try {
    return (await exchange.invoke(command)).rows;
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (!meaningNone.includes(fault.kind)) throw fault;
    return [];
  }
}

/** One object that a command requests by name. */
export interface Wanted {
  /** The requested object, for messages: `mailbox <guid>`. */
  what: string;
  /** The Guid that the row must have. Many Get- cmdlets return every object for an identity they do not understand. */
  guid?: string;
  /** The fault for no object. `cause`: the service's `missing` fault; undefined when it returned no rows. */
  none?(cause: Fault | undefined): Fault | Promise<Fault>;
  /** The fault for several objects. */
  several?(rows: readonly Row[]): Fault;
}

/**
 * The one row that a command returns. Throws an `unexpected` fault for any other answer, unless `wanted` has a fault
 * for it.
 */
export async function exactlyOne(
  exchange: Exchange,
  command: Command,
  wanted: Wanted,
): Promise<Row> {
  const { rows } = await exchange.invoke(command).catch(async (thrown: unknown) => {
    const fault = Fault.of(thrown);
    throw fault.kind === "missing" && wanted.none ? await wanted.none(fault) : fault;
  });
  const [row, ...others] = rows;
  if (!row && wanted.none) throw await wanted.none(undefined);
  if (!row || others.length > 0) {
    throw wanted.several && row ? wanted.several(rows) : notOne(rows.length, wanted);
  }
  if (wanted.guid !== undefined && !hasGuid(wanted.guid)(row)) throw anotherOne(row, wanted);
  return row;
}

function notOne(count: number, { what }: Wanted): Fault {
  return new Fault({
    kind: "unexpected",
    message: `Exchange Online returned ${count} results for ${what}; expected one.`,
  });
}

function anotherOne(row: Row, { what }: Wanted): Fault {
  const guid = textOf(row["Guid"]);
  return new Fault({
    kind: "unexpected",
    message: `Exchange Online returned ${guid === "" ? "an object without a Guid" : `object ${guid}`} for ${what}.`,
  });
}

/**
 * Whether a filter that includes this Guid found the object. Throws an `unexpected` fault for a row without a Guid: it
 * is neither the object nor a proof that there is none.
 */
export function isAmong(id: string, rows: readonly Row[]): boolean {
  if (rows.some((row) => row["Guid"] === undefined))
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online returned an object without a Guid for ${id}.`,
    });
  return rows.some(hasGuid(id));
}

/** Throws an `unexpected` fault when a row lacks a requested property: an absent property never means "no". */
export function assertReturned(row: Row, properties: readonly string[], what: string): void {
  const absent = properties.filter((name) => row[name] === undefined);
  if (absent.length > 0)
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return ${absent.join(", ")} of ${what}.`,
    });
}

/** A `missing` fault in plain words: the service's own text mentions a domain controller. */
export function doesNotExist(
  what: string,
  cause: Fault | undefined,
  { isProven = false }: { isProven?: boolean } = {},
): Fault {
  return new Fault({
    kind: "missing",
    isProven,
    message: `${what} does not exist.`,
    cause,
    requestId: cause?.requestId,
  });
}

/** Whether a row is the object with this Guid: the service may return others too. */
export function hasGuid(id: string): (row: Row) => boolean {
  return (row) => textOf(row["Guid"]).toLowerCase() === id.toLowerCase();
}

import { Fault } from "../../fault.ts";
import type { Command } from "./command.ts";
import { textOf, type Row } from "./encoding.ts";
import type { Exchange } from "./exchange.ts";

/** What a look-up finds; no rows when the service says that there is no such thing. */
export async function findRows(exchange: Exchange, command: Command): Promise<Row[]> {
  try {
    return (await exchange.invoke(command)).rows;
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    return [];
  }
}

/** Whether a row is of the object with this Guid: the service may answer with others as well. */
export function hasGuid(id: string): (row: Row) => boolean {
  return (row) => textOf(row["Guid"]).toLowerCase() === id.toLowerCase();
}

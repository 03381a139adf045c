import type { Entry } from "../../test/emulator/journal.ts";
import type { Terminal } from "./terminal.ts";

const columns = { cmdlet: 36, object: 40, status: 4, ms: 8 };

/** A request to the emulator as a line: time, cmdlet, object, status, milliseconds and the fault that struck. */
export function requestLine(entry: Entry, terminal: Pick<Terminal, "styled">): string {
  const { at, status, ms = 0, fault } = entry;
  const answer = `${status ?? "cut"}`.padStart(columns.status);
  const style = styleOf(status);
  return [
    terminal.styled("dim", at.slice(11, 19)),
    whatOf(entry).padEnd(columns.cmdlet),
    cut(objectOf(entry), columns.object).padEnd(columns.object),
    terminal.styled(style, answer),
    `${ms} ms`.padStart(columns.ms),
    fault === undefined ? "" : terminal.styled(style, fault),
  ]
    .join("  ")
    .trimEnd();
}

function whatOf({ side, cmdlet, operation, method, path, page }: Entry): string {
  if (side === "login") return "token";
  return (cmdlet ?? operation ?? `${method} ${path}`) + (page > 1 ? ` page ${page}` : "");
}

/** What a request is about: its object, the condition of its search, or the commands of a batch. */
function objectOf({ side, path, query, parameters = {}, items }: Entry): string {
  if (items !== undefined) return `${items.length} ${side === "graph" ? "requests" : "commands"}`;
  if (side === "graph") return oneLine(path.replace(/^\/v1\.0/i, "") + decodedQuery(query));
  const named = ["Identity", "Filter", "Name", "client_id"].find((name) => name in parameters);
  const value = named === undefined ? "" : parameters[named];
  return typeof value === "string" ? oneLine(value) : JSON.stringify(value);
}

function decodedQuery(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

function styleOf(status: number | null): "green" | "yellow" | "red" {
  if (status === null || status >= 500) return "red";
  return status >= 400 ? "yellow" : "green";
}

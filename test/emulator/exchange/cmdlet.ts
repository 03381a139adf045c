/** What a cmdlet is in this emulator, and what all Get- cmdlets of recipients share. */
import { ambiguous, notFound, notImplemented } from "./errors.ts";
import { compileFilter } from "./opath.ts";
import type { Grant } from "../entra/login.ts";
import type { BoundParameters } from "./parameters.ts";
import { rows, type Value } from "../properties.ts";
import type { DirectoryObject } from "../state.ts";
import { fold, type Store } from "../store.ts";

export interface Call {
  parameters: BoundParameters;
  store: Store;
  /** The emulator's clock, in milliseconds since 1970. */
  now: number;
  /** What the token allows. */
  grant: Grant;
}

/**
 * What a cmdlet returns. Items become rows one page at a time, so that a list of 100,000 costs only
 * its page.
 */
export interface Outcome<Item = never> {
  items: readonly unknown[];
  /**
   * How an item reads, trimmed to the lower-case names in `wanted` when the request has `$select`.
   */
  rows: (wanted: Set<string> | undefined) => (item: Item) => Record<string, Value>;
  /** Shown with the last page. */
  warnings: string[];
}

export interface Cmdlet {
  name: string;
  /** Whether it changes anything; a read-only role may not run it. */
  writes: boolean;
  /**
   * The parameters that have an effect here. Any other documented one is refused, so that nothing
   * is silently ignored.
   */
  honours: readonly string[];
  run(call: Call): Outcome;
}

export const nothing = (warnings: string[] = []): Outcome<DirectoryObject> => ({
  items: [],
  rows: () => () => ({}),
  warnings,
});

export function refuseUnhonoured(cmdlet: Cmdlet, parameters: BoundParameters): void {
  for (const [name, value] of Object.entries(parameters)) {
    // A switch that is off, and Confirm, which the protocol handles, need no cmdlet.
    if (name === "Confirm" || value === false || cmdlet.honours.includes(name)) continue;
    throw notImplemented(`parameter '${name}' of ${cmdlet.name}`);
  }
}

/** The one object that a changing cmdlet works on. */
export function theOne(
  store: Store,
  identity: unknown,
  within: (object: DirectoryObject) => boolean,
): DirectoryObject {
  const found = store.find(String(identity)).filter(within);
  const [first] = found;
  if (!first) throw notFound(String(identity));
  if (found.length > 1) throw ambiguous(String(identity), store.state.behaviour.ambiguity);
  return first;
}

/**
 * Writes the values that differ, and `beside` only together with them. When nothing differs, a
 * warning reports it (observed; the form of the name in it is assumed).
 */
export function write(
  store: Store,
  object: DirectoryObject,
  values: Record<string, Value>,
  beside: Record<string, Value> = {},
): Outcome {
  const changed = Object.entries(values).filter(
    ([name, value]) => !same(store.property(object, name), value),
  );
  if (changed.length === 0)
    return nothing([
      "The command completed successfully but no settings of " +
        `'${String(store.property(object, "DistinguishedName"))}' have been modified.`,
    ]);
  store.change(object, { ...Object.fromEntries(changed), ...beside });
  return nothing();
}

/** Exact, since a change of case alone is a change; but lists have no order in a directory. */
function same(before: Value, after: Value): boolean {
  const comparable = (value: Value): string =>
    JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return comparable(before) === comparable(after);
}

const moreResults =
  "There are more results available than are currently displayed. To view them, increase the " +
  "value for the ResultSize parameter.";

/**
 * Identity, Filter, SortBy and ResultSize of a recipient-reading cmdlet. A null or empty Identity
 * selects everything: documented, and the reason why a client must never send one.
 */
export function list(
  cmdlet: keyof typeof rows,
  call: Call,
  within: (object: DirectoryObject) => boolean,
): Outcome<DirectoryObject> {
  const { parameters, store } = call;
  const identity = parameters["Identity"];
  const { Filter: text } = parameters;
  let found: DirectoryObject[] | undefined;
  if (typeof identity === "string" && identity !== "") {
    found = store.find(identity).filter(within);
    if (found.length === 0) throw notFound(identity);
    if (found.length > 1 && store.state.behaviour.ambiguousRead === "refuse")
      throw ambiguous(identity, store.state.behaviour.ambiguity);
  }
  // An empty Filter counts as no filter (assumed).
  const filter =
    typeof text === "string" && text !== "" ? compileFilter(text, cmdlet, store) : undefined;
  found ??= objectsAmong(filter?.among, store).filter(within);
  if (filter) found = found.filter((object) => filter.matches(object));
  const sortBy = parameters["SortBy"] ?? parameters["Sortby"];
  if (typeof sortBy === "string")
    found = sorted(found, (object) => fold(String(store.property(object, sortBy) ?? "")));
  return { ...upTo(found, parameters), rows: objectRows(cmdlet, store) };
}

/** In the order of the directory. */
function objectsAmong(
  among: ReadonlySet<DirectoryObject> | undefined,
  { objects }: Store,
): readonly DirectoryObject[] {
  if (!among) return objects;
  return among.size > 1 ? objects.filter((object) => among.has(object)) : [...among];
}

/** As many as ResultSize allows, and the warning when there are more. */
export function upTo<Item>(
  found: readonly Item[],
  { ResultSize: size = 1000 }: BoundParameters,
): { items: readonly Item[]; warnings: string[] } {
  const limit = size === "Unlimited" ? Infinity : Number(size);
  return found.length > limit
    ? { items: found.slice(0, limit), warnings: [moreResults] }
    : { items: found, warnings: [] };
}

/** Rows of objects, with the cmdlet's documented properties. */
export const objectRows =
  (cmdlet: keyof typeof rows, store: Store): Outcome<DirectoryObject>["rows"] =>
  (wanted) => {
    const names = wanted
      ? rows[cmdlet].filter((name) => wanted.has(name.toLowerCase()))
      : rows[cmdlet];
    return (object) => store.row(object, names);
  };

/** Rows that are already complete. */
export const madeRows =
  <Item>(make: (item: Item) => Record<string, Value>): Outcome<Item>["rows"] =>
  (wanted) =>
  (item) =>
    wanted
      ? Object.fromEntries(
          Object.entries(make(item)).filter(([name]) => wanted.has(name.toLowerCase())),
        )
      : make(item);

function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => Number(a.key > b.key) - Number(a.key < b.key));
  return keyed.map(({ item }) => item);
}

/** The requested types, or undefined when the parameter is absent. */
export function typesAskedFor(parameters: BoundParameters): Set<string> | undefined {
  const types = parameters["RecipientTypeDetails"];
  return Array.isArray(types) && types.length > 0 ? new Set(types) : undefined;
}

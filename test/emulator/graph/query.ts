/** The query options of a read, and the rows it returns. */
import { answerOf, type Answer } from "../message.ts";
import { json, type Call } from "./call.ts";
import type { Seen } from "./directory.ts";
import {
  badRequest,
  countUnsupported,
  invalidPageSize,
  notImplemented,
  notSortable,
  searchUnsupported,
  unknownProperty,
} from "./errors.ts";
import { testOf } from "./filter.ts";
import { textOf, type Json } from "./json.ts";
import { isElsewhere, propertiesOf, propertyOf, usualNames, type Kind } from "./properties.ts";

const options = [
  "$select",
  "$top",
  "$filter",
  "$count",
  "$orderby",
  "$search",
  "$expand",
  "$skip",
  "$skiptoken",
];

/** The options of a request by name, with or without their dollar sign (documented). */
function optionsOf({ incoming }: Call): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of incoming.url.searchParams) {
    const option = name.startsWith("$") ? name : `$${name}`;
    if (!options.includes(option)) throw notImplemented(`query option '${name}'`);
    if (option === "$expand") throw notImplemented("$expand");
    // Documented: the directory pages with tokens only. The text is assumed.
    if (option === "$skip") throw badRequest("'$skip' is not supported by the service.");
    found.set(option, value);
  }
  return found;
}

const isEventual = ({ incoming }: Call): boolean =>
  incoming.headers["consistencylevel"]?.toLowerCase() === "eventual";

/** Which properties a read returns: those of `$select`, or the usual ones. */
function selected(select: string | undefined, kind: Kind, isSingle: boolean): string[] {
  if (select === undefined) return usualNames(kind);
  // Observed of `*`: what the directory itself has.
  if (select === "*") return Object.keys(propertiesOf(kind));
  return select.split(",").map((one) => {
    const name = one.trim();
    const known = Object.keys(propertiesOf(kind)).find(
      (other) => other.toLowerCase() === name.toLowerCase(),
    );
    if (known !== undefined) return known;
    if (isElsewhere(kind, name))
      throw notImplemented(`$select of '${name}'${isSingle ? "" : " in a list"}`);
    throw unknownProperty(name, kind);
  });
}

const rowOf = (object: Seen, names: readonly string[]): Record<string, Json> =>
  Object.fromEntries(names.map((name) => [name, object.value(name)]));

const sets: Readonly<Record<Kind, string>> = {
  user: "users",
  group: "groups",
  orgContact: "contacts",
};

/** One object, with its context. */
export function single(call: Call, object: Seen, status = 200): Answer {
  const { kind, id } = object;
  const query = optionsOf(call);
  const select = query.get("$select");
  for (const name of query.keys())
    if (name !== "$select") throw notImplemented(`'${name}' of a single object`);
  const names = selected(select, kind, true);
  const set = sets[kind];
  const chosen = select === undefined ? "" : `(${select})`;
  const tip =
    "This request only returns a subset of the resource's properties. Your app will need to use $select to " +
    "return non-default properties. To find out what other properties are available for this resource see " +
    `https://learn.microsoft.com/graph/api/resources/${kind}`;
  return json(
    {
      "@odata.context": `${call.root}/$metadata#${set}${chosen}/$entity`,
      // Documented, for reads; the text is assumed.
      ...(select === undefined &&
        call.incoming.method === "GET" && { "@microsoft.graph.tips": tip }),
      ...rowOf(object, names),
    },
    status,
    status === 201 ? { Location: `${call.root}/${set}/${id}` } : {},
  );
}

/** One object of any kind: its type is part of the row. */
export function singleObject(call: Call, object: Seen): Answer {
  const names = selected(optionsOf(call).get("$select"), object.kind, true);
  return json({
    "@odata.context": `${call.root}/$metadata#directoryObjects/$entity`,
    "@odata.type": `#microsoft.graph.${object.kind}`,
    ...rowOf(object, names),
  });
}

/** A page of users or groups. */
export function list(call: Call, kind: Kind, all: () => readonly Seen[]): Answer {
  const query = optionsOf(call);
  const names = selected(query.get("$select"), kind, false);
  const select = query.get("$select");
  return paged(call, query, {
    context: `${sets[kind]}${select === undefined ? "" : `(${select})`}`,
    rows: () => sorted(filtered(all(), kind, call, query), kind, call, query),
    row: (object) => rowOf(object, names),
  });
}

/** A page of objects of several kinds. Each row names its type. */
export function listObjects(call: Call, all: () => readonly Seen[]): Answer {
  const query = optionsOf(call);
  for (const name of ["$filter", "$orderby", "$search"])
    if (query.has(name)) throw notImplemented(`'${name}' of objects of several kinds`);
  const select = query.get("$select");
  return paged(call, query, {
    context: `directoryObjects${select === undefined ? "" : `(${select})`}`,
    rows: all,
    row: (object) => ({
      "@odata.type": `#microsoft.graph.${object.kind}`,
      ...rowOf(object, selectedOfAny(select, object.kind)),
    }),
  });
}

/** Among objects of several kinds, a property that this one does not have is left out (observed). */
function selectedOfAny(select: string | undefined, kind: Kind): string[] {
  if (select === undefined) return usualNames(kind);
  const names = select.split(",").map((name) => name.trim());
  const isKnown = (name: string, one: Kind): boolean =>
    propertyOf(one, name) !== undefined || isElsewhere(one, name);
  const strange = names.find((name) => !isKnown(name, "user") && !isKnown(name, "group"));
  if (strange !== undefined) throw unknownProperty(strange, "directoryObject");
  return names.filter((name) => propertyOf(kind, name) !== undefined);
}

/** The number of objects, as text. */
export function counted(call: Call, kind: Kind, all: () => readonly Seen[]): Answer {
  if (!isEventual(call)) throw countUnsupported();
  const count = filtered(all(), kind, call, optionsOf(call), true).length;
  return answerOf(200, { "Content-Type": "text/plain" }, String(count));
}

function filtered(
  objects: readonly Seen[],
  kind: Kind,
  call: Call,
  query: ReadonlyMap<string, string>,
  isCounted = query.get("$count") === "true",
): readonly Seen[] {
  if (query.has("$search")) {
    if (!isEventual(call)) throw searchUnsupported();
    throw notImplemented("$search");
  }
  const filter = query.get("$filter");
  if (filter === undefined) return objects;
  const test = testOf(filter, kind, isEventual(call) && isCounted);
  return objects.filter(test);
}

/** Plain for two properties of a list without a filter (documented); the rest needs the advanced form. */
function sorted(
  objects: readonly Seen[],
  kind: Kind,
  call: Call,
  query: ReadonlyMap<string, string>,
): readonly Seen[] {
  const order = query.get("$orderby");
  if (order === undefined) return objects;
  const [name = "", direction = "asc"] = order.trim().split(/\s+/);
  if (!propertyOf(kind, name)) throw unknownProperty(name, kind);
  if (!["displayName", "userPrincipalName"].includes(name))
    throw notImplemented(`$orderby '${order}'`);
  const isAdvanced = isEventual(call) && query.get("$count") === "true";
  if (query.has("$filter") && !isAdvanced) throw notSortable();
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  const collator = new Intl.Collator("en");
  const text = (object: Seen): string => textOf(object.value(name));
  return [...objects].sort((one, other) => sign * collator.compare(text(one), text(other)));
}

interface Listing {
  /** What the context names after the `#`. */
  context: string;
  rows: () => readonly Seen[];
  row: (object: Seen) => Record<string, Json>;
}

function paged(
  call: Call,
  query: ReadonlyMap<string, string>,
  { context, rows, row }: Listing,
): Answer {
  const { pages, now, incoming } = call;
  const size = sizeOf(query.get("$top"));
  const token = query.get("$skiptoken");
  const link = withoutToken(incoming.url);
  // The header is needed on every page (documented); that a page without it is refused is assumed.
  const request = `${link} ${isEventual(call) ? "eventual" : ""}`;
  const all = token === undefined ? rows() : [];
  const page =
    token === undefined
      ? pages.first(all, request, size, now)
      : pages.continued(token, request, size, now);
  // Without the header `$count=true` is ignored (documented).
  const isCounted = token === undefined && query.get("$count") === "true" && isEventual(call);
  return json({
    "@odata.context": `${call.root}/$metadata#${context}`,
    ...(isCounted && { "@odata.count": all.length }),
    ...(page.next !== undefined && {
      "@odata.nextLink": `${call.root}${link}$skiptoken=${page.next}`,
    }),
    value: page.rows.map(row),
  });
}

/** The path and the options, ready for a token. */
function withoutToken({ pathname, searchParams }: URL): string {
  const rest = [...searchParams]
    .filter(([name]) => !/^\$?skiptoken$/i.test(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}&`);
  return `${pathname.replace(/^\/v1\.0/i, "")}?${rest.join("")}`;
}

function sizeOf(top: string | undefined): number {
  if (top === undefined) return 100;
  const size = /^\d+$/.test(top) ? Number(top) : 0;
  if (size < 1 || size > 999) throw invalidPageSize(top);
  return size;
}

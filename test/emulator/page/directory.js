import { ask } from "./control.js";
import { byId, element, shown } from "./elements.js";

/** @typedef {import("../view.ts").Details} Details */
/** @typedef {import("../view.ts").Reference} Reference */
/** @typedef {import("../view.ts").Summary} Summary */

const text = /** @type {HTMLInputElement} */ (byId("text"));
const kind = /** @type {HTMLSelectElement} */ (byId("kind"));
const heading = byId("object-title");

/** What the details show, as JSON: they are drawn again only when it is different. */
let drawn = "";
let found = "";

export function startDirectory() {
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", () => void shown(search));
  kind.addEventListener("change", () => void shown(search));
  window.addEventListener("hashchange", () => void shown(open));
}

/** Reads the list and the chosen object again. */
export async function refreshDirectory() {
  await search();
  await showChosen();
}

async function search() {
  const wanted = new URLSearchParams({ search: text.value });
  if (kind.value !== "") wanted.set("kind", kind.value);
  /** @type {{ count: number, objects: Summary[] }} */
  const { count, objects } = await ask(`objects?${wanted}`);
  // Another search may have begun since.
  if (wanted.get("search") !== text.value) return;
  const shownNow = JSON.stringify([count, objects, chosen()]);
  if (found === shownNow) return;
  found = shownNow;
  byId("found").textContent =
    count > objects.length ? `${objects.length} of ${count} objects` : counted(count);
  byId("objects").replaceChildren(...objects.map(itemFor));
}

/** @param {number} count */
function counted(count) {
  return count === 1 ? "1 object" : `${count} objects`;
}

/** @param {Summary} object */
function itemFor(object) {
  const link = element(
    "a",
    { href: `#${object.guid}` },
    element("strong", {}, object.name),
    element("span", { class: "dim" }, object.address ?? ""),
    element("span", { class: "type" }, object.isDeleted ? `${object.type}, deleted` : object.type),
  );
  if (object.guid === chosen()) link.setAttribute("aria-current", "true");
  return element("li", {}, link);
}

/** The GUID of the chosen object; it is in the address, so that the browser's own history works. */
function chosen() {
  return location.hash.slice(1);
}

async function open() {
  await showChosen();
  await search();
  heading.focus();
}

async function showChosen() {
  if (chosen() === "") return;
  /** @type {Details} */
  const details = await ask(`object?guid=${encodeURIComponent(chosen())}`);
  const json = JSON.stringify(details);
  if (json === drawn) return;
  drawn = json;
  heading.textContent = details.name;
  byId("details").replaceChildren(...partsOf(details));
}

/** @param {Details} details */
function partsOf(details) {
  const { type, address, isDeleted, settings, properties } = details;
  const inSettings = Object.values(settings).flatMap(Object.keys);
  const elsewhere = ["DisplayName", "RecipientTypeDetails", "Members", "GrantSendOnBehalfTo"];
  const others = Object.entries(properties).filter(
    ([name]) => !inSettings.includes(name) && !elsewhere.includes(name),
  );
  return [
    element(
      "p",
      { class: "dim" },
      [type, isDeleted && "deleted", address].filter(Boolean).join(", "),
    ),
    ...Object.entries(details.rights).map(([right, trustees]) => section(right, listOf(trustees))),
    ...(details.calendar.length > 0 ? [section("Calendar rights", calendarOf(details))] : []),
    section("Member of", listOf(details.memberOf)),
    ...("Members" in properties ? [section("Members", listOf(details.members))] : []),
    ...Object.entries(settings).map(([title, values]) =>
      section(title, valuesOf(Object.entries(values))),
    ),
    section("Properties", valuesOf(others)),
  ];
}

/**
 * @param {string} title
 * @param {Node} content
 */
function section(title, content) {
  return element("div", { class: "part" }, element("h3", {}, title), content);
}

/** @param {readonly Reference[]} references */
function listOf(references) {
  if (references.length === 0) return element("p", { class: "dim" }, "none");
  return element("ul", {}, ...references.map((one) => element("li", {}, linkTo(one))));
}

/** @param {Reference} reference */
function linkTo({ guid, name, address }) {
  const label = guid === undefined ? name : element("a", { href: `#${guid}` }, name);
  if (address === undefined) return element("span", {}, label);
  return element("span", {}, label, " ", element("span", { class: "dim" }, address));
}

/** @param {Details} details */
function calendarOf({ calendar }) {
  const items = calendar.map(({ user, rights }) =>
    element("li", {}, linkTo(user), `: ${rights.join(", ")}`),
  );
  return element("ul", {}, ...items);
}

/** @param {[string, unknown][]} values */
function valuesOf(values) {
  const pairs = values.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, valueText(value)),
  ]);
  return element("dl", {}, ...pairs);
}

/** @param {unknown} value */
function valueText(value) {
  if (value === null || value === "") return "not set";
  return Array.isArray(value) ? value.join("\n") || "none" : String(value);
}

import { ask } from "./control.js";
import { byId, element } from "./elements.js";

/** @typedef {import("../journal.ts").Entry} Entry */

/** More would slow the page down; the journal has all. */
const most = 200;

let last = 0;

/** Shows the requests since the last time; the result is whether there were any. */
export async function refreshRequests() {
  /** @type {{ last: number, requests: Entry[] }} */
  const answer = await ask(`requests?after=${last}`);
  if (answer.last === last) return false;
  // A lower number: another emulator has taken the port.
  if (answer.last < last) clearRequests();
  last = answer.last;
  const list = byId("entries");
  const items = answer.requests.slice(-most).reverse().map(itemFor);
  list.prepend(...items);
  while (list.children.length > most) list.lastElementChild?.remove();
  const latest = answer.requests.at(-1);
  if (latest) byId("latest").textContent = `${last} so far. The latest: ${sentenceOf(latest)}`;
  return true;
}

export function clearRequests() {
  byId("entries").replaceChildren();
  byId("latest").textContent = "None since the reset.";
}

/** @param {Entry} entry */
function itemFor(entry) {
  const { at, status, ms, fault, parameters = {}, items } = entry;
  const summary = element(
    "summary",
    {},
    element("time", { datetime: at, class: "dim" }, at.slice(11, 19)),
    element("span", { class: "cmdlet" }, nameOf(entry)),
    element("span", { class: `status ${gradeOf(status)}` }, String(status ?? "cut")),
    element("span", { class: "dim" }, `${ms ?? 0} ms`),
    ...(fault === undefined ? [] : [element("span", { class: "fault" }, fault)]),
    element("span", { class: "about" }, aboutOf(entry)),
  );
  const whole = items === undefined ? parameters : items;
  const code = element("pre", { tabindex: "0" }, JSON.stringify(whole, undefined, 2));
  return element("li", {}, element("details", {}, summary, code));
}

/** @param {Entry} entry */
function sentenceOf(entry) {
  const { status, fault } = entry;
  const answer = status === null ? "no answer" : `status ${status}`;
  return `${nameOf(entry)}, ${answer}${fault === undefined ? "" : `, fault ${fault}`}.`;
}

/** @param {Entry} entry */
function nameOf({ side, cmdlet, operation, method, path, page }) {
  if (side === "login") return "token";
  return (cmdlet ?? operation ?? `${method} ${path}`) + (page > 1 ? `, page ${page}` : "");
}

/** @param {Entry} entry */
function aboutOf({ side, path, query, parameters = {}, items }) {
  if (items !== undefined) return `${items.length} ${side === "graph" ? "requests" : "commands"}`;
  if (side === "graph") return path + query;
  const name = ["Identity", "Filter", "Name"].find((one) => one in parameters);
  return name === undefined ? "" : String(parameters[name]);
}

/** @param {number | null} status */
function gradeOf(status) {
  if (status === null || status >= 500) return "bad";
  return status >= 400 ? "doubtful" : "good";
}

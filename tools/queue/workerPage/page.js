/** Shows the status of the queue, and again every few seconds. The secret stays in this page. */

/** @typedef {{ tenant: string; waiting: number; running: number; retrying: number; completed: number; blocked: number;
 *   behindBlocked: number; lastMinute: number; oldestSeconds: number; heldSeconds: number; atOnce: number;
 *   perMinute: number | null }} Tenant */
/** @typedef {{ id: string; tenant: string; action: string; since: string; attempts: number; behind: number;
 *   outcome?: string; messages: string[]; plan: string[] }} Blocked */
/** @typedef {{ version: string; tenants: Tenant[]; blocked: Blocked[] }} Status */

const everyMs = 5_000;
let secret = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/**
 * A new element. Children that are strings become text, never markup: names are hostile.
 * @param {string} name
 * @param {(Node | string)[]} children
 */
function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

/** @param {string} className @param {HTMLElement} made */
function styled(className, made) {
  made.className = className;
  return made;
}

/** @param {number} seconds */
function age(seconds) {
  if (seconds < 1) return "";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

/** @param {Tenant} tenant */
function tenantRow(tenant) {
  const { waiting, behindBlocked, atOnce, perMinute, heldSeconds } = tenant;
  const behind = behindBlocked > 0 ? ` (${behindBlocked} behind a blocked one)` : "";
  const rate = perMinute === null ? "" : `, ${perMinute} in a minute`;
  const held = heldSeconds >= 1 ? `, waits ${age(heldSeconds)} as the tenant asked` : "";
  const blocked = element("td", String(tenant.blocked));
  return element(
    "tr",
    element("td", tenant.tenant),
    element("td", `${waiting}${behind}`),
    element("td", age(tenant.oldestSeconds)),
    element("td", String(tenant.running)),
    element("td", String(tenant.retrying)),
    tenant.blocked > 0 ? styled("bad", blocked) : blocked,
    element("td", String(tenant.lastMinute)),
    element("td", String(tenant.completed)),
    element("td", `${atOnce} at once${rate}${held}`),
  );
}

/** @param {Blocked} blocked */
function blockedItem({ id, tenant, action, since, attempts, behind, outcome, messages, plan }) {
  const about = `${action}, tenant ${tenant}, since ${new Date(since).toLocaleString()}, attempts: ${attempts}`;
  const waiting = `Later events of this account that wait: ${behind}`;
  const item = element("li", element("h3", id), element("p", `${about}. ${waiting}`));
  if (outcome === undefined)
    item.append(element("p", "Its workers ended before it had an answer."));
  if (messages.length > 0)
    item.append(styled("bad", element("div", ...messages.map((one) => element("p", one)))));
  if (plan.length > 0)
    item.append(element("p", "Its plan:"), element("div", ...plan.map((one) => element("p", one))));
  return item;
}

/** @param {Status} status */
function show({ version, tenants, blocked }) {
  /** @param {(tenant: Tenant) => number} part */
  const sum = (part) => tenants.reduce((total, tenant) => total + part(tenant), 0);
  byId("version").textContent = `Version ${version}`;
  byId("summary").textContent =
    `Events: ${sum(({ waiting }) => waiting)} waiting, ${sum(({ running }) => running)} running, ` +
    `${sum(({ retrying }) => retrying)} to be repeated, ${sum((one) => one.blocked)} blocked. ` +
    `Completed in the last minute: ${sum(({ lastMinute }) => lastMinute)}.`;
  byId("tenants").replaceChildren(...tenants.map(tenantRow));
  const items = blocked.map(blockedItem);
  byId("blocked").replaceChildren(...(items.length > 0 ? items : [element("li", "None.")]));
  byId("sign-in").hidden = true;
  byId("status").hidden = false;
}

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch("/v1/status", { headers: { authorization: `Bearer ${secret}` } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(String(body.error));
    byId("problem").textContent = "";
    show(body);
  } catch (error) {
    byId("problem").textContent =
      error instanceof TypeError
        ? "The worker does not answer. Is it still running?"
        : String(error instanceof Error ? error.message : error);
    if (byId("status").hidden) return;
  }
  timer = setTimeout(() => void refresh(), everyMs);
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("secret"));
  secret = field.value.trim();
  field.value = "";
  void refresh();
});

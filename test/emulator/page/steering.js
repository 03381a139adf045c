import { ask } from "./control.js";
import { button, byId, element, shown } from "./elements.js";

/** @typedef {import("../faults.ts").Fault & { seen: number }} ListedFault */

const cmdlet = /** @type {HTMLInputElement} */ (byId("cmdlet"));
const times = /** @type {HTMLInputElement} */ (byId("times"));

/** Switches of the behaviour in milliseconds, with the values that are offered. */
const lags = { permissionLagMs: [0, 5000, 20_000], requestMs: [0, 500, 2000] };

/** @param {() => Promise<void>} afterReset */
export async function startSteering(afterReset) {
  /** @type {{ faults: string[], cmdlets: string[] }} */
  const names = await ask("names");
  byId("names").replaceChildren(
    ...names.faults.map((name) => button(name, () => void shown(() => addFault(name)))),
  );
  byId("cmdlets").replaceChildren(...names.cmdlets.map((value) => element("option", { value })));
  byId("clear").addEventListener("click", () => void shown(clearFaults));
  byId("reset").addEventListener("click", () => {
    if (confirm("Return to the state of the start? All changes are lost."))
      void shown(async () => {
        await ask("state", { method: "DELETE" });
        await afterReset();
        await refreshSteering();
        done("The tenant is as it was at the start.");
      });
  });
}

/** Reads the faults and the lags again. */
export async function refreshSteering() {
  /** @type {ListedFault[]} */
  const faults = await ask("faults");
  const items = faults.length === 0 ? ["none"] : faults.map(lineOf);
  byId("faults").replaceChildren(...items.map((line) => element("li", {}, line)));
  /** @type {Record<string, unknown>} */
  const behaviour = await ask("behaviour");
  for (const [name, values] of Object.entries(lags)) showLag(name, values, behaviour[name]);
}

/** @param {string} name */
async function addFault(name) {
  const fault = {
    named: name,
    ...(cmdlet.value.trim() !== "" && { match: { cmdlet: cmdlet.value.trim() } }),
    ...(times.value !== "" && { times: times.valueAsNumber }),
  };
  await ask("faults", { method: "PATCH", body: [fault] });
  await refreshSteering();
  done(`${name} is set.`);
}

async function clearFaults() {
  await ask("faults", { method: "PUT", body: [] });
  await refreshSteering();
  done("No fault is set.");
}

/**
 * @param {string} name
 * @param {number[]} values
 * @param {unknown} current
 */
function showLag(name, values, current) {
  const group = byId(name);
  const offered = values.includes(Number(current)) ? values : [...values, Number(current)];
  if (group.children.length !== offered.length)
    group.replaceChildren(
      ...offered.map((ms) => button(`${ms / 1000} s`, () => void shown(() => setLag(name, ms)))),
    );
  offered.forEach((ms, index) =>
    group.children[index]?.setAttribute("aria-pressed", String(ms === current)),
  );
}

/**
 * @param {string} name
 * @param {number} ms
 */
async function setLag(name, ms) {
  await ask("behaviour", { method: "PATCH", body: { [name]: ms } });
  await refreshSteering();
  done(`${ms / 1000} seconds is set.`);
}

/** @param {string} text */
function done(text) {
  byId("done").textContent = text;
}

/** @param {ListedFault} fault */
function lineOf({ named, match, times, seen, ...others }) {
  const whom = match === undefined ? "every request" : (match.cmdlet ?? JSON.stringify(match));
  const limit = times === undefined ? "" : `, ${times === 1 ? "once" : `${times} times`}`;
  return `${named ?? JSON.stringify(others)} for ${whom}${limit}: ${seen} such requests so far`;
}

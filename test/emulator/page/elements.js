/**
 * The element of the page with this id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no ${id}.`);
  return /** @type {T} */ (element);
}

/**
 * A new element. Children that are strings become text, never markup: names in a directory are hostile.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * A button that does something when it is pressed.
 * @param {string} text
 * @param {() => void} press
 */
export function button(text, press) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", press);
  return made;
}

/**
 * Runs something that asks the emulator, and shows what it refuses.
 * @param {() => Promise<void>} task
 */
export async function shown(task) {
  const problem = byId("problem");
  try {
    await task();
    problem.textContent = "";
  } catch (error) {
    problem.textContent =
      error instanceof TypeError
        ? "The emulator does not answer. Is it still running?"
        : String(error instanceof Error ? error.message : error);
  }
}

/**
 * A request to the control API of the emulator that served this page.
 * @template T
 * @param {string} path what follows `/_emulator/`
 * @param {{ method?: string, body?: unknown }} [how]
 * @returns {Promise<T>} the JSON of the answer, if there is any
 */
export async function ask(path, { method = "GET", body } = {}) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`/_emulator/${path}`, init);
  const text = await response.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  if (!response.ok) throw new Error(answer?.problems?.join(" ") ?? `Status ${response.status}`);
  return answer;
}

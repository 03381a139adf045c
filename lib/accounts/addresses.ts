/** The names in a mapped value: a text, or a list of addresses with their prefixes. */
export function namesIn(value: unknown): string[] {
  return [value]
    .flat()
    .filter((one): one is string => typeof one === "string")
    .map((one) => one.replace(/^smtp:/i, "").trim())
    .filter((one) => one !== "");
}

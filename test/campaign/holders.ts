import type { Finding } from "./scenario.ts";

/** What an import may say: pairs of a permission and an account, those that must be there and those that may. */
export interface Expected {
  must: readonly string[];
  may?: readonly string[];
}

/** `<permission> <account>` of every record, as often as it was given. */
export function judgeHolders(
  { answer, records }: Finding,
  expected: Expected,
  permissionOf: (record: Record<string, unknown>) => string,
): string[] {
  if (!answer.outputContext.Success) return [];
  const pairs = records.flatMap((record) =>
    ((record["AccountReferences"] ?? []) as string[]).map((account) =>
      `${permissionOf(record)} ${account}`.toLowerCase(),
    ),
  );
  const listed = new Set(pairs);
  const must = expected.must.map((pair) => pair.toLowerCase());
  const may = new Set([...must, ...(expected.may ?? []).map((pair) => pair.toLowerCase())]);
  return [
    ...must.filter((pair) => !listed.has(pair)).map((pair) => `I4 missing: ${pair}`),
    ...pairs
      .filter((pair, index) => pairs.indexOf(pair) !== index)
      .map((pair) => `I4 twice: ${pair}`),
    ...[...listed].filter((pair) => !may.has(pair)).map((pair) => `I4 invented: ${pair}`),
  ];
}

/** The list of what can be granted: each once, and all of them. */
export function judgeList(
  { answer: { outputContext } }: Finding,
  expected: readonly string[],
): string[] {
  if (!outputContext.Success) return [];
  const permissions = (outputContext["Permissions"] ?? []) as { Identification: object }[];
  const listed = permissions.map(({ Identification }) => JSON.stringify(Identification));
  return [
    ...expected.filter((one) => !listed.includes(one)).map((one) => `I4 missing: ${one}`),
    ...listed
      .filter((one, index) => listed.indexOf(one) !== index)
      .map((one) => `I4 twice: ${one}`),
    ...listed.filter((one) => !expected.includes(one)).map((one) => `I4 invented: ${one}`),
  ];
}

export function textAt(value: unknown, ...path: string[]): string {
  let at = value;
  for (const name of path)
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return typeof at === "string" || typeof at === "number" ? String(at) : "";
}

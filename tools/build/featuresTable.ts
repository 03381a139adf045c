/** Writes the table of docs/setup.md from the features and what each takes. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { features, type Feature } from "../doctor/features.ts";

const [start, end] = [
  "<!-- features: npm run generate writes them from tools/doctor/features.ts -->",
  "<!-- end of features -->",
];
const headings = [
  "Feature",
  "Sets",
  "Management roles of Exchange",
  "Permissions or scopes of Microsoft Graph",
  "Entra role of a linked account",
];

/** docs/setup.md as it has to be. */
export async function setupPage(root: string): Promise<string> {
  const page = readFileSync(path.join(root, "docs/setup.md"), "utf8");
  const [before, after] = [page.indexOf(start), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error("docs/setup.md has lost its table marks");
  const table = [headings, headings.map(() => "---"), ...features.map(rowOf)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return await format([page.slice(0, before) + start, table, page.slice(after)].join("\n\n"), {
    parser: "markdown",
    printWidth: 100,
  });
}

function rowOf({ name, sets, exchange = [], graph = [], account }: Feature): string[] {
  const code = (names: readonly string[]): string => names.map((one) => `\`${one}\``).join(", ");
  return [name, code(sets), exchange.join(", "), code(graph), account ?? ""];
}

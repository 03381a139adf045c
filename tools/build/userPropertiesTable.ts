/** Writes the table of docs/entra.md from the properties of a user that a mapping can set. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { masteredAs, userProperties, type UserProperty } from "../../lib/graph/userProperties.ts";

const [start, end] = [
  "<!-- properties: npm run generate writes them from lib/graph/userProperties.ts -->",
  "<!-- end of properties -->",
];
const headings = [
  "Field",
  "Value",
  "Without a value",
  "Sensitive",
  "Synchronised: attribute in Active Directory",
  "With a mailbox: setting in Exchange Online",
];

/** docs/entra.md as it has to be. */
export async function entraPage(root: string): Promise<string> {
  const page = readFileSync(path.join(root, "docs/entra.md"), "utf8");
  const [before, after] = [page.indexOf(start), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error("docs/entra.md has lost its table marks");
  const rows = Object.entries(userProperties).map(([name, property]) => rowOf(name, property));
  const table = [headings, headings.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return await format([page.slice(0, before) + start, table, page.slice(after)].join("\n\n"), {
    parser: "markdown",
    printWidth: 100,
  });
}

function rowOf(name: string, { type, parts, ...property }: UserProperty): string[] {
  return [
    fieldsOf(name, parts),
    values[type ?? "text"],
    property.isNeverEmpty ? "left as it is" : "cleared",
    property.isSensitive ? "yes" : "",
    masteredAs(name) ?? "none: Entra ID masters it",
    property.mailboxSetting ?? "",
  ];
}

const values = {
  text: "text",
  flag: "true or false",
  list: "a list",
  time: "a date",
  country: "a country code",
  object: "text",
};

/** `a.x` or `a.y`, and of many the first and the last. */
function fieldsOf(name: string, parts: readonly string[] | undefined): string {
  const [first, last] = [parts?.at(0), parts?.at(-1)];
  if (first === undefined || last === undefined) return `\`${name}\``;
  return `\`${name}.${first}\` ${(parts ?? []).length > 2 ? "to" : "and"} \`${last}\``;
}

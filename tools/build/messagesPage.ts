/** Writes the catalogue of messages in docs/operator.md from the sources and the catalogue of reasons. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { assign, type Assigned } from "../messages/assigned.ts";
import { catalogue, sections } from "../messages/catalogue.ts";
import { readSources } from "../messages/sentences.ts";

const [start, end] = [
  "<!-- messages: npm run generate writes them -->",
  "<!-- end of messages -->",
];

/** docs/operator.md as it has to be. Throws when a message has no reason, or a reason no message. */
export async function operatorPage(root: string): Promise<string> {
  const page = readFileSync(path.join(root, "docs/operator.md"), "utf8");
  const [before, after] = [page.indexOf(start), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error("docs/operator.md has lost its message marks");
  const { assigned, faults } = assign(catalogue, readSources(root).texts);
  if (faults.length > 0)
    throw new Error(
      ["tools/messages/ does not fit the messages of the sources.", ...faults].join("\n"),
    );
  const text = sections.flatMap(({ outcome, meaning, again }) => [
    `### ${outcome}`,
    `${meaning} ${again}`,
    ...assigned.filter(({ entry }) => entry.outcome === outcome).map(shown),
  ]);
  return await format([page.slice(0, before) + start, ...text, page.slice(after)].join("\n\n"), {
    parser: "markdown",
    printWidth: 100,
  });
}

function shown({ entry: { why, mend }, texts }: Assigned): string {
  return [`**${why}** ${mend}`, "", ...texts.map((text) => `- \`${text}\``)].join("\n");
}

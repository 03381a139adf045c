import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { format } from "prettier";
import type { Findings, Limit, Part, Table } from "./part.ts";
import { holds } from "./part.ts";
import { drawn } from "./pictures.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/bench");
const resultsFile = path.join(folder, "results.json");

/** What stands in `results.json` of a part. */
export interface Result extends Omit<Findings, "pictures"> {
  title: string;
  /** The day, as in 2026-11-30. */
  date: string;
  node: string;
  machine: string;
  pictures: { name: string; alt: string }[];
}

export type Results = Record<string, Result>;

/** Puts the findings of a part beside those of the others: figures, pictures and the page. */
export async function publish(
  name: string,
  { title }: Part,
  { pictures, ...findings }: Findings,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const picture of pictures)
    writeFileSync(path.join(folder, `${picture.name}.svg`), drawn(picture));
  const results: Results = {
    ...earlierResults(),
    [name]: {
      title,
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      machine: machine(),
      ...findings,
      pictures: pictures.map(({ name: file, alt }) => ({ name: file, alt })),
    },
  };
  const json = await format(JSON.stringify(results), { parser: "json", printWidth: 100 });
  writeFileSync(resultsFile, json);
  const page = await format(pageOf(results), { parser: "markdown", printWidth: 100 });
  writeFileSync(path.join(folder, "README.md"), page);
}

function earlierResults(): Results {
  return existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Results) : {};
}

/** The processor and how many of it, and the memory. */
function machine(): string {
  const [first] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.availableParallelism()} cores (${first?.model.trim() ?? "unknown"}), ${memory} GB`;
}

const introduction = `# Benchmarks

Written by \`npm run bench\`, which measures each part next to its reference in one run, on an emulated tenant. Read
the ratios: the times are those of one machine on one day. The figures are in [results.json](results.json) as well. What
makes the connector fast, and the requests of each event, stand in [performance.md](../performance.md).`;

/** The page, in Markdown. */
export function pageOf(results: Results): string {
  return [introduction, ...Object.entries(results).map(sectionOf)].join("\n\n");
}

function sectionOf([name, result]: [string, Result]): string {
  const { title, date, node, machine: place, about, tables, limits, pictures } = result;
  return [
    `## ${title}`,
    `\`npm run bench -- ${name}\`, ${date}, Node ${node}, ${place}.`,
    ...about,
    ...pictures.map((picture) => `![${picture.alt}](${picture.name}.svg)`),
    ...tables.map(tableText),
    ...(limits.length > 0 ? [tableText(limitTable(limits))] : []),
  ].join("\n\n");
}

/** The limits, with what was measured. */
export function limitTable(limits: readonly Limit[]): Table {
  return {
    title: "Has to hold",
    columns: ["What", "Measured", "Expected", "Holds"],
    rows: limits.map((limit) => [
      limit.what,
      rounded(limit.figure),
      limit.atMost === undefined ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`,
      holds(limit) ? "yes" : "no",
    ]),
  };
}

/** A table in Markdown. */
export function tableText({ title, columns, rows }: Table): string {
  const lines = [columns, columns.map(() => "---"), ...rows.map((row) => row.map(rounded))];
  return [`**${title}**`, lines.map((line) => `| ${line.join(" | ")} |`).join("\n")].join("\n\n");
}

function rounded(value: string | number): string {
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

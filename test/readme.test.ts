import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CreateAnswer } from "../lib/generated/types.ts";
import { userProperties } from "../lib/graph/userProperties.ts";
import { runBundle, type BundleRun } from "../tools/cli/run.ts";
import { story } from "../tools/cli/demoEvents.ts";
import { systems } from "../tools/session/systems.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";
import { block, readme } from "./readmeBlocks.ts";

const root = path.resolve(import.meta.dirname, "..");
const file = (name: string): string => readFileSync(path.join(root, name), "utf8");
const shown = (mark: string): unknown => JSON.parse(block(mark)) as unknown;
/** The first column of the table after a mark. */
const firstColumn = (page: string, mark: string): (string | undefined)[] => {
  const table = new RegExp(`<!-- ${mark} -->\\n+([^]*?)(\\n\\n|$)`).exec(file(page))?.[1] ?? "";
  const rows = table.split("\n").slice(2);
  return rows.map((row) => row.split("|")[1]?.trim());
};

const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
];

let running: RunningEmulator;
let run: BundleRun;
beforeAll(async () => {
  running = await startEmulator();
  run = await runBundle("lifecycle/create", shown("event"), {
    dist: inject("dist"),
    env: running.env,
  });
});
afterAll(() => running.close());

describe("the README", () => {
  it("shows the event that npm start sends", () => {
    expect(shown("event")).toEqual(story(running)[0].event);
  });

  it("shows the answer of the bundle", () => {
    const answer = run.answer as CreateAnswer;
    const inReadme = shown("answer") as CreateAnswer;
    expect(answer.stats.totalMs).toBeGreaterThan(0);
    expect(answer).toEqual({
      ...inReadme,
      stats: { ...inReadme.stats, version: answer.stats.version, totalMs: answer.stats.totalMs },
    });
  });

  it("lists every action there is, and no other", () => {
    const rows = [...readme.matchAll(/^\| `dist\/([\w/]+)\/` +\| ([^|]+)\|/gm)];
    expect(
      rows
        .flatMap(([, folder, bundles = ""]) =>
          [...bundles.matchAll(/`(\w+)`/g)].map(([, name]) => `${folder}/${name}`),
        )
        .sort(),
    ).toEqual(inject("actions"));
  });
});

describe("the docs", () => {
  it.each(systems)("have the keys of the form of $title in its order", (system) => {
    const page = file("docs/configuration.md");
    const [, table = ""] = page.split(`\n## ${system.title}\n`);
    const form = JSON.parse(file(`${system.folder}configuration.json`)) as { key: string }[];
    const rows = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| `(\w+)` /gm)];
    expect(rows.map(([, key]) => key)).toEqual(form.map(({ key }) => key));
  });

  it("have a row for each property of a user that can be mapped", () => {
    const rows = file("docs/entra.md").matchAll(
      /^\| `(\w+)[`.].*\| (?:yes)? *\| [^|]+\| [^|]*\|$/gm,
    );
    expect([...rows].map(([, name]) => name)).toEqual(Object.keys(userProperties));
  });

  it("list the outcomes of the answer's schema", () => {
    const { $defs } = JSON.parse(file("schemas/answer.schema.json")) as {
      $defs: { Outcome: { enum: string[] } };
    };
    const rows = firstColumn("docs/contract.md", "outcomes");
    expect(rows).toEqual($defs.Outcome.enum.map((outcome) => `\`${outcome}\``));
  });

  it("have a row for each import rule, and no other", () => {
    const { forbidden } = createRequire(import.meta.url)("../tools/borders.cjs") as {
      forbidden: { name: string }[];
    };
    const rows = firstColumn("docs/architecture.md", "borders");
    expect(rows).toEqual(forbidden.map(({ name }) => name));
  });

  it.each(pages)("name only npm scripts that exist: %s", (page) => {
    const { scripts } = JSON.parse(file("package.json")) as { scripts: Record<string, string> };
    for (const [, name] of file(page).matchAll(/npm run (?:--silent |-s )?([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  it.each(pages)("link only to what exists: %s", (page) => {
    for (const [, link = ""] of file(page).matchAll(/\]\((?!https?:)([^)#]+)/g))
      expect(existsSync(path.join(root, path.dirname(page), link)), link).toBe(true);
  });

  it.each(pages)("are linked from another page: %s", (page) => {
    if (page === "README.md") return;
    const links = pages.flatMap((other) =>
      [...file(other).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) =>
        path.posix.join(path.dirname(other), link).replace(/\/$/, "/README.md"),
      ),
    );
    expect(links).toContain(page);
  });
});

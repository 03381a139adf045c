import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CreateAnswer } from "../lib/generated/types.ts";
import { runBundle } from "../tools/cli/run.ts";
import { story } from "../tools/cli/demoEvents.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";

const file = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
/** As it is read: Prettier pads the cells of tables. */
const readme = file("README.md").replace(/ {2,}(?=\|)/g, " ");
const shown = (mark: string): unknown =>
  JSON.parse(
    new RegExp(`<!-- ${mark} -->\\n+\`\`\`json\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? "null",
  ) as unknown;

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());

describe("the README", () => {
  it("shows the event that npm start sends", () => {
    expect(shown("event")).toEqual(story(running)[0].event);
  });

  it("shows the answer that the bundle gives to it", async () => {
    const run = await runBundle("lifecycle/create", shown("event"), {
      dist: inject("dist"),
      env: {
        EXO_CONNECTOR_LOGIN_URL: running.loginUrl,
        EXO_CONNECTOR_EXCHANGE_URL: running.exchangeUrl,
      },
    });
    const answer = run.answer as CreateAnswer;
    const inReadme = shown("answer") as CreateAnswer;
    expect(answer.stats.totalMs).toBeGreaterThan(0);
    expect(answer).toEqual({
      ...inReadme,
      stats: { ...inReadme.stats, totalMs: answer.stats.totalMs },
    });
  });

  it("lists every action there is, and no other", () => {
    expect(
      [...readme.matchAll(/`dist\/((?:lifecycle|permissions|resources)\/[\w/]+)\.mjs` \|/g)]
        .map((match) => match[1])
        .sort(),
    ).toEqual(inject("actions"));
  });

  it("lists every key of the configuration form with its label", () => {
    const form = JSON.parse(file("configuration.json")) as {
      key: string;
      templateOptions: { label: string };
    }[];
    for (const { key, templateOptions } of form)
      expect(readme).toContain(`| \`${key}\` | ${templateOptions.label} |`);
  });

  it("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(file("package.json")) as { scripts: Record<string, string> };
    for (const [, name] of readme.matchAll(/npm run (?:--silent )?([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  it("lists the outcomes of the answer's schema", () => {
    const { $defs } = JSON.parse(file("schemas/answer.schema.json")) as {
      $defs: { Outcome: { enum: string[] } };
    };
    for (const outcome of $defs.Outcome.enum) expect(readme).toContain(`\`${outcome}\``);
  });
});

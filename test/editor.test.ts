import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, it } from "vitest";
import { eventFor, scenarios } from "./fixtures/scenarios.ts";

const root = path.resolve(import.meta.dirname, "..");
const json = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const settings = json(".vscode/settings.json") as {
  "json.schemas": { fileMatch: string[]; url: string }[];
};
const entries = settings["json.schemas"];
const edited = [
  ...["configuration.json", "fieldMapping.json"],
  ...filesIn("permissions"),
  ...filesIn("test/fixtures"),
];

const ajv = new Ajv({
  strict: false,
  allowUnionTypes: true,
  schemas: Object.fromEntries(
    filesIn("schemas")
      .filter((file) => file.endsWith(".schema.json"))
      .map((file) => [file, withoutId(json(file))]),
  ),
});

describe("an editor", () => {
  it.each(edited)("knows one schema for %s, and finds nothing wrong", (file) => {
    const urls = entries.filter(({ fileMatch }) => fileMatch.some((glob) => matches(glob, file)));
    expect(urls).toHaveLength(1);
    const check = validatorOf(urls[0]?.url);
    expect(check(json(file)), JSON.stringify(check.errors)).toBe(true);
  });

  it.each(entries)("finds the schema $url", ({ url }) => {
    expect(validatorOf(url)({ isNo: "document of ours" })).toBe(false);
  });

  it("accepts an event of the platform by its verb", () => {
    const [event] = scenarios
      .filter(({ name }) => name === "lifecycle/create/missing")
      .map(eventFor);
    const entry = entries.find(({ fileMatch }) =>
      fileMatch.some((glob) => matches(glob, "local/create-one.json")),
    );
    const check = validatorOf(entry?.url);
    expect(check(event), JSON.stringify(check.errors)).toBe(true);
  });
});

function validatorOf(url = ""): NonNullable<ReturnType<Ajv["getSchema"]>> {
  const check = ajv.getSchema(url.replace("./", ""));
  if (!check) throw new Error(`There is no schema ${url}.`);
  return check;
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

/** Editors resolve references by the path of the file. */
function withoutId(schema: unknown): AnySchemaObject {
  const { $id: _, ...rest } = schema as AnySchemaObject;
  return rest;
}

function matches(glob: string, file: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "(.+/)?")
    .replaceAll(/(?<!\.|\))\*/g, "[^/]*");
  return new RegExp(`^${pattern}$`).test(`/${file}`);
}

/** Edits of the sample files, as implementers make them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkFiles, type CheckOptions } from "../../tools/check/checks.ts";
import { JsonFile } from "../../tools/check/jsonFile.ts";
import type { Problem } from "../../tools/check/problem.ts";

/** The files as they are shipped, which implementers do not edit. */
export const sample = path.join(import.meta.dirname, "sample");

export const form = "configuration.json";
export const mapping = "fieldMapping.json";
export const entraForm = "lifecycle/entra/configuration.json";
export const entraMapping = "lifecycle/entra/fieldMapping.json";
export const calendars = "permissions/folderPermission/options.json";
export const holds = "permissions/litigationHold/options.json";
export const regions = "permissions/regionalConfiguration/options.json";

/** A domain in the place of the example, so that nothing is wrong. */
export const ownDomain = "fabrikam.example";

const texts = new Map(
  readdirSync(sample, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name.replaceAll("\\", "/"), withOwnDomain(name)]),
);

function withOwnDomain(name: string): string {
  const text = readFileSync(path.join(sample, name), "utf8");
  return name.endsWith(mapping) ? text.replace("contoso.com", ownDomain) : text;
}

export type Edit = (text: string) => string;

/** Replaces the first of a text, or the first after a marker. */
export function replace(from: string, to: string, after = ""): Edit {
  return (text) => {
    const start = text.indexOf(from, Math.max(0, text.indexOf(after)));
    if (start < 0 || !text.includes(after)) throw new Error(`The sample has no ${from}.`);
    return text.slice(0, start) + to + text.slice(start + from.length);
  };
}

/** A value of a mapping as the file contains it: a document in a text. */
export function written(value: unknown): string {
  return JSON.stringify(JSON.stringify(value));
}

interface Mapped {
  type?: string;
  mode?: string;
  value: unknown;
}

/** Adds a mapped field as the first one. */
export function field(
  name: string,
  stages: readonly string[],
  { type = "Text", mode = "Fixed", value }: Mapped,
): Edit {
  const action = {
    MapForActions: stages,
    MappingMode: mode,
    Value: JSON.stringify(value),
    UsedInNotifications: false,
    StoreInAccountData: false,
  };
  const added = { Name: name, Type: type, MappingActions: [action] };
  return replace('"MappingFields": [', `"MappingFields": [\n${JSON.stringify(added, null, 2)},`);
}

/** Maps a field of the sample in another way. */
export function instead(name: string, { type = "Text", mode = "Fixed", value }: Mapped): Edit {
  return (text) => {
    const document = JSON.parse(text) as Mapping;
    const mapped = document.MappingFields.find(({ Name }) => Name === name);
    const [action] = mapped?.MappingActions ?? [];
    if (!mapped || !action) throw new Error(`The sample does not map ${name}.`);
    mapped.Type = type;
    Object.assign(action, { MappingMode: mode, Value: JSON.stringify(value) });
    return JSON.stringify(document, null, 2);
  };
}

interface Mapping {
  MappingFields: { Name: string; Type: string; MappingActions: object[] }[];
}

/** One edit after another. */
export function both(first: Edit, second: Edit): Edit {
  return (text) => second(first(text));
}

/** Adds a field with a script. */
export function script(
  name: string,
  lines: readonly string[],
  { stages = ["Update"], type = "Text" }: { stages?: readonly string[]; type?: string } = {},
): Edit {
  return field(name, stages, { mode: "Complex", type, value: lines.join("\n") });
}

/** What the check finds in one file after an edit. */
export async function problemsAfter(
  file: string,
  edit: Edit,
  options: CheckOptions = {},
): Promise<{ problems: Problem[]; text: string }> {
  const text = edit(texts.get(file) ?? "");
  const { problems } = await checkFiles([new JsonFile(file, Buffer.from(text))], options);
  return { problems, text };
}

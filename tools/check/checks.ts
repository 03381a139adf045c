/** The checks of the JSON files that people edit, without a tenant: files in, problems out. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fieldMappingProblems } from "./fieldMapping.ts";
import { formProblems } from "./form.ts";
import { JsonFile } from "./jsonFile.ts";
import { optionsProblems } from "./options.ts";
import { nearestAmong, sorted, type Problem } from "./problem.ts";

/** A file that is JSON, and what its check may need to know. */
export interface CheckedFile {
  file: JsonFile;
  /** The mail domains of the tenant; empty when they are not known. */
  domains: readonly string[];
  /** Another file of the same folder, if it is there and JSON. */
  other(name: string): JsonFile | undefined;
}

/** A kind of file, and its check. */
interface Check {
  /** The paths of such files in their folder. */
  files: RegExp;
  problems(file: CheckedFile): Problem[] | Promise<Problem[]>;
}

/** Every kind of file that is checked. */
const checks: readonly Check[] = [
  { files: /^configuration\.json$/, problems: formProblems },
  { files: /^fieldMapping\.json$/, problems: fieldMappingProblems },
  { files: /^permissions\/[^/]+\/options\.json$/, problems: optionsProblems },
];

export interface CheckOptions {
  /** The mail domains of the tenant, if they are known. */
  domains?: readonly string[];
  /** The path of a seed of the emulator, to check it too. */
  seed?: string | undefined;
}

export interface Checked {
  /** The files that were checked, in the order of their paths. */
  files: string[];
  problems: Problem[];
}

/** Checks every file of a known kind in a folder. Throws only when a file cannot be read. */
export async function checkFolder(folder: string, options: CheckOptions = {}): Promise<Checked> {
  const { seed } = options;
  const names = filesIn(folder).filter((name) => checkOf(name) !== undefined);
  const files = names.map((name) => JsonFile.read(folder, name));
  const checked = await checkFiles(files, options);
  const missing = names.length === 0 ? [] : missingFiles(names, filesIn(folder));
  const ofFolder = { files: checked.files, problems: sorted([...missing, ...checked.problems]) };
  if (seed === undefined) return ofFolder;
  const file = new JsonFile(seed.replaceAll("\\", "/"), readFileSync(seed));
  // The emulator is only needed for its seeds.
  const { seedProblems } = await import("./seed.ts");
  const ofSeed = [...file.problems, ...(file.root ? seedProblems(file) : [])];
  return { files: [...ofFolder.files, seed], problems: [...ofFolder.problems, ...sorted(ofSeed)] };
}

/** What the platform imports: a folder without one of them may have it under another name. */
function missingFiles(names: readonly string[], all: readonly string[]): Problem[] {
  return ["configuration.json", "fieldMapping.json"]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      file: name,
      line: 1,
      column: 1,
      message: `The file is missing, so it was not checked${nearestAmong(
        all.filter((other) => !names.includes(other)),
        name,
      )}.`,
      severity: "warning",
    }));
}

/** Checks files by their names. */
export async function checkFiles(
  files: readonly JsonFile[],
  { domains = [] }: CheckOptions = {},
): Promise<Checked> {
  const other = (name: string): JsonFile | undefined =>
    files.find((file) => file.name === name && file.root !== undefined);
  const problems = await Promise.all(
    files.map(async (file) => [
      ...file.problems,
      ...(file.root ? ((await checkOf(file.name)?.problems({ file, domains, other })) ?? []) : []),
    ]),
  );
  return { files: files.map(({ name }) => name).sort(), problems: sorted(problems.flat()) };
}

function checkOf(name: string): Check | undefined {
  return checks.find(({ files }) => files.test(name));
}

/** The JSON files of a connector: in the folder itself, and one for each set of permissions. */
export function filesIn(folder: string): string[] {
  const permissions = path.join(folder, "permissions");
  const isFolder = statSync(permissions, { throwIfNoEntry: false })?.isDirectory() === true;
  const sets = isFolder ? readdirSync(permissions) : [];
  return [
    ...readdirSync(folder).filter((name) => name.endsWith(".json")),
    ...sets
      .map((set) => `permissions/${set}/options.json`)
      .filter((name) => existsSync(path.join(folder, name))),
  ].sort();
}

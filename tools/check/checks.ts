/** The checks of the JSON files that people edit, without a tenant: files in, problems out. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { systemOf, systems, type System } from "../session/systems.ts";
import { fieldMappingProblems } from "./fieldMapping.ts";
import { formProblems } from "./form.ts";
import { JsonFile } from "./jsonFile.ts";
import { leaverProblems } from "./leaver.ts";
import { optionsProblems } from "./options.ts";
import { nearestAmong, sorted, type Problem } from "./problem.ts";

/** A file that is JSON, and what its check may need to know. */
export interface CheckedFile {
  file: JsonFile;
  /** The mail domains of the tenant; empty when they are not known. */
  domains: readonly string[];
  /** The system whose file it is. */
  system: System;
  /** Another file of the same folder, if it is there and JSON. */
  other(name: string): JsonFile | undefined;
}

/** A kind of file, and its check. */
interface Check {
  /** The paths of such files, for a form and a mapping in the folder of their system. */
  files: RegExp;
  problems(file: CheckedFile): Problem[] | Promise<Problem[]>;
}

const form = "configuration.json";
const mapping = "fieldMapping.json";

/** Every kind of file that is checked. */
const checks: readonly Check[] = [
  { files: inSystems(form), problems: formProblems },
  { files: inSystems(mapping), problems: fieldMappingProblems },
  { files: /^permissions\/[^/]+\/options\.json$/, problems: optionsProblems },
  { files: /^lifecycle\/leaver\.json$/, problems: leaverProblems },
];

/** The file of this name in the folder of any system. */
function inSystems(name: string): RegExp {
  return new RegExp(`^(${systems.map(({ folder }) => folder).join("|")})${name}$`);
}

export interface CheckOptions {
  /** The folder of the files, which may be that of one system. */
  folder?: string;
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
  const checked = await checkFiles(files, { ...options, folder });
  const missing = systems.flatMap((system) => missingFiles(system, filesIn(folder)));
  const ofFolder = { files: checked.files, problems: sorted([...missing, ...checked.problems]) };
  if (seed === undefined) return ofFolder;
  const file = new JsonFile(seed.replaceAll("\\", "/"), readFileSync(seed));
  // The emulator is only needed for its seeds.
  const { seedProblems } = await import("./seed.ts");
  const ofSeed = [...file.problems, ...(file.root ? seedProblems(file) : [])];
  return { files: [...ofFolder.files, seed], problems: [...ofFolder.problems, ...sorted(ofSeed)] };
}

/**
 * What the platform imports: a folder that has other files of a system, and lacks one of these, may have it under
 * another name.
 */
function missingFiles({ folder }: System, all: readonly string[]): Problem[] {
  const names = all.filter(
    (name) => checkOf(name) !== undefined && systemOf(name).folder === folder,
  );
  if (names.length === 0) return [];
  const others = all.filter((name) => !names.includes(name));
  return [form, mapping]
    .map((name) => folder + name)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      file: name,
      line: 1,
      column: 1,
      message: `The file is missing, so it was not checked${nearestAmong(others, name)}.`,
      severity: "warning",
    }));
}

/** Checks files by their names. */
export async function checkFiles(
  files: readonly JsonFile[],
  { domains = [], folder = "" }: CheckOptions = {},
): Promise<Checked> {
  const problems = await Promise.all(
    files.map(async (file) => [...file.problems, ...(file.root ? await problemsOf(file) : [])]),
  );
  return { files: files.map(({ name }) => name).sort(), problems: sorted(problems.flat()) };

  async function problemsOf(file: JsonFile): Promise<readonly Problem[]> {
    const system = systemOf(path.resolve(folder, file.name));
    const other = (name: string): JsonFile | undefined =>
      files.find(
        (one) => one.name === path.posix.join(path.posix.dirname(file.name), name) && one.root,
      );
    return (await checkOf(file.name)?.problems({ file, domains, system, other })) ?? [];
  }
}

function checkOf(name: string): Check | undefined {
  return checks.find(({ files }) => files.test(name));
}

/** The JSON files of a connector: in the folder of each system, one for each set of permissions, that of leavers. */
export function filesIn(folder: string): string[] {
  const ofSystems = systems.flatMap((system) =>
    namesIn(path.join(folder, system.folder))
      .filter((name) => name.endsWith(".json"))
      .map((name) => system.folder + name),
  );
  const ofSets = namesIn(path.join(folder, "permissions"))
    .map((set) => `permissions/${set}/options.json`)
    .filter((name) => existsSync(path.join(folder, name)));
  const ofLeavers = ["lifecycle/leaver.json"].filter((name) => existsSync(path.join(folder, name)));
  return [...ofSystems, ...ofSets, ...ofLeavers].sort();
}

function namesIn(folder: string): string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(folder) : [];
}

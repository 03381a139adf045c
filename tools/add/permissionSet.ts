/** Makes a new set of permissions: the files of a template, and its entry in each list that is kept by hand. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filled } from "../build/template.ts";
import { NotPossible } from "./notPossible.ts";
import { entriesOf, type Edit } from "./entries.ts";
import { valuesOf, type SetOptions } from "./values.ts";

const template = path.join(import.meta.dirname, "permissionSet");

/** What a set consists of, before anything is written. Paths are relative to the root, with slashes. */
export interface PermissionSet {
  /** New files. */
  files: Readonly<Record<string, string>>;
  /** Files that exist, with the entry of the set. */
  edits: readonly Edit[];
}

/** Plans a set in the clone at `root`. Throws `NotPossible`; nothing is written. */
export function planPermissionSet(root: string, name: string, options: SetOptions): PermissionSet {
  assertFree(root, name);
  const values = valuesOf(name, options);
  const files = Object.fromEntries(
    readdirSync(template, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".txt"))
      .map((file) => [
        file
          .replaceAll("\\", "/")
          .replaceAll("__name__", name)
          .replace(/\.txt$/, ""),
        filled(readFileSync(path.join(template, file), "utf8"), values),
      ]),
  );
  for (const file of Object.keys(files))
    if (existsSync(path.join(root, file)))
      throw new NotPossible(`${file} exists already; nothing was written. Choose another name.`);
  return { files, edits: entriesOf(root, values) };
}

/** Writes a set. A file that appeared meanwhile is not overwritten. */
export function writePermissionSet(root: string, { files, edits }: PermissionSet): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text, { flag: "wx" });
  }
  for (const { file, text } of edits) writeFileSync(path.join(root, file), text);
}

function assertFree(root: string, name: string): void {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
    throw new NotPossible(
      `"${name}" cannot be the name of a set; expected lowerCamelCase such as sendSize: letters and digits.`,
    );
  const sets = readdirSync(path.join(root, "permissions"));
  const same = sets.find((set) => set.toLowerCase() === name.toLowerCase());
  if (same !== undefined)
    throw new NotPossible(
      `The set ${same} exists already (permissions/${same}); nothing was written.`,
    );
}

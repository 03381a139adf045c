import { readFileSync } from "node:fs";
import path from "node:path";

const read = (name: string): string => readFileSync(path.join(import.meta.dirname, name), "utf8");

/** The start of a bundle or of the command line: one file, with the check of Node's version in it. */
export function entryFrom(name: string, values: Readonly<Record<string, string>>): string {
  const check = read("nodeVersion.js").replace("export ", "");
  return filled(read(name).replace(/^import .* from "\.\/nodeVersion\.js";\n/m, check), values);
}

/** Replaces every `{{name}}` of a template. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_mark, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template asks for ${name}, which has no value.`);
    return value;
  });
}

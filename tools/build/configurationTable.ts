/** Writes the tables of docs/configuration.md: one for each system, from its configuration form and the schema. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { systems } from "../session/systems.ts";

/** A field of the form (configuration.json). */
interface FormField {
  key: string;
  templateOptions: {
    label: string;
    description: string;
    required: boolean;
    options?: { value: string; label: string }[];
  };
}

/** What the table shows of a property of the schema. */
interface Property {
  type?: string;
  default?: string | boolean | string[];
  enum?: string[];
  items?: { enum?: string[] };
  expected?: string;
  neededWhen?: string;
  secret?: boolean;
}

type Properties = Readonly<Record<string, Property>>;

/** docs/configuration.md as it has to be. */
export async function configurationPage(root: string): Promise<string> {
  const text = (file: string): string => readFileSync(path.join(root, file), "utf8");
  const page = text("docs/configuration.md");
  const { properties } = JSON.parse(text("schemas/configuration.schema.json")) as {
    properties: Properties;
  };
  const tables = systems.flatMap(({ title, folder }) => {
    const file = `${folder}configuration.json`;
    const form = JSON.parse(text(file)) as FormField[];
    return [`## ${title}`, `The form is \`${file}\`.`, tableOf(form, properties)];
  });
  const [start, end] = [page.indexOf("<!-- table:"), page.indexOf("<!-- end of table -->")];
  if (start < 0 || end < start) throw new Error("docs/configuration.md has lost its table marks");
  const written = [page.slice(0, page.indexOf("\n", start)), ...tables, page.slice(end)];
  return await format(written.join("\n\n"), { parser: "markdown", printWidth: 100 });
}

function tableOf(form: readonly FormField[], properties: Properties): string {
  const rows = form.map((field) => rowOf(field, properties[field.key] ?? {}));
  return [["Key", "Label", "Needed", "Default", "Meaning"], Array(5).fill("---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function rowOf({ key, templateOptions }: FormField, property: Property): string[] {
  const { label, description, required } = templateOptions;
  const secret = property.secret ? "Secret." : "";
  return [
    code(key),
    label,
    required ? "yes" : (neededWhen(property) ?? "no"),
    defaultOf(property),
    [description, allowed(templateOptions, property), secret].filter(Boolean).join(" "),
  ].map((cell) => cell.replaceAll("|", "\\|"));
}

function neededWhen({ neededWhen: condition }: Property): string | undefined {
  return condition === undefined ? undefined : `when ${condition.replaceAll('"', "_")}`;
}

function defaultOf({ default: value }: Property): string {
  if (value === undefined) return "";
  return code(Array.isArray(value) ? value.join(", ") : String(value));
}

/** The values that a key takes, unless true and false are all there is. */
function allowed({ options }: FormField["templateOptions"], property: Property): string {
  if (options)
    return `${options.map(({ value, label }) => `${code(value)}: ${label}`).join("; ")}.`;
  const values = property.enum ?? property.items?.enum;
  if (values) return `One of ${shortened(values).join(", ")}.`;
  return property.expected === undefined ? "" : `Must be ${property.expected}.`;
}

/** `CustomAttribute1` to `CustomAttribute15` instead of all fifteen. */
function shortened(values: readonly string[]): string[] {
  const numbered = values.filter((value) => /^CustomAttribute\d+$/.test(value));
  const [first, last] = [numbered.at(0), numbered.at(-1)];
  const others = values.filter((value) => !numbered.includes(value)).map(code);
  return first === undefined || last === undefined
    ? others
    : [`${code(first)} to ${code(last)}`, ...others];
}

function code(text: string): string {
  return `\`${text}\``;
}

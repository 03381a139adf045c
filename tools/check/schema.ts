import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from "ajv";
import path from "node:path";
import { quoted } from "../../lib/graphemes.ts";
import { keyIn, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { expectedOneOf, type Problem } from "./problem.ts";

const compiled = new Map<AnySchemaObject, ValidateFunction>();

/** What a schema finds in a file. */
export function schemaProblems(
  file: JsonFile,
  schema: AnySchemaObject,
  fieldOf: (steps: readonly string[]) => string | undefined = () => undefined,
): Problem[] {
  const check = validatorOf(schema);
  if (check(file.value)) return [];
  const errors = check.errors ?? [];
  const wrongTypes = errors.filter(({ keyword }) => keyword === "type").map(placeOf);
  return errors.flatMap((error) => {
    // A value of the wrong type is wrong in no other way.
    if (error.keyword !== "type" && wrongTypes.includes(placeOf(error))) return [];
    const steps = stepsOf(error.instancePath);
    const { place, message } = described(
      error,
      nodeAt(file, steps),
      steps.at(-1) ?? "The document",
    );
    return [file.problem(place, message, { field: fieldOf(steps) })];
  });
}

/** Editors follow `$schema`; `schema` is the path of the right one in the folder. */
export function schemaKeyProblems(file: JsonFile, schema: string): Problem[] {
  const node = member(file.root, "$schema");
  const written = textIn(node);
  const expected = path.posix.relative(path.posix.dirname(file.name), schema);
  if (written === undefined || path.posix.normalize(written) === expected) return [];
  return [file.problem(node, `$schema is ${quoted(written)}; expected "${expected}".`)];
}

function placeOf({ instancePath }: ErrorObject): string {
  return instancePath;
}

function validatorOf(schema: AnySchemaObject): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const check = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(schema);
  compiled.set(schema, check);
  return check;
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function nodeAt(file: JsonFile, steps: readonly string[]): Node | undefined {
  return steps.reduce<Node | undefined>(
    (node, step) => (node?.type === "array" ? node.children?.[Number(step)] : member(node, step)),
    file.root,
  );
}

function described(
  error: ErrorObject,
  node: Node | undefined,
  last: string,
): { place: Node | undefined; message: string } {
  const name = /^\d+$/.test(last) ? `Item ${Number(last) + 1}` : last;
  const params = error.params as Record<string, unknown>;
  const parent = error.parentSchema ?? {};
  const value = node && shown(node);
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((parent["properties"] ?? {}) as object);
      return {
        place: keyIn(node, key),
        message: `${quoted(key)} is unknown; ${expectedOneOf(known, key)}.`,
      };
    }
    case "required":
      return { place: node, message: `${String(params["missingProperty"])} is missing.` };
    case "enum":
    case "const": {
      const allowed = [params["allowedValues"] ?? params["allowedValue"]].flat().map(String);
      const expected =
        allowed.length === 1 ? `expected ${allowed.join()}` : expectedOneOf(allowed, textOf(node));
      return { place: node, message: `${name} is ${value}; ${expected}.` };
    }
    case "type": {
      const types = [params["type"]].flat().map((type) => typeNames[String(type)] ?? String(type));
      return { place: node, message: `${name} is ${value}; expected ${types.join(" or ")}.` };
    }
    case "minItems":
      return { place: node, message: `${name} is an empty list; expected at least one value.` };
    case "maxItems":
      return {
        place: node,
        message: `${name} has ${node?.children?.length} values; expected at most ${String(params["limit"])}.`,
      };
    default: {
      const expected =
        (parent["expected"] as string | undefined) ?? error.message ?? "another value";
      return { place: node, message: `${name} is ${value}; expected ${expected}.` };
    }
  }
}

const typeNames: Readonly<Record<string, string>> = {
  boolean: "true or false without quotes",
  string: "text in quotes",
  object: "an object",
  array: "a list",
};

/** Numbers, lists and objects by their type only: one may be a secret in the wrong place. */
function shown(node: Node): string {
  if (node.type === "string") return `the text ${quoted(textOf(node))}`;
  if (node.type === "boolean") return textOf(node);
  const names: Partial<Record<Node["type"], string>> = { array: "a list", object: "an object" };
  return names[node.type] ?? (node.type === "null" ? "null" : "a number");
}

function textOf(node: Node | undefined): string {
  return String(node?.value);
}

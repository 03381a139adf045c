/** The scripts of mapping mode Complex: their syntax, their names, and the values that they show. */
import type { ArrayExpression, Expression } from "acorn";
import type { JsonFile } from "./jsonFile.ts";
import type { MappedField, MappingAction } from "./mapping.ts";
import type { MappingRules } from "./mappingRules.ts";
import { withNearest, type Problem } from "./problem.ts";
import { scriptFindings } from "./script.ts";
import { scriptProblem, type ScriptFinding } from "./scriptPlace.ts";
import { parsedScript } from "./scriptSyntax.ts";
import { literalOf, resultsOf, startOf } from "./scriptValues.ts";

export function mappingScriptProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  rules: MappingRules,
): Problem[] {
  return fields.flatMap((field) =>
    field.actions
      .filter(({ mode, value }) => mode === "Complex" && typeof value === "string")
      .flatMap((action) =>
        findingsIn(field, action, rules).map((finding) =>
          scriptProblem(file, field, action, finding),
        ),
      ),
  );
}

function findingsIn(
  field: MappedField,
  { value, stages }: MappingAction,
  rules: MappingRules,
): ScriptFinding[] {
  const script = String(value);
  if (script.trim() === "") return [];
  const program = parsedScript(script);
  if (!("body" in program))
    return [{ ...program, message: `${program.message}.`, severity: "error" }];
  const results = resultsOf(program);
  return [
    ...scriptFindings(program),
    ...results.flatMap((result) => formFindings(field, result)),
    ...(stages.some(({ stage }) => rules.isSetIn(stage, field.name))
      ? results.flatMap((result) => valueFindings(field, result, rules))
      : []),
  ];
}

/** A list for a text, or a text for a list: the platform stores neither. */
function formFindings({ type }: MappedField, result: Expression): ScriptFinding[] {
  const error = (message: string): ScriptFinding[] => [
    { at: result.start, message, severity: "error" },
  ];
  if (type === "Text" && result.type === "ArrayExpression")
    return error("the script returns a list and Type is Text; expected Type Array, or one text.");
  const literal = literalOf(result);
  if (type === "Array" && literal !== undefined && literal !== "")
    return error(
      "the script returns one value and Type is Array; expected a list such as ['a', 'b'].",
    );
  return [];
}

/** What the connector refuses among the values that the script shows. */
function valueFindings(
  { name }: MappedField,
  result: Expression,
  rules: MappingRules,
): ScriptFinding[] {
  const literal = literalOf(result);
  const fault =
    literal === undefined ? listFault(name, result, rules) : rules.valueFault(name, literal);
  return fault === undefined
    ? []
    : [{ at: result.start, message: withNearest(fault), severity: "error" }];
}

function listFault(name: string, result: Expression, rules: MappingRules): string | undefined {
  if (result.type !== "ArrayExpression" || !rules.isReadAsList(name)) return undefined;
  const texts = result.elements.map((element) => (element ? literalOf(element) : undefined));
  const known = texts.filter((text) => text !== undefined);
  if (known.length === texts.length) return rules.valueFault(name, known);
  return rules.isOfAddresses(name) ? rules.valueFault(name, addressesIn(result)) : undefined;
}

/** Addresses that are put together: each by its start, and something right after it. */
function addressesIn({ elements }: ArrayExpression): string[] {
  const starts = elements.flatMap((element) => {
    const [prefix] = /^[A-Za-z0-9]+:/.exec(element ? startOf(element) : "") ?? [];
    return prefix === undefined ? [] : [prefix];
  });
  return starts.map((prefix, index) => `${prefix}name${index}@example.com`);
}

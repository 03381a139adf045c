/** Whether the parts of a mapped field fit together, whatever the field means. */
import { quoted } from "../../lib/graphemes.ts";
import { textIn, type JsonFile } from "./jsonFile.ts";
import type { MappedField, MappingAction } from "./mapping.ts";
import { wrongPath } from "./personModel.ts";
import type { Problem } from "./problem.ts";

export function mappingFormProblems(file: JsonFile, fields: readonly MappedField[]): Problem[] {
  return [
    ...repeatedNames(file, fields),
    ...fields.flatMap((field) => [
      ...repeatedStages(file, field),
      ...field.actions.flatMap((action) => actionProblems(file, field, action)),
    ]),
  ];
}

/** The platform does not distinguish names by letter case. */
function repeatedNames(file: JsonFile, fields: readonly MappedField[]): Problem[] {
  const seen = new Set<string>();
  return fields.flatMap(({ name, nameNode }) => {
    const key = name.toLowerCase();
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      file.problem(nameNode, `The field ${name} appears twice; expected once.`, { field: name }),
    ];
  });
}

function repeatedStages(file: JsonFile, { name, actions }: MappedField): Problem[] {
  const seen = new Set<string>();
  return actions
    .flatMap((action) => action.stages)
    .flatMap(({ stage, node }) => {
      if (!seen.has(stage)) {
        seen.add(stage);
        return [];
      }
      const message = `${name} is mapped for ${stage} twice; expected once.`;
      return [file.problem(node, message, { field: name })];
    });
}

function actionProblems(
  file: JsonFile,
  { name, type, typeNode }: MappedField,
  action: MappingAction,
): Problem[] {
  const { mode, value, valueNode } = action;
  const text = textIn(valueNode);
  if (mode === undefined || text === undefined) return [];
  const problem = (message: string): Problem => file.problem(valueNode, message, { field: name });
  const problems: Problem[] = [];
  if (type === "Array" && mode !== "Complex")
    problems.push(
      file.problem(
        typeNode,
        `Type is Array and MappingMode is ${mode}; expected Complex, or Type Text.`,
        { field: name },
      ),
    );
  if (value === undefined)
    return [
      ...problems,
      problem(
        `Value is ${quoted(text)}, which is not a JSON document; expected quotes inside the text, such as ` +
          `${JSON.stringify(JSON.stringify(text.slice(0, 30)))}.`,
      ),
    ];
  if (mode === "None")
    return value === null || value === ""
      ? problems
      : [...problems, problem(`Value is ${quoted(text)} and MappingMode is None; expected null.`)];
  if (typeof value !== "string" || text === "")
    return [
      ...problems,
      problem(
        `Value contains ${text === "" ? "nothing" : quoted(text)} and MappingMode is ${mode}; expected ` +
          `${contentOf[mode]} in quotes inside the text, such as ${examples[mode]}.`,
      ),
    ];
  const wrong = mode === "Field" ? pathFault(value) : undefined;
  if (wrong !== undefined) problems.push(problem(wrong));
  if (mode === "Complex" && value.trim() === "")
    problems.push(
      problem("Value is an empty script; expected one whose last expression is the value."),
    );
  return problems;
}

/** Another letter case works in the connector, and looks different wherever the platform compares. */
export function spelling(file: JsonFile, field: MappedField, own: string): Problem[] {
  const { name, nameNode } = field;
  if (own === name) return [];
  const message = `The field ${name} is spelled in another letter case; expected ${own}.`;
  return [file.problem(nameNode, message, { field: name, severity: "warning" })];
}

const contentOf = { Field: "a path", Fixed: "a text", Complex: "a script" };
const examples = {
  Field: String.raw`"\"Person.DisplayName\""`,
  Fixed: String.raw`"\"true\""`,
  Complex: String.raw`"\"Person.Name.NickName + ' ' + Person.Name.FamilyName;\""`,
};

/** What is wrong with the path of a mapping of mode Field, as a sentence; undefined when a person has it. */
export function pathFault(path: string): string | undefined {
  const [root, ...steps] = path.split(".");
  if (root !== "Person" || steps.length === 0)
    return `The path is ${quoted(path)}; expected one that starts with Person., such as Person.DisplayName.`;
  const wrong = wrongPath(steps);
  return wrong === undefined ? undefined : `The path is ${quoted(path)}: ${wrong}.`;
}

/** The names in their own spelling, by their lower case. */
export function byLowerCase(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

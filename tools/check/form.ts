/** What is wrong in configuration.json: the form, and whether its fields are those that the connector reads. */
import schema from "../../schemas/configuration.schema.json" with { type: "json" };
import formSchema from "../../schemas/editor/form.schema.json" with { type: "json" };
import { quoted } from "../../lib/graphemes.ts";
import { Fault } from "../../lib/fault.ts";
import { configuration } from "../../lib/generated/validators/configuration.ts";
import { readAs, Unusable, type Shape } from "../../lib/host/schemaContract.ts";
import { attributesIn } from "../../lib/resources/resourceSettings.ts";
import type { System } from "../session/systems.ts";
import type { CheckedFile } from "./checks.ts";
import { wrongDomain } from "./domains.ts";
import { itemsOf, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { expectedOneOf, type Problem } from "./problem.ts";
import { schemaProblems } from "./schema.ts";
import { keysOfOthers } from "./systemKeys.ts";

/** A field of the form. */
interface Field {
  node: Node;
  keyNode: Node;
  /** The key in the connector's spelling. */
  key: string;
  shape: Shape;
}

const shapes: Readonly<Record<string, Shape>> = configuration.shape.properties ?? {};
const keys = Object.keys(shapes);

export async function formProblems({ file, domains, system }: CheckedFile): Promise<Problem[]> {
  const nodes = itemsOf(file.root);
  const foreign = await keysOfOthers(system);
  const keyOf = ([index]: readonly string[]): string | undefined =>
    textIn(member(nodes[Number(index)], "key"));
  const known = nodes.flatMap(fieldOf);
  const fields = known.filter(({ key }) => !foreign.has(key));
  return [
    ...schemaProblems(file, formSchema, keyOf),
    ...unknownKeys(file, nodes, foreign),
    ...known.flatMap((field) => foreignKeys(file, field, { system, foreign })),
    ...fields.flatMap((field) => spellingProblems(file, field)),
    ...repeatedKeys(file, fields),
    ...missingKeys(file, fields),
    ...attributeProblems(file, fields),
    ...fields.flatMap((field) => [
      ...typeProblems(file, field),
      ...defaultProblems(file, field, domains),
      ...choiceProblems(file, field),
    ]),
  ];
}

function fieldOf(node: Node): Field[] {
  const keyNode = member(node, "key");
  const key = nameOf(keyNode);
  const shape = key === undefined ? undefined : shapes[key];
  return keyNode && key !== undefined && shape ? [{ node, keyNode, key, shape }] : [];
}

function nameOf(keyNode: Node | undefined): string | undefined {
  const written = textIn(keyNode);
  return keys.find((key) => key.toLowerCase() === written?.toLowerCase());
}

function unknownKeys(
  file: JsonFile,
  nodes: readonly Node[],
  foreign: ReadonlyMap<string, ReadonlySet<string>>,
): Problem[] {
  const own = keys.filter((key) => !foreign.has(key));
  return nodes.flatMap((node) => {
    const keyNode = member(node, "key");
    const written = textIn(keyNode);
    if (written === undefined || nameOf(keyNode) !== undefined) return [];
    const message = `The connector does not read ${quoted(written)}; ${expectedOneOf(own, written)}.`;
    return [file.problem(keyNode, message, { field: written })];
  });
}

/** A key that only the actions of another system read: it would have no effect. */
function foreignKeys(
  file: JsonFile,
  { key, keyNode }: Field,
  { system, foreign }: { system: System; foreign: ReadonlyMap<string, ReadonlySet<string>> },
): Problem[] {
  const owners = foreign.get(key);
  if (!owners) return [];
  const message =
    `No action of ${system.title} reads ${key}, a key of ${[...owners].join(" and of ")}; expected a form ` +
    "without it.";
  return [file.problem(keyNode, message, { field: key })];
}

/** The connector reads keys in any letter case. */
function spellingProblems(file: JsonFile, { key, keyNode }: Field): Problem[] {
  const written = textIn(keyNode);
  if (written === undefined || written === key) return [];
  const message = `The key ${written} is spelled in another letter case; expected ${key}.`;
  return [file.problem(keyNode, message, { field: key, severity: "warning" })];
}

function repeatedKeys(file: JsonFile, fields: readonly Field[]): Problem[] {
  return fields
    .filter(({ key }, index) => fields.findIndex((other) => other.key === key) !== index)
    .map(({ key, keyNode }) =>
      file.problem(keyNode, `The key ${key} appears twice; expected once.`, { field: key }),
    );
}

/** The keys that every event needs; without one of the credentials no one can sign in. */
function missingKeys(file: JsonFile, fields: readonly Field[]): Problem[] {
  const has = (key: string): boolean => fields.some((field) => field.key === key);
  const certificate = ["UseCertificate", "AppCertificateBase64String"];
  const missing = schema.required.filter((key) => !has(key));
  const credentials =
    has("AppSecret") || certificate.every(has)
      ? []
      : [`AppSecret, or ${certificate.join(" and ")},`];
  return [...missing, ...credentials].map((key) =>
    file.problem(file.root, `The form has no field ${key} and the connector requires it.`),
  );
}

function typeProblems(file: JsonFile, { node, key, shape }: Field): Problem[] {
  const typeNode = member(node, "type");
  const type = textIn(typeNode);
  const template = member(node, "templateOptions");
  const problems: Problem[] = [];
  const problem = (place: Node | undefined, message: string): void =>
    void problems.push(file.problem(place, message, { field: key }));
  if (shape.type === "boolean" && type !== "checkbox")
    problem(typeNode, `type is ${type} and ${key} is true or false; expected checkbox.`);
  if (shape.type !== "boolean" && type === "checkbox")
    problem(
      typeNode,
      `type is checkbox and ${key} is text; expected input${shape.enum ? " or select" : ""}.`,
    );
  // Another type than password is reported by the schema.
  if (shape.secret && member(template, "type") === undefined)
    problem(
      template,
      `${key} is a secret; expected "type": "password" in its templateOptions, so that the form hides it.`,
    );
  const required = member(template, "required");
  const isRequired = schema.required.includes(key);
  if (required?.type === "boolean" && required.value !== isRequired)
    problem(required, `required is ${String(required.value)}; expected ${isRequired} for ${key}.`);
  return problems;
}

/** A default is what an event contains when no one changes it. */
function defaultProblems(
  file: JsonFile,
  { node, key, shape }: Field,
  domains: readonly string[],
): Problem[] {
  const valueNode = member(node, "defaultValue");
  const value: unknown = valueNode?.value;
  const problem = (message: string): Problem[] => [
    file.problem(valueNode, message, { field: key }),
  ];
  if (shape.secret)
    return value === "" || value === undefined
      ? []
      : problem(
          `defaultValue of ${key} is not empty; expected "", because a file is no place for a secret.`,
        );
  if (shape.type === "boolean")
    return typeof value === "string"
      ? problem(`defaultValue is the text ${quoted(value)}; expected true or false without quotes.`)
      : [];
  if (typeof value !== "string" || value === "") return [];
  const fault = faultOf(key, value);
  if (fault !== undefined) return problem(fault);
  const wrong = key === "ResourceDomain" ? wrongDomain(value, domains) : undefined;
  return wrong
    ? [file.problem(valueNode, wrong.message, { field: key, severity: wrong.severity })]
    : [];
}

/** What the connector refuses in a value of the form. */
function faultOf(key: string, value: string): string | undefined {
  try {
    readAs(configuration, { ...complete, [key]: value });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    return thrown.faults[0];
  }
}
const complete = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "00000000-0000-0000-0000-000000000000",
  AppId: "00000000-0000-0000-0000-000000000000",
  AppSecret: "x",
};

/** The attributes of resources, if the defaults stay. */
function attributeProblems(file: JsonFile, fields: readonly Field[]): Problem[] {
  const defaultOf = (key: string): Node | undefined =>
    member(fields.find((field) => field.key === key)?.node, "defaultValue");
  const place = defaultOf("SubPermissionAttribute");
  try {
    const { SubPermissionAttribute, MarkerAttribute } = readAs(configuration, {
      ...complete,
      SubPermissionAttribute: textIn(place),
      MarkerAttribute: textIn(defaultOf("MarkerAttribute")),
    });
    attributesIn({
      ...(SubPermissionAttribute && { SubPermissionAttribute }),
      ...(MarkerAttribute && { MarkerAttribute }),
    });
    return [];
  } catch (thrown) {
    // Values that do not exist are reported at their own fields.
    if (thrown instanceof Unusable) return [];
    const { message } = Fault.of(thrown);
    return [file.problem(place, message, { field: "SubPermissionAttribute", severity: "warning" })];
  }
}

/** Whether a switch of the form is on when no one changes it. */
export function isOnByDefault(form: JsonFile | undefined, key: string): boolean {
  const field = itemsOf(form?.root).find((node) => nameOf(member(node, "key")) === key);
  return member(field, "defaultValue")?.value === true;
}

/** The values of a select are those of the connector, and one of them is the default. */
function choiceProblems(file: JsonFile, { node, key, shape }: Field): Problem[] {
  const isSelect = textIn(member(node, "type")) === "select";
  const template = member(node, "templateOptions");
  const options = member(template, "options");
  const problem = (place: Node | undefined, message: string): Problem =>
    file.problem(place, message, { field: key });
  if (isSelect && itemsOf(options).length === 0)
    return [
      problem(
        options ?? template,
        `A select needs options in its templateOptions; expected values of ${key}.`,
      ),
    ];
  if (!isSelect) return options ? [problem(options, `options are only for type select.`)] : [];
  const allowed = (shape.enum ?? []).map(String);
  const values = itemsOf(options).map((option) => member(option, "value"));
  const texts = values.map(textIn);
  const wrong = values.flatMap((value, index) => {
    const text = textIn(value);
    if (text === undefined) return [];
    if (texts.indexOf(text) !== index)
      return [problem(value, `The value ${quoted(text)} appears twice; expected once.`)];
    return allowed.length === 0 || allowed.includes(text)
      ? []
      : [problem(value, `The value is ${quoted(text)}; ${expectedOneOf(allowed, text)}.`)];
  });
  // The default may be the option that is misspelt.
  if (wrong.length > 0) return wrong;
  const defaultNode = member(node, "defaultValue");
  const standard = textIn(defaultNode);
  if (standard !== undefined && allowed.includes(standard) && !texts.includes(standard))
    wrong.push(
      problem(
        defaultNode,
        `defaultValue is ${quoted(standard)}, which is not among the options; expected one of ${texts.join(", ")}.`,
      ),
    );
  return wrong;
}

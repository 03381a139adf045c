/** What is certainly or probably wrong in a script of mapping mode Complex, found without running it. */
import type { Program } from "acorn";
import { nearestAmong } from "./problem.ts";
import { wrongPath } from "./personModel.ts";
import type { ScriptFinding } from "./scriptPlace.ts";
import { nodesIn, type AnyNode } from "./scriptSyntax.ts";

/** What the platform offers to a script, and what ECMAScript 5.1 and the known part of later editions have. */
const platformGlobals = ["Person", "Iteration", "deleteDiacriticalMarks"];
const knownGlobals = new Set([
  ...platformGlobals,
  ...[
    "Array",
    "Boolean",
    "Date",
    "Error",
    "EvalError",
    "Function",
    "Infinity",
    "JSON",
    "Map",
    "Math",
  ],
  ...[
    "NaN",
    "Number",
    "Object",
    "RangeError",
    "ReferenceError",
    "RegExp",
    "Set",
    "String",
    "Symbol",
  ],
  ...["SyntaxError", "TypeError", "URIError", "arguments", "decodeURI", "decodeURIComponent"],
  ...["encodeURI", "encodeURIComponent", "escape", "eval", "isFinite", "isNaN", "parseFloat"],
  ...["parseInt", "undefined", "unescape", "globalThis", "Promise", "WeakMap", "WeakSet"],
]);

export function scriptFindings(program: Program): ScriptFinding[] {
  return [
    ...noValue(program),
    ...unknownNames(program),
    ...unknownMembers(program),
    ...newFeatures(program),
  ];
}

/** The value of a script is that of its last expression: a script of declarations alone has none. */
function noValue({ body }: Program): ScriptFinding[] {
  const isDeclaration = ({ type }: AnyNode): boolean => /Declaration$|^EmptyStatement$/.test(type);
  const last = body.at(-1);
  if (!body.every(isDeclaration)) return [];
  const message =
    last?.type === "FunctionDeclaration"
      ? `the script declares ${last.id.name} and does not call it, so it yields nothing; expected ` +
        `${last.id.name}(); at its end.`
      : "the script has no expression, so it yields nothing; expected the value as its last line.";
  return [{ at: last?.start ?? 0, message, severity: "error" }];
}

/** Names that are declared nowhere in the script. Where they are declared does not matter: only sure faults count. */
function unknownNames(program: Program): ScriptFinding[] {
  const declared = new Set(declaredNames(program));
  const assigned = new Set<string>();
  const findings: ScriptFinding[] = [];
  for (const { node } of nodesIn(program)) {
    const target = assignedName(node);
    if (target === undefined || declared.has(target) || knownGlobals.has(target)) continue;
    assigned.add(target);
    const message = `${target} is assigned and not declared; expected const, let or var before it.`;
    findings.push({ at: node.start, message, severity: "warning" });
  }
  for (const { node, parent } of nodesIn(program)) {
    if (node.type !== "Identifier" || !isReference(node, parent)) continue;
    const { name } = node;
    if (declared.has(name) || knownGlobals.has(name) || assigned.has(name)) continue;
    const known = [...platformGlobals, ...declared];
    const offered = `the platform offers ${platformGlobals.join(", ")}`;
    const message = `${name} is not defined; ${offered}${nearestAmong(known, name)}.`;
    findings.push({ at: node.start, message, severity: "error" });
  }
  return findings;
}

/** Every declared name, as often as it is declared. */
function declaredNames(program: Program): string[] {
  const names: string[] = [];
  for (const { node } of nodesIn(program)) {
    for (const pattern of patternsOf(node))
      for (const { node: part, parent } of nodesIn(pattern))
        if (part.type === "Identifier" && isReference(part, parent)) names.push(part.name);
  }
  return names;
}

/** The parts of a node that declare names. */
function patternsOf(node: AnyNode): AnyNode[] {
  if (node.type === "VariableDeclarator") return [node.id];
  if (node.type === "ArrowFunctionExpression") return node.params;
  if (node.type === "FunctionDeclaration" || node.type === "FunctionExpression")
    return [...(node.id ? [node.id] : []), ...node.params];
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression")
    return node.id ? [node.id] : [];
  return node.type === "CatchClause" && node.param ? [node.param] : [];
}

function assignedName(node: AnyNode): string | undefined {
  return node.type === "AssignmentExpression" &&
    node.operator === "=" &&
    node.left.type === "Identifier"
    ? node.left.name
    : undefined;
}

/** Whether an identifier is the name of a variable, and not that of a member, a label or the operand of typeof. */
function isReference(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  if (
    parent?.type === "Property" ||
    parent?.type === "MethodDefinition" ||
    parent?.type === "PropertyDefinition"
  )
    return parent.value === node || parent.computed;
  if (parent?.type === "UnaryExpression") return parent.operator !== "typeof";
  return !/^(Labeled|Break|Continue)Statement$|^MetaProperty$/.test(parent?.type ?? "");
}

/** Members of Person that no person has. */
function unknownMembers(program: Program): ScriptFinding[] {
  const parts = partsOfPerson(program);
  const findings: ScriptFinding[] = [];
  for (const { node, parent } of nodesIn(program)) {
    if (node.type !== "MemberExpression") continue;
    if (parent?.type === "MemberExpression" && parent.object === node) continue;
    const [first = "", ...rest] = pathOf(node) ?? [];
    const part = parts.get(first);
    const wrong = part && wrongPath([...part, ...rest], { isScript: true });
    if (wrong !== undefined)
      findings.push({ at: node.start, message: `${wrong}.`, severity: "error" });
  }
  return findings;
}

/** The names of the person and of its parts, such as `contract` in `const contract = Person.PrimaryContract || {}`. */
function partsOfPerson(program: Program): Map<string, readonly string[]> {
  const declared = declaredNames(program);
  if (declared.includes("Person")) return new Map();
  const parts = new Map<string, readonly string[]>([["Person", []]]);
  for (const { node } of nodesIn(program)) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) continue;
    const { name } = node.id;
    const [first = "", ...rest] = pathOf(withoutDefault(node.init)) ?? [];
    const part = parts.get(first);
    const isOnly = declared.filter((other) => other === name).length === 1;
    if (part && isOnly && !isAssigned(program, name)) parts.set(name, [...part, ...rest]);
  }
  return parts;
}

/** The value before `|| {}`. */
function withoutDefault(node: AnyNode): AnyNode {
  const hasDefault =
    node.type === "LogicalExpression" &&
    node.right.type === "ObjectExpression" &&
    node.right.properties.length === 0;
  return hasDefault ? node.left : node;
}

function isAssigned(program: Program, name: string): boolean {
  return [...nodesIn(program)].some(({ node }) => assignedName(node) === name);
}

/** The names of a chain of members up to the first that is computed; undefined when it does not start with a name. */
function pathOf(node: AnyNode): string[] | undefined {
  if (node.type === "Identifier") return [node.name];
  if (node.type === "ChainExpression") return pathOf(node.expression);
  if (node.type !== "MemberExpression") return undefined;
  const before = pathOf(node.object);
  if (!before) return undefined;
  const isCut = node.object.type === "MemberExpression" && memberName(node.object) === undefined;
  const name = memberName(node);
  return name === undefined || isCut ? before : [...before, name];
}

function memberName(node: AnyNode): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const { property, computed } = node;
  if (!computed && property.type === "Identifier") return property.name;
  return property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : undefined;
}

/**
 * Language that the platform may not know: its documentation names ECMAScript 5.1, and the scripts in use prove let,
 * const, template literals, arrow functions, spread in arrays, padStart, includes and Array.from, and no more.
 */
function newFeatures(program: Program): ScriptFinding[] {
  const findings: ScriptFinding[] = [];
  for (const { node } of nodesIn(program)) {
    const feature = featureOf(node);
    if (feature === undefined) continue;
    const message = `${feature} may not exist on the platform, whose scripts are ECMAScript 5.1 with let and const.`;
    findings.push({ at: node.start, message, severity: "warning" });
  }
  return findings;
}

function featureOf(node: AnyNode): string | undefined {
  if (node.type === "ChainExpression") return "Optional chaining (?.)";
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") return "A class";
  if ("operator" in node && newOperators.test(node.operator))
    return `The operator ${node.operator}`;
  if ("async" in node && node.async) return "An async function";
  if ("generator" in node && node.generator) return "A generator function";
  if (
    node.type === "ObjectExpression" &&
    node.properties.some(({ type }) => type === "SpreadElement")
  )
    return "Spread in an object (...)";
  if (node.type === "CatchClause" && !node.param) return "catch without a variable";
  if (node.type === "Literal" && typeof node.bigint === "string") return "A BigInt";
  if (node.type === "Literal" && node.regex && /[sdvy]/.test(node.regex.flags))
    return `A regular expression with the flags ${node.regex.flags}`;
  return node.type === "MemberExpression"
    ? newMember(memberName(node), pathOf(node) ?? [])
    : undefined;
}

const newOperators = /^(\?\?|\*\*|\?\?=|\|\|=|&&=|\*\*=)$/;
const newMethods =
  /^(at|flat|flatMap|matchAll|replaceAll|trimStart|trimEnd|findLast|findLastIndex|toSorted|toReversed)$/;

function newMember(name: string | undefined, path: readonly string[]): string | undefined {
  if (path[0] === "Object" && /^(entries|values|fromEntries|hasOwn)$/.test(path[1] ?? ""))
    return `Object.${path[1]}`;
  return name !== undefined && newMethods.test(name) && path[0] !== "Person"
    ? `The method ${name}`
    : undefined;
}

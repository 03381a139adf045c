/** The sentences that the program can write, read from its sources: what the docs show is what the program says. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { FaultKind } from "../../lib/fault.ts";

/** A text of the program, with `…` for each value in it. */
export interface Sentence {
  /** Path from the root, with slashes. */
  file: string;
  text: string;
  /**
   * The kinds of a fault that is thrown with it; `unusable` for an event that cannot be used. Undefined: it is part of
   * a message, or the kind is that of another fault.
   */
  kinds?: readonly (FaultKind | "unusable")[];
}

export interface Sources {
  /** Every text that is long enough to be recognised. */
  texts: readonly Sentence[];
  /** Where a fault is created with a message that is made of others, by file. */
  passedOn: readonly Sentence[];
}

const rooms = ["lib", "lifecycle", "permissions", "resources"];

/** Reads the sources of everything that ships: the actions, the entry of a bundle and the script for HelloID. */
export function readSources(root: string): Sources {
  const files = rooms.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
      .map((file) => `${room}/${file.replaceAll("\\", "/")}`)
      .filter((file) => file.endsWith(".ts") && !file.startsWith("lib/generated/")),
  );
  const parsed = [...files.sort(), "tools/build/entry.js"].map((file) =>
    ts.createSourceFile(
      file,
      readFileSync(path.join(root, file), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    ),
  );
  const constants = constantsIn(parsed);
  const all = parsed.flatMap((source) => sentencesIn(source, constants));
  const script = readFileSync(path.join(root, "tools/build/bridge.ps1"), "utf8");
  return {
    texts: [...all.filter(({ text }) => isTelling(text)), ...scriptSentences(script)],
    passedOn: all.filter(({ text, kinds }) => kinds && !isTelling(text)),
  };
}

/** Whether there are words enough beside the values to recognise the text. */
function isTelling(text: string): boolean {
  return text.replaceAll(/[^a-z]/gi, "").length >= 9 && text.includes(" ");
}

type Constants = ReadonlyMap<string, ts.Expression>;

/** What names such as `rightsNeeded` mean: texts that are declared once. */
function constantsIn(files: readonly ts.SourceFile[]): Constants {
  const found = new Map<string, ts.Expression>();
  const repeated = new Set<string>();
  for (const file of files)
    walk(file, (node) => {
      if (!ts.isVariableDeclaration(node) || !node.initializer || !isPlain(node.initializer))
        return;
      const name = node.name.getText();
      if (found.has(name)) repeated.add(name);
      found.set(name, node.initializer);
    });
  for (const name of repeated) found.delete(name);
  return found;
}

function sentencesIn(source: ts.SourceFile, constants: Constants): Sentence[] {
  const found: Sentence[] = [];
  const messages = new Set<ts.Node>();
  const add = (node: ts.Expression, kinds: Sentence["kinds"], end = ""): void => {
    for (const part of alternatives(node)) {
      messages.add(part);
      const text = textOf(part, constants) + end;
      found.push({ file: source.fileName, text, ...(kinds && { kinds }) });
    }
  };
  walk(source, (node) => {
    if (isCallOf(node, "Fault.invalid")) add(argument(node, 0), ["invalid"]);
    if (ts.isNewExpression(node) && node.expression.getText() === "Unusable")
      for (const item of itemsOf(argument(node, 0))) add(item, ["unusable"]);
    if (!ts.isObjectLiteralExpression(node)) return;
    const [message, kind] = [memberOf(node, "message"), memberOf(node, "kind")];
    if (message && (kind || isFault(node.parent)))
      add(message, kindsOf(kind), signInNumber(node.parent));
  });
  walk(source, (node) => {
    if (!isText(node) || isPartOfText(node) || messages.has(node)) return;
    found.push({ file: source.fileName, text: textOf(node, constants) });
  });
  return found;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function isCallOf(node: ts.Node, name: string): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === name;
}

function isFault(node: ts.Node): boolean {
  return ts.isNewExpression(node) && node.expression.getText() === "Fault";
}

function argument(node: ts.CallExpression | ts.NewExpression, index: number): ts.Expression {
  const found = node.arguments?.[index];
  if (!found) throw new Error(`${node.getText()} has no argument ${index}.`);
  return found;
}

function itemsOf(node: ts.Expression): readonly ts.Expression[] {
  return ts.isArrayLiteralExpression(node) ? node.elements : [node];
}

/** A member of an object: its value, or what the function returns that makes it. */
function memberOf(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = node.properties.find((property) => property.name?.getText() === name);
  if (!found) return undefined;
  if (ts.isShorthandPropertyAssignment(found)) return found.name;
  if (!ts.isPropertyAssignment(found)) return undefined;
  const value = found.initializer;
  if (ts.isArrowFunction(value) && !ts.isBlock(value.body)) return value.body;
  return value;
}

/** A message in the table of sign-in errors is followed by its number. */
function signInNumber(node: ts.Node): string {
  const [number] = ts.isPropertyAssignment(node)
    ? (/^AADSTS\d+$/.exec(node.name.getText()) ?? [])
    : [];
  return number === undefined ? "" : ` (${number})`;
}

/** The kinds that are written out: one, or one of two. */
function kindsOf(node: ts.Expression | undefined): Sentence["kinds"] {
  const kinds = (node ? alternatives(node) : []).flatMap((one) =>
    ts.isStringLiteral(one) ? [one.text as FaultKind] : [],
  );
  return kinds;
}

/** Both sides of `a ? b : c` and of `a ?? b`, and any other expression itself. */
function alternatives(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return alternatives(node.expression);
  if (ts.isConditionalExpression(node))
    return [...alternatives(node.whenTrue), ...alternatives(node.whenFalse)];
  if (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
  )
    return [...alternatives(node.left), ...alternatives(node.right)];
  return [node];
}

function isText(node: ts.Node): node is ts.Expression {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      (isText(node.left) || isText(node.right)))
  );
}

/** A text without values. */
function isPlain(node: ts.Node): node is ts.Expression {
  return (
    ts.isStringLiteralLike(node) ||
    (isText(node) && ts.isBinaryExpression(node) && [node.left, node.right].every(isPlain))
  );
}

/** `"a" + "b"` is one text. */
function isPartOfText({ parent }: ts.Node): boolean {
  return isText(parent) && ts.isBinaryExpression(parent);
}

function textOf(node: ts.Expression, constants: Constants): string {
  return rawText(node, constants)
    .replaceAll(/\{\{\w+\}\}/g, "…")
    .replaceAll(/…+/g, "…")
    .trim();
}

function rawText(node: ts.Expression, constants: Constants): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return rawText(node.expression, constants);
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) => rawText(expression, constants) + literal.text,
    );
    return node.head.text + spans.join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return rawText(node.left, constants) + rawText(node.right, constants);
  const constant = ts.isIdentifier(node) ? constants.get(node.text) : undefined;
  return constant && constant !== node ? rawText(constant, constants) : "…";
}

/** What the script for HelloID throws or returns, in PowerShell's double quotation marks. */
function scriptSentences(script: string): Sentence[] {
  return script
    .split("\n")
    .filter((line) => /\b(throw|return)\b|\$fault = /.test(line))
    .flatMap((line) => [...line.matchAll(/"((?:`.|\$\([^)]*\)|[^"`])*)"/g)])
    .map(([, text = ""]) => ({
      file: "tools/build/bridge.ps1",
      text: text.replaceAll(/`(.)/g, "$1").replaceAll(/\$\((?:[^()]|\([^()]*\))*\)|\$\w+/g, "…"),
    }))
    .filter(({ text }) => isTelling(text));
}

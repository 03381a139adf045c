/** The values that a script yields, where the script itself shows them. */
import type { Expression, FunctionDeclaration, Program } from "acorn";
import { childrenOf, type AnyNode } from "./scriptSyntax.ts";

/** The expressions whose value can be that of the script: its last one, or what the function returns that it calls. */
export function resultsOf({ body }: Program): Expression[] {
  const last = body.findLast(({ type }) => type === "ExpressionStatement");
  if (last?.type !== "ExpressionStatement") return [];
  const { expression } = last;
  const called =
    expression.type === "CallExpression" && expression.callee.type === "Identifier"
      ? expression.callee.name
      : undefined;
  const declared = body.find(
    (node): node is FunctionDeclaration =>
      node.type === "FunctionDeclaration" && node.id.name === called,
  );
  const results = declared ? returnedBy(declared.body) : [expression];
  return results.flatMap(alternatives);
}

/** The expressions that a function returns, without those of functions in it. */
function returnedBy(node: AnyNode): Expression[] {
  if (node.type.includes("Function")) return [];
  if (node.type === "ReturnStatement") return node.argument ? [node.argument] : [];
  return childrenOf(node).flatMap(returnedBy);
}

function alternatives(node: Expression): Expression[] {
  if (node.type === "ConditionalExpression")
    return [...alternatives(node.consequent), ...alternatives(node.alternate)];
  if (node.type === "LogicalExpression") return alternatives(node.right);
  return [node];
}

/** A text, number or boolean that is written as such; undefined for anything else. */
export function literalOf(node: AnyNode): string | undefined {
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return node.type === "Literal" && ["string", "number", "boolean"].includes(typeof node.value)
    ? String(node.value)
    : undefined;
}

/** The text with which a text starts, such as `SMTP:` of `"SMTP:" + local`. */
export function startOf(node: AnyNode): string {
  if (node.type === "BinaryExpression" && node.operator === "+") return startOf(node.left);
  if (node.type === "TemplateLiteral") return node.quasis[0]?.value.cooked ?? "";
  return literalOf(node) ?? "";
}

/** The text with which a text ends. */
export function endOf(node: AnyNode): string {
  if (node.type === "BinaryExpression" && node.operator === "+") return endOf(node.right);
  if (node.type === "TemplateLiteral") return node.quasis.at(-1)?.value.cooked ?? "";
  return literalOf(node) ?? "";
}

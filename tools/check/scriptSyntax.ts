/** The syntax of the scripts of mapping mode Complex. Nothing is run. */
import { parse, type AnyNode, type Program } from "acorn";

export type { AnyNode } from "acorn";

export interface SyntaxFault {
  /** The offset in the script. */
  at: number;
  message: string;
}

/** The syntax tree of a script, or its first fault. */
export function parsedScript(script: string): Program | SyntaxFault {
  try {
    return parse(script, { ecmaVersion: "latest", sourceType: "script" });
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    const { pos = 0 } = thrown as SyntaxError & { pos?: number };
    return { at: pos, message: thrown.message.replace(/ \(\d+:\d+\)$/, "") };
  }
}

/** The nodes directly below a node, in the order of the script. */
export function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** A node and every node below it, each with the node above it. */
export function* nodesIn(
  node: AnyNode,
  parent?: AnyNode,
): Generator<{ node: AnyNode; parent: AnyNode | undefined }> {
  yield { node, parent };
  for (const child of childrenOf(node)) yield* nodesIn(child, node);
}

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    "start" in value
  );
}

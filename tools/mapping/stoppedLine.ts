/** The line in which a script was stopped at its time limit. */
import { nodesIn, parsedScript, type AnyNode } from "../check/scriptSyntax.ts";

/** A call in the stack of QuickJS, the innermost first. */
interface Frame {
  name: string;
  /** The offset in the script; undefined in a function of QuickJS itself. */
  at: number | undefined;
}

/**
 * The line of the loop that runs, or of the call that takes so long; undefined when it is not known. QuickJS notes the
 * place of a function only at its calls, so the innermost place is one that the script passed before: the header of
 * the function, or a call before the loop or in it.
 */
export function stoppedLine(script: string, stack: string): number | undefined {
  const program = parsedScript(script);
  if (!("body" in program)) return undefined;
  const frames = framesIn(script, stack);
  const nodes = [...nodesIn(program)].map(({ node }) => node);
  const start = startOf(frames, nodes);
  return start === undefined ? undefined : script.slice(0, start).split("\n").length;
}

function startOf(
  [top, ...callers]: readonly Frame[],
  nodes: readonly AnyNode[],
): number | undefined {
  if (top === undefined) return undefined;
  if (top.at !== undefined) {
    // What takes long may be the recursion, and no later loop of the function.
    const isRecursive = callers.some(({ name }) => name === top.name);
    const around = loopAround(nodes, top.at);
    const later = isRecursive ? [] : loopsAfter(nodes, top.at, around);
    const [running, ...others] = [...(around ? [around] : []), ...later];
    if (running) return others.length === 0 ? running.start : undefined;
  }
  // The places of the calls are exact.
  const calls = callers.flatMap(({ at }) => at ?? []);
  const [loop] = calls.flatMap((at) => loopAround(nodes, at) ?? []);
  return loop?.start ?? (top.at === undefined ? calls[0] : undefined);
}

/** The innermost loop that contains a place, in the same function. */
function loopAround(nodes: readonly AnyNode[], at: number): AnyNode | undefined {
  return loopsBeside(nodes, at).findLast((loop) => contains(loop, at));
}

/** The loops after a place in its function that are in no other one, nor in the one around the place. */
function loopsAfter(nodes: readonly AnyNode[], at: number, around?: AnyNode): AnyNode[] {
  const later = loopsBeside(nodes, at).filter(({ start }) => start >= at);
  const outer = around ? [around, ...later] : later;
  return later.filter((loop) => !outer.some((one) => one !== loop && contains(one, loop.start)));
}

/** The loops in the function that contains a place. */
function loopsBeside(nodes: readonly AnyNode[], at: number): AnyNode[] {
  const end = functionEnd(nodes, at);
  return nodes.filter((node) => isLoop(node) && functionEnd(nodes, node.start) === end);
}

/** Where the function around a place ends. The place of a method is its name, which ends where its function does. */
function functionEnd(nodes: readonly AnyNode[], at: number): number | undefined {
  return nodes.findLast((node) => isFunction(node) && contains(node, at))?.end;
}

function isFunction(node: AnyNode): boolean {
  if (node.type === "Property") return node.value.type === "FunctionExpression";
  return /Function|MethodDefinition/.test(node.type);
}

function isLoop({ type }: AnyNode): boolean {
  return /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(type);
}

function contains({ start, end }: AnyNode, at: number): boolean {
  return start <= at && at < end;
}

function framesIn(script: string, stack: string): Frame[] {
  const lines = script.split("\n");
  return [...stack.matchAll(/^ *at (.*?) \((?:script\.js:(\d+):(\d+)|.*)\)$/gm)].map(
    ([, name = "", line, column]) => ({ name, at: offsetOf(lines, Number(line), Number(column)) }),
  );
}

/** Line and column count from 1; NaN where the stack has none. */
function offsetOf(lines: readonly string[], line: number, column: number): number | undefined {
  if (Number.isNaN(line)) return undefined;
  return lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0) + column - 1;
}

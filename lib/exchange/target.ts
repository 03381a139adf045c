import {
  mergedOperations,
  type Gate,
  type Need,
  type Operations,
  type Query,
  type Step,
  type StreamQuery,
} from "../step.ts";
import type { Parameters } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";

/** Exchange Online as a target: the argument of its queries. */
export interface ExchangeTarget {
  exchange: Exchange;
}

export type ExchangeQuery<T> = Query<ExchangeTarget, T>;
export type ExchangeStream<T> = StreamQuery<ExchangeTarget, T>;
export type ExchangeGate = Gate<ExchangeTarget>;

/** A cmdlet that changes one existing object. */
export interface ExchangeStep extends Step<"exchange", ExchangeTarget> {
  parameters: { Identity: string } & Parameters;
}

/** A cmdlet that changes something, with its parameters. */
export type CmdletCall = Pick<Step<"exchange">, "target" | "operation" | "parameters">;

/** Cmdlets with the parameters that may be sent. */
export type Cmdlets = Operations;

/** Several declarations as one. */
export const mergedCmdlets = mergedOperations;

/** Declares every cmdlet that an action may send. The nouns export their cmdlets. */
export function cmdlets(...parts: readonly Cmdlets[]): Need<Exchange> {
  return { operations: mergedCmdlets(...parts) };
}

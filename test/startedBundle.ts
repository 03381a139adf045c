/** What a bundle answers before it reads an event, as the platform starts it: in a process of its own. */
import { expect, inject } from "vitest";
import { version } from "../lib/generated/version.ts";
import { runBundle, type BundleRun } from "../tools/cli/run.ts";
import { createAnswer } from "./generated/answers.ts";

/** It is read, and lacks everything but its form. */
export const usableEvent = '{"actionContext":{"DryRun":true}}';

export const run = (input: Buffer | string): Promise<BundleRun> =>
  runBundle("lifecycle/create", input, { dist: inject("dist") });

export const messagesOf = ({ answer }: BundleRun): string[] =>
  (answer as { outputContext: { AuditLogs: { Message: string }[] } }).outputContext.AuditLogs.map(
    ({ Message }) => Message,
  );

/** An event that cannot be used gets exit code 2 and one answer, which says why. */
export async function assertRefused(input: Buffer | string, message: RegExp): Promise<void> {
  const result = await run(input);
  expect(result.code).toBe(2);
  expect(createAnswer.check(result.answer), JSON.stringify(createAnswer.check.errors)).toBe(true);
  expect(result.answer).toMatchObject({
    outcome: "invalid",
    outputContext: { Success: false },
    plan: [],
  });
  expect(result.answer).toHaveProperty("stats.version", version);
  expect(messagesOf(result)).toEqual([expect.stringMatching(message)]);
  expect(result.stdout.trim().split("\n")).toHaveLength(1);
}

/** A Node of this version is refused before anything else, or `isFine`. */
export async function assertNodeChecked(node: string, isFine: boolean): Promise<void> {
  const preload = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"${node}"}})`;
  const result = await runBundle("lifecycle/create", usableEvent, {
    dist: inject("dist"),
    preload,
  });
  expect(result.code).toBe(2);
  expect(createAnswer.check(result.answer), JSON.stringify(createAnswer.check.errors)).toBe(true);
  const refusal =
    `Node.js ${node} is too old for the connector: it needs 20.19.0 or later. ` +
    `Node.js was started from ${process.execPath}.`;
  expect(messagesOf(result).includes(refusal)).toBe(!isFine);
  expect(result.log.some(({ message }) => message === refusal)).toBe(!isFine);
}

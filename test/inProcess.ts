import type { ExchangeTarget } from "../lib/exchange/target.ts";
import { connect } from "../lib/connector.ts";
import type { Action, AnyEvent } from "../lib/host/action.ts";
import { run } from "../lib/host/run.ts";

export interface InProcessRun {
  code: number;
  answer: unknown;
  stdout: string;
  stderr: string;
}

/**
 * Runs an action as its bundle would, without a process of its own: for cases in which only answers
 * and requests matter. `written` receives each piece of stdout.
 */
export async function runInProcess<Event extends AnyEvent>(
  action: Action<Event, ExchangeTarget>,
  event: unknown,
  env: Record<string, string>,
  written?: (text: string) => void,
): Promise<InProcessRun> {
  const start = performance.now();
  let stdout = "";
  let stderr = "";
  const code = await run(action, connect, {
    document: () => Promise.resolve(JSON.parse(JSON.stringify(event)) as unknown),
    stdout(text) {
      stdout += text;
      written?.(text);
      return Promise.resolve();
    },
    stderr(text) {
      stderr += text;
    },
    env,
    now: () => performance.now() - start,
    onInterrupt: () => undefined,
  });
  return {
    code,
    answer: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown,
    stdout,
    stderr,
  };
}

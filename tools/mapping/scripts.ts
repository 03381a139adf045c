import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import {
  ranTooLong,
  scriptLimits,
  type LimitedRequest,
  type ScriptAnswer,
  type ScriptRequest,
} from "./scriptRequest.ts";

/** Runs scripts of a mapping, one after another, without access to files, network or process. */
export interface Scripts {
  evaluate(request: ScriptRequest): Promise<ScriptAnswer>;
  close(): Promise<void>;
}

/**
 * QuickJS looks at its time limit only between its own instructions, and one instruction may search a megabyte of text.
 * After this much more time the whole thread is ended.
 */
const graceMs = 1_000;

/** Starts no thread before the first script. */
export function openScripts(limits = scriptLimits): Scripts {
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const stop = async (): Promise<void> => {
    await thread?.terminate();
    thread = undefined;
  };
  const evaluate = async (request: ScriptRequest): Promise<ScriptAnswer> => {
    thread ??= await startThread();
    thread.postMessage({ ...request, limits } satisfies LimitedRequest);
    const patience = AbortSignal.timeout(limits.ms + graceMs);
    try {
      const [answer] = (await once(thread, "message", { signal: patience })) as [ScriptAnswer];
      return answer;
    } catch (error) {
      await stop();
      if (!patience.aborted) throw error;
      return { fault: ranTooLong(limits), line: undefined };
    }
  };
  return {
    async evaluate(request) {
      const answer = last.then(() => evaluate(request));
      last = answer.catch(() => undefined);
      return await answer;
    },
    close: stop,
  };
}

/** The thread, when it is ready: loading it takes its time on a busy machine, which is no script's fault. */
async function startThread(): Promise<Worker> {
  const thread = newThread();
  await once(thread, "message");
  return thread;
}

function newThread(): Worker {
  const url = new URL(`./scriptWorker${path.extname(import.meta.filename)}`, import.meta.url).href;
  if (!url.endsWith(".ts")) return new Worker(new URL(url));
  // A clone: tsx does not reach into threads by itself, and such a thread looks for packages in the current folder.
  const tsx = import.meta.resolve("tsx/esm/api");
  const [api, file, parent] = [tsx, url, import.meta.url].map((text) => JSON.stringify(text));
  return new Worker(`import(${api}).then(({ tsImport }) => tsImport(${file}, ${parent}))`, {
    eval: true,
  });
}

/** Runs the scripts of a mapping in QuickJS, in a thread of its own that `scripts.ts` starts and can end. */
import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import {
  Scope,
  newQuickJSWASMModuleFromVariant,
  shouldInterruptAfterDeadline,
  type QuickJSContext,
} from "quickjs-emscripten-core";
import { parentPort } from "node:worker_threads";
import {
  ranTooLong,
  type LimitedRequest,
  type ScriptAnswer,
  type ScriptLimits,
} from "./scriptRequest.ts";
import { stoppedLine } from "./stoppedLine.ts";

/** The name of the script in a stack, from which the line of an error is read. */
const fileName = "script.js";
/** QuickJS counts its own frames; V8 holds those of the WebAssembly. This much leaves V8's stack in place. */
const maxStackBytes = 128 * 1024;

/**
 * The platform's function: letters without their accents. What it does with letters that have no accent, such as the
 * Polish l with a stroke, is not documented; they stay.
 */
const prelude = `
function deleteDiacriticalMarks(text) { return String(text).normalize("NFD").replace(/[\\u0300-\\u036f]/g, ""); }
`;

let engine = newQuickJSWASMModuleFromVariant(variant);

parentPort?.on("message", (request: LimitedRequest) => {
  void answered(request).then((answer) => parentPort?.postMessage(answer));
});

await engine;
parentPort?.postMessage("ready");

async function answered(request: LimitedRequest): Promise<ScriptAnswer> {
  try {
    return await evaluated(request);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The stack of V8 overflowed in the middle of the WebAssembly, whose memory is unusable from then on.
    engine = newQuickJSWASMModuleFromVariant(variant);
    return { fault: "The script nests too deeply.", line: undefined };
  }
}

/** A runtime for each script: nothing that one does can reach the next. */
async function evaluated({
  script,
  person,
  iteration,
  limits,
}: LimitedRequest): Promise<ScriptAnswer> {
  const quickJs = await engine;
  return Scope.withScope((scope) => {
    const runtime = scope.manage(
      quickJs.newRuntime({
        memoryLimitBytes: limits.bytes,
        maxStackSizeBytes: maxStackBytes,
        interruptHandler: shouldInterruptAfterDeadline(Date.now() + limits.ms),
      }),
    );
    const context = scope.manage(runtime.newContext());
    setGlobals(context, person, iteration);
    // Taken now: the script may replace it.
    const stringify = scope.manage(context.unwrapResult(context.evalCode("JSON.stringify")));
    const result = scope.manage(context.evalCode(script, fileName));
    if (result.error) return faultOf(script, context.dump(result.error), limits);
    if (context.typeof(result.value) === "function")
      return { fault: "The last value is a function; expected a call of it.", line: undefined };
    // The sandbox writes the JSON: the value may have hostile getters.
    const json = scope.manage(context.callFunction(stringify, context.undefined, result.value));
    return json.error
      ? faultOf(script, context.dump(json.error), limits)
      : answerWith(context.dump(json.value), limits);
  });
}

function setGlobals(context: QuickJSContext, person: string, iteration: number): void {
  const { global } = context;
  context.newString(person).consume((json) => context.setProp(global, "Person", json));
  context.newNumber(iteration).consume((number) => context.setProp(global, "Iteration", number));
  context
    .unwrapResult(context.evalCode(`${prelude} Person = JSON.parse(Person);`, "globals.js"))
    .dispose();
}

/** `undefined` has no JSON: the script has no value then. */
function answerWith(json: unknown, { resultLength }: ScriptLimits): ScriptAnswer {
  const text = typeof json === "string" ? json : "null";
  if (text.length <= resultLength) return { json: text };
  return {
    fault: `The script returns ${text.length} characters; expected at most ${resultLength}.`,
    line: undefined,
  };
}

function faultOf(script: string, thrown: unknown, limits: ScriptLimits): ScriptAnswer {
  if (typeof thrown !== "object" || thrown === null)
    return { fault: `It throws ${String(thrown)}.`, line: undefined };
  const { name, message, stack } = thrown as Record<string, unknown>;
  const text = String(message);
  if (text === "interrupted")
    return { fault: ranTooLong(limits), line: stoppedLine(script, String(stack)) };
  const line = /script\.js:(\d+)/.exec(String(stack))?.[1];
  return {
    fault: limitFault(text, limits) ?? `${String(name)}: ${text}`,
    line: line === undefined ? undefined : Number(line),
  };
}

/** What QuickJS says when a limit ends a script, in words that name the limit. */
function limitFault(text: string, { bytes }: ScriptLimits): string | undefined {
  switch (text) {
    case "out of memory":
    case "string too long":
      return `The script needed more than ${bytes / 1024 / 1024} MB of memory and was stopped.`;
    case "stack overflow":
      return "The script nests too deeply.";
    default:
      return undefined;
  }
}

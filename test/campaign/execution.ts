import type { Chance } from "./chance.ts";
import type { VirtualClock } from "./clock.ts";
import type { WireReply, WireRequest } from "./fake/exchange.ts";
import type { Product } from "./product.ts";
import type { Answer, Event } from "./scenario.ts";
import type { Ambush, Made, Wire } from "./wire.ts";

/** One event that was run, and everything that came of it. */
export interface Execution {
  code: number;
  stdout: string;
  stderr: string;
  answer: Answer | undefined;
  records: Record<string, unknown>[];
  made: Made[];
  met: Map<Ambush, string>;
  /** Virtual milliseconds. */
  tookMs: number;
  deadlineMs: number;
  /** Calls that were made after the answer. */
  late: Made[];
}

export interface Setting {
  product: Product;
  wire: Wire;
  clock: VirtualClock;
  chance: Chance;
}

const epoch = Date.UTC(2026, 10, 28, 12);
/** So long a request takes. */
const wayMs = 80;

/** Runs one event on a tenant, in virtual time. */
export async function execute(
  actionName: string,
  event: Event,
  ambushes: readonly Ambush[],
  { product, wire, clock, chance }: Setting,
): Promise<Execution> {
  const action = product.actions[actionName];
  if (!action) throw new Error(`There is no action ${actionName}.`);
  const start = clock.now;
  const isDryRun = event.actionContext["DryRun"] === true;
  const { deadlineMs: usual, previewMs = usual } = action.verb;
  const deadlineMs = isDryRun ? Math.min(usual, previewMs) : usual;
  wire.begin(ambushes);
  let stdout = "";
  let stderr = "";
  const connect = product.connectorWith({
    transport: () => ({
      send: (request, signal) => send({ body: "", ...request }, signal),
      close: () => undefined,
    }),
    sleep: clock.sleep,
    random: chance.next,
    clock: () => epoch + clock.now,
  });
  const code = await clock.pass(
    product.run(action, connect, {
      document: () => Promise.resolve(structuredClone(event)),
      stdout(text) {
        stdout += text;
        return Promise.resolve(true);
      },
      stderr: (text) => void (stderr += text),
      env: {},
      now: () => clock.now - start,
      onLimit: () => undefined,
      onInterrupt: (interrupt) =>
        clock.setAlarm(start + deadlineMs, () =>
          interrupt(
            new product.Fault({ kind: "unavailable", message: "The time for one event ran out." }),
          ),
        ),
    }),
  );
  const tookMs = clock.now - start;
  const made = [...wire.made];
  const met = new Map(wire.met);
  await clock.settle(0);
  const late = wire.made.slice(made.length);
  return { code, stdout, stderr, ...parsed(stdout), made, met, tookMs, deadlineMs, late };

  async function send(request: WireRequest, signal: AbortSignal): Promise<WireReply> {
    await clock.sleep(wayMs, signal);
    const reply = await wire.send(request);
    if (reply === "silence") await clock.sleep(Infinity, signal);
    if (typeof reply === "object") return reply;
    throw new product.Fault({
      kind: "unavailable",
      retryable: true,
      message: `No complete answer arrived from ${new URL(request.url).host}: the connection was cut.`,
    });
  }
}

function parsed(stdout: string): Pick<Execution, "answer" | "records"> {
  try {
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const answer = lines.pop() as Answer;
    const records = lines.map((line) => (line as { record: Record<string, unknown> }).record);
    return { answer, records };
  } catch {
    return { answer: undefined, records: [] };
  }
}

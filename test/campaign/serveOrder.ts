/**
 * Events of a few accounts, many at the same time, through one service in this process, while the tenant fails at
 * random. The tenant's journal is the judge: what was set in one account must never be followed by an earlier value.
 */
import { setImmediate as turn } from "node:timers/promises";
import { sharedConnector } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import type { Transport } from "../../lib/net/transport.ts";
import { openService } from "../../lib/runtime/serve/service.ts";
import { loadAction } from "../../tools/session/actions.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import type { Fault as Trouble } from "../emulator/faults.ts";
import type { Entry } from "../emulator/journal.ts";
import { textOf } from "../emulator/message.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { changeEventFor } from "../events.ts";
import { Chance } from "./chance.ts";

export interface OrderReport {
  events: number;
  succeeded: number;
  /** Events without an answer, or with several. */
  unanswered: number;
  /** Values that the tenant applied. */
  applied: number;
  /** Requests that the tenant refused, or did not answer. */
  troubled: number;
  violations: string[];
}

const accounts = 12;
const atOnce = 8;
const field = "CustomAttribute9";

const troubles: readonly Trouble[] = [
  { match: { side: "exchange" }, named: "throttledNoRetryAfter", chance: 0.04, seed: 11 },
  { match: { side: "exchange" }, named: "unavailable", chance: 0.04, seed: 12 },
  { match: { side: "exchange" }, cut: "after", chance: 0.02, seed: 13 },
  { match: { side: "exchange" }, cut: "before", chance: 0.02, seed: 14 },
  { match: { side: "exchange" }, named: "tokenRefused", chance: 0.002, seed: 15, times: 1e9 },
];

/** What the tenant applied, judged in the order of its journal. */
export class OrderOracle {
  readonly violations: string[] = [];
  applied = 0;
  troubled = 0;
  readonly #last = new Map<string, number>();

  /** Each value begins with the number of its event. */
  see({ cmdlet, parameters, applied, status }: Entry): void {
    if (status !== 200) this.troubled++;
    if (cmdlet !== "Set-Mailbox" || !applied) return;
    const account = String(parameters?.["Identity"]).toLowerCase();
    const number = Number(String(parameters?.[field]).split(" ")[0]);
    const before = this.#last.get(account) ?? 0;
    this.applied++;
    if (!(number >= before)) this.violations.push(`${account}: ${number} after ${before}`);
    this.#last.set(account, number);
  }

  /** The number of the last value of each account. */
  get last(): ReadonlyMap<string, number> {
    return this.#last;
  }
}

export async function orderCampaign({
  events,
  seed,
  onEvent = () => undefined,
}: {
  events: number;
  seed: number;
  onEvent?: () => void;
}): Promise<OrderReport> {
  const chance = new Chance(seed);
  const emulator = createEmulator({ state: manyMailboxes(accounts), random: chance.next });
  emulator.setFaults(troubles);
  const oracle = new OrderOracle();
  let skippedMs = 0;
  const clock = (): number => emulator.now() + skippedMs;
  const { connect, close } = sharedConnector({
    transport: () => ({ send: wayTo(emulator, chance), close: () => undefined }),
    // Waits take no time: the clock moves on instead.
    async sleep(ms, signal) {
      const until = clock() + ms;
      await turn(undefined, { signal });
      skippedMs += Math.max(0, until - clock());
    },
    random: chance.next,
    clock,
  });
  const service = openService(
    { actionOf: loadAction, connect, env: {}, now: () => performance.now() },
    { atOnce, waiting: 4 * accounts },
  );
  const answers = new Map<string, number>();
  const report = { events, succeeded: 0, unanswered: 0 };
  const send = async (number: number): Promise<void> => {
    const id = `event ${number}`;
    const event = eventOf(number, emulator, chance);
    await service.take(
      Buffer.from(JSON.stringify({ id, action: "lifecycle/update", event })),
      {
        line(text) {
          answers.set(id, (answers.get(id) ?? 0) + 1);
          if (text.includes('"Success":true')) report.succeeded++;
          return Promise.resolve(true);
        },
        log: () => undefined,
      },
      { source: "the line" },
    );
    onEvent();
    if (answers.get(id) !== 1) report.unanswered++;
    answers.delete(id);
  };
  const sees = (): void => {
    for (const entry of emulator.journal()) oracle.see(entry);
    emulator.clearJournal();
  };
  for (let number = 1; number <= events; number++) {
    await service.room();
    void send(number);
    if (number % 500 !== 0) continue;
    // An entry is whole when nothing is under way.
    await service.idle();
    sees();
  }
  await service.idle();
  sees();
  close();
  for (const { Guid, [field]: value } of emulator.state().objects as Record<string, unknown>[]) {
    const last = oracle.last.get(String(Guid).toLowerCase());
    if (last !== undefined && !String(value).startsWith(`${last} `))
      oracle.violations.push(`${String(Guid)} has ${String(value)}, and ${last} was set last`);
  }
  const { applied, troubled, violations } = oracle;
  return { ...report, applied, troubled, violations };
}

/** Two thirds of the events are for three of the accounts. Every eighth account is mastered on premises. */
function eventOf(number: number, { credentials }: Emulator, chance: Chance): unknown {
  const index = 1 + (chance.below(3) < 2 ? chance.below(3) : chance.below(accounts));
  const last = (index === 4 ? 5 : index).toString(16).padStart(12, "0");
  const reference = `0b1ec700-0000-4000-8000-${last}`;
  return changeEventFor(
    { ...credentials },
    { reference, data: { [field]: `${number} ${chance.below(1000)}` } },
  );
}

/** A way that takes a different time for each request and each answer. */
function wayTo(emulator: Emulator, chance: Chance): Transport {
  const pass = async (): Promise<void> => {
    for (let turns = chance.below(4); turns > 0; turns--) await turn();
  };
  return async ({ method, url, headers, body = "" }, signal) => {
    await pass();
    const { "accept-encoding": _, ...others } = headers;
    const answer = await emulator.handle({ method, url, headers: others, text: body, signal });
    await pass();
    if (answer.cut !== undefined)
      throw new Fault({ kind: "unavailable", retryable: true, message: "The connection was cut." });
    return { status: answer.status, headers: answer.headers, text: textOf(answer) };
  };
}

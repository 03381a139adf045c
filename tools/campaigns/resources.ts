/**
 * `npm run campaign:resources -- [items] [rounds]`: makes groups and shared mailboxes for so many
 * items of a source, three of which are bad, while the tenant throttles at random and every run is
 * killed at a random request and started again, until one comes to its end. Then there must be one
 * object for every good item, each with its key and marker, and an error that names each bad one.
 */
import path from "node:path";
import type { Answer } from "../../lib/host/answer.ts";
import { generator } from "../../test/emulator/chance.ts";
import type { Fault } from "../../test/emulator/faults.ts";
import { seedState } from "../../test/emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import type { DirectoryObject, State } from "../../test/emulator/state.ts";
import { buildBundles } from "../build/bundles.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";
import { runBundle } from "../cli/run.ts";
import { permissionImportFor } from "../cli/demoEvents.ts";

export type Kind = "groups" | "sharedMailboxes";

interface Item {
  ExternalId: string;
  DisplayName: string;
}

export interface Round {
  kind: Kind;
  items: number;
  seed: number;
  behaviour?: Partial<State["behaviour"]>;
  /** The highest chance, from 0 to 1, that a request is throttled. */
  throttled?: number;
  /** Also answers that never come, so that the result of the request is unknown. */
  lost?: number;
  /** How often a run is killed. */
  kills: number;
  /** The waits of the bundles are so many times shorter, and the emulator's clock runs as much faster. */
  timesShorter?: number;
}

export interface Ended {
  /** What is not as it must be. */
  wrong: string[];
  runs: number;
  killed: number;
  /** Of the run that came to its end. */
  ms: number;
  requests: number;
  /** Objects that a killed run had left without their key, and that a later one finished. */
  completed: number;
}

const marks: Readonly<Record<Kind, { marker: string; prefix: string; type: string }>> = {
  groups: {
    marker: "HelloID Dynamic Distribution Group",
    prefix: "dg_",
    type: "MailUniversalDistributionGroup",
  },
  sharedMailboxes: {
    marker: "HelloID Dynamic Shared Mailbox",
    prefix: "smb_",
    type: "SharedMailbox",
  },
};

const words = [
  "Zorg & Welzijn",
  "Ökonomie",
  "Łódź - Północ",
  "Smørrebrød",
  "Straße 7",
  "R.&D.",
  "Finance (NL)",
  "Crème brûlée",
  "Ærø",
  "İzmir",
  "Team 東京",
  "Afdeling",
];

/**
 * Good items and three bad ones: without a name, without a character that is valid in a name, and with
 * a name that is taken.
 */
export function sourceOf(items: number, kind: Kind): { source: Item[]; bad: Item[] } {
  const bad = [
    { ExternalId: "BAD-BLANK", DisplayName: " " },
    { ExternalId: "部門", DisplayName: "部門 🦊" },
    { ExternalId: "BAD-TAKEN", DisplayName: "Somebody's" },
  ];
  const source = Array.from({ length: items - bad.length }, (_, index) => ({
    ExternalId: `K-${index}`,
    DisplayName: `${words[index % words.length] ?? ""} ${index}`,
  }));
  bad.forEach((item, index) => source.splice(Math.floor(((index + 1) * items) / 4), 0, item));
  return { source: kind === "groups" ? source : source.reverse(), bad };
}

/** The seeded tenant, in which a contact has the name that one of the items would come to. */
function tenantFor({ kind, behaviour }: Round): State {
  const state = seedState();
  const contact = state.objects.find(({ Name }) => Name === "Cor Contact");
  if (contact) contact["Name"] = `${marks[kind].prefix}Somebody's`;
  return { ...state, behaviour: { ...state.behaviour, ...behaviour } };
}

function faultsFor({ throttled = 0, lost = 0 }: Round, random: () => number): Fault[] {
  const striking = (fault: Fault, chance: number): Fault => ({
    ...fault,
    chance,
    seed: Math.floor(random() * 1e9),
    match: { side: "exchange", ...fault.match },
  });
  return [
    striking({ named: "throttled", retryAfter: "0.2" }, throttled),
    striking({ named: "concurrency", status: 429 }, throttled / 4),
    striking({ cut: "after" }, lost),
    striking({ cut: "half" }, lost),
    striking({ named: "unavailable", retryAfter: "0.2" }, lost),
  ];
}

/** `mostRuns`: more of them are not needed, or something is wrong. */
export async function round(
  asked: Round,
  { dist, mostRuns = asked.kills + 6 }: { dist: string; mostRuns?: number },
): Promise<Ended> {
  const { kind, items, seed, kills, timesShorter = 1 } = asked;
  const random = generator(seed);
  const emulator = await startEmulator({ state: tenantFor(asked), clock: clockOf(timesShorter) });
  const { source, bad } = sourceOf(items, kind);
  const ended: Ended = { wrong: [], runs: 0, killed: 0, ms: 0, requests: 0, completed: 0 };
  try {
    const event = {
      ...permissionImportFor(emulator, { ResourceOwner: "dora.double@contoso.com" }),
      resourceContext: { SourceData: source },
    };
    let answer: Answer | undefined;
    while (ended.runs < mostRuns) {
      ended.runs++;
      emulator.emulator.setFaults(faultsFor(asked, random));
      emulator.emulator.clearJournal();
      // Somewhere in what is still to be done: at most three requests for an item.
      const at = ended.killed < kills ? 1 + Math.floor(random() * 1.5 * items) : Infinity;
      const run = await runUntil(at, `resources/${kind}`, event, { emulator, dist, timesShorter });
      ended.requests += emulator.emulator.journal().length;
      if (run.code === null) {
        ended.killed++;
        continue;
      }
      answer = run.answer as Answer | undefined;
      ended.ms = Math.max(ended.ms, run.ms);
      ended.completed += Number(/completed: (\d+)/.exec(messagesOf(answer)[0] ?? "")?.[1] ?? 0);
      // An item whose answer never came is left to the next run and reported.
      if (errorsOf(answer).length <= bad.length) break;
    }
    ended.wrong.push(
      ...wrongIn(answer, source, bad),
      ...wrongInTenant(
        kind,
        emulator.emulator.state().objects,
        source.filter((item) => !bad.includes(item)),
      ),
    );
    return ended;
  } finally {
    await emulator.close();
  }
}

interface Circumstances {
  emulator: RunningEmulator;
  dist: string;
  timesShorter: number;
}

const shortWaits = new URL("shortWaits.js", import.meta.url).href;

/** A clock that runs so many times as fast as ours. */
function clockOf(timesFaster: number): () => number {
  const start = Date.now();
  return () => start + (Date.now() - start) * timesFaster;
}

/** A run of the bundle that is killed as soon as the tenant has seen so many requests. */
async function runUntil(
  requests: number,
  action: string,
  event: unknown,
  { emulator: running, dist, timesShorter }: Circumstances,
): ReturnType<typeof runBundle> {
  const { emulator } = running;
  let watch: NodeJS.Timeout | undefined;
  try {
    return await runBundle(action, event, {
      dist,
      env: {
        ...running.env,
        TIMES_SHORTER: String(timesShorter),
      },
      ...(timesShorter > 1 && { preload: shortWaits }),
      started: (kill) =>
        (watch = setInterval(() => emulator.journal().length >= requests && kill("SIGKILL"), 1)),
    });
  } finally {
    clearInterval(watch);
  }
}

const messagesOf = (answer: Answer | undefined): string[] =>
  answer?.outputContext.AuditLogs.map(({ Message }) => Message) ?? [];
const errorsOf = (answer: Answer | undefined): string[] =>
  answer?.outputContext.AuditLogs.filter(
    ({ IsError, Message }) => IsError && !Message.startsWith("Only partly done"),
  ).map(({ Message }) => Message) ?? [];

function wrongIn(
  answer: Answer | undefined,
  source: readonly Item[],
  bad: readonly Item[],
): string[] {
  if (!answer) return ["no run came to its end"];
  const errors = errorsOf(answer);
  const unnamed = bad.filter(
    ({ ExternalId }) => !errors.some((message) => message.includes(ExternalId)),
  );
  return [
    ...(errors.length === bad.length
      ? []
      : [`${errors.length} errors instead of ${bad.length}: ${errors.slice(0, 8).join(" | ")}`]),
    ...unnamed.map(({ ExternalId }) => `no error names ${ExternalId}`),
    ...(messagesOf(answer)[0]?.startsWith(`Resources: ${source.length}, `)
      ? []
      : [`the audit begins with: ${messagesOf(answer)[0] ?? ""}`]),
  ];
}

function wrongInTenant(
  kind: Kind,
  objects: readonly DirectoryObject[],
  good: readonly Item[],
): string[] {
  const { marker, prefix, type } = marks[kind];
  const made = objects.filter(
    ({ Name, RecipientTypeDetails }) =>
      RecipientTypeDetails === type && String(Name).startsWith(prefix),
  );
  const byKey = new Map<string, DirectoryObject[]>();
  for (const object of made)
    byKey.set(String(object["CustomAttribute1"] ?? ""), [
      ...(byKey.get(String(object["CustomAttribute1"] ?? "")) ?? []),
      object,
    ]);
  return [
    ...(made.length === good.length ? [] : [`${made.length} objects instead of ${good.length}`]),
    ...[...byKey]
      .filter(([key, those]) => key === "" || those.length > 1)
      .map(([key, those]) => `${those.length} objects have the key "${key}"`),
    ...good
      .filter(
        ({ ExternalId, DisplayName }) =>
          !byKey
            .get(ExternalId)
            ?.some(
              (object) =>
                object["CustomAttribute2"] === marker &&
                object["DisplayName"] === `${prefix}${DisplayName}`,
            ),
      )
      .map(({ ExternalId }) => `${ExternalId} has no object with its marker and name`)
      .slice(0, 8),
  ];
}

async function main(items: number, rounds: number): Promise<void> {
  const dist = path.resolve(import.meta.dirname, "../../dist");
  await buildBundles(dist);
  const terminal = processTerminal();
  let wrong = 0;
  const cases: { name: string; own: Partial<Round> }[] = [
    { name: "throttled, not killed", own: { throttled: 0.03, kills: 0 } },
    {
      name: "throttled, not killed, new objects found after 3 s",
      own: { throttled: 0.03, kills: 0, behaviour: { createLagMs: 3_000 } },
    },
    { name: "throttled, killed", own: { throttled: 0.03 } },
    {
      name: "throttled, killed, new objects found after 3 s",
      own: { throttled: 0.03, behaviour: { createLagMs: 3_000 } },
    },
    { name: "throttled, killed, answers lost", own: { throttled: 0.03, lost: 0.001 } },
  ];
  const total = rounds * 2 * cases.length;
  const done = counter(terminal, { what: "rounds", total });
  for (let seed = 1; seed <= rounds; seed++) {
    for (const kind of ["groups", "sharedMailboxes"] as const) {
      for (const { name, own } of cases) {
        const ended = await round({ kind, items, seed, kills: 3, ...own }, { dist });
        wrong += ended.wrong.length;
        done();
        const longest = (ended.ms / 1000).toFixed(1);
        terminal.line(
          `${kind}, ${items} items, ${name} (seed ${seed}): ${ended.runs} runs, ` +
            `${ended.killed} of them killed, ${ended.requests} requests, ` +
            `longest complete run ${longest} s, ${ended.completed} incomplete objects completed: ` +
            (ended.wrong.length === 0 ? "correct" : "WRONG"),
        );
        for (const line of ended.wrong) terminal.line(`  ${line}`);
      }
    }
  }
  process.exitCode = wrong === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename)
  await main(Number(process.argv[2] ?? 5_000), Number(process.argv[3] ?? 1));

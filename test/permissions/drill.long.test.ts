import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome, PlanStep } from "../../lib/generated/types.ts";
import { permissionEventFor } from "../events.ts";
import { Bench, guidOf, type AnyAnswer, type Run } from "../bench.ts";
import { changedSince, everyRight, held, otherwise, prepare, sets } from "./sets.ts";

/** Grant, grant, revoke, revoke, grant: whatever the lists still show, each ends as it should, and says what it was. */
interface Drill {
  name: string;
  set: keyof typeof sets;
  permission: Record<string, string>;
  configuration?: Record<string, unknown>;
  /** What is held while it is granted. */
  gives: string[];
}

const info = guidOf("Info");
const drills: Drill[] = [
  {
    name: "a distribution group",
    set: "groups",
    permission: { Id: guidOf("Newsletter") },
    gives: ["member of Newsletter"],
  },
  {
    name: "a mail-enabled security group",
    set: "groups",
    permission: { Id: guidOf("Finance rights") },
    gives: ["member of Finance rights"],
  },
  {
    name: "the usual rights on a mailbox together",
    set: "sharedMailboxes",
    permission: { Id: info },
    gives: ["FullAccess on Info", "SendAs on Info"],
  },
  {
    name: "all rights on a mailbox together",
    set: "sharedMailboxes",
    permission: { Id: info },
    configuration: everyRight,
    gives: ["FullAccess on Info", "SendAs on Info", "SendOnBehalf on Info"],
  },
  {
    name: "Full Access",
    set: "sharedMailboxes",
    permission: { Id: info, Permission: "FullAccess" },
    gives: ["FullAccess on Info"],
  },
  {
    name: "Send As",
    set: "sharedMailboxes",
    permission: { Id: info, Permission: "SendAs" },
    gives: ["SendAs on Info"],
  },
  {
    name: "Send on Behalf",
    set: "sharedMailboxes",
    permission: { Id: info, Permission: "SendOnBehalf" },
    gives: ["SendOnBehalf on Info"],
  },
];

const aoife = guidOf("Aoife O'Brien");
/** What each step comes to, unless lists lag. */
const outcomes: readonly Outcome[] = ["done", "alreadySo", "done", "alreadySo", "done"];
const verbs = ["grant", "grant", "revoke", "revoke", "grant"] as const;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** One of each set: the others differ in what is sent, and not in how a bundle is run. */
const asBundles = ["a distribution group", "all rights on a mailbox together"];

/**
 * The drill, with what has to be so after each step. `between` is called before each but the first; `bundles` says
 * which steps are run as bundles, `readable` that lists do not lag.
 */
async function runDrill(
  on: Bench,
  { set, permission, configuration = {}, gives }: Drill,
  {
    bundles = [],
    dryFirst = false,
    readable = false,
    expected = outcomes,
    between,
  }: {
    bundles?: readonly number[];
    dryFirst?: boolean;
    readable?: boolean;
    expected?: readonly Outcome[];
    between?: () => void;
  } = {},
): Promise<Run<AnyAnswer>[]> {
  const before = held(on);
  // What was there before is what a list shows in a dry run, and what the service answers in the run.
  const comparable = (step: PlanStep): unknown =>
    readable ? step : { ...step, before: undefined };
  const rest = otherwise(on);
  const runs: Run<AnyAnswer>[] = [];
  for (const [index, verb] of verbs.entries()) {
    const outcome = expected[index];
    if (index > 0) between?.();
    const way = bundles.includes(index) ? "asBundle" : "here";
    const where = `step ${index + 1}, ${verb}`;
    const event = (dryRun: boolean): unknown =>
      permissionEventFor(on.running, { account: aoife, permission, configuration, dryRun });
    const stood = held(on);
    const dry = dryFirst ? await sets[set][verb][way](on, event(true)) : undefined;
    if (dry) {
      expect(dry.answer.outputContext.Success, where).toBe(true);
      // A dry run goes by what it can read.
      if (readable) expect(dry.answer.outcome, where).toBe(outcome);
      expect(
        dry.answer.plan.some(({ sent }) => sent),
        where,
      ).toBe(false);
      expect(changedSince(stood, on), where).toEqual({ more: [], less: [] });
    }
    const wet = await sets[set][verb][way](on, event(false));
    const Success = outcome !== "notYet";
    expect(wet.answer, where).toMatchObject({ outcome, outputContext: { Success } });
    expect(
      wet.answer.outputContext.AuditLogs.flatMap(({ Action }) => Action ?? []),
      where,
    ).toEqual(
      wet.answer.plan.map(() => (verb === "grant" ? "GrantPermission" : "RevokePermission")),
    );
    expect(changedSince(before, on), where).toEqual({
      more: verb === "grant" ? gives.map((one) => `${one}: Aoife O'Brien`) : [],
      less: [],
    });
    expect(otherwise(on), where).toEqual(rest);
    if (dry)
      expect(dry.answer.plan.map(comparable), where).toEqual(
        wet.answer.plan.map((step) => comparable({ ...step, sent: false })),
      );
    runs.push(wet);
  }
  return runs;
}

describe.concurrent("grant, grant, revoke, revoke, grant as the platform runs it", () => {
  it.each(drills)("$name", async (drill) => {
    const own = await Bench.open();
    try {
      prepare(own);
      await runDrill(own, drill, { bundles: asBundles.includes(drill.name) ? [0, 2] : [] });
    } finally {
      await own.close();
    }
  });
});

describe.each([0, 10_000])(
  "grant, grant, revoke, revoke, grant with a dry run before each, while lists lag %i ms behind",
  (permissionLagMs) => {
    it.each(drills)("$name", async (drill) => {
      prepare(bench, { permissionLagMs });
      const runs = await runDrill(bench, drill, {
        dryFirst: true,
        readable: permissionLagMs === 0,
      });
      // One step for each right, and each right once.
      for (const [index, { answer, messages }] of runs.entries()) {
        const count = verbs[index] === "revoke" ? revokedBy(drill) : drill.gives.length;
        expect(answer.plan.map(({ sent }) => sent)).toEqual(Array(count).fill(true));
        expect(new Set(messages).size).toBe(count);
      }
    });
  },
);

/** A combined reference revokes every right that it can ever have meant. */
function revokedBy({ set, permission }: Drill): number {
  return set === "sharedMailboxes" && !("Permission" in permission) ? 3 : 1;
}

describe("lists that still show what was revoked", () => {
  it.each(drills)("make a success only of a plain acceptance: $name", async (drill) => {
    prepare(bench, { permissionLagMs: 60_000 });
    let step = 0;
    // The first two grants have reached the lists, and nothing after them has.
    const runs = await runDrill(bench, drill, {
      between: () => bench.emulator.advance(++step <= 2 ? 61_000 : 0),
      expected: [
        "done",
        "alreadySo",
        "done",
        "notYet",
        // Exchange is silent about this right, so what a list showed decides what it is called.
        drill.name === "Send on Behalf" ? "alreadySo" : "done",
      ],
    });
    const [, , first, second] = runs;
    expect(first?.messages.join()).toContain("accepted; its lists do not show it yet");
    expect(second?.messages.join()).toContain("Its lists do not show the change yet");
  });
});

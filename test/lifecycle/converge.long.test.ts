import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  createAnswer,
  deleteAnswer,
  disableAnswer,
  enableAnswer,
  updateAnswer,
} from "../generated/answers.ts";
import createAction from "../../lifecycle/create.ts";
import deleteAction from "../../lifecycle/delete.ts";
import disableAction from "../../lifecycle/disable.ts";
import enableAction from "../../lifecycle/enable.ts";
import updateAction from "../../lifecycle/update.ts";
import { seedState } from "../emulator/seed.ts";
import type { Behaviour, DirectoryObject } from "../emulator/state.ts";
import { changeEventFor, createEventFor, reconciliationFor } from "../events.ts";
import { Bench, guidOf, runnerOf, type AnyAnswer, type Runner } from "../bench.ts";

/**
 * Every run is broken at each of its requests in turn: the connection is cut before or after the request took effect
 * or in the middle of the answer, or the process is killed. Whatever happened, running again leaves the tenant as one
 * undisturbed run does.
 */
interface Scenario {
  name: string;
  action: string;
  runner: Runner<AnyAnswer>;
  event: (bench: Bench) => unknown;
  /** How an undisturbed run ends, and the same run after it. */
  ends?: [first: string, again: string];
  behaviour?: Partial<Behaviour>;
}

const leo = guidOf("Leo Leaver");
const texts = {
  InternalMessage: "Leo no longer works here.",
  ExternalMessage: "Leo no longer works here.",
};
const create = runnerOf("lifecycle/create", createAction, createAnswer);
const update = runnerOf("lifecycle/update", updateAction, updateAnswer);
const enable = runnerOf("lifecycle/enable", enableAction, enableAnswer);
const disable = runnerOf("lifecycle/disable", disableAction, disableAnswer);
const remove = runnerOf("lifecycle/delete", deleteAction, deleteAnswer);

const newName = {
  DisplayName: "Petra Byrne",
  CustomAttribute2: "Head of Finance",
  EmailAddresses: ["SMTP:petra.maiden@contoso.com", "smtp:petra.byrne@contoso.com"],
};
const updateWithAddresses: Scenario = {
  name: "update with addresses",
  action: "lifecycle/update",
  runner: update,
  event: ({ running }) =>
    changeEventFor(running, { reference: guidOf("Petra Proxies"), data: newName }),
};
const scenarios: Scenario[] = [
  {
    name: "create",
    action: "lifecycle/create",
    runner: create,
    event: ({ running }) => createEventFor(running),
  },
  updateWithAddresses,
  {
    name: "update of which Active Directory masters a part",
    action: "lifecycle/update",
    runner: update,
    event: ({ running }) =>
      changeEventFor(running, {
        reference: guidOf("Dirk Synced"),
        data: { CustomAttribute2: "x", RetainDeletedItemsFor: "30" },
      }),
    ends: ["masteredOnPremises", "masteredOnPremises"],
  },
  {
    name: "enable that clears the reply",
    action: "lifecycle/enable",
    runner: enable,
    event: ({ running }) =>
      changeEventFor(running, {
        reference: leo,
        data: texts,
        configuration: { ClearAutoReplyOnEnable: true },
      }),
  },
  {
    name: "disable",
    action: "lifecycle/disable",
    runner: disable,
    event: ({ running }) => reconciliationFor(running),
  },
  {
    name: "delete with more than a reply",
    action: "lifecycle/delete",
    runner: remove,
    event: ({ running }) =>
      changeEventFor(running, {
        data: {
          ...texts,
          HiddenFromAddressListsEnabled: "true",
          EmailAddresses: ["smtp:aoife.left@contoso.com"],
        },
      }),
  },
  {
    name: "delete in a reconciliation",
    action: "lifecycle/delete",
    runner: remove,
    event: ({ running }) => reconciliationFor(running, { reference: guidOf("Petra Proxies") }),
  },
];

const now = Date.parse("2026-07-25T12:00:00Z");

const cuts = ["before", "after", "half"] as const;
interface Place {
  /** The request to break at, from 1, sign-in included. */
  nth: number;
  cut: (typeof cuts)[number];
}

/** An emulator of the scenario's own. */
async function withBench<T>(
  { behaviour }: Scenario,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const bench = await Bench.open({ clock: () => now });
  try {
    if (behaviour)
      bench.emulator.replaceState({
        ...bench.emulator.state(),
        behaviour: { ...bench.emulator.state().behaviour, ...behaviour },
      });
    return await work(bench);
  } finally {
    await bench.close();
  }
}

const seeded = seedState().objects.map((object) => JSON.stringify(object));

/** What became of the seeded objects: those that changed, without when, and with lists in no order. */
function tenantOf({ emulator }: Bench): DirectoryObject[] {
  const { objects } = emulator.state();
  expect(objects).toHaveLength(seeded.length);
  const changed = objects.filter((object, index) => JSON.stringify(object) !== seeded[index]);
  return changed.map((object) =>
    Object.fromEntries(
      Object.entries(object)
        .filter(([name]) => name !== "WhenChanged")
        .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value]),
    ),
  );
}

interface Undisturbed {
  tenant: DirectoryObject[];
  messages: string[];
  /** The cmdlet of each request; sign-in has none. */
  requests: (string | undefined)[];
}

async function undisturbed(scenario: Scenario): Promise<Undisturbed> {
  return await withBench(scenario, async (bench) => {
    const { answer, messages } = await scenario.runner.here(bench, scenario.event(bench));
    expect(answer.outcome).toBe(scenario.ends?.[0] ?? "done");
    expect(tenantOf(bench)).toHaveLength(1);
    return {
      tenant: tenantOf(bench),
      messages,
      requests: bench.emulator.journal().map(({ cmdlet }) => cmdlet),
    };
  });
}

/** Every place to break a run at. */
const everyCut = ({ requests }: Undisturbed): Place[] =>
  requests.flatMap((_, index) => cuts.map((cut) => ({ nth: index + 1, cut })));
/** The same as far as the tenant can tell them apart: after a read is before the request behind it. */
const everyStop = ({ requests }: Undisturbed): Place[] =>
  requests.flatMap((cmdlet, index): Place[] => [
    { nth: index + 1, cut: "before" },
    ...(isWrite(cmdlet) ? [{ nth: index + 1, cut: "after" as const }] : []),
  ]);

/** A batch of Exchange Online has reads only. */
const isWrite = (cmdlet: string | undefined): boolean =>
  cmdlet !== undefined && !cmdlet.startsWith("Get-") && cmdlet !== "$batch";

/** `atOnce` at a time, so that none is short of time because of the others. */
async function atEach(
  scenario: Scenario,
  places: Place[],
  broken: (bench: Bench, place: Place, where: string) => Promise<void>,
  atOnce: number,
): Promise<void> {
  for (let from = 0; from < places.length; from += atOnce) {
    await Promise.all(
      places.slice(from, from + atOnce).map((place) =>
        withBench(scenario, async (bench) => {
          bench.emulator.setFaults([{ match: { nth: place.nth }, cut: place.cut }]);
          await broken(bench, place, `request ${place.nth} cut ${place.cut}`);
        }),
      ),
    );
  }
}

const struck = ({ emulator }: Bench) => emulator.journal().find(({ fault }) => fault !== undefined);

/** Runs again, undisturbed, twice: the first makes good what is missing, the second has nothing to do. */
async function expectConverges(
  scenario: Scenario,
  bench: Bench,
  { tenant }: Undisturbed,
  where: string,
): Promise<void> {
  bench.emulator.setFaults([]);
  const second = await scenario.runner.here(bench, scenario.event(bench));
  expect(second.answer.outcome, where).toBe(scenario.ends?.[1] ?? second.answer.outcome);
  expect(second.answer.outputContext.Success, where).toBe(scenario.ends === undefined);
  expect(tenantOf(bench), where).toEqual(tenant);
  const third = await scenario.runner.here(bench, scenario.event(bench));
  expect(third.answer, where).toMatchObject({
    outcome: scenario.ends?.[1] ?? "alreadySo",
    plan: [],
  });
  expect(tenantOf(bench), where).toEqual(tenant);
}

describe("after a run that failed at any request", () => {
  it.each(scenarios)("$name reaches the same result", async (scenario) => {
    const whole = await undisturbed(scenario);
    await atEach(
      scenario,
      everyCut(whole),
      async (bench, { nth, cut }, where) => {
        // Too little time to try again: the run fails at this very request.
        const { answer, messages } = await scenario.runner.here(bench, scenario.event(bench), {
          EXO_CONNECTOR_DEADLINE_MS: "990",
        });
        expect(struck(bench)?.applied, where).toBe(cut !== "before");
        const isLost = isWrite(struck(bench)?.cmdlet);
        // A change whose answer is lost, and every look after a change, is decided by the state.
        if (isLost ? cut !== "before" : isWrite(whole.requests[nth - 2])) {
          expect(answer.outcome, where).toBe(scenario.ends?.[0] ?? "done");
          expect(tenantOf(bench), where).toEqual(whole.tenant);
        } else {
          expect(answer, where).toMatchObject({
            outcome: "unknown",
            outputContext: { Success: false },
          });
          if (isLost)
            expect(messages.join("\n"), where).toMatch(
              /: was sent; it is unknown whether it was applied\. /,
            );
        }
        await expectConverges(scenario, bench, whole, where);
      },
      2,
    );
  });
});

describe.concurrent("after one fault at any request", () => {
  it.each(scenarios)(
    "$name reaches the same result at once, with the answer of an undisturbed run",
    async (scenario) => {
      const whole = await undisturbed(scenario);
      await atEach(
        scenario,
        everyCut(whole),
        async (bench, _place, where) => {
          const { answer, messages } = await scenario.runner.here(bench, scenario.event(bench));
          expect([scenario.ends?.[0] ?? "done", "alreadySo"], where).toContain(answer.outcome);
          // The answer to a second try says that it was so already, whoever made it so.
          const reported = messages.map((message) => message.replace("was already so", "done"));
          expect(reported, where).toEqual(whole.messages);
          expect(tenantOf(bench), where).toEqual(whole.tenant);
          await expectConverges(scenario, bench, whole, where);
        },
        Infinity,
      );
    },
  );

  it("a service that refuses to add an existing address causes no false success", async () => {
    const scenario: Scenario = {
      ...updateWithAddresses,
      behaviour: { addingPresentAddress: "refuse" },
    };
    const whole = await undisturbed(scenario);
    await atEach(
      scenario,
      everyCut(whole),
      async (bench, _place, where) => {
        const { answer } = await scenario.runner.here(bench, scenario.event(bench));
        if (answer.outputContext.Success) expect(tenantOf(bench), where).toEqual(whole.tenant);
        await expectConverges(scenario, bench, whole, where);
      },
      Infinity,
    );
  });
});

/** Killed as soon as the request is struck: while it waits to try again. */
const isStruck = (bench: Bench, { cut }: Place) =>
  struck(bench) !== undefined && (cut !== "after" || struck(bench)?.applied === true);

describe("after a run that was killed at any request", () => {
  it.each(scenarios)("$name reaches the same result", async (scenario) => {
    const whole = await undisturbed(scenario);
    await atEach(
      scenario,
      everyStop(whole),
      async (bench, place, where) => {
        await scenario.runner.killedHere(bench, scenario.event(bench), () =>
          isStruck(bench, place),
        );
        expect(bench.emulator.journal(), where).toHaveLength(place.nth);
        await expectConverges(scenario, bench, whole, where);
      },
      2,
    );
  });
});

describe("after the process was killed at any request", () => {
  it.each(scenarios.slice(0, 1))("$name reaches the same result", async (scenario) => {
    const whole = await undisturbed(scenario);
    await atEach(
      scenario,
      everyStop(whole),
      async (bench, place, where) => {
        let kill: ((signal: NodeJS.Signals) => void) | undefined;
        const running = bench.run(scenario.action, scenario.event(bench), {
          started: (signal) => (kill = signal),
        });
        while (!isStruck(bench, place)) await delay(2);
        kill?.("SIGKILL");
        const { code, answer } = await running;
        expect({ code, answer }, where).toEqual({ code: null, answer: undefined });
        expect(bench.emulator.journal(), where).toHaveLength(place.nth);
        await expectConverges(scenario, bench, whole, where);
      },
      4,
    );
  });
});

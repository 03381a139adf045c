import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { State } from "../emulator/state.ts";
import type { OnRecord, SubPermissionChoices } from "../events.ts";
import { Bench } from "../bench.ts";
import { changedSince, held, sets } from "./sets.ts";
import {
  answered,
  byId,
  eventOf,
  groups,
  inConditions,
  type Kind,
  nothing,
  ready,
  recordOf,
  run,
  storedOf,
  together,
} from "./departmentParts.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/**
 * An update that keeps a part, grants others and takes one away is broken at each of its requests in turn. What is
 * answered is then the record of the next run, and must hold every right that the account has.
 */
interface Place {
  /** The request to break at, from 1, sign-in included. */
  nth: number;
  cut: "before" | "after" | "half";
}

describe.each([
  { ...groups, wanted: ["D-FINANCE", "D-SALES", "D-CARE"] },
  { ...together, wanted: ["D-FINANCE", "D-SALES"] },
])("an update of $name that is interrupted at any request", ({ wanted, ...seeded }) => {
  const old = seeded.set === "groups" ? "Care mornings" : "Alumni";
  const kind: Kind = {
    ...seeded,
    keys: { ...seeded.keys, [old]: "D-OLD" },
    given: (department) => seeded.given(department === "D-OLD" ? old : department),
  };
  const before = ["D-FINANCE", "D-OLD"];
  const partsOf = new Map(
    [...before, ...wanted]
      .flatMap(kind.given)
      .map(({ Reference, stored }) => [Reference.Id, stored]),
  );
  const update = (current: readonly OnRecord[]): SubPermissionChoices => ({
    operation: "update",
    contracts: inConditions(...wanted),
    current,
  });

  /** Several tenants, in which the account has what is on record before. */
  let tenants: Bench[];
  let state: State;
  let untouched: ReadonlySet<string>;
  let current: OnRecord[];
  /** The cmdlet of each request of an undisturbed update; sign-in has none. */
  let requests: (string | undefined)[];
  beforeAll(async () => {
    tenants = await Promise.all(Array.from({ length: 2 }, () => Bench.open()));
    ready(bench, kind);
    untouched = held(bench);
    current = answered(await run(bench, kind, { contracts: inConditions(...before) }));
    state = structuredClone(bench.emulator.state());
    bench.emulator.clearJournal();
    const whole = await run(bench, kind, update(current));
    expect(whole.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(byId(answered(whole))).toEqual(byId(recordOf(kind, ...wanted)));
    expect(changedSince(untouched, bench)).toEqual({ more: storedOf(kind, ...wanted), less: [] });
    requests = bench.emulator.journal().map(({ cmdlet }) => cmdlet);
  });
  afterAll(() => Promise.all(tenants.map((tenant) => tenant.close())));

  /** A batch of Exchange Online has reads only. */
  const isWrite = (nth: number): boolean => {
    const cmdlet = requests[nth - 1] ?? "$batch";
    return !cmdlet.startsWith("Get-") && cmdlet !== "$batch";
  };
  const everyRequest = (): number[] => requests.map((_, index) => index + 1);

  /** Each place in a tenant of its own, several at a time. */
  async function atEach<T>(
    places: readonly T[],
    work: (on: Bench, place: T, where: string) => Promise<void>,
  ): Promise<void> {
    expect(places.length).toBeGreaterThan(2);
    const left = [...places];
    const ends = await Promise.allSettled(
      tenants.map(async (on) => {
        for (let place = left.shift(); place !== undefined; place = left.shift()) {
          on.emulator.replaceState(structuredClone(state));
          on.emulator.setFaults([]);
          on.emulator.clearJournal();
          await work(on, place, JSON.stringify(place));
        }
      }),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  /** What was on its way when a run ended may still arrive. */
  async function quiet({ emulator }: Bench): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 10));
    while (emulator.journal().some(({ status, fault }) => status === null && fault === undefined));
    emulator.setFaults([]);
  }

  /** Whatever the account has is on record. */
  function expectOnRecord(on: Bench, record: readonly OnRecord[], where: string): void {
    const stored = record.map(({ Reference }) => partsOf.get(String(Reference["Id"])));
    expect(
      changedSince(untouched, on).more.filter((one) => !stored.includes(one)),
      where,
    ).toEqual([]);
  }

  async function expectConverges(
    on: Bench,
    record: readonly OnRecord[],
    where: string,
  ): Promise<void> {
    const again = await run(on, kind, update(record));
    expect(again.answer.outputContext.Success, where).toBe(true);
    expect(byId(answered(again)), where).toEqual(byId(recordOf(kind, ...wanted)));
    expect(changedSince(untouched, on), where).toEqual({
      more: storedOf(kind, ...wanted),
      less: [],
    });
  }

  it("reaches the same result, and leaves no right that is not on record", async () => {
    // After a read is before the request behind it.
    let struck = 0;
    const places = everyRequest().flatMap((nth): Place[] =>
      (isWrite(nth) ? (["before", "after", "half"] as const) : (["before"] as const)).map(
        (cut) => ({ nth, cut }),
      ),
    );
    await atEach(places, async (on, { nth, cut }, where) => {
      on.emulator.setFaults([{ match: { nth }, cut }]);
      // Too little time to try again: this very request is lost.
      const broken = await run(on, kind, update(current), { EXO_CONNECTOR_DEADLINE_MS: "990" });
      await quiet(on);
      if (on.emulator.journal().some(({ fault }) => fault !== undefined)) struck++;
      // A look may show that a change whose answer is lost took effect; whatever it was, the record is complete.
      if (!broken.answer.outputContext.Success)
        expect(broken.answer.outcome, where).toBe("unknown");
      expectOnRecord(on, answered(broken), where);
      await expectConverges(on, answered(broken), where);
    });
    // All of them, unless the machine is so busy that a run comes to no end in its time.
    expect(struck).toBeGreaterThan(places.length / 2);
  });

  it("leaves nothing when it is revoked afterwards", async () => {
    await atEach(everyRequest().filter(isWrite), async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      const broken = await run(on, kind, update(current), { EXO_CONNECTOR_DEADLINE_MS: "990" });
      await quiet(on);
      const revoked = await run(on, kind, { operation: "revoke", current: answered(broken) });
      expect(revoked.answer.outputContext, where).toMatchObject({
        Success: true,
        SubPermissions: [],
      });
      expect(changedSince(untouched, on), where).toEqual(nothing);
    });
  });

  it("because it was killed reaches the same result from the previous record", async () => {
    await atEach(everyRequest().filter(isWrite), async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      const { parts } = sets[kind.set];
      // Killed while it waits to try again.
      await parts.killedHere(
        on,
        eventOf(on, kind, update(current)),
        () => on.emulator.journal().find(({ fault }) => fault !== undefined)?.applied === true,
      );
      await quiet(on);
      await expectConverges(on, current, where);
    });
  });

  it("because the time runs out returns the true record", async () => {
    const places = everyRequest().filter((nth) => isWrite(nth) || isWrite(nth + 1));
    await atEach(places, async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, hang: true }]);
      const broken = await run(on, kind, update(current), { EXO_CONNECTOR_DEADLINE_MS: "500" });
      await quiet(on);
      expect(broken.answer, where).toMatchObject({
        outcome: "unknown",
        outputContext: { Success: false },
      });
      expect(broken.messages.join("\n"), where).toContain(
        "The time for one event (500 ms) ran out.",
      );
      expectOnRecord(on, answered(broken), where);
      await expectConverges(on, answered(broken), where);
    });
  });
});

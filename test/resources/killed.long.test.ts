import { describe, expect, inject, it } from "vitest";
import { round, sourceOf, type Round } from "../../tools/campaigns/resources.ts";
import { Bench } from "../bench.ts";
import type { Fault } from "../emulator/faults.ts";
import { resourcesEventFor } from "../events.ts";
import { kinds, made, prepare } from "./kinds.ts";

const seed = 7;
/** Waiting proves nothing; what happens between the waits does. */
const timesShorter = 20;

describe.each(kinds)("$name, killed at random requests and started again", ({ name: kind }) => {
  it.concurrent.each<[string, Partial<Round>]>([
    ["while the tenant throttles", { throttled: 0.05 }],
    ["while new objects are found late", { throttled: 0.02, behaviour: { createLagMs: 6_000 } }],
    ["while answers are lost", { throttled: 0.02, lost: 0.005 }],
  ])(
    "are one for each good item, and an error for each bad one: %s",
    async (_what, own) => {
      const { wrong, killed } = await round(
        { kind, items: 60, seed, kills: 4, timesShorter, ...own },
        { dist: inject("dist") },
      );
      expect(wrong).toEqual([]);
      expect(killed).toBeGreaterThan(1);
    },
    120_000,
  );
});

describe.each(kinds)("$name, killed at every request in turn", (kind) => {
  const source = [
    { ExternalId: "D-1", DisplayName: "Care" },
    { ExternalId: "D-2", DisplayName: " " },
    { ExternalId: "D-3", DisplayName: "Ökonomie" },
  ];
  const whole = [
    ["Care", "D-1"],
    ["Okonomie", "D-3"],
  ].map(([name, key]) => [`${kind.prefix}${name ?? ""}`, key, kind.marker]);
  const inTenant = (bench: Bench): unknown[] =>
    made(bench, kind).map(({ Name, key, marker }) => [Name, key, marker]);

  async function killedAt(bench: Bench, fault: Fault): Promise<void> {
    prepare(bench);
    bench.emulator.setFaults([fault]);
    const isStruck = (): boolean =>
      bench.emulator
        .journal()
        .some((entry) => entry.fault !== undefined && ("hang" in fault || entry.applied));
    await kind.runner.killedHere(bench, resourcesEventFor(bench.running, { source }), isStruck);
    bench.emulator.setFaults([]);
  }

  it("are complete after the next run", async () => {
    const bench = await Bench.open();
    try {
      prepare(bench);
      await kind.runner.here(bench, resourcesEventFor(bench.running, { source }));
      expect(inTenant(bench)).toEqual(whole);
      const requests = bench.emulator.journal().length;
      // Sign-in, the owner of groups, the list, and three for each that is made.
      expect(requests).toBe(kind.name === "groups" ? 9 : 8);
      const states = new Set<string>();
      for (let nth = 1; nth <= requests; nth++) {
        for (const fault of [
          { match: { nth }, hang: true },
          { match: { nth }, cut: "after" },
        ] satisfies Fault[]) {
          const where = JSON.stringify(fault);
          await killedAt(bench, fault);
          states.add(JSON.stringify(inTenant(bench)));
          const { answer, messages } = await kind.runner.here(
            bench,
            resourcesEventFor(bench.running, { source }),
          );
          expect(inTenant(bench), where).toEqual(whole);
          expect(messages[0], where).toMatch(/^Resources: 3, .*failed: 1\.$/);
          expect(
            answer.outputContext.AuditLogs.filter(
              ({ IsError, Message }) => IsError && !Message.startsWith("Only partly"),
            ).map(({ Message }) => Message),
            where,
          ).toEqual([expect.stringContaining('("D-2") has no DisplayName')]);
        }
      }
      // Nothing yet, half-made and whole: it was cut off in between indeed.
      expect(states.size).toBeGreaterThan(2);
    } finally {
      await bench.close();
    }
  }, 60_000);
});

describe("the campaign", () => {
  it("has good and bad items, no two of which clash", () => {
    const { source, bad } = sourceOf(5_000, "groups");
    expect([
      source.length,
      bad.length,
      new Set(source.map(({ ExternalId }) => ExternalId)).size,
    ]).toEqual([5_000, 3, 5_000]);
  });

  it("notices what is wrong", async () => {
    const { wrong } = await round(
      { kind: "groups", items: 12, seed, kills: 0 },
      { dist: inject("dist"), mostRuns: 0 },
    );
    expect(wrong).toEqual([
      "no run came to its end",
      "0 objects instead of 9",
      ...Array.from(
        { length: 8 },
        () => expect.stringContaining("has no object with its marker") as string,
      ),
    ]);
  });
});

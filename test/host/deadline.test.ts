import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import { deadlineFrom, startDeadline } from "../../lib/host/deadline.ts";

const never = new Promise<never>(() => undefined);

describe("the time for one event", () => {
  let now = 0;
  beforeEach(() => {
    now = 400;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it("counts from the start of the process", () => {
    const deadline = startDeadline(1000, () => now);
    expect(deadline.remaining()).toBe(600);
    now = 2000;
    expect(deadline.remaining()).toBe(0);
    deadline.stop();
  });

  it("ends work that never settles, with the same fault for all of it", async () => {
    const deadline = startDeadline(1000, () => now);
    const ended = deadline.bound(never).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(599);
    expect(deadline.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toBe(deadline.signal.reason);
    expect(deadline.signal.reason).toMatchObject({
      kind: "unavailable",
      message: "The time for one event (1000 ms) ran out.",
    });
  });

  it("can pass before it is checked", async () => {
    now = 5000;
    const deadline = startDeadline(1000, () => now);
    await vi.advanceTimersByTimeAsync(1);
    await expect(deadline.bound(never)).rejects.toThrow(
      "The time for one event (1000 ms) ran out.",
    );
  });

  it("leaves work alone that settles in time", async () => {
    const deadline = startDeadline(1000, () => now);
    expect(await deadline.bound(Promise.resolve("done"))).toBe("done");
    await expect(deadline.bound(Promise.reject(new Error("its own")))).rejects.toThrow("its own");
    deadline.stop();
  });

  it("is cut short by an interrupt, and the first reason stays", async () => {
    const deadline = startDeadline(1000, () => now);
    const first = new Fault({ kind: "unavailable", message: "first" });
    deadline.interrupt(first);
    deadline.interrupt(new Fault({ kind: "unexpected", message: "second" }));
    await expect(deadline.bound(never)).rejects.toBe(first);
    deadline.stop();
    expect(deadline.signal.reason).toBe(first);
  });

  it("can be made shorter, and never longer", async () => {
    const deadline = startDeadline(1000, () => now);
    deadline.atMost(2000);
    expect(deadline.remaining()).toBe(600);
    deadline.atMost(700);
    expect(deadline.remaining()).toBe(300);
    const ended = deadline.bound(never).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(299);
    expect(deadline.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toMatchObject({ message: "The time for one event (700 ms) ran out." });
  });

  it("ends remaining work when the run is over, and keeps no timer", () => {
    const deadline = startDeadline(1000, () => now);
    deadline.stop();
    expect(deadline.signal.reason).toMatchObject({ message: "The event has been answered." });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("EXO_CONNECTOR_DEADLINE_MS", () => {
  it.each([undefined, ""])("leaves the verb's own time when it is not set: %j", (text) => {
    expect(deadlineFrom({ EXO_CONNECTOR_DEADLINE_MS: text }, 25_000)).toBe(25_000);
  });

  it.each([
    ["1", 1],
    ["1500", 1500],
    ["2147483647", 2_147_483_647],
  ])("sets the time: %s", (text, expected) => {
    expect(deadlineFrom({ EXO_CONNECTOR_DEADLINE_MS: text }, 25_000)).toBe(expected);
  });

  it.each([
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    " ",
    "25 s",
    "NaN",
    "Infinity",
    "2147483648",
    "99999999999999999999",
  ])("is refused when it is not a whole number of milliseconds: %j", (text) => {
    expect(() => deadlineFrom({ EXO_CONNECTOR_DEADLINE_MS: text }, 25_000)).toThrow(
      new Unusable([
        "EXO_CONNECTOR_DEADLINE_MS is not a whole number of milliseconds from 1 to 2147483647.",
      ]),
    );
  });
});

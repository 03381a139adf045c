import { describe, expect, it } from "vitest";
import { retryAfterMs, retrying, unanswered, type Try } from "../../lib/net/retry.ts";
import { Fault } from "../../lib/fault.ts";
import { cut, faultOf, timeOf } from "../exchange/scripted.ts";

const passing = (): Fault =>
  new Fault({ kind: "unavailable", retryable: true, message: "Not now." });
const inTurn =
  <T>(tries: Try<T>[]): (() => Promise<Try<T>>) =>
  () =>
    Promise.resolve(
      tries.shift() ?? { fault: new Fault({ kind: "unexpected", message: "one try too many" }) },
    );

describe("retrying", () => {
  it("returns the result of the first successful attempt, and counts the failed ones", async () => {
    const time = timeOf({ remainingMs: 60_000 });
    expect(
      await retrying(
        time.pace,
        inTurn<string>([{ fault: passing() }, { fault: passing() }, { value: "done" }]),
      ),
    ).toBe("done");
    expect(time.waits).toEqual([1000, 2000]);
    expect(time.pace.stats).toEqual({ requests: 0, retries: 2, waitedMs: 3000 });
  });

  it("doubles the wait, and gives up after five retries", async () => {
    const time = timeOf({ remainingMs: 600_000 });
    const tries = Array.from({ length: 7 }, () => ({ fault: passing() }));
    expect(await faultOf(retrying(time.pace, inTurn(tries)))).toMatchObject({
      message: "Not now.",
    });
    expect(time.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(tries).toHaveLength(1);
  });

  it("gives up early on a connection that cannot be established", async () => {
    const time = timeOf({ remainingMs: 600_000 });
    await faultOf(retrying(time.pace, inTurn(Array.from({ length: 7 }, () => unanswered(cut())))));
    expect(time.waits).toEqual([1000, 2000]);
  });

  it("adds a random quarter at most", async () => {
    const time = timeOf({ random: 0.999 });
    await retrying(time.pace, inTurn<string>([{ fault: passing() }, { value: "" }]));
    expect(time.waits[0]).toBeGreaterThan(1200);
    expect(time.waits[0]).toBeLessThan(1250);
  });

  it("prefers Retry-After", async () => {
    const time = timeOf();
    await retrying(
      time.pace,
      inTurn<string>([{ fault: passing(), afterMs: 12_345 }, { value: "" }]),
    );
    expect(time.waits).toEqual([12_345]);
  });

  it("does not retry a permanent fault", async () => {
    const time = timeOf();
    expect(
      await faultOf(
        retrying(
          time.pace,
          inTurn([{ fault: new Fault({ kind: "denied", message: "No." }), afterMs: 1 }]),
        ),
      ),
    ).toMatchObject({ message: "No." });
    expect(time.waits).toEqual([]);
  });

  it.each([25_000, 3_600_000, Infinity])(
    "does not start a wait of %d ms that would not end in time",
    async (afterMs) => {
      const time = timeOf({ remainingMs: 25_000 });
      const fault = await faultOf(
        retrying(
          time.pace,
          inTurn([
            {
              fault: new Fault({
                kind: "throttled",
                retryable: true,
                message: "Busy.",
                requestId: "r",
              }),
              afterMs,
            },
          ]),
        ),
      );
      expect(fault).toMatchObject({ kind: "throttled", retryable: true, requestId: "r" });
      expect(fault.message).toMatch(
        /^Busy\. Trying again in \S+ s would exceed the remaining time\.$/,
      );
      expect(time.waits).toEqual([]);
      expect(time.pace.stats).toEqual({ requests: 0, retries: 0, waitedMs: 0 });
    },
  );

  it("stops at once when the run has ended", async () => {
    const time = timeOf();
    time.abort(new Fault({ kind: "unavailable", message: "The time ran out." }));
    expect(await faultOf(retrying(time.pace, inTurn([{ value: "" }])))).toMatchObject({
      message: "The time ran out.",
    });
  });

  it("reports why the run ended when it ends while waiting, regardless of what sleep throws", async () => {
    const time = timeOf();
    time.pace.sleep = () => {
      time.abort(new Fault({ kind: "unavailable", message: "The time ran out." }));
      return Promise.reject(new DOMException("The operation was aborted", "AbortError"));
    };
    expect(await faultOf(retrying(time.pace, inTurn([{ fault: passing() }])))).toMatchObject({
      message: "The time ran out.",
    });
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-11-22T08:00:00Z");

  it.each([
    ["3", 3000],
    [" 10 ", 10_000],
    ["0.25", 250],
    ["1.5", 1500],
    ["99999999999", 99_999_999_999_000],
    ["9".repeat(400), Infinity],
    ["Sun, 22 Nov 2026 08:00:30 GMT", 30_000],
    ["Sun, 22 Nov 2099 08:00:30 GMT", Date.parse("2099-11-22T08:00:30Z") - now],
  ])("%j", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it.each([
    undefined,
    "",
    " ",
    "0",
    "0.0",
    "-5",
    "-0.5",
    "soon",
    "1.2.3",
    ".",
    "1,5",
    "NaN",
    "Sun, 22 Nov 2026 07:59:00 GMT",
  ])("%j is ignored", (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});

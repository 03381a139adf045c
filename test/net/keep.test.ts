import { describe, expect, it } from "vitest";
import { keepFor } from "../../lib/net/keep.ts";

/** A keep for 100 milliseconds, and what it opened and closed. */
function keeping(maxAgeMs = 100) {
  let time = 0;
  const closed: string[] = [];
  let opened = 0;
  const keep = keepFor<{ name: string; close(): void }>(maxAgeMs, () => time);
  return {
    closed,
    close: () => keep.close(),
    pass: (ms: number) => (time += ms),
    take(key: string) {
      return keep.take(key, () => {
        const name = `${key}${++opened}`;
        return { name, close: () => void closed.push(name) };
      });
    },
  };
}

describe("what is kept", () => {
  it("is opened once for those who need the same, also one after the other", () => {
    const { take, pass, closed } = keeping();
    const [first, second] = [take("a"), take("a")];
    first.free();
    second.free();
    pass(99);
    const third = take("a");
    expect([first, second, third].map(({ value }) => value.name)).toEqual(["a1", "a1", "a1"]);
    expect(closed).toEqual([]);
  });

  it("is another for another key", () => {
    const { take } = keeping();
    expect([take("a"), take("b")].map(({ value }) => value.name)).toEqual(["a1", "b2"]);
  });

  it("is opened again when it is old, while those who have the old one keep it until the last frees it", () => {
    const { take, pass, closed } = keeping();
    const [first, second] = [take("a"), take("a")];
    pass(100);
    const third = take("a");
    expect(third.value.name).toBe("a2");
    first.free();
    expect(closed).toEqual([]);
    second.free();
    expect(closed).toEqual(["a1"]);
    expect(take("a").value.name).toBe("a2");
  });

  it("is closed when it is old and no one has it: with the next that is taken, of any key", () => {
    const { take, pass, closed } = keeping();
    take("a").free();
    pass(100);
    expect(closed).toEqual([]);
    take("b");
    expect(closed).toEqual(["a1"]);
  });

  it("is closed once when it is old before it is freed", () => {
    const { take, pass, closed } = keeping();
    const one = take("a");
    pass(100);
    one.free();
    take("a");
    expect(closed).toEqual(["a1"]);
  });

  it("is nothing with an age of 0: each who takes it has one, which is closed when it is free", () => {
    const { take, closed } = keeping(0);
    const [first, second] = [take("a"), take("a")];
    expect([first.value.name, second.value.name]).toEqual(["a1", "a2"]);
    first.free();
    second.free();
    expect(closed).toEqual(["a1", "a2"]);
  });

  it("ends with the keep: at once, or as soon as it is free", () => {
    const { take, close, closed } = keeping();
    const [a] = [take("a")];
    take("b").free();
    close();
    expect(closed).toEqual(["b2"]);
    a.free();
    expect(closed).toEqual(["b2", "a1"]);
    const late = take("a");
    expect(late.value.name).toBe("a3");
    late.free();
    expect(closed).toEqual(["b2", "a1", "a3"]);
  });

  it("is not kept when it cannot be opened", () => {
    const keep = keepFor<{ close(): void }>(100, () => 0);
    const failing = (): never => {
      throw new Error("no");
    };
    expect(() => keep.take("a", failing)).toThrow("no");
    const opened = { close: () => undefined };
    expect(keep.take("a", () => opened).value).toBe(opened);
  });
});

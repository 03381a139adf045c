import { describe, expect, it } from "vitest";
import type { Command } from "../../lib/exchange/client/command.ts";
import type { ExchangeQuery } from "../../lib/exchange/target.ts";
import { early, together } from "../../lib/exchange/together.ts";
import { Fault } from "../../lib/fault.ts";
import { answering, isBatch, subRequestsOf } from "./answering.ts";
import { faultOf, notFound, reply, rows } from "./scripted.ts";

const mailbox = (Identity: string): Command => ({
  cmdlet: "Get-Mailbox",
  parameters: { Identity },
});
const setting = (Identity: string): Command => ({
  cmdlet: "Set-Mailbox",
  parameters: { Identity },
});

describe("reads that are asked for at the same time", () => {
  const named = answering(({ parameters }) => rows([{ Name: parameters["Identity"] }]));

  it("go out as one batch, and each gets its own answer", async () => {
    const { exchange, sent } = answering(({ parameters }) =>
      rows([{ Name: parameters["Identity"] }], { "@adminapi.warnings": ["a word"] }),
    );
    const found = await Promise.all(["a", "b"].map((name) => exchange.invoke(mailbox(name))));
    expect(found).toEqual(
      ["a", "b"].map((Name) => ({
        rows: [{ Name }],
        notices: [{ kind: undefined, text: "a word" }],
        wasRetried: false,
      })),
    );
    expect(sent.map((request) => subRequestsOf(request).length)).toEqual([2]);
  });

  it("are read again by the next look", async () => {
    const { exchange, sent } = named;
    const both = (): Promise<unknown> =>
      Promise.all([exchange.invoke(mailbox("a")), exchange.invoke(mailbox("b"))]);
    await both();
    await both();
    expect(sent).toHaveLength(2);
  });

  it("are requested as they are when there is one, or one after the other", async () => {
    const { exchange, sent } = answering(() => rows([{}]));
    await exchange.invoke(mailbox("a"));
    await exchange.invoke(mailbox("b"));
    expect(sent.map(isBatch)).toEqual([false, false]);
  });

  it("do not take changes along", async () => {
    const { exchange, sent } = answering(() => rows([]));
    await Promise.all([exchange.invoke(setting("a")), exchange.invoke(setting("b"))]);
    expect(sent.map(isBatch)).toEqual([false, false]);
  });

  it("are requested separately where the service refuses one in the batch", async () => {
    const { exchange, askedAlone } = answering(({ parameters: { Identity } }) =>
      Identity === "b" ? notFound("b") : rows([{ Name: Identity }]),
    );
    const [a, b] = await Promise.allSettled([
      exchange.invoke(mailbox("a")),
      exchange.invoke(mailbox("b")),
    ]);
    expect(a).toMatchObject({ status: "fulfilled", value: { rows: [{ Name: "a" }] } });
    expect(b).toMatchObject({ status: "rejected", reason: { kind: "missing" } });
    expect(askedAlone("Identity")).toEqual(["b"]);
  });

  it("are requested separately when the service does not take the batch", async () => {
    const { exchange, askedAlone } = answering(
      ({ parameters }) => rows([{ Name: parameters["Identity"] }]),
      { batch: () => reply(404, "") },
    );
    const found = await Promise.all(["a", "b"].map((name) => exchange.invoke(mailbox(name))));
    expect(found.map((one) => one.rows)).toEqual([[{ Name: "a" }], [{ Name: "b" }]]);
    expect(askedAlone("Identity")).toEqual(["a", "b"]);
  });

  it("fail together when the service throttles the batch for too long", async () => {
    const { exchange, askedAlone } = answering(() => rows([]), {
      batch: () => reply(429, "", { "retry-after": "600" }),
    });
    const found = await Promise.allSettled(
      ["a", "b"].map((name) => exchange.invoke(mailbox(name))),
    );
    for (const one of found)
      expect(one).toMatchObject({ status: "rejected", reason: { kind: "throttled" } });
    expect(askedAlone("Identity")).toEqual([]);
  });
});

describe("queries together", () => {
  const targets = { exchange: answering(() => rows([])).exchange };
  const later = async (times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn++) await Promise.resolve();
  };
  const failing =
    (message: string, turns: number): ExchangeQuery<never> =>
    async () => {
      await later(turns);
      throw Fault.invalid(message);
    };

  it("resolve to one result each, in their order", async () => {
    const slow: ExchangeQuery<string> = async () => {
      await later(9);
      return "slow";
    };
    expect(await together(slow, () => Promise.resolve(2))(targets)).toEqual(["slow", 2]);
  });

  it("fail with the first fault in their order, whichever comes first", async () => {
    for (const [first, second] of [
      [9, 1],
      [1, 9],
    ] as const)
      expect(
        await faultOf(together(failing("first", first), failing("second", second))(targets)),
      ).toMatchObject({ message: "first" });
  });

  it("fail only when all of them have ended", async () => {
    let hasEnded = false;
    const slow: ExchangeQuery<void> = async () => {
      await later(20);
      hasEnded = true;
    };
    await faultOf(together(failing("first", 1), slow)(targets));
    expect(hasEnded).toBe(true);
  });

  it("that are early keep their result, and their fault, for whoever needs it", async () => {
    let asked = 0;
    const counted: ExchangeQuery<number> = () => Promise.resolve(++asked);
    const result = await early(counted)(targets);
    expect([await result(targets), await result(targets), asked]).toEqual([1, 1, 1]);
    const fault = await early(failing("unneeded", 1))(targets);
    expect(await faultOf(fault(targets))).toMatchObject({ message: "unneeded" });
  });
});

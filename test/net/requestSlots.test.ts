import { describe, expect, it } from "vitest";
import { requestSlots, type AboutRequest, type RequestSlots } from "../../lib/net/requestSlots.ts";
import { settled } from "../exchange/answering.ts";

type Reply = "fine" | "refused" | "failed";
const isRefusal = (reply: Reply): boolean => reply === "refused";

/** Requests that are sent as soon as there is a slot, and answered when a test says so. */
function requests(slots: RequestSlots, count: number, about: Partial<AboutRequest<Reply>> = {}) {
  const sent: number[] = [];
  const open: ((reply: Reply) => void)[] = [];
  for (let index = 0; index < count; index++) {
    void slots
      .run(
        async () => {
          sent.push(index);
          return await new Promise<Reply>((resolve) => open.push(resolve));
        },
        { isRefusal, ...about },
      )
      .catch(() => undefined);
  }
  return {
    sent,
    /** Answers the oldest requests, one after the other. */
    async answer(...replies: Reply[]): Promise<void> {
      for (const reply of replies) {
        open.shift()?.(reply);
        await settled();
      }
    },
    /** Answers the newest request. */
    async answerLast(reply: Reply): Promise<void> {
      open.pop()?.(reply);
      await settled();
    },
    /** Answers the oldest requests in one turn. */
    async answerTogether(...replies: Reply[]): Promise<void> {
      for (const reply of replies) open.shift()?.(reply);
      await settled();
    },
    get inProgress() {
      return open.length;
    },
  };
}

const many = (count: number, reply: Reply): Reply[] => Array.from({ length: count }, () => reply);

/** How many of many requests are sent before the first answer. */
async function sentAtOnce(slots: RequestSlots): Promise<number> {
  const { sent } = requests(slots, 100);
  await settled();
  return sent.length;
}

/** A tenant that refuses a request when it has so many in progress. Returns the most it has had, and its refusals. */
async function tenantAllowing(allowed: number, slots: RequestSlots, count: number) {
  let atWork = 0;
  const seen = { most: 0, refusals: 0, done: 0 };
  const send = async (): Promise<Reply> => {
    if (atWork >= allowed) {
      seen.refusals++;
      return "refused";
    }
    seen.most = Math.max(seen.most, ++atWork);
    await settled();
    atWork--;
    return "fine";
  };
  const request = async (): Promise<void> => {
    while (isRefusal(await slots.run(send, { isRefusal })));
    seen.done++;
  };
  await Promise.all(Array.from({ length: count }, request));
  return seen;
}

describe("request slots", () => {
  it("are three at first, and taken in order", async () => {
    const slots = requestSlots(10);
    const { sent } = requests(slots, 5);
    await settled();
    expect(sent).toEqual([0, 1, 2]);
    expect(await sentAtOnce(slots)).toBe(0);
  });

  it.each([1, 2, 3])("are never more than their maximum of %i", async (max) => {
    const slots = requestSlots(max);
    const { sent, answer } = requests(slots, 20);
    await settled();
    expect(sent).toHaveLength(max);
    await answer(...many(5, "fine"));
    expect(sent).toHaveLength(max + 5);
  });

  it("are two more after each success, up to their maximum", async () => {
    const load = requests(requestSlots(10), 100);
    await settled();
    const used = [];
    for (let index = 0; index < 9; index++) {
      await load.answer("fine");
      used.push(load.inProgress);
    }
    expect(used).toEqual([5, 7, 9, 10, 10, 10, 10, 10, 10]);
  });

  it("are two more after each success, also when several end in the same turn", async () => {
    const load = requests(requestSlots(10), 100);
    await settled();
    await load.answerTogether(...many(3, "fine"));
    expect(load.inProgress).toBe(9);
  });

  it.each([
    [1, 3],
    [2, 6],
    [3, 9],
  ])(
    "are at most three times what was seen to be allowed: after %i at once %i",
    async (atOnce, most) => {
      const slots = requestSlots(10);
      for (let index = 0; index < 50; index++) {
        const { answer } = requests(slots, atOnce);
        await settled();
        await answer(...many(atOnce, "fine"));
      }
      expect(await sentAtOnce(slots)).toBe(most);
    },
  );

  it("are freed when sending fails, and the failure is passed on", async () => {
    const slots = requestSlots(1);
    await expect(
      slots.run(() => Promise.reject(new Error("cut off")), { isRefusal: () => false }),
    ).rejects.toThrow("cut off");
    expect(await sentAtOnce(slots)).toBe(1);
  });
});

describe("after a refusal, request slots", () => {
  /** Ten slots in use, of which the newest requests are refused one after the other. */
  async function refused(count: number) {
    const slots = requestSlots(10);
    const load = requests(slots, 1_000);
    await settled();
    await load.answer(...many(7, "fine"));
    expect(load.inProgress).toBe(10);
    for (let index = 0; index < count; index++) await load.answerLast("refused");
    return { slots, load };
  }

  it.each([
    [1, 9],
    [5, 5],
    [9, 1],
    [10, 1],
  ])("are what is in progress beside it: of ten, %i refused, %i", async (count, left) => {
    const { load } = await refused(count);
    expect(load.inProgress).toBe(left);
  });

  it("stay taken, and the next request waits until fewer are in progress", async () => {
    const { load } = await refused(7);
    const { length } = load.sent;
    await load.answer("fine");
    expect([load.inProgress, load.sent.length]).toEqual([3, length + 1]);
  });

  it("are one more after twenty rounds without a refusal", async () => {
    const { load } = await refused(8);
    await load.answer(...many(39, "fine"));
    expect(load.inProgress).toBe(2);
    await load.answer("fine");
    expect(load.inProgress).toBe(3);
    await load.answer(...many(60, "fine"));
    expect(load.inProgress).toBe(4);
  });

  it("are no more while there are refusals", async () => {
    const { load } = await refused(8);
    for (let index = 0; index < 3; index++) {
      await load.answer(...many(39, "fine"));
      await load.answerLast("refused");
      expect(load.inProgress).toBe(1);
    }
  });

  it.each([1, 2, 3, 4, 5, 7, 10])("are as many as a tenant allows: %i", async (allowed) => {
    const slots = requestSlots(10);
    const { most, refusals, done } = await tenantAllowing(allowed, slots, 200);
    expect([most, done]).toEqual([allowed, 200]);
    // Those that showed how many are allowed, and an attempt to send one more now and then.
    expect(refusals).toBeLessThanOrEqual(allowed === 10 ? 0 : 15);
    // The next attempt to send one more may be due.
    expect([allowed, allowed + 1]).toContain(await sentAtOnce(slots));
  });
});

describe("an urgent request", () => {
  it("waits for one other only, and urgent ones for each other", async () => {
    const slots = requestSlots(1);
    const usual = requests(slots, 5);
    await settled();
    const urgent = requests(slots, 2, { isUrgent: true });
    const sent = (): number[] => [usual.sent.length, urgent.sent.length];
    expect(sent()).toEqual([1, 0]);
    await usual.answer("fine");
    expect(sent()).toEqual([2, 0]);
    await usual.answer("fine");
    expect(sent()).toEqual([2, 1]);
    await urgent.answer("fine");
    expect([sent()[0], sent()[1]]).toEqual([2, 2]);
    await urgent.answer("fine");
    expect(sent()).toEqual([3, 2]);
  });
});

describe("a refused request that may follow", () => {
  const following = { mayFollow: () => true };

  it("is sent again when another one in progress has ended, before those that wait", async () => {
    const { sent, answer, answerLast } = requests(requestSlots(10), 5, following);
    await settled();
    await answerLast("refused");
    expect(sent).toEqual([0, 1, 2]);
    await answer("fine");
    expect(sent.slice(3)).toEqual([3]);
    await answer("fine");
    expect(sent.slice(3)).toEqual([3, 2]);
  });

  it("is not sent again when no other one is in progress", async () => {
    const { sent, answer } = requests(requestSlots(10), 1, following);
    await settled();
    await answer("refused");
    expect(sent).toEqual([0]);
  });

  it("is sent four times at most", async () => {
    const slots = requestSlots(10);
    const others = requests(slots, 100);
    await settled();
    await others.answer(...many(7, "fine"));
    let sends = 0;
    const refused = async (): Promise<Reply> => (sends++, await Promise.resolve("refused"));
    const reply = slots.run(refused, { isRefusal, ...following, isUrgent: true });
    await settled();
    await others.answer(...many(10, "fine"));
    expect([await reply, sends]).toEqual(["refused", 4]);
  });
});

import { describe, expect, it } from "vitest";
import { sharedTokens, type SharedTokens } from "../../lib/auth/sharedTokens.ts";
import type { SignInSeams } from "../../lib/auth/signInNetwork.ts";
import { Fault } from "../../lib/fault.ts";
import { timeOf } from "../exchange/scripted.ts";

/** One event: its seams, and what it learned. */
function event() {
  const time = timeOf();
  const secrets: string[] = [];
  const warnings: string[] = [];
  const seams: SignInSeams = {
    transport: () => Promise.reject(new Error("no request is expected")),
    pace: time.pace,
    clock: time.clock,
    keepSecret: (secret) => void secrets.push(secret),
    warn: (sentence) => void warnings.push(sentence),
  };
  return { seams, secrets, warnings, stats: time.pace.stats, end: () => time.abort("ended") };
}

/** A source whose sign-ins the test answers: one is under way until `answer` or `fail`. */
function shared() {
  let seams: SignInSeams | undefined;
  let sources = 0;
  const signIns: { answer(token: string): void; fail(fault: unknown): void }[] = [];
  let pending: Promise<string> | undefined;
  const tokens: SharedTokens = sharedTokens((given) => {
    sources++;
    seams = given;
    return {
      get() {
        // As the library does: those who ask meanwhile wait for the same sign-in, whose time is that of the payer.
        pending ??= new Promise<string>((answer, fail) => {
          given.pace.stats.requests++;
          const stop = (): void => fail(new Fault({ kind: "unavailable", message: "ended" }));
          given.pace.signal.addEventListener("abort", stop);
          signIns.push({ answer, fail });
        }).finally(() => (pending = undefined));
        return pending;
      },
    };
  });
  return { tokens, signIns, seams: () => seams, sources: () => sources };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a source of tokens for many events", () => {
  it("is opened once, and its token is a secret of each who gets it", async () => {
    const { tokens, signIns, sources } = shared();
    const [one, other] = [event(), event()];
    const both = [tokens(one.seams).get(), tokens(other.seams).get()];
    await turn();
    expect(signIns).toHaveLength(1);
    signIns[0]?.answer("token");
    expect(await Promise.all(both)).toEqual(["token", "token"]);
    expect([one.secrets, other.secrets]).toEqual([["token"], ["token"]]);
    expect([one.stats.requests, other.stats.requests]).toEqual([1, 0]);
    expect(sources()).toBe(1);
  });

  it("uses the time and the statistics of the event that comes next, once no one waits", async () => {
    const { tokens, signIns } = shared();
    const [one, other] = [event(), event()];
    const first = tokens(one.seams).get();
    signIns[0]?.answer("first");
    await first;
    one.end();
    const second = tokens(other.seams).get();
    signIns[1]?.answer("second");
    expect(await second).toBe("second");
    expect([one.stats.requests, other.stats.requests]).toEqual([1, 1]);
    expect(one.secrets).toEqual(["first"]);
  });

  it("signs in for those who wait when the event that signed in has ended", async () => {
    const { tokens, signIns } = shared();
    const [one, other, third] = [event(), event(), event()];
    const ended = tokens(one.seams).get();
    const waiting = [tokens(other.seams).get(), tokens(third.seams).get()];
    await turn();
    one.end();
    await expect(ended).rejects.toMatchObject({ message: "ended" });
    await turn();
    expect(signIns).toHaveLength(2);
    signIns[1]?.answer("again");
    expect(await Promise.all(waiting)).toEqual(["again", "again"]);
    expect(one.secrets).toEqual([]);
    expect(other.stats.requests + third.stats.requests).toBe(1);
  });

  it("fails for each with a refusal, and not for longer", async () => {
    const { tokens, signIns } = shared();
    const [one, other] = [event(), event()];
    const both = [tokens(one.seams).get(), tokens(other.seams).get()];
    await turn();
    signIns[0]?.fail(Fault.invalid("refused"));
    for (const ended of await Promise.allSettled(both))
      expect(ended).toMatchObject({ status: "rejected", reason: { message: "refused" } });
    const later = tokens(event().seams).get();
    signIns[1]?.answer("token");
    expect(await later).toBe("token");
  });

  it("fails for an event that has ended itself", async () => {
    const { tokens, signIns } = shared();
    const [one, other] = [event(), event()];
    const both = [tokens(one.seams).get(), tokens(other.seams).get()];
    await turn();
    other.end();
    one.end();
    for (const ended of await Promise.allSettled(both)) expect(ended.status).toBe("rejected");
    expect(signIns).toHaveLength(1);
  });

  it("tells each event the warnings of a sign-in, also one that came later", async () => {
    const { tokens, signIns, seams } = shared();
    const [one, other] = [event(), event()];
    const first = tokens(one.seams).get();
    await turn();
    seams()?.warn?.("The certificate ends soon.");
    signIns[0]?.answer("token");
    await first;
    const second = tokens(other.seams).get();
    signIns[1]?.answer("token");
    await second;
    expect([one.warnings, other.warnings]).toEqual([
      ["The certificate ends soon."],
      ["The certificate ends soon."],
    ]);
  });

  it("keeps a secret of the sign-in as one of the event that signs in", async () => {
    const { tokens, signIns, seams } = shared();
    const one = event();
    const token = tokens(one.seams).get();
    seams()?.keepSecret("assertion");
    signIns[0]?.answer("token");
    await token;
    expect(one.secrets).toEqual(["assertion", "token"]);
  });
});

/** The whole client, from cmdlet to socket, against the emulator. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, expect, it } from "vitest";
import { clouds } from "../../../lib/auth/clouds.ts";
import type { Command } from "../../../lib/exchange/client/command.ts";
import { exchangeOnline, type Exchange } from "../../../lib/exchange/client/exchange.ts";
import { tokenSource } from "../../../lib/auth/token.ts";
import { httpTransport } from "../../../lib/net/transport.ts";
import { Fault } from "../../../lib/fault.ts";
import { manyMailboxes, seedState } from "../../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../../emulator/server.ts";
import type { State } from "../../emulator/state.ts";
import { faultOf, timeOf, type Time } from "../scripted.ts";

const all: Command = {
  cmdlet: "Get-Mailbox",
  parameters: { ResultSize: "Unlimited" },
  select: ["Guid"],
};
let running: RunningEmulator | undefined;
const { send: transport, close } = httpTransport();
afterEach(async () => await running?.close());
afterAll(close);

interface Live {
  exchange: Exchange;
  emulator: RunningEmulator["emulator"];
  time: Time;
  /** What arrived, as `side status`. */
  arrived(): string[];
}

async function live(state: State = seedState(), remainingMs = 25_000): Promise<Live> {
  running = await startEmulator({ state });
  const { emulator, loginUrl, exchangeUrl, clientSecret, ...ids } = running;
  const time = timeOf({ remainingMs });
  const { sleep } = time.pace;
  time.pace.sleep = (ms, signal) => {
    emulator.advance(ms);
    return sleep(ms, signal);
  };
  const clock = (): number => emulator.now();
  const cloud = clouds[state.tenant.cloud];
  const token = tokenSource(
    { ...ids, credential: { secret: clientSecret }, cloud, resource: "exchange", loginUrl },
    { transport, pace: time.pace, clock, keepSecret: () => undefined },
  );
  const exchange = exchangeOnline(
    { tenantId: ids.tenantId, cloud, exchangeUrl },
    { transport, token, pace: time.pace, clock, newId: () => crypto.randomUUID() },
  );
  return {
    exchange,
    emulator,
    time,
    arrived: () => emulator.journal().map(({ side, status }) => `${side} ${status}`),
  };
}

const aoife: Command = {
  cmdlet: "Get-Mailbox",
  parameters: { Filter: "Name -eq 'Aoife O''Brien'" },
  select: ["Guid", "DisplayName"],
};

it("reads one mailbox, for two requests in all", async () => {
  const { exchange, arrived } = await live();
  const { rows: found } = await exchange.invoke(aoife);
  expect(found).toEqual([{ Guid: expect.any(String) as string, DisplayName: "Aoife O'Brien" }]);
  expect(arrived()).toEqual(["login 200", "exchange 200"]);
  expect(exchange.stats).toEqual({ requests: 2, retries: 0, waitedMs: 0 });
});

it("changes it, and learns when there was nothing to change", async () => {
  const { exchange } = await live();
  const [mailbox] = (await exchange.invoke(aoife)).rows;
  const hide: Command = {
    cmdlet: "Set-Mailbox",
    parameters: { Identity: String(mailbox?.["Guid"]), HiddenFromAddressListsEnabled: true },
  };
  expect((await exchange.invoke(hide)).notices).toEqual([]);
  expect((await exchange.invoke(hide)).notices).toMatchObject([{ kind: "alreadySo" }]);
});

it("reads every page", async () => {
  const { exchange, arrived } = await live(manyMailboxes(2500));
  const sizes: number[] = [];
  for await (const page of exchange.pages(all)) sizes.push(page.rows.length);
  expect(sizes).toEqual([1000, 1000, 500]);
  expect(arrived()).toEqual(["login 200", "exchange 200", "exchange 200", "exchange 200"]);
});

it("renews a token that is about to end before the next page", async () => {
  const { exchange, emulator, arrived } = await live(manyMailboxes(2500));
  let read = 0;
  for await (const page of exchange.pages(all)) {
    read += page.rows.length;
    // Twice short of the half hour that a link lives, and then in the last two minutes of the token.
    if (read < 2500) emulator.advance(29 * 60_000);
  }
  expect(read).toBe(2500);
  expect(arrived()).toEqual([
    "login 200",
    "exchange 200",
    "exchange 200",
    "login 200",
    "exchange 200",
  ]);
});

it("takes one new token for many that were refused at once", async () => {
  const { exchange, emulator, arrived } = await live();
  await exchange.invoke(aoife);
  emulator.clearJournal();
  emulator.setFaults([
    { match: { side: "exchange" }, named: "tokenRefused", times: 3, delayMs: 20 },
  ]);
  const first = async (): Promise<unknown> =>
    (await exchange.pages(aoife).next()).value?.rows.length;
  expect(await Promise.all([first(), first(), first()])).toEqual([1, 1, 1]);
  expect(arrived().filter((line) => line.startsWith("login"))).toEqual(["login 200"]);
  expect(arrived().filter((line) => line === "exchange 401")).toHaveLength(3);
});

it("ends as denied when every token is refused", async () => {
  const { exchange, emulator, arrived } = await live();
  emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused", times: 9 }]);
  expect((await faultOf(exchange.invoke(aoife))).kind).toBe("denied");
  expect(arrived()).toEqual(["login 200", "exchange 401", "login 200", "exchange 401"]);
});

it.each(["pipe", "message", "className"] as const)(
  "understands errors written as %s",
  async (errorEncoding) => {
    const state = seedState();
    state.behaviour.errorEncoding = errorEncoding;
    const { exchange } = await live(state);
    expect(
      (
        await faultOf(
          exchange.invoke({
            cmdlet: "Set-Mailbox",
            parameters: { Identity: "nobody", CustomAttribute1: "x" },
          }),
        )
      ).kind,
    ).toBe("missing");
    expect(
      (
        await faultOf(
          exchange.invoke({ cmdlet: "Get-Mailbox", parameters: { Filter: "NoSuchThing -eq 'x'" } }),
        )
      ).kind,
    ).toBe("invalid");
  },
);

it.each(["matchesMultipleEntries", "multipleRecipients", "labelledNotFound"] as const)(
  "an ambiguous name that is refused as %s is not missing",
  async (ambiguity) => {
    const state = seedState();
    Object.assign(state.behaviour, { ambiguity, displayNameIdentity: "likeName" });
    const { exchange } = await live(state);
    expect(
      (
        await faultOf(
          exchange.invoke({
            cmdlet: "Set-Mailbox",
            parameters: { Identity: "Jan de Vries", CustomAttribute1: "x" },
          }),
        )
      ).kind,
    ).toBe("ambiguous");
  },
);

it.each<[string, Partial<State["apps"][0]>, string]>([
  ["no application role", { appRoles: [] }, "needs the permission Exchange.ManageAsApp"],
  [
    "no directory role",
    { directoryRoles: [] },
    "an Entra role such as Exchange Recipient Administrator",
  ],
])("%s is denied", async (_name, own, message) => {
  const state = seedState();
  Object.assign(state.apps[0] ?? {}, own);
  const fault = await faultOf((await live(state)).exchange.invoke(aoife));
  expect(fault).toMatchObject({
    kind: "denied",
    message: expect.stringContaining(message) as string,
  });
});

it("a role that only reads is denied a change, with the reason that is given", async () => {
  const state = seedState();
  Object.assign(state.apps[0] ?? {}, { directoryRoles: ["Global Reader"] });
  state.behaviour.forbiddenDiagnostics = true;
  const { exchange } = await live(state);
  expect(
    (
      await faultOf(
        exchange.invoke({
          cmdlet: "Set-Mailbox",
          parameters: { Identity: "x", CustomAttribute1: "y" },
        }),
      )
    ).message,
  ).toContain("No role of the token includes Set-Mailbox");
});

it.each([
  "throttled",
  "throttledNoRetryAfter",
  "concurrency",
  "unavailable",
  "html",
  "transient",
] as const)("recovers from %s", async (named) => {
  const { exchange, emulator, time } = await live();
  emulator.setFaults([{ match: { side: "exchange" }, named, times: 2 }]);
  expect((await exchange.invoke(aoife)).rows).toHaveLength(1);
  expect(exchange.stats).toMatchObject({ requests: 4, retries: 2 });
  expect(time.waits).toHaveLength(2);
});

it.each(["forbiddenNul", "falseGzip", "redirect"] as const)(
  "does not recover from %s",
  async (named) => {
    const { exchange, emulator, time } = await live();
    emulator.setFaults([{ match: { side: "exchange" }, named }]);
    const fault = await faultOf(exchange.invoke(aoife));
    expect(fault.kind).toBe(
      { forbiddenNul: "denied", falseGzip: "invalid", redirect: "unexpected" }[named],
    );
    if (named === "falseGzip")
      expect(fault.message).toContain("Not compressed, whatever the header says");
    expect(time.waits).toEqual([]);
  },
);

it.each(["before", "after", "half"] as const)(
  "a change whose connection is cut %s is applied, and reported as sent again",
  async (where) => {
    const { exchange, emulator } = await live();
    const [mailbox] = (await exchange.invoke(aoife)).rows;
    emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, cut: where, times: 1 }]);
    const reply = await exchange.invoke({
      cmdlet: "Set-Mailbox",
      parameters: { Identity: String(mailbox?.["Guid"]), HiddenFromAddressListsEnabled: true },
    });
    expect(reply.wasRetried).toBe(true);
    expect(reply.notices.length).toBe(where === "before" ? 0 : 1);
    expect(
      emulator.state().objects.find(({ Guid: guid }) => guid === mailbox?.["Guid"])?.[
        "HiddenFromAddressListsEnabled"
      ],
    ).toBe(true);
    expect(exchange.stats.retries).toBe(1);
  },
);

it("a second page that no longer exists is a fault, never a shorter list", async () => {
  const { exchange, emulator } = await live(manyMailboxes(1500));
  emulator.setFaults([{ match: { page: 2 }, answer: { status: 200, body: "" } }]);
  expect((await faultOf(exchange.invoke(all))).kind).toBe("unavailable");
  emulator.setFaults([]);
  let fault: Fault | undefined;
  try {
    for await (const page of exchange.pages(all))
      if (page.rows.length === 1000) emulator.advance(31 * 60_000);
  } catch (thrown) {
    fault = Fault.of(thrown);
  }
  expect(fault).toMatchObject({
    kind: "unavailable",
    message: expect.stringContaining("pagination") as string,
  });
});

it("an answer that never comes ends with the run", async () => {
  const { exchange, emulator, time } = await live();
  emulator.setFaults([{ match: { side: "exchange" }, hang: true }]);
  const reason = new Fault({ kind: "unavailable", message: "The time ran out." });
  const fault = faultOf(exchange.invoke(aoife));
  await delay(100);
  time.abort(reason);
  expect(await fault).toBe(reason);
});

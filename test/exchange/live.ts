/** The whole client against an emulated tenant, for what a noun does there. */
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import { mailboxById, type Mailbox } from "../../lib/exchange/mailbox.ts";
import type { Parameters } from "../../lib/exchange/client/encoding.ts";
import type { ExchangeGate } from "../../lib/exchange/target.ts";
import type { StepResult } from "../../lib/step.ts";
import { tokenSource } from "../../lib/auth/token.ts";
import { httpTransport } from "../../lib/net/transport.ts";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import type { Behaviour, DirectoryObject } from "../emulator/state.ts";
import { timeOf } from "./scripted.ts";

export interface Live {
  exchange: Exchange;
  emulator: RunningEmulator["emulator"];
  /** The tenant as it is seeded, with this behaviour. */
  reset(behaviour?: Partial<Behaviour>): void;
  /** The object of this name, or Guid, in the emulator's store. */
  stored(name: string): DirectoryObject;
  mailbox(name: string, properties: readonly string[]): Promise<Mailbox>;
  /** The gate of an action, without the host between. */
  gate: Pick<ExchangeGate, "read" | "change" | "changeAll">;
  /** Every cmdlet that was called since the last reset. */
  cmdlets(): (string | undefined)[];
  close(): Promise<void>;
}

export async function liveTenant(): Promise<Live> {
  const { send: transport, close } = httpTransport();
  const running = await startEmulator();
  const { emulator, loginUrl, exchangeUrl, clientSecret, tenantId, clientId } = running;
  const { pace } = timeOf();
  const clock = (): number => emulator.now();
  const token = tokenSource(
    {
      tenantId,
      clientId,
      credential: { secret: clientSecret },
      cloud: clouds.worldwide,
      resource: "exchange",
      loginUrl,
    },
    { transport, pace, clock, keepSecret: () => undefined },
  );
  const exchange = exchangeOnline(
    { tenantId, cloud: clouds.worldwide, exchangeUrl },
    { transport, token, pace, clock, newId: () => crypto.randomUUID() },
  );
  const stored = (name: string): DirectoryObject => {
    const found = emulator.state().objects.find(({ Name, Guid }) => Name === name || Guid === name);
    if (!found) throw new Error(`the emulated tenant has no account called ${name}`);
    return found;
  };
  const change: ExchangeGate["change"] = async ({ operation, parameters }) => {
    await exchange.invoke({ cmdlet: operation, parameters: parameters as Parameters });
    return "done";
  };
  return {
    exchange,
    emulator,
    reset(behaviour = {}) {
      const state = seedState();
      Object.assign(state.behaviour, behaviour);
      emulator.replaceState(state);
      emulator.clearJournal();
    },
    stored,
    mailbox: (name, properties) =>
      mailboxById(String(stored(name)["Guid"]), properties)({ exchange }),
    gate: {
      read: (query) => query({ exchange }),
      change,
      async changeAll(steps) {
        const results: StepResult[] = [];
        for (const step of steps) results.push(await change(step));
        return results;
      },
    },
    cmdlets: () =>
      emulator.journal().flatMap(({ side, cmdlet }) => (side === "exchange" ? [cmdlet] : [])),
    async close() {
      await running.close();
      close();
    },
  };
}

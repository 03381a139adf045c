/**
 * Tenants in miniature that keep the truth about what workers do: the order in each account, what runs at the same
 * time, how often each event took effect. Takes 5 to 20 ms for a request, or `slowMs` in the first tenant, and
 * throttles some.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface StubEvent {
  tenant: string;
  account: string;
  /** Among those of its account, from 1. */
  number: number;
}

export interface StubReport {
  effects: number;
  /** An event that took effect although an earlier one of its account had not. */
  gaps: number;
  /** Two events of one account at the same time. */
  overlaps: number;
  /** Events that were run again after they had taken effect, which changes nothing. */
  repeats: number;
  refused: number;
  /** The most requests of one tenant at the same time. */
  inFlight: number;
  /** Milliseconds from the last kill or crash until an event that it had cut was run again: the longest. */
  recoveryMs: number;
  /** Milliseconds from the first effect until the last one, in all tenants but the slow one. */
  quickMs: number;
}

export interface StubTenants {
  url: string;
  report(): StubReport;
  /** A worker was killed, or the database has crashed. */
  disturbed(): void;
  close(): Promise<void>;
}

export async function startStubTenants(
  random: () => number,
  {
    refusedPart = 0.045,
    slowMs = 0,
    address = "127.0.0.1",
  }: { refusedPart?: number; slowMs?: number; address?: string } = {},
): Promise<StubTenants> {
  const last = new Map<string, number>();
  const busy = new Map<string, number>();
  const inFlight = new Map<string, number>();
  const cut = new Set<string>();
  let disturbedAt = 0;
  let firstAt = 0;
  const report: StubReport = {
    effects: 0,
    gaps: 0,
    overlaps: 0,
    repeats: 0,
    refused: 0,
    inFlight: 0,
    recoveryMs: 0,
    quickMs: 0,
  };
  const count = (map: Map<string, number>, key: string, by: number): number => {
    const value = (map.get(key) ?? 0) + by;
    map.set(key, value);
    return value;
  };

  /** The status of the answer. */
  function apply(account: string, number: number, isSlow: boolean): number {
    if (random() < refusedPart) {
      report.refused++;
      return 429;
    }
    const before = last.get(account) ?? 0;
    if (number <= before) report.repeats++;
    else {
      if (number !== before + 1) report.gaps++;
      report.effects++;
      const now = performance.now();
      firstAt ||= now;
      if (!isSlow) report.quickMs = now - firstAt;
      last.set(account, number);
    }
    return 200;
  }

  const server = createServer({ keepAlive: true });
  server.on("request", (request, response) => {
    const words = new URL(request.url ?? "", "http://stub").searchParams;
    const tenant = words.get("tenant") ?? "";
    const account = `${tenant} ${words.get("account")}`;
    const number = Number(words.get("number"));
    const event = `${account} ${number}`;
    if (cut.delete(event) || number <= (last.get(account) ?? 0))
      report.recoveryMs = Math.max(report.recoveryMs, performance.now() - disturbedAt);
    if (count(busy, account, 1) > 1) report.overlaps++;
    report.inFlight = Math.max(report.inFlight, count(inFlight, tenant, 1));
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      count(busy, account, -1);
      count(inFlight, tenant, -1);
    };
    response.on("close", () => {
      if (!response.writableFinished) cut.add(event);
      over();
    });
    // The first tenant may be a slow one.
    const isSlow = slowMs > 0 && tenant.endsWith("0".repeat(12));
    void delay(isSlow ? slowMs : 5 + random() * 15).then(() => {
      // What has begun takes effect, also when no one waits for its answer.
      const status = apply(account, number, isSlow);
      over();
      response.writeHead(status).end();
    });
  });
  server.listen(0, address);
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    report: () => report,
    disturbed: () => void (disturbedAt = performance.now()),
    async close() {
      const closed = once(server, "close");
      server.close().closeAllConnections();
      await closed;
    },
  };
}

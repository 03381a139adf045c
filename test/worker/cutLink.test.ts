/**
 * Two workers on two hosts, one of which loses its link with the database and keeps the one with the tenants. The other
 * host is a network namespace of this machine.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { whyNoNetworks } from "../network/namespaces.ts";
import { opened, until, type Opened } from "./opened.ts";
import { startPostgres, type Postgres } from "./postgres.ts";
import { startStubTenants, type StubTenants } from "./stubTenants.ts";

const host = "exo-worker-test";
/** A link between the hosts: the name of its end here, and the addresses of both ends. */
const links = {
  database: { name: "exo-wk-db", here: "10.213.1.1", there: "10.213.1.2" },
  tenants: { name: "exo-wk-tn", here: "10.213.2.1", there: "10.213.2.2" },
};
const stubWorker = path.join(import.meta.dirname, "stubWorker.ts");
const tenant = "7e4a4700-0000-4000-8000-000000000000";
const accounts = 12;
const events = 36;

function ip(...words: string[]): void {
  const { status, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${stderr}`);
}

/** Also what an earlier run has left: connections that are cut off keep a link for some minutes. */
function removeHost(): void {
  for (const { name } of Object.values(links)) spawnSync("ip", ["link", "delete", name]);
  spawnSync("ip", ["netns", "delete", host]);
}

const isPossible = inject("postgres") && whyNoNetworks("worker", ["ip"]) === undefined;

describe.skipIf(!isPossible)("workers on two hosts", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "worker-hosts-"));
  const key = randomBytes(32);
  const running: ChildProcess[] = [];
  let server: Postgres;
  let stub: StubTenants;
  let one: Opened;

  beforeAll(async () => {
    removeHost();
    ip("netns", "add", host);
    for (const { name, here, there } of Object.values(links)) {
      ip("link", "add", name, "type", "veth", "peer", "name", "there", "netns", host);
      ip("-n", host, "link", "set", "there", "name", `${name}-2`);
      ip("address", "add", `${here}/24`, "dev", name);
      ip("-n", host, "address", "add", `${there}/24`, "dev", `${name}-2`);
      ip("link", "set", name, "up");
      ip("-n", host, "link", "set", `${name}-2`, "up");
    }
    server = await startPostgres(links.database.here);
    // An event takes longer than the other host needs to be cut off in it.
    stub = await startStubTenants(Math.random, {
      refusedPart: 0,
      slowMs: 3_000,
      address: "0.0.0.0",
    });
    one = await opened({ connectionString: server.url }, { watches: false }, key);
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    await one.queue.close().catch(() => undefined);
    await stub.close();
    server.remove();
    removeHost();
    rmSync(folder, { recursive: true, force: true });
  });

  const logOf = (name: string): string => path.join(folder, `${name}.log`);

  function start(name: string, before: readonly string[], database: string, tenants: string): void {
    const log = openSync(logOf(name), "w");
    const port = (url: string): string => new URL(url).port;
    const words = [
      `postgres://postgres@${database}:${port(server.url)}/postgres`,
      `http://${tenants}:${port(stub.url)}/`,
      key.toString("base64url"),
      ...["8", "4"],
    ];
    const [program = "", ...rest] = [
      ...before,
      ...[process.execPath, "--import", "tsx", stubWorker, ...words],
    ];
    const child = spawn(program, rest, { stdio: ["ignore", log, log] });
    closeSync(log);
    running.push(child);
  }

  it("do no event twice at the same time, and none is lost, while one is cut off", async () => {
    const lines = Array.from({ length: events }, (_, index) => {
      const account = `account-${index % accounts}`;
      return JSON.stringify({
        id: `event ${index}`,
        action: "lifecycle/update",
        event: {
          actionContext: {
            Configuration: { TenantID: tenant },
            References: { Account: account },
          },
          stub: { tenant, account, number: Math.floor(index / accounts) + 1 },
        },
      });
    });
    await one.events.send(lines.map((line) => ({ bytes: Buffer.from(line), source: "line" })));
    start("far", ["ip", "netns", "exec", host], links.database.here, links.tenants.here);
    await until(() => stub.report().inFlight > 0);
    start("near", [], "127.0.0.1", "127.0.0.1");
    await until(() => readFileSync(logOf("near"), "utf8").includes('"ready":true'));
    await until(() => stub.report().effects > 4);
    await delay(500);
    ip("link", "set", links.database.name, "down");
    // The far worker has all places of the tenant: the server has to notice that its host is gone.
    await until(async () => (await one.queue.stats())[0]?.completed === events);
    const { effects, gaps, overlaps, inFlight } = stub.report();
    expect({ effects, gaps, overlaps }).toEqual({ effects: events, gaps: 0, overlaps: 0 });
    expect(inFlight).toBeLessThanOrEqual(4);
    // The link is back: it works again.
    ip("link", "set", links.database.name, "up");
    running[1]?.kill("SIGTERM");
    await Promise.all([running[1]].flatMap((child) => (child ? [once(child, "exit")] : [])));
    await one.events.send([
      {
        bytes: Buffer.from(
          JSON.stringify({
            id: "the last",
            action: "lifecycle/update",
            event: {
              actionContext: {
                Configuration: { TenantID: tenant },
                References: { Account: "account-x" },
              },
              stub: { tenant, account: "account-x", number: 1 },
            },
          }),
        ),
        source: "line",
      },
    ]);
    await until(async () => (await one.events.find("the last"))?.state === "completed");
  });
});

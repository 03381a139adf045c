/** HelloID's scripts hand their events to a worker: a real PowerShell, a worker as a process, a real PostgreSQL. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { bridgeFor } from "../../tools/build/bridges.ts";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { accountImportFor, changeEventFor } from "../events.ts";
import { startPlatform, type Platform, type ScriptRun } from "../helloid/platform.ts";
import { until } from "./opened.ts";
import { openSite, type WorkerSite } from "./site.ts";

const program = inject("powerShell");
const folder = mkdtempSync(path.join(tmpdir(), "bridge worker "));
const file = path.join(folder, "private", "worker.json");
const authority = newAuthority();
const reference = "0b1ec700-0000-4000-8000-000000000001";

describe.skipIf(program === "" || !inject("postgres"))("the bridge with a worker", () => {
  let running: RunningEmulator;
  let site: WorkerSite;
  let platform: Platform;

  beforeAll(async () => {
    running = await startEmulator();
    site = await openSite(running.env);
    // Trusts no other authority.
    const trusted = path.join(folder, "authority.pem");
    writeFileSync(trusted, authority.pem);
    platform = startPlatform(program, { SSL_CERT_FILE: trusted });
  });
  afterEach(async () => {
    running.emulator.setFaults([]);
    running.emulator.clearJournal();
    await site.killWorkers();
  });
  afterAll(async () => {
    platform.close();
    await site.close();
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (words: readonly string[] = []): Promise<unknown> =>
    site.start(["--socket", file, ...words]);

  async function ran(
    action: string,
    event: unknown,
    { env, ServeSocket = file }: { env?: Record<string, string>; ServeSocket?: string } = {},
  ): Promise<ScriptRun> {
    const { actionContext, ...others } = event as {
      actionContext: { Configuration: Record<string, unknown> };
    };
    // No bundle could be started.
    const Configuration = { ...actionContext.Configuration, ServeSocket, ConnectorPath: "/none" };
    const sent = { ...others, actionContext: { ...actionContext, Configuration } };
    return await platform.run(await bridgeFor(action), sent, env ? { env } : {});
  }

  const update = (value: string): unknown =>
    changeEventFor(running, { reference, data: { CustomAttribute9: value } });
  const attribute = (): unknown =>
    running.emulator.state().objects.find(({ Guid }) => Guid === reference)?.["CustomAttribute9"];
  const messagesOf = ({ outputContext }: ScriptRun): string => {
    const logs = (outputContext?.["AuditLogs"] ?? []) as { Message: string }[];
    return logs.map(({ Message }) => Message).join(" ");
  };
  const succeeded = ({ outputContext }: ScriptRun): unknown => outputContext?.["Success"];

  it("takes over its answer and its records", async () => {
    await start();
    const run = await ran("lifecycle/update", update("by a worker"));
    expect([run.thrown, succeeded(run), messagesOf(run)]).toEqual([
      null,
      true,
      expect.stringContaining("CustomAttribute9"),
    ]);
    expect(attribute()).toBe("by a worker");
    const imported = await ran("lifecycle/import", accountImportFor(running));
    expect(succeeded(imported)).toBe(true);
    expect(imported.records.length).toBeGreaterThan(20);
  });

  it("says where the answer will be, when it does not come in time: and it comes", async () => {
    await start();
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 5_000, times: 1 }]);
    const run = await ran("lifecycle/update", update("late"), {
      env: { EXO_CONNECTOR_DEADLINE_MS: "3000" },
    });
    expect(run.ms).toBeLessThan(5_000);
    expect(succeeded(run)).toBe(false);
    const [, id = "", address = ""] =
      /^The event (\S+) has no answer yet\. .* will be at (\S+)\.$/.exec(messagesOf(run)) ?? [];
    const { secret } = JSON.parse(readFileSync(file, "utf8")) as { secret: string };
    const later = await fetch(`${address}?wait=30`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(await later.json()).toMatchObject({
      id,
      state: "completed",
      answer: { outcome: "done" },
    });
    expect(attribute()).toBe("late");
  });

  it("says what is wrong with an event, and nothing is sent to the tenant", async () => {
    await start();
    const other = path.join(folder, "other.json");
    const address = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(other, JSON.stringify({ ...address, secret: "wrong" }));
    const denied = await ran("lifecycle/update", update("never"), { ServeSocket: other });
    expect(messagesOf(denied)).toBe(
      "The service refused the event: status 401. Expected authorization: Bearer, with the secret of the worker. " +
        "Nothing was changed.",
    );
    expect([succeeded(denied), running.emulator.journal()]).toEqual([false, []]);
  });

  it("hands it over only to one whose certificate is trusted", async () => {
    const written = (name: string, text: string): string => {
      const place = path.join(folder, name);
      writeFileSync(place, text, { mode: 0o600 });
      return place;
    };
    const startWith = async ({ cert, key }: { cert: string; key: string }): Promise<unknown> =>
      await start([
        ...["--certificate", written("cert.pem", cert)],
        ...["--certificate-key", written("key.pem", key)],
      ]);
    await startWith(newAuthority().issue(["127.0.0.1"]));
    const refused = await ran("lifecycle/update", update("never"));
    expect(messagesOf(refused)).toMatch(
      /^The certificate of the service at https:.* is not trusted: .* Nothing was changed\.$/,
    );
    expect([succeeded(refused), running.emulator.journal()]).toEqual([false, []]);
    await site.killWorkers();
    rmSync(file);
    await startWith(authority.issue(["127.0.0.1"]));
    expect(succeeded(await ran("lifecycle/update", update("over TLS")))).toBe(true);
    expect(attribute()).toBe("over TLS");
  });

  it("does not know what happened when the worker is killed, and the next one carries it out", async () => {
    await start();
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 20_000, times: 1 }]);
    const asked = ran("lifecycle/update", update("after a kill"));
    await until(() => running.emulator.journal().some(({ cmdlet }) => cmdlet === "Set-Mailbox"));
    await delay(200);
    await site.killWorkers();
    const run = await asked;
    expect(succeeded(run)).toBe(false);
    expect(messagesOf(run)).toMatch(/It is unknown whether anything was changed\.$/);
    expect(existsSync(file)).toBe(true);
    await start();
    await until(() => attribute() === "after a kill");
  });
});

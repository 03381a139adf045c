import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { runBundle, type BundleRun } from "../../tools/cli/run.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { changeEventFor } from "../events.ts";
import {
  openings,
  privateAuthority,
  proxyAccount,
  tlsServer,
  unusedPort,
  type Routes,
  type Running,
} from "./privateNetwork.ts";

const login = "login.microsoftonline.com";
const exchange = "outlook.office365.com";
const { credentials, authorization } = proxyAccount;
const { open, proxyWith } = openings();

describe("a bundle in a closed network", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "exchange-proxy-"));
  const authorityFile = path.join(folder, "authority.pem");
  const authority = privateAuthority();
  const closing: (() => void)[] = [];
  let running: RunningEmulator;
  let routes: Routes;

  beforeAll(async () => {
    running = await startEmulator();
    writeFileSync(authorityFile, authority.pem);
    const portOf = (url: string): number => Number(new URL(url).port);
    const signIn = await tlsServer(login, portOf(running.loginUrl), authority);
    const service = await tlsServer(exchange, portOf(running.exchangeUrl), authority);
    closing.push(signIn.close, service.close);
    routes = { [`${login}:443`]: signIn.port, [`${exchange}:443`]: service.port };
  });
  afterAll(async () => {
    closing.forEach((close) => close());
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => running.emulator.clearJournal());

  /** Updates a mailbox in the worldwide cloud, whose hosts only the proxy can reach. */
  async function update(env: Record<string, string>): Promise<BundleRun & { messages: string[] }> {
    const event = changeEventFor(running, { data: { CustomAttribute2: "Nurse" } });
    const run = await runBundle("lifecycle/update", event, { dist: inject("dist"), env });
    const { outputContext } = run.answer as Answer;
    return { ...run, messages: outputContext.AuditLogs.map(({ Message }) => Message) };
  }

  it("reaches the service through a proxy with credentials and a private authority", async () => {
    const proxy = await proxyWith(routes, authorization);
    const { code, messages, answer } = await update({
      HTTPS_PROXY: `http://${credentials}@127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
    });
    expect(code, messages.join()).toBe(0);
    expect(answer).toMatchObject({ outcome: "done", plan: [{ sent: true }] });
    const nurse = running.emulator
      .state()
      .objects.find(({ Guid }) => Guid === "0b1ec700-0000-4000-8000-000000000001");
    expect(nurse).toMatchObject({ CustomAttribute2: "Nurse" });
    const asked = await proxy.end();
    expect(new Set(asked.map(({ host }) => host))).toEqual(
      new Set([`${login}:443`, `${exchange}:443`]),
    );
    expect(asked.every(({ isWelcome }) => isWelcome)).toBe(true);
  });

  it("does not send anything to a host whose authority it does not know", async () => {
    const proxy = await proxyWith(routes);
    const { code, messages, answer } = await update({
      https_proxy: `127.0.0.1:${proxy.port}`,
    });
    expect([code, messages]).toEqual([
      1,
      [
        `The connection to ${login} is not trusted, so nothing was sent: its TLS certificate is of an unknown ` +
          "certificate authority. If a proxy or firewall of your organisation opens TLS connections, name the PEM " +
          "file of its certificate authority in NODE_EXTRA_CA_CERTS.",
      ],
    ]);
    expect(answer).toMatchObject({ outcome: "forbidden", stats: { requests: 1, retries: 0 } });
    expect(running.emulator.journal()).toEqual([]);
  });

  it.each<[string, () => Promise<Running>, string]>([
    [
      "of another host",
      () => tlsServer("other.example.com", 9, authority),
      "its TLS certificate is for another host",
    ],
    [
      "that has expired",
      () => tlsServer(login, 9, authority, { validUntil: -1 }),
      "its TLS certificate has expired (or the clock of this machine is wrong)",
    ],
  ])("does not send anything to a host with a certificate %s", async (_name, start, reason) => {
    const server = await start();
    open.push(server.close);
    const proxy = await proxyWith({ [`${login}:443`]: server.port });
    const { messages, answer } = await update({
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
    });
    expect(messages).toEqual([
      expect.stringContaining(
        `The connection to ${login} is not trusted, so nothing was sent: ${reason}. `,
      ),
    ]);
    expect(answer).toMatchObject({ outcome: "forbidden", stats: { requests: 1, retries: 0 } });
  });

  it("names the proxy that does not accept its credentials, and keeps them", async () => {
    const proxy = await proxyWith(routes, "Basic other");
    const { code, messages, stdout, stderr } = await update({
      HTTPS_PROXY: `http://${credentials}@127.0.0.1:${proxy.port}`,
    });
    expect([code, messages]).toEqual([
      1,
      [
        `No connection to ${login}: the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) refused it with status 407; ` +
          "it does not accept the user name and password.",
      ],
    ]);
    expect(stdout + stderr).not.toMatch(/p@ss|p%40ss|rd-of/);
    expect(await proxy.end()).toHaveLength(1);
  });

  it("reaches an emulator on this machine without the proxy", async () => {
    const { code, messages } = await update({
      HTTPS_PROXY: `http://127.0.0.1:${await unusedPort()}`,
      HTTP_PROXY: `http://127.0.0.1:${await unusedPort()}`,
      ...running.env,
    });
    expect(code, messages.join()).toBe(0);
  });
});

/** agent-front and agents as processes, with the commands that people type; each may run in a network of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { expect, inject } from "vitest";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { servicePassword } from "../campaign/hybrid/world.ts";
import { ran } from "../cli/terminal.ts";
import { newPair } from "./keys.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface Started {
  child: ChildProcess;
  /** What it has written, to stdout and to stderr. */
  lines: string[];
  end: Promise<[number | null]>;
}

export interface StageOptions {
  /** What a command of each side begins with: `ip netns exec NAME`, or nothing. */
  inService: readonly string[];
  inSite: readonly string[];
  /** The address of the service, as agents reach it. */
  address: string;
}

/** The controller on 127.0.0.1 of the site, and the file of its authority. */
export interface Controller {
  port: number;
  authorityFile: string;
}

export interface RunningFront {
  front: Started;
  /** The outcome of an event, and the milliseconds that it took. */
  outcomeOf(
    action: string,
    context: object,
  ): Promise<{ outcome: string; ms: number; answer: string }>;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(options: StageOptions) {
  const { inService, inSite, address } = options;
  const dist = inject("dist");
  const folder = mkdtempSync(path.join(tmpdir(), "exo-connector stage "));
  const at = (name: string): string => path.join(folder, name);
  const written: string[] = [];
  const children: ChildProcess[] = [];
  const pair = await newPair();
  const authority = newAuthority();
  writeFileSync(at("agent.key"), pair.privatePem, { mode: 0o600 });
  writeFileSync(at("agent.pub"), pair.publicPem);
  writeFileSync(at("password.txt"), servicePassword, { mode: 0o600 });
  writeFileSync(at("ca.pem"), authority.pem);
  const { key, cert } = authority.issue([address]);
  writeFileSync(at("tls.key"), key, { mode: 0o600 });
  writeFileSync(at("tls.pem"), cert);
  let port = 0;
  let controller: Controller = { port: 1, authorityFile: "none" };

  /** Starts a command of the built product. */
  const startCommand = (
    where: readonly string[],
    args: readonly string[],
    env: Record<string, string> = {},
  ): Started =>
    start([...where, process.execPath, path.join(dist, "exo-connector.mjs"), ...args], env);

  /** Starts a file of this tree. */
  const startFile = (where: readonly string[], file: string, args: readonly string[]): Started =>
    start([...where, process.execPath, "--import", "tsx", path.join(root, file), ...args]);

  function start(words: string[], env: Record<string, string> = {}): Started {
    const [program = "", ...args] = words;
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env } });
    children.push(child);
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        written.push(line);
      });
    return { child, lines, end: once(child, "exit") as Promise<[number | null]> };
  }

  async function until<T>(found: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 900; tries++) {
      const value = await found();
      if (value !== undefined) return value;
      await delay(100);
    }
    throw new Error(`It did not come true. Written: ${written.join("\n")}`);
  }

  /** A verb of `agent` that reaches no one. */
  async function typed(...args: string[]): Promise<Record<string, unknown>> {
    const { code, lines, notes } = await ran(["agent", ...args, "--json"]);
    written.push(...lines, ...notes);
    expect({ code, notes }).toEqual({ code: 0, notes: [] });
    return JSON.parse(lines.join("")) as Record<string, unknown>;
  }

  /** A verb of `agent` in the network of the site. */
  async function typedInSite(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const { lines, end } = startCommand(inSite, ["agent", ...args, "--json"], env);
    expect({ code: (await end)[0], lines }).toMatchObject({ code: 0 });
    return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
  }

  async function sealed(name: string): Promise<Record<string, unknown>> {
    return await typed(
      ...["seal", "--state", at("front"), "--public-key", at("agent.pub")],
      ...["--connection", "contoso-ad", "--base-dn", "DC=contoso,DC=com", "--host", "127.0.0.1"],
      ...["--port", String(controller.port), "--ca", at("ca.pem"), "--out", at(`${name}.jwe`)],
      ...["--url", `https://${address}:${port}`],
    );
  }

  return {
    folder,
    at,
    written,
    until,
    startCommand,
    startFile,
    typed,

    /** The controller of the agents from now on. */
    hasController(own: Controller): void {
      controller = own;
    },

    async startFront(): Promise<RunningFront> {
      // The folder has to be there before the service; its port is known afterwards.
      await sealed("first");
      const front = startCommand(inService, [
        ...["agent-front", "--state", at("front"), "--address", address, "--port", "0", "--json"],
        ...["--certificate", at("tls.pem"), "--certificate-key", at("tls.key")],
      ]);
      port = (JSON.parse(await until(() => front.lines[0])) as { port: number }).port;
      let count = 0;
      return {
        front,
        async outcomeOf(action, context) {
          const id = `event ${++count}`;
          const Configuration = {
            Organization: "contoso.onmicrosoft.com",
            TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
            AppId: "c11e4700-0000-4000-8000-00000000c0de",
            AppSecret: "not-used",
            AgentConnection: "contoso-ad",
          };
          const actionContext = { Configuration, DryRun: false, ...context };
          const event = { actionContext, outputContext: { Data: {} } };
          const start = performance.now();
          front.child.stdin?.write(
            `${JSON.stringify({ id, action: `lifecycle/hybrid/${action}`, event })}\n`,
          );
          const answer = await until(() =>
            front.lines.find((line) => line.startsWith(`{"id":"${id}","answer"`)),
          );
          const { outcome } = (JSON.parse(answer) as { answer: { outcome: string } }).answer;
          return { outcome, ms: performance.now() - start, answer };
        },
      };
    },

    /** An agent that is enrolled, confirmed and has its account. Returns what its commands begin with. */
    async newAgent(
      name: string,
      { env = {}, args = [] }: { env?: Record<string, string>; args?: readonly string[] } = {},
    ): Promise<string[]> {
      const { agentId, serviceThumbprint } = await sealed(name);
      const site = ["--state", at(name), "--key", at("agent.key")];
      const config = ["--config", at(`${name}.jwe`)];
      const { thumbprint } = await typedInSite(
        ["enrol", ...site, ...config, "--service-thumbprint", String(serviceThumbprint), ...args],
        env,
      );
      const agent = ["--agent", String(agentId), "--thumbprint", String(thumbprint)];
      await typed("confirm", "--state", at("front"), ...agent);
      const account = [
        "--username",
        "svc-connector@contoso.com",
        "--ldap-ca",
        controller.authorityFile,
      ];
      const password = ["--password-file", at("password.txt")];
      await typedInSite(["account", ...site, ...account, ...password]);
      return site;
    },

    /** `agent run`, which the service has accepted when this resolves. */
    async startAgent(
      site: readonly string[],
      { env = {}, args = [] }: { env?: Record<string, string>; args?: readonly string[] } = {},
    ): Promise<Started> {
      const agent = startCommand(inSite, ["agent", "run", ...site, ...args], env);
      await until(() => agent.lines.find((line) => line.includes("service accepts this agent")));
      return agent;
    },

    close(): void {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

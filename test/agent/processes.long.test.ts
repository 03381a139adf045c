/** Service and agent as processes, with the commands that people type. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConfiguration } from "../../lib/agent/sealedConfiguration.ts";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { ran } from "../cli/terminal.ts";
import { newPair, passphrase } from "./keys.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "exo-connector agents "));
const at = (name: string): string => path.join(folder, name);
/** Everything that a command or a process has written. */
const written: string[] = [];
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command as a process. The result has its first line, and its end. */
function started(...args: string[]) {
  const program = ["--import", "tsx", path.join(root, "tools/cli/main.ts"), ...args];
  const child = spawn(process.execPath, program, { cwd: root });
  children.push(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      written.push(line);
    });
  const end = once(child, "exit") as Promise<[number | null]>;
  return { child, lines, end };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isTrue()) return;
    await delay(100);
  }
  throw new Error(`It did not come true. Written: ${written.join("\n")}`);
}

async function typed(...args: string[]) {
  const result = await ran(["agent", ...args]);
  written.push(...result.lines, ...result.notes);
  return result;
}
const valueIn = (lines: string[], name: string): string =>
  (JSON.parse(lines.join("")) as Record<string, string>)[name] ?? "";

let front: ReturnType<typeof started>;
let url = "";
const authority = newAuthority();
beforeAll(async () => {
  const pair = await newPair();
  const protect = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
  writeFileSync(at("agent.key"), pair.privateKey.key.export(protect), { mode: 0o600 });
  writeFileSync(at("agent.pub"), pair.publicPem);
  writeFileSync(at("pass.txt"), passphrase, { mode: 0o600 });
  writeFileSync(at("ca.pem"), authority.pem);
  const { key, cert } = authority.issue(["127.0.0.1"]);
  writeFileSync(at("tls.key"), key, { mode: 0o600 });
  writeFileSync(at("tls.pem"), cert);
});

const own = (): string[] => ["--key", at("agent.key"), "--passphrase-file", at("pass.txt")];

describe("agent-front, and an agent", () => {
  it("enrols, is confirmed, works, is revoked and ends; nothing secret is written", async () => {
    const args = ["--public-key", at("agent.pub"), "--connection", "contoso-ad", "--json"];
    const domain = ["--base-dn", "DC=contoso,DC=com", "--host", "dc1.contoso.com"];
    const sealing = ["seal", "--state", at("front"), ...args, ...domain, "--ca", at("ca.pem")];
    // The folder has to be there before the service; its port is known afterwards.
    await typed(...sealing, "--url", "https://127.0.0.1", "--out", at("first.jwe"));
    front = started(
      ...["agent-front", "--state", at("front"), "--address", "127.0.0.1", "--port", "0", "--json"],
      ...["--certificate", at("tls.pem"), "--certificate-key", at("tls.key")],
    );
    await until(() => front.lines.length > 0);
    url = `https://127.0.0.1:${valueIn(front.lines.slice(0, 1), "port")}`;
    const sealed = await typed(...sealing, "--url", url, "--out", at("agent-config.jwe"));
    const [agent, service] = ["agentId", "serviceThumbprint"].map((name) =>
      valueIn(sealed.lines, name),
    );

    const site = ["--state", at("site"), ...own()];
    const before = await typed("status", ...site);
    expect(before.notes.join()).toMatch(/No agent has enrolled with the state folder/);
    const config = ["--config", at("agent-config.jwe"), "--service-thumbprint", service ?? ""];
    const enrolled = await typed("enrol", ...site, ...config, "--json");
    expect(enrolled).toMatchObject({ code: 0, notes: [] });
    const again = await typed("enrol", "--state", at("copy"), ...own(), ...config);
    expect(again.notes.join()).toMatch(/The token was used already/);

    const running = started("agent", "run", ...site);
    const stateOf = async (): Promise<string> =>
      (await typed("status", "--state", at("front"))).lines.find((line) =>
        line.includes(agent ?? ""),
      ) ?? "";
    expect(await stateOf()).toMatch(/waiting for confirmation of key/);
    const wrong = ["confirm", "--state", at("front"), "--agent", agent ?? "", "--thumbprint"];
    expect((await typed(...wrong, "A".repeat(43))).code).toBe(1);
    expect((await typed(...wrong, valueIn(enrolled.lines, "thumbprint"))).code).toBe(0);
    await until(async () => (await stateOf()).includes("alive since"));
    const shown = await typed("status", "--state", at("front"));
    expect(shown.code).toBe(1);
    expect(shown.lines.join("\n")).toMatch(/ALARM .* was used a second time/);

    await typed("revoke", "--state", at("front"), "--agent", agent ?? "");
    // The held request is answered first: with the refusal.
    expect(await running.end).toEqual([1, null]);
    expect(running.lines.at(-1)).toMatch(/was revoked at .*: it gets no more work/);
    expect((await typed("status", ...site)).lines[0]).toMatch(/was revoked at/);
  });

  it("end at once when they are asked to, also while a request is held", async () => {
    const state = ["--state", at("front")];
    const args = ["--public-key", at("agent.pub"), "--connection", "contoso-ad", "--json"];
    const domain = ["--base-dn", "DC=contoso,DC=com", "--host", "dc1.contoso.com"];
    const out = ["--url", url, "--ca", at("ca.pem"), "--out", at("two.jwe")];
    const { lines } = await typed("seal", ...state, ...args, ...domain, ...out);
    const [agent = "", service = ""] = ["agentId", "serviceThumbprint"].map((name) =>
      valueIn(lines, name),
    );
    const site = ["--state", at("site two"), ...own()];
    const config = ["--config", at("two.jwe"), "--service-thumbprint", service];
    const enrolled = await typed("enrol", ...site, ...config, "--json");
    const thumbprint = valueIn(enrolled.lines, "thumbprint");
    await typed("confirm", ...state, "--agent", agent, "--thumbprint", thumbprint);
    const running = [started("agent", "run", ...site), started("agent", "run", ...site)];
    const isAlive = async (): Promise<boolean> =>
      (await typed("status", ...state)).lines.some(
        (line) => line.includes(agent) && line.includes("alive"),
      );
    await until(isAlive);
    // Until then a signal ends a process that has not begun.
    await until(() =>
      running.every((one) => one.lines.some((line) => line.includes("asks for jobs until"))),
    );
    running[0]?.child.kill("SIGTERM");
    expect((await running[0]?.end)?.[0]).toBe(0);
    front.child.kill("SIGTERM");
    expect((await front.end)[0]).toBe(0);
    await until(
      () => running[1]?.lines.some((line) => line.includes("The next try is in")) === true,
    );
    running[1]?.child.kill("SIGTERM");
    expect((await running[1]?.end)?.[0]).toBe(0);
  });

  it("write neither token, passphrase nor private key to an output, or to a file that is not sealed", async () => {
    const { privateKeyIn } = await import("../../lib/agent/rsaKey.ts");
    const pem = readFileSync(at("agent.key"));
    const key = await privateKeyIn(pem, passphrase, "agent.key");
    const secrets = [passphrase, key.key.export({ format: "jwk" }).d ?? ""];
    const states = ["front", "site", "copy", "site two"].flatMap((name) =>
      readdirSync(at(name)).map((file) => path.join(name, file)),
    );
    for (const name of ["agent-config.jwe", "two.jwe"]) {
      const [service = ""] = written.flatMap(
        (line) => /"serviceThumbprint":"([\w-]{43})"/.exec(line)?.[1] ?? [],
      );
      const { enrolToken } = (
        await openConfiguration(readFileSync(at(name), "utf8"), {
          key,
          serviceThumbprint: service,
          now: Date.now(),
          source: name,
        })
      ).service;
      secrets.push(enrolToken);
    }
    const texts = [...written, ...states.map((file) => readFileSync(at(file), "utf8"))].join("\n");
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    for (const secret of secrets) expect(texts.includes(secret)).toBe(false);
  });
});

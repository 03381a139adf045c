/** Service and agents in networks of their own: what firewalls, proxies and lost connections do to them. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newAuthority } from "../activeDirectory/certificates.ts";
import {
  openStage,
  type Controller,
  type RunningFront,
  type Stage,
  type Started,
} from "../agent/startedSite.ts";
import {
  middleAddress,
  openNetworks,
  serviceAddress,
  siteAddress,
  whyNoNetworks,
  type Networks,
} from "./namespaces.ts";

const problem = whyNoNetworks("agent");

interface Account {
  title: string;
  isEnabled: boolean;
}

let networks: Networks;
let stage: Stage;
let controller: Started;
let service: RunningFront;
let account: string;
let ldapsPort: number;
beforeEach(async () => {
  networks = openNetworks();
  const { inSite, inService } = networks;
  stage = await openStage({ inSite, inService, address: serviceAddress });
  controller = stage.startFile(inSite, "test/network/controller.ts", []);
  const first = JSON.parse(await stage.until(() => controller.lines[0])) as Controller & {
    account: string;
  };
  account = first.account;
  ldapsPort = first.port;
  stage.hasController(first);
  service = await stage.startFront();
});
afterEach(() => {
  stage.close();
  networks.close();
});

const changes = (): number => controller.lines.filter((line) => line.includes('"change"')).length;

async function accountNow(): Promise<Account | undefined> {
  const before = controller.lines.length;
  controller.child.stdin?.write("state\n");
  const line = await stage.until(() =>
    controller.lines.slice(before).find((one) => one.includes('"state"')),
  );
  return (JSON.parse(line) as { state: Account[] }).state[0];
}

const setTitle = (title: string) =>
  service.outcomeOf("update", { References: { Account: account }, Data: { title } });

/** Sends an event until it succeeds, as the platform does. Returns how long that took. */
async function setInTheEnd(title: string): Promise<number> {
  const start = performance.now();
  for (let tries = 0; tries < 5; tries++)
    if (["done", "alreadySo"].includes((await setTitle(title)).outcome))
      return performance.now() - start;
  throw new Error(stage.written.slice(-20).join("\n"));
}

/** Runs a program in a network. */
function within(network: readonly string[], ...more: string[]) {
  const words: string[] = [...network, ...more];
  const [program = "", ...args] = words;
  return spawnSync(program, args, { encoding: "utf8" });
}

/** A connection from a network. */
function reaches(from: readonly string[], host: string, port: number): boolean {
  return within(from, "timeout", "2", "bash", "-c", `</dev/tcp/${host}/${port}`).status === 0;
}

describe.skipIf(problem !== undefined)("an agent", () => {
  it("works in a site that nothing can connect to, and listens on no port", async () => {
    await stage.startAgent(await stage.newAgent("one"));
    expect((await setTitle("Nurse")).outcome).toBe("done");
    expect(await accountNow()).toMatchObject({ title: "Nurse" });
    expect(reaches(networks.inSite, siteAddress, 7777)).toBe(true);
    expect(reaches(networks.inService, siteAddress, 7777)).toBe(false);
    // Every port is tried: the table of the kernel leaves out listeners of a new network now and then (6.18).
    const portsOf = (address: string): unknown => {
      const script = ["--import", "tsx", "test/network/openPorts.ts", address];
      const { stdout, stderr } = within(networks.inSite, process.execPath, ...script);
      return stdout === "" ? stderr : (JSON.parse(stdout) as unknown);
    };
    // Both are of the domain controller.
    expect(portsOf(siteAddress)).toEqual([7777]);
    expect(portsOf("127.0.0.1")).toEqual([ldapsPort, 7777].sort((a, b) => a - b));
    expect(portsOf("::1")).toEqual([]);
  });

  it.each([undefined, "svc-agent:pass-word-1"])(
    "works through a proxy that alone has a way, with the sign-in %s",
    async (signIn) => {
      networks.isolate();
      expect(reaches(networks.inSite, serviceAddress, 443)).toBe(false);
      const settings = JSON.stringify({ address: middleAddress, signIn });
      const proxy = stage.startFile(networks.inMiddle, "test/network/proxy.ts", [settings]);
      const { port } = JSON.parse(await stage.until(() => proxy.lines[0])) as { port: number };
      const way = (own = ""): Record<string, string> => ({
        HTTPS_PROXY: `http://${own === "" ? "" : `${own}@`}${middleAddress}:${port}`,
      });
      const site = await stage.newAgent("one", { env: way(signIn) });
      if (signIn !== undefined) {
        const wrong = stage.startCommand(
          networks.inSite,
          ["agent", "run", ...site],
          way("svc-agent:wrong-pass-9"),
        );
        await stage.until(() => wrong.lines.find((line) => /proxy.*407/i.test(line)));
        wrong.child.kill("SIGKILL");
        expect(wrong.lines.join()).not.toContain("wrong-pass-9");
      }
      await stage.startAgent(site, { env: way(signIn) });
      expect((await setTitle("Nurse")).outcome).toBe("done");
      expect(await accountNow()).toMatchObject({ title: "Nurse" });
      expect(stage.written.join("\n")).not.toContain("pass-word-1");
    },
  );

  it("works through a proxy that opens TLS, if it is given the authority of that proxy", async () => {
    networks.isolate();
    const inspector = newAuthority();
    const { key, cert } = inspector.issue([serviceAddress]);
    writeFileSync(stage.at("inspector.key"), key);
    writeFileSync(stage.at("inspector.pem"), cert);
    writeFileSync(stage.at("inspector-ca.pem"), inspector.pem);
    const inspection = {
      key: stage.at("inspector.key"),
      cert: stage.at("inspector.pem"),
      ca: stage.at("ca.pem"),
    };
    const settings = JSON.stringify({ address: middleAddress, inspection });
    const proxy = stage.startFile(networks.inMiddle, "test/network/proxy.ts", [settings]);
    const { port } = JSON.parse(await stage.until(() => proxy.lines[0])) as { port: number };
    const env = { HTTPS_PROXY: `http://${middleAddress}:${port}` };
    const ca = ["--ca", stage.at("inspector-ca.pem")];
    const site = await stage.newAgent("one", { env, args: ca });
    const stranger = stage.startCommand(networks.inSite, ["agent", "run", ...site], env);
    await stage.until(() => stranger.lines.find((line) => line.includes("is not trusted")));
    stranger.child.kill("SIGKILL");
    await stage.startAgent(site, { env, args: ca });
    expect((await setTitle("Nurse")).outcome).toBe("done");
    expect(await accountNow()).toMatchObject({ title: "Nurse" });
  });

  it("goes on after a cut of 30 s in the middle of a held request", async () => {
    await stage.startAgent(await stage.newAgent("one"));
    expect((await setTitle("First")).outcome).toBe("done");
    await delay(2_000);
    networks.cut();
    await delay(30_000);
    networks.restore();
    const ms = await setInTheEnd("Second");
    console.log(
      `A cut of 30 s in a held request: the next event was done after ${Math.round(ms)} ms.`,
    );
    expect(await accountNow()).toMatchObject({ title: "Second" });
    expect(changes()).toBe(2);
    expect(ms).toBeLessThan(45_000);
  });

  it("goes on after a cut of 30 s in the middle of a result, and the change was made once", async () => {
    await stage.startAgent(await stage.newAgent("one"));
    expect((await setTitle("First")).outcome).toBe("done");
    controller.child.stdin?.write("hold 1500\n");
    const event = setTitle("Second");
    await stage.until(() => (changes() === 2 ? true : undefined));
    networks.cut();
    const { outcome, answer } = await event;
    // It cannot be known while the link is cut.
    expect({ outcome, answer }).toMatchObject({ outcome: "unknown" });
    expect(await accountNow()).toMatchObject({ title: "Second" });
    await delay(10_000);
    networks.restore();
    const ms = await setInTheEnd("Second");
    console.log(`A cut of 30 s in a result: the next event was done after ${Math.round(ms)} ms.`);
    expect(changes()).toBe(2);
  });

  it("asks again when the network has forgotten its connection", async () => {
    await stage.startAgent(await stage.newAgent("one"));
    expect((await setTitle("First")).outcome).toBe("done");
    await delay(5_000);
    networks.forget();
    const ms = await setInTheEnd("Second");
    console.log(`A forgotten connection: the next event was done after ${Math.round(ms)} ms.`);
    expect(await accountNow()).toMatchObject({ title: "Second" });
    expect(changes()).toBe(2);
    expect(ms).toBeLessThan(60_000);
  });

  it("of two takes over when the other one is killed, within 20 s and in order", async () => {
    const agents = [
      await stage.startAgent(await stage.newAgent("one")),
      await stage.startAgent(await stage.newAgent("two")),
    ];
    const longest: number[] = [];
    for (const [index, agent] of agents.entries()) {
      expect((await setTitle(`Title ${index}`)).outcome).toBe("done");
      const event = setTitle(`Title ${index} again`);
      agent.child.kill("SIGKILL");
      const { outcome, ms } = await event;
      longest.push(ms);
      if (index === 0) expect(outcome).toBe("done");
      if (outcome === "done")
        expect(await accountNow()).toMatchObject({ title: `Title ${index} again` });
      if (index === 1) expect(["done", "unknown"]).toContain(outcome);
    }
    console.log(
      `An agent killed during an event: answered after ${longest.map(Math.round).join(", ")} ms.`,
    );
    expect(longest[0]).toBeLessThan(20_000);
  });
});

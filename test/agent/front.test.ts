/** Agent and service together: enrolment, the held request, rotation and revocation. Judged by what is stored. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AgentFault } from "../../lib/agent/agentFault.ts";
import { openFrontFolder, type FrontFolder } from "../../lib/agent/front/folder.ts";
import { agentIn, registryIn, statusOf, type Registry } from "../../lib/agent/front/registry.ts";
import { listen } from "../../lib/agent/front/server.ts";
import { openFront, type Front } from "../../lib/agent/front/service.ts";
import { signRequest } from "../../lib/agent/signedRequest.ts";
import { newSigningKey, signingKeyIn } from "../../lib/agent/signingKey.ts";
import { enrol, run, type Running } from "../../lib/agent/site/agent.ts";
import { networkOf } from "../../lib/agent/site/network.ts";
import { openSiteStore, type SiteStore } from "../../lib/agent/site/state.ts";
import { siteStatusOf } from "../../lib/agent/site/status.ts";
import { Fault } from "../../lib/fault.ts";
import type { SealedConfiguration } from "../../lib/generated/types.ts";
import type { Transport } from "../../lib/net/transport.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { configurationAt, newPair, token, type Pair } from "./keys.ts";

const root = mkdtempSync(path.join(tmpdir(), "exo-connector front "));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const start = Date.parse("2026-11-30T12:00:00Z");
const [minute, day] = [60_000, 86_400_000];
let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
});

let now: number;
let folder: FrontFolder;
let registry: Registry;
let front: Front;
let site: SiteStore;
let configuration: SealedConfiguration;
let agentId: string;
let log: string[];
/** Called while a request for jobs is held. */
let whileHeld: () => Promise<unknown>;

beforeEach(async () => {
  now = start;
  log = [];
  whileHeld = () => Promise.resolve();
  agentId = randomUUID();
  folder = await openFrontFolder(path.join(root, agentId), thisAccount(), "make");
  registry = registryIn(folder.store);
  front = frontAt();
  const sealed = configurationAt(start);
  configuration = { ...sealed, service: { ...sealed.service, agentId } };
  const { connectionId, connectionName, exp } = configuration;
  await registry.add({
    agentId,
    connectionId,
    connectionName,
    sealedFor: pair.publicKey.thumbprint,
    publicKey: pair.publicPem,
    tokenDigest: createHash("sha256").update(token).digest("base64url"),
    tokenUntil: exp * 1000,
    since: start,
    keys: [],
  });
  const settings = { key: pair.privateKey, owner: thisAccount(), make: true };
  site = await openSiteStore(path.join(root, `${agentId} site`), settings);
});
afterEach(() => front.end());

const frontAt = (holdMs = 0): Front =>
  openFront(folder, { now: () => now, holdMs, log: (_level, text) => void log.push(text) });

/** The network, without one. */
const send: Transport = async ({ method, url, headers, body = "" }, signal) => {
  const { pathname } = new URL(url);
  const { authorization } = headers;
  const answer = front.answer({ method, path: pathname, body, authorization, signal });
  if (pathname === "/v1/jobs") await whileHeld();
  const { status, body: content } = await answer;
  return { status, headers: {}, text: JSON.stringify(content) };
};

const sendingOf = (transport = send) => ({
  send: transport,
  now: () => now,
  signal: new AbortController().signal,
});
const enrolled = () => enrol(configuration, folder.signer.thumbprint, site, sendingOf());
const confirmed = async (): Promise<void> => {
  const { thumbprint } = await enrolled();
  await registry.confirm(agentId, thumbprint, now);
};
const known = async () => agentIn(await registry.read(), agentId);

/** Runs the agent for some requests for jobs, or until it ends by itself. */
async function runFor(
  requests: number,
  transport = send,
): Promise<{ messages: string[]; waits: number[] }> {
  const ending = new AbortController();
  const messages: string[] = [];
  const waits: number[] = [];
  let count = 0;
  const running: Running = {
    now: () => now,
    signal: ending.signal,
    async send(request, signal) {
      if (request.url.endsWith("/v1/jobs") && ++count > requests) ending.abort();
      return transport(request, signal);
    },
    sleep(ms) {
      waits.push(ms);
      return Promise.resolve();
    },
    log: (_level, text) => void messages.push(text),
    hurry: ending.signal,
    worker: {
      room: ({ aborted }) => Promise.resolve(aborted ? 0 : 1),
      begin: (text) => expect.fail(text),
      end: () => Promise.resolve(),
    },
  };
  const state = await site.read();
  if (state) await run(site, state, running);
  return { messages, waits };
}

async function refusal(work: Promise<unknown>): Promise<AgentFault> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AgentFault);
  return thrown as AgentFault;
}

describe("an agent that enrols", () => {
  it("waits until an administrator confirms the key that it shows, and is then alive", async () => {
    const { state, thumbprint } = await enrolled();
    expect(state.state).toBe("waiting");
    expect(statusOf(await known(), now).sentence).toContain(thumbprint);
    const { messages, waits } = await runFor(1);
    expect(waits).toEqual([10_000]);
    expect(siteStatusOf((await site.read()) ?? expect.fail(), now).state).toBe("waiting");
    expect(messages).toEqual([]);
    await registry.confirm(agentId, thumbprint, now);
    expect((await runFor(1)).messages).toEqual(["The service accepts this agent."]);
    expect(statusOf(await known(), now).state).toBe("alive");
    const own = (await site.read()) ?? expect.fail();
    expect(siteStatusOf(own, now).sentence).toBe("alive since 2026-11-30T12:00:00Z");
    expect(siteStatusOf(own, now + 5 * minute).sentence).toBe("unseen for 5 minutes");
  });

  it("shows the same key again when the answer was lost, and no one is alarmed", async () => {
    const lost: Transport = async (request, signal) => {
      await send(request, signal);
      throw new Fault({ kind: "unavailable", message: "Lost." });
    };
    const first = enrol(configuration, folder.signer.thumbprint, site, sendingOf(lost));
    await expect(first).rejects.toThrow("Lost.");
    const left = (await site.read()) ?? expect.fail();
    expect(siteStatusOf(left, now).sentence).toBe("linked, agent not seen yet");
    const { thumbprint } = await enrolled();
    expect((await known()).keys).toMatchObject([{ thumbprint }]);
    expect((await registry.read()).alarms).toEqual([]);
  });

  it("from a copy of the file is refused, and the service raises an alarm", async () => {
    await confirmed();
    const settings = { key: pair.privateKey, owner: thisAccount(), make: true };
    const copy = await openSiteStore(path.join(root, `${agentId} copy`), settings);
    const fault = await refusal(enrol(configuration, folder.signer.thumbprint, copy, sendingOf()));
    expect(fault.code).toBe("tokenUsed");
    expect(fault.message).toMatch(/^The service refuses the agent: The token was used already/);
    expect((await registry.read()).alarms).toHaveLength(1);
    expect(log.filter((text) => text.startsWith("ALARM"))).toHaveLength(1);
    expect((await runFor(1)).messages).toEqual(["The service accepts this agent."]);
    expect(JSON.stringify([log, fault.message, await registry.read()])).not.toContain(token);
  });
});

describe("a request for jobs", () => {
  it("is refused once the agent is revoked, also while it was held", async () => {
    await confirmed();
    front = frontAt(300);
    whileHeld = () => registry.revoke(agentId, now);
    // The first request is answered at once.
    const fault = await refusal(runFor(2));
    expect(fault.code).toBe("revoked");
    const own = (await site.read()) ?? expect.fail();
    expect(siteStatusOf(own, now)).toMatchObject({ state: "refused" });
    expect(own.why).toMatch(/was revoked at 2026-11-30T12:00:00Z: it gets no more work/);
  });

  it("is answered at once when the service ends", async () => {
    await confirmed();
    front = frontAt(600_000);
    let asked = 0;
    // The first request is answered at once in any case.
    whileHeld = async () => {
      if (++asked < 2) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      front.end();
    };
    expect((await runFor(2)).messages).toEqual(["The service accepts this agent."]);
  });

  it("is not answered to an agent that was away for two weeks", async () => {
    await confirmed();
    await runFor(1);
    now += 14 * day;
    await runFor(1);
    now += 14 * day + 1;
    const fault = await refusal(runFor(1));
    expect(fault.code).toBe("longUnseen");
    expect(fault.message).toMatch(
      /was not seen for 14 days, so it gets no more work: enrol it again/,
    );
  });

  it("is tried again with longer waits while the service does not answer", async () => {
    await confirmed();
    let left = 8;
    const { messages, waits } = await runFor(9, (request, signal) =>
      left-- > 0
        ? Promise.resolve({ status: 502, headers: {}, text: "<html>Bad gateway" })
        : send(request, signal),
    );
    // The last one: this service holds no request, and is not asked again at once.
    expect(waits.map((ms) => ms / 1000)).toEqual([1, 2, 4, 8, 15, 15, 15, 15, 1]);
    expect(messages[0]).toMatch(/answered with status 502, and not as a service of agents does/);
    expect(messages.at(-1)).toBe("The service accepts this agent.");
  });

  it.each([
    ["without a signature", undefined, "{}", 400, "unusable"],
    ["without a signature", undefined, '{"max":1,"version":"1"}', 401, "notSigned"],
    ["that is not JSON", undefined, "hello", 400, "unusable"],
  ])("%s is refused: %s %s", async (_what, authorization, body, status, code) => {
    const { signal } = new AbortController();
    const request = { method: "POST", path: "/v1/jobs", body, authorization, signal };
    expect(await front.answer(request)).toMatchObject({ status, body: { code } });
    if (code === "unusable") expect(log.join()).toMatch(/The body of the request cannot be used/);
  });

  it("with a key of no one is refused", async () => {
    await confirmed();
    const key = await newSigningKey();
    const about = { method: "POST", path: "/v1/jobs", body: '{"max":1,"version":"1"}' };
    const signer = { agentId, key, serviceThumbprint: folder.signer.thumbprint };
    const authorization = await signRequest(about, signer, now);
    const { signal } = new AbortController();
    expect(await front.answer({ ...about, authorization, signal })).toMatchObject({
      status: 401,
      body: {
        code: "unknownKey",
        message: expect.stringMatching(/does not know the key/) as unknown,
      },
    });
  });
});

describe("the signing key of an agent", () => {
  it("changes after 90 days, signed with the old one; that one ends a day later", async () => {
    await confirmed();
    const before = (await site.read()) ?? expect.fail();
    for (let days = 0; days < 90; days += 10) {
      now = start + days * day;
      await runFor(1);
    }
    expect((await site.read())?.key).toEqual(before.key);
    now = start + 90 * day;
    await runFor(1);
    const after = (await site.read()) ?? expect.fail();
    expect(after.key).not.toEqual(before.key);
    const [old, next] = [await signingKeyIn(before.key.pem), await signingKeyIn(after.key.pem)];
    expect((await known()).keys).toMatchObject([
      { thumbprint: old.thumbprint, until: now + day },
      { thumbprint: next.thumbprint },
    ]);
    await site.write(before);
    now += day - 1;
    await site.write({ ...before, key: { ...before.key, since: now } });
    await runFor(1);
    now += 1;
    const fault = await refusal(runFor(1));
    expect(fault.code).toBe("keyEnded");
    expect(fault.message).toMatch(/ended at 2027-03-01T12:00:00Z: enrol it again/);
    await site.write({ ...after, state: "confirmed" });
    await runFor(1);
  });

  it("is the same next one when the answer was lost", async () => {
    await confirmed();
    for (let days = 0; days <= 80; days += 10) {
      now = start + days * day;
      await runFor(1);
    }
    now = start + 90 * day;
    let isLost = true;
    await runFor(1, async (request, signal) => {
      const answer = await send(request, signal);
      if (!isLost || !request.url.endsWith("/v1/rotate")) return answer;
      isLost = false;
      throw new Fault({ kind: "unavailable", message: "Lost." });
    });
    const { key, next } = (await site.read()) ?? expect.fail();
    expect(next).toBeUndefined();
    const { thumbprint } = await signingKeyIn(key.pem);
    expect((await known()).keys.map((one) => one.thumbprint)[1]).toBe(thumbprint);
    expect((await known()).keys).toHaveLength(2);
  });
});

describe("over HTTPS", () => {
  it("an agent that trusts the authority enrols; one that does not sends nothing", async () => {
    now = Date.now();
    front = frontAt();
    configuration = { ...configuration, exp: Math.floor(now / 1000) + 3600 };
    const authority = newAuthority();
    const tls = authority.issue(["127.0.0.1"]);
    const listening = await listen(front, { address: "127.0.0.1", port: 0, ...tls });
    const { service } = configuration;
    configuration.service = { ...service, url: `https://127.0.0.1:${listening.port}` };
    const [stranger, network] = [networkOf({}, {}), networkOf({}, { ca: authority.pem })];
    try {
      const { thumbprint: serviceThumbprint } = folder.signer;
      const untrusting = enrol(configuration, serviceThumbprint, site, sendingOf(stranger.send));
      await expect(untrusting).rejects.toThrow(/is not trusted, so nothing was sent/);
      expect((await known()).keys).toEqual([]);
      const sending = sendingOf(network.send);
      const { state } = await enrol(configuration, serviceThumbprint, site, sending);
      expect(state.state).toBe("waiting");
      const large = { method: "POST" as const, headers: {}, body: "x".repeat(65 * 1024) };
      const url = `${configuration.service.url}/v1/jobs`;
      expect((await network.send({ ...large, url }, sending.signal)).status).toBe(413);
      expect(
        (await network.send({ ...large, body: "", url: `${url}x` }, sending.signal)).status,
      ).toBe(404);
    } finally {
      stranger.close();
      network.close();
      await listening.close();
    }
  });

  it("only an agent with a certificate of the named authority is listened to, if there is one", async () => {
    now = Date.now();
    front = frontAt();
    configuration = { ...configuration, exp: Math.floor(now / 1000) + 3600 };
    const [authority, ofAgents] = [newAuthority(), newAuthority()];
    const listening = await listen(front, {
      ...{ address: "127.0.0.1", port: 0, clientCa: ofAgents.pem },
      ...authority.issue(["127.0.0.1"]),
    });
    const { service } = configuration;
    configuration.service = { ...service, url: `https://127.0.0.1:${listening.port}` };
    const ca = authority.pem;
    const networks = [
      networkOf({}, { ca }),
      networkOf({}, { ca, ...authority.issue(["agent"]) }),
      networkOf({}, { ca, ...ofAgents.issue(["agent"]) }),
    ];
    try {
      const outcomes: string[] = [];
      for (const { send: own } of networks)
        outcomes.push(
          await enrol(configuration, folder.signer.thumbprint, site, sendingOf(own)).then(
            ({ state }) => state.state,
            (thrown: unknown) => Fault.of(thrown).kind,
          ),
        );
      expect(outcomes).toEqual(["unavailable", "unavailable", "waiting"]);
    } finally {
      for (const network of networks) network.close();
      await listening.close();
    }
  });
});

/** What the service knows of its agents, on the disk: enrolment, confirmation, revocation, keys and states. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AgentFault } from "../../lib/agent/agentFault.ts";
import { openFrontFolder } from "../../lib/agent/front/folder.ts";
import { agentIn, registryIn, statusOf, type Registry } from "../../lib/agent/front/registry.ts";
import { newSigningKey } from "../../lib/agent/signingKey.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { ran } from "../cli/terminal.ts";
import { token } from "./keys.ts";

const root = mkdtempSync(path.join(tmpdir(), "exo-connector registry "));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const now = Date.parse("2026-11-30T12:00:00Z");
const [minute, day] = [60_000, 86_400_000];
const agentId = "a9e47000-0000-4000-8000-000000000001";
const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

let folders = 0;
let folder: string;
let registry: Registry;
beforeEach(async () => {
  folder = path.join(root, String(++folders));
  registry = registryIn((await openFrontFolder(folder, thisAccount(), "make")).store);
  await registry.add({
    agentId,
    connectionId: "contoso-ad",
    connectionName: "Contoso",
    sealedFor: "R".repeat(43),
    publicKey: "-----BEGIN PUBLIC KEY-----",
    tokenDigest: digestOf(token),
    tokenUntil: now + 7 * day,
    since: now,
    keys: [],
  });
});

const enrol = async (key = newSigningKey(), at = now, shown = token) =>
  registry.enrol(agentId, { ...(await key), tokenDigest: digestOf(shown), now: at });
const current = async () => agentIn(await registry.read(), agentId);
const stateAt = async (at: number) => statusOf(await current(), at);

async function refusal(work: Promise<unknown>): Promise<AgentFault> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AgentFault);
  return thrown as AgentFault;
}

describe("the state folder of the service", () => {
  it("is its owner's, with one key for all who open it, and without the token", async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => openFrontFolder(path.join(root, "new"), thisAccount(), "make")),
    );
    expect(one?.signer.thumbprint).toBe(two?.signer.thumbprint);
    if (process.platform !== "win32") {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const file of readdirSync(folder))
        expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    }
    const all = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), "utf8"));
    expect(all.join()).not.toContain(token);
  });

  it("is not made by mistake", async () => {
    const none = path.join(root, "none");
    await expect(openFrontFolder(none, thisAccount(), "existing")).rejects.toThrow(
      /is not the state folder of a service of agents: agent seal makes it/,
    );
    expect(readdirSync(root)).not.toContain("none");
  });
});

describe("the jobs of the service", () => {
  it("are shown by agent status, with the time of which they are", async () => {
    const connections = [
      { connectionId: "contoso-ad", waiting: 2, handedOut: 1, done: 128, lost: 3 },
    ];
    await registry.noteJobs({ since: now, at: now + minute, connections });
    await registry.seen(agentId, "1.0.0", now);
    const { lines } = await ran(["agent", "status", "--state", folder]);
    expect(lines).toContain(
      "contoso-ad  jobs: 2 waiting, 1 handed out; 128 done and 3 lost since 2026-11-30T12:00:00Z " +
        "(noted 2026-11-30T12:01:00Z)",
    );
    const { lines: json } = await ran(["agent", "status", "--state", folder, "--json"]);
    expect(JSON.parse(json.join(""))).toMatchObject({
      jobs: { since: "2026-11-30T12:00:00Z", at: "2026-11-30T12:01:00Z", connections },
    });
  });
});

describe("an agent", () => {
  it("is linked, waits, is alive while it is seen, and unseen after two minutes", async () => {
    expect(await stateAt(now)).toEqual({ state: "linked", sentence: "linked, agent not seen yet" });
    const key = await newSigningKey();
    await enrol(Promise.resolve(key));
    expect(await stateAt(now)).toEqual({
      state: "waiting",
      sentence: `waiting for confirmation of key ${key.thumbprint}`,
    });
    await registry.confirm(agentId, key.thumbprint, now);
    expect((await stateAt(now)).sentence).toBe("linked, agent not seen yet");
    await registry.seen(agentId, "1.0.0", now);
    await registry.seen(agentId, "1.0.0", now + minute);
    expect(await stateAt(now + 3 * minute)).toEqual({
      state: "alive",
      sentence: "alive since 2026-11-30T12:00:00Z",
    });
    expect(await stateAt(now + 3 * minute + 1)).toEqual({
      state: "unseen",
      sentence: "unseen for 2 minutes",
    });
    await registry.seen(agentId, "1.0.0", now + 10 * minute);
    expect((await stateAt(now + 10 * minute)).sentence).toBe("alive since 2026-11-30T12:10:00Z");
  });

  it("uses its token once; the same key again is the repetition of a lost answer", async () => {
    const key = await newSigningKey();
    await enrol(Promise.resolve(key));
    await enrol(Promise.resolve(key), now + minute);
    expect((await registry.read()).alarms).toEqual([]);
    const fault = await refusal(enrol(newSigningKey(), now + minute));
    expect(fault).toMatchObject({ code: "tokenUsed", kind: "denied" });
    expect(fault.message).toContain("used already at 2026-11-30T12:00:00Z");
    const { alarms } = await registry.read();
    expect(alarms).toMatchObject([{ at: now + minute, agentId }]);
    expect(alarms[0]?.message).toMatch(/was used a second time, with the key [\w-]{43}/);
    expect((await current()).keys).toMatchObject([{ thumbprint: key.thumbprint }]);
    expect(JSON.stringify(alarms) + fault.message).not.toContain(token);
  });

  it("is refused with another token, with one that has expired, and when it is unknown", async () => {
    const wrong = "wrong-token-wrong-token-wrong-token-wrong-t";
    expect((await refusal(enrol(newSigningKey(), now, wrong))).code).toBe("tokenWrong");
    const late = await refusal(enrol(newSigningKey(), now + 7 * day));
    expect(late.code).toBe("tokenExpired");
    expect(late.message).toContain("2026-12-07T12:00:00Z");
    expect((await current()).keys).toEqual([]);
    const none = await refusal(registry.revoke("a9e47000-0000-4000-8000-00000000ffff", now));
    expect(none.code).toBe("unknownAgent");
    expect(none.message).toMatch(/The service knows no agent "a9e47000-/);
    await enrol(newSigningKey(), now + 7 * day - 1);
  });

  it("is confirmed with the thumbprint of its key only", async () => {
    expect((await refusal(registry.confirm(agentId, "x", now))).code).toBe("waiting");
    const { thumbprint } = await newSigningKey();
    await enrol();
    const fault = await refusal(registry.confirm(agentId, thumbprint, now));
    expect(fault.code).toBe("unknownKey");
    expect(fault.message).toContain(thumbprint);
    expect((await current()).confirmedAt).toBeUndefined();
  });

  it("is revoked for good", async () => {
    const key = await newSigningKey();
    await enrol(Promise.resolve(key));
    await registry.revoke(agentId, now);
    expect(await stateAt(now)).toEqual({
      state: "revoked",
      sentence: "revoked at 2026-11-30T12:00:00Z",
    });
    const next = await newSigningKey();
    for (const work of [
      () => enrol(Promise.resolve(key)),
      () => registry.confirm(agentId, key.thumbprint, now),
      () => registry.rotate(agentId, key.thumbprint, next, now),
    ])
      expect((await refusal(work())).code).toBe("revoked");
    await registry.revoke(agentId, now + minute);
    expect((await current()).revokedAt).toBe(now);
  });

  it("changes its key: the old one counts for another day, and names no other", async () => {
    const [one, two, three] = await Promise.all([
      newSigningKey(),
      newSigningKey(),
      newSigningKey(),
    ]);
    await enrol(Promise.resolve(one));
    await registry.rotate(agentId, one.thumbprint, two, now);
    await registry.rotate(agentId, one.thumbprint, two, now + minute);
    expect((await current()).keys).toMatchObject([
      { thumbprint: one.thumbprint, until: now + day },
      { thumbprint: two.thumbprint, since: now },
    ]);
    const fault = await refusal(registry.rotate(agentId, one.thumbprint, three, now + minute));
    expect(fault.code).toBe("keyEnded");
    await registry.rotate(agentId, two.thumbprint, three, now + day);
    expect((await current()).keys.map(({ thumbprint }) => thumbprint)).toEqual([
      two.thumbprint,
      three.thumbprint,
    ]);
  });

  it("is not lost when several processes change the state at once", async () => {
    const others = await Promise.all(
      [1, 2, 3].map(() => openFrontFolder(folder, thisAccount(), "existing")),
    );
    const key = await newSigningKey();
    await enrol(Promise.resolve(key));
    await Promise.all([
      registryIn(others[0]?.store ?? expect.fail()).confirm(agentId, key.thumbprint, now),
      registryIn(others[1]?.store ?? expect.fail()).seen(agentId, "1.0.0", now),
      registryIn(others[2]?.store ?? expect.fail()).seen(agentId, "1.0.1", now + minute),
    ]);
    expect(await current()).toMatchObject({ confirmedAt: now });
    expect((await current()).lastSeen).toBeGreaterThanOrEqual(now);
  });
});

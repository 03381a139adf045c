/** What an agent does with jobs, without a service: what it refuses, each with its own sentence, and what it keeps. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../lib/activeDirectory/client/attributes.ts";
import type { Directory } from "../../lib/activeDirectory/client/directory.ts";
import { sealSecrets, signJob } from "../../lib/agent/job.ts";
import { newSigningKey, type SigningKey } from "../../lib/agent/signingKey.ts";
import { allowanceOf } from "../../lib/agent/site/allowance.ts";
import { openBegunJobs } from "../../lib/agent/site/begun.ts";
import { workerOf, type Worker } from "../../lib/agent/site/worker.ts";
import type { AgentJob, Allowance, ResultsBody } from "../../lib/generated/types.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { newPair, type Pair } from "./keys.ts";

const root = mkdtempSync(path.join(tmpdir(), "exo-connector worker "));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const start = Date.parse("2026-11-30T12:00:00Z");
const agentId = "a9e47000-0000-4000-8000-000000000001";
const target = "96e3f1ae-88b2-4fde-9c1d-fff0e1d2c3b4";
const baseDn = "DC=contoso,DC=com";
const domain = { baseDn, hosts: ["dc1.contoso.com"] as [string], port: 636 };

let pair: Pair;
let service: SigningKey;
beforeAll(async () => {
  pair = await newPair();
  service = await newSigningKey();
});

let now: number;
let folder: string;
let log: string[];
let reported: ResultsBody[];
/** What was asked of the directory: `delete`, and so on. */
let invoked: [string, object][];
let entry: Entry;
beforeEach(() => {
  now = start;
  folder = mkdtempSync(path.join(root, "state-"));
  log = [];
  reported = [];
  invoked = [];
  entry = {
    dn: `CN=Anna,OU=Staff,${baseDn}`,
    objectGUID: target,
    objectClass: ["top", "person", "organizationalPerson", "user"],
    sAMAccountName: "anna",
    userPrincipalName: "anna@contoso.com",
    adminCount: null,
    isCriticalSystemObject: null,
  };
});

const directory: Directory = {
  account: "",
  get: () => Promise.resolve(entry),
  async *pages() {
    await Promise.resolve();
    yield [{ dn: `CN=Anna,${baseDn}`, cn: "Anna" }];
  },
  list: () => Promise.resolve([]),
  invoke: (operation, parameters) =>
    Promise.resolve(void invoked.push([operation, { ...parameters }])),
  close: () => undefined,
};

async function worker(allow: Allowance = {}): Promise<Worker> {
  return workerOf({
    expected: {
      agentId,
      connectionId: "contoso-ad",
      signingKeys: [service.publicKey],
      serviceThumbprint: service.thumbprint,
    },
    key: pair.privateKey,
    allowance: allowanceOf([domain], allow),
    begun: await openBegunJobs(folder, thisAccount(), () => now),
    directories: { use: (_places, _remaining, work) => work(directory), close: () => undefined },
    accountName: () => Promise.resolve("CONTOSO\\svc-agent"),
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new Error("ended")), { once: true }),
      ),
    log: (_level, text) => void log.push(text),
    atOnce: 4,
  });
}

const jobOf = (more: Partial<AgentJob> = {}): AgentJob => ({
  jti: randomUUID(),
  iss: service.thumbprint,
  aud: agentId,
  connection: "contoso-ad",
  exp: now + 8_000,
  kind: "invoke",
  content: { operation: "delete", parameters: { objectGUID: target } },
  ...more,
});

/** Gives jobs to a worker one after the other, and ends it. */
async function given(texts: readonly string[], own?: Worker): Promise<void> {
  const one = own ?? (await worker());
  for (const text of texts) {
    one.begin(text, (_path, content) => {
      reported.push(content as ResultsBody);
      return Promise.resolve({ state: "taken" });
    });
    await one.room(AbortSignal.timeout(5_000));
    while ((await one.room(AbortSignal.timeout(5_000))) < 4)
      await new Promise((resolve) => setImmediate(resolve));
  }
  await one.end(AbortSignal.timeout(5_000));
}

const sign = (job: AgentJob): Promise<string> => signJob(job, service);

describe("a job", () => {
  it("that is right is carried out, and reported", async () => {
    const job = jobOf();
    await given([await sign(job)]);
    expect(invoked).toEqual([["delete", { objectGUID: target }]]);
    expect(reported).toEqual([{ job: job.jti, part: 0, isLast: true, entries: [] }]);
    expect(log).toEqual([]);
  });

  it("that was changed on its way is refused", async () => {
    const [head, , signature] = (await sign(jobOf())).split(".");
    const other = Buffer.from(JSON.stringify(jobOf())).toString("base64url");
    await given([[head, other, signature].join("."), "no job at all"]);
    expect(invoked).toEqual([]);
    expect(reported).toEqual([]);
    expect(log).toEqual(
      [1, 2].map(() => expect.stringMatching(/^A job was changed on its way/) as unknown),
    );
  });

  it("of another service is refused", async () => {
    await given([await signJob(jobOf(), await newSigningKey())]);
    expect(invoked).toEqual([]);
    expect(log[0]).toMatch(
      /^A job is signed with the key [\w-]{43}, which is not that of the service/,
    );
  });

  it.each([{ aud: "b9e47000-0000-4000-8000-000000000001" }, { connection: "fabrikam-ad" }])(
    "for another agent is refused: %j",
    async (more) => {
      await given([await sign(jobOf(more))]);
      expect(invoked).toEqual([]);
      expect(reported).toEqual([]);
      expect(log[0]).toMatch(/^A job is for the agent .+ and this is .+ of contoso-ad/);
    },
  );

  it("that arrives a second time is refused, also after a restart", async () => {
    const text = await sign(jobOf());
    await given([text, text]);
    await given([text]);
    expect(invoked).toHaveLength(1);
    expect(reported).toHaveLength(1);
    expect(log).toEqual(
      [1, 2].map(() => expect.stringMatching(/arrived a second time/) as unknown),
    );
  });

  it("that was on its way for too long is refused, and says by how much", async () => {
    const text = await sign(jobOf({ exp: now }));
    now += 45_000;
    await given([text]);
    expect(invoked).toEqual([]);
    expect(reported[0]?.fault).toMatchObject({
      kind: "unavailable",
      message: expect.stringMatching(/had to be begun 45 seconds earlier, by the clock/) as unknown,
    });
  });

  it("that is no job of the directory is refused", async () => {
    const ldap = jobOf({ content: { operation: "search", parameters: {} } });
    const attribute = jobOf({ kind: "get", content: { id: target, attributes: ["nTSecurity"] } });
    const raw = jobOf({ kind: "pages", content: { filter: "(cn=*)", attributes: ["cn"] } });
    await given(await Promise.all([ldap, attribute, raw].map(sign)));
    expect(reported.map(({ fault }) => fault?.message)).toEqual([
      "The agent does not carry out the job, because it names no operation of the directory.",
      'The agent does not carry out the job, because it names the attribute "nTSecurity".',
      "The agent does not carry out the job, because a part of it is missing.",
    ]);
  });

  it.each<[string, AgentJob["content"], RegExp, Allowance?, object?]>([
    [
      "an object of another class",
      { operation: "delete", parameters: { objectGUID: target } },
      /which is no user/,
      {},
      { objectClass: ["top", "computer"] },
    ],
    [
      "the account of the agent",
      { operation: "delete", parameters: { objectGUID: target } },
      /the account that the agent itself signs in as/,
      {},
      { sAMAccountName: "SVC-agent" },
    ],
    [
      "a group of administrators",
      { operation: "addMember", parameters: { objectGUID: target, member: `CN=A,${baseDn}` } },
      /which protects the domain itself/,
      {},
      { objectClass: ["top", "group"], adminCount: 1 },
    ],
    [
      "a member of another domain",
      { operation: "addMember", parameters: { objectGUID: target, member: "CN=A,DC=other" } },
      /is not below DC=contoso,DC=com/,
    ],
    [
      "a delegate of another domain",
      {
        operation: "addDelegate",
        parameters: { objectGUID: target, publicDelegates: "CN=A,DC=other" },
      },
      /is not below DC=contoso,DC=com/,
    ],
    [
      "a delegate that the attributes of the site leave out",
      {
        operation: "addDelegate",
        parameters: { objectGUID: target, publicDelegates: `CN=A,${baseDn}` },
      },
      /writes publicDelegates, which this site does not allow/,
      { attributes: ["title"] },
    ],
    [
      "delegates by modify",
      { operation: "modify", parameters: { objectGUID: target, publicDelegates: [baseDn] } },
      /writes publicDelegates by modify/,
    ],
    [
      "a password of an account that exists",
      { operation: "modify", parameters: { objectGUID: target, unicodePwd: "x" } },
      /writes unicodePwd by modify/,
    ],
    [
      "another bit of userAccountControl",
      {
        operation: "modify",
        parameters: {
          objectGUID: target,
          userAccountControl: 0x10200,
          was: { userAccountControl: 0x200 },
        },
      },
      /another part of userAccountControl/,
    ],
    [
      "an enabled account",
      {
        operation: "add",
        parameters: {
          parent: baseDn,
          cn: "A",
          objectClass: ["top", "person", "organizationalPerson", "user"],
          userAccountControl: 512,
        },
      },
      /creates an account that is not disabled/,
    ],
    [
      "a group",
      { operation: "add", parameters: { parent: baseDn, cn: "A", objectClass: ["top", "group"] } },
      /creates something else than a user/,
    ],
    [
      "an operation that the site does not allow",
      { operation: "delete", parameters: { objectGUID: target } },
      /which this site does not allow/,
      { operations: ["modify"] },
    ],
    [
      "another place than the site allows",
      { operation: "delete", parameters: { objectGUID: target } },
      /is about DC=contoso,DC=com, which is not below OU=Staff,DC=contoso,DC=com/,
      { baseDns: [`OU=Staff,${baseDn}`] },
    ],
  ])("that changes %s is refused", async (_what, content, sentence, allow, more = {}) => {
    Object.assign(entry, more);
    await given([await sign(jobOf({ content, baseDn }))], await worker(allow));
    expect(invoked).toEqual([]);
    expect(reported[0]?.fault?.message).toMatch(sentence);
  });

  it("opens its secrets, which are of no use for another job", async () => {
    const content = {
      operation: "add",
      parameters: {
        parent: baseDn,
        cn: "A",
        objectClass: ["top", "person", "organizationalPerson", "user"],
        userAccountControl: 514,
      },
    };
    const job = jobOf({ content });
    const secret = { unicodePwd: "canary-password" };
    const sealed = await sealSecrets(secret, { jti: job.jti, recipient: pair.publicKey });
    const other = jobOf({ content, sealed });
    await given(await Promise.all([{ ...job, sealed }, other].map(sign)));
    expect(invoked).toEqual([["add", { ...content.parameters, ...secret }]]);
    expect(reported[1]?.fault?.message).toMatch(/its secret part does not open/);
    expect(JSON.stringify([log, reported])).not.toContain("canary");
  });
});

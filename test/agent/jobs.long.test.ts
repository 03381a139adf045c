/** Events of Active Directory through the service and an agent. Judged by the domain, and by what was written to it. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import create from "../../lifecycle/hybrid/create.ts";
import disable from "../../lifecycle/hybrid/disable.ts";
import importAccounts from "../../lifecycle/hybrid/import.ts";
import update from "../../lifecycle/hybrid/update.ts";
import { connectorWith, type Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { ldapDouble, type Answer, type Request } from "../emulator/directory/ldapDouble.ts";
import { Domain, personIn } from "../emulator/directory/domain.ts";
import {
  authorityFile,
  certificate,
  formFor,
  openWorld,
  password,
  person,
  seenIn,
  servicePassword,
  staff,
  type World,
} from "../campaign/hybrid/world.ts";
import { runInProcess, type InProcessRun } from "../inProcess.ts";
import { newPair, type Pair } from "./keys.ts";
import { openSite, timeBy, type Link, type Site, type SiteOptions } from "./siteInProcess.ts";

let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
});

const factor = 10;
const time = timeBy(factor);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Place {
  world: World;
  site: Site;
  /** Everything that went over the link, and everything that was logged. */
  carried: string[];
  logged: string[];
  writes: Request[];
  /** Of the domain controller. */
  port: number;
  run(action: Action<AnyEvent, Targets>, context: object, form?: object): Promise<InProcessRun>;
}

const isWrite = ({ kind }: Request): boolean => ["add", "modify", "delete", "move"].includes(kind);

async function openPlace({
  answer = (pass) => pass(),
  link = (_, pass) => pass(),
  ...more
}: {
  answer?: (pass: () => readonly Answer[], request: Request) => readonly Answer[];
  link?: Link;
} & Partial<Pick<SiteOptions, "allow" | "domains">> = {}): Promise<Place> {
  const start = { hasAccount: true, isCloudManaged: false, seesDeleted: true };
  const world = openWorld(start, () => 0);
  const writes: Request[] = [];
  const controller = await ldapDouble(certificate, (request) =>
    answer(() => {
      if (isWrite(request)) writes.push(request);
      return world.domain.answer(request);
    }, request),
  );
  closing.push(() => controller.close());
  const [carried, logged]: [string[], string[]] = [[], []];
  const baseDn = "DC=contoso,DC=com";
  const site = await openSite({
    pair,
    time,
    domains: [{ baseDn, hosts: ["127.0.0.1"], port: controller.port }],
    account: { username: "svc-connector@contoso.com", password: servicePassword, authorityFile },
    log: (text) => void logged.push(text),
    async link(request, pass) {
      carried.push(request.body);
      const reply = await link(request, pass);
      carried.push(reply.text);
      return reply;
    },
    ...more,
  });
  closing.push(() => site.close());
  const { TenantID, AppId, AppSecret, Organization } = formFor(world, controller.port);
  return {
    world,
    site,
    carried,
    logged,
    writes,
    port: controller.port,
    run: (action, context, form = {}) =>
      runInProcess(
        action,
        {
          actionContext: {
            Configuration: {
              TenantID,
              AppId,
              AppSecret,
              Organization,
              AgentConnection: site.connectionId,
              ...form,
            },
            DryRun: false,
            ...context,
          },
          outputContext: { Data: {} },
        },
        {},
        { connectorOf: (seams) => connectorWith({ ...seams, agents: site.front.directory }) },
      ),
  };
}

const newPerson = {
  ...person,
  employeeID: "7002",
  sAMAccountName: "ole.new",
  userPrincipalName: "ole.new@contoso.com",
  cn: "Ole",
  displayName: "Ole",
  organizationalUnit: staff,
  accountPassword: password,
};
const creation = {
  Data: newPerson,
  References: { Account: null },
  CorrelationConfiguration: {
    Enabled: true,
    AccountField: "employeeID",
    PersonFieldValue: newPerson.employeeID,
  },
};

function outcomeOf({ answer }: InProcessRun): string {
  return String((answer as { outcome?: unknown }).outcome);
}
const textOf = ({ stdout, stderr }: InProcessRun): string =>
  (stdout + stderr).replaceAll('\\"', '"');

describe("an event of a connection with agents", () => {
  it("creates an account through the agent; its password is nowhere in the clear", async () => {
    const { world, site, run, carried, logged, writes } = await openPlace();
    await site.start();
    const ended = await run(create, creation);
    expect(outcomeOf(ended)).toBe("done");
    expect(world.domain.valuesOf("employeeID", "7002", "cn")).toEqual(["Ole"]);
    expect(writes.map(({ kind }) => kind)).toEqual(["add"]);
    const bytes = writes[0]?.values.find(({ attribute }) => attribute === "unicodePwd")?.values[0];
    expect(bytes?.toString("utf16le")).toBe(`"${password}"`);
    const jobs = carried.flatMap((text) => [...text.matchAll(/"(ey[\w-]+\.[\w-]+)\.[\w-]+"/g)]);
    const contents = jobs.map(([, job = ""]) =>
      Buffer.from(job.split(".")[1] ?? "", "base64url").toString("utf8"),
    );
    expect(contents.join()).toContain('"operation":"add"');
    expect([...contents, ...carried, ...logged].join()).not.toContain(password);
    expect([...contents, ...carried, ...logged].join()).not.toContain(servicePassword);
    const again = await run(create, creation);
    expect(outcomeOf(again)).toBe("alreadySo");
    expect(writes).toHaveLength(1);
  });

  it("reads every page of a large list, in parts", async () => {
    const { world, site, run } = await openPlace();
    for (let index = 0; index < 1_300; index++)
      world.domain.put(
        personIn(staff, `Person ${index}`, {
          employeeID: `P${index}`,
          description: "x".repeat(600),
        }),
      );
    await site.start();
    const ended = await run(importAccounts, {
      Operation: "import",
      ImportFields: ["employeeID", "description"],
    });
    expect(outcomeOf(ended)).toBe("done");
    const rows = ended.stdout.trim().split("\n").slice(0, -1).join();
    for (const id of ["P0", "P777", "P1299"]) expect(rows).toContain(`"${id}"`);
  });

  it("ends with a fault when a part of a list is lost, and never with a shorter list", async () => {
    const { world, site, run } = await openPlace({
      async link({ path, body }, pass) {
        // The agent is told that the second part was taken, and the service never saw it.
        if (path === "/v1/results" && body.includes('"part":1'))
          return { status: 200, headers: {}, text: '{"state":"taken"}' };
        return await pass();
      },
    });
    for (let index = 0; index < 900; index++)
      world.domain.put(personIn(staff, `Person ${index}`, { description: "x".repeat(900) }));
    await site.start();
    const ended = await run(importAccounts, {
      Operation: "import",
      ImportFields: ["employeeID", "description"],
    });
    expect(ended.code).toBe(1);
    expect(textOf(ended)).toContain("a part of the agent's answer is missing");
  });

  it("finds and changes the accounts of every domain of the sealed file", async () => {
    const place = "DC=corp,DC=contoso,DC=com";
    const service = { userPrincipalName: "svc-connector@contoso.com" };
    const corp = new Domain({
      baseDn: place,
      delegated: { "svc-connector": place },
      objects: [
        { ...personIn(place, "svc-connector", service), password: servicePassword },
        personIn(place, "Cora"),
      ],
    });
    const other = await ldapDouble(certificate, (request) => corp.answer(request));
    closing.push(() => other.close());
    const { world, site, run, writes, port } = await openPlace();
    await site.start([
      { baseDn: "DC=contoso,DC=com", hosts: ["127.0.0.1"], port },
      { baseDn: place, hosts: ["127.0.0.1"], port: other.port },
    ]);
    const [cora] = corp.valuesOf("cn", "Cora", "objectGUID");
    for (const Account of [cora, world.own])
      expect(
        outcomeOf(await run(update, { References: { Account }, Data: { title: "Nurse" } })),
      ).toBe("done");
    expect(corp.valuesOf("cn", "Cora", "title")).toEqual(["Nurse"]);
    expect(writes).toHaveLength(1);
    const BaseDN = "DC=contoso,DC=com";
    const References = { Account: cora };
    expect((await run(update, { References, Data: { title: "x" } }, { BaseDN })).code).toBe(1);
    expect(corp.valuesOf("cn", "Cora", "title")).toEqual(["Nurse"]);
  });

  it("says so when no agent is there, and changes nothing", async () => {
    const { world, run, writes } = await openPlace();
    const ended = await run(disable, { References: { Account: world.own } });
    expect(outcomeOf(ended)).toBe("unknown");
    expect(textOf(ended)).toContain("no agent of the connection contoso-ad has asked for work yet");
    expect(writes).toEqual([]);
  });

  it("is counted, for agent status: what waits, what an agent has, what is done and what is lost", async () => {
    const { world, site, run } = await openPlace();
    const event = { References: { Account: world.own } };
    expect(outcomeOf(await run(disable, event))).toBe("unknown");
    await site.start();
    expect(outcomeOf(await run(disable, event))).toBe("done");
    await site.front.noteJobs();
    const { jobs } = await site.registry.read();
    expect(jobs?.connections).toEqual([
      {
        connectionId: "contoso-ad",
        waiting: 0,
        handedOut: 0,
        done: expect.any(Number) as number,
        lost: expect.any(Number) as number,
      },
    ]);
    expect(jobs?.connections[0]?.done).toBeGreaterThan(1);
    expect(jobs?.connections[0]?.lost).toBeGreaterThan(0);
  });

  it("refuses to disable the account that the agent signs in as", async () => {
    const { world, site, run, writes } = await openPlace();
    await site.start();
    const [own] = world.domain.valuesOf("cn", "svc-connector", "objectGUID");
    const ended = await run(disable, { References: { Account: own } });
    expect(outcomeOf(ended)).toBe("invalid");
    expect(textOf(ended)).toContain("the account that the agent itself signs in as");
    expect(writes).toEqual([]);
  });

  it("changes nothing outside of what the site allows", async () => {
    const { world, site, run, writes } = await openPlace({
      allow: { operations: ["modify"], attributes: ["title"] },
    });
    await site.start();
    const References = { Account: world.own };
    const [title, sn, created] = [
      await run(update, { References, Data: { title: "Nurse" } }),
      await run(update, { References, Data: { sn: "Other" } }),
      await run(create, creation),
    ];
    expect([title, sn, created].map(outcomeOf)).toEqual(["done", "forbidden", "forbidden"]);
    expect(textOf(sn)).toContain("writes sn, which this site does not allow");
    expect(textOf(created)).toContain("is the operation add, which this site does not allow");
    expect(writes.map(({ changes }) => changes[0]?.attribute)).toEqual(["title"]);
  });

  it.each([
    [{ Host: "dc1.contoso.com" }, '"Host" (Host) of the configuration has a value'],
    [{ Password: servicePassword, Username: "a@b.c" }, "have values; expected none"],
    [{ BaseDN: "contoso.com" }, '"Base DN" (BaseDN) of the configuration is "contoso.com"'],
    [{ BaseDN: "DC=other,DC=com" }, "is about DC=other,DC=com, which is not below"],
    [{ AgentConnection: "other" }, "no agent of the connection other has asked for work yet"],
  ])("with the form %j is refused: %s", async (form, sentence) => {
    const { world, site, run, writes } = await openPlace();
    await site.start();
    const ended = await run(disable, { References: { Account: world.own } }, form);
    expect(ended.code).toBe(1);
    expect(textOf(ended)).toContain(sentence);
    expect(writes).toEqual([]);
  });

  it("says where it has to run when it is started without the service", async () => {
    const { world, site } = await openPlace();
    const { TenantID, AppId, AppSecret, Organization } = formFor(world, 1);
    const Configuration = {
      TenantID,
      AppId,
      AppSecret,
      Organization,
      AgentConnection: "contoso-ad",
    };
    const event = {
      actionContext: { Configuration, DryRun: false, References: { Account: world.own } },
      outputContext: { Data: {} },
    };
    await site.start();
    const ended = await runInProcess(disable, event, {});
    expect(outcomeOf(ended)).toBe("invalid");
    expect(textOf(ended)).toContain("has to run in exo-connector agent-front");
  });
});

describe("an agent that ends in the middle", () => {
  it.each(["before", "after"] as const)(
    "of a change, %s its effect: the answer is true, and the next event finishes it once",
    async (when) => {
      let kill = (): void => undefined;
      let isArmed = true;
      const { world, site, run, writes } = await openPlace({
        answer(pass, request) {
          if (!isWrite(request) || !isArmed) return pass();
          isArmed = false;
          if (when === "after") pass();
          kill();
          return ["cut"];
        },
      });
      const first = await site.start();
      kill = () => {
        first.kill();
        void site.start();
      };
      const References = { Account: world.own };
      const ended = await run(disable, { References });
      const isDisabled = seenIn(world).accounts[0]?.isEnabled === false;
      if (outcomeOf(ended) === "done") expect(isDisabled).toBe(true);
      const again = await run(disable, { References });
      expect(["done", "alreadySo"]).toContain(outcomeOf(again));
      expect(seenIn(world).accounts[0]?.isEnabled).toBe(false);
      expect(writes).toHaveLength(1);
    },
  );

  it("of two: the other one takes over within 20 s, in order", async () => {
    const { world, site, run, writes } = await openPlace();
    const agents = [await site.start(), await site.start()];
    const References = { Account: world.own };
    const results: string[] = [];
    for (let index = 0; index < 6; index++) {
      if (index === 2) agents[0]?.kill();
      const start = Date.now();
      const ended = await run(update, { References, Data: { title: `Title ${index}` } });
      results.push(outcomeOf(ended));
      expect((Date.now() - start) * factor).toBeLessThan(20_000);
    }
    expect(results).toEqual(results.map(() => "done"));
    const titles = writes.map(({ changes }) => String(changes[0]?.values[0]));
    expect(titles).toEqual(results.map((_, index) => `Title ${index}`));
  });

  it("or that reaches no domain controller leaves the work to the other one", async () => {
    const { world, site, run, writes } = await openPlace();
    await site.start([{ baseDn: "DC=contoso,DC=com", hosts: ["127.0.0.1"], port: 9 }]);
    await site.start();
    const References = { Account: world.own };
    for (const title of ["One", "Two", "Three"])
      expect(outcomeOf(await run(update, { References, Data: { title } }))).toBe("done");
    expect(writes).toHaveLength(3);
  });

  it("of a held request for jobs because it was revoked gets no job", async () => {
    const { world, site, run, writes, logged } = await openPlace();
    const [first, second] = [await site.start(), await site.start()];
    await site.registry.revoke(first.agentId, Date.now());
    const ended = await run(disable, { References: { Account: world.own } });
    expect(outcomeOf(ended)).toBe("done");
    expect(writes).toHaveLength(1);
    expect(logged.join("\n")).toContain(`Agent ${first.agentId} was revoked`);
    await site.registry.revoke(second.agentId, Date.now());
    const References = { Account: world.managers[0] };
    expect(outcomeOf(await run(disable, { References }))).toBe("unknown");
    expect(writes).toHaveLength(1);
  });
});

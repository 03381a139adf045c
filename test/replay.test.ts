import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as validators from "./generated/answers.ts";
import type { Contract } from "../lib/host/schemaContract.ts";
import { listActions } from "../tools/session/actions.ts";
import { hybrid, systemOf } from "../tools/session/systems.ts";
import { mayReplace, readmeOfFixtures } from "../tools/cli/record.ts";
import { actionOf, replay, type Way } from "../tools/cli/replay.ts";
import {
  fileOf,
  fixtures,
  namesOfFixtures,
  notScrubbed,
  readFixture,
  scrubbed,
  writeFixture,
  type Recording,
} from "../tools/cli/recording.ts";
import { actionIn } from "./declared.ts";
import { scenarios } from "./fixtures/scenarios.ts";
import { runInProcess } from "./inProcess.ts";

const names = namesOfFixtures();

/** Without a process of its own, and without its waits. */
const here: Way = async (action, event, env) => {
  const { code, answer, stdout, stderr } = await runInProcess(await actionIn(action), event, env);
  const lines = stdout.trimEnd().split("\n").slice(0, -1);
  const records = lines.map((line) => (JSON.parse(line) as { record: unknown }).record);
  return { code, answer, records, stdout, stderr };
};

describe("every fixture", () => {
  it.concurrent.each(names)("%s", async (name) => {
    const { problems } = await replay(fileOf(name), actionOf(name), here);
    if (problems.length > 0) throw new Error(`${name}\n${problems.join("\n")}`);
  });

  it.each(names)("%s holds what the contracts allow, and nothing of a real tenant", (name) => {
    const { source, ...recording } = readFixture(fileOf(name));
    const verb = name.startsWith("resources/")
      ? "resources"
      : (actionOf(name).split("/").at(-1) ?? "");
    const contract = (validators as unknown as Record<string, Contract<unknown> | undefined>)[
      `${verb}Answer`
    ];
    expect(
      contract?.check(structuredClone(recording.answer)),
      JSON.stringify(contract?.check.errors),
    ).toBe(true);
    expect(notScrubbed(recording)).toEqual({ ids: [], domains: [], secrets: [] });
    expect(scrubbed(recording)).toEqual(recording);
    expect(JSON.stringify(recording)).not.toMatch(
      /emulated-secret|Bearer [\w.-]{20,}|127\.0\.0\.1|access_token/,
    );
    expect(source).not.toBe("");
    // An answer without an audit line looks like one that was lost.
    expect(recording.answer).not.toMatchObject({ outputContext: { AuditLogs: [] } });
  });

  it("is in the table, and every scenario is recorded", () => {
    expect(names.length).toBeGreaterThan(0);
    expect(
      readFileSync(path.join(fixtures, "README.md"), "utf8"),
      "npm run record -- --all --update writes the tables",
    ).toBe(readmeOfFixtures());
    expect(scenarios.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  });

  it("covers every action that sends HTTP: those of Active Directory are in npm run test:directory", () => {
    expect(
      listActions()
        .filter((action) => systemOf(action) !== hybrid)
        .filter((action) => !names.some((name) => actionOf(name) === action)),
    ).toEqual([]);
  });
});

describe.concurrent("a fixture that differs", () => {
  const scratch = mkdtempSync(path.join(tmpdir(), "replay-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  let count = 0;

  /** The problems of a fixture after a change to it. */
  async function broken(
    change: (recording: Recording) => void,
    name = "lifecycle/update/changed",
  ): Promise<string> {
    const { source, ...recording } = readFixture(fileOf(name));
    change(recording);
    const file = path.join(scratch, `${++count}.json`);
    writeFixture(file, { source, ...recording });
    return (await replay(file, actionOf(name), here)).problems.join("\n");
  }

  const configurationOf = (recording: Recording): Record<string, unknown> =>
    (recording.event as { actionContext: { Configuration: Record<string, unknown> } }).actionContext
      .Configuration;
  const dataOf = (recording: Recording): Record<string, unknown> =>
    (recording.event as { actionContext: { Data: Record<string, unknown> } }).actionContext.Data;

  it("shows where a request differs from the recorded one, and not the differences that follow", async () => {
    const problems = await broken((recording) => (dataOf(recording)["CustomAttribute3"] = "Cure"));
    expect(problems.split("\n")).toEqual([
      "Request 2 is not the recorded one:",
      expect.stringMatching(/^ {2}sent {6}Set-Mailbox \{.*"CustomAttribute3":"Cure"/),
      expect.stringMatching(/^ {2}recorded {2}Set-Mailbox \{.*"CustomAttribute3":"Care"/),
      '  parameters.CustomAttribute3: recorded "Care", now "Cure"',
    ]);
  });

  it("shows another cmdlet, and other properties that are requested", async () => {
    expect(
      await broken(({ traffic: [first] }) => {
        if (first) Object.assign(first.request, { cmdlet: "Get-Recipient" });
      }),
    ).toContain('cmdlet: recorded "Get-Recipient", now "Get-Mailbox"');
    expect(await broken(({ traffic: [first] }) => first?.request.select?.pop())).toMatch(
      /select\[\d+\]: recorded nothing, now "/,
    );
  });

  describe("in what Graph is asked", () => {
    const ofEntra = "lifecycle/entra/update/changed";

    it("shows another user, another property and another option", async () => {
      const operation = "GET /users/e47ad000-0000-4000-8000-000000000000";
      expect(
        await broken(({ traffic: [first] }) => {
          if (first) Object.assign(first.request, { operation });
        }, ofEntra),
      ).toContain(`operation: recorded "${operation}", now "GET /users/`);
      const problems = await broken(
        (recording) => (dataOf(recording)["jobTitle"] = "Cure"),
        ofEntra,
      );
      expect(problems.split("\n")).toEqual([
        "Request 2 is not the recorded one:",
        expect.stringMatching(/^ {2}sent {6}PATCH \/users\/\S+ \{.*"jobTitle":"Cure"/),
        expect.stringMatching(/^ {2}recorded {2}PATCH \/users\/\S+ \{.*"jobTitle":"Nurse"/),
        '  parameters.jobTitle: recorded "Nurse", now "Cure"',
      ]);
      expect(
        await broken(({ traffic: [first] }) => {
          Object.assign(first?.request ?? {}, { parameters: { $top: "5" } });
        }, "lifecycle/entra/import/two-pages"),
      ).toContain('parameters.$top: recorded "5", now "999"');
    });

    it("shows a link to another page", async () => {
      const problems = await broken(({ traffic: [first] }) => {
        const { body } = first?.response as { body: Record<string, unknown> };
        const link = String(body["@odata.nextLink"]);
        body["@odata.nextLink"] = link.replace("page-2-", "page-3-");
      }, "lifecycle/entra/import/two-pages");
      expect(problems).toContain("page: recorded 2, now 3");
    });

    it("refuses what Graph is asked at the address of Exchange", async () => {
      const elsewhere: Way = (action, event, env) => {
        const { EXO_CONNECTOR_EXCHANGE_URL: exchange = "" } = env;
        return here(action, event, { ...env, EXO_CONNECTOR_GRAPH_URL: exchange });
      };
      const { problems } = await replay(fileOf(ofEntra), actionOf(ofEntra), elsewhere);
      expect(problems.join("\n")).toMatch(
        /^Request 1 went to GET \/v1\.0\/users\/\S+; a cmdlet goes to POST .* and what Graph is asked to \/v1\.0\/ of Graph\.$/,
      );
    });
  });

  it("names a request that is not recorded, and one that is never sent", async () => {
    expect(await broken(({ traffic }) => traffic.pop())).toMatch(
      /^Request 2 was sent, and 1 are recorded:\n {2}sent {6}Set-Mailbox \{/,
    );
    expect(await broken(({ traffic }) => traffic.push(...traffic.slice(0, 1)))).toMatch(
      /^3 requests are recorded and 2 were sent\. Never sent:\n {2}Get-Mailbox \{.*\$select=Guid,/,
    );
  });

  it("shows where the answer and the records differ", async () => {
    expect(
      await broken(
        (recording) => (recording.answer = { ...(recording.answer as object), outcome: "gone" }),
      ),
    ).toBe('answer.outcome: recorded "gone", now "done"');
    expect(
      await broken(({ records }) => records?.pop(), "lifecycle/import/user-mailboxes-only"),
    ).toMatch(/^records\[\d+\]: recorded nothing, now \{/);
  });

  it("ignores other milliseconds, but not another count", async () => {
    const stats = (more: object) => (recording: Recording) =>
      (recording.answer = {
        ...(recording.answer as object),
        stats: { ...(recording.answer as { stats: object }).stats, ...more },
      });
    expect(await broken(stats({ waitedMs: 0, totalMs: 0 }))).toBe("");
    expect(await broken(stats({ retries: 7 }))).toBe("answer.stats.retries: recorded 7, now 0");
  });

  it("is reported when nothing is sent at all", async () => {
    // Given twice, in two spellings, it is a fault of the event.
    const problems = await broken(
      (recording) =>
        (configurationOf(recording)["tenantid"] = configurationOf(recording)["TenantID"]),
    );
    expect(problems).toContain("2 requests are recorded and 0 were sent. Never sent:\n");
    expect(problems).toContain('answer.outcome: recorded "done", now "invalid"');
  });

  it("replays a connection that is cut", async () => {
    const problems = await broken(({ traffic }) =>
      traffic.unshift(
        ...traffic
          .slice(0, 1)
          .map(({ request }) => ({ request, response: { cut: true as const } })),
      ),
    );
    expect(problems).toBe(
      "answer.stats.requests: recorded 3, now 4\nanswer.stats.retries: recorded 0, now 1",
    );
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      "a part that is missing",
      (text) => text.replace('"traffic":', '"records":'),
      /: has no traffic; a fixture has source, event, traffic and answer\.$/,
    ],
    [
      "a part that no fixture has",
      (text) => text.replace('"traffic":', '"record": [], "traffic":'),
      /: has record; a fixture has only source, event, traffic, answer, records\.$/,
    ],
    ["a text that is not JSON", (text) => text.slice(0, -3), /is not JSON/],
    ["a list", (text) => `[${text}]`, /: must be an object\.$/],
    [
      "traffic that is not a list",
      (text) => text.replace('"traffic": [', '"traffic": 1, "records": ['),
      /: traffic must be a list\.$/,
    ],
    [
      "records that are not a list",
      (text) => text.replace('"event":', '"records": {}, "event":'),
      /: records must be a list\.$/,
    ],
    ...["somewhere", "documented", "documented: a page", "tenant: yesterday"].map(
      (source): [string, (text: string) => string, RegExp] => [
        `the source "${source}"`,
        (text) => text.replace('"source": "emulator"', `"source": "${source}"`),
        /: source is "[^"]+"; it must be "emulator", "documented: <address of the page>" or "tenant: /,
      ],
    ),
  ])("is refused: %s", async (_name, damage, message) => {
    const intact = readFileSync(fileOf("lifecycle/update/changed"), "utf8");
    const damaged = damage(intact);
    expect(damaged).not.toBe(intact);
    const file = path.join(scratch, `${++count}.json`);
    writeFileSync(file, damaged);
    await expect(replay(file, "lifecycle/update", here)).rejects.toThrow(message);
  });

  it("is written in one form, which reads back as it was", () => {
    for (const name of names) {
      const file = path.join(scratch, "again.json");
      writeFixture(file, readFixture(fileOf(name)));
      expect(readFileSync(file, "utf8")).toBe(readFileSync(fileOf(name), "utf8"));
    }
  });
});

describe("recording", () => {
  const page = "documented: https://learn.microsoft.com/a-page";
  const tenant = "tenant: recorded 2026-06-01, scrubbed";

  it.each([
    ["a new fixture", undefined, "emulator", true, true],
    ["a new fixture that quotes a page", undefined, page, true, true],
    ["the emulator's own", "emulator", "emulator", true, true],
    ["one that quotes a page, with all the others", page, page, true, false],
    ["one that quotes a page, by its name", page, page, false, true],
    ["one that quotes a page, from the emulator", page, "emulator", false, false],
    ["one that quotes another page", page, `${page}-2`, false, false],
    ["a tenant's, from the emulator", tenant, "emulator", false, false],
  ])(
    "replaces %s: from %s by %s, with --all %s: %s",
    (_what, fixture, recording, all, replaced) => {
      expect(mayReplace(fixture, recording, all)).toBe(replaced);
    },
  );
});

describe("scrubbing", () => {
  const real = {
    event: {
      Configuration: {
        Organization: "example.nl",
        TenantID: "3F2504E0-4F89-41D3-9A0C-0305E82C3301",
        AppSecret: "hunter2~hunter2",
      },
    },
    texts: [
      "ann@mail.example.nl",
      "smtp:ann@example.nl",
      "https://example.nl/3f2504e0-4f89-41d3-9a0c-0305e82c3301",
      "SPO:SPO_3f2504e0-4f89-41d3-9a0c-0305e82c3301",
      "it said hunter2~hunter2",
      "on 'DB3PR02A08DC002.EURPR02A008.PROD.OUTLOOK.COM'.",
      "Microsoft.Exchange.Data.DataValidationException",
    ],
  };

  it("uses the same stand-in for the same value, and deletes nothing", () => {
    const id = "5c4b0000-0000-4000-8000-000000000001";
    const clean = scrubbed(real);
    const domain = clean.event.Configuration.Organization;
    expect(domain).toMatch(/^other[12]\.contoso\.com$/);
    expect(clean.event.Configuration).toEqual({
      Organization: domain,
      TenantID: id,
      AppSecret: "a-secret",
    });
    expect(clean.texts).toEqual([
      `ann@${domain === "other1.contoso.com" ? "other2" : "other1"}.contoso.com`,
      `smtp:ann@${domain}`,
      `https://${domain}/${id}`,
      `SPO:SPO_${id}`,
      "it said a-secret",
      "on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
      "Microsoft.Exchange.Data.DataValidationException",
    ]);
  });

  it("changes nothing the second time", () => {
    expect(scrubbed(scrubbed(real))).toEqual(scrubbed(real));
    expect(notScrubbed(scrubbed(real))).toEqual({ ids: [], domains: [], secrets: [] });
  });

  it("never uses a stand-in that is taken", () => {
    const text = "5c4b0000-0000-4000-8000-000000000001 and 3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    expect(scrubbed(text)).toBe(
      "5c4b0000-0000-4000-8000-000000000001 and 5c4b0000-0000-4000-8000-000000000002",
    );
  });
});

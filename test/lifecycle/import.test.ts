import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { accountRecord, importAnswer } from "../generated/answers.ts";
import action from "../../lifecycle/import.ts";
import type { Fault } from "../emulator/faults.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { accountImportFor, type ImportChoices } from "../events.ts";
import { asDeclared } from "../declared.ts";
import { runInProcess } from "../inProcess.ts";
import { Bench, guidOf, runnerOf, type Run } from "../bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

interface Account {
  AccountReference: string;
  DisplayName: string;
  UserName: string;
  Enabled: boolean;
  Data: Record<string, unknown>;
}

/** `written` is called with each piece of stdout. */
const runHere = (written: () => void) =>
  asDeclared(action, bench.emulator, () => runInProcess(action, event(), bench.urls, { written }));
const runner = runnerOf("lifecycle/import", action, importAnswer);
const event = (choices: ImportChoices = {}): unknown => accountImportFor(bench.running, choices);

/** Holds every record against its contract. */
function accountsOf({ records }: Pick<Run<unknown>, "records">): Account[] {
  for (const record of records)
    expect(
      accountRecord.check({ record }),
      `${JSON.stringify(accountRecord.check.errors)} in ${JSON.stringify(record)}`,
    ).toBe(true);
  return records as Account[];
}

const imported = async (choices?: ImportChoices): Promise<Account[]> =>
  accountsOf(await runner.here(bench, event(choices)));

/** The Guids of the tenant's mailboxes of these types that are there. */
function there(...types: string[]): string[] {
  return bench.emulator
    .state()
    .objects.filter(
      (object) =>
        types.includes(String(object["RecipientTypeDetails"])) &&
        object["IsSoftDeletedByRemove"] !== true,
    )
    .map(({ Guid }) => String(Guid))
    .sort();
}

const references = (accounts: Account[]): string[] =>
  accounts.map(({ AccountReference }) => AccountReference).sort();
const accountOf = (accounts: Account[], guid: string): Account | undefined =>
  accounts.find(({ AccountReference }) => AccountReference === guid);

describe("an import", () => {
  it("writes every user mailbox exactly once, and nothing else", async () => {
    const run = await runner.asBundle(bench, event());
    const accounts = accountsOf(run);
    expect(references(accounts)).toEqual(there("UserMailbox"));
    expect(run.answer).toMatchObject({
      outcome: "done",
      plan: [],
      outputContext: {
        Success: true,
        AuditLogs: [{ Message: `Accounts imported: ${accounts.length}.`, IsError: false }],
      },
    });
    expect(accountOf(accounts, guidOf("Aoife O'Brien"))).toEqual({
      AccountReference: guidOf("Aoife O'Brien"),
      DisplayName: "Aoife O'Brien",
      UserName: "aoife.obrien@contoso.com",
      Enabled: true,
      Data: { UserPrincipalName: "aoife.obrien@contoso.com", CustomAttribute1: "E100001" },
    });
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it("reports mailboxes in the address lists as enabled", async () => {
    const accounts = await imported();
    expect(
      accounts
        .filter(({ Enabled }) => !Enabled)
        .map(({ DisplayName }) => DisplayName)
        .sort(),
    ).toEqual(["Hidde Hidden", "Leo Leaver"]);
  });

  it("reports no account as enabled when persons are only correlated", async () => {
    const accounts = await imported({ configuration: { CorrelateOnly: "true" } });
    expect(references(accounts)).toEqual(there("UserMailbox"));
    expect(accounts.filter(({ Enabled }) => Enabled)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ["a list", ["UserMailbox", "SharedMailbox"], ["UserMailbox", "SharedMailbox"]],
    ["one text, in any casing", " usermailbox , ROOMMAILBOX,", ["UserMailbox", "RoomMailbox"]],
    ["one type that is no user's", "SharedMailbox", ["SharedMailbox"]],
    ["nothing", "", ["UserMailbox"]],
    ["an empty list", [], ["UserMailbox"]],
  ])(
    "gives the types that the configuration names: %s",
    async (_name, RecipientTypeDetails, types) => {
      const accounts = await imported({ configuration: { RecipientTypeDetails } });
      expect(references(accounts)).toEqual(there(...types));
      if (types.includes("SharedMailbox"))
        expect(accountOf(accounts, guidOf("Lena Left"))).toMatchObject({
          DisplayName: "Lena Left",
          Enabled: false,
        });
    },
  );

  it("writes the fields under the requested names", async () => {
    const fields = [
      "customattribute1",
      "GUID",
      "exchangeOnline.DisplayName",
      "exchangeOnline.emailAddresses",
      "exchangeOnline.Shoe",
      "Shoe",
      "HiddenFromAddressListsEnabled",
      "MailTip",
      "constructor",
    ];
    const accounts = await imported({ fields });
    expect(accountOf(accounts, guidOf("Aoife O'Brien"))?.Data).toEqual({
      customattribute1: "E100001",
      GUID: guidOf("Aoife O'Brien"),
      exchangeOnline: {
        DisplayName: "Aoife O'Brien",
        emailAddresses: [
          "SMTP:aoife.obrien@contoso.com",
          "smtp:aoife.obrien@contoso.onmicrosoft.com",
        ],
        Shoe: null,
      },
      Shoe: null,
      HiddenFromAddressListsEnabled: false,
      MailTip: null,
      constructor: null,
    });
    expect(accounts.every(({ Data }) => Object.keys(Data).length === 7)).toBe(true);
  });

  it("names the fields that mailboxes do not have", async () => {
    const fields = ["exchangeOnline.CustomAttribut1", "Shoe", "shoe", "MailTip"];
    const { stderr } = await runner.here(bench, event({ fields }));
    const warnings = stderr.split("\n").filter((line) => line.includes("warning"));
    expect(warnings.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'Mailboxes have no property "CustomAttribut1" (the nearest is CustomAttribute1), "shoe": they are imported ' +
        "without a value.",
    ]);
    expect((await runner.here(bench, event({ fields: ["GUID"] }))).stderr).not.toContain("warning");
  });

  it.each<[string, unknown, Record<string, unknown>]>([
    [
      "one field that PowerShell took out of its list",
      "CustomAttribute1",
      { CustomAttribute1: "E100001" },
    ],
    ["no field", [], {}],
    ["a field twice", ["CustomAttribute1", "CustomAttribute1"], { CustomAttribute1: "E100001" }],
    [
      "a field and fields below it",
      ["CustomAttribute1", "CustomAttribute1.Alias"],
      { CustomAttribute1: { Alias: "aoife.obrien" } },
    ],
  ])("takes %s", async (_name, fields, data) => {
    expect(accountOf(await imported({ fields }), guidOf("Aoife O'Brien"))?.Data).toEqual(data);
  });

  it("requests no property that mailboxes do not have", async () => {
    await imported({ fields: ["Shoe", "a.Size", "Name"] });
    const [query] = bench.emulator
      .journal()
      .flatMap(({ side, query }) => (side === "exchange" ? [decodeURIComponent(query)] : []));
    expect(query).toBe(
      "?$select=Guid,DisplayName,UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails," +
        "HiddenFromAddressListsEnabled,Name",
    );
  });

  it("is empty in a tenant without mailboxes", async () => {
    bench.emulator.replaceState({ ...bench.emulator.state(), objects: [] });
    const run = await runner.here(bench, event());
    expect(run.records).toEqual([]);
    expect(run.messages).toEqual(["Accounts imported: 0."]);
  });

  it.each<[string, unknown, RegExp]>([
    ["no fields", undefined, /actionContext\.ImportFields is missing/],
    ["fields that are no texts", [1], /actionContext\.ImportFields, item 1, is 1; expected text/],
  ])("refuses an event with %s", async (_name, fields, message) => {
    const choices = event({ fields }) as { actionContext: Record<string, unknown> };
    const { actionContext } = choices;
    if (fields === undefined) delete actionContext["ImportFields"];
    const run = await runner.here(bench, choices);
    expect(run.code).toBe(2);
    expect(run.messages).toEqual([expect.stringMatching(message)]);
    expect(bench.emulator.journal()).toEqual([]);
  });
});

describe("names", () => {
  it("are never empty, have at most 100 characters however they are counted, and end with a whole one", async () => {
    const graphemes = new Intl.Segmenter();
    const accounts = await imported({ fields: ["DisplayName"] });
    for (const { DisplayName, UserName, Data } of accounts) {
      for (const name of [DisplayName, UserName]) {
        expect(name.trim()).not.toBe("");
        expect(name.length).toBeLessThanOrEqual(100);
      }
      const whole = String(Data["DisplayName"]);
      if (whole.trim() === "" || whole === DisplayName) continue;
      expect(whole.startsWith(DisplayName)).toBe(true);
      expect(
        [...graphemes.segment(whole)].some(
          ({ index }) => whole.slice(0, index).trimEnd() === DisplayName,
        ),
      ).toBe(true);
    }
    expect(accountOf(accounts, guidOf("Nameless Ned"))).toMatchObject({
      DisplayName: "nameless.ned@contoso.com",
      UserName: "nameless.ned@contoso.com",
    });
    expect(
      accounts.filter(
        ({ DisplayName, Data }) =>
          Data["DisplayName"] !== "" && DisplayName !== Data["DisplayName"],
      ),
    ).toHaveLength(3);
  });

  it.each<[string, string, string]>([
    ["100 letters stay", "x".repeat(100), "x".repeat(100)],
    ["101 letters are cut", "x".repeat(101), "x".repeat(100)],
    ["a fox at the edge is left out whole", `${"x".repeat(99)}🦊y`, "x".repeat(99)],
    ["a fox before the edge stays", `${"x".repeat(98)}🦊y`, `${"x".repeat(98)}🦊`],
    ["a hundred foxes are fifty", "🦊".repeat(100), "🦊".repeat(50)],
    ["a family at the edge is left out whole", `${"x".repeat(95)}👨‍👩‍👧y`, "x".repeat(95)],
    ["an accent stays with its letter", `${"x".repeat(99)}e\u0301y`, "x".repeat(99)],
    ["no space is left at the end", `${"x".repeat(99)}  y`, "x".repeat(99)],
    ["white space is no name", " \t ", "anna.bakker@contoso.com"],
    ["one endless character is no name", `a${"\u0301".repeat(150)}`, "anna.bakker@contoso.com"],
  ])("%s", async (_name, DisplayName, expected) => {
    const anna = bench.emulator
      .state()
      .objects.find(
        ({ RecipientTypeDetails, Alias }) =>
          RecipientTypeDetails === "UserMailbox" && Alias === "anna.bakker",
      );
    bench.emulator.replaceState({ ...bench.emulator.state(), objects: [{ ...anna, DisplayName }] });
    expect(await imported({ fields: [] })).toMatchObject([
      { DisplayName: expected, UserName: "anna.bakker@contoso.com" },
    ]);
  });

  it("are the reference when there is no other", async () => {
    const [first] = bench.emulator.state().objects;
    bench.emulator.replaceState({
      ...bench.emulator.state(),
      objects: [{ ...first, DisplayName: "", UserPrincipalName: "" }],
    });
    const [account] = await imported();
    expect(account).toMatchObject({
      DisplayName: account?.AccountReference,
      UserName: account?.AccountReference,
    });
  });
});

describe("an import page by page", () => {
  // Two pages, unless a test needs more.
  beforeEach(() => bench.emulator.replaceState(manyMailboxes(1_100)));
  const pagesAskedFor = (): number =>
    bench.emulator.journal().filter(({ cmdlet }) => cmdlet === "Get-Mailbox").length;

  it("writes a page while it requests the next one and no more, and all accounts in the end", async () => {
    bench.emulator.replaceState(manyMailboxes(2_500));
    const pagesBefore: number[] = [];
    const { code, stdout } = await runHere(() => pagesBefore.push(pagesAskedFor()));
    expect(code).toBe(0);
    expect(pagesBefore.slice(0, -1)).toHaveLength(2_500);
    for (const [index, pages] of pagesBefore.slice(0, -1).entries()) {
      const own = Math.floor(index / 1_000) + 1;
      expect([own, own + 1]).toContain(pages);
    }
    const records = stdout
      .trimEnd()
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { record: Account }).record);
    expect(references(records)).toEqual(there("UserMailbox"));
  });

  it("shows a sample of 50 in a dry run, and requests at most the page it read ahead", async () => {
    for (const count of [49, 50, 51, 2_500]) {
      bench.emulator.replaceState(manyMailboxes(count));
      bench.emulator.clearJournal();
      const run = await (count > 51 ? runner.asBundle : runner.here)(
        bench,
        event({ dryRun: true }),
      );
      const shown = Math.min(count, 50);
      expect(new Set(references(accountsOf(run)))).toHaveLength(shown);
      expect(run.messages).toEqual([
        `Accounts shown as a sample (an import returns all): ${shown}.`,
      ]);
      // Whether the second request was sent when the sample was complete is a matter of a turn of the event loop.
      expect([1, Math.min(2, Math.ceil(count / 1_000))]).toContain(pagesAskedFor());
    }
  });

  const page2: Fault["match"] = { cmdlet: "Get-Mailbox", page: 2 };
  it.each<[string, Fault[], string]>([
    ["throttling for good", [{ match: page2, named: "throttled", retryAfter: "300" }], "throttled"],
    ["throttling without a time", [{ match: page2, named: "throttledNoRetryAfter" }], "throttled"],
    [
      "an error of the server",
      [
        {
          match: page2,
          answer: {
            status: 500,
            body: { error: { code: "InternalServerError", message: "Something went wrong." } },
          },
        },
      ],
      "unknown",
    ],
    ["a service that is not available", [{ match: page2, named: "unavailable" }], "unknown"],
    ["a cut connection", [{ match: page2, cut: "before" }], "unknown"],
    ["half an answer", [{ match: page2, cut: "half" }], "unknown"],
    ["an empty answer", [{ match: page2, answer: { status: 200, body: "" } }], "unknown"],
    ["an answer without a list", [{ match: page2, answer: { status: 200, body: {} } }], "unknown"],
    [
      "an answer that says it is not there",
      [
        {
          match: page2,
          answer: {
            status: 404,
            body: {
              error: {
                code: "NotFound",
                message: "x",
                details: [
                  {
                    message:
                      "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The " +
                      "operation couldn't be performed because object 'x' couldn't be found.",
                  },
                ],
              },
            },
          },
        },
      ],
      "unknown",
    ],
    ["a web page", [{ match: page2, named: "html" }], "unknown"],
    ["a refusal", [{ match: page2, named: "forbiddenNul" }], "forbidden"],
    [
      "good, and the one after it is not to be had",
      [{ match: { cmdlet: "Get-Mailbox", page: 3 }, named: "unavailable" }],
      "unknown",
    ],
  ])(
    "fails when the next page is %s, and says so in the last line",
    async (_name, faults, outcome) => {
      const pages = faults[0]?.match?.page ?? 0;
      if (pages > 2) bench.emulator.replaceState(manyMailboxes(2_100));
      bench.emulator.setFaults(faults);
      const run = await runner.here(bench, event(), { EXO_CONNECTOR_DEADLINE_MS: "900" });
      expect(run.code).toBe(1);
      expect(run.answer).toMatchObject({ outcome, outputContext: { Success: false } });
      const accounts = accountsOf(run);
      expect(accounts.length).toBe(1_000 * (pages - 1));
      expect(new Set(references(accounts)).size).toBe(accounts.length);
    },
  );

  it("fails when the link to the next page has expired", async () => {
    let lines = 0;
    const { code, answer, stdout } = await runHere(() => {
      if (++lines === 1_000) bench.emulator.advance(31 * 60_000);
    });
    expect(code).toBe(1);
    expect(importAnswer.check(answer)).toBe(true);
    expect(answer).toMatchObject({
      outcome: "unknown",
      outputContext: {
        Success: false,
        AuditLogs: [{ Message: expect.stringMatching(/pagination/i) as string }],
      },
    });
    expect(stdout.trimEnd().split("\n")).toHaveLength(1_001);
  });

  it("recovers from a page that fails once, and writes no account twice", async () => {
    bench.emulator.setFaults([{ match: page2, cut: "half", times: 1 }]);
    const run = await runner.here(bench, event());
    expect(run.answer).toMatchObject({ outputContext: { Success: true }, stats: { retries: 1 } });
    expect(references(accountsOf(run))).toEqual(there("UserMailbox"));
  });

  it("gets a new token midway when the first one is refused", async () => {
    bench.emulator.setFaults([{ match: page2, named: "tokenRefused" }]);
    const run = await runner.here(bench, event());
    expect(references(accountsOf(run))).toEqual(there("UserMailbox"));
  });

  it("answers in the last line when the time runs out midway", async () => {
    bench.emulator.setFaults([{ match: page2, hang: true }]);
    const run = await runner.asBundle(bench, event(), {
      env: { EXO_CONNECTOR_DEADLINE_MS: "3000" },
    });
    expect(run).toMatchObject({
      code: 1,
      answer: { outcome: "unknown" },
      messages: ["The time for one event (3000 ms) ran out."],
    });
    expect(accountsOf(run)).toHaveLength(1_000);
    expect(run.ms).toBeLessThan(4_000);
  });

  it("answers in the last line when it is terminated midway", async () => {
    bench.emulator.setFaults([{ match: page2, hang: true }]);
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const running = runner.asBundle(bench, event(), { started: (signal) => (kill = signal) });
    await until(() => bench.emulator.journal().some(({ page }) => page === 2));
    kill?.("SIGTERM");
    const run = await running;
    expect(run).toMatchObject({
      code: 1,
      answer: { outcome: "unknown" },
      messages: ["The run was ended by a signal (SIGTERM)."],
    });
    // The signal comes with the request for the second page, which is sent while the first one is written.
    const written = references(accountsOf(run));
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThanOrEqual(1_000);
    expect(new Set(written).size).toBe(written.length);
    expect(there("UserMailbox")).toEqual(expect.arrayContaining(written));
  });

  it("ends at once when its reader has gone", async () => {
    const child = spawn(process.execPath, [path.join(inject("dist"), "lifecycle/import.mjs")], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", ...bench.urls },
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(JSON.stringify(event()));
    child.stdout.once("data", () => child.stdout.destroy());
    const begin = performance.now();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(code).toBe(1);
    expect(stderr).toContain("its reader is gone, or the disk is full.");
    expect(pagesAskedFor()).toBeLessThan(3);
    expect(stderr).not.toMatch(/EPIPE|at .*\.mjs/);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { Bench, guidOf, shown } from "../bench.ts";
import { anywhere } from "../emulator/faults.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import { prepare } from "./sets.ts";
import { holdersIn, imported, listed, recordsOf, refusal, settings } from "./settings.ts";

const { grant, holders } = settings.regionalConfiguration;
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const dutch = { Id: "MailboxRegionalConfiguration-NL" };
const wanted = {
  Language: "nl-NL",
  DateFormat: "dd-MM-yy",
  TimeFormat: "H:mm",
  TimeZone: "W. Europe Standard Time",
};
const anna = guidOf("Anna Bakker");

interface Choices {
  account?: unknown;
  configuration?: Record<string, unknown>;
  dryRun?: boolean;
}
const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
/** Settings and the language of the folders, as they are stored. */
function regionOf(guid: string): Record<string, unknown> {
  const {
    Language = null,
    DateFormat = null,
    TimeFormat = null,
    TimeZone = null,
  } = bench.stored(guid);
  const { language = "en", renamed } =
    bench.emulator.state().folders?.find(({ mailbox }) => mailbox === guid) ?? {};
  return { Language, DateFormat, TimeFormat, TimeZone, folders: renamed ? "renamed" : language };
}

describe("grant, grant", () => {
  it.each<[string, string[]]>([
    ["Anna Bakker", ["settings", "folders"]],
    ["Jürgen Müller", ["settings", "folders"]],
    ["Una Principal", ["settings", "folders"]],
    ["王伟", ["settings", "folders"]],
    ["Petra Proxies", ["settings", "folders"]],
    ["Nora Numberless", ["settings", "folders"]],
    ["Mia Married", ["settings"]],
    ["Long Fox", ["settings", "folders"]],
    ["Doug Double", ["settings", "folders"]],
  ])("of %s takes %j, and then nothing", async (name, kinds) => {
    const found = bench.emulator
      .state()
      .objects.find(({ Name, DisplayName }) => Name === name || DisplayName === name);
    const account = String(found?.["Guid"]);
    const before = regionOf(account);
    const dry = await granted(dutch, { account, dryRun: true });
    expect([bench.writes(), regionOf(account)]).toEqual([[], before]);
    const wet = await granted(dutch, { account });
    expect(wet.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(
      wet.answer.plan.map(({ parameters }) =>
        "LocalizeDefaultFolderName" in parameters ? "folders" : "settings",
      ),
    ).toEqual(kinds);
    expect([dry.answer.outcome, dry.answer.plan]).toEqual([
      "done",
      wet.answer.plan.map((step) => ({ ...step, sent: false })),
    ]);
    expect(regionOf(account)).toEqual({ ...wanted, folders: "nl" });
    for (const dryRun of [true, false])
      expect((await granted(dutch, { account, dryRun })).answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: { Success: true },
      });
  });

  it("as the platform runs them, with language and formats together", async () => {
    const account = guidOf("Jürgen Müller");
    const event = permissionEventFor(bench.running, { account, permission: dutch });
    const { answer, messages } = await grant.here(bench, event);
    expect(answer.plan).toMatchObject([
      {
        parameters: { Identity: account, ...wanted },
        before: {
          Language: "de-DE",
          DateFormat: "dd.MM.yyyy",
          TimeFormat: "HH:mm",
          TimeZone: "W. Europe Standard Time",
        },
        sent: true,
      },
      {
        parameters: { Identity: account, LocalizeDefaultFolderName: true },
        before: { DefaultFolderNameMatchingUserLanguage: true },
        sent: true,
      },
    ]);
    expect(messages).toEqual([
      "Set language nl-NL with its formats and time zone W. Europe Standard Time of " +
        `mailbox ${shown("Jürgen Müller", "jurgen.muller@contoso.com")}: done.`,
      `Rename the default folders of mailbox ${shown("Jürgen Müller", "jurgen.muller@contoso.com")} to nl-NL: done.`,
    ]);
    expect((await grant.here(bench, event)).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
    expect(bench.cmdlets().filter((cmdlet) => cmdlet === "$batch")).toHaveLength(2);
  });
});

describe("folders", () => {
  const dora = guidOf("Dora Double");
  const doraShown = shown("Dora Double", "dora.double@contoso.com");

  it("that cannot be renamed are reported separately from the settings, which are kept", async () => {
    const { answer, messages } = await granted(dutch, { account: dora });
    expect(answer.outputContext.Success).toBe(false);
    expect(answer.plan.map(({ sent }) => sent)).toEqual([true, true]);
    expect(messages[0]).toBe(
      `Set language nl-NL with its formats and time zone W. Europe Standard Time of mailbox ${doraShown}: done.`,
    );
    expect(messages[1]).toMatch(
      /^Rename the default folders of mailbox .* to nl-NL: failed\. .*Cannot localize the default folders/,
    );
    expect(messages[2]).toBe("Only partly done: 1 of 2 changes.");
    expect(regionOf(dora)).toEqual({ ...wanted, folders: "en" });
  });

  it("are tried again separately, until nothing is in the way", async () => {
    await granted(dutch, { account: dora });
    const again = await granted(dutch, { account: dora });
    expect(again.answer).toMatchObject({
      outputContext: { Success: false },
      plan: [{ parameters: { LocalizeDefaultFolderName: true } }],
    });
    expect(again.messages).not.toContain("Only partly done: 1 of 2 changes.");
    const state = structuredClone(bench.emulator.state());
    bench.emulator.replaceState({
      ...state,
      folders: state.folders?.filter(({ mailbox }) => mailbox !== dora) ?? [],
    });
    expect((await granted(dutch, { account: dora })).answer.outcome).toBe("done");
    expect(regionOf(dora)).toEqual({ ...wanted, folders: "nl" });
  });

  it("are not touched when the settings are refused", async () => {
    bench.emulator.setFaults([
      { match: { cmdlet: "Set-MailboxRegionalConfiguration" }, answer: refusal, times: 1 },
    ]);
    const { answer } = await granted(dutch);
    expect(answer).toMatchObject({
      outcome: "forbidden",
      plan: [{ sent: true }],
      outputContext: { Success: false },
    });
    expect(regionOf(anna)["folders"]).toBe("en");
  });
});

describe("a refusal of the service", () => {
  it("that does not answer in time is not a success", async () => {
    bench.emulator.setFaults(
      anywhere([{ match: { cmdlet: "Get-MailboxRegionalConfiguration" }, answer: refusal }]),
    );
    expect((await granted(dutch)).answer).toMatchObject({
      outcome: "forbidden",
      plan: [],
      outputContext: { Success: false },
    });
    bench.emulator.setFaults([
      { match: { cmdlet: "Set-MailboxRegionalConfiguration" }, hang: true },
    ]);
    const { answer, messages } = await grant.here(
      bench,
      permissionEventFor(bench.running, { account: anna, permission: dutch }),
      { EXO_CONNECTOR_DEADLINE_MS: "400" },
    );
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(messages[0]).toContain("was sent; it is unknown whether it was applied.");
  });

  it("after more than a minute is never caused: a wrong format is not sent", async () => {
    prepare(bench, { regionalErrorDelayMs: 70_000 });
    const dist = bundlesWith(
      "regionalConfiguration",
      'DateFormat:"dd-MM-yy"',
      'DateFormat:"MM/dd/yy"',
    );
    const { answer, ms } = await bench.run(
      "permissions/regionalConfiguration/grantPermission",
      permissionEventFor(bench.running, { account: anna, permission: dutch }),
      { dist },
    );
    expect([(answer as Answer).outcome, ms < 15_000, bench.emulator.journal()]).toEqual([
      "invalid",
      true,
      [],
    ]);
  });
});

describe("a missing account or object", () => {
  it.each<[string, unknown]>([
    ["never was", "0b1ec700-0000-4000-8000-00000000dead"],
    ["is deleted", guidOf("Gone Gerda")],
    ["is inactive", guidOf("Inactive Ike")],
  ])("an account that %s gets nothing", async (_name, account) => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await granted(dutch, { account, dryRun });
      expect(answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        expect.stringMatching(new RegExp(`^Mailbox ${String(account)} does not exist\\.`)),
      ]);
    }
  });
});

describe("references", () => {
  it.each<[string, unknown]>([
    ["nothing", {}],
    ["no Id", { Language: "nl-NL" }],
    ["an unknown Id", { Id: "MailboxRegionalConfiguration-DE" }],
    ["half an Id", { Id: "NL" }],
    ["null", { Id: null }],
    ["a blank Id", { Id: " " }],
    ["a list", { Id: ["MailboxRegionalConfiguration-DE", "MailboxRegionalConfiguration-NL"] }],
  ])("with %s are refused before anything is requested", async (_name, permission) => {
    const { answer, messages } = await granted(permission);
    expect(answer).toMatchObject({
      outcome: "invalid",
      plan: [],
      outputContext: { Success: false },
    });
    expect(messages.join()).toMatch(/expected one of "MailboxRegionalConfiguration-NL"\.$|a list/);
    expect((await granted(dutch, { account: "E100001" })).answer.outcome).toBe("invalid");
    expect(bench.emulator.journal()).toEqual([]);
  });

  it("of existing installations are accepted, in any case", async () => {
    for (const permission of [
      dutch,
      { id: "mailboxregionalconfiguration-nl" },
      { ID: " MAILBOXREGIONALCONFIGURATION-NL " },
    ]) {
      prepare(bench);
      expect((await granted(permission)).answer.outcome).toBe("done");
    }
  });
});

describe("an import", () => {
  const alike = ["Mia Married", "Petra Proxies", "Nora Numberless"].map(guidOf);

  it("leaves out accounts with other folder names or other formats", async () => {
    const run = await holders.here(bench, readingEventFor(bench.running));
    expect(run.answer).toMatchObject({
      outcome: "done",
      plan: [],
      outputContext: { Success: true },
    });
    expect(run.records).toEqual([]);
    // All have the settings now, and only one has the folders.
    bench.reset(
      (object) => alike.includes(String(object["Guid"])) && Object.assign(object, wanted),
    );
    expect(holdersIn(await imported(bench, "regionalConfiguration"))).toEqual({
      [dutch.Id]: [guidOf("Mia Married")],
    });
    expect(bench.cmdlets().filter((cmdlet) => cmdlet !== "$batch")).toEqual(["Get-Mailbox"]);
    for (const { items = [] } of bench.emulator.journal())
      for (const { parameters } of items)
        expect(parameters).toMatchObject({ VerifyDefaultFolderNameLanguage: true });
  });

  it("yields exactly what was listed and granted", async () => {
    const [permission] = await listed(bench, "regionalConfiguration");
    const accounts = [anna, guidOf("Jürgen Müller"), guidOf("Petra Proxies")];
    for (const account of accounts)
      expect((await granted(permission?.Identification, { account })).answer.outcome).toBe("done");
    const run = await imported(bench, "regionalConfiguration");
    expect(
      recordsOf(run).map((record) => ({
        Identification: record.PermissionReference,
        DisplayName: record.DisplayName,
        AccountReferences: [...record.AccountReferences].sort(),
      })),
    ).toEqual([{ ...permission, AccountReferences: [...accounts].sort() }]);
    // Whoever is imported is granted already.
    for (const account of accounts)
      expect(
        (
          await granted(
            run.records.length > 0 ? recordsOf(run)[0]?.PermissionReference : undefined,
            { account },
          )
        ).answer.outcome,
      ).toBe("alreadySo");
  });

  it("leaves out accounts whose folders could not be renamed, although their settings were kept", async () => {
    await granted(dutch, { account: guidOf("Dora Double") });
    expect((await imported(bench, "regionalConfiguration")).records).toEqual([]);
  });

  it("includes the configured types", async () => {
    await granted(dutch, { account: guidOf("Sales") });
    expect((await imported(bench, "regionalConfiguration")).records).toEqual([]);
    expect(
      holdersIn(
        await imported(bench, "regionalConfiguration", { RecipientTypeDetails: "SharedMailbox" }),
      ),
    ).toEqual({ [dutch.Id]: [guidOf("Sales")] });
  });

  it("names a mailbox that cannot be read, imports the others, and fails", async () => {
    await granted(dutch);
    await granted(dutch, { account: guidOf("Bas Bakker") });
    const answer = {
      status: 404,
      body: {
        error: {
          code: "NotFound",
          message: "x",
          details: [
            {
              code: "Context",
              target: "",
              message:
                "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The " +
                "operation couldn't be performed because object " +
                `'${guidOf("Aoife O'Brien")}' couldn't be found.`,
            },
          ],
        },
      },
    };
    const cmdlet = "Get-MailboxRegionalConfiguration";
    // The first one of the list is gone by now, and that is no failure.
    bench.emulator.setFaults([
      { match: { cmdlet, item: true }, times: 1, answer },
      { match: { cmdlet }, answer, times: 1 },
      { match: { cmdlet: "Get-Mailbox" }, skip: 1, answer },
      { match: { cmdlet: "Get-Recipient" }, answer },
      { match: { cmdlet: "Get-User" }, times: 1, answer },
      { match: { cmdlet: "Get-User" }, answer: { status: 200, body: { value: [] } } },
    ]);
    const gone = await imported(bench, "regionalConfiguration");
    expect([gone.answer.outcome, holdersIn(gone)]).toEqual([
      "done",
      { [dutch.Id]: [anna, guidOf("Bas Bakker")].sort() },
    ]);
    bench.emulator.setFaults([
      { match: { cmdlet, item: true }, times: 1, answer: refusal },
      { match: { cmdlet }, answer: refusal, times: 1 },
    ]);
    const run = await imported(bench, "regionalConfiguration");
    expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(run.messages.join(" ")).toMatch(
      /The import is incomplete: 1 mailbox could not be read \(".+" <.+> \(0b1ec700-.+\)\)\./,
    );
    expect(holdersIn(run)).toEqual({ [dutch.Id]: [anna, guidOf("Bas Bakker")].sort() });
  });
});

describe("with other options in the bundles", () => {
  const run = async (
    dist: string,
    verb: string,
    event: unknown,
  ): Promise<Answer & { records: unknown[] }> => {
    const { answer, records } = await bench.run(
      `permissions/regionalConfiguration/${verb}`,
      event,
      { dist },
    );
    return { ...(answer as Answer), records };
  };
  const event = (account: string): unknown =>
    permissionEventFor(bench.running, { account, permission: dutch });

  it("accept any format of the language where formats are null", async () => {
    const dist = bundlesWith(
      "regionalConfiguration",
      'DateFormat:"dd-MM-yy",TimeFormat:"H:mm"',
      "DateFormat:null,TimeFormat:null",
    );
    const account = guidOf("Jürgen Müller");
    expect(await run(dist, "grantPermission", event(account))).toMatchObject({
      outcome: "done",
      plan: [{ parameters: { Language: "nl-NL", DateFormat: null, TimeFormat: null } }, {}],
    });
    expect(regionOf(account)).toMatchObject({ Language: "nl-NL", DateFormat: "d-M-yyyy" });
    expect(await run(dist, "grantPermission", event(account))).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
    expect(await run(dist, "grantPermission", event(guidOf("Mia Married")))).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
  });

  it("neither rename nor read folders that should stay", async () => {
    const dist = bundlesWith(
      "regionalConfiguration",
      'Time",LocalizeDefaultFolderName:!0',
      'Time",LocalizeDefaultFolderName:!1',
    );
    expect(await run(dist, "grantPermission", event(anna))).toMatchObject({
      outcome: "done",
      plan: [{ parameters: wanted }],
    });
    expect(regionOf(anna)).toEqual({ ...wanted, folders: "en" });
    const { records } = await run(dist, "importPermission", readingEventFor(bench.running));
    expect(recordsOf({ records })).toMatchObject([{ AccountReferences: [anna] }]);
    for (const { parameters = {}, items = [] } of bench.emulator.journal())
      for (const one of [parameters, ...items.map((item) => item.parameters ?? {})])
        expect(one).not.toHaveProperty("VerifyDefaultFolderNameLanguage");
  });
});

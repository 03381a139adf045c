import { beforeEach, describe, expect, it } from "vitest";
import type { Emulator } from "../emulator.ts";
import type { Behaviour } from "../state.ts";
import { refusal, type Reply, seededClient, type TestClient } from "../testClient.ts";

type Row = Record<string, unknown>;

let emulator: Emulator;
let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}): void {
  client = seededClient(behaviour);
  ({ emulator } = client);
}

beforeEach(() => start());

const set = (identity: string, parameters: Row): Promise<Reply> =>
  client.invoke("Set-MailboxRegionalConfiguration", { Identity: identity, ...parameters });
const one = async (identity: string, parameters: Row = {}): Promise<Row> =>
  (await client.invoke("Get-MailboxRegionalConfiguration", { Identity: identity, ...parameters }))
    .json.value[0] ?? {};
const calendarOf = async (identity: string): Promise<unknown> =>
  (
    await client.invoke("Get-MailboxFolderStatistics", {
      Identity: identity,
      FolderScope: "Calendar",
    })
  ).json.value.find((row) => row["FolderType"] === "Calendar")?.["Name"];
const nothingModified = [expect.stringMatching(/no settings of 'CN=.+' have been modified/)];
const empty = { Language: null, DateFormat: null, TimeFormat: null, TimeZone: null };
const dutch = {
  Language: "nl-NL",
  DateFormat: "dd-MM-yy",
  TimeFormat: "H:mm",
  TimeZone: "W. Europe Standard Time",
};

describe("regional settings", () => {
  it("are empty until they are set, and a warning reports no change", async () => {
    expect(await one("sales")).toEqual({
      Identity: "Sales",
      ...empty,
      DefaultFolderNameMatchingUserLanguage: false,
      IsValid: true,
    });
    const answer = await set("sales", dutch);
    expect([answer.status, answer.json.value, answer.json["@adminapi.warnings"]]).toEqual([
      200,
      [],
      undefined,
    ]);
    expect(await one("sales")).toMatchObject(dutch);
    expect(
      (await set("sales", { ...dutch, Language: "NL-nl", TimeZone: "w. europe standard time" }))
        .json["@adminapi.warnings"],
    ).toEqual(nothingModified);
  });

  it.each([
    ["en-US", "M/d/yyyy", "h:mm tt"],
    ["en-GB", "dd/MM/yyyy", "HH:mm"],
    ["nl-NL", "d-M-yyyy", "H:mm"],
    ["de-DE", "dd.MM.yyyy", "HH:mm"],
    ["fr-FR", "dd/MM/yyyy", "HH:mm"],
    ["es-ES", "dd/MM/yyyy", "H:mm"],
    ["it-IT", "dd/MM/yyyy", "HH:mm"],
    ["pt-BR", "dd/MM/yyyy", "HH:mm"],
    ["pl-PL", "dd.MM.yyyy", "HH:mm"],
    ["da-DK", "dd-MM-yyyy", "HH:mm"],
    ["sv-SE", "yyyy-MM-dd", "HH:mm"],
    ["ja-JP", "yyyy/MM/dd", "H:mm"],
    ["es-AR", "d/M/yyyy", "HH:mm"],
  ])(
    "of %s have its default formats, or the defaults for null",
    async (Language, DateFormat, TimeFormat) => {
      expect((await set("sales", { Language })).status).toBe(200);
      expect(await one("sales")).toMatchObject({
        Language,
        DateFormat,
        TimeFormat,
        TimeZone: null,
      });
      expect((await set("info", dutch)).status).toBe(200);
      expect((await set("info", { Language, DateFormat: null, TimeFormat: null })).status).toBe(
        200,
      );
      expect(await one("info")).toMatchObject({
        Language,
        DateFormat,
        TimeFormat,
        TimeZone: dutch.TimeZone,
      });
    },
  );

  it.each(["M/d/yyyy", "M/d/yy", "MM/dd/yy", "MM/dd/yyyy", "yy/MM/dd", "yyyy-MM-dd", "dd-MMM-yy"])(
    "in American English accept %s",
    async (DateFormat) => {
      expect((await set("sales", { Language: "en-US", DateFormat })).status).toBe(200);
      expect(await one("sales")).toMatchObject({ DateFormat });
    },
  );

  it("keep their formats, which a new language may refuse", async () => {
    await set("sales", { Language: "en-US", DateFormat: "M/d/yyyy" });
    const answer = await set("sales", { Language: "en-GB", TimeZone: "GMT Standard Time" });
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      'Microsoft.Exchange.Data.DataValidationException|DateFormat "M/d/yyyy" isn\'t valid for ' +
        'current language setting "en-GB". Valid formats include "dd/MM/yyyy, dd/MM/yy, d/M/yy, ' +
        'd.M.yy, yyyy-MM-dd".',
    ]);
    expect(await one("sales")).toMatchObject({ Language: "en-US", TimeZone: null });
    expect((await set("sales", { Language: "en-GB", DateFormat: "yyyy-MM-dd" })).status).toBe(200);
    expect(await one("sales")).toMatchObject({
      Language: "en-GB",
      DateFormat: "yyyy-MM-dd",
      TimeFormat: "h:mm tt",
    });
  });

  it.each([
    [
      "sales",
      { Language: "nl-NL", DateFormat: "dd-mm-yy" },
      400,
      'DateFormat "dd-mm-yy" isn\'t valid for current language setting "nl-NL"',
    ],
    ["sales", { DateFormat: "dd-MM-yyyy" }, 400, 'current language setting "en-US"'],
    ["mia.married", { DateFormat: "M/d/yyyy" }, 400, 'current language setting "nl-NL"'],
    [
      "mia.married",
      { TimeFormat: "h:mm tt" },
      400,
      'TimeFormat "h:mm tt" isn\'t valid for current language setting "nl-NL". Valid formats include "H:mm, HH:mm"',
    ],
    ["sales", { Language: "nl" }, 400, 'The language "nl" is neutral'],
    ["sales", { Language: "xx-YY" }, 400, "CultureInfo"],
    ["sales", { Language: "Dutch" }, 400, "CultureInfo"],
    ["sales", { Language: "hu-HU" }, 501, "NOT IMPLEMENTED"],
    ["sales", { Language: null }, 400, "argument is null"],
    ["sales", { TimeZone: null }, 400, "argument is null"],
    ["sales", { TimeZone: "Europe/Amsterdam" }, 400, "isn't a valid time zone"],
    ["sales", { TimeZone: "W. Europe" }, 400, "isn't a valid time zone"],
    ["nobody", { Language: "nl-NL" }, 404, "nobody"],
    ["gone.gerda", { Language: "nl-NL" }, 404, "gone.gerda"],
  ])("of %s: %j is refused", async (identity, parameters, status, text) => {
    const before = (await client.invoke("Get-MailboxRegionalConfiguration", { Identity: identity }))
      .json;
    const answer = await set(identity, parameters);
    expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
    expect(
      (await client.invoke("Get-MailboxRegionalConfiguration", { Identity: identity })).json,
    ).toEqual(before);
  });

  it("refuse a format after the delay of the state, and a language at once", async () => {
    start({ regionalErrorDelayMs: 400 });
    const began = performance.now();
    expect((await set("sales", { Language: "nl-NL", DateFormat: "x" })).status).toBe(400);
    const refused = performance.now() - began;
    expect((await set("sales", { Language: "xx-YY" })).status).toBe(400);
    expect([refused >= 395, performance.now() - began - refused < 400]).toEqual([true, true]);
  });

  it("belong to the mailbox: a synchronised one accepts them, and nothing else changes", async () => {
    const before = (await client.invoke("Get-Mailbox", { Identity: "dirk.synced" })).json.value;
    expect((await set("dirk.synced", dutch)).status).toBe(200);
    expect((await client.invoke("Get-Mailbox", { Identity: "dirk.synced" })).json.value).toEqual(
      before,
    );
  });
});

describe("the names of default folders", () => {
  const matches = async (identity: string): Promise<unknown> =>
    (await one(identity, { VerifyDefaultFolderNameLanguage: true }))[
      "DefaultFolderNameMatchingUserLanguage"
    ];

  it("follow the language only on request, whether it is new or not", async () => {
    await set("sales", dutch);
    expect([await calendarOf("sales"), await matches("sales")]).toEqual(["Calendar", false]);
    const answer = await set("sales", { LocalizeDefaultFolderName: true });
    expect([answer.status, answer.json["@adminapi.warnings"]]).toEqual([200, undefined]);
    expect([
      await calendarOf("sales"),
      await matches("sales"),
      (await one("sales"))["DefaultFolderNameMatchingUserLanguage"],
    ]).toEqual(["Agenda", true, false]);
    expect(
      (await set("sales", { ...dutch, LocalizeDefaultFolderName: true })).json[
        "@adminapi.warnings"
      ],
    ).toEqual(nothingModified);
    await set("sales", {
      Language: "de-DE",
      DateFormat: null,
      TimeFormat: null,
      LocalizeDefaultFolderName: true,
    });
    expect([await calendarOf("sales"), await matches("sales")]).toEqual(["Kalender", true]);
  });

  it("replace the user's name for the calendar, whose id stays", async () => {
    const id = async (): Promise<unknown> =>
      (
        await client.invoke("Get-MailboxFolderStatistics", {
          Identity: "petra.proxies",
          FolderScope: "Calendar",
        })
      ).json.value.find((row) => row["FolderType"] === "Calendar")?.["FolderId"];
    const before = await id();
    expect(await calendarOf("petra.proxies")).toBe("Petra's planning");
    await set("petra.proxies", { LocalizeDefaultFolderName: true });
    expect([await calendarOf("petra.proxies"), await id()]).toEqual(["Agenda", before]);
  });

  it("stay when a folder already has one of the new names, while the settings are kept", async () => {
    const answer = await set("dora.double", { ...dutch, LocalizeDefaultFolderName: true });
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      expect.stringContaining(
        '|The localization operation of the default folders of mailbox "dora.double@contoso.com" ' +
          "failed: Cannot localize the default folders.",
      ),
    ]);
    expect(await one("dora.double")).toMatchObject(dutch);
    expect([await calendarOf("dora.double"), await matches("dora.double")]).toEqual([
      "Calendar",
      false,
    ]);
    expect(
      (
        await set("dora.double", {
          Language: "fr-FR",
          DateFormat: null,
          TimeFormat: null,
          LocalizeDefaultFolderName: true,
        })
      ).status,
    ).toBe(200);
    expect(await calendarOf("dora.double")).toBe("Calendrier");
    expect(emulator.journal().at(-1)?.applied).toBe(true);
  });
});

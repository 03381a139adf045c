import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setCalendarRight, presentRight } from "../../lib/exchange/calendarEntries.ts";
import { calendarOf } from "../../lib/exchange/calendar.ts";
import { calendarRightFrom } from "../../lib/exchange/calendarRight.ts";
import { holdDurationFrom, heldMailboxById, holding } from "../../lib/exchange/litigationHold.ts";
import { regionChanges, regionFrom, regionOf } from "../../lib/exchange/region.ts";
import type { Contract } from "../../lib/host/schemaContract.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { folderPermissionOptions } from "../../lib/generated/validators/folderPermissionOptions.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import {
  listedOptions as folderOptions,
  folderPermission,
} from "../../lib/entitlements/folderPermission.ts";
import {
  listedOptions as holdOptions,
  holdPermission,
} from "../../lib/entitlements/litigationHold.ts";
import { optionById, optionsIn } from "../../lib/entitlements/options.ts";
import {
  listedOptions as regionOptions,
  regionPermission,
} from "../../lib/entitlements/regionalConfiguration.ts";
import { Fault } from "../../lib/fault.ts";
import folderFile from "../../permissions/folderPermission/options.json" with { type: "json" };
import holdFile from "../../permissions/litigationHold/options.json" with { type: "json" };
import regionFile from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import { checkOptions } from "../../tools/build/bundles.ts";
import { Bench, guidOf } from "../bench.ts";
import { folderRights } from "../emulator/folderState.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { liveTenant, type Live } from "../exchange/live.ts";
import { faultOf } from "../exchange/scripted.ts";
import { bundlesWith } from "./editedBundles.ts";
import {
  absent,
  fileWith,
  noTexts,
  slips,
  spoilt,
  strayFiles,
  strayKeys,
  type Mutation,
} from "./mutations.ts";

const root = path.resolve(import.meta.dirname, "../..");
type Option = Readonly<Record<string, unknown>>;

interface DataFile {
  file: string;
  data: { $schema: string; options: readonly object[] };
  check: (data?: unknown) => readonly { Id: string; DisplayName: string }[];
  /** What people may get wrong in one field beside a slip of the pen. */
  also: Readonly<Record<string, readonly unknown[]>>;
  /** Why a mutated value still is a valid one; undefined when it has to be refused. */
  stillValid(field: string, value: unknown): string | undefined;
  /** What an option comes to, to ask the service for each thing once. */
  meaning(option: Option): unknown;
  /** Sends what the option asks for to the emulated tenant, which refuses what is not valid. */
  send(live: Live, option: Option): Promise<void>;
}

const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
function own(field: string, value: unknown): string | undefined {
  if (text(value) === "") return undefined;
  if (field === "Id") return "an Id is whatever its author says, as long as no other option has it";
  return field === "DisplayName" && String(value).length <= 100
    ? "a name is whatever its author says, up to 100 characters"
    : undefined;
}
const inSomeCase = (value: unknown, expected: string): string | undefined =>
  text(value).toLowerCase() === expected.toLowerCase()
    ? "letter case and blanks around it do not count"
    : undefined;
const names = { Id: ["", " "], DisplayName: ["x".repeat(101), "\n\t"] };

const files: DataFile[] = [
  {
    file: "permissions/folderPermission/options.json",
    data: folderFile,
    check: folderOptions,
    also: {
      ...names,
      mailboxFolderUser: [
        "Everyone",
        "Defaults",
        "Standard",
        "Dora Double",
        "dora.double",
        "contoso.com",
        "@contoso.com",
        "dora.double@",
        "0b1ec700-0000-4000-8000",
        "*",
      ],
      mailboxFolderAccessRight: [
        "Available",
        "Limited details",
        "Read",
        "FullAccess",
        "Reviewer,Editor",
        "Reviewer, ReadItems",
        "ReadItems,ReadItems",
        "Reviewer;Editor",
        "Reviewer Editor",
        "Delegate",
        ",",
        "1",
      ],
      mailboxFolderSharingPermissionFlags: [
        "Delegate",
        "Delegate,CanViewPrivateItems",
        "CanViewPrivateItems",
        "Delegates",
        null,
        true,
        1,
      ],
      sendNotificationToUser: ["yes", "", 1, 0, null, [], "ja"],
    },
    stillValid(field, value) {
      if (field === "mailboxFolderUser") return inSomeCase(value, "Default");
      const rights = text(value)
        .split(",")
        .map(text)
        .filter((part) => part !== "");
      if (
        field === "mailboxFolderAccessRight" &&
        rights.length === 1 &&
        folderRights.some((right) => inSomeCase(rights[0], right))
      )
        return "one right of the documentation, in some letter case, with nothing behind a comma";
      if (field === "sendNotificationToUser" && value === true)
        return "all four roles are among those whose user can be told";
      return own(field, value);
    },
    meaning: ({ mailboxFolderUser, mailboxFolderAccessRight, sendNotificationToUser = false }) => ({
      ...calendarRightFrom({
        user: String(mailboxFolderUser),
        rights: String(mailboxFolderAccessRight),
      }),
      sendNotificationToUser,
    }),
    async send(live, { mailboxFolderUser, mailboxFolderAccessRight, sendNotificationToUser }) {
      const right = calendarRightFrom({
        user: String(mailboxFolderUser),
        rights: String(mailboxFolderAccessRight),
      });
      const calendar = await calendarOf(await live.mailbox("Mia Married", []))(live);
      await setCalendarRight(calendar, right, await presentRight(calendar, right.user)(live), {
        change: live.gate.change,
        notify: sendNotificationToUser === true,
      });
    },
  },
  {
    file: "permissions/regionalConfiguration/options.json",
    data: regionFile,
    check: regionOptions,
    also: {
      ...names,
      Language: [
        "nl",
        "Dutch",
        "Nederlands",
        "nl-BE",
        "de-DE",
        "en-US",
        "nl-XX",
        "xx-NL",
        "nl_NL",
        "nl-NL-x",
        "1043",
      ],
      DateFormat: [
        "dd-mm-yy",
        "DD-MM-YY",
        "DD-MM-yy",
        "dd/MM/yy",
        "dd.MM.yy",
        "MM/dd/yy",
        "M/d/yyyy",
        "d-M",
        "dd MM yy",
        "d",
        "22-11-26",
      ],
      TimeFormat: ["h:mm tt", "hh:mm", "H:MM", "HH:MM", "H.mm", "HH:mm:ss", "t", "10:30"],
      TimeZone: [
        "Europe/Amsterdam",
        "CET",
        "UTC+01:00",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "W. Europe Daylight Time",
        "West Europe Standard Time",
        "W Europe Standard Time",
      ],
      LocalizeDefaultFolderName: [
        "yes",
        "ja",
        "",
        " ",
        "tru",
        "1",
        1,
        0,
        null,
        [],
        ["true", "true"],
        {},
      ],
    },
    stillValid(field, value) {
      if (field === "Language") return inSomeCase(value, "nl-NL");
      if (field === "TimeZone") return inSomeCase(value, "W. Europe Standard Time");
      if (
        field.endsWith("Format") &&
        (value === null || value === absent || (typeof value === "string" && value.trim() === ""))
      )
        return "without a format the language's own is used";
      if (field === "TimeFormat" && value === "HH:mm") return "the other time format of Dutch";
      if (field === "LocalizeDefaultFolderName" && (typeof value === "boolean" || value === absent))
        return "the other choice";
      return own(field, value);
    },
    meaning: (option) => regionFrom(option as unknown as Parameters<typeof regionFrom>[0]),
    async send(live, option) {
      const region = regionFrom(option as unknown as Parameters<typeof regionFrom>[0]);
      const mailbox = await live.mailbox("Anna Bakker", []);
      for (const change of regionChanges(
        mailbox,
        await regionOf(mailbox, region.localizesFolders)(live),
        region,
      ))
        await live.gate.change(change);
    },
  },
  {
    file: "permissions/litigationHold/options.json",
    data: holdFile,
    check: holdOptions,
    also: {
      ...names,
      Duration: [
        0,
        -1,
        -365,
        1.5,
        2555.5,
        1e9,
        10_675_200,
        Number.MAX_SAFE_INTEGER,
        "0",
        "00",
        "-1",
        "+1",
        "1.5",
        "1,000",
        "1e3",
        "0x10",
        "365 days",
        "1y",
        "365.00:00:00",
        "12:00:00",
        "P365D",
        "10675200",
        "999999999999",
        "Unlimted",
        "Infinite",
        "Infinity",
        "NaN",
        "none",
        "forever",
        "Onbeperkt",
        " ",
        [],
        {},
        false,
      ],
    },
    stillValid(field, value) {
      if (field === "Duration" && (typeof value === "number" || typeof value === "string")) {
        if (inSomeCase(value, "Unlimited")) return "letter case and blanks around it do not count";
        if (/^\s*0{0,3}[1-9]\d{0,5}\s*$/.test(String(value))) return "another whole number of days";
      }
      return own(field, value);
    },
    meaning: ({ Duration }) => holdDurationFrom(Duration),
    async send(live, { Duration }) {
      const mailbox = await heldMailboxById(guidOf("Anna Bakker"))(live);
      await live.gate.change(holding(mailbox, holdDurationFrom(Duration)));
    },
  },
];

/** Everything that is done to one field of one option. */
function mutationsOf(option: Option, field: string, also: readonly unknown[]): Mutation[] {
  const value = option[field];
  const written =
    typeof value === "string" || typeof value === "number" ? slips(String(value)) : [];
  const asNumbers =
    typeof value === "number"
      ? written.flatMap((one): Mutation[] =>
          Number.isNaN(Number(one.value))
            ? []
            : [{ how: `${one.how}, as a number`, value: Number(one.value) }],
        )
      : [];
  const foreign = noTexts.filter(
    (one) => one.value !== value && (one.value !== absent || value !== undefined),
  );
  return [
    ...written,
    ...asNumbers,
    ...(typeof value === "number" ? foreign.filter(({ how }) => how !== "a number") : foreign),
    ...also.map((one): Mutation => ({ how: `as ${JSON.stringify(one)}`, value: one })),
  ];
}

interface Case {
  name: string;
  /** The option's own Id, or its place where the Id is what was spoilt. */
  option: RegExp;
  data: unknown;
  mutated: Option;
  why: string | undefined;
}

function casesOf({ data, also, stillValid }: DataFile): Case[] {
  return data.options.flatMap((shipped, index) => {
    const option = shipped as Option;
    const fields = [...new Set([...Object.keys(option), ...Object.keys(also)])];
    return fields.flatMap((field) =>
      mutationsOf(option, field, also[field] ?? []).map((mutation): Case => {
        const mutated = spoilt(option, field, mutation);
        // What is told by the form of the file has the place; what only the set knows has the Id.
        const optionNamed = new RegExp(`item ${index + 1}\\b|option "${String(option["Id"])}":`);
        return {
          name:
            `${field} of ${String(option["Id"])} ${mutation.how}: ` +
            (mutation.value === absent ? "" : JSON.stringify(mutation.value)),
          option: optionNamed,
          data: fileWith(data, index, mutated),
          mutated,
          why: stillValid(field, mutation.value),
        };
      }),
    );
  });
}

/** What is thrown, whatever it is; undefined when nothing is. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

describe.each(files)("$file", (dataFile) => {
  const { file, data, check } = dataFile;
  const cases = casesOf(dataFile);

  it("is valid as it is shipped", () => {
    expect(check()).toEqual(data.options);
    expect(check(data)).toEqual(data.options);
    expect(data.$schema).toMatch(/^\.\.\/\.\.\/schemas\/editor\/\w+Options\.schema\.json$/);
  });

  it("is refused with any value of it mutated, and the option is named", () => {
    const wrong = cases.filter(({ why }) => why === undefined);
    expect(wrong.length).toBeGreaterThan(100);
    for (const { name, data: mutated, option } of wrong) {
      const thrown = thrownBy(() => check(mutated));
      expect(thrown, name).toBeInstanceOf(Fault);
      const { kind, message } = thrown as Fault;
      expect([kind, message.startsWith(`${file} cannot be used. `)], name).toEqual([
        "invalid",
        true,
      ]);
      expect(message, name).toMatch(option);
    }
  });

  it("is accepted with valid values, which the service accepts too", async () => {
    const sound = cases.filter(({ why }) => why !== undefined);
    expect(sound.length).toBeGreaterThan(20);
    // None of them is one only because no one looked: each is what its reason says, and the service takes what it comes
    // to.
    const meanings = new Map<string, Option>();
    for (const { name, data: mutated, mutated: option } of sound) {
      expect(
        thrownBy(() => check(mutated)),
        name,
      ).toBeUndefined();
      meanings.set(JSON.stringify(dataFile.meaning(option)), option);
    }
    const live = await liveTenant();
    try {
      for (const [meaning, option] of meanings) {
        live.reset();
        await expect(dataFile.send(live, option), meaning).resolves.toBeUndefined();
      }
    } finally {
      await live.close();
    }
  });

  it("is refused with unknown keys, and with options that are not objects", () => {
    for (const [index, shipped] of data.options.entries()) {
      for (const { how, option } of strayKeys(shipped as Option)) {
        const thrown = thrownBy(() => check(fileWith(data, index, option)));
        expect(thrown, how).toMatchObject({
          kind: "invalid",
          message: expect.stringMatching(new RegExp(`item ${index + 1}\\b`)) as string,
        });
      }
    }
  });

  it("is accepted with keys in any letter case, like everything from the platform", () => {
    const [first = {}] = data.options;
    expect(
      check(
        fileWith(
          data,
          0,
          Object.fromEntries(
            Object.entries(first).map(([key, value]) => [key.toLowerCase(), value as unknown]),
          ),
        ),
      ),
    ).toEqual(data.options);
  });

  it.each(strayFiles(data))("is refused when it is $how", ({ data: mutated }) => {
    expect(thrownBy(() => check(mutated))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(new RegExp(`^${file} cannot be used\\. `)) as string,
    });
  });

  it("is refused with one Id twice, in any spelling", () => {
    const [first = {}] = data.options;
    const id = String((first as Option)["Id"]);
    for (const same of [id, id.toUpperCase(), id.toLowerCase(), ` ${id}`, `${id}\t`]) {
      expect(
        thrownBy(() =>
          check({ options: [...data.options, { ...first, Id: same, DisplayName: "Another one" }] }),
        ),
        same,
      ).toMatchObject({
        kind: "invalid",
        message:
          `${file} cannot be used. option "${same}": the Id is used twice. option "${same}": it ` +
          `has the same meaning as option "${id}".`,
      });
    }
  });

  it("may be empty", () => {
    expect(check({ options: [] })).toEqual([]);
  });
});

describe("the options of a data file", () => {
  const contract = folderPermissionOptions as Contract<{
    options: { Id: string; DisplayName: string }[];
  }>;
  const options = (...ids: unknown[]): unknown => ({
    options: ids.map((Id) => ({
      Id,
      DisplayName: `Option ${String(Id)}`,
      mailboxFolderUser: "Default",
      mailboxFolderAccessRight: "Reviewer",
    })),
  });

  it("report everything that is wrong at once", async () => {
    const fault = await faultOf(() =>
      optionsIn("some.json", contract, options("a", "b", "A", "c"), ({ Id }) => {
        if (Id !== "b") throw new Fault({ kind: "invalid", message: `Not ${Id}.` });
        return Id;
      }),
    );
    expect(fault).toMatchObject({
      kind: "invalid",
      message:
        'some.json cannot be used. option "a": Not a. option "A": the Id is used twice. option ' +
        '"A": Not A. option "c": Not c.',
    });
    expect(
      (await faultOf(() => optionsIn("some.json", contract, options(1, "", "b"), ({ Id }) => Id)))
        .message,
    ).toMatch(/item 1,.*item 2,/);
  });

  it("report any thrown error", async () => {
    expect(
      await faultOf(() =>
        optionsIn("some.json", contract, options("a"), () => {
          throw new TypeError("x is not a function");
        }),
      ),
    ).toMatchObject({
      kind: "invalid",
      message: 'some.json cannot be used. option "a": x is not a function',
    });
  });

  it("do not change the data they were read from", () => {
    const data = Object.freeze(options("a"));
    const [read] = optionsIn("some.json", contract, data, ({ Id }) => Id);
    expect(read).toEqual((data as { options: unknown[] }).options[0]);
  });

  it("are found by the Id, in any letter case and without the blanks", async () => {
    const known = [{ Id: " One " }, { Id: "two" }];
    expect(optionById("some.json", known, "one")).toBe(known[0]);
    expect(optionById("some.json", known, "TWO")).toBe(known[1]);
    expect(await faultOf(() => optionById("some.json", known, "three"))).toMatchObject({
      kind: "invalid",
      message:
        'The permission reference has the Id "three", which is not in some.json; expected one of " One ", "two".',
    });
    expect((await faultOf(() => optionById("some.json", [], "x".repeat(1_000)))).message).toBe(
      `The permission reference has the Id "${"x".repeat(100)}...", which is not in some.json; expected one of none.`,
    );
  });
});

describe("references", () => {
  it("equal those of existing installations", () => {
    expect(folderOptions().map((option) => folderPermission(option))).toEqual([
      {
        identification: {
          Id: "1",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "AvailabilityOnly",
        },
        name: "Mailbox folder permissions - Availability only",
      },
      {
        identification: {
          Id: "2",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "LimitedDetails",
        },
        name: "Mailbox folder permissions - Limited details",
      },
      {
        identification: {
          Id: "3",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "Reviewer",
        },
        name: "Mailbox folder permissions - Reviewer",
      },
      {
        identification: {
          Id: "4",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "Editor",
        },
        name: "Mailbox folder permissions - Editor",
      },
    ]);
    expect(regionOptions().map((option) => regionPermission(option))).toEqual([
      {
        identification: { Id: "MailboxRegionalConfiguration-NL" },
        name: "Mailbox Regional Configuration - NL",
      },
    ]);
    expect(holdOptions().map((option) => holdPermission(option))).toEqual([
      {
        identification: { Id: "LitigationHold-2555", Duration: 2555 },
        name: "Litigation Hold - 2555 days",
      },
      {
        identification: { Id: "LitigationHold-365", Duration: 365 },
        name: "Litigation Hold - 365 days",
      },
      {
        identification: { Id: "LitigationHold-Unlimited", Duration: "Unlimited" },
        name: "Litigation Hold - Unlimited",
      },
    ]);
  });
});

describe("collected holders", () => {
  const permission = (Id: string) => ({ identification: { Id }, name: Id });
  const collected = (...options: string[]): HolderBatches<string> =>
    new HolderBatches(
      options.map((option) => ({
        option,
        permission: permission(option),
        description: `About ${option}`,
      })),
    );
  const given = (held: Iterable<{ accountReferences: Iterable<string> }>): unknown[] =>
    [...held].map((one) => ({ ...one, accountReferences: [...one.accountReferences].length }));

  it("are yielded in blocks of 500, and the rest at the end", () => {
    const all = collected("a", "b", "c");
    const blocks = Array.from({ length: 1_001 }, (_, index) =>
      given(all.add("a", `${index}`)),
    ).flatMap((block, index) => block.map((one) => [index, one]));
    expect(blocks).toEqual(
      [499, 999].map((index) => [
        index,
        { permission: permission("a"), description: "About a", accountReferences: 500 },
      ]),
    );
    expect(given(all.add("b", "x"))).toEqual([]);
    expect(given(all.rest())).toEqual([
      { permission: permission("a"), description: "About a", accountReferences: 1 },
      { permission: permission("b"), description: "About b", accountReferences: 1 },
    ]);
  });

  it("are yielded once each", () => {
    const all = collected("a");
    const seen = Array.from({ length: 1_250 }, (_, index) => [...all.add("a", `${index}`)])
      .flat()
      .concat(...all.rest())
      .flatMap(({ accountReferences }) => [...accountReferences]);
    expect(seen).toEqual(Array.from({ length: 1_250 }, (_, index) => `${index}`));
  });

  it("of options that were not requested are ignored", () => {
    const all = collected("a");
    expect([...all.add("b", "x"), ...all.rest()]).toEqual([]);
  });
});

/** A spoilt value in a built bundle: what stands there, and what is put in its place. */
const inBundles: {
  set: string;
  verbs: string[];
  reference: Record<string, unknown>;
  spoilt: [literal: string, instead: string, named: RegExp][];
}[] = [
  {
    set: "folderPermission",
    verbs: ["permissions", "grantPermission", "revokePermission", "importPermission"],
    reference: folderPermission(folderOptions()[2] as never).identification,
    spoilt: [
      [
        'mailboxFolderAccessRight:"Reviewer"',
        'mailboxFolderAccessRight:"Reviewr"',
        /option "3": "Reviewr" is not a calendar right/,
      ],
      [
        'DisplayName:"Mailbox folder permissions - Editor",mailboxFolderUser:"Default"',
        'DisplayName:"Mailbox folder permissions - Editor",mailboxFolderUser:"Defalut"',
        /option "4": The user of the calendar right/,
      ],
      [
        'mailboxFolderAccessRight:"LimitedDetails"',
        'mailboxFolderAccessRight:"LimitedDetails,Reviewer"',
        /option "2": The calendar right combines a role with other rights/,
      ],
      ['Id:"2"', 'Id:"1"', /option "1": the Id is used twice/],
      [
        'mailboxFolderAccessRight:"AvailabilityOnly"',
        "mailboxFolderAccessRight:null",
        /item 1,.*mailboxFolderAccessRight is null/,
      ],
    ],
  },
  {
    set: "regionalConfiguration",
    verbs: ["permissions", "grantPermission", "importPermission"],
    reference: { Id: "MailboxRegionalConfiguration-NL" },
    spoilt: [
      [
        'DateFormat:"dd-MM-yy"',
        'DateFormat:"dd-mm-yy"',
        /option "MailboxRegionalConfiguration-NL": DateFormat is "dd-mm-yy", which is not a format of nl-NL/,
      ],
      ['TimeFormat:"H:mm"', 'TimeFormat:"h:mm tt"', /TimeFormat is "h:mm tt"/],
      [
        'Language:"nl-NL"',
        'Language:"en-US"',
        /DateFormat is "dd-MM-yy", which is not a format of en-US/,
      ],
      [
        'TimeZone:"W. Europe Standard Time"',
        'TimeZone:"Europe/Amsterdam"',
        /TimeZone is "Europe\/Amsterdam"/,
      ],
      [
        'Time",LocalizeDefaultFolderName:!0',
        'Time",LocalizeDefaultFolderName:"ja"',
        /LocalizeDefaultFolderName is "ja"; expected true or false/,
      ],
    ],
  },
  {
    set: "litigationHold",
    verbs: ["permissions", "grantPermission", "importPermission"],
    reference: { Id: "LitigationHold-365", Duration: 365 },
    spoilt: [
      [
        "Duration:2555",
        "Duration:0",
        /option "LitigationHold-2555": The duration of a litigation hold is 0/,
      ],
      ["Duration:365", "Duration:365.5", /item 2,.*Duration is 365\.5/],
      [
        'Duration:"Unlimited"',
        'Duration:"Unlimted"',
        /option "LitigationHold-Unlimited": The duration of a litigation hold is "Unlimted"/,
      ],
      [
        'Id:"LitigationHold-365"',
        'Id:"LitigationHold-2555"',
        /option "LitigationHold-2555": the Id is used twice/,
      ],
      ["Duration:365", 'Duration:365,Comment:"a year"', /Comment is unknown/],
    ],
  },
];

describe("built bundles", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
  });
  afterAll(() => bench.close());

  const eventOf = (verb: string, reference: unknown): unknown =>
    /^(permissions|import)/.test(verb)
      ? readingEventFor(bench.running)
      : permissionEventFor(bench.running, {
          account: guidOf("Anna Bakker"),
          permission: reference,
        });

  it.each(inBundles)(
    "with an invalid option of $set report it, and request nothing",
    async ({ set, verbs, reference, spoilt: places }) => {
      bench.reset();
      await Promise.all(
        places.map(async ([literal, instead, named], index) => {
          const dist = bundlesWith(set, literal, instead);
          // Each spoilt value is met by a grant, and the first one by every action of the set.
          for (const verb of index === 0 ? verbs : ["grantPermission"]) {
            const { answer, code, records } = await bench.run(
              `permissions/${set}/${verb}`,
              eventOf(verb, reference),
              { dist },
            );
            const { outcome, plan, outputContext } = answer as Answer;
            expect(
              { code, outcome, plan, records, success: outputContext.Success },
              `${verb} ${instead}`,
            ).toEqual({ code: 1, outcome: "invalid", plan: [], records: [], success: false });
            expect(
              outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
              instead,
            ).toMatch(named);
            expect(
              outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
              instead,
            ).toContain(`permissions/${set}/options.json cannot be used.`);
          }
        }),
      );
      expect(bench.emulator.journal()).toEqual([]);
    },
  );

  it.each(files)("grant every option of $file", async ({ file, data }) => {
    bench.reset();
    const set = path.basename(path.dirname(file));
    const accounts = ["Anna Bakker", "Bas Bakker", "Chris Bakker", "Daan Bakker"].map(guidOf);
    const listed = await bench.run(
      `permissions/${set}/permissions`,
      readingEventFor(bench.running),
    );
    const permissions = (
      listed.answer as { outputContext: { Permissions: { Identification: unknown }[] } }
    ).outputContext.Permissions;
    expect(permissions).toHaveLength(data.options.length);
    expect(bench.emulator.journal()).toEqual([]);
    await Promise.all(
      permissions.map(async ({ Identification }, index) => {
        const { answer } = await bench.run(
          `permissions/${set}/grantPermission`,
          permissionEventFor(bench.running, {
            account: accounts[index],
            permission: Identification,
          }),
        );
        // The first right is what everybody has anyway.
        expect(answer, JSON.stringify(answer)).toMatchObject({
          outcome: set === "folderPermission" && index === 0 ? "alreadySo" : "done",
          outputContext: { Success: true },
        });
      }),
    );
    expect(bench.writes().length).toBeGreaterThanOrEqual(permissions.length);
    expect(bench.emulator.journal().filter(({ status }) => status !== 200)).toEqual([]);
  });
});

describe("a build", () => {
  it("finds and checks every data file, and reports what is wrong with any of them", async () => {
    await checkOptions();
    const bad = [
      () => folderOptions({ options: [{ Id: "1" }] }),
      () => regionOptions(),
      () => holdOptions({ options: [{ Id: "x", DisplayName: "X", Duration: 0 }] }),
    ];
    const sets = bad.map((listedOptions) => ({ listedOptions }));
    const thrown: unknown = await checkOptions(sets).catch((reason: unknown) => reason);
    const { message } = thrown as Error;
    expect(message.split("\n")).toEqual([
      expect.stringMatching(/^permissions\/folderPermission\/options\.json cannot be used\. /),
      expect.stringMatching(
        /^permissions\/litigationHold\/options\.json cannot be used\. option "x": /,
      ),
    ]);
  });

  it("fails on a bad data file, and leaves what was built before", () => {
    const copy = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-build-"));
    try {
      for (const part of [
        "lib",
        "permissions",
        "lifecycle",
        "tools",
        "package.json",
        "tsconfig.json",
      ])
        cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
      symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
      mkdirSync(path.join(copy, "dist"));
      writeFileSync(path.join(copy, "dist", "of-yesterday"), "");
      const replaced = (file: string, from: string, to: string): void => {
        const before = readFileSync(path.join(copy, file), "utf8");
        expect(before).toContain(from);
        writeFileSync(path.join(copy, file), before.replace(from, to));
      };
      replaced("permissions/regionalConfiguration/options.json", "dd-MM-yy", "dd-mm-yy");
      replaced(
        "permissions/litigationHold/options.json",
        '"Duration": 365',
        '"Duration": "a year"',
      );
      const { status, stderr } = spawnSync(
        process.execPath,
        [path.join(root, "node_modules/tsx/dist/cli.mjs"), "tools/build/bundles.ts"],
        { cwd: copy, encoding: "utf8" },
      );
      expect(status).not.toBe(0);
      expect(stderr).toMatch(
        /permissions\/regionalConfiguration\/options\.json cannot be used\. option "MailboxRegionalConfiguration-NL": DateFormat/,
      );
      expect(stderr).toMatch(
        /permissions\/litigationHold\/options\.json cannot be used\. option "LitigationHold-365": The duration/,
      );
      expect(stderr).not.toContain("permissions/folderPermission/options.json cannot be used");
      expect(readdirSync(path.join(copy, "dist"))).toEqual(["of-yesterday"]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

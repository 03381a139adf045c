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
import type { Answer } from "../../lib/host/answer.ts";
import {
  listedOptions as folderOptions,
  folderPermission,
} from "../../lib/entitlements/folderPermission.ts";
import { refuseWrongFiles } from "../../tools/build/bundles.ts";
import { Bench, guidOf } from "../bench.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { bundlesWith } from "./editedBundles.ts";
import { files } from "./dataFiles.ts";

const root = path.resolve(import.meta.dirname, "../..");

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
  it("finds nothing wrong in the files that are shipped", async () => {
    await expect(refuseWrongFiles()).resolves.toBeUndefined();
  });

  it("fails on a bad data file, and leaves what was built before", () => {
    const copy = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-build-"));
    try {
      for (const part of [
        "lib",
        "permissions",
        "lifecycle",
        "schemas",
        "tools",
        "configuration.json",
        "fieldMapping.json",
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
        '"Duration": 365 }',
        '"Duration": 365 },,',
      );
      replaced("fieldMapping.json", '"CustomAttribute1"', '"CustomAttribut1"');
      const { status, stderr } = spawnSync(
        process.execPath,
        [path.join(root, "node_modules/tsx/dist/cli.mjs"), "tools/build/bundles.ts"],
        { cwd: copy, encoding: "utf8" },
      );
      expect(status).not.toBe(0);
      expect(stderr.trim().split("\n")).toEqual([
        expect.stringMatching(/^fieldMapping\.json:19:15 {2}CustomAttribut1 is mapped, but is not/),
        expect.stringMatching(
          /^permissions\/litigationHold\/options\.json:5:\d+ {2}A value is missing/,
        ),
        expect.stringMatching(
          /^permissions\/regionalConfiguration\/options\.json:8:21 {2}MailboxRegionalConfiguration-NL: DateFormat is "dd-mm-yy"/,
        ),
      ]);
      expect(readdirSync(path.join(copy, "dist"))).toEqual(["of-yesterday"]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

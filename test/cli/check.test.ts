import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchFolder } from "../../tools/check/watch.ts";
import { ownDomain, replace, sample } from "../check/edits.ts";
import { ran } from "./terminal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "exo-connector-check-"));
  cpSync(sample, folder, { recursive: true });
  edit("fieldMapping.json", "contoso.com", ownDomain);
  edit("lifecycle/entra/fieldMapping.json", "contoso.com", ownDomain);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function edit(file: string, from: string, to: string, after = ""): void {
  const place = path.join(folder, file);
  writeFileSync(place, replace(from, to, after)(readFileSync(place, "utf8")));
}

describe("exo-connector check", () => {
  it("succeeds when nothing is wrong, and names how many files it read", async () => {
    expect(await ran(["check", "--folder", folder])).toEqual({
      code: 0,
      lines: ["7 files checked: nothing is wrong."],
      notes: [],
    });
  });

  it("writes a line for each problem in the order of files and lines, and exits with 1", async () => {
    edit("permissions/litigationHold/options.json", "365 }", "365 },,");
    edit("fieldMapping.json", '\\"true\\"', '\\"yes\\"');
    edit("fieldMapping.json", '"CustomAttribute1"', '"CustomAttribut1"');
    edit("configuration.json", '"CorrelateOnly"', '"CorelateOnly"');
    const { code, lines, notes } = await ran(["check", "--folder", folder]);
    expect({ code, notes }).toEqual({ code: 1, notes: [] });
    expect(lines).toEqual([
      'configuration.json:139:12  The connector does not read "CorelateOnly"; expected CorrelateOnly.',
      "fieldMapping.json:19:15  CustomAttribut1 is mapped, but is not a setting of a mailbox; " +
        "the most similar name is CustomAttribute1.",
      "fieldMapping.json:96:20  The mapping of HiddenFromAddressListsEnabled yields " +
        '"yes"; expected true or false.',
      "permissions/litigationHold/options.json:5:98  A value is missing here.",
      "7 files checked: 4 errors.",
    ]);
  });

  it("succeeds with a warning, and fails when the domains of the tenant are known", async () => {
    edit("fieldMapping.json", ownDomain, "contoso.com");
    const unknown = await ran(["check", "--folder", folder]);
    expect(unknown.code).toBe(0);
    expect(unknown.lines).toEqual([
      expect.stringMatching(
        /^fieldMapping\.json:40:109 {2}warning: EmailAddresses, script line 2: /,
      ),
      "7 files checked: 1 warning.",
    ]);
    const text = readFileSync(path.join(folder, "fieldMapping.json"), "utf8");
    expect(text.split("\n")[39]?.slice(108)).toMatch(/^'contoso\.com'/);
    const known = await ran(["check", "--folder", folder, "--domain", "a.test", "b.test"]);
    expect(known.code).toBe(1);
    expect(known.lines[0]).toMatch(
      /contoso\.com, which is none of .*; expected a\.test or b\.test/,
    );
  });

  it("compares the mapping with the form", async () => {
    const field = '"key": "ClearAutoReplyOnEnable",\n    "type": "checkbox",\n    "defaultValue": ';
    edit("configuration.json", `${field}false`, `${field}true`);
    const { code, lines } = await ran(["check", "--folder", folder]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(
        /^fieldMapping\.json:115:29 {2}warning: .*InternalMessage is not mapped for Enable/,
      ),
      "7 files checked: 1 warning.",
    ]);
    edit("fieldMapping.json", '["Delete"]', '["Delete", "Enable"]', '"Name": "InternalMessage"');
    expect((await ran(["check", "--folder", folder])).lines).toHaveLength(1);
  });

  it("checks the form and the mapping of Entra ID by the rules of its own actions", async () => {
    edit("lifecycle/entra/configuration.json", '"deleteAccount"', '"ExistingAutoReply"');
    edit("lifecycle/entra/fieldMapping.json", '"jobTitle"', '"CustomAttribute1"');
    edit("configuration.json", '"ExistingAutoReply"', '"deleteAccount"');
    edit("fieldMapping.json", '"CustomAttribute1"', '"jobTitle"');
    const lines = [
      "configuration.json:163:12  No action of Exchange Online reads deleteAccount, a key of Entra ID with " +
        "Exchange Online and of Active Directory with Exchange Online; expected a form without it.",
      "fieldMapping.json:19:15  jobTitle is an attribute of the user, not of the mailbox: the system Entra ID with " +
        "Exchange Online sets it; expected a setting of a mailbox.",
      "lifecycle/entra/configuration.json:160:12  No action of Entra ID with Exchange Online reads " +
        "ExistingAutoReply, a key of Exchange Online and of Active Directory with Exchange Online; expected a form " +
        "without it.",
      "lifecycle/entra/fieldMapping.json:145:15  CustomAttribute1 is a property of the mailbox; expected " +
        "exchangeOnline.CustomAttribute1.",
    ];
    expect((await ran(["check", "--folder", folder])).lines).toEqual([
      ...lines,
      "7 files checked: 4 errors.",
    ]);
    const own = await ran(["check", "--folder", path.join(folder, "lifecycle/entra")]);
    expect(own.lines).toEqual([
      ...lines.slice(2).map((line) => line.replace("lifecycle/entra/", "")),
      "2 files checked: 2 errors.",
    ]);
  });

  it("takes a mapping of Entra ID that only correlates when the form says so", async () => {
    const action = {
      MapForActions: ["Create"],
      MappingMode: "None",
      Value: "null",
      UsedInNotifications: false,
      StoreInAccountData: false,
    };
    const field = { Name: "companyName", Type: "Text", MappingActions: [action] };
    const document = { Version: "v1", MappingFields: [field], UniqueFieldNames: [] };
    const entra = path.join(folder, "lifecycle/entra");
    writeFileSync(path.join(entra, "fieldMapping.json"), JSON.stringify(document));
    // Graph finds it in an index that lags only, so that no user can be created by it.
    expect((await ran(["check", "--folder", entra])).lines).toEqual([
      "fieldMapping.json:1:33  No field is mapped for Create that can be the account correlation field; expected " +
        "one such as employeeId.",
      "fieldMapping.json:1:33  warning: A new user needs displayName, userPrincipalName, mailNickname; expected a " +
        "mapped value.",
      "2 files checked: 1 error, 1 warning.",
    ]);
    const [off, on] = ['"defaultValue": false', '"defaultValue": true'];
    edit("lifecycle/entra/configuration.json", off, on, '"key": "CorrelateOnly"');
    expect((await ran(["check", "--folder", entra])).lines).toEqual([
      "2 files checked: nothing is wrong.",
    ]);
  });

  it("warns when one of the files of Entra ID is missing, and not when the system is not used", async () => {
    const entra = path.join(folder, "lifecycle/entra");
    rmSync(path.join(entra, "configuration.json"));
    expect((await ran(["check", "--folder", folder])).lines).toEqual([
      "lifecycle/entra/configuration.json:1:1  warning: The file is missing, so it was not checked.",
      "6 files checked: 1 warning.",
    ]);
    rmSync(entra, { recursive: true });
    expect((await ran(["check", "--folder", folder])).lines).toHaveLength(1);
  });

  it("writes one JSON document on request", async () => {
    edit("permissions/regionalConfiguration/options.json", "dd-MM-yy", "dd-mm-yy");
    const { code, lines } = await ran(["check", "--folder", folder, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(lines.join("\n"))).toEqual({
      problems: [
        {
          file: "permissions/regionalConfiguration/options.json",
          line: 8,
          column: 21,
          field: "MailboxRegionalConfiguration-NL",
          message: expect.stringMatching(/^DateFormat is "dd-mm-yy"/) as string,
          severity: "error",
        },
      ],
    });
  });

  it("checks a seed of the emulator, with the place of each problem", async () => {
    const seed = path.join(folder, "seed.json");
    const small = path.resolve(import.meta.dirname, "../emulator/seeds/small.json");
    writeFileSync(seed, readFileSync(small, "utf8").replace('"Alias": "info"', '"Alias": 5'));
    const { code, lines } = await ran(["check", "--folder", folder, "--seed", seed]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/seed\.json:\d+:16 {2}objects\[1\]\.Alias: /),
      "8 files checked: 1 error.",
    ]);
    writeFileSync(seed, "{ ]");
    expect((await ran(["check", "--folder", folder, "--seed", seed])).lines).toHaveLength(2);
  });

  it("names options that no set of permissions reads", async () => {
    mkdirSync(path.join(folder, "permissions/litigationHolds"));
    writeFileSync(path.join(folder, "permissions/litigationHolds/options.json"), "{}");
    const { lines } = await ran(["check", "--folder", folder]);
    expect(lines[0]).toMatch(
      /^permissions\/litigationHolds\/options\.json:1:1 .*is litigationHold\.$/,
    );
  });

  it("warns when a file is missing or has another name", async () => {
    renameSync(path.join(folder, "fieldMapping.json"), path.join(folder, "fieldmapping.json"));
    expect(await ran(["check", "--folder", folder])).toMatchObject({
      code: 0,
      lines: [
        "fieldMapping.json:1:1  warning: The file is missing, so it was not checked; the nearest is fieldmapping.json.",
        "6 files checked: 1 warning.",
      ],
    });
  });

  it("exits with 2 and no stack for a file that cannot be read", async () => {
    rmSync(path.join(folder, "fieldMapping.json"));
    mkdirSync(path.join(folder, "fieldMapping.json"));
    const { code, notes } = await ran(["check", "--folder", folder]);
    expect(code).toBe(2);
    expect(notes).toEqual([expect.stringMatching(/^EISDIR: .*\.$/)]);
  });

  it("exits with 2 for a folder or a seed that does not exist, and for one without such files", async () => {
    for (const [args, note] of [
      [["--folder", path.join(folder, "no")], /^There is no folder /],
      [["--folder", folder, "--seed", "no.json"], "There is no file no.json."],
      [["--folder", tmpdir()], /has none of configuration\.json, /],
      [["--foldr", folder], /unknown option '--foldr'/],
    ] as const) {
      const { code, lines, notes } = await ran(["check", ...args]);
      expect({ code, lines }).toEqual({ code: 2, lines: [] });
      expect(notes[0]).toMatch(note);
    }
  });
});

describe("a watch", () => {
  it("reports a change once, also in a set of permissions that is new and in a system's own folder", async () => {
    const controller = new AbortController();
    let changes = 0;
    const watching = watchFolder(
      folder,
      async () => {
        changes++;
        await Promise.resolve();
      },
      controller.signal,
    );
    const seen = (count: number): Promise<void> =>
      expect.poll(() => changes, { timeout: 5_000 }).toBe(count);
    edit("fieldMapping.json", "true", "yes");
    edit("fieldMapping.json", "yes", "no");
    await seen(1);
    mkdirSync(path.join(folder, "permissions/new"));
    await seen(2);
    writeFileSync(path.join(folder, "permissions/new/options.json"), "{}");
    await seen(3);
    writeFileSync(path.join(folder, "notes.txt"), "");
    writeFileSync(path.join(folder, "configuration.json"), "[]");
    await seen(4);
    writeFileSync(path.join(folder, "lifecycle/entra/configuration.json"), "[]");
    await seen(5);
    controller.abort();
    await watching;
    writeFileSync(path.join(folder, "configuration.json"), "");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(changes).toBe(5);
  });
});

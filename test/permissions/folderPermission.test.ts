import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Bench, guidOf, shown, type Write } from "../bench.ts";
import { anywhere } from "../emulator/faults.ts";
import type { FolderPermission } from "../emulator/folderState.ts";
import type { State } from "../emulator/state.ts";
import { permissionEventFor } from "../events.ts";
import { prepare } from "./sets.ts";
import { refusal, settings } from "./settings.ts";
import {
  anna,
  annaShown,
  availability,
  type Choices,
  dora,
  editor,
  entriesOn,
  forDora,
  limited,
  type Reference,
  reviewer,
} from "./calendarWorld.ts";

const { grant, revoke } = settings.folderPermission;
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const withEntries =
  (...entries: (Omit<FolderPermission, "folder"> & { folder?: string })[]) =>
  (state: State): void => {
    state.folderPermissions = [
      ...(state.folderPermissions ?? []),
      ...entries.map((entry) => ({ folder: "Calendar", ...entry })),
    ];
  };

const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const revoked = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  revoke.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const verbsOf = (writes: readonly Write[]): string[] =>
  writes.map(({ operation }) => operation.replace("-MailboxFolderPermission", ""));

describe("the choice between add and set", () => {
  it.each<[string, State["behaviour"]["permissionLagMs"], Reference, string[][]]>([
    ["a person without an entry is added", 0, forDora("Reviewer"), [["Add"], ["Set"]]],
    [
      "a person whose entry is not shown yet is added, and then set",
      30_000,
      forDora("Reviewer"),
      [["Add"], ["Add", "Set"]],
    ],
    ["everybody is set", 0, reviewer, [["Set"], ["Set"]]],
  ])("%s", async (_name, permissionLagMs, permission, expected) => {
    prepare(bench, { permissionLagMs });
    for (const verbs of expected) {
      bench.emulator.clearJournal();
      await granted(permission);
      expect(verbsOf(bench.writes())).toEqual(verbs);
    }
  });

  it("sets, and then adds, a person whose entry is still shown", async () => {
    prepare(
      bench,
      { permissionLagMs: 30_000 },
      withEntries({ mailbox: anna, user: guidOf("Dora Double"), rights: ["Author"] }),
    );
    await revoked(forDora("Author"));
    const { answer, messages } = await granted(forDora("Reviewer"));
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        { cmdlet: "Set-MailboxFolderPermission", sent: true },
        { cmdlet: "Add-MailboxFolderPermission", sent: true },
      ],
    });
    expect(messages[1]).toBe(
      `Add Reviewer for ${dora} on the calendar of mailbox ${annaShown}: done.`,
    );
    expect(entriesOn(bench, anna)).toEqual(["Dora Double: Reviewer"]);
  });

  it("succeeds when the answer is lost after the entry was added", async () => {
    bench.emulator.setFaults([
      { match: { cmdlet: "Add-MailboxFolderPermission" }, cut: "after", times: 1 },
    ]);
    expect((await granted(forDora("Reviewer"))).answer.outputContext.Success).toBe(true);
    expect(entriesOn(bench, anna)).toEqual(["Dora Double: Reviewer"]);
  });
});

describe("the calendar", () => {
  it.each([
    ["Aoife O'Brien", "English"],
    ["Finn O''Neil", "Danish"],
    ["Jürgen Müller", "German"],
    ["Łukasz Wiśniewski", "Polish"],
    ["Ayşe Şahin", "Turkish"],
    ["José García", "Spanish"],
    ["Robin 🦊 Vos", "Swedish"],
    ["王伟", "Chinese"],
    ["Percy 100% #1", "Japanese"],
    ['Quinn The "Quote"', "Finnish"],
    ["Star*", "Portuguese"],
    ["Una Principal", "French"],
    ["Hella Hold", "Italian"],
    ["Petra Proxies", "renamed"],
    ["Long Fox", "with others beside it"],
    ["Doug Double", "with one of a German name beside it"],
  ])("of %s is found: %s", async (name) => {
    const found =
      bench.emulator.state().objects.find(({ Name }) => Name === name) ??
      bench.emulator.state().objects.find(({ DisplayName }) => DisplayName === name);
    expect(found, `nobody is called ${name}`).toBeDefined();
    const account = String(found?.["Guid"]);
    const { answer } = await granted(reviewer, { account });
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        {
          parameters: {
            Identity: expect.stringMatching(new RegExp(`^${account}:[A-Za-z0-9+/]+=*$`)) as string,
          },
        },
      ],
    });
    expect(
      bench.emulator
        .state()
        .folderPermissions?.filter(({ mailbox }) => mailbox === account)
        .at(-1),
    ).toEqual({ mailbox: account, folder: "Calendar", user: "Default", rights: ["Reviewer"] });
    expect((await revoked(reviewer, { account })).answer.outcome).toBe("done");
  });

  it("that does not exist yet is retried by the platform", async () => {
    bench.emulator.setFaults(
      anywhere([
        {
          match: { cmdlet: "Get-MailboxFolderStatistics" },
          answer: { status: 200, body: { value: [] } },
        },
      ]),
    );
    for (const run of [granted, revoked]) {
      const { answer, messages } = await run(reviewer);
      expect(answer).toMatchObject({
        outcome: "notYet",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([`Mailbox ${annaShown} has no calendar yet.`]);
    }
  });
});

describe("a delegate", () => {
  const leo = guidOf("Leo Leaver");
  const jan = "jan.devries@contoso.com";
  const forJan = (right: string, flags?: string): Reference => ({
    ...forDora(right, flags),
    mailboxFolderUser: jan,
  });
  const overwrite = { account: leo, configuration: { CalendarRightConflict: "overwrite" } };
  const janOn = (): string[] =>
    entriesOn(bench, leo).filter((entry) => entry.startsWith("Jan de Vries"));

  it.each<[string, Reference, string, string[]]>([
    ["becomes an editor", forJan("Editor"), "Editor", ["Remove", "Add"]],
    ["becomes a reader", forJan("Reviewer"), "Reviewer", ["Remove", "Add"]],
    [
      "no longer sees private items",
      forJan("Editor", "Delegate"),
      "Editor, Delegate",
      ["Remove", "Add"],
    ],
    [
      "stays one",
      forJan("Editor", "CanViewPrivateItems,Delegate"),
      "Editor, Delegate, CanViewPrivateItems",
      ["Set"],
    ],
  ])("%s, whether or not the flags stick", async (_name, permission, right, verbs) => {
    for (const delegateFlagSticks of [false, true]) {
      prepare(bench, { delegateFlagSticks });
      const dry = await granted(permission, { ...overwrite, dryRun: true });
      expect(bench.writes()).toEqual([]);
      const wet = await granted(permission, overwrite);
      expect(dry.answer.plan).toEqual(wet.answer.plan.map((step) => ({ ...step, sent: false })));
      expect(wet.answer.plan[0]?.before).toMatchObject({ AccessRights: ["Editor"] });
      expect([verbsOf(bench.writes()), janOn()], `sticks: ${delegateFlagSticks}`).toEqual([
        verbs,
        [`Jan de Vries: ${right}`],
      ]);
      for (const { parameters } of bench.writes())
        expect(parameters).not.toHaveProperty("SendNotificationToUser");
    }
  });

  it("can be set on a reader, and on an editor", async () => {
    for (const rights of [["Reviewer"], ["Editor"]]) {
      prepare(
        bench,
        { delegateFlagSticks: true },
        withEntries({ mailbox: anna, user: guidOf("Dora Double"), rights }),
      );
      expect(
        (await granted(forDora("Editor", "Delegate,CanViewPrivateItems"))).answer.outcome,
      ).toBe("done");
      expect(entriesOn(bench, anna)).toEqual([
        "Dora Double: Editor, Delegate, CanViewPrivateItems",
      ]);
    }
  });

  it("who could not be added again is reported as partly done", async () => {
    bench.emulator.setFaults([
      { match: { cmdlet: "Add-MailboxFolderPermission" }, answer: refusal },
    ]);
    const { answer, messages } = await granted(forJan("Editor"), overwrite);
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(messages[0]).toMatch(/^Remove the entry of jan\.devries@contoso\.com .*: done\.$/);
    expect(messages[1]).toMatch(/^Add Editor for jan\.devries@contoso\.com .*: failed\. /);
    expect(messages[2]).toBe("Only partly done: 1 of 2 changes.");
  });

  it("is removed with everything", async () => {
    expect(
      (await revoked(forJan("Editor", "Delegate,CanViewPrivateItems"), { account: leo })).answer
        .outcome,
    ).toBe("done");
    expect([verbsOf(bench.writes()), janOn()]).toEqual([["Remove"], []]);
    expect(entriesOn(bench, leo)).toHaveLength(3);
  });
});

describe("two entitlements for one user", () => {
  const mia = guidOf("Mia Married");
  const named = '"Mailbox folder permissions - Reviewer"';

  it("are refused, and the other one is named, also in a dry run", async () => {
    for (const dryRun of [true, false])
      for (const permission of [editor, limited, availability]) {
        const { answer, messages } = await granted(permission, { account: mia, dryRun });
        expect(answer).toMatchObject({
          outcome: "invalid",
          plan: [],
          outputContext: { Success: false },
        });
        expect(messages).toEqual([
          `The calendar of mailbox ${shown("Mia Married", "mia.married@contoso.com")} already ` +
            `has the right of ${named} for the same user, and an account can hold only one of these rights. ` +
            `Revoke that entitlement (or remove the right in Outlook, if it was set there), or set ` +
            `"Conflicting calendar rights" (CalendarRightConflict) to overwrite it.`,
        ]);
      }
    expect(bench.writes()).toEqual([]);
  });

  it("are overwritten when the configuration says so", async () => {
    expect(
      (
        await granted(editor, {
          account: mia,
          configuration: { CalendarRightConflict: "Overwrite" },
        })
      ).answer,
    ).toMatchObject({ outcome: "done", plan: [{ before: { AccessRights: ["Reviewer"] } }] });
    expect(entriesOn(bench, mia)).toContain("Default: Editor");
  });

  it("do not conflict when no option lists the existing right", async () => {
    prepare(bench, {}, withEntries({ mailbox: anna, user: "Default", rights: ["Author"] }));
    expect((await granted(editor)).answer.outcome).toBe("done");
    expect(entriesOn(bench, anna)).toEqual(["Default: Editor"]);
  });

  it("are distinguished when one is revoked: the right of the other is kept", async () => {
    for (const dryRun of [true, false])
      for (const permission of [editor, limited, availability]) {
        const { answer, messages } = await revoked(permission, { account: mia, dryRun });
        expect(answer).toMatchObject({
          outcome: "alreadySo",
          plan: [],
          outputContext: { Success: true },
        });
        expect(messages).toEqual([
          `The calendar of mailbox ${shown("Mia Married", "mia.married@contoso.com")} has the ` +
            `right of ${named} for this user, which is another entitlement; it was not changed.`,
        ]);
      }
    expect(bench.writes()).toEqual([]);
    expect(entriesOn(bench, mia)).toContain("Default: Reviewer");
  });

  it("do not prevent the revoke of a right that no option lists", async () => {
    prepare(bench, {}, withEntries({ mailbox: anna, user: "Default", rights: ["Author"] }));
    expect((await revoked(editor)).answer.outcome).toBe("done");
    expect(entriesOn(bench, anna)).toEqual(["Default: AvailabilityOnly"]);
  });
});

describe("references", () => {
  it.each<[string, unknown]>([
    ["no user", { Id: "3", mailboxFolderAccessRight: "Reviewer" }],
    ["no right", { Id: "3", mailboxFolderUser: "Default" }],
    ["the Id alone", { Id: "3" }],
    ["nothing", {}],
    ["a misspelt user", { ...reviewer, mailboxFolderUser: "Defaut" }],
    ["a display name", { ...reviewer, mailboxFolderUser: "Dora Double" }],
    ["a blank user", { ...reviewer, mailboxFolderUser: " " }],
    ["a misspelt right", { ...reviewer, mailboxFolderAccessRight: "Reviewr" }],
    ["two roles", { ...reviewer, mailboxFolderAccessRight: "Reviewer,Editor" }],
    ["a right twice", { ...reviewer, mailboxFolderAccessRight: "ReadItems,ReadItems" }],
    ["a right in a list", { ...reviewer, mailboxFolderAccessRight: ["Reviewer"] }],
    ["null for a right", { ...reviewer, mailboxFolderAccessRight: null }],
    ["a number for a right", { ...reviewer, mailboxFolderAccessRight: 1 }],
    ["flags for everybody", { ...editor, mailboxFolderSharingPermissionFlags: "Delegate" }],
    ["misspelt flags", forDora("Editor", "Delegat")],
    ["flags of a reader", forDora("Reviewer", "Delegate")],
    ["private items alone", forDora("Editor", "CanViewPrivateItems")],
  ])("with %s are refused before anything is requested", async (_name, permission) => {
    for (const run of [granted, revoked]) {
      const { answer } = await run(permission);
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
    }
    expect((await granted(reviewer, { account: "E100001" })).answer.outcome).toBe("invalid");
    expect(bench.emulator.journal()).toEqual([]);
  });

  it("of existing installations are accepted, in any case", async () => {
    for (const permission of [
      { Id: "3", mailboxFolderUser: "Default", mailboxFolderAccessRight: "Reviewer" },
      { id: 3, mailboxfolderuser: "default", MAILBOXFOLDERACCESSRIGHT: " reviewer " },
    ]) {
      expect((await granted(permission)).answer.outcome).toBe("done");
      expect((await revoked(permission)).answer.outcome).toBe("done");
    }
  });
});

describe("a refusal of the service", () => {
  it.each([
    "Get-Mailbox",
    "Get-MailboxFolderStatistics",
    "Get-MailboxFolderPermission",
    "Set-MailboxFolderPermission",
  ])("is reported for %s", async (cmdlet) => {
    bench.emulator.setFaults(anywhere([{ match: { cmdlet }, answer: refusal }]));
    for (const run of [granted, revoked])
      expect((await run(reviewer)).answer).toMatchObject({
        outcome: "forbidden",
        outputContext: { Success: false },
      });
    expect(entriesOn(bench, anna)).toEqual([]);
  });
});

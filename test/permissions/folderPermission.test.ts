import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { Bench, guidOf, shown, type Run, type Write } from "../bench.ts";
import type { FolderPermission } from "../emulator/folderState.ts";
import type { Behaviour, State } from "../emulator/state.ts";
import { permissionEventFor, readingEventFor, reconciledRevokeFor } from "../events.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import { prepare } from "./sets.ts";
import { holdersIn, imported, listed, recordsOf, refusal, settings } from "./settings.ts";

const { grant, revoke, holders } = settings.folderPermission;
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

interface Reference extends Record<string, unknown> {
  Id: string;
  mailboxFolderUser: string;
  mailboxFolderAccessRight: string;
  mailboxFolderSharingPermissionFlags?: string;
}
const everybody = (Id: string, mailboxFolderAccessRight: string): Reference => ({
  Id,
  mailboxFolderUser: "Default",
  mailboxFolderAccessRight,
});
const [availability, limited, reviewer, editor] = [
  everybody("1", "AvailabilityOnly"),
  everybody("2", "LimitedDetails"),
  everybody("3", "Reviewer"),
  everybody("4", "Editor"),
];
const dora = "dora.double@contoso.com";
const forDora = (mailboxFolderAccessRight: string, flags?: string): Reference => ({
  Id: "5",
  mailboxFolderUser: dora,
  mailboxFolderAccessRight,
  ...(flags === undefined ? {} : { mailboxFolderSharingPermissionFlags: flags }),
});
const anna = guidOf("Anna Bakker");
const annaShown = shown("Anna Bakker", "anna.bakker@contoso.com");

/** The entries on calendars that were changed by anybody, as they are stored: `Default: Editor, Delegate`. */
function entriesOn({ emulator }: Bench, mailbox: string): string[] {
  const names = new Map(emulator.state().objects.map(({ Guid, Name }) => [Guid, String(Name)]));
  return (emulator.state().folderPermissions ?? [])
    .filter((entry) => entry.mailbox === mailbox && entry.folder === "Calendar")
    .map(
      ({ user, rights, flags = [] }) =>
        `${names.get(user) ?? user}: ${[...rights, ...flags].join(", ")}`,
    )
    .sort();
}
/** Everything else in the tenant, as a text: there is much of it to compare. */
const others = ({ emulator }: Bench): string => {
  const { folderPermissions: _, behaviour: __, ...rest } = emulator.state();
  return JSON.stringify(rest);
};
const withEntries =
  (...entries: (Omit<FolderPermission, "folder"> & { folder?: string })[]) =>
  (state: State): void => {
    state.folderPermissions = [
      ...(state.folderPermissions ?? []),
      ...entries.map((entry) => ({ folder: "Calendar", ...entry })),
    ];
  };

interface Choices {
  account?: unknown;
  configuration?: Record<string, unknown>;
  dryRun?: boolean;
}
const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const revoked = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  revoke.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const verbsOf = (writes: readonly Write[]): string[] =>
  writes.map(({ cmdlet }) => cmdlet.replace("-MailboxFolderPermission", ""));

interface Drill {
  name: string;
  permission: Reference;
  gives: string;
  /** What stands there when it is taken away. */
  leaves: string[];
}
const drills: Drill[] = [
  {
    name: "limited details for everybody",
    permission: limited,
    gives: "Default: LimitedDetails",
    leaves: ["Default: AvailabilityOnly"],
  },
  {
    name: "a reader's right for everybody",
    permission: reviewer,
    gives: "Default: Reviewer",
    leaves: ["Default: AvailabilityOnly"],
  },
  {
    name: "an editor's right for everybody",
    permission: editor,
    gives: "Default: Editor",
    leaves: ["Default: AvailabilityOnly"],
  },
  {
    name: "a right for Anonymous",
    permission: { ...limited, mailboxFolderUser: "anonymous" },
    gives: "Anonymous: LimitedDetails",
    leaves: ["Anonymous: None"],
  },
  {
    name: "a right for a person, by address",
    permission: forDora("Reviewer"),
    gives: "Dora Double: Reviewer",
    leaves: [],
  },
  {
    name: "a right for a person, by GUID",
    permission: { ...forDora("Author"), mailboxFolderUser: guidOf("Dora Double") },
    gives: "Dora Double: Author",
    leaves: [],
  },
  {
    name: "a right for one of two of a name",
    permission: { ...forDora("Reviewer"), mailboxFolderUser: "jan.devries@contoso.com" },
    gives: "Jan de Vries: Reviewer",
    leaves: [],
  },
  {
    name: "a right for a group",
    permission: { ...forDora("Editor"), mailboxFolderUser: "financerights@contoso.com" },
    gives: "Finance rights: Editor",
    leaves: [],
  },
  {
    name: "single rights that make a role",
    permission: forDora("readitems, FolderVisible"),
    gives: "Dora Double: Reviewer",
    leaves: [],
  },
  {
    name: "a delegate's right",
    permission: forDora("Editor", "Delegate"),
    gives: "Dora Double: Editor, Delegate",
    leaves: [],
  },
  {
    name: "a delegate's right with private items",
    permission: forDora("Editor", "Delegate, CanViewPrivateItems"),
    gives: "Dora Double: Editor, Delegate, CanViewPrivateItems",
    leaves: [],
  },
];
const steps = [
  ["grant", "done"],
  ["grant", "alreadySo"],
  ["revoke", "done"],
  ["revoke", "alreadySo"],
  ["grant", "done"],
] as const;

async function runDrill(
  on: Bench,
  { permission, gives, leaves }: Drill,
  {
    way,
    dryFirst = false,
    lagging = false,
    between,
  }: {
    way: "here" | "asBundle";
    dryFirst?: boolean;
    lagging?: boolean;
    between?: (step: number) => void;
  },
): Promise<Run<unknown>[]> {
  const rest = others(on);
  const runs: Run<unknown>[] = [];
  for (const [index, [verb, outcome]] of steps.entries()) {
    between?.(index);
    const where = `step ${index + 1}, ${verb}`;
    const event = (dryRun: boolean): unknown =>
      permissionEventFor(on.running, { account: anna, permission, dryRun });
    const stood = entriesOn(on, anna);
    const dry = dryFirst ? await settings.folderPermission[verb][way](on, event(true)) : undefined;
    expect(entriesOn(on, anna), where).toEqual(stood);
    const wet = await settings.folderPermission[verb][way](on, event(false));
    expect(wet.answer.outputContext.Success, where).toBe(true);
    expect(entriesOn(on, anna), where).toEqual(verb === "grant" ? [gives] : leaves);
    expect(wet.answer.plan.every(({ sent }) => sent) && wet.answer.plan.length > 0, where).toBe(
      true,
    );
    if (!lagging) expect([wet.answer.outcome, wet.answer.plan.length], where).toEqual([outcome, 1]);
    if (dry) {
      expect(dry.answer.outputContext.Success, where).toBe(true);
      if (!lagging)
        expect([dry.answer.outcome, dry.answer.plan], where).toEqual([
          outcome,
          wet.answer.plan.map((step) => ({ ...step, sent: false })),
        ]);
    }
    runs.push(wet);
  }
  expect(others(on) === rest).toBe(true);
  for (const { parameters } of on.writes())
    expect(parameters).not.toHaveProperty("SendNotificationToUser");
  return runs;
}

describe("grant, grant, revoke, revoke, grant", () => {
  it.each(
    drills.filter(
      ({ permission }) => permission.mailboxFolderSharingPermissionFlags === "Delegate",
    ),
  )("as the platform runs it: $name", async (drill) => {
    await runDrill(bench, drill, { way: "asBundle" });
  });

  it.each(drills)("with a dry run before each: $name", async (drill) => {
    await runDrill(bench, drill, { way: "here", dryFirst: true });
  });

  const usual = drills.filter(({ gives }) =>
    [
      "Default: Reviewer",
      "Dora Double: Author",
      "Dora Double: Editor, Delegate, CanViewPrivateItems",
    ].includes(gives),
  );
  it.each(usual)("while reads lag behind: $name", async (drill) => {
    prepare(bench, { permissionLagMs: 30_000 });
    await runDrill(bench, drill, { way: "here", lagging: true });
  });

  it.each(usual)("while reads still show what was revoked: $name", async (drill) => {
    prepare(bench, { permissionLagMs: 30_000 });
    // The first two grants have reached the readers, and nothing after them has.
    await runDrill(bench, drill, {
      way: "here",
      lagging: true,
      between: (step) => bench.emulator.advance(step > 0 && step <= 2 ? 31_000 : 0),
    });
  });

  it("of the default right changes only a calendar that differs", async () => {
    expect((await granted(availability)).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [{ sent: true }],
    });
    expect((await revoked(availability)).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [{ sent: true }],
    });
    const hidden = guidOf("Hidde Hidden");
    expect((await granted(availability, { account: hidden })).answer.outcome).toBe("done");
    expect(entriesOn(bench, hidden)).toEqual(["Default: AvailabilityOnly"]);
  });
});

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
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderStatistics" },
        answer: { status: 200, body: { value: [] } },
      },
    ]);
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

describe("a missing account or object", () => {
  it.each<[string, unknown]>([
    ["never was", "0b1ec700-0000-4000-8000-00000000dead"],
    ["is deleted", guidOf("Gone Gerda")],
  ])("an account that %s gets nothing, and loses nothing", async (_name, account) => {
    for (const dryRun of [true, false]) {
      expect((await granted(reviewer, { account, dryRun })).answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      const gone = await revoked(reviewer, { account, dryRun });
      expect(gone.answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: true },
      });
      expect(gone.messages).toEqual([
        `Mailbox ${String(account)} does not exist. There is nothing left to revoke.`,
      ]);
    }
  });

  it("is not assumed when only one cmdlet does not find the mailbox", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderStatistics" },
        answer: {
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
                    `operation couldn't be performed because object '${anna}' couldn't be ` +
                    "found.",
                },
              ],
            },
          },
        },
      },
    ]);
    expect((await revoked(reviewer)).answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
    expect((await granted(reviewer)).answer).toMatchObject({
      outcome: "gone",
      outputContext: { Success: false },
    });
  });

  it("a user whom the right names does not exist: nothing can be granted, and nothing is left to revoke", async () => {
    const reason = 'The user "nobody@contoso.com" of the calendar right does not exist.';
    for (const [run, Success, message] of [
      [granted, false, `${reason} (request `],
      [revoked, true, `${reason} There is nothing left to revoke.`],
    ] as const) {
      const { answer, messages } = await run({
        ...forDora("Reviewer"),
        mailboxFolderUser: "nobody@contoso.com",
      });
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success } });
      expect(messages).toEqual([expect.stringContaining(message)]);
    }
  });

  it("a user who is no recipient any more loses the entry that the calendar still has", async () => {
    const permission = forDora("Reviewer");
    await granted(permission);
    const state = bench.emulator.state();
    const dora = state.objects.find(({ Guid }) => Guid === guidOf("Dora Double"));
    Object.assign(dora ?? {}, { RecipientTypeDetails: "User" });
    bench.emulator.replaceState(state);
    expect(entriesOn(bench, anna)).not.toEqual([]);
    const { answer } = await revoked(permission);
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(entriesOn(bench, anna)).toEqual([]);
  });

  it("a user who no longer exists is not taken for one without an entry while an entry has no owner", async () => {
    const permission = forDora("Reviewer");
    await granted(permission);
    const state = bench.emulator.state();
    const objects = state.objects.filter(({ Guid }) => Guid !== guidOf("Dora Double"));
    bench.emulator.replaceState({ ...state, objects });
    const { answer, messages } = await revoked(permission);
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join()).toContain("whose owner is not known");
  });

  it("a list of addresses gets no right, and the service's reason is reported", async () => {
    const { answer, messages } = await granted({
      ...forDora("Reviewer"),
      mailboxFolderUser: "newsletter@contoso.com",
    });
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join(" ")).toContain("newsletter@contoso.com");
    expect(entriesOn(bench, anna)).toEqual([]);
  });

  it("a person is not needed for a revoke", async () => {
    await granted(reviewer);
    expect(
      (
        await revoke.here(
          bench,
          reconciledRevokeFor(bench.running, { account: anna, permission: reviewer }),
        )
      ).answer.outcome,
    ).toBe("done");
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
    bench.emulator.setFaults([{ match: { cmdlet }, answer: refusal }]);
    for (const run of [granted, revoked])
      expect((await run(reviewer)).answer).toMatchObject({
        outcome: "forbidden",
        outputContext: { Success: false },
      });
    expect(entriesOn(bench, anna)).toEqual([]);
  });
});

/** Whose Default reads how, by the truth of the tenant. */
function expectedHolders(types: readonly string[] = ["UserMailbox"]): Record<string, string[]> {
  const { objects, folderPermissions = [] } = bench.emulator.state();
  const rightOf = (mailbox: unknown): string =>
    folderPermissions
      .find(
        (entry) =>
          entry.mailbox === mailbox && entry.folder === "Calendar" && entry.user === "Default",
      )
      ?.rights.join() ?? "AvailabilityOnly";
  const mailboxes = objects.filter(
    ({ RecipientTypeDetails, IsSoftDeletedByRemove, IsInactiveMailbox }) =>
      types.includes(String(RecipientTypeDetails)) &&
      IsSoftDeletedByRemove !== true &&
      IsInactiveMailbox !== true,
  );
  const ids: Record<string, string> = {
    AvailabilityOnly: "1",
    LimitedDetails: "2",
    Reviewer: "3",
    Editor: "4",
  };
  const byId = new Map<string, string[]>();
  for (const { Guid } of mailboxes) {
    const id = ids[rightOf(Guid)];
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), String(Guid)]);
  }
  return Object.fromEntries([...byId].sort().map(([id, guids]) => [id, guids.sort()]));
}

describe("an import", () => {
  it("yields every trustee with a listed right, ten calendars to a request", async () => {
    const run = await holders.asBundle(bench, readingEventFor(bench.running));
    expect(run.answer).toMatchObject({
      outcome: "done",
      plan: [],
      outputContext: { Success: true },
    });
    const expected = expectedHolders();
    expect(expected["1"]?.length).toBeGreaterThan(100);
    expect(expected["3"]).toEqual([guidOf("Mia Married")]);
    expect(holdersIn(run)).toEqual(expected);
    const count = Object.values(expected).flat().length + 1; // One has a right that is in no option.
    expect(bench.cmdlets().filter((cmdlet) => cmdlet === "$batch").length).toBeLessThanOrEqual(
      2 * Math.ceil(count / 10) + 5,
    );
    expect(bench.cmdlets().filter((cmdlet) => cmdlet !== "$batch")).toEqual(["Get-Mailbox"]);
  });

  it("includes the configured types", async () => {
    expect(
      holdersIn(
        await imported(bench, "folderPermission", {
          RecipientTypeDetails: "SharedMailbox, RoomMailbox",
        }),
      ),
    ).toEqual(expectedHolders(["SharedMailbox", "RoomMailbox"]));
  });

  it("yields exactly what was listed, granted and not revoked", async () => {
    const permissions = await listed(bench, "folderPermission");
    const accounts = ["Anna Bakker", "Bas Bakker", "Chris Bakker", "Daan Bakker"].map(guidOf);
    const before = holdersIn(await imported(bench, "folderPermission"));
    for (const [index, { Identification }] of permissions.entries())
      expect(
        (await granted(Identification, { account: accounts[index] })).answer.outputContext.Success,
      ).toBe(true);
    const run = await imported(bench, "folderPermission");
    for (const [index, { Identification, DisplayName }] of permissions.entries()) {
      const own = recordsOf(run).filter(({ AccountReferences }) =>
        AccountReferences.includes(accounts[index] ?? ""),
      );
      expect(
        own.map((record) => ({
          Identification: record.PermissionReference,
          DisplayName: record.DisplayName,
        })),
      ).toEqual([{ Identification, DisplayName }]);
    }
    expect(holdersIn(run)).toEqual(expectedHolders());
    for (const [index, { Identification }] of permissions.entries())
      expect(
        (await revoked(Identification, { account: accounts[index] })).answer.outputContext.Success,
      ).toBe(true);
    expect(holdersIn(await imported(bench, "folderPermission"))).toEqual(before);
  });

  it("names a calendar that cannot be read, imports the others, and fails", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderPermission", item: true },
        skip: 3,
        times: 1,
        answer: refusal,
      },
      { match: { cmdlet: "Get-MailboxFolderPermission" }, answer: refusal },
    ]);
    const run = await imported(bench, "folderPermission");
    expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(run.messages.join(" ")).toMatch(
      /The import is incomplete: 1 calendar could not be read \(".+" <.+> \(0b1ec700-.+\)\)\./,
    );
    const found = Object.values(holdersIn(run)).flat();
    expect(found).toHaveLength(Object.values(expectedHolders()).flat().length - 1);
  });

  it("yields nothing for a mailbox without a calendar, and does not fail", async () => {
    const folders = [{ FolderType: "User Created", FolderId: "x" }];
    const answer = { status: 200, body: { value: folders } };
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, times: 2, answer },
    ]);
    const run = await imported(bench, "folderPermission");
    expect(run.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(Object.values(holdersIn(run)).flat()).toHaveLength(
      Object.values(expectedHolders()).flat().length - 2,
    );
  });

  it("requests folders once more when a lagging controller returns none", async () => {
    const answer = { status: 200, body: { value: [] } };
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, times: 2, answer },
    ]);
    const run = await imported(bench, "folderPermission");
    expect([run.answer.outcome, holdersIn(run)]).toEqual(["done", expectedHolders()]);
  });

  it("repeats a request after a transient fault", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderPermission", item: true },
        chance: 0.1,
        named: "throttled",
        retryAfter: "0.01",
      },
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, chance: 0.05, drop: true },
    ]);
    const run = await imported(bench, "folderPermission");
    expect([run.answer.outcome, holdersIn(run)]).toEqual(["done", expectedHolders()]);
  });

  it("writes records in blocks, and the same in a dry run", async () => {
    const { records, answer } = await holders.here(
      bench,
      readingEventFor(bench.running, { dryRun: true }),
    );
    expect(answer.outcome).toBe("done");
    expect(holdersIn({ records })).toEqual(expectedHolders());
  });
});

describe("with other options in the bundles", () => {
  const own = (option: string): string =>
    bundlesWith(
      "folderPermission",
      'mailboxFolderUser:"Default",mailboxFolderAccessRight:"Reviewer"',
      option,
    );
  const run = async (
    dist: string,
    verb: string,
    event: unknown,
  ): Promise<Answer & { records: unknown[] }> => {
    const { answer, records } = await bench.run(`permissions/folderPermission/${verb}`, event, {
      dist,
    });
    return { ...(answer as Answer), records };
  };

  it("notify a user when the option requires it", async () => {
    const dist = own(
      `mailboxFolderUser:"${dora}",mailboxFolderAccessRight:"Reviewer",sendNotificationToUser:!0`,
    );
    const answer = await run(
      dist,
      "grantPermission",
      permissionEventFor(bench.running, {
        account: anna,
        permission: { ...forDora("Reviewer"), Id: "3" },
      }),
    );
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        { cmdlet: "Add-MailboxFolderPermission", parameters: { SendNotificationToUser: true } },
      ],
    });
    expect(
      (
        await run(
          dist,
          "revokePermission",
          permissionEventFor(bench.running, {
            account: anna,
            permission: { ...forDora("Reviewer"), Id: "3" },
          }),
        )
      ).plan[0]?.parameters,
    ).not.toHaveProperty("SendNotificationToUser");
  });

  it("list, grant and import a named user's right by one reference", async () => {
    const dist = own(
      `mailboxFolderUser:"${dora}",mailboxFolderAccessRight:"Editor",mailboxFolderSharingPermissionFlags:"Delegate"`,
    );
    const { outputContext } = await run(dist, "permissions", readingEventFor(bench.running));
    const permission = (outputContext["Permissions"] as { Identification: unknown }[])[2]
      ?.Identification;
    expect(permission).toEqual({ ...forDora("Editor", "Delegate"), Id: "3" });
    expect(
      (
        await run(
          dist,
          "grantPermission",
          permissionEventFor(bench.running, { account: anna, permission }),
        )
      ).outcome,
    ).toBe("done");
    const { records, outcome } = await run(
      dist,
      "importPermission",
      readingEventFor(bench.running),
    );
    expect(outcome).toBe("done");
    expect(
      recordsOf({ records }).filter(({ PermissionReference }) => PermissionReference["Id"] === "3"),
    ).toEqual([
      {
        PermissionReference: permission,
        Description: "Mailbox folder permissions - Reviewer",
        DisplayName: "Mailbox folder permissions - Reviewer",
        AccountReferences: [anna],
      },
    ]);
  });

  it("import a name that several users have for no one", async () => {
    const { records, outcome } = await run(
      own(
        'mailboxFolderUser:"jan.devries@contoso.com",mailboxFolderAccessRight:"Editor",' +
          'mailboxFolderSharingPermissionFlags:"Delegate,CanViewPrivateItems"',
      ),
      "importPermission",
      readingEventFor(bench.running),
    );
    expect([
      outcome,
      recordsOf({ records }).filter(({ PermissionReference }) => PermissionReference["Id"] === "3"),
    ]).toEqual(["done", []]);
  });
});

describe("how others are shown", () => {
  it.each<Partial<Behaviour>>([{ errorEncoding: "message" }, { errorEncoding: "className" }])(
    "does not matter: %o",
    async (behaviour) => {
      prepare(bench, behaviour);
      const [drill] = drills.filter(({ permission }) => permission.mailboxFolderUser === dora);
      if (!drill) throw new Error("no such drill");
      await runDrill(bench, drill, { way: "here", dryFirst: true });
    },
  );
});

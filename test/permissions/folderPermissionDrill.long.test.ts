import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Bench, guidOf, type Run } from "../bench.ts";
import type { Behaviour } from "../emulator/state.ts";
import { permissionEventFor } from "../events.ts";
import { prepare } from "./sets.ts";
import { settings } from "./settings.ts";
import {
  anna,
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

/** Everything else in the tenant, as a text: there is much of it to compare. */
const others = ({ emulator }: Bench): string => {
  const { folderPermissions: _, behaviour: __, ...rest } = emulator.state();
  return JSON.stringify(rest);
};

const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const revoked = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  revoke.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));

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

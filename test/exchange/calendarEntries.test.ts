import { describe, expect, it } from "vitest";
import {
  setCalendarRight,
  entryOf,
  presentRight,
  removingRight,
} from "../../lib/exchange/calendarEntries.ts";
import type { CalendarRight } from "../../lib/exchange/calendarRight.ts";
import { Fault } from "../../lib/fault.ts";
import { tenantOf } from "./answering.ts";
import { clientOf, faultOf, refusal, rows } from "./scripted.ts";
import type { ExchangeStep } from "../../lib/exchange/target.ts";
import { mailbox, named, right, shown } from "./calendarSamples.ts";

describe("an entry, as it is listed", () => {
  it.each<[string, Record<string, unknown>, CalendarRight]>([
    [
      "with a list and no flags",
      { User: "Default", AccessRights: ["AvailabilityOnly"], SharingPermissionFlags: null },
      { user: "Default", rights: ["AvailabilityOnly"], flags: [] },
    ],
    [
      "with texts",
      {
        User: "Dora Double",
        AccessRights: "CreateItems, FolderVisible",
        SharingPermissionFlags: "Delegate, CanViewPrivateItems",
      },
      {
        user: "Dora Double",
        rights: ["CreateItems", "FolderVisible"],
        flags: ["Delegate", "CanViewPrivateItems"],
      },
    ],
    [
      "with lists",
      {
        User: "Dora Double",
        AccessRights: ["CreateItems", "FolderVisible"],
        SharingPermissionFlags: ["Delegate"],
      },
      { user: "Dora Double", rights: ["CreateItems", "FolderVisible"], flags: ["Delegate"] },
    ],
    [
      "with None for flags",
      { User: "NT:S-1-5-21-1", AccessRights: ["Editor"], SharingPermissionFlags: "None" },
      { user: "NT:S-1-5-21-1", rights: ["Editor"], flags: [] },
    ],
    ["with nothing", { User: null, AccessRights: null }, { user: "", rights: [], flags: [] }],
  ])("%s", (_name, row, entry) => {
    expect(entryOf(row)).toEqual(entry);
  });

  it.each(["User", "AccessRights"])("without %s is a fault, and not an empty entry", (name) => {
    const whole = Object.entries({ User: "Default", AccessRights: ["None"] });
    const row = Object.fromEntries(whole.filter(([property]) => property !== name));
    expect(() => entryOf(row)).toThrow(`did not return ${name} of an entry of a calendar`);
  });
});

const calendar = { mailbox, identity: `${mailbox.Guid}:LgAAAA==` };

describe("the present right of a user", () => {
  const ask = (...answers: Parameters<typeof clientOf>[0]): Promise<CalendarRight | undefined> =>
    presentRight(calendar, named)(clientOf(answers));

  it("is requested by the user, on the folder's id", async () => {
    const { exchange, asked } = tenantOf({
      "Get-MailboxFolderPermission": () => [{ User: "Dora Double", AccessRights: ["Reviewer"] }],
    });
    expect(await presentRight(calendar, named)({ exchange })).toEqual({
      user: "Dora Double",
      rights: ["Reviewer"],
      flags: [],
    });
    expect(asked.map(({ cmdlet, parameters }) => ({ cmdlet, parameters }))).toEqual([
      {
        cmdlet: "Get-MailboxFolderPermission",
        parameters: { Identity: calendar.identity, User: named },
      },
    ]);
  });

  it("is none when there is no entry", async () => {
    expect(
      await ask(
        refusal(
          400,
          "UserNotFoundInPermissionEntryException",
          "There is no existing permission entry found for user: Dora Double.",
        ),
      ),
    ).toBeUndefined();
    expect(await ask(rows([]))).toBeUndefined();
  });

  it("is a fault when there are two, or another error occurs", async () => {
    const row = { User: "Jan de Vries", AccessRights: ["Reviewer"] };
    expect(await faultOf(ask(rows([row, row])))).toMatchObject({
      kind: "ambiguous",
      message: `The calendar has 2 entries for "${named}"; expected one.`,
    });
    expect(
      await faultOf(
        ask(
          refusal(
            403,
            "CmdletAccessDeniedException",
            "The cmdlet is not present in the role definition of the current user.",
          ),
        ),
      ),
    ).toMatchObject({ kind: "denied" });
  });
});

/** What is sent to bring a right, and what is thrown; `outcomes` says what becomes of each change in turn. */
async function brought(
  wanted: CalendarRight,
  present: CalendarRight | undefined,
  outcomes: readonly ("done" | "alreadySo" | "planned" | Fault)[] = [],
  notify?: boolean,
): Promise<{ changes: ExchangeStep[]; fault: Fault | undefined }> {
  const changes: ExchangeStep[] = [];
  const fault = await setCalendarRight(calendar, wanted, present, {
    change: (step) => {
      const outcome = outcomes[changes.push(step as ExchangeStep) - 1] ?? "done";
      return outcome instanceof Fault ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    ...(notify === undefined ? {} : { notify }),
  }).then(
    () => undefined,
    (thrown: unknown) => Fault.of(thrown),
  );
  return { changes, fault };
}
const verbs = ({ changes }: { changes: readonly ExchangeStep[] }): string[] =>
  changes.map(({ operation }) => operation.replace("-MailboxFolderPermission", ""));

describe("setting a right", () => {
  it.each<[string, CalendarRight, CalendarRight | undefined, string[]]>([
    ["adds it where there is none", right("Reviewer"), undefined, ["Add"]],
    ["sets another one", right("Reviewer"), right("Editor"), ["Set"]],
    ["sets the same one again", right("Reviewer"), right("FolderVisible,ReadItems"), ["Set"]],
    ["makes an editor a delegate", right("Editor", "Delegate"), right("Editor"), ["Set"]],
    [
      "lets a delegate see private items",
      right("Editor", "Delegate,CanViewPrivateItems"),
      right("Editor", "Delegate"),
      ["Set"],
    ],
    ["leaves a delegate one", right("Editor", "Delegate"), right("Editor", "Delegate"), ["Set"]],
    [
      "removes a delegate before it adds an editor",
      right("Editor"),
      right("Editor", "Delegate"),
      ["Remove", "Add"],
    ],
    [
      "removes a delegate before it adds a reader",
      right("Reviewer"),
      right("Editor", "Delegate,CanViewPrivateItems"),
      ["Remove", "Add"],
    ],
    [
      "removes who sees private items before it adds a delegate",
      right("Editor", "Delegate"),
      right("Editor", "Delegate,CanViewPrivateItems"),
      ["Remove", "Add"],
    ],
  ])("%s", async (_name, wanted, present, expected) => {
    const run = await brought(wanted, present);
    expect([verbs(run), run.fault]).toEqual([expected, undefined]);
    const last = run.changes.at(-1);
    expect(last?.parameters).toEqual({
      Identity: calendar.identity,
      User: named,
      AccessRights: wanted.rights,
      ...(wanted.flags.length > 0 ? { SharingPermissionFlags: wanted.flags } : {}),
    });
    expect(last?.sentence).toBe(
      `${last?.operation.slice(0, 3) ?? ""} ${[...wanted.rights, ...wanted.flags].join(", ")} ` +
        `for ${named} on the calendar of mailbox ${shown}`,
    );
    expect(last?.before).toEqual({
      AccessRights: present?.rights ?? [],
      ...(present && present.flags.length > 0 ? { SharingPermissionFlags: present.flags } : {}),
    });
  });

  it("reports that nothing would change, but never for an addition", async () => {
    expect(
      (await brought(right("Reviewer"), right("ReadItems,FolderVisible"))).changes.map(
        ({ isInPlace }) => isInPlace,
      ),
    ).toEqual([true]);
    expect(
      (await brought(right("Reviewer"), right("Editor"))).changes.map(({ isInPlace }) => isInPlace),
    ).toEqual([false]);
    expect(
      (await brought(right("Reviewer"), undefined)).changes.map(({ isInPlace }) => isInPlace),
    ).toEqual([undefined]);
  });

  it("never sends the notification unless it is requested, not even as false", async () => {
    for (const present of [undefined, right("Reviewer"), right("Editor", "Delegate")]) {
      for (const notify of [undefined, false])
        for (const { parameters } of (await brought(right("Editor"), present, [], notify)).changes)
          expect(parameters).not.toHaveProperty("SendNotificationToUser");
      expect(
        (await brought(right("Editor"), present, [], true)).changes.at(-1)?.parameters,
      ).toMatchObject({ SendNotificationToUser: true });
    }
  });

  it.each([
    ["an entry that proves to be there is set", undefined, "Add", "Set"],
    ["an entry that proves not to be there is added", right("Editor"), "Set", "Add"],
    ["so is one that was right already", right("Reviewer"), "Set", "Add"],
  ])("has the other cmdlet as its alternative: %s", async (_name, present, first, second) => {
    const { changes } = await brought(right("Reviewer"), present);
    expect(changes).toHaveLength(1);
    const [step] = changes;
    expect([step?.operation, step?.alternatives?.map(({ operation }) => operation)]).toEqual([
      `${first}-MailboxFolderPermission`,
      [`${second}-MailboxFolderPermission`],
    ]);
    expect(step?.alternatives?.[0]?.parameters).toEqual(step?.parameters);
  });

  it("reports every other refusal, and does not try an alternative", async () => {
    const denied = new Fault({ kind: "denied", message: "No." });
    for (const present of [undefined, right("Reviewer"), right("Editor", "Delegate")]) {
      const run = await brought(right("Reviewer"), present, [denied]);
      expect([run.changes.length, run.fault]).toEqual([1, denied]);
    }
    // The right is gone by then, and the run must say so.
    const half = await brought(right("Editor"), right("Editor", "Delegate"), ["done", denied]);
    expect([verbs(half), half.fault]).toEqual([["Remove", "Add"], denied]);
  });

  it("removes by the same names", () => {
    expect(removingRight(calendar, named, right("Reviewer"))).toEqual({
      target: "exchange",
      operation: "Remove-MailboxFolderPermission",
      parameters: { Identity: calendar.identity, User: named, Confirm: false },
      sentence: `Remove the entry of ${named} on the calendar of mailbox ${shown}`,
      before: { AccessRights: ["Reviewer"] },
      isInPlace: false,
      isRemoval: true,
      isInEffect: expect.any(Function) as unknown,
    });
    expect(removingRight(calendar, named, right("Editor", "Delegate")).before).toEqual({
      AccessRights: ["Editor"],
      SharingPermissionFlags: ["Delegate"],
    });
    expect(removingRight(calendar, named, undefined)).toMatchObject({
      before: { AccessRights: [] },
      isInPlace: true,
    });
  });
});

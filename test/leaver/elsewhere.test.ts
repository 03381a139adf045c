import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteAnswer, enableAnswer } from "../generated/answers.ts";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { changeEventFor } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";
import { callsTo } from "../declared.ts";
import type { Fault } from "../emulator/faults.ts";
import type { DirectoryObject } from "../emulator/state.ts";
import { runInProcess } from "../inProcess.ts";
import { accessOf } from "./compared.ts";

const aoife = guidOf("Aoife O'Brien");
const policies = {
  MarkerProperty: "ExtensionCustomAttribute5",
  policies: [
    {
      Id: "all",
      Event: "delete",
      Steps: [{ Step: "ChangeDisplayName", Suffix: " (left)" }, { Step: "EndAccess" }],
    },
  ],
};
/** Mailboxes are changed side by side. */
const sideBySide = { isUnordered: true };
const leaver = runnerOf("lifecycle/delete", deleting(policies), deleteAnswer, sideBySide);
const returner = runnerOf("lifecycle/enable", enabling(policies), enableAnswer, sideBySide);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());

/** The mailboxes on which the leaver has something, far apart in the list. */
let mailboxes: string[] = [];
beforeEach(() => {
  bench.reset();
  const hasNone = ({ trustee }: { trustee: string }): boolean => trustee !== aoife;
  const seeded = bench.emulator.state();
  const state = {
    ...seeded,
    mailboxPermissions: (seeded.mailboxPermissions ?? []).filter(hasNone),
    recipientPermissions: (seeded.recipientPermissions ?? []).filter(hasNone),
    folderPermissions: [...(seeded.folderPermissions ?? [])],
  };
  const all = state.objects.filter(
    ({ RecipientTypeDetails, Guid, IsDirSynced, IsSoftDeletedByRemove }) =>
      ["UserMailbox", "SharedMailbox"].includes(String(RecipientTypeDetails)) &&
      Guid !== aoife &&
      IsDirSynced !== true &&
      IsSoftDeletedByRemove !== true,
  );
  mailboxes = all.filter((_, index) => index % 12 === 7).map(({ Guid }) => String(Guid));
  mailboxes.forEach((mailbox, index) => {
    state.mailboxPermissions.push({ mailbox, trustee: aoife, rights: ["FullAccess"] });
    if (index % 2 === 0)
      state.recipientPermissions.push({ recipient: mailbox, trustee: aoife, rights: ["SendAs"] });
    if (index % 3 === 0)
      state.folderPermissions.push({
        mailbox,
        folder: "Calendar",
        user: aoife,
        rights: ["Editor"],
        flags: index % 2 === 0 ? ["Delegate"] : [],
      });
    const object = all.find(({ Guid }) => Guid === mailbox);
    if (object && index % 4 === 0)
      object["GrantSendOnBehalfTo"] = [
        ...[object["GrantSendOnBehalfTo"] ?? []].flat().map(String),
        aoife,
      ];
  });
  bench.emulator.replaceState(state);
  bench.emulator.clearJournal();
});

const event = (): unknown => changeEventFor(bench.running, {});
const access = (): string[] => accessOf(bench, aoife);

const marker = "ExtensionCustomAttribute5";
const isNotAgain = (value: string): boolean => !value.includes('"again"');
/** What the leaver's mailbox has on record. */
const onRecord = (): { kind: string }[] =>
  [bench.stored(aoife)[marker] ?? []]
    .flat()
    .map(
      (value) =>
        JSON.parse(String(value).replace("exo-connector-leaver:1:", "")) as { kind: string },
    );

/** A delete in a tenant that answers each request after so many milliseconds. */
const slowly = (requestMs: number) =>
  runInProcess(deleting(policies), event(), bench.urls, { requestMs });

describe("EndAccess", () => {
  it("ends all that the leaver was granted on mailboxes and calendars, and each is told", async () => {
    const before = access();
    expect(before.length).toBeGreaterThan(20);
    const { answer, messages } = await leaver.here(bench, event());
    expect(answer.outputContext.Success, messages.join("\n")).toBe(true);
    expect(access()).toEqual([]);
    const told = messages.filter((message) => /^(Revoke|Remove the entry)/.test(message));
    expect(told).toHaveLength(before.length);
    expect(messages.join("\n")).toMatch(
      /Looked at \d{3,} mailboxes and their calendars for access/,
    );
  });

  it("writes nothing when nothing is left", async () => {
    await leaver.here(bench, event());
    const writes = bench.writes().length;
    const { answer } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    expect(bench.writes()).toHaveLength(writes);
  });

  it("is undone when the person returns", async () => {
    const before = access();
    await leaver.here(bench, event());
    const { answer, messages } = await returner.here(bench, event());
    expect(answer.outputContext.Success, messages.join("\n")).toBe(true);
    expect(access()).toEqual(before);
    expect(bench.stored(aoife)["ExtensionCustomAttribute5"] ?? []).toEqual([]);
  });

  it("goes on where the time of an event has ended, and succeeds when everything was looked at", async () => {
    let events = 0;
    for (let isDone = false; !isDone;) {
      expect(++events).toBeLessThan(40);
      bench.emulator.clearJournal();
      const { answer } = await slowly(700);
      const { outcome, outputContext } = answer as {
        outcome: string;
        outputContext: { Success: boolean; AuditLogs: { Message: string }[] };
      };
      isDone = outputContext.Success;
      const said = outputContext.AuditLogs.map(({ Message }) => Message).join("\n");
      if (!isDone) expect(said).toMatch(/\d+ of \d+ mailboxes were looked at for access of/);
      expect(outcome).toBe(isDone ? "done" : "notYet");
      expect(access().length === 0 || !isDone).toBe(true);
    }
    expect(events).toBeGreaterThan(1);
  });

  /** No list of Full Access can be read. */
  const refused: Fault[] = [
    { match: { cmdlet: "Get-MailboxPermission" }, named: "forbiddenNul" },
    { match: { cmdlet: "Get-MailboxPermission", item: true }, named: "forbiddenNul" },
  ];

  it("fails for mailboxes that cannot be looked at, and looks at them again in the next event", async () => {
    bench.emulator.setFaults(refused);
    const { answer } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(false);
    const kinds = onRecord().map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["progress", "again"]));
    bench.emulator.setFaults([]);
    const second = await leaver.here(bench, event());
    expect(second.answer.outputContext.Success).toBe(true);
    expect(access()).toEqual([]);
    expect(onRecord().map(({ kind }) => kind)).not.toContain("again");
  });

  /** Makes it look as if all up to the progress had been looked at. `isYoung`: was created since then. */
  function forgetWhatIsLeft(isYoung: (guid: string) => boolean = () => false): void {
    const stored = bench.emulator.state();
    const changed = (object: DirectoryObject): DirectoryObject => ({
      ...object,
      ...(object["Guid"] === aoife && {
        [marker]: [object[marker] ?? []].flat().map(String).filter(isNotAgain),
      }),
      ...(isYoung(String(object["Guid"])) && { WhenCreated: "2026-07-20T08:30:00+00:00" }),
    });
    bench.emulator.replaceState({ ...stored, objects: stored.objects.map(changed) });
  }

  async function leaveInVain(): Promise<void> {
    bench.emulator.setFaults(refused);
    expect((await leaver.here(bench, event())).answer.outputContext.Success).toBe(false);
    bench.emulator.setFaults([]);
  }

  it("goes on with those that are left, and with those that were created since", async () => {
    const [looked = "", young = ""] = mailboxes;
    await leaveInVain();
    forgetWhatIsLeft((guid) => guid === young);
    const { answer } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    const left = access().filter((line) => line.endsWith("FullAccess"));
    expect(left).toContain(`${looked} FullAccess`);
    expect(left).not.toContain(`${young} FullAccess`);
  });

  it("begins again for another policy", async () => {
    await leaveInVain();
    forgetWhatIsLeft();
    const [policy] = policies.policies;
    const other = deleting({ ...policies, policies: [{ ...policy, Id: "other" }] });
    const again = runnerOf("lifecycle/delete", other, deleteAnswer, sideBySide);
    expect((await again.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(access()).toEqual([]);
  });

  it("looks only again at the few that could not be looked at", async () => {
    bench.emulator.setFaults(refused.map((fault) => ({ ...fault, times: 3 })));
    const first = await leaver.here(bench, event());
    expect(first.answer.outputContext.Success).toBe(false);
    bench.emulator.setFaults([]);
    bench.emulator.clearJournal();
    const { answer } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    expect(access()).toEqual([]);
    const looks = callsTo(bench.emulator).filter(
      ({ operation }) => operation === "Get-MailboxPermission",
    );
    expect(looks.length).toBeLessThan(60);
  });

  it("keeps a right on a calendar that was granted since, and says so", async () => {
    await leaver.here(bench, event());
    const [mailbox = ""] = mailboxes;
    const stored = bench.emulator.state();
    bench.emulator.replaceState({
      ...stored,
      folderPermissions: [
        ...(stored.folderPermissions ?? []),
        { mailbox, folder: "Calendar", user: aoife, rights: ["Reviewer"] },
      ],
    });
    const { answer, messages } = await returner.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    expect(access()).toContain(`${mailbox} calendar Reviewer`);
    expect(messages.join("\n")).toMatch(/Reviewer .*granted after the person had left; Editor/);
  });

  it("fails as long as the leaver can send as something else, and ends the rest", async () => {
    const group = guidOf("Sales team");
    const state = bench.emulator.state();
    bench.emulator.replaceState({
      ...state,
      recipientPermissions: [
        ...(state.recipientPermissions ?? []),
        { recipient: group, trustee: aoife, rights: ["SendAs"] },
      ],
    });
    const { answer, messages } = await leaver.here(bench, event());
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join("\n")).toMatch(/can still send as Sales team, which is no mailbox/);
    expect(access()).toEqual([`${group} SendAs`]);
  });

  it("takes no entry for the leaver's own that can be somebody else's", async () => {
    const state = bench.emulator.state();
    bench.emulator.replaceState({
      ...state,
      objects: state.objects.map((one) => (one["Guid"] === aoife ? { ...one, Sid: "" } : one)),
    });
    const payroll = guidOf("HR & Payroll");
    const rights = (): unknown =>
      bench.emulator.state().mailboxPermissions?.filter(({ mailbox }) => mailbox === payroll);
    const before = rights();
    const { answer, messages } = await leaver.here(bench, event());
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join("\n")).toMatch(/"HR & Payroll".* is granted to S-1-5-21-.*, which may be/);
    expect(rights()).toEqual(before);
    expect(access()).toEqual([]);
    expect(JSON.stringify(onRecord().filter(({ kind }) => kind === "access"))).not.toContain(
      payroll,
    );
  });
});

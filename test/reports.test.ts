/**
 * Inputs from public reports of people who do this job: each test is the essence of one, whose address is above it.
 * The lines that certutil writes around a PFX are tested in auth/certificate.test.ts
 * (https://github.com/dlemstra/code-sign-action/pull/12), and company proxies in net
 * (https://github.com/fastagent-sh/fastagent/issues/474).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listedOptions } from "../lib/entitlements/regionalConfiguration.ts";
import create from "../lifecycle/create.ts";
import remove from "../lifecycle/delete.ts";
import disable from "../lifecycle/disable.ts";
import update from "../lifecycle/update.ts";
import { Bench, guidOf, runnerOf, shown } from "./bench.ts";
import type { Fault } from "./emulator/faults.ts";
import {
  changeEventFor,
  contractOf,
  createEventFor,
  permissionEventFor,
  readingEventFor,
  resourcesEventFor,
  subPermissionsEventFor,
} from "./events.ts";
import { faultOf } from "./exchange/scripted.ts";
import { createAnswer, deleteAnswer, disableAnswer, updateAnswer } from "./generated/answers.ts";
import { changedSince, held, prepare, sets } from "./permissions/sets.ts";
import { settings } from "./permissions/settings.ts";
import { kinds } from "./resources/kinds.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const creation = runnerOf("lifecycle/create", create, createAnswer);
const updating = runnerOf("lifecycle/update", update, updateAnswer);
const disabling = runnerOf("lifecycle/disable", disable, disableAnswer);
const deletion = runnerOf("lifecycle/delete", remove, deleteAnswer);

const anna = guidOf("Anna Bakker");
const annaShown = shown("Anna Bakker", "anna.bakker@contoso.com");
const chris = guidOf("Chris Bakker");
const chrisShown = shown("Chris Bakker", "chris.bakker@contoso.com");
const daan = guidOf("Daan Bakker");
const salesTeam = guidOf("Sales team");
const salesTeamShown = shown("Sales team", "salesteam@contoso.com");
const press = guidOf("Press");

const changeOf = (account: string, data: Record<string, unknown>) =>
  changeEventFor(bench.running, { reference: account, data });
const correlationBy = (field: string, value: string) =>
  createEventFor(bench.running, { field, value, data: {} });
const permissionOf = (
  account: string,
  permission: Record<string, unknown>,
  { dryRun = false } = {},
) => permissionEventFor(bench.running, { account, permission, dryRun });

const done = { outcome: "done", outputContext: { Success: true } };
const alreadySo = { outcome: "alreadySo", outputContext: { Success: true } };
const failed = (outcome: string) => ({ outcome, outputContext: { Success: false } });

const hidden = { HiddenFromAddressListsEnabled: "true" };
const reply = { AutoReplyState: "Enabled", InternalMessage: "Chris left." };
const replyIsOn = {
  AutoReplyState: "Enabled",
  InternalMessage: expect.stringContaining("Chris left.") as string,
};
const replySwitchedOn = `Switch on the automatic reply of mailbox ${chrisShown}: done.`;

/** A refusal in words that no named fault has. */
function refused(cmdlet: string, className: string, text: string): Fault {
  const details = [{ code: "Context", target: "", message: `|${className}|${text}` }];
  const error = { code: "BadRequest", message: "Error executing cmdlet", details };
  return { match: { cmdlet }, answer: { status: 400, body: { error } } };
}

/** The entries on Chris's calendar that were added to the seeded tenant. */
const calendarEntries = () =>
  (bench.emulator.state().folderPermissions ?? []).filter(({ mailbox }) => mailbox === chris);

describe("who is meant", () => {
  // https://github.com/CrowdStrike/CRT/issues/39
  it("is the person with a user principal name, not a bookings mailbox with that text as its name", async () => {
    prepare(bench, {}, (state) => {
      state.objects.push({
        Guid: "0b1ec700-0000-4000-8000-0000000009a1",
        ExternalDirectoryObjectId: "e47ad000-0000-4000-8000-0000000009a1",
        ExchangeGuid: "ec4b0000-0000-4000-8000-0000000009a1",
        RecipientTypeDetails: "SchedulingMailbox",
        Name: "bookings0001",
        DisplayName: "chris.bakker@contoso.com",
        Alias: "bookings0001",
        UserPrincipalName: "bookings0001@contoso.com",
        EmailAddresses: ["SMTP:bookings0001@contoso.com"],
      });
      state.mailboxPermissions?.push({ mailbox: press, trustee: chris, rights: ["FullAccess"] });
      state.recipientPermissions?.push({ recipient: press, trustee: chris, rights: ["SendAs"] });
    });
    const before = held(bench);
    const { answer, records, stderr } = await sets.sharedMailboxes.holders.here(
      bench,
      readingEventFor(bench.running, { configuration: { SharedMailboxReference: "separate" } }),
    );
    expect(answer).toMatchObject(done);
    for (const Permission of ["FullAccess", "SendAs"])
      expect(records).toContainEqual(
        expect.objectContaining({
          PermissionReference: { Id: press, Permission },
          AccountReferences: [chris],
        }),
      );
    expect(stderr).not.toContain("chris.bakker");
    expect(changedSince(before, bench)).toEqual({ more: [], less: [] });
  });

  // https://github.com/IQSS/dataverse/issues/3044, https://github.com/gchq/stroom/issues/5073 and
  // https://github.com/cyberark/epv-api-scripts/pull/48
  it("is found by a correlation value with blanks around it, as it is stored without them", async () => {
    await updating.here(bench, changeOf(chris, { CustomAttribute7: "E200 " }));
    expect(bench.stored(chris)["CustomAttribute7"]).toBe("E200");
    for (const [field, value] of [
      ["UserPrincipalName", " chris.bakker@contoso.com "],
      ["CustomAttribute7", "\u00a0E200\t"],
    ] as const) {
      const { answer, messages } = await creation.here(bench, correlationBy(field, value));
      expect(answer).toMatchObject({ outputContext: { Success: true, AccountReference: chris } });
      expect(messages[0]).toBe(
        `Correlated with mailbox ${chrisShown}: its ${field} is "${value.trim()}".`,
      );
    }
    expect(bench.stored(chris)["CustomAttribute7"]).toBe("E200");
  });

  // https://github.com/imdinu/apple-mail-mcp/issues/120
  it("is found by composed and by decomposed letters", async () => {
    const composed = "Zo\u00eb-77";
    const decomposed = composed.normalize("NFD");
    for (const [stored, given] of [
      [composed, decomposed],
      [decomposed, composed],
    ] as const) {
      prepare(bench, {}, (_, named) => (named("Chris Bakker")["CustomAttribute7"] = stored));
      const { answer, messages } = await creation.here(
        bench,
        correlationBy("CustomAttribute7", given),
      );
      expect(answer).toMatchObject({ outputContext: { Success: true, AccountReference: chris } });
      expect(messages[0]).toMatch(/^Correlated with mailbox "Chris Bakker" /);
      expect(bench.stored(chris)["CustomAttribute7"]).toBe(stored);
    }
  });
});

describe("a leaver", () => {
  // https://techcommunity.microsoft.com/t5/exchange-team-blog/change-in-behavior-for-delicensed-exchange-online-users/ba-p/605962
  it("who lost the licence first still leaves the groups and the address lists", async () => {
    for (const [becomes, hiding, isHidden] of [
      ["MailUser", done, true],
      ["User", alreadySo, undefined],
    ] as const) {
      prepare(bench);
      bench.emulator.setLicence({ user: anna, licensed: false, becomes });
      expect(bench.stored(salesTeam)["Members"]).toContain(anna);
      const revoked = await sets.groups.revoke.here(bench, permissionOf(anna, { Id: salesTeam }));
      expect(revoked.answer).toMatchObject(done);
      expect(revoked.messages).toEqual([
        expect.stringMatching(/^Remove "Anna Bakker" .* from group "Sales team" .*: done\.$/),
      ]);
      expect(bench.stored(salesTeam)["Members"]).not.toContain(anna);
      const { answer, messages } = await disabling.here(bench, changeOf(anna, hidden));
      expect(answer).toMatchObject(hiding);
      expect(messages).toEqual([
        expect.stringMatching(
          isHidden
            ? /^Hide "Anna Bakker" .* from the address lists: done\.$/
            : /is a User and has no mailbox, and is not in the address lists\.$/,
        ),
      ]);
      expect(bench.stored(anna)["HiddenFromAddressListsEnabled"]).toBe(isHidden);
    }
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/3850
  it("is not gone because one domain controller does not find the mailbox", async () => {
    bench.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, named: "notFoundHere", times: 1 },
      {
        match: { cmdlet: "Set-MailboxAutoReplyConfiguration" },
        named: "notFoundHere",
        times: 1,
      },
    ]);
    const disabled = await disabling.here(bench, changeOf(chris, hidden));
    expect(disabled.answer).toMatchObject(done);
    expect(disabled.messages).toEqual([`Hide mailbox ${chrisShown} from the address lists: done.`]);
    const deleted = await deletion.here(bench, changeOf(chris, reply));
    expect(deleted.answer).toMatchObject(done);
    expect(deleted.messages).toEqual([replySwitchedOn]);
    expect(bench.stored(chris)).toMatchObject({
      HiddenFromAddressListsEnabled: true,
      ...replyIsOn,
    });
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/3850
  it("is a failure while a mailbox that can be read is never found by the change", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, named: "notFoundHere" }]);
    const { answer, messages } = await disabling.here(bench, changeOf(chris, hidden));
    expect(answer).toMatchObject(failed("unknown"));
    expect(messages).toEqual([expect.stringMatching(/this answer is not trusted\./)]);
    expect(bench.stored(chris)["HiddenFromAddressListsEnabled"]).toBeUndefined();
  });

  // https://github.com/KelvinTegelaar/CIPP/issues/1549
  it("whose mail is forwarded without a copy gets the reply, and a warning that it is never sent", async () => {
    prepare(bench, {}, (_, named) =>
      Object.assign(named("Chris Bakker"), {
        ForwardingSmtpAddress: "smtp:someone@fabrikam.com",
        DeliverToMailboxAndForward: false,
      }),
    );
    const { answer, messages } = await deletion.here(bench, changeOf(chris, reply));
    expect(answer).toMatchObject(done);
    expect(messages).toEqual([
      `Mailbox ${chrisShown} forwards its mail without keeping a copy, so no one will get the automatic reply.`,
      replySwitchedOn,
    ]);
    expect(bench.stored(chris)).toMatchObject(replyIsOn);
  });

  // https://github.com/littlebearapps/outlook-assistant/issues/58 and https://github.com/azizmazrou/ews-mcp/pull/122
  it("never sends an old text: a reply needs an internal one, and an old external one is cleared", async () => {
    const old = {
      AutoReplyState: "Disabled",
      InternalMessage: "old test",
      ExternalMessage: "old test",
    };
    prepare(bench, {}, (_, named) => Object.assign(named("Chris Bakker"), old));
    const bare = await deletion.here(bench, changeOf(chris, { AutoReplyState: "Enabled" }));
    expect(bare.answer).toMatchObject({ ...failed("invalid"), plan: [] });
    expect(bare.messages).toEqual([
      "An automatic reply is mapped without an InternalMessage; the service requires one.",
    ]);
    expect(bench.stored(chris)).toMatchObject(old);
    const { answer, messages } = await deletion.here(
      bench,
      changeOf(chris, { InternalMessage: "Chris left." }),
    );
    expect(answer).toMatchObject(done);
    expect(messages).toEqual([replySwitchedOn]);
    expect(bench.stored(chris)).toMatchObject({
      ...replyIsOn,
      ExternalMessage: "",
      ExternalAudience: "None",
    });
  });
});

describe("what the service refuses", () => {
  const dualWrite = (reason: string): Fault =>
    refused(
      "Set-Mailbox",
      "Microsoft.Exchange.Configuration.DualWrite.LocStrings.UnableToWriteToAadException",
      "An Azure Active Directory call was made to keep object in sync between Azure Active Directory and Exchange " +
        `Online. However, it failed. Detailed error message: ${reason}DualWrite (Graph) RequestId: 0. The issue may ` +
        "be transient and please retry a couple of minutes later.",
    );

  // https://github.com/microsoft/Partner-Center-PowerShell/issues/409
  it("because Entra refuses to write means what the reason says, or is tried again if there is none", async () => {
    const set = () => updating.here(bench, changeOf(chris, { CustomAttribute9: "one" }));
    const sentence = `Set CustomAttribute9 of mailbox ${chrisShown}`;
    for (const [reason, outcome] of [
      [
        "Unable to update the specified properties for on-premises mastered Directory Sync objects. ",
        "masteredOnPremises",
      ],
      ["The value of property mailNickname is invalid. ", "invalid"],
    ] as const) {
      bench.emulator.setFaults([dualWrite(reason)]);
      const { answer, messages } = await set();
      expect(answer).toMatchObject({ ...failed(outcome), stats: { retries: 0 } });
      expect(messages).toEqual([expect.stringContaining(`${sentence}: failed. `)]);
      expect(messages[0]).toContain(reason.trim());
      expect(bench.stored(chris)["CustomAttribute9"]).toBeUndefined();
    }
    bench.emulator.setFaults([{ ...dualWrite(""), times: 1 }]);
    const { answer, messages } = await set();
    expect(answer).toMatchObject({ ...done, stats: { retries: 1 } });
    expect(messages).toEqual([`${sentence}: done.`]);
    expect(bench.stored(chris)["CustomAttribute9"]).toBe("one");
  });

  // https://github.com/Microsoft365DSC/Microsoft365DSC/issues/142
  it("because the mailbox moved a moment ago is tried again, a read and a repeatable change alike", async () => {
    const cmdlet = "Get-MailboxRegionalConfiguration";
    bench.emulator.setFaults([
      // In the batch, and by itself.
      { match: { cmdlet, item: true }, named: "mailboxMoved", times: 1 },
      { match: { cmdlet }, named: "mailboxMoved", times: 1 },
      {
        match: { cmdlet: "Set-MailboxAutoReplyConfiguration" },
        named: "mailboxInTransit",
        times: 1,
      },
    ]);
    const granted = await settings.regionalConfiguration.grant.here(
      bench,
      permissionOf(chris, { Id: "MailboxRegionalConfiguration-NL" }),
    );
    expect(granted.answer).toMatchObject({ ...done, stats: { retries: 1 } });
    expect(granted.messages[0]).toMatch(/^Set language nl-NL .*: done\.$/);
    expect(bench.stored(chris)).toMatchObject({
      Language: "nl-NL",
      TimeZone: "W. Europe Standard Time",
    });
    const replied = await deletion.here(bench, changeOf(chris, reply));
    expect(replied.answer).toMatchObject({ ...done, stats: { retries: 1 } });
    expect(replied.messages).toEqual([replySwitchedOn]);
    expect(bench.stored(chris)).toMatchObject(replyIsOn);
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/9985
  it("because the role lacks the bypass of managers is forbidden, and the role to assign is named", async () => {
    const before = held(bench);
    bench.emulator.setFaults([
      refused(
        "Add-DistributionGroupMember",
        "System.Management.Automation.ParameterBindingException",
        "A parameter cannot be found that matches parameter name 'BypassSecurityGroupManagerCheck'.",
      ),
    ]);
    const { answer, messages } = await sets.groups.grant.here(
      bench,
      permissionOf(chris, { Id: guidOf("Finance rights") }),
    );
    expect(answer).toMatchObject(failed("forbidden"));
    expect(messages).toEqual([
      expect.stringMatching(/: failed\. .*assign the application the Entra role Exchange Adm/),
    ]);
    expect(changedSince(before, bench)).toEqual({ more: [], less: [] });
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/9985
  it("because only managers may change the group is tried again without that check, then forbidden", async () => {
    const managersOnly = refused(
      "Remove-DistributionGroupMember",
      "Microsoft.Exchange.Configuration.Tasks.RecipientTaskException",
      "You don't have sufficient permissions. This operation can only be performed by a manager of the group.",
    );
    const revoke = () => sets.groups.revoke.here(bench, permissionOf(anna, { Id: salesTeam }));
    const sentence = `Remove ${annaShown} from group ${salesTeamShown}`;
    bench.emulator.setFaults([managersOnly]);
    const refusal = await revoke();
    expect(refusal.answer).toMatchObject(failed("forbidden"));
    expect(refusal.messages.at(-1)).toMatch(/: failed\. .*Entra role Exchange Administrator/);
    expect(bench.stored(salesTeam)["Members"]).toContain(anna);
    bench.emulator.setFaults([{ ...managersOnly, times: 1 }]);
    bench.emulator.clearJournal();
    const { answer, messages } = await revoke();
    expect(answer).toMatchObject(done);
    expect(messages.at(-1)).toBe(`${sentence}, without the check for managers: done.`);
    expect(
      bench.writes().map(({ parameters }) => parameters["BypassSecurityGroupManagerCheck"]),
    ).toEqual([undefined, true]);
    expect(bench.stored(salesTeam)["Members"]).not.toContain(anna);
  });

  // https://github.com/timmcmic/DLConversionV2/issues/5
  it("on a GroupMailbox is explained: the members of a Microsoft 365 group change through Graph", async () => {
    const before = held(bench);
    const cmdlet = "Get-DistributionGroup";
    bench.emulator.setFaults([
      { match: { cmdlet, item: true }, named: "groupMailbox" },
      { match: { cmdlet }, named: "groupMailbox" },
    ]);
    // The refusal counts for more than the type that another look still reports.
    for (const [name, address] of [
      ["Project Alpha", "projectalpha@contoso.com"],
      ["Newsletter", "newsletter@contoso.com"],
    ] as const) {
      const { answer, messages } = await sets.groups.grant.here(
        bench,
        permissionOf(chris, { Id: guidOf(name) }),
      );
      expect(answer).toMatchObject({ ...failed("invalid"), plan: [] });
      expect(messages).toEqual([
        `${shown(name, address)} is a Microsoft 365 group: its members are changed ` +
          "through Microsoft Graph, not through Exchange.",
      ]);
    }
    expect(changedSince(before, bench)).toEqual({ more: [], less: [] });
  });
});

describe("a right on a calendar", () => {
  const right = (mailboxFolderUser: string, mailboxFolderAccessRight: string, flags?: string) => ({
    Id: "9",
    mailboxFolderUser,
    mailboxFolderAccessRight,
    ...(flags === undefined ? {} : { mailboxFolderSharingPermissionFlags: flags }),
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/11296 and
  // https://www.michev.info/blog/post/6549/you-can-no-longer-delegate-folder-level-permissions-to-a-shared-mailbox
  it("is not promised to a shared mailbox, as a delegate or not, not even in a dry run", async () => {
    for (const flags of ["Delegate", undefined])
      for (const dryRun of [true, false]) {
        const permission = right("info@contoso.com", "Editor", flags);
        const { answer, messages } = await settings.folderPermission.grant.here(
          bench,
          permissionOf(chris, permission, { dryRun }),
        );
        expect(answer).toMatchObject({ ...failed("invalid"), plan: [] });
        expect(messages).toEqual([
          expect.stringMatching(
            /^The user "info@contoso\.com" .* is a SharedMailbox, .*; expected a person or a mail-enabled security/,
          ),
        ]);
      }
    expect(bench.writes()).toEqual([]);
    expect(calendarEntries()).toEqual([]);
  });

  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/6327
  it("below Editor has no flags: Delegate is refused before the call, and None is left out of it", async () => {
    const grant = (flags: string) =>
      settings.folderPermission.grant.here(
        bench,
        permissionOf(chris, right("anna.bakker@contoso.com", "Reviewer", flags)),
      );
    const delegate = await grant("Delegate");
    expect(delegate.answer).toMatchObject({ ...failed("invalid"), plan: [] });
    expect(delegate.messages).toEqual([
      "The flags Delegate and CanViewPrivateItems are only allowed with the role Editor of a named user.",
    ]);
    expect(bench.cmdlets()).toEqual([]);
    expect(calendarEntries()).toEqual([]);
    const none = await grant("None");
    expect(none.answer).toMatchObject(done);
    expect(none.messages).toEqual([
      `Add Reviewer for anna.bakker@contoso.com on the calendar of mailbox ${chrisShown}: done.`,
    ]);
    expect(bench.writes()[0]?.parameters).not.toHaveProperty("SharingPermissionFlags");
    expect(calendarEntries()).toEqual([
      { mailbox: chris, folder: "Calendar", user: anna, rights: ["Reviewer"] },
    ]);
  });
});

describe("what ConvertTo-Json makes of a list", () => {
  const partsFor = (contracts: unknown, current: unknown) => {
    const event = subPermissionsEventFor(bench.running, {
      account: daan,
      permission: { Reference: "dg" },
      contracts,
    }) as { actionContext: Record<string, unknown> };
    event.actionContext["CurrentPermissions"] = current;
    return sets.groups.parts.here(bench, event);
  };

  // https://github.com/PowerShell/PowerShell/issues/2448 and https://github.com/CyberDrain/CIPP/issues/356
  it("of one is that one: a contract, a current permission, a department", async () => {
    const financeRights = guidOf("Finance rights");
    prepare(bench, {}, (_, named) => (named("Finance rights")["Members"] = [daan]));
    const before = held(bench);
    const { answer, messages } = await partsFor(contractOf("D-SALES"), {
      DisplayName: "Finance rights",
      Reference: { Id: financeRights },
    });
    expect(answer).toMatchObject(done);
    expect(messages).toEqual([
      expect.stringMatching(/^Add "Daan Bakker" .* to group "Sales team" .*: done\.$/),
      expect.stringMatching(/^Remove "Daan Bakker" .* from group "Finance rights" .*: done\.$/),
    ]);
    expect(changedSince(before, bench)).toEqual({
      more: ["member of Sales team: Daan Bakker"],
      less: ["member of Finance rights: Daan Bakker"],
    });
    for (const { name, runner, prefix } of kinds) {
      const source = { ExternalId: "D-9", DisplayName: "Nine" };
      const run = await runner.here(bench, resourcesEventFor(bench.running, { source }));
      expect(run.answer, name).toMatchObject(done);
      expect(run.messages[0]).toMatch(/^Resources: 1, already exist: 0, created: 1, /);
      const created = bench.emulator.state().objects.find(({ Name }) => Name === `${prefix}Nine`);
      expect(created).toMatchObject({ CustomAttribute1: "D-9" });
    }
  });

  // https://github.com/PowerShell/PowerShell/issues/2448
  it("that was cut off below its second level is refused, and no right is taken away", async () => {
    const before = held(bench);
    const { answer, messages } = await partsFor(["@{ExternalId=1; Department=}"], []);
    expect(answer).toMatchObject({ ...failed("invalid"), plan: [] });
    expect(messages).toEqual([
      expect.stringMatching(/\(personContext\.Person\.Contracts\) are incomplete: expected a list/),
    ]);
    expect(changedSince(before, bench)).toEqual({ more: [], less: [] });
  });
});

describe("a time zone", () => {
  // https://github.com/MicrosoftDocs/office-docs-powershell/issues/4353,
  // https://github.com/pluralsight/PS-AutoLab-Env/issues/227 and
  // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/7323
  it("under any name but Windows' own is refused with the file and the field", async () => {
    const option = { Id: "NL", DisplayName: "Dutch", Language: "nl-NL" };
    for (const TimeZone of [
      "America/New_York",
      "Mitteleuropäische Zeit",
      "U.S. Mountain Standard Time",
      "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    ])
      expect(
        await faultOf(() => listedOptions({ options: [{ ...option, TimeZone }] })),
      ).toMatchObject({
        kind: "invalid",
        message:
          "permissions/regionalConfiguration/options.json cannot be used. " +
          `option "NL": TimeZone is "${TimeZone}"; expected a Windows time zone, such as W. Europe Standard Time.`,
      });
    const windows = { ...option, TimeZone: "w. europe standard time" };
    expect(listedOptions({ options: [windows] })).toHaveLength(1);
  });
});

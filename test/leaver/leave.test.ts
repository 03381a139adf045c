import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteAnswer, enableAnswer } from "../generated/answers.ts";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { changeEventFor, type ChangeChoices } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";
import { tenantOf } from "./compared.ts";
import { everyStep } from "./everyStep.ts";
import { asHtml } from "../emulator/exchange/html.ts";

const aoife = guidOf("Aoife O'Brien");
const manager = guidOf("Petra Proxies");
const helper = guidOf("Leo Leaver");
const marker = "ExtensionCustomAttribute5";

const everything = everyStep(helper);
const [office] = everything.policies;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());
beforeEach(() =>
  bench.reset((object) => {
    if (object["Guid"] !== aoife) return;
    object["EmailAddresses"] = [
      "SMTP:aoife.obrien@contoso.com",
      "smtp:aoife@contoso.com",
      "smtp:aoife@contoso.onmicrosoft.com",
      "X500:/o=Contoso/cn=aoife",
    ];
    object["MobileDevices"] = [guidOf("Sales"), guidOf("Info")];
    object[marker] = ["of somebody else"];
    object["DisplayName"] = "Aoife <O'Brien>";
  }),
);

const file = (...policies: object[]): object => ({ MarkerProperty: marker, policies });
const leaverWith = (data: object) => runnerOf("lifecycle/delete", deleting(data), deleteAnswer);
const leaver = leaverWith(everything);
const returner = runnerOf("lifecycle/enable", enabling(everything), enableAnswer);
const event = (choices: ChangeChoices = {}): unknown =>
  changeEventFor(bench.running, { manager, ...choices });
const leave = (choices?: ChangeChoices) => leaver.here(bench, event(choices));
const comeBack = () => returner.here(bench, event());

/** Who has which rights on the mailbox. */
function rights(): string[] {
  const { mailboxPermissions = [], recipientPermissions = [] } = bench.emulator.state();
  return [
    ...mailboxPermissions.filter(({ mailbox }) => mailbox === aoife),
    ...recipientPermissions.filter(({ recipient }) => recipient === aoife),
  ]
    .map(({ trustee, rights: held }) => `${trustee} ${held.join()}`)
    .sort();
}

const tenant = (): string[] => tenantOf(bench, aoife);

describe("a leaver's policy", () => {
  it("is carried out", async () => {
    const { answer } = await leave();
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    const name = "Aoife <O'Brien>";
    expect(bench.stored(aoife)).toMatchObject({
      RecipientTypeDetails: "SharedMailbox",
      DisplayName: `${name} (left)`,
      ForwardingSmtpAddress: expect.stringMatching(/^smtp:petra/) as unknown,
      DeliverToMailboxAndForward: true,
      EmailAddresses: [
        "SMTP:aoife.obrien@contoso.com",
        "smtp:aoife@contoso.onmicrosoft.com",
        "X500:/o=Contoso/cn=aoife",
      ],
      AutoReplyState: "Enabled",
      InternalMessage: asHtml("<p>Aoife &lt;O'Brien&gt; left. Ask Petra Proxies.</p>"),
      ExternalAudience: "None",
    });
    expect(bench.stored(aoife)["GrantSendOnBehalfTo"]).toEqual([manager, helper]);
    expect(rights()).toEqual(
      expect.arrayContaining([`${manager} FullAccess`, `${helper} SendAs`]) as unknown,
    );
    expect(tenant().filter((line) => line.startsWith("member of"))).toEqual([]);
    // Values of others stay.
    expect(bench.stored(aoife)[marker]).toContain("of somebody else");
    expect(answer.plan.map(({ sentence }) => sentence)).toContain(
      `Convert mailbox "${name}" <aoife.obrien@contoso.com> (${aoife}) to a shared mailbox`,
    );
  });

  it("writes nothing when it is carried out already", async () => {
    await leave();
    const writes = bench.writes().length;
    const { answer } = await leave();
    expect(bench.writes()).toHaveLength(writes);
    expect(answer.outputContext.Success).toBe(true);
  });

  it("writes nothing in a dry run, whose plan is that of the run", async () => {
    const before = tenant();
    const { answer: preview } = await leave({ dryRun: true });
    expect(tenant()).toEqual(before);
    const { answer } = await leave();
    // What comes after the new name shows it.
    const steps = ({ plan }: typeof answer): string[] =>
      plan.map(({ sentence }) => sentence.replace(" (left)", ""));
    expect(steps(preview)).toEqual(steps(answer));
  });

  it("is undone when the person returns, and only that", async () => {
    const before = tenant();
    await leave();
    const { answer } = await comeBack();
    expect(answer.outputContext.Success).toBe(true);
    expect(tenant()).toEqual(before);
  });

  it("shows the mailbox again once, and sets what is mapped for the return", async () => {
    await leave();
    const writes = bench.writes().length;
    const data = { DisplayName: "Aoife Byrne", HiddenFromAddressListsEnabled: "false" };
    const { answer } = await returner.here(bench, event({ data }));
    expect(answer.outputContext.Success).toBe(true);
    expect(bench.stored(aoife)).toMatchObject({ DisplayName: "Aoife Byrne" });
    expect(bench.stored(aoife)["HiddenFromAddressListsEnabled"] ?? false).toBe(false);
    const hidden = bench
      .writes()
      .slice(writes)
      .filter(({ parameters }) => "HiddenFromAddressListsEnabled" in parameters);
    expect(hidden).toHaveLength(1);
    expect(answer.outputContext.PreviousData).toMatchObject({
      DisplayName: "Aoife <O'Brien> (left)",
      HiddenFromAddressListsEnabled: true,
    });
  });

  it("keeps what was changed after the person left, and says so", async () => {
    await leave();
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === aoife) object["DisplayName"] = "Archive of Aoife";
    });
    const { messages } = await comeBack();
    expect(bench.stored(aoife)).toMatchObject({ DisplayName: "Archive of Aoife" });
    expect(messages.join("\n")).toContain("DisplayName of mailbox");
    expect(messages.join("\n")).toContain("was changed after the person had left");
  });

  it("leaves out what is for a manager when there is none, and says so", async () => {
    const { answer, messages } = await leave({ manager: null });
    expect(answer.outputContext.Success).toBe(true);
    expect(messages.filter((message) => message.endsWith("left out."))).toHaveLength(3);
    expect(bench.stored(aoife)["AutoReplyState"]).toBeUndefined();
    expect(rights()).toEqual(expect.arrayContaining([`${helper} FullAccess`]) as unknown);
  });

  it("fails without a manager when the policy says so, and does the rest", async () => {
    const forward = { Step: "Forward", To: "manager", KeepCopy: true, WithoutManager: "fail" };
    const steps = [forward, { Step: "ConvertToShared" }];
    const { answer, messages } = await leaverWith(file({ ...office, Steps: steps })).here(
      bench,
      event({ manager: null }),
    );
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join("\n")).toContain("set the manager, or set WithoutManager to skip");
    expect(bench.stored(aoife)).toMatchObject({ RecipientTypeDetails: "SharedMailbox" });
  });

  it("is chosen by the properties of the mailbox", async () => {
    const other = {
      Id: "others",
      Event: "delete",
      AppliesTo: [{ Property: "customattribute1", Values: ["nobody"] }],
      Steps: [{ Step: "ChangeDisplayName", Suffix: " (other)" }],
    };
    const none = await leaverWith(file(other)).here(bench, event());
    expect(none.messages.join()).toContain("No leaver's policy applies to mailbox");
    const own = {
      ...other,
      Id: "own",
      AppliesTo: [{ Property: "RecipientTypeDetails", Values: ["usermailbox"] }],
    };
    await leaverWith(file(other, own, { ...office, Id: "all" })).here(bench, event());
    expect(bench.stored(aoife)).toMatchObject({ DisplayName: "Aoife <O'Brien> (other)" });
    expect(bench.stored(aoife)).toMatchObject({ RecipientTypeDetails: "UserMailbox" });
  });

  it("fails for a membership that Active Directory masters, and ends the others", async () => {
    bench.emulator.state().objects.forEach((object) => {
      if (object["DisplayName"] === "Synced rights") object["Members"] = [aoife];
    });
    const { answer, messages } = await leave();
    expect(answer).toMatchObject({ outcome: "masteredOnPremises" });
    expect(messages.join("\n")).toContain('stays a member of group "Synced rights"');
    const memberships = tenant().filter((line) => line.startsWith("member of"));
    expect(memberships).toEqual(["member of Synced rights"]);
    expect(bench.stored(aoife)).toMatchObject({ RecipientTypeDetails: "SharedMailbox" });
  });

  it("is told not to be carried out for a leaver without a mailbox, who keeps memberships", async () => {
    const former = guidOf("Petra Proxies");
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === former) object["RecipientTypeDetails"] = "MailUser";
    });
    const all = await leave({ reference: former });
    expect(all.answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(all.messages.join("\n")).toContain(
      "Its memberships and its access to other mailboxes were not looked at",
    );
    const convert = leaverWith(file({ ...office, Steps: [{ Step: "ConvertToShared" }] }));
    const { answer, messages } = await convert.here(bench, event({ reference: former }));
    expect(answer.outputContext.Success).toBe(true);
    expect(messages.join("\n")).toContain("no leaver's policy was carried out");
  });

  it.each<[string, object]>([
    ["Set-CASMailbox", { Step: "DisableProtocols", Protocols: ["OWAEnabled"] }],
    ["Remove-DistributionGroupMember", { Step: "EndMemberships" }],
  ])("is no success when %s is accepted and not done", async (cmdlet, step) => {
    const before = tenant();
    bench.emulator.setFaults([{ named: "ignored", match: { cmdlet } }]);
    const { answer } = await leaverWith(file({ ...office, Steps: [step] })).here(bench, event());
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    const members = (lines: string[]): string[] =>
      lines.filter((line) => /^(member|OWA)/.test(line));
    expect(members(tenant())).toEqual(members(before));
  });

  it("says what a shared mailbox still needs a licence for", async () => {
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] !== aoife) return;
      object["TotalItemSize"] = "62 GB (66,571,993,088 bytes)";
      object["ArchiveStatus"] = "Active";
    });
    const convert = leaverWith(file({ ...office, Steps: [{ Step: "ConvertToShared" }] }));
    const { messages } = await convert.here(bench, event());
    expect(messages.join("\n")).toContain(
      "has 62.0 GB and an archive: as a shared mailbox it still needs its licence.",
    );
  });

  it("converts nothing whose size is not known", async () => {
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === aoife) object["TotalItemSize"] = "much";
    });
    const convert = leaverWith(file({ ...office, Steps: [{ Step: "ConvertToShared" }] }));
    const { answer, messages } = await convert.here(bench, event());
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join("\n")).toContain("did not return the size of mailbox");
    expect(bench.stored(aoife)).toMatchObject({ RecipientTypeDetails: "UserMailbox" });
  });

  it("switches off the named protocols only, hides the mailbox, removes devices, cancels meetings", async () => {
    await leave();
    expect(bench.stored(aoife)).toMatchObject({
      ActiveSyncEnabled: false,
      OWAEnabled: false,
      SmtpClientAuthenticationDisabled: true,
      HiddenFromAddressListsEnabled: true,
      RetentionPolicy: "Leavers",
      MobileDevices: [],
      OrganizedMeetings: 0,
    });
    expect(bench.stored(aoife)["PopEnabled"] ?? true).toBe(true);
  });

  it("never shortens a hold", async () => {
    const hold = (Duration: number | string) =>
      leaverWith(file({ ...office, Steps: [{ Step: "PlaceOnHold", Duration }] })).here(
        bench,
        event(),
      );
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === aoife) object["PersistedCapabilities"] = ["BPOS_S_Enterprise"];
    });
    await hold("Unlimited");
    const { messages } = await hold(30);
    expect(bench.stored(aoife)).toMatchObject({ LitigationHoldEnabled: true });
    expect(bench.stored(aoife)["LitigationHoldDuration"] ?? "Unlimited").toBe("Unlimited");
    expect(messages.join()).toContain("longer than one of 30 days; it was not changed");
  });

  it("does nothing that it could not undo", async () => {
    const before = bench.stored(aoife);
    bench.emulator.state().objects.forEach((object) => {
      if (object["Guid"] === aoife) object["IsDirSynced"] = true;
    });
    const { answer, messages } = await leave({ data: { HiddenFromAddressListsEnabled: null } });
    expect(answer.outcome).toBe("masteredOnPremises");
    expect(messages.join()).toContain("msExchExtensionCustomAttribute5");
    expect(bench.stored(aoife)["AutoReplyState"]).toBe(before["AutoReplyState"]);
  });
});

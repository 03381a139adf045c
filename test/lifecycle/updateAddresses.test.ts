import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { updateAnswer } from "../generated/answers.ts";
import action from "../../lifecycle/update.ts";
import { changeEventFor, type ChangeChoices } from "../events.ts";
import { Bench, guidOf, runnerOf } from "../bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const runner = runnerOf("lifecycle/update", action, updateAnswer);
const event = (choices: ChangeChoices): unknown => changeEventFor(bench.running, choices);
const update = (choices: ChangeChoices) => runner.here(bench, event(choices));

const aoife = guidOf("Aoife O'Brien");

const petra = guidOf("Petra Proxies");
const addressesOf = (guid: string): unknown => bench.stored(guid)["EmailAddresses"];

describe("addresses", () => {
  it.each([
    ["fabrikam.onmicrosoft.com", "SMTP:petra.new@contoso.com", 1],
    ["contoso.onmicrosoft.com", "SMTP:petra.new@contoso.com", 0],
    ["fabrikam.onmicrosoft.com", "SMTP:petra.new@fabrikam.com", 0],
  ])(
    "at the domain of the shipped mapping are a warning: in %s, %s",
    async (Organization, address, times) => {
      const { stderr } = await update({
        reference: petra,
        data: { EmailAddresses: [address] },
        configuration: { Organization },
        dryRun: true,
      });
      const warnings = stderr.split("\n").filter((line) => line.includes('"level":"warning"'));
      expect(warnings).toEqual(
        Array.from(
          { length: times },
          () =>
            expect.stringMatching(
              /EmailAddresses is mapped with .*petra\.new@contoso\.com.*the example in the shipped mapping/,
            ) as string,
        ),
      );
    },
  );

  it("sets a new primary address and keeps every other one unchanged", async () => {
    const before = addressesOf(petra) as string[];
    const { answer } = await update({
      reference: petra,
      data: { EmailAddresses: ["SMTP:petra.new@contoso.com"] },
    });
    expect(answer.plan).toMatchObject([
      {
        parameters: {
          EmailAddresses: {
            add: ["SMTP:petra.new@contoso.com", "smtp:petra.proxies@contoso.com"],
            remove: ["SMTP:petra.proxies@contoso.com"],
          },
        },
      },
    ]);
    const expected = [
      ...before.filter((entry) => entry !== "SMTP:petra.proxies@contoso.com"),
      "SMTP:petra.new@contoso.com",
      "smtp:petra.proxies@contoso.com",
    ].sort();
    expect([...(addressesOf(petra) as string[])].sort()).toEqual(expected);
    expect([...(answer.outputContext.Data?.["EmailAddresses"] as string[])].sort()).toEqual(
      expected,
    );
    expect(answer.outputContext.PreviousData).toEqual({ EmailAddresses: before });
  });

  it("promotes a secondary address in the mapped casing, and back again", async () => {
    const before = [...(addressesOf(petra) as string[])];
    const after = before.map((entry) =>
      entry === "smtp:Petra.Maiden@contoso.com" ? "smtp:petra.maiden@contoso.com" : entry,
    );
    await update({ reference: petra, data: { EmailAddresses: ["SMTP:petra.maiden@contoso.com"] } });
    expect(addressesOf(petra)).toEqual(
      expect.arrayContaining(["SMTP:petra.maiden@contoso.com", "smtp:petra.proxies@contoso.com"]),
    );
    await update({
      reference: petra,
      data: { EmailAddresses: ["SMTP:petra.proxies@contoso.com"] },
    });
    expect([...(addressesOf(petra) as string[])].sort()).toEqual(after.sort());
  });

  it.each<[string, string[]]>([
    [
      "addresses it has, in another casing",
      ["SMTP:PETRA.PROXIES@CONTOSO.COM", "smtp:petra.maiden@contoso.com"],
    ],
    ["its primary address as a secondary one", ["smtp:petra.proxies@contoso.com"]],
    ["an address without a prefix", ["petra.maiden@contoso.com"]],
    ["no address", []],
  ])("leaves everything alone when the mapping gives %s", async (_name, EmailAddresses) => {
    const { answer } = await update({ reference: petra, data: { EmailAddresses } });
    expect(answer).toMatchObject({ outcome: "alreadySo", plan: [] });
  });

  it.each<[string, string, [name: string, address: string], string]>([
    [
      "another mailbox",
      "SMTP:finn.oneil@contoso.com",
      ["Finn O''Neil", "finn.oneil@contoso.com"],
      "UserMailbox",
    ],
    [
      "a secondary address of another one",
      "smtp:Petra.Maiden@contoso.com",
      ["Petra Proxies", "petra.proxies@contoso.com"],
      "UserMailbox",
    ],
    [
      "a soft-deleted mailbox",
      "smtp:wanted@contoso.com",
      ["Otto Once", "otto.once@contoso.com"],
      "UserMailbox",
    ],
    [
      "a group",
      "smtp:salesteam@contoso.com",
      ["Sales team", "salesteam@contoso.com"],
      "MailUniversalDistributionGroup",
    ],
    [
      "a Microsoft 365 group",
      "smtp:allstaff@contoso.com",
      ["All Staff", "allstaff@contoso.com"],
      "GroupMailbox",
    ],
    ["a contact", "smtp:cor@fabrikam.com", ["Cor Contact", "cor@fabrikam.com"], "MailContact"],
    [
      "a room",
      "smtp:boardroom@contoso.com",
      ["Board Room", "boardroom@contoso.com"],
      "RoomMailbox",
    ],
  ])("names the holder of an address in use: %s", async (_name, address, [holder, own], type) => {
    const message =
      `The address ${address.replace(/^smtp:/i, "")} is already used by "${holder}" ` +
      `<${own}> (${type}, ${guidOf(holder)}).`;
    const before = addressesOf(aoife);
    for (const dryRun of [true, false]) {
      const { answer, messages } = await update({
        data: { EmailAddresses: [address], CustomAttribute2: "not alone" },
        dryRun,
      });
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([message]);
    }
    expect(bench.writes()).toEqual([]);
    expect(addressesOf(aoife)).toEqual(before);
  });

  it.each<[string, string]>([
    ["a domain that is not accepted", "smtp:aoife@elsewhere.example"],
    ["somebody's user name", "smtp:mia.maiden@contoso.com"],
  ])("passes on the refusal of the service: %s", async (_name, address) => {
    const { answer, messages } = await update({ data: { EmailAddresses: [address] } });
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(
      /^Set EmailAddresses of mailbox .*: failed\. Exchange Online refused Set-Mailbox.*: /,
    );
    expect(messages[0]).toMatch(/ \(request [0-9a-f-]{36}\)$/);
  });
});

import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { listedPolicies } from "../../lib/leaver/policies.ts";
import { leaverProblems } from "../../tools/check/leaver.ts";
import { JsonFile } from "../../tools/check/jsonFile.ts";
import { systemOf } from "../../tools/session/systems.ts";

const policy = { Id: "office", Event: "delete", Steps: [{ Step: "ConvertToShared" }] };
const withSteps = (...Steps: object[]): object => ({ policies: [{ ...policy, Steps }] });
const share = { Step: "Share", With: ["manager"], Rights: ["SendAs"], WithoutManager: "skip" };
const reply = (InternalMessage: string): object => ({
  Step: "SetAutomaticReply",
  Messages: [{ InternalMessage }],
});

function messageOf(data: unknown): string {
  try {
    listedPolicies(data);
  } catch (thrown) {
    return Fault.of(thrown).message;
  }
  return "";
}

describe("the policies of leavers", () => {
  it("are none as shipped", () => {
    expect(listedPolicies().policies).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ["no policies", {}, /policies is missing/i],
    [
      "a property that is no marker",
      { MarkerProperty: "CustomAttribute1", policies: [] },
      /ExtensionCustomAttribute1 to/,
    ],
    ["no steps", withSteps(), /policy "office": it has no Steps\./],
    ["an unknown step", withSteps({ Step: "Convert" }), /ConvertToShared/],
    [
      "a missing value",
      withSteps({ Step: "ChangeDisplayName" }),
      /ChangeDisplayName needs Suffix\./,
    ],
    ["an empty list", withSteps({ ...share, With: [] }), /Share needs With\./],
    [
      "a value of another step",
      withSteps({ Step: "RemoveAliases", To: "manager" }),
      /RemoveAliases has no To\./,
    ],
    ["no protocols", withSteps({ Step: "DisableProtocols" }), /DisableProtocols needs Protocols/],
    [
      "an unknown protocol",
      withSteps({ Step: "DisableProtocols", Protocols: ["OWA"] }),
      /parameter of Set-CASMailbox/,
    ],
    ["meetings of no days", withSteps({ Step: "CancelMeetings", Days: 0 }), /from 1 to 1825/],
    ["a step twice", withSteps(share, share), /Share is there twice\./],
    [
      "no word on a missing manager",
      withSteps({ ...share, WithoutManager: undefined }),
      /needs WithoutManager: skip or fail/,
    ],
    [
      "a word on a manager who is not needed",
      withSteps({ ...share, With: ["a@contoso.com"] }),
      /WithoutManager says nothing/,
    ],
    [
      "a forward to no address",
      withSteps({ Step: "Forward", To: "boss", KeepCopy: true }),
      /has "boss" as To/,
    ],
    [
      "auto-mapping without Full Access",
      withSteps({ ...share, AutoMapping: true }),
      /only for FullAccess/,
    ],
    [
      "a duration that is none",
      withSteps({ Step: "PlaceOnHold", Duration: 0 }),
      /expected whole days from 1, or Unlimited/,
    ],
    ["an unknown placeholder", withSteps(reply("{Name} left")), /\{Name\}, which does not exist/],
    [
      "only texts of a language",
      withSteps({
        Step: "SetAutomaticReply",
        Messages: [{ Language: "nl", InternalMessage: "x" }],
      }),
      /needs Messages without a Language/,
    ],
    [
      "a reply that is never sent",
      withSteps({ Step: "Forward", To: "a@contoso.com", KeepCopy: false }, reply("x")),
      /no one gets the reply/,
    ],
    [
      "an end of access that is not the last step",
      { MarkerProperty: "ExtensionCustomAttribute5", ...withSteps({ Step: "EndAccess" }, share) },
      /EndAccess has to be the last step/,
    ],
    [
      "an end of access without a place for its progress",
      withSteps({ Step: "EndAccess" }),
      /EndAccess needs MarkerProperty/,
    ],
    [
      "a condition that a step makes untrue",
      {
        policies: [
          { ...policy, AppliesTo: [{ Property: "RecipientTypeDetails", Values: ["UserMailbox"] }] },
        ],
      },
      /ConvertToShared changes RecipientTypeDetails.*add the value SharedMailbox/,
    ],
    [
      "an unknown property",
      { policies: [{ ...policy, AppliesTo: [{ Property: "Team", Values: ["x"] }] }] },
      /no property "Team"/,
    ],
    [
      "a policy that never applies",
      { policies: [policy, { ...policy, Id: "other" }] },
      /policy "other": it never applies/,
    ],
    [
      "an Id twice",
      { policies: [policy, { ...policy, Event: "disable" }] },
      /the Id is used twice/,
    ],
  ])("are refused with %s", (_, data, message) => {
    expect(messageOf(data)).toMatch(/^lifecycle\/leaver\.json cannot be used\. /);
    expect(messageOf(data)).toMatch(message);
  });

  it("are checked with the place of a mistake", async () => {
    const steps = `[
      { "Step": "Forward" }
    ]`;
    const text = `{
  "policies": [
    { "Id": "a", "Event": "delete", "Steps": ${steps} }
  ]
}`;
    const file = new JsonFile("lifecycle/leaver.json", Buffer.from(text));
    const system = systemOf("lifecycle/leaver.json");
    const problems = await leaverProblems({ file, domains: [], system, other: () => undefined });
    expect(problems).toMatchObject([
      { line: 4, column: 7, field: "a", message: "Forward needs To." },
      { line: 4, column: 7, field: "a", message: "Forward needs KeepCopy." },
    ]);
  });
});

import { describe, expect, it } from "vitest";
import type { Answer } from "../scenario.ts";
import { judge, rules, type Case } from "./judge.ts";
import { password, type Seen } from "./tenant.ts";

const user: Seen = {
  id: "1",
  isEnabled: true,
  isDeleted: false,
  isHidden: false,
  isMember: true,
  isOwner: true,
  isLicensed: true,
  hasHeldMailbox: true,
  jobTitle: "Nurse",
  phone: "+31 1",
  passes: ["a-pass"],
};
const answerOf = (Success: boolean, Message = "done"): Answer =>
  ({
    outputContext: { Success, AuditLogs: [{ Message }] },
    outcome: "done",
    plan: [],
  }) as unknown as Answer;

/** An update that went well, with changes. */
function caseOf({
  configuration = {},
  ...changes
}: Partial<Case> & { configuration?: object }): Case {
  return {
    verb: "update",
    circumstances: {
      configuration: { ...configuration },
      hasAccount: true,
      isLicensedByGroup: false,
      isHeld: true,
      hasOwnPhone: false,
      licensesOnCreate: false,
      lagMs: 0,
    },
    isDryRun: false,
    answer: answerOf(true),
    code: 0,
    written: "",
    jobTitle: "Nurse",
    before: { users: [user], bystanders: "", groups: ["1"] },
    after: { users: [user], bystanders: "", groups: ["1"] },
    wasLiedTo: false,
    tookMs: 100,
    deadlineMs: 25_000,
    ...changes,
  };
}
const tenantWith = (...users: Seen[]): Case["after"] => ({ users, bystanders: "", groups: ["1"] });

describe("a rule of the campaign", () => {
  it("is broken by nothing when all is well", () => {
    expect(judge(caseOf({}))).toEqual([]);
  });

  it.each<[string, Parameters<typeof caseOf>[0]]>([
    ["E1", { after: tenantWith(user, { ...user, id: "2" }) }],
    ["E2", { after: { users: [user], bystanders: "changed", groups: ["1"] } }],
    ["E3", { answer: undefined, after: tenantWith({ ...user, isDeleted: true }) }],
    ["E4", { verb: "disable" }],
    ["E4", { verb: "delete", configuration: { deleteAccount: true }, jobTitle: "" }],
    ["E10", { verb: "revoke" }],
    ["E10", { verb: "disown" }],
    ["E13", { after: { users: [user], bystanders: "", groups: ["1", "2"] } }],
    ["E5", { verb: "resources", after: { users: [user], bystanders: "", groups: [] } }],
    ["E5", { verb: "own", after: tenantWith({ ...user, isOwner: false }) }],
    ["E11", { verb: "unlicense" }],
    ["E14", { verb: "unphone" }],
    ["E14", { verb: "unpass" }],
    ["E15", { after: tenantWith({ ...user, passes: ["a-pass", "b-pass"] }) }],
    ["E15", { written: "a line with a-pass" }],
    ["E15", { verb: "pass", after: tenantWith({ ...user, passes: [] }) }],
    ["E16", { after: tenantWith({ ...user, phone: "+31 2" }) }],
    ["E5", { verb: "phone", after: tenantWith({ ...user, phone: "" }) }],
    [
      "E12",
      {
        verb: "unlicense",
        configuration: { exchangeOnlineIntegration: true },
        after: tenantWith({ ...user, isLicensed: false, hasHeldMailbox: false }),
      },
    ],
    ["E5", { verb: "license", after: tenantWith({ ...user, isLicensed: false }) }],
    ["E5", { verb: "grant", after: tenantWith({ ...user, isMember: false }) }],
    ["E5", { jobTitle: "Doctor" }],
    ["E5", { verb: "enable", after: tenantWith({ ...user, isEnabled: false }) }],
    ["E5", { verb: "create", before: tenantWith(), after: tenantWith() }],
    [
      "E5",
      {
        verb: "disable",
        configuration: { exchangeOnlineIntegration: true },
        after: tenantWith({ ...user, isEnabled: false }),
      },
    ],
    ["E6", { isDryRun: true, after: tenantWith({ ...user, jobTitle: "Doctor" }) }],
    ["E7", { written: `a line with ${password}` }],
    ["E8", { code: 1 }],
    ["E8", { tookMs: 27_000 }],
  ])("%s is broken by what breaks it", (rule, changes) => {
    expect(judge(caseOf(changes)).map((found) => found.rule)).toEqual([rule]);
    expect(Object.keys(rules)).toContain(rule);
  });

  it("E4 excuses a plain acceptance that the audit log names, unless revokes are strict", () => {
    const accepted = answerOf(true, "Disable: accepted; its lists do not show it yet.");
    const lied = { verb: "disable" as const, answer: accepted, wasLiedTo: true };
    expect(judge(caseOf(lied))).toEqual([]);
    const strict = { ...lied, configuration: { ConfirmRevokes: "strict" } };
    expect(judge(caseOf(strict)).map(({ rule }) => rule)).toEqual(["E4"]);
  });
});

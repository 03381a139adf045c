import { describe, expect, it } from "vitest";
import type { Answer } from "../scenario.ts";
import { judge, rules, type Case } from "./judge.ts";
import type { Circumstances } from "./life.ts";
import { password, servicePassword, staff, ward, type Account, type Seen } from "./world.ts";

const account: Account = {
  id: "1",
  dn: `CN=Nora,${staff}`,
  isEnabled: true,
  isHidden: false,
  access: "all",
  title: "Nurse",
  manager: "2",
};
const seen = (own: Partial<Seen> = {}): Seen => ({
  accounts: [account],
  isMailboxHidden: false,
  isMailboxStale: false,
  bystanders: "",
  ...own,
});
const accountWith = (own: Partial<Account>): Seen => seen({ accounts: [{ ...account, ...own }] });
const answerOf = (Success: boolean, more = {}): Answer =>
  ({
    outputContext: { Success, AuditLogs: [{ Message: "done" }], ...more },
    outcome: "done",
    plan: [],
  }) as unknown as Answer;

/** An update that went well, with changes. */
function caseOf({
  having = {},
  ...changes
}: Partial<Case> & { having?: Partial<Circumstances> }): Case {
  return {
    verb: "update",
    circumstances: {
      grant: "group",
      hasAccount: true,
      isCloudManaged: false,
      seesDeleted: true,
      exchangeOnlineIntegration: false,
      deleteAccount: false,
      setsManager: true,
      ...having,
    },
    isDryRun: false,
    isMoved: false,
    title: "Nurse",
    answer: answerOf(true),
    code: 0,
    written: "",
    before: seen(),
    after: seen(),
    wasLiedTo: false,
    tookMs: 100,
    deadlineMs: 25_000,
    ...changes,
  };
}

describe("a rule of the campaign", () => {
  it("is broken by nothing when all is well", () => {
    expect(judge(caseOf({}))).toEqual([]);
  });

  it.each<[string, Parameters<typeof caseOf>[0]]>([
    ["H1", { after: seen({ accounts: [account, { ...account, id: "2" }] }) }],
    ["H2", { after: seen({ bystanders: "changed" }) }],
    ["H3", { answer: undefined, after: seen({ accounts: [] }) }],
    ["H3", { answer: undefined, verb: "delete", after: seen({ accounts: [] }) }],
    ["H4", { verb: "disable" }],
    ["H4", { verb: "delete" }],
    [
      "H4",
      { verb: "delete", having: { deleteAccount: true }, after: accountWith({ isEnabled: false }) },
    ],
    ["H5", { title: "Doctor" }],
    ["H5", { isMoved: true }],
    ["H5", { after: accountWith({ manager: "" }) }],
    ["H5", { verb: "create", before: seen({ accounts: [] }), after: seen({ accounts: [] }) }],
    ["H5", { verb: "grant", after: accountWith({ access: "some" }) }],
    ["H5", { verb: "enable", after: accountWith({ isEnabled: false }) }],
    ["H6", { isDryRun: true, after: accountWith({ title: "Doctor" }) }],
    ["H7", { written: `a line with ${password}` }],
    ["H7", { written: `a line with ${servicePassword}` }],
    ["H7", { answer: answerOf(true, { Data: { password: servicePassword } }) }],
    ["H8", { code: 1 }],
    ["H8", { tookMs: 27_000 }],
    ["H10", { verb: "revoke" }],
    ["H10", { verb: "revoke", after: accountWith({ access: "some" }) }],
    [
      "H11",
      {
        verb: "disable",
        having: { exchangeOnlineIntegration: true },
        after: accountWith({ isEnabled: false }),
      },
    ],
    [
      "H11",
      {
        verb: "disable",
        having: { exchangeOnlineIntegration: true, isCloudManaged: true },
        after: accountWith({ isEnabled: false, isHidden: true }),
      },
    ],
  ])("%s is broken by what breaks it", (rule, changes) => {
    expect(judge(caseOf(changes)).map((found) => found.rule)).toEqual([rule]);
    expect(Object.keys(rules)).toContain(rule);
  });

  it("is not broken by an account that moved, or by a mailbox that is hidden where it is mastered", () => {
    const moved = accountWith({ dn: `CN=Nora Moved,${ward}` });
    expect(judge(caseOf({ isMoved: true, after: moved }))).toEqual([]);
    const hidden = seen({ accounts: [{ ...account, isEnabled: false }], isMailboxHidden: true });
    const having = { exchangeOnlineIntegration: true, isCloudManaged: true };
    expect(judge(caseOf({ verb: "disable", having, after: hidden }))).toEqual([]);
  });
});

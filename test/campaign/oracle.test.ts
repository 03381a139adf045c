import { expect, test } from "vitest";
import { Chance } from "./chance.ts";
import { VirtualClock } from "./clock.ts";
import { directoryObject } from "./fake/model.ts";
import { judge, type Case } from "./oracle.ts";
import { left, type Answer } from "./scenario.ts";
import type { Made } from "./wire.ts";

const group = directoryObject("g1", "MailUniversalDistributionGroup", "Group");
const write: Made = {
  cmdlet: "Remove-DistributionGroupMember",
  parameters: { Identity: "g1", Member: "p1", Confirm: false },
  isWrite: true,
  at: 0,
  trouble: undefined,
  reply: { status: 200, headers: {}, text: '{"value":[]}' },
  isApplied: true,
};
const step = {
  cmdlet: "Remove-DistributionGroupMember",
  parameters: write.parameters,
  sentence: "Remove P",
  sent: true,
};

/** A revoke that went well, with what a test makes of it. */
function caseWith({
  answer = {},
  made = [write],
  message = "Remove P: done.",
  success = true,
  ...others
}: Partial<Case> & {
  answer?: Partial<Answer>;
  made?: Made[];
  message?: string;
  success?: boolean;
}): Case {
  const whole: Answer = {
    outputContext: { Success: success, AuditLogs: [{ Message: message, IsError: !success }] },
    outcome: "done",
    plan: [step],
    stats: {},
    ...answer,
  };
  return {
    event: { actionContext: { DryRun: false, Configuration: {} } },
    execution: {
      code: success ? 0 : 1,
      stdout: JSON.stringify(whole),
      stderr: "",
      answer: whole,
      records: [],
      made,
      met: new Map(),
      tookMs: 100,
      deadlineMs: 25_000,
      late: [],
    },
    before: [group],
    after: [group],
    tokens: [],
    shortfalls: () => [],
    mayChange: () => false,
    ...others,
  };
}

const rulesOf = (one: Case): string[] => judge(one).map(({ rule }) => rule);
const isLeft = (): ReturnType<Case["shortfalls"]> => [
  left("still a member", /^Remove-DistributionGroupMember$/),
];

test("a successful revoke breaks no rule", () => {
  expect(rulesOf(caseWith({}))).toEqual([]);
});

test("access that remains after a success breaks I3", () => {
  expect(rulesOf(caseWith({ shortfalls: isLeft }))).toEqual(["I3"]);
});

test("an acceptance without proof that the audit log reports is excused, unless strict", () => {
  const accepted = {
    shortfalls: isLeft,
    message: "Remove P: accepted; its lists do not show it yet.",
  };
  const strict = { actionContext: { DryRun: false, Configuration: { ConfirmRevokes: "strict" } } };

  expect(rulesOf(caseWith(accepted))).toEqual([]);
  expect(rulesOf(caseWith({ ...accepted, event: strict }))).toEqual(["I3"]);
});

test("an acceptance with a warning or after a retry is not excused", () => {
  const accepted = {
    shortfalls: isLeft,
    message: "Remove P: accepted; its lists do not show it yet.",
  };
  const text = '{"value":[],"@adminapi.warnings":["Something."]}';
  const warned = { ...write, reply: { status: 200, headers: {}, text } };

  expect(rulesOf(caseWith({ ...accepted, made: [warned] }))).toEqual(["I3"]);
  expect(rulesOf(caseWith({ ...accepted, made: [write, write] }))).toEqual(["I3"]);
});

test("an acceptance after a refusal is excused: another way was tried", () => {
  const accepted = {
    shortfalls: isLeft,
    message: "Remove P: accepted; its lists do not show it yet.",
  };
  const parameters = { ...write.parameters, BypassSecurityGroupManagerCheck: true };
  const refused = { ...write, isApplied: false, reply: { status: 400, headers: {}, text: "{}" } };

  expect(rulesOf(caseWith({ ...accepted, made: [refused, { ...write, parameters }] }))).toEqual([]);
  expect(rulesOf(caseWith({ ...accepted, made: [refused] }))).toEqual(["I3"]);
});

test("a change that no event names breaks I14", () => {
  const after = [{ ...group, hidden: true }];

  expect(rulesOf(caseWith({ after }))).toEqual(["I14", "I14"]);
});

test("an applied step that is reported as failed breaks I13", () => {
  expect(rulesOf(caseWith({ success: false, message: "Remove P: failed. Why." }))).toEqual(["I13"]);
});

test("an applied write without a step breaks I5, and a dry run that writes I8", () => {
  const event = { actionContext: { DryRun: true, Configuration: {} } };

  expect(rulesOf(caseWith({ answer: { plan: [] } }))).toEqual(["I5"]);
  expect(rulesOf(caseWith({ event }))).toEqual(["I8"]);
});

test("a token in the output breaks I11, an answer after the deadline I10", () => {
  const late = caseWith({});
  late.execution.tookMs = 26_001;
  const told = caseWith({ tokens: ["Remove P"] });

  expect(rulesOf(late)).toEqual(["I10"]);
  expect(rulesOf(told)).toEqual(["I11"]);
});

test("the same seed draws the same", () => {
  const drawn = (seed: number): number[] => {
    const chance = new Chance(seed, 7);
    return Array.from({ length: 5 }, chance.next);
  };

  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});

test("time passes only while everyone waits, and not beyond the alarm", async () => {
  const clock = new VirtualClock();
  const end = new AbortController();
  clock.setAlarm(25_000, () => end.abort(new Error("over")));
  const work = clock.sleep(10_000, end.signal).then(() => clock.sleep(Infinity, end.signal));

  await expect(clock.pass(work)).rejects.toThrow("over");
  expect(clock.now).toBe(25_000);
});

import { describe, expect, it } from "vitest";
import { Fault, type FaultKind } from "../../lib/fault.ts";
import { failed, finished, unusable, type Ending } from "../../lib/host/answer.ts";
import type { StepRecord } from "../../lib/host/stepRecord.ts";
import { verbs } from "../../lib/host/verbs.ts";
import { checked, guid, step } from "./world.ts";

const stats = { requests: 2, retries: 0, waitedMs: 0, totalMs: 10 };
const ending = (...taken: StepRecord[]): Ending => ({
  verb: verbs.create,
  taken,
  output: { AccountReference: guid, AccountCorrelated: true, Data: {} },
  stats,
});
const bare = (...taken: StepRecord[]): Ending => ({ ...ending(...taken), output: {} });
const taken = (property: string, result: StepRecord["result"], fault?: Fault): StepRecord => ({
  step: { ...step(property), sent: result !== "planned" },
  result,
  ...(fault === undefined ? {} : { fault }),
});
const denied = new Fault({
  kind: "denied",
  message: "The application may not do this.",
  requestId: "r-1",
});
const result = { audit: [{ Action: "CorrelateAccount" as const, Message: "Correlated." }] };

const linesOf = (answer: unknown): [string | undefined, string, boolean][] =>
  checked(answer).outputContext.AuditLogs.map(({ Action, Message, IsError }) => [
    Action,
    Message,
    IsError,
  ]);

describe("the answer of a run that finished", () => {
  it("includes what the action found, and a line for each step in its order", () => {
    const answer = finished(result, ending(taken("A", "done"), taken("B", "alreadySo")));
    expect(linesOf(answer)).toEqual([
      ["CorrelateAccount", "Correlated.", false],
      ["UpdateAccount", "Set A: done.", false],
      ["UpdateAccount", "Set B: was already so.", false],
    ]);
    expect(answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, AccountReference: guid },
      plan: [
        { ...step("A"), sent: true },
        { ...step("B"), sent: true },
      ],
      stats,
    });
  });

  it("describes in a dry run what would be done", () => {
    const answer = finished(result, ending(taken("A", "planned")));
    expect(linesOf(answer)[1]).toEqual([
      "UpdateAccount",
      "Set A: would be done, this is a dry run.",
      false,
    ]);
    expect(answer).toMatchObject({ outcome: "done", plan: [{ sent: false }] });
  });

  it("is alreadySo when nothing had to change, or the service changed nothing", () => {
    expect(finished(result, ending()).outcome).toBe("alreadySo");
    expect(finished(result, ending(taken("A", "alreadySo"))).outcome).toBe("alreadySo");
  });

  it("is done when a change was accepted and does not show yet", () => {
    const answer = finished({}, bare(taken("A", "accepted"), taken("B", "alreadySo")));
    expect([answer.outcome, answer.outputContext.Success]).toEqual(["done", true]);
  });

  it("is done when the verb only reads", () => {
    expect(finished({}, { ...bare(), verb: verbs.import }).outcome).toBe("done");
    expect(finished({}, { ...bare(), verb: verbs.update }).outcome).toBe("alreadySo");
  });

  it("still reports a step that failed and that the action recovered from", () => {
    expect(
      linesOf(finished(result, ending(taken("A", "failed", denied), taken("B", "done")))),
    ).toEqual([
      ["CorrelateAccount", "Correlated.", false],
      ["UpdateAccount", "Set A: failed. The application may not do this. (request r-1)", false],
      ["UpdateAccount", "Set B: done.", false],
    ]);
  });

  it("stays a success regardless of the data that the action returns", () => {
    expect(
      finished(result, { ...ending(), output: { Success: false, AuditLogs: [] } }).outputContext,
    ).toMatchObject({ Success: true, AuditLogs: [{ Message: "Correlated." }] });
  });
});

describe("the answer of a run that a fault ended", () => {
  it("includes the steps before the fault", () => {
    const answer = failed([denied], bare(taken("A", "done"), taken("B", "failed", denied)));
    expect(linesOf(answer)).toEqual([
      ["UpdateAccount", "Set A: done.", false],
      ["UpdateAccount", "Set B: failed. The application may not do this. (request r-1)", true],
      [undefined, "Only partly done: 1 of 2 changes.", true],
    ]);
    expect(answer).toMatchObject({
      outcome: "forbidden",
      plan: [{ sent: true }, { sent: true }],
      stats,
      outputContext: { Success: false },
    });
  });

  it("has the fault on a line of its own when no step met it", () => {
    const other = new Fault({ kind: "missing", message: "No such mailbox." });
    expect(linesOf(failed([denied], bare()))).toEqual([
      [undefined, "The application may not do this. (request r-1)", true],
    ]);
    expect(
      linesOf(failed([other], bare(taken("A", "failed", denied), taken("B", "planned")))),
    ).toEqual([
      ["UpdateAccount", "Set A: failed. The application may not do this. (request r-1)", true],
      ["UpdateAccount", "Set B: would be done, this is a dry run.", false],
      [undefined, "No such mailbox.", true],
    ]);
  });

  it("says that a change whose answer never came may have been applied", () => {
    const cut = new Fault({ kind: "unavailable", message: "The connection was cut." });
    expect(linesOf(failed([cut], bare(taken("A", "unknown", cut))))).toEqual([
      [
        "UpdateAccount",
        "Set A: was sent; it is unknown whether it was applied. The connection was cut.",
        true,
      ],
    ]);
  });

  it.each(["unavailable", "unexpected"] as const)(
    "says the same of a change that was cut off by the end of the run: %s",
    (kind) => {
      const end = new Fault({ kind, message: "The run was ended." });
      expect(linesOf(failed([end], bare(taken("A", "done"), taken("B", "unknown"))))).toEqual([
        ["UpdateAccount", "Set A: done.", false],
        [
          "UpdateAccount",
          "Set B: was sent; it is unknown whether it was applied. The run was ended.",
          true,
        ],
        [undefined, "Only partly done: 1 of 2 changes.", true],
      ]);
    },
  );

  it("distinguishes changes that ran side by side", () => {
    expect(
      linesOf(failed([denied], bare(taken("A", "unknown"), taken("B", "failed", denied)))),
    ).toEqual([
      ["UpdateAccount", "Set A: was sent; it is unknown whether it was applied.", true],
      ["UpdateAccount", "Set B: failed. The application may not do this. (request r-1)", true],
    ]);
  });

  const outcomes: Record<FaultKind, string> = {
    missing: "gone",
    noEntry: "unknown",
    notReady: "notYet",
    ambiguous: "ambiguous",
    taken: "invalid",
    onPremises: "masteredOnPremises",
    unlicensed: "notLicensed",
    denied: "forbidden",
    notManager: "forbidden",
    invalid: "invalid",
    throttled: "throttled",
    unavailable: "unknown",
    unexpected: "unknown",
  };
  it.each(Object.entries(outcomes) as [FaultKind, string][])(
    "has an outcome for the fault %s: %s",
    (kind, outcome) => {
      expect(checked(failed([new Fault({ kind, message: "m" })], bare()))).toMatchObject({
        outcome,
        outputContext: { Success: false, AuditLogs: [{ Message: "m", IsError: true }] },
      });
    },
  );
});

describe("the answer to an event that could not be used", () => {
  it("has a line for every fault", () => {
    const answer = unusable(["One.", "Two."], { taken: [], output: {}, stats });
    expect(linesOf(answer)).toEqual([
      [undefined, "One.", true],
      [undefined, "Two.", true],
    ]);
    expect(answer).toMatchObject({
      outcome: "invalid",
      plan: [],
      stats,
      outputContext: { Success: false },
    });
  });
});

describe("an audit line of a verb without an audit action", () => {
  it("leaves the action to the platform", () => {
    const verb = { name: "test", whenMissing: "failure", deadlineMs: 1 } as const;
    expect(
      failed([denied], { verb, taken: [taken("A", "failed", denied)], output: {}, stats })
        .outputContext.AuditLogs,
    ).toEqual([
      { Message: "Set A: failed. The application may not do this. (request r-1)", IsError: true },
    ]);
  });
});

describe("the answer of a verb that takes something away, when the object no longer exists", () => {
  const gone = (message = "Mailbox x does not exist."): Fault =>
    new Fault({ kind: "missing", isProven: true, message });
  const revoke = (...steps: StepRecord[]): Ending => ({
    ...bare(...steps),
    verb: verbs.revokePermission,
  });

  it("is a success that says so", () => {
    const fault = gone();
    for (const answer of [
      failed([fault], revoke()),
      failed([fault], revoke(taken("A", "failed", fault))),
      finished({ faults: [fault] }, revoke(taken("A", "failed", fault))),
    ]) {
      expect(answer).toMatchObject({
        outcome: "gone",
        outputContext: {
          Success: true,
          AuditLogs: [
            {
              Message: "Mailbox x does not exist. There is nothing left to revoke.",
              IsError: false,
            },
          ],
        },
      });
    }
  });

  it("also reports what was taken away", () => {
    const fault = gone();
    const { outputContext, outcome } = finished(
      { faults: [fault] },
      revoke(taken("A", "done"), taken("B", "failed", fault)),
    );
    expect([
      outputContext.Success,
      outcome,
      outputContext.AuditLogs.map(({ Message }) => Message),
    ]).toEqual([
      true,
      "gone",
      ["Set A: done.", "Mailbox x does not exist. There is nothing left to revoke."],
    ]);
  });

  it("is not a success while the absence is not proven", () => {
    const fault = new Fault({ kind: "missing", message: "Mailbox x does not exist." });
    expect(failed([fault], revoke())).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
  });

  it("is not a success when anything else failed, or is not known", () => {
    expect(
      finished({ faults: [gone(), denied] }, revoke(taken("B", "failed", denied))).outputContext
        .Success,
    ).toBe(false);
    expect(failed([gone()], revoke(taken("A", "unknown"))).outputContext.Success).toBe(false);
    expect(failed([gone()], bare()).outputContext.Success).toBe(false);
    expect(failed([gone()], revoke(taken("A", "failed", denied))).outputContext.Success).toBe(
      false,
    );
  });
});

describe("an answer with faults that did not end the run", () => {
  it("fails, keeps the results, and has the first fault's outcome", () => {
    const missing = new Fault({ kind: "missing", message: "Nothing belongs to it." });
    const answer = finished(
      { audit: [{ Message: "Noted." }], faults: [missing, denied] },
      {
        ...ending(taken("A", "done"), taken("B", "failed", denied)),
        output: { SubPermissions: [1] },
      },
    );
    expect(
      answer.outputContext.AuditLogs.map(({ Message, IsError }) => [Message, IsError]),
    ).toEqual([
      ["Noted.", false],
      ["Set A: done.", false],
      ["Set B: failed. The application may not do this. (request r-1)", true],
      ["Nothing belongs to it.", true],
      ["Only partly done: 1 of 2 changes.", true],
    ]);
    expect(answer).toMatchObject({
      outcome: "gone",
      outputContext: { Success: false, SubPermissions: [1] },
    });
  });

  it("is partlyDone although every step is done, but not when the fault ended the run", () => {
    const done = taken("A", "done");
    const messages = (answer: unknown): string[] => linesOf(answer).map(([, message]) => message);
    const before = ["Set A: done.", "The application may not do this. (request r-1)"];
    expect(messages(finished({ faults: [denied] }, ending(done)))).toEqual([
      ...before,
      "Only partly done.",
    ]);
    expect(messages(failed([denied], ending(done)))).toEqual(before);
  });

  it("is not changed by an action that continues", () => {
    const list = [1];
    const answer = finished({}, { ...ending(), output: { list } });
    list.push(2);
    expect(answer.outputContext["list"]).toEqual([1]);
  });
});

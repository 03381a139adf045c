import type { Execution } from "./execution.ts";
import { differences } from "./facets.ts";
import type { DirectoryObject } from "./fake/model.ts";
import {
  application,
  type Answer,
  type Event,
  type Finding,
  type Scenario,
  type Shortfall,
} from "./scenario.ts";
import type { Made } from "./wire.ts";

/** A rule that was broken: its number, as docs/reliability.md lists them, and how. */
export interface Violation {
  rule: string;
  what: string;
}

/** What is judged: an event that was run, and the tenant before and after it. */
export interface Case extends Pick<Scenario, "shortfalls" | "mayChange" | "faults"> {
  event: Event;
  execution: Execution;
  before: readonly DirectoryObject[];
  after: readonly DirectoryObject[];
  tokens: readonly string[];
}

const graceMs = 1_000;
const outcomes =
  /^(done|alreadySo|notYet|gone|masteredOnPremises|notLicensed|ambiguous|forbidden|throttled|invalid|unknown)$/;

/** Everything that is wrong with a run. The state is asked, never the answer. */
export function judge(one: Case): Violation[] {
  const { execution, event } = one;
  const { answer, code, stdout, stderr } = execution;
  const found: Violation[] = [];
  const add = (rule: string, what: string): void => void found.push({ rule, what });
  if (!answer?.outputContext || !outcomes.test(answer.outcome)) add("I1", "no answer of the form");
  if (!answer) return found;
  if ((code === 0) !== answer.outputContext.Success) add("I2", `exit code ${code}`);
  const isDryRun = event.actionContext["DryRun"] === true;
  if (isDryRun && execution.made.some(({ isWrite }) => isWrite)) add("I8", "a dry run wrote");
  if (!isDryRun && answer.outputContext.Success)
    for (const shortfall of unexcused(one, answer))
      add(shortfall.isLeft ? "I3" : "I3+", shortfall.what);
  for (const made of unplanned(execution.made, answer)) add("I5", `${made.cmdlet} is not planned`);
  for (const text of ownFaults(one, answer, isDryRun)) {
    const [, rule = "", what = ""] = /^(\S+) (.*)$/s.exec(text) ?? [];
    add(rule, what);
  }
  if (execution.tookMs > execution.deadlineMs + graceMs)
    add("I10", `answered after ${execution.tookMs} of ${execution.deadlineMs} ms`);
  if (execution.late.some(({ isWrite }) => isWrite)) add("I10", "a write after the answer");
  for (const secret of [application.clientSecret, ...one.tokens])
    if (isIn(secret, stdout + stderr)) add("I11", "a secret is in the output");
  for (const sentence of saidFailed(execution.made, answer)) add("I13", `applied: ${sentence}`);
  for (const difference of differences(one.before, one.after))
    if (!one.mayChange(difference)) add("I14", difference);
  return found;
}

function ownFaults(
  { faults, execution, before, after }: Case,
  answer: Answer,
  isDryRun: boolean,
): string[] {
  if (!faults) return [];
  const finding: Finding = {
    answer,
    records: execution.records,
    before: byGuid(before),
    after: byGuid(after),
  };
  // A preview of what is decided shows what would be on record.
  return faults(finding).filter((text) => !isDryRun || !text.startsWith("I6"));
}

export function byGuid(objects: readonly DirectoryObject[]): Map<string, DirectoryObject> {
  return new Map(objects.map((object) => [object.guid, object]));
}

/**
 * What a Success leaves undone, but for what can be excused: the one write that was to do it was accepted
 * plainly, was sent once, and was not carried out. Of what was to be taken away, the audit log must say that it
 * was only accepted; and under `strict` nothing excuses it.
 */
function unexcused({ shortfalls, after, event, execution }: Case, answer: Answer): Shortfall[] {
  const { Configuration } = event.actionContext as { Configuration: Record<string, unknown> };
  const isStrict = Configuration["ConfirmRevokes"] === "strict";
  const saysAccepted = answer.outputContext.AuditLogs.some(
    ({ Message }) => /accepted/i.test(Message) && /not (yet )?show/i.test(Message),
  );
  return shortfalls(byGuid(after), answer).filter(({ isLeft, by, on }) => {
    const writes = execution.made.filter(
      ({ cmdlet, parameters }) =>
        by.test(cmdlet) && (on === undefined || parameters["Identity"] === on),
    );
    const accepted = writes.filter((write) => !isRefused(write));
    const isPlain =
      accepted.length > 0 && accepted.every((write) => isPlainlyAccepted(write, writes));
    return !(isPlain && (!isLeft || (!isStrict && saysAccepted)));
  });
}

/** Refused, after which the connector may try another way. */
function isRefused({ reply, isApplied }: Made): boolean {
  return typeof reply === "object" && [400, 403].includes(reply.status) && !isApplied;
}

/** A known envelope without a warning, to a write that was sent once. */
function isPlainlyAccepted(write: Made, all: readonly Made[]): boolean {
  const { reply } = write;
  const key = keyOf(write.cmdlet, write.parameters);
  return (
    typeof reply === "object" &&
    reply.status === 200 &&
    /^\{.*"value":\[/s.test(reply.text) &&
    !reply.text.includes("@adminapi.warnings") &&
    !reply.text.includes("@odata.nextLink") &&
    all.filter((other) => keyOf(other.cmdlet, other.parameters) === key).length === 1
  );
}

function keyOf(cmdlet: string, parameters: Readonly<Record<string, unknown>>): string {
  return `${cmdlet} ${JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)))}`.toLowerCase();
}

/** I5: changes of the tenant that no step of the plan tells of. */
function unplanned(made: readonly Made[], { plan }: Answer): Made[] {
  return made.filter(
    ({ isApplied, isWrite, cmdlet, parameters }) =>
      isWrite &&
      isApplied &&
      !plan.some(
        (step) =>
          step.sent &&
          step.cmdlet === cmdlet &&
          step.parameters["Identity"] === parameters["Identity"],
      ),
  );
}

/** I13: steps of which the audit log says that they failed, and that were carried out. */
function saidFailed(
  made: readonly Made[],
  { plan, outputContext: { AuditLogs } }: Answer,
): string[] {
  return plan
    .filter(
      ({ sent, sentence, cmdlet, parameters }) =>
        sent &&
        AuditLogs.some(({ Message }) => Message.startsWith(`${sentence}: failed.`)) &&
        made.some(
          (write) =>
            write.isApplied && write.cmdlet === cmdlet && sameValues(write.parameters, parameters),
        ),
    )
    .map(({ sentence }) => sentence);
}

/** Whether a step became this request; types of the wire are not the step's. */
function sameValues(
  sent: Readonly<Record<string, unknown>>,
  planned: Readonly<Record<string, unknown>>,
): boolean {
  const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null;
  const isOfWire = (name: string): boolean => name.includes("@");
  return (
    Object.entries(planned).every(([name, value]) => !isPlain(value) || sent[name] === value) &&
    Object.keys(sent).every((name) => isOfWire(name) || name in planned)
  );
}

/** As it is, in base64, and as part of an address. */
function isIn(secret: string, text: string): boolean {
  return (
    text.includes(secret) ||
    text.includes(encodeURIComponent(secret)) ||
    text.includes(Buffer.from(secret).toString("base64").slice(0, -4))
  );
}

import type { Answer } from "../../lib/host/answer.ts";
import { escaped, pageOf, tableOf } from "../session/page.ts";
import type { Fixture } from "./recording.ts";
import { shown } from "./shown.ts";
import { operationOf, type Answered, type Exchange } from "../session/traffic.ts";

/** A fixture that was replayed. */
export interface ReplayedFixture {
  name: string;
  /** Absent when the file could not be read. */
  fixture?: Fixture;
  /** What is not as recorded. Empty: the fixture holds. */
  problems: string[];
  ms: number;
}

/** All fixtures as one page that can be searched: each with its requests in order, its answer and what differs. */
export function reportOf(all: readonly ReplayedFixture[]): string {
  const failed = all.filter(({ problems }) => problems.length > 0);
  const others = all.filter(({ problems }) => problems.length === 0);
  return pageOf(`${all.length} fixtures replayed, ${failed.length} failed`, [
    '<p><label>Search <input type="search" id="search" autocomplete="off"></label> <output id="count"></output></p>',
    ...[...failed, ...others].map(sectionOf),
    `<script>${search}</script>`,
  ]);
}

/** Hides the fixtures without the text that is typed. */
const search = `
const sections = [...document.querySelectorAll("details")];
const texts = sections.map((section) => section.textContent.toLowerCase());
const show = () => {
  const wanted = document.getElementById("search").value.trim().toLowerCase();
  let count = 0;
  sections.forEach((section, index) => {
    section.hidden = !texts[index].includes(wanted);
    if (!section.hidden) count++;
  });
  document.getElementById("count").textContent = count + " shown";
};
document.getElementById("search").addEventListener("input", show);
show();
`;

function sectionOf({ name, fixture, problems, ms }: ReplayedFixture): string {
  const verdict = problems.length === 0 ? "holds" : "FAILS";
  const facts = `${Math.round(ms)} ms, ${fixture?.source ?? "unreadable"}`;
  const summary = `${escaped(`${name}: ${verdict}`)} <small>${escaped(facts)}</small>`;
  const differing = problems.map((problem) => `<pre><mark>${escaped(problem)}</mark></pre>`);
  return [
    `<details${problems.length === 0 ? "" : " open"}><summary>${summary}</summary>`,
    ...differing,
    ...(fixture ? [timelineOf(fixture.traffic), answerOf(fixture.answer)] : []),
    "</details>",
  ].join("\n");
}

function timelineOf(traffic: readonly Exchange[]): string {
  const rows = traffic.map(({ request, response }, index) => [
    String(index + 1),
    operationOf(request),
    shown(request.parameters),
    statusOf(response),
  ]);
  return tableOf(["", "Request", "Parameters", "Answer"], rows);
}

function statusOf(response: Answered): string {
  return "cut" in response ? "connection cut" : String(response.status);
}

/** A fixture's answer has passed the schema of answers when it was recorded. */
function answerOf(answer: unknown): string {
  const { outputContext, outcome, plan } = answer as Answer;
  const audit = outputContext.AuditLogs.map(({ Message, IsError }) => [
    IsError ? "error" : "audit",
    Message,
  ]);
  const steps = plan.map(({ operation, sentence, sent }) => [
    sent ? "step" : "step, not sent",
    `${operation}: ${sentence}`,
  ]);
  return tableOf(["", `Answer: ${outcome}`], [...audit, ...steps]);
}

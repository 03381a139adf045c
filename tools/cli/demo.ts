/**
 * `npm start`: a tenant in miniature, one event after another through the built bundles, and what
 * became of each, for a person to read.
 */
import type { PlanStep } from "../../lib/generated/types.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { runBundle, type BundleRun } from "./run.ts";
import { story, type Chapter } from "./demoEvents.ts";

const emulator = await startEmulator();
const tenant = emulator.emulator.state();
const env = {
  EXO_CONNECTOR_LOGIN_URL: emulator.loginUrl,
  EXO_CONNECTOR_EXCHANGE_URL: emulator.exchangeUrl,
};
console.log(
  `Exchange Online emulator: ${tenant.tenant.displayName}, ${tenant.objects.length} ` +
    `directory objects, at ${emulator.exchangeUrl}`,
);

let failures = 0;
for (const [index, chapter] of story(emulator).entries()) {
  emulator.emulator.clearJournal();
  const run = await runBundle(chapter.action, chapter.event, { env });
  tell(index + 1, chapter, run);
  if (run.code !== 0) failures++;
}
await emulator.close();
console.log(
  failures === 0
    ? "\nAll of it worked. The emulator has stopped; nothing was written anywhere else."
    : `\n${failures} of these events did not succeed.`,
);
process.exitCode = failures === 0 ? 0 : 1;

function tell(number: number, { title, action, event }: Chapter, run: BundleRun): void {
  const answer = run.answer as Answer | undefined;
  console.log(`\n${number}. ${title}`);
  line(
    "event",
    `dist/${action}.mjs, ${event.actionContext.DryRun ? "dry run" : "for real"}, ` +
      `${JSON.stringify(event).length} bytes on stdin`,
  );
  for (const { side, cmdlet, parameters, status } of emulator.emulator.journal()) {
    line(
      "request",
      side === "login"
        ? `token for ${String(parameters?.["scope"])} -> ${status}`
        : `${cmdlet} ${JSON.stringify(parameters)} -> ${status}`,
    );
  }
  if (!answer) {
    line("answer", `none! exit code ${run.code}\n${run.stdout}${run.stderr}`);
    return;
  }
  for (const { Message, IsError } of answer.outputContext.AuditLogs)
    line(IsError ? "error" : "audit", Message);
  for (const step of answer.plan)
    line("changed", `${changesOf(step).join(", ")}${step.sent ? "" : " (not sent)"}`);
  const { outputContext, outcome, stats } = answer;
  const shown = ["AccountReference", "SubPermissions"]
    .filter((name) => name in outputContext)
    .map((name) => `${name} ${JSON.stringify(outputContext[name])}`);
  line(
    "answer",
    [
      outputContext.Success ? "success" : "no success",
      `outcome "${outcome}"`,
      ...shown,
      `exit code ${run.code}`,
      `${stats.requests} requests`,
      `${Math.round(run.ms)} ms`,
    ].join(", "),
  );
}

function changesOf({ before, parameters, cmdlet }: PlanStep): string[] {
  return Object.entries(before).map(([name, value]) => {
    const now = parameters[name];
    const change = now === undefined ? `before ${cmdlet}` : `-> ${JSON.stringify(now)}`;
    return `${name}: ${JSON.stringify(value)} ${change}`;
  });
}

function line(what: string, text: string): void {
  console.log(`   ${what.padEnd(8)} ${text}`);
}

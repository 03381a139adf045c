/**
 * `npm run campaign:serve -- --events 100000 --seed 1`: events of a few accounts through one service while the tenant
 * throttles, fails and cuts connections. Reads from the tenant's journal whether anything was set out of order. Ends
 * with exit code 1 when it was, or when an event has no answer.
 */
import { parseArgs } from "node:util";
import { orderCampaign } from "../../test/campaign/serveOrder.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
const terminal = processTerminal();
const events = Number(values.events);
const begin = performance.now();
const report = await orderCampaign({
  events,
  seed: Number(values.seed),
  onEvent: counter(terminal, { what: "events", total: events }),
});
const { violations, ...counts } = report;
const seconds = Math.round((performance.now() - begin) / 1000);
terminal.line(JSON.stringify({ seed: Number(values.seed), seconds, ...counts }));
for (const violation of violations.slice(0, 20)) terminal.line(violation);
terminal.line(`Out of order: ${violations.length}. Without one answer: ${report.unanswered}.`);
process.exitCode = violations.length + report.unanswered === 0 ? 0 : 1;

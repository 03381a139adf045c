/**
 * `npm run campaign:worker -- --events 20000 --kills 3 --crash`: events of many accounts and tenants through several
 * workers on a PostgreSQL that it starts, while workers are killed and the database crashes. Ends with exit code 1 when
 * an event was lost, took effect twice or out of order, or when more ran at the same time than the limit of a tenant.
 * With `--queue-only`, the events do nothing, and only the queue is measured.
 */
import { parseArgs } from "node:util";
import { workerCampaign } from "../../test/worker/campaign.ts";
import { processTerminal } from "../cli/terminal.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    accounts: { type: "string", default: "500" },
    tenants: { type: "string", default: "5" },
    workers: { type: "string", default: "4" },
    kills: { type: "string", default: "3" },
    crash: { type: "boolean", default: false },
    "per-tenant": { type: "string", default: "6" },
    "at-once": { type: "string", default: "24" },
    "queue-only": { type: "boolean", default: false },
    refused: { type: "string", default: "0.045" },
    "slow-ms": { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
  },
});
const terminal = processTerminal();
const events = Number(values.events);
const perTenant = Number(values["per-tenant"]);
const report = await workerCampaign({
  events,
  accounts: Number(values.accounts),
  tenants: Number(values.tenants),
  workers: Number(values.workers),
  kills: Number(values.kills),
  crash: values.crash,
  perTenant,
  atOnce: Number(values["at-once"]),
  queueOnly: values["queue-only"],
  refusedPart: Number(values.refused),
  slowMs: Number(values["slow-ms"]),
  seed: Number(values.seed),
  onProgress: (done) => terminal.progress(`${done} of ${events} events`),
});
terminal.line(JSON.stringify({ seed: Number(values.seed), ...report }));
const { effects, completed, gaps, overlaps, blocked, inFlight } = report;
const isRight =
  (values["queue-only"] || effects === events) &&
  completed === events &&
  gaps + overlaps + blocked === 0 &&
  inFlight <= perTenant;
terminal.line(isRight ? "Every event took effect once, in its order." : "NOT as it has to be.");
process.exitCode = isRight ? 0 : 1;

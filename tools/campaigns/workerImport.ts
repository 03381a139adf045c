/**
 * `npm run campaign:worker-import -- --mailboxes 20000 --kills 3`: one import through a queue on a PostgreSQL that it
 * starts, while its workers are killed. Ends with exit code 1 when a record is missing or comes twice, or when more was
 * asked for twice than the page that was on its way at each kill.
 */
import { parseArgs } from "node:util";
import { importCampaign } from "../../test/worker/importCampaign.ts";
import { processTerminal } from "../cli/terminal.ts";

const { values } = parseArgs({
  options: {
    mailboxes: { type: "string", default: "20000" },
    kills: { type: "string", default: "3" },
    "page-ms": { type: "string", default: "1000" },
  },
});
const terminal = processTerminal();
const mailboxes = Number(values.mailboxes);
const kills = Number(values.kills);
const report = await importCampaign({
  mailboxes,
  kills,
  pageMs: Number(values["page-ms"]),
  onProgress: (pages) => terminal.progress(`${pages} pages`),
});
terminal.line(JSON.stringify(report));
const { records, repeatedRecords, twice } = report;
const isRight = records === mailboxes && repeatedRecords === 0 && twice <= kills;
terminal.line(isRight ? "Every record is there once." : "NOT as it has to be.");
process.exitCode = isRight ? 0 : 1;

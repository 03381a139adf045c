/**
 * `npm run bench [-- PART...] [-- --quick]`: measures the parts (all without a name), writes what it found to
 * `docs/bench`, and ends with exit code 1 when a limit does not hold. `--quick` measures little and writes nothing.
 * Needs a machine that does nothing else; Node 24 is the one that the limits are for.
 */
import { parseArgs } from "node:util";
import { bridge } from "./bridge.ts";
import { cold } from "./cold.ts";
import { growth } from "./growth.ts";
import { imports } from "./imports.ts";
import { holds, type Part } from "./part.ts";
import { limitTable, publish, tableText } from "./report.ts";
import { requests } from "./requests.ts";
import { serve } from "./serve.ts";
import { worker } from "./worker.ts";

const parts: Readonly<Record<string, Part>> = {
  cold,
  requests,
  imports,
  growth,
  serve,
  worker,
  bridge,
};

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = names.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined)
  throw new Error(`The part "${unknown}" is not known; expected ${Object.keys(parts).join(", ")}.`);

for (const name of names) {
  const part = parts[name];
  if (!part) continue;
  console.log(`\n${part.title}`);
  const findings = await part.measure(values.quick ? "quick" : "full", (line) =>
    console.log(`  ${line}`),
  );
  const { tables, limits } = findings;
  for (const table of tables) console.log(`\n${tableText(table)}`);
  // The limits are for the whole of it.
  if (values.quick) continue;
  if (limits.length > 0) console.log(`\n${tableText(limitTable(limits))}`);
  await publish(name, part, findings);
  if (!limits.every(holds)) process.exitCode = 1;
}

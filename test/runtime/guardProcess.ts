/** A process whose event loop stops turning, for the long test: `blocked`, `writing`, or `busy` with breaths. */
import { writeSync } from "node:fs";
import { startGuard } from "../../lib/runtime/serve/guard.ts";

const [how] = process.argv.slice(2);
const guard = startGuard(1_500);
guard.begin("answered", "answered\n");
guard.begin("waits", "the end of waits\n");
guard.begin("waits as well", "the end of waits as well\n");
guard.end("answered");

function block(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

// The thread of the guard has started and knows the lines by then.
setTimeout(() => {
  if (how === "writing")
    void guard.around(() => new Promise(() => void writeSync(1, "half a line")));
  if (how !== "busy") block(60_000);
  let turns = 0;
  const breathing = setInterval(() => {
    block(400);
    if (++turns < 8) return;
    clearInterval(breathing);
    writeSync(1, "done\n");
    process.exit(0);
  }, 10);
}, 1_500);

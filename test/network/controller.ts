/**
 * A domain controller in the network of a site, as a process: the tests start it there. It writes a line with its port,
 * one for each change that reaches it, and answers lines on stdin: `state`, and `hold MS` for the answer to the next
 * change.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { certificate, openWorld, seenIn } from "../campaign/hybrid/world.ts";
import { authorityFile } from "../campaign/hybrid/world.ts";
import { ldapDouble } from "../emulator/directory/ldapDouble.ts";

const world = openWorld({ hasAccount: true, isCloudManaged: false, seesDeleted: true }, () => 0);
const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
let holdMs = 0;

const controller = await ldapDouble(certificate, (request) => {
  if (!["add", "modify", "delete", "move"].includes(request.kind))
    return world.domain.answer(request);
  write({ change: request.kind });
  // A controller that is slow: nothing else happens in this process meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, holdMs);
  holdMs = 0;
  return world.domain.answer(request);
});
// A port that no one from outside can reach, if the network is as it should be.
const other = createServer((socket) => socket.on("error", () => undefined).end("reached"));
other.listen(7777, "0.0.0.0");
write({ port: controller.port, authorityFile, account: world.own });

createInterface(process.stdin).on("line", (line) => {
  const [command, value] = line.split(" ");
  if (command === "hold") holdMs = Number(value);
  if (command === "state") write({ state: seenIn(world).accounts });
});

/** A service as a process of its own, for the long test: on stdin, one event at a time; its version is a folder. */
import { machineSeams, sharedConnector } from "../../lib/connector.ts";
import { serve } from "../../lib/runtime/serve/process.ts";
import { replacedVersion } from "../../tools/serve/currentVersion.ts";
import update from "../../lifecycle/update.ts";

const [folder = ""] = process.argv.slice(2);
const { connect } = sharedConnector(machineSeams);
void serve({
  actionOf: () => Promise.resolve(update),
  connect,
  atOnce: 1,
  waiting: 100,
  drainMs: 20_000,
  replaced: replacedVersion(folder, 50),
}).then((code) => process.exit(code));

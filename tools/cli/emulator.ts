/**
 * Runs Exchange Online in miniature on two loopback ports. The first line on stdout is a JSON
 * object with its addresses and credentials; nothing else is ever written there.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startEmulator } from "../../test/emulator/server.ts";
import { readState, type State } from "../../test/emulator/state.ts";

const help = `Usage: npm run --silent emulator -- [options]

  --port N                 port of the Exchange side; the login side takes N + 1 (default 0: two free ports)
  --seed FILE              start from this state instead of the built-in tenant: a small example is
                           test/emulator/seeds/small.json, its schema schemas/editor/seed.schema.json
  --until-stdin-closes     stop when stdin is closed, for use as a child process
  --help                   this text

Listens on 127.0.0.1 only. Prints one line of JSON: loginUrl, exchangeUrl, tenantId, clientId, clientSecret.
Stops on SIGINT and SIGTERM. test/emulator/README.md explains how to steer it.`;

class Unusable extends Error {}

function optionsFrom(args: string[]): {
  port: number;
  seed: string | undefined;
  untilStdinCloses: boolean;
  help: boolean;
} {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "0" },
        seed: { type: "string" },
        "until-stdin-closes": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
    if (!(port >= 0 && port < 65535))
      throw new Unusable(`--port: must be a number from 0 to 65534, not '${values.port}'`);
    return {
      port,
      seed: values.seed,
      untilStdinCloses: values["until-stdin-closes"] ?? false,
      help: values.help ?? false,
    };
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

function stateFrom(file: string): State {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const problem = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new Unusable(`--seed ${file}: ${problem}: ${(error as Error).message}`);
  }
  const read = readState(json);
  if ("problems" in read)
    throw new Unusable(read.problems.map((problem) => `--seed ${file}: ${problem}`).join("\n"));
  return read.state;
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return;
  }
  const state = options.seed === undefined ? {} : { state: stateFrom(options.seed) };
  const running = await startEmulator({ port: options.port, ...state }).catch((error: unknown) => {
    throw new Unusable(
      `--port ${options.port}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const stop = (): void => void running.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  if (options.untilStdinCloses) process.stdin.resume().once("close", stop);
  // Last, so that a caller that waits for this line can already stop the process.
  const { loginUrl, exchangeUrl, tenantId, clientId, clientSecret } = running;
  console.log(JSON.stringify({ loginUrl, exchangeUrl, tenantId, clientId, clientSecret }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Unusable ? error.message : error);
  process.exitCode = error instanceof Unusable ? 2 : 1;
});

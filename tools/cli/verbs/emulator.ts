import { once } from "node:events";
import type { Command } from "commander";
import type { Entry } from "../../../test/emulator/journal.ts";
import {
  startEmulator,
  type RunningEmulator,
  type ServerOptions,
} from "../../../test/emulator/server.ts";
import { openInBrowser } from "../browser.ts";
import { usualPort } from "../../session/control.ts";
import { withExamples } from "../examples.ts";
import { requestLine } from "../requestLine.ts";
import { stateFrom } from "../../session/seed.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";
import { addFault } from "./fault.ts";
import { addDiff, addShow } from "./tenant.ts";

export interface EmulatorOptions {
  port?: string;
  seed?: string;
  open?: true;
  untilStdinCloses?: true;
  json?: true;
}

/** `emulator`: Exchange Online and Microsoft Graph in miniature, on three ports of this machine. */
export function addEmulator(program: Command, terminal: Terminal): void {
  const emulator = program
    .command("emulator")
    .description("Start an emulated tenant on this machine, and show each request that it answers.")
    .option(
      "--port <n>",
      `port of the Exchange side, sign-in and Microsoft Graph have the next two; 0: three free ports (default: ` +
        `${usualPort}, if it is free)`,
    )
    .option("--seed <file>", "start from this state instead of the example tenant")
    .option("--open", "open the emulator's page in the browser")
    .option("--until-stdin-closes", "stop when stdin is closed, for use as a child process")
    .option("--json", "print only one line of JSON with the addresses, as when stdout is a file");
  withExamples(emulator, ["emulator --open", "emulator --port 4010 --seed local/seed.json"]);
  emulator.action(async (options: EmulatorOptions) => {
    await serveEmulator(options, terminal, stopped(options));
  });
  addFault(emulator, terminal);
  addShow(emulator, terminal);
  addDiff(emulator, terminal);
}

/** Serves an emulated tenant until `stop` resolves. */
export async function serveEmulator(
  { port, seed, open, json }: EmulatorOptions,
  terminal: Terminal,
  stop: Promise<unknown>,
): Promise<void> {
  const isWatched = terminal.isWatched && !json;
  const running = await started(portOf(port), {
    ...(seed !== undefined && { state: stateFrom(seed) }),
    ...(isWatched && {
      onAnswer: (entry: Entry): void => terminal.line(requestLine(entry, terminal)),
    }),
  });
  running.emulator.remember();
  try {
    if (isWatched) showStart(running, port, terminal);
    else terminal.line(JSON.stringify(connectionOf(running)));
    // Not awaited: an opener may run as long as the browser.
    if (open) void openPage(`${running.exchangeUrl}/`, terminal);
    await stop;
  } finally {
    await running.close();
  }
}

async function openPage(page: string, terminal: Terminal): Promise<void> {
  if (!(await openInBrowser(page)))
    terminal.note(`No browser could be opened here. The page is ${page}`);
}

/** What programs read from the first line. */
function connectionOf({
  loginUrl,
  exchangeUrl,
  graphUrl,
  tenantId,
  clientId,
  clientSecret,
}: RunningEmulator): Record<string, string> {
  return { loginUrl, exchangeUrl, graphUrl, tenantId, clientId, clientSecret };
}

function showStart(running: RunningEmulator, port: string | undefined, terminal: Terminal): void {
  const { exchangeUrl, loginUrl, graphUrl, emulator } = running;
  const { tenant, objects } = emulator.state();
  const isUsual = new URL(exchangeUrl).port === String(usualPort);
  terminal.line(terminal.styled("bold", `${tenant.displayName}, ${objects.length} objects`));
  terminal.line(`  page      ${terminal.styled("cyan", `${exchangeUrl}/`)}`);
  terminal.line(`  sign-in   ${loginUrl}`);
  terminal.line(`  graph     ${graphUrl}`);
  if (port === undefined && !isUsual)
    terminal.line(`  Port ${usualPort} or the next one is in use, so these are free ports.`);
  terminal.line();
  terminal.line("Try in another window:");
  const user = objects.find(({ RecipientTypeDetails: type }) => type === "UserMailbox");
  const account = String(user?.["UserPrincipalName"] ?? user?.["Alias"]);
  const address = isUsual ? "" : ` --emulator ${exchangeUrl}`;
  for (const line of [
    `run update --account ${account} --set CustomAttribute2=Nurse --live --emulator ${exchangeUrl}`,
    `emulator fault throttled Set-Mailbox --times 2${address}`,
    `tenant diff${address}`,
  ])
    terminal.line(`  npm run exo -- ${line}`);
  terminal.line();
  terminal.line("Ctrl+C stops it. Requests:");
}

/** The usual port is a convenience: when it is taken, free ports do as well. One that was asked for has to be free. */
async function started(port: number | undefined, options: ServerOptions): Promise<RunningEmulator> {
  try {
    return await startEmulator({ ...options, port: port ?? usualPort });
  } catch (error) {
    if (port === undefined && isInUse(error)) return await startEmulator({ ...options, port: 0 });
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--port ${port ?? usualPort}: ${reason}`);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port < 65534) return port;
  throw new UsageError(`--port: must be a number from 0 to 65533, not '${text}'`);
}

async function stopped({ untilStdinCloses }: EmulatorOptions): Promise<void> {
  const ends = [once(process, "SIGINT"), once(process, "SIGTERM")];
  if (untilStdinCloses) ends.push(once(process.stdin.resume(), "close"));
  await Promise.race(ends);
  // An open stdin keeps the process alive.
  process.stdin.destroy();
}

/** The start of `exo-connector`. */
import { main } from "./exoConnector.ts";
import { processTerminal } from "./terminal.ts";

process.exitCode = await main(process.argv.slice(2), processTerminal());

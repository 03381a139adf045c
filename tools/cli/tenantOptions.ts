import type { Command } from "commander";

/** The options that choose a tenant: the emulator's example tenant, unless one is given. */
export function addTenantOptions(command: Command): void {
  command
    .option("--config <file>", "a real tenant: a file with the values of the form")
    .option("--emulator <url>", "an emulator that runs: the address it printed")
    .option("--seed <file>", "an emulated tenant with this state");
}

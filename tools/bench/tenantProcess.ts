/** An emulated tenant in a process of its own, and events that change its mailboxes. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { manyMailboxes } from "../../test/emulator/seed.ts";
import { changeEventFor } from "../../test/events.ts";
import type { Tenant } from "../cli/demoEvents.ts";

const accounts = 64;
/** Every eighth mailbox of the emulator is synchronised from Active Directory, which masters its attributes. */
const usable = Array.from({ length: accounts }, (_, index) => index + 1).filter(
  (number) => number % 8 !== 4,
);
/** Changes an attribute of a mailbox: each number is another value, and its mailbox another one than that before. */
export function changeEvent(connection: Tenant, number: number): unknown {
  const last = (usable[number % usable.length] ?? 1).toString(16).padStart(12, "0");
  return changeEventFor(connection, {
    reference: `0b1ec700-0000-4000-8000-${last}`,
    data: { CustomAttribute9: `value ${number}` },
  });
}

/** The emulated tenant in a process of its own. */
export async function startTenant(
  folder: string,
  dist: string,
): Promise<{ connection: Tenant; env: Record<string, string>; end(): Promise<void> }> {
  const seed = path.join(folder, "seed.json");
  writeFileSync(seed, JSON.stringify(manyMailboxes(accounts)));
  const options = ["--port", "0", "--json", "--until-stdin-closes", "--seed", seed];
  const child = spawn(
    process.execPath,
    [path.join(dist, "exo-connector.mjs"), "emulator", ...options],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const connection = JSON.parse(line) as Tenant &
    Record<"loginUrl" | "exchangeUrl" | "graphUrl", string>;
  const env = {
    EXO_CONNECTOR_LOGIN_URL: connection.loginUrl,
    EXO_CONNECTOR_EXCHANGE_URL: connection.exchangeUrl,
    EXO_CONNECTOR_GRAPH_URL: connection.graphUrl,
  };
  return { connection, env, end: () => ended(child) };
}

/** Asks a process to end, by the end of its input. */
export async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.stdin?.end();
  await exit;
}

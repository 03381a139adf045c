/** A PostgreSQL of this machine, in a folder of its own, on a port of the loopback network. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { loadDriver } from "../../lib/runtime/queue/engine.ts";

export interface Postgres {
  url: string;
  /** Ends it at once, as a loss of power would, and starts it again after this time. */
  crash(downMs: number): Promise<void>;
  /** Runs a statement. */
  query(statement: string): Promise<void>;
  /** All rows of all tables, as text. */
  dump(): string;
  /** The whole database, as a backup has it. */
  backUp(): Promise<string>;
  /** Makes what a backup has in this one, which is empty. */
  restore(backup: string): void;
  remove(): void;
}

/** The folder with the programs of the newest version; undefined when there is none. */
export function postgresPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const folders = [
    ...versions.sort((one, other) => other - one).map((version) => `${root}/${version}/bin`),
    ...(process.env["PATH"] ?? "").split(path.delimiter),
  ];
  return folders.find((folder) =>
    ["initdb", "pg_ctl"].every((it) => existsSync(`${folder}/${it}`)),
  );
}

/** The server refuses to run as root. */
const account = "postgres";

/** `alsoOn`: another address of this machine, from whose network everyone is let in. */
export async function startPostgres(alsoOn?: string): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("There is no PostgreSQL on this machine.");
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), "postgres-"));
  if (process.getuid?.() === 0) {
    const id = (option: string): number =>
      Number(execFileSync("id", [option, account], { encoding: "utf8" }));
    chownSync(folder, id("-u"), id("-g"));
  }
  const data = path.join(folder, "data");
  const log = path.join(folder, "log");
  const control = (...words: readonly string[]): void =>
    run(`${programs}/pg_ctl`, ["-D", data, "-l", log, "-w", "-s", ...words]);
  run(`${programs}/initdb`, ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]);
  const settings = [
    `port = ${port}`,
    `listen_addresses = '${["127.0.0.1", ...(alsoOn === undefined ? [] : [alsoOn])].join(",")}'`,
    "unix_socket_directories = ''",
    // What was committed survives the end of the server; only that of the machine could take it.
    "fsync = off",
  ];
  appendFileSync(path.join(data, "postgresql.conf"), `${settings.join("\n")}\n`);
  if (alsoOn !== undefined)
    appendFileSync(path.join(data, "pg_hba.conf"), "host all all samenet trust\n");
  control("start");
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    async crash(downMs) {
      control("stop", "-m", "immediate");
      await new Promise((resolve) => setTimeout(resolve, downMs));
      control("start");
    },
    async query(statement) {
      const { default: pg } = await loadDriver();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(statement).finally(() => client.end());
    },
    dump: () =>
      execFileSync(`${programs}/pg_dump`, ["--data-only", "--inserts", url], {
        encoding: "utf8",
        maxBuffer: 1e9,
        stdio: ["ignore", "pipe", "ignore"],
      }),
    async backUp() {
      const { stdout } = await promisify(execFile)(`${programs}/pg_dump`, [url], {
        maxBuffer: 1e9,
      });
      return stdout;
    },
    restore(backup) {
      execFileSync(`${programs}/psql`, ["--quiet", "--set", "ON_ERROR_STOP=1", url], {
        input: backup,
        stdio: ["pipe", "ignore", "inherit"],
      });
    },
    remove() {
      control("stop", "-m", "immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program, as another account when this one is root. Its output goes nowhere: the server keeps it open. */
function run(program: string, words: readonly string[]): void {
  const asOther =
    process.getuid?.() === 0
      ? ["setpriv", `--reuid=${account}`, `--regid=${account}`, "--clear-groups"]
      : [];
  const [first = program, ...rest] = [...asOther, program, ...words];
  const { status } = spawnSync(first, rest, { stdio: "ignore", cwd: tmpdir() });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: exit code ${status}.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

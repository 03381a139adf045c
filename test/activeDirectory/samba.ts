/**
 * A domain controller of Samba for the whole suite, in a folder of its own, on an address of this machine that nothing
 * else uses. It is provisioned by the command line and not through Samba's Python modules, whose licence is another
 * one. What Samba does differently from Windows is in docs/hybrid.md.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "node:tls";
import type { TestProject } from "vitest/node";
import { lastYear, newAuthority } from "./certificates.ts";
import {
  adminPassword,
  baseDn,
  schemaParts,
  serviceAccount,
  startingUsers,
} from "./sambaContent.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The controller of Samba as JSON of the type `Samba`; blank when there is none. */
    samba: string;
  }
}

/** The controllers of the suite: one database, served once with a good certificate and once with an expired one. */
export interface Samba {
  address: string;
  /** Serves the same database with a certificate that has expired. */
  expiredAddress: string;
  folder: string;
  /** The PEM file of the authority of the certificates. */
  authorityFile: string;
}

const serverName = "dc1.example.test";
const packages =
  "samba samba-dsdb-modules samba-ad-provision samba-vfs-modules ldb-tools (apt-get install --no-install-recommends)";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const problem = whyNot();
  if (problem !== undefined) {
    reportMissing(problem);
    project.provide("samba", "");
    return () => Promise.resolve();
  }
  const folder = mkdtempSync(path.join(tmpdir(), "samba-"));
  const samba = { ...addresses(), folder, authorityFile: path.join(folder, "ca.pem") };
  provision(samba);
  const servers = [
    start(samba.folder, "run", samba.address),
    start(samba.folder, "expired", samba.expiredAddress),
  ];
  try {
    await Promise.all([listening(samba.address), listening(samba.expiredAddress)]);
  } catch (error) {
    await end(servers);
    throw error;
  }
  project.provide("samba", JSON.stringify(samba));
  return async () => {
    await end(servers);
    rmSync(folder, { recursive: true, force: true });
  };
}

function whyNot(): string | undefined {
  const missing = ["samba", "samba-tool", "ldbmodify", "ldbsearch"].filter(
    (program) => spawnSync(program, ["--version"]).status !== 0,
  );
  if (missing.length > 0)
    return `${missing.join(", ")} not found in the PATH. On Debian: ${packages}.`;
  if (process.getuid?.() !== 0) return "A controller needs root, for its ports below 1024.";
  return undefined;
}

function reportMissing(advice: string): void {
  if (process.env["CI"]) throw new Error(advice);
  const line = "!".repeat(80);
  console.error(`${line}\nSKIPPED: no test used a real directory. ${advice}\n${line}`);
}

/** Two addresses of the loopback network that no other run on this machine uses. */
function addresses(): Pick<Samba, "address" | "expiredAddress"> {
  const start = `127.${100 + (process.pid % 100)}.${(process.pid >> 7) % 250}`;
  return { address: `${start}.1`, expiredAddress: `${start}.2` };
}

function provision({ folder, address, authorityFile, expiredAddress }: Samba): void {
  const seed = path.join(folder, "seed.conf");
  // Without a file of its own, that of the machine is the template.
  writeFileSync(seed, "[global]\n");
  run("samba-tool", [
    ...["domain", "provision", "--quiet", `--configfile=${seed}`, `--targetdir=${folder}`],
    ...["--realm=EXAMPLE.TEST", "--domain=EXAMPLE", "--server-role=dc", "--host-name=dc1"],
    ...[`--host-ip=${address}`, `--adminpass=${adminPassword}`, "--dns-backend=NONE"],
    ...[`--option=interfaces=${address}/8`, "--option=bind interfaces only=yes"],
    // Where extended attributes of the kind security.* cannot be set, as in a container.
    `--option=posix:eadb=${path.join(folder, "private", "eadb.tdb")}`,
  ]);
  const authority = newAuthority();
  writeFileSync(authorityFile, authority.pem);
  configure(folder, "run", address, authority.issue([serverName]));
  configure(folder, "expired", expiredAddress, authority.issue([serverName], lastYear));
  // Two transactions: within one, a class does not see new attributes.
  for (const part of schemaParts) modifyDatabase(folder, part);
  modifyDatabase(folder, startingUsers);
  delegate(folder);
}

/** The settings of one server process: several can serve one database. */
function configure(
  folder: string,
  name: string,
  address: string,
  { key, cert }: { key: string; cert: string },
): void {
  const own = path.join(folder, name);
  mkdirSync(path.join(own, "lock"), { recursive: true });
  mkdirSync(path.join(own, "cache"));
  writeFileSync(path.join(own, "cert.pem"), cert);
  // With other rights than these, the server does not start.
  writeFileSync(path.join(own, "key.pem"), key, { mode: 0o600 });
  const lines = [
    "[global]",
    "netbios name = DC1",
    "realm = EXAMPLE.TEST",
    "workgroup = EXAMPLE",
    "server role = active directory domain controller",
    "server services = ldap",
    `interfaces = ${address}/8`,
    "bind interfaces only = yes",
    `private dir = ${path.join(folder, "private")}`,
    `state directory = ${path.join(folder, "state")}`,
    `cache directory = ${path.join(own, "cache")}`,
    `lock directory = ${path.join(own, "lock")}`,
    `pid directory = ${own}`,
    `ncalrpc dir = ${path.join(own, "ncalrpc")}`,
    `log file = ${path.join(own, "log.samba")}`,
    `tls keyfile = ${path.join(own, "key.pem")}`,
    `tls certfile = ${path.join(own, "cert.pem")}`,
    `tls cafile = ${path.join(folder, "ca.pem")}`,
    "dsdb:schema update allowed = yes",
  ];
  writeFileSync(path.join(own, "smb.conf"), `${lines.join("\n")}\n`);
}

/** The rights that docs/hybrid.md names: the users and groups of one organisational unit and of those below it. */
function delegate(folder: string): void {
  const [sid] = attributeIn(folder, `(sAMAccountName=${serviceAccount.name})`, "objectSid");
  const user = "bf967aba-0de6-11d0-a285-00aa003049e2";
  const group = "bf967a9c-0de6-11d0-a285-00aa003049e2";
  const member = "bf9679c0-0de6-11d0-a285-00aa003049e2";
  const resetPassword = "00299570-246d-11d0-a768-00aa006e0529";
  const rights = [
    `(OA;CI;CCDC;${user};;${sid})`,
    `(OA;CIIO;RPWP;;${user};${sid})`,
    `(OA;CIIO;CR;${resetPassword};${user};${sid})`,
    `(OA;CIIO;RPWP;${member};${group};${sid})`,
  ];
  run("samba-tool", [
    ...["dsacl", "set", "-H", databaseOf(folder), `--configfile=${confOf(folder)}`],
    ...[`--objectdn=OU=People,${baseDn}`, `--sddl=${rights.join("")}`],
  ]);
}

/** The right to write single attributes of the users below a unit, as docs/hybrid.md delegates them, for an account. */
export function delegateAttributes(
  folder: string,
  unit: string,
  account: string,
  names: readonly string[],
): void {
  const [sid] = attributeIn(folder, `(sAMAccountName=${account})`, "objectSid");
  const user = "bf967aba-0de6-11d0-a285-00aa003049e2";
  const schema = `CN=Schema,CN=Configuration,${baseDn}`;
  const rights = names.map((name) => {
    const [guid] = attributeIn(folder, `(lDAPDisplayName=${name})`, "schemaIDGUID", schema);
    return `(OA;CIIO;RPWP;${guid};${user};${sid})`;
  });
  run("samba-tool", [
    ...["dsacl", "set", "-H", databaseOf(folder), `--configfile=${confOf(folder)}`],
    ...[`--objectdn=${unit}`, `--sddl=${rights.join("")}`],
  ]);
}

function databaseOf(folder: string): string {
  return path.join(folder, "private", "sam.ldb");
}

function confOf(folder: string): string {
  return path.join(folder, "run", "smb.conf");
}

/** Changes the database, not through LDAP. */
export function modifyDatabase(folder: string, ldif: string): void {
  run("ldbmodify", ["-H", databaseOf(folder), `--configfile=${confOf(folder)}`], ldif);
}

/** The values of an attribute of all objects that match, read from the database and not through LDAP. */
export function attributeIn(
  folder: string,
  filter: string,
  attribute: string,
  base = baseDn,
): string[] {
  const found = run("ldbsearch", [
    ...["-H", databaseOf(folder), `--configfile=${confOf(folder)}`, "-b", base, filter, attribute],
  ]);
  const lines = found.replaceAll("\n ", "").split("\n");
  const start = `${attribute}: `.toLowerCase();
  return lines
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length));
}

function run(program: string, parameters: readonly string[], input = ""): string {
  return execFileSync(program, parameters, {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, TDB_NO_FSYNC: "1" },
  });
}

function start(folder: string, name: string, address: string): ChildProcess {
  const conf = path.join(folder, name, "smb.conf");
  const server = spawn(
    "samba",
    // It ends by itself, should this process not do it.
    [
      "-F",
      "--no-process-group",
      "-M",
      "single",
      "--maximum-runtime=900",
      "-s",
      conf,
      "--debug-stdout",
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TDB_NO_FSYNC: "1" } },
  );
  const log = path.join(folder, name, "out");
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (data: Buffer) => appendFileSync(log, `${address} ${data.toString()}`));
  return server;
}

/** Until it takes connections: the first start after provisioning takes up to a second. */
async function listening(address: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: 636, rejectUnauthorized: false });
      socket.on("secureConnect", () => resolve(true)).on("error", () => resolve(false));
      socket.on("secureConnect", () => socket.destroy());
    });
    if (isThere) return;
    await delay(100);
  }
  throw new Error(`Samba does not listen on ${address} after 20 s.`);
}

async function end(servers: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      if (server.exitCode !== null) return;
      server.kill("SIGTERM");
      await ended;
    }),
  );
}

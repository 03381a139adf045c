/**
 * A fixture: an event, the traffic it caused, and the answer. Reads, writes, scrubs and compares fixtures, for the
 * recorder and the replay alike. The token request is not part of the traffic: it is answered, and never recorded.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { emulatorVariables } from "../../lib/connector.ts";
import { mask } from "../../lib/host/redaction.ts";
import { publicIds } from "../scrub/identifiers.ts";
import { isPasswordKey, standInPassword, standInSecret } from "../scrub/secretKeys.ts";
import type { Asked, Exchange } from "../session/traffic.ts";
import { shown } from "./shown.ts";

/** Actions that send requests side by side: their order, and that of their records, is not the same in every run. */
export function isUnordered(action: string): boolean {
  return /^(permissions\/.*\/import\w+|resources\/\w+)$/.test(action);
}

/** The output of one run of a bundle. */
export interface Recording {
  event: unknown;
  traffic: Exchange[];
  answer: unknown;
  /** Of an import. */
  records?: unknown[];
}

/** One file. */
export interface Fixture extends Recording {
  /** Where the answers of Exchange Online are from. */
  source: string;
}

const root = path.resolve(import.meta.dirname, "../..");
export const fixtures = path.join(root, "test", "fixtures");

/** Where requests of each target go. What signs in goes where those of Exchange go. */
export type Origins = Readonly<Record<"exchange" | "graph", string>>;

/** The hosts of a recording, instead of those that were called. */
export const recordedOrigins: Origins = {
  exchange: "https://outlook.office365.com",
  graph: "https://graph.microsoft.com",
};

/** Where what was asked is sent, according to a recording. */
export function recordedOriginOf({ operation }: Asked): string {
  return operation === undefined ? recordedOrigins.exchange : recordedOrigins.graph;
}

/** Every fixture, as `room/action/what-happens`: the path of its file without the extension. */
export function namesOfFixtures(under = fixtures): string[] {
  return readdirSync(under, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replaceAll("\\", "/").replace(/\.json$/, ""))
    .sort();
}

export function fileOf(name: string): string {
  return path.join(fixtures, `${name}.json`);
}

/** Whether a name is one of those that were typed: a part of it, or the path of its file. */
export function isAmong(name: string, typed: readonly string[]): boolean {
  return typed.some((text) =>
    name.includes(
      text
        .replaceAll("\\", "/")
        .replace(/^.*test\/fixtures\//, "")
        .replace(/(\/|\.json)$/, ""),
    ),
  );
}

/** The members of a fixture, in the order in which they are written. */
const members = ["source", "event", "traffic", "answer", "records"] as const;
const sources =
  /^(emulator|documented: https:\/\/\S+|(tenant|emulator): recorded \d{4}-\d\d-\d\d, scrubbed)$/;

export function readFixture(file: string): Fixture {
  const fixture = jsonIn(file);
  const refuse = (problem: string): never => {
    throw new Error(`${file}: ${problem}`);
  };
  if (!isBranch(fixture) || Array.isArray(fixture)) return refuse("must be an object.");
  const missing = members.filter((member) => member !== "records" && !(member in fixture));
  if (missing.length > 0)
    refuse(`has no ${missing.join(", ")}; a fixture has source, event, traffic and answer.`);
  const unknown = Object.keys(fixture).filter((key) => !members.some((member) => member === key));
  if (unknown.length > 0)
    refuse(`has ${unknown.join(", ")}; a fixture has only ${members.join(", ")}.`);
  const { source, event, traffic, answer, records } = fixture;
  if (typeof source !== "string" || !sources.test(source))
    return refuse(
      `source is ${shown(source)}; it must be "emulator", "documented: <address of the page>" ` +
        `or "tenant: recorded <yyyy-mm-dd>, scrubbed" (or "emulator: recorded ...").`,
    );
  if (!Array.isArray(traffic)) return refuse("traffic must be a list.");
  if (records !== undefined && !Array.isArray(records)) return refuse("records must be a list.");
  return {
    source,
    event,
    traffic: traffic as Exchange[],
    answer,
    ...(records === undefined ? {} : { records }),
  };
}

function jsonIn(file: string): unknown {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

export function writeFixture(file: string, fixture: Fixture): void {
  const { source, event, traffic, answer, records } = fixture;
  mkdirSync(path.dirname(file), { recursive: true });
  // In this order; JSON leaves out records that are undefined.
  const content = { source, event, traffic, answer, records };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** Where two values differ, one line for each place. */
export function differences(recorded: unknown, now: unknown, where = ""): string[] {
  if (isBranch(recorded) && isBranch(now) && Array.isArray(recorded) === Array.isArray(now)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
    const dot = where === "" ? "" : ".";
    return keys.flatMap((key) => {
      const place = Array.isArray(recorded) ? `${where}[${key}]` : `${where}${dot}${key}`;
      return differences(recorded[key], now[key], place);
    });
  }
  return Object.is(recorded, now)
    ? []
    : [`${where === "" ? "the whole" : where}: recorded ${shown(recorded)}, now ${shown(now)}`];
}

/** In a fixed order, regardless of the order of arrival. Equal ones keep theirs. */
export function sorted<T>(
  values: readonly T[],
  key: (value: T) => unknown = (value) => value,
): T[] {
  const keyed = values.map((value) => ({ value, key: JSON.stringify(key(value)) }));
  return keyed
    .sort((a, b) => Number(a.key > b.key) - Number(a.key < b.key))
    .map(({ value }) => value);
}

/** The answer without what differs from run to run: milliseconds, passwords, and the loopback addresses used. */
export function lasting(value: unknown, origins: Origins): unknown {
  const scrubbedTexts = everyText(value, (text, name) => {
    if (isPassword(text, name)) return standInPassword;
    return (["exchange", "graph"] as const).reduce((kept, target) => {
      const [here, recorded] = [origins[target], recordedOrigins[target]];
      return kept.replaceAll(here, recorded).replaceAll(new URL(here).host, new URL(recorded).host);
    }, text);
  });
  if (!isBranch(scrubbedTexts) || !isBranch(scrubbedTexts["stats"])) return scrubbedTexts;
  const { version: _changesWithEachRelease, ...stats } = scrubbedTexts["stats"];
  return { ...scrubbedTexts, stats: { ...stats, waitedMs: 0, totalMs: 0 } };
}

// ---- Scrubbing: substitution, never deletion. The same value gets the same stand-in throughout a recording,
// and a stand-in is left alone.

/** Ids that may stay: those of the seeded tenant, and stand-ins for real ones. */
export const standIn = /^[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}$/i;
const guids = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi;
/** Domains of addresses, and any name that ends like the first domain of a tenant. */
const domains =
  /(?<=@|:\/\/)(?:[a-z0-9-]+\.)+[a-z]{2,}|(?:[a-z0-9-]+\.)+onmicrosoft\.(?:com|us|cn|de)/gi;
const publicDomain = new RegExp(
  `^(${[
    "(.+\\.)?contoso\\.(com|onmicrosoft\\.com)",
    "outlook\\.office365\\.com",
    "graph\\.microsoft\\.com",
    "learn\\.microsoft\\.com",
    "login\\.(microsoftonline\\.(com|us)|chinacloudapi\\.cn)",
  ].join("|")})$`,
  "i",
);
const domainController = /\b[A-Z0-9]+\.[A-Z0-9]+\.PROD\.OUTLOOK\.COM\b/g;
const controllers = ".PROD.OUTLOOK.COM";
const someDomainController = "AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM";
const formSecrets = /^(AppSecret|AppCertificateBase64String|AppCertificatePassword)$/i;

function isRecordedSecret(name: string): boolean {
  return formSecrets.test(name) || isPasswordKey(name);
}

function isPassword(text: string, name: string | undefined): boolean {
  return name !== undefined && isPasswordKey(name) && !isHarmless(text);
}

/** Whether a value is a stand-in, or what the host shows of a secret in a plan. */
function isHarmless(secret: string): boolean {
  return ["", standInSecret, standInPassword, mask].includes(secret);
}

/** The ids and domains in a recording that are not stand-ins, and the values of its secrets. */
export function notScrubbed(recording: unknown): {
  ids: string[];
  domains: string[];
  secrets: string[];
} {
  const found = { ids: new Set<string>(), domains: new Set<string>(), secrets: new Set<string>() };
  everyText(recording, (text, name) => {
    for (const [id] of text.matchAll(guids))
      if (!standIn.test(id) && !publicIds.has(id.toLowerCase())) found.ids.add(id.toLowerCase());
    for (const [domain] of text.matchAll(domains))
      if (!publicDomain.test(domain) && !domain.endsWith(controllers))
        found.domains.add(domain.toLowerCase());
    for (const [controller] of text.matchAll(domainController))
      if (controller !== someDomainController) found.domains.add(controller);
    if (name === "Organization" && !publicDomain.test(text)) found.domains.add(text.toLowerCase());
    if (name !== undefined && isRecordedSecret(name) && !isHarmless(text)) found.secrets.add(text);
    return text;
  });
  return { ids: [...found.ids], domains: [...found.domains], secrets: [...found.secrets] };
}

/**
 * A recording fit to be kept. Scrubbing it again changes nothing. Names of people stay: do not use it
 * on a real tenant's.
 */
export function scrubbed<T>(recording: T): T {
  const found = notScrubbed(recording);
  const present = new Set<string>();
  everyText(recording, (text) => {
    for (const [id] of text.matchAll(guids)) present.add(id.toLowerCase());
    for (const [domain] of text.matchAll(domains)) present.add(domain.toLowerCase());
    return text;
  });
  const stand = numbered(
    (number) => `5c4b0000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`,
    present,
  );
  const other = numbered((number) => `other${number}.contoso.com`, present);
  const ids = new Map(found.ids.map((id) => [id, stand()]));
  const hosts = new Map(
    found.domains.map((domain) => [
      domain,
      domain.endsWith(controllers) ? someDomainController : other(),
    ]),
  );
  // Long ones first: a domain may end in another one.
  const replacements = [
    ...[...hosts].sort(([a], [b]) => b.length - a.length),
    ...found.secrets.map((secret): [string, string] => [secret, standInSecret]),
  ];
  return everyText(recording, (text, name) => {
    if (isPassword(text, name)) return standInPassword;
    let kept = text.replace(guids, (id) => ids.get(id.toLowerCase()) ?? id);
    for (const [real, instead] of replacements)
      kept = kept.replace(
        new RegExp(
          `(?<![A-Za-z0-9-])${real.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![A-Za-z0-9-])`,
          "gi",
        ),
        instead,
      );
    return kept;
  }) as T;
}

function numbered(name: (number: number) => string, taken: ReadonlySet<string>): () => string {
  let number = 0;
  return () => {
    do number++;
    while (taken.has(name(number)));
    return name(number);
  };
}

/** A copy with every text changed; `name` is its key. */
function everyText(
  value: unknown,
  change: (text: string, name: string | undefined) => string,
  name?: string,
): unknown {
  if (typeof value === "string") return change(value, name);
  if (Array.isArray(value)) return value.map((item) => everyText(item, change, name));
  if (!isBranch(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, everyText(member, change, key)]),
  );
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

// ---- Loopback addresses for all hosts.

/** The environment variables that send a bundle to these addresses. */
export function addressesAt({ exchange, graph }: Origins): Record<string, string> {
  return Object.fromEntries(
    emulatorVariables.map((name) => [name, name.includes("GRAPH") ? graph : exchange]),
  );
}

export interface Question {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export type Reply =
  { status: number; headers: Record<string, string>; body: string } | { cut: true };

/** Serves both targets, each at an address of its own. */
export async function serveLoopback(
  answer: (question: Question) => Reply | Promise<Reply>,
): Promise<{ origins: Origins; close(): Promise<void> }> {
  const [exchange, graph] = await Promise.all([serveOne(answer), serveOne(answer)]);
  return {
    origins: { exchange: exchange.origin, graph: graph.origin },
    async close() {
      await Promise.all([exchange.close(), graph.close()]);
    },
  };
}

async function serveOne(
  answer: (question: Question) => Reply | Promise<Reply>,
): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
      );
      const question = {
        method: message.method ?? "",
        url: new URL(message.url ?? "/", origin),
        headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      void Promise.resolve(question)
        .then(answer)
        .catch((error: unknown): Reply => ({
          status: 500,
          headers: { "content-type": "text/plain" },
          body: `THE SERVER OF ${path.basename(process.argv[1] ?? "")} FAILED: ${String(error)}`,
        }))
        .then((reply) => {
          if ("cut" in reply) message.socket.destroy();
          else response.writeHead(reply.status, reply.headers).end(reply.body);
        });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async close() {
      const closed = once(server, "close");
      server.close().closeAllConnections();
      await closed;
    },
  };
}

/** Whether this is a request for a token, on the login side. */
export function asksForToken({ method, url }: Question): boolean {
  return method === "POST" && /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(url.pathname);
}

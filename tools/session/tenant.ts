import { setTimeout as delay } from "node:timers/promises";
import {
  connectorWith,
  machineSeams,
  type ConnectorSeams,
  type Targets,
} from "../../lib/connector.ts";
import { repeatedSecrets } from "../../lib/host/secretValues.ts";
import { Fault } from "../../lib/fault.ts";
import { configuration as configurationContract } from "../../lib/generated/validators/configuration.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { run, type Connect } from "../../lib/host/run.ts";
import { readAs } from "../../lib/host/schemaContract.ts";
import type { Query } from "../../lib/step.ts";
import type { HttpReply, Transport } from "../../lib/net/transport.ts";
import { createEmulator, type Emulator } from "../../test/emulator/emulator.ts";
import { textOf } from "../../test/emulator/message.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { loadAction } from "./actions.ts";
import { askEmulator } from "./control.ts";
import { readJson } from "./jsonFile.ts";
import { stateFrom } from "./seed.ts";
import { isRecord } from "../../lib/record.ts";
import { UsageError } from "./usageError.ts";

/** The tenant that a verb works with. */
export interface Tenant {
  /** What it is, for a person to read. */
  name: string;
  /** The values of the configuration form. */
  configuration: Readonly<Record<string, unknown>>;
  /** Runs an action as its bundle would. `onRecord` is called for each record of an import. */
  invoke(action: string, event: object, onRecord?: () => void): Promise<Invocation>;
  /** Asks the tenant something, read-only, within `limitMs` (default: 25,000). Throws a `Fault`. */
  query<T>(query: Query<Targets, T>, limitMs?: number): Promise<T>;
  /** The same tenant, with a look at every request on its way. */
  overheard(by: (send: Transport) => Transport): Tenant;
  /** What its connection uses, for those who examine the connection itself. */
  link: TenantLink;
  /** The emulated tenant of this process. */
  emulator?: Emulator;
}

/** The way to a tenant: the environment variables that it sets or removes, and the seams of its connection. */
export interface TenantLink {
  env: Readonly<Record<string, string | undefined>>;
  seams: ConnectorSeams;
}

/** The result of one event. */
export interface Invocation {
  code: 0 | 1 | 2;
  answer: Answer;
  records: unknown[];
  log: { level: string; message: string }[];
}

/** Which tenant is meant. Nothing: the emulator's example tenant, in this process. */
export interface TenantChoice {
  /** A file with the values of the configuration form: a real tenant. */
  config?: string;
  /** The address that `emulator` prints: one that runs. */
  emulator?: string;
  /** A file with the state of an emulated tenant. */
  seed?: string;
}

export async function openTenant({ config, emulator, seed }: TenantChoice): Promise<Tenant> {
  if ([config, emulator, seed].filter((choice) => choice !== undefined).length > 1)
    throw new UsageError("Only one of --config, --emulator and --seed can choose the tenant.");
  if (config !== undefined) return realTenant(config);
  if (emulator !== undefined) return await runningEmulator(emulator);
  return emulatedTenant(seed);
}

function realTenant(file: string): Tenant {
  const configuration = readJson(file);
  if (!isRecord(configuration))
    throw new UsageError(`${file} is not an object; expected the values of the form.`);
  // A message about the other value would show the secret.
  const repeated = repeatedSecrets(configuration, configurationContract.shape);
  if (repeated.length > 0) throw new UsageError(`${file}: ${repeated.join(" ")}`);
  const { Organization } = configuration;
  const name = typeof Organization === "string" ? Organization : file;
  return tenantWith(name, configuration, { env: {}, seams: machineSeams }, process.env);
}

/** An emulator in this process. Its requests name the real hosts, and never leave the process. */
function emulatedTenant(seed: string | undefined): Tenant {
  const state = seed === undefined ? {} : { state: stateFrom(seed) };
  const emulator = createEmulator(state);
  const send = withOneTokenEach(sendTo(emulator));
  const { tenant } = emulator.state();
  const configuration = formOf(emulator.credentials, tenant);
  return {
    ...tenantInMemory(tenant.displayName, configuration, { send, clock: () => emulator.now() }),
    emulator,
  };
}

/** A tenant that `send` answers for. Its requests name the real hosts, and never leave the process. */
export function tenantInMemory(
  name: string,
  configuration: Record<string, unknown>,
  { send, clock }: { send: Transport; clock(): number },
): Tenant {
  const seams: ConnectorSeams = {
    transport: () => ({ send, close: () => undefined }),
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
    clock,
  };
  return tenantWith(name, configuration, { env: noEmulatorUrls, seams });
}

/** Its requests name the real hosts. */
const noEmulatorUrls = {
  EXO_CONNECTOR_LOGIN_URL: undefined,
  EXO_CONNECTOR_EXCHANGE_URL: undefined,
  EXO_CONNECTOR_GRAPH_URL: undefined,
};

/** What an emulator prints when it starts, and answers at `/_emulator/connection`. */
interface EmulatorConnection {
  loginUrl: string;
  exchangeUrl: string;
  graphUrl: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  organization: string;
  displayName: string;
  cloud: string;
}

const connectionKeys = [
  ...["loginUrl", "exchangeUrl", "graphUrl", "tenantId", "clientId", "clientSecret"],
  ...["organization", "displayName", "cloud"],
];

function isConnection(value: unknown): value is EmulatorConnection {
  return isRecord(value) && connectionKeys.every((key) => typeof value[key] === "string");
}

async function runningEmulator(address: string): Promise<Tenant> {
  const connection = await askEmulator(address, { path: "connection" });
  if (!isConnection(connection))
    throw new UsageError(
      `What answers at ${address} is no emulator. Expected the address that \`exo-connector emulator\` prints.`,
    );
  const configuration = formOf(connection, {
    initialDomain: connection.organization,
    cloud: connection.cloud,
  });
  return tenantWith(`${connection.displayName} (emulator at ${address})`, configuration, {
    env: {
      EXO_CONNECTOR_LOGIN_URL: connection.loginUrl,
      EXO_CONNECTOR_EXCHANGE_URL: connection.exchangeUrl,
      EXO_CONNECTOR_GRAPH_URL: connection.graphUrl,
    },
    seams: machineSeams,
  });
}

function formOf(
  { tenantId, clientId, clientSecret }: Emulator["credentials"],
  { initialDomain, cloud }: { initialDomain: string; cloud: string },
): Record<string, unknown> {
  return {
    Organization: initialDomain,
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    UseCertificate: false,
    Cloud: cloud,
  };
}

function sendTo(emulator: Emulator): Transport {
  return async ({ method, url, headers, body = "" }, signal) => {
    const { "accept-encoding": _, ...others } = headers;
    const answer = await emulator.handle({ method, url, headers: others, text: body, signal });
    if (answer.cut !== undefined)
      throw new Fault({ kind: "unavailable", message: "The connection was cut.", retryable: true });
    return { status: answer.status, headers: answer.headers, text: textOf(answer) };
  };
}

/** The answer to the first sign-in for each API, for all runs: a plan for thousands of people needs no more. */
function withOneTokenEach(send: Transport): Transport {
  const signIns = new Map<string, Promise<HttpReply>>();
  return async (request, signal) => {
    if (!new URL(request.url).pathname.endsWith("/oauth2/v2.0/token"))
      return await send(request, signal);
    const scope = new URLSearchParams(request.body).get("scope") ?? "";
    const signIn =
      signIns.get(scope) ??
      send(request, signal).catch((error: unknown) => {
        signIns.delete(scope);
        throw error;
      });
    signIns.set(scope, signIn);
    return await signIn;
  };
}

function tenantWith(
  name: string,
  configuration: Record<string, unknown>,
  link: TenantLink,
  env = link.env,
): Tenant {
  const connectTo = connectorWith(link.seams);
  return {
    name,
    configuration,
    link,
    overheard: (by) =>
      tenantWith(name, configuration, { ...link, seams: heard(link.seams, by) }, env),
    invoke: async (action, event, onRecord = () => undefined) =>
      await invoked({ action: await loadAction(action), event, onRecord }, connectTo, env),
    query: (query, limitMs = queryMs) => queried(query, limitMs, configuration, connectTo, env),
  };
}

function heard(seams: ConnectorSeams, by: (send: Transport) => Transport): ConnectorSeams {
  return {
    ...seams,
    transport(proxy) {
      const { send, close } = seams.transport(proxy);
      return { send: by(send), close };
    },
  };
}

/** Runs an action in this process, with the addresses in `env`: a way for the replay. */
export async function runHere(
  action: string,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<Invocation & { stdout: string; stderr: string }> {
  return await runAction(await loadAction(action), event, env);
}

/** The same for a declared action, such as one with policies of its own. */
export async function runAction(
  action: Action<AnyEvent, Targets>,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<Invocation & { stdout: string; stderr: string; ms: number }> {
  const start = performance.now();
  const run = { action, event, onRecord: () => undefined };
  const invocation = await invoked(run, connectorWith(machineSeams), env);
  return { ...invocation, stdout: "", stderr: "", ms: performance.now() - start };
}

async function invoked(
  {
    action,
    event,
    onRecord,
  }: { action: Action<AnyEvent, Targets>; event: unknown; onRecord(): void },
  connectTo: Connect<Targets>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Invocation> {
  const start = performance.now();
  const lines: unknown[] = [];
  const log: Invocation["log"] = [];
  const code = await run(action, connectTo, {
    document: () => Promise.resolve(JSON.parse(JSON.stringify(event)) as unknown),
    stdout(text, isAnswer) {
      lines.push(JSON.parse(text));
      if (!isAnswer) onRecord();
      return Promise.resolve(true);
    },
    stderr: (text) => void log.push(JSON.parse(text) as Invocation["log"][number]),
    env,
    now: () => performance.now() - start,
    onLimit: () => undefined,
    onInterrupt: () => undefined,
  });
  const records = lines.slice(0, -1).map((line) => (isRecord(line) ? line["record"] : line));
  // The host ends every run with an answer.
  return { code, answer: lines.at(-1) as Answer, records, log };
}

/** Milliseconds for one question. */
const queryMs = 25_000;

async function queried<T>(
  query: Query<Targets, T>,
  limitMs: number,
  form: Record<string, unknown>,
  connectTo: Connect<Targets>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  const start = performance.now();
  const configuration = readAs(configurationContract, form, () => undefined);
  const connection = connectTo(configuration, {
    env,
    signal: AbortSignal.timeout(limitMs),
    remaining: () => limitMs - (performance.now() - start),
    log: () => undefined,
    keepSecret: () => undefined,
  });
  try {
    return await query(connection.targets);
  } finally {
    connection.close();
  }
}

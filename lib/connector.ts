import { createHash, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Operation } from "./activeDirectory/client/changes.ts";
import type { Directory } from "./activeDirectory/client/directory.ts";
import type { FormSeams } from "./activeDirectory/client/formDirectory.ts";
import { lateDirectory } from "./activeDirectory/client/lateDirectory.ts";
import type { DirectoryTarget } from "./activeDirectory/target.ts";
import { clouds, type Cloud, type Resource } from "./auth/clouds.ts";
import type { Parameters } from "./exchange/client/encoding.ts";
import { exchangeOnline } from "./exchange/client/exchange.ts";
import type { ExchangeTarget } from "./exchange/target.ts";
import { Fault } from "./fault.ts";
import { lateGraph } from "./graph/client/lateGraph.ts";
import { cutOff } from "./graph/cutOff.ts";
import type { GraphTarget } from "./graph/target.ts";
import type { Pace, Stats } from "./net/retry.ts";
import type { ApplicationSettings, Credential } from "./auth/application.ts";
import type { LinkStore } from "./auth/linkedAccount.ts";
import { stateFolder, type LinkPlace } from "./auth/linkPlace.ts";
import { sharedTokens, type SharedTokens } from "./auth/sharedTokens.ts";
import { late, tokenSource, type Storing, type TokenSettings } from "./auth/token.ts";
import { keepFor, type Keep } from "./net/keep.ts";
import type { KeptAnswers } from "./net/keptAnswers.ts";
import { defaultMaxRequests, requestSlots, type RequestSlots } from "./net/requestSlots.ts";
import { isLoopback, proxyFrom, type Proxy } from "./net/proxy.ts";
import { httpTransport, type Transport } from "./net/transport.ts";
import type { Configuration } from "./generated/types.ts";
import { version } from "./generated/version.ts";
import type { Step } from "./step.ts";
import type { AnswerJournal, JournalAbout } from "./store/answerJournal.ts";
import { Tally } from "./tally.ts";
import { Unusable } from "./host/schemaContract.ts";
import type { Connection } from "./host/gate.ts";
import type { Connect, Surroundings } from "./host/run.ts";

/** The systems that one configuration connects to. An action uses those that it declares. */
export type Targets = ExchangeTarget & GraphTarget & DirectoryTarget;

/** What a connection uses of its machine. A campaign provides its own, and with it its own time. */
export interface ConnectorSeams extends Pick<Pace, "sleep" | "random"> {
  transport(proxy: Proxy | undefined): { send: Transport; close(): void };
  /** Milliseconds since 1970. */
  clock(): number;
  /** Active Directory through the agents on premises. Absent: no agent connects to this process. */
  agents?: FormSeams["agents"];
  /** Where the answers of an import are kept. Undefined or absent: in the state folder, if there is one. */
  journal?(about: JournalAbout): Promise<AnswerJournal> | undefined;
}

/**
 * Creates the connection of a configuration. Nothing is sent, and no token requested, before a target is first used.
 * This is the only file that knows both the platform and the targets.
 */
export const connect: Connect<Targets> = (configuration, surroundings) =>
  connectorWith(machineSeams)(configuration, surroundings);

/** The seams of this machine. */
export const machineSeams: ConnectorSeams = {
  transport: httpTransport,
  sleep: (ms, until) => delay(ms, undefined, { signal: until }),
  random: Math.random,
  clock: Date.now,
};

/** Loads the libraries that the first request would load. */
export async function loadLibraries(env: Environment = process.env): Promise<void> {
  // With a store of tokens, most events do not sign in.
  const signsIn = isUnset(env["EXO_CONNECTOR_STATE"]);
  await Promise.all([import("./net/undici.ts"), ...(signsIn ? [import("./auth/msal.ts")] : [])]);
}

/** The same with other seams. Each connection has its own transport and its own tokens, and closes them. */
export function connectorWith(seams: ConnectorSeams): Connect<Targets> {
  return connectorFor(seams, keepFor(0, seams.clock));
}

/**
 * The same for many events in one process: those of one application in one tenant share its network connections, its
 * tokens, and its limits and pace of requests. Everything else, such as statistics and secrets, belongs to one event.
 */
export function sharedConnector(seams: ConnectorSeams): {
  connect: Connect<Targets>;
  close(): void;
} {
  const keep = keepFor<Tenant>(maxTenantAgeMs, seams.clock);
  return { connect: connectorFor(seams, keep), close: () => keep.close() };
}

/** A certificate and a warning about its end are read again after this time; a token lasts about as long. */
const maxTenantAgeMs = 3_600_000;

/** What the events of one application in one tenant can share. */
interface Tenant {
  transport: Transport;
  tokens: Readonly<Record<Resource, SharedTokens>>;
  slots: Readonly<Record<Resource, RequestSlots>>;
  links: (() => Promise<LinkStore>) | undefined;
  close(): void;
}

function connectorFor(seams: ConnectorSeams, keep: Keep<Tenant>): Connect<Targets> {
  return (configuration, surroundings) => connection(configuration, surroundings, seams, keep);
}

function connection(
  configuration: Configuration,
  { env, signal, remaining, log, keepSecret }: Surroundings,
  seams: ConnectorSeams,
  keep: Keep<Tenant>,
): Connection<Targets> {
  const { sleep, random, clock } = seams;
  const urls = emulatorUrls(env);
  const { loginUrl, exchangeUrl, graphUrl, faults } = urls;
  const uncheckedFault = uncheckedTlsFault(env);
  if (uncheckedFault !== undefined) faults.push(uncheckedFault);
  const { proxy, secrets, fault } = proxyFrom(env);
  secrets.forEach(keepSecret);
  if (fault !== undefined) faults.push(fault);
  const ownLinks = linksOf(configuration, env, faults);
  if (faults.length > 0) throw new Unusable(faults);

  const { TenantID: tenantId, AppId: clientId } = configuration;
  const cloud: Cloud = clouds[configuration.Cloud ?? "worldwide"];
  const {
    MaxConcurrentRequests: maxRequests = defaultMaxRequests,
    MaxCmdletsPerSecond: maxPerSecond,
  } = configuration;
  const application = { tenantId, clientId, credential: credentialOf(configuration), cloud };
  const { value: tenant, free } = keep.take(
    keyOf({
      ...application,
      urls,
      proxy,
      link: configuration.StateFolder,
      is: ownLinks && "linked",
      maxRequests,
      maxPerSecond,
    }),
    () =>
      openTenant({ ...application, loginUrl }, ownLinks, {
        ...seams.transport(proxy),
        tokenFolder: env["EXO_CONNECTOR_STATE"],
        slots: {
          exchange: requestSlots(maxRequests, { clock, maxPerSecond }),
          graph: requestSlots(maxRequests),
        },
      }),
  );
  const { transport, tokens, slots, links } = tenant;
  const stats: Stats = { requests: 0, retries: 0, waitedMs: 0 };
  const pace = { signal, remaining, sleep, random, stats };
  // A set: one certificate signs in to both resources, and is one reason to warn.
  const warnings = new Set<string>();
  const warn = (sentence: string): unknown => warnings.add(sentence);
  const signIn = { transport, pace, clock, keepSecret, warn };
  const tally = new Tally();
  let journal: AnswerJournal | undefined;
  const counted: Transport = (request, until) =>
    (journal?.send?.(() => transport(request, until), until) ?? transport(request, until)).finally(
      () => tally.onMove(),
    );
  const answers: KeptAnswers = {
    take: async (request, after) => await journal?.take(request, after),
    keep: (answered, after) => journal?.keep(answered, after),
  };
  const ofTarget = (resource: Resource) => ({
    transport: counted,
    tally,
    answers,
    pace,
    clock,
    newId: randomUUID,
    slots: slots[resource].forEvent(),
    token: tokens[resource](signIn),
  });
  const exchange = exchangeOnline({ tenantId, cloud, exchangeUrl }, ofTarget("exchange"));
  const graph = lateGraph(async () => {
    const { microsoftGraph } = await import("./graph/client/graph.ts");
    return microsoftGraph({ cloud, graphUrl }, ofTarget("graph"));
  });
  const activeDirectory = directoryOf(configuration, {
    pace,
    warn,
    isEmulated: urls.graphUrl !== undefined,
    agents: seams.agents,
  });
  return {
    targets: { exchange, graph, activeDirectory },
    ...(links && { refusalOf: (step) => cutOffRefusal(step, links) }),
    async send({ target, operation, parameters }) {
      if (target === "activeDirectory") {
        // The nouns of Active Directory created the step.
        await activeDirectory.invoke(operation as Operation, parameters);
        return { notices: [] };
      }
      if (target === "graph") return await graph.invoke({ operation, parameters });
      // The nouns of Exchange created the step from values that a cmdlet accepts; the client refuses any
      // others when it encodes them.
      return await exchange.invoke({ cmdlet: operation, parameters: parameters as Parameters });
    },
    sendAll: (steps) =>
      steps.every(({ target }) => target === "graph") ? graph.invokeAll(steps) : undefined,
    // Reads go to the controller that was written, which shows its own writes (measured).
    showsAtOnce: (target) => target === "activeDirectory",
    wait: (ms) => pace.sleep(ms, signal),
    async keepAnswers(action) {
      const about: JournalAbout = {
        binding: bindingOf(action, { cloud, loginUrl, tenantId, clientId }),
        version,
        configuration,
        clock,
        warn: (sentence) => log("warning", sentence),
      };
      const folder = env["EXO_CONNECTOR_STATE"];
      journal =
        (await seams.journal?.(about)) ??
        (isUnset(folder) ? undefined : await journalIn(folder, about, configuration));
      return journal;
    },
    stats,
    tally,
    warnings,
    close() {
      activeDirectory.close();
      free();
    },
  };
}

/** Active Directory. Its settings are read, and its code loaded, when an action first uses it. */
function directoryOf(configuration: Configuration, seams: FormSeams): Directory {
  const account = (): string => configuration.Username ?? "";
  return lateDirectory(account, async () => {
    const { formDirectory } = await import("./activeDirectory/client/formDirectory.ts");
    return formDirectory(configuration, seams);
  });
}

function openTenant(
  application: ApplicationSettings,
  links: Tenant["links"],
  {
    send: transport,
    close,
    tokenFolder,
    slots,
  }: ReturnType<ConnectorSeams["transport"]> &
    Pick<Tenant, "slots"> & { tokenFolder: string | undefined },
): Tenant {
  const kind = links ? "linked account" : "application";
  const tokensFor = (resource: Resource): SharedTokens =>
    sharedTokens((seams) => {
      const settings = { ...application, resource };
      const storing = isUnset(tokenFolder)
        ? undefined
        : storingIn({ folder: tokenFolder, kind }, settings);
      if (!links) return tokenSource(settings, seams, storing);
      return {
        get: late(async () => {
          const { linkedTokenSource } = await import("./auth/linkedToken.ts");
          return linkedTokenSource(settings, links, seams, storing).get;
        }),
      };
    });
  return {
    transport,
    tokens: { exchange: tokensFor("exchange"), graph: tokensFor("graph") },
    slots,
    links,
    close,
  };
}

/** Keeps tokens on the disk, for other processes. */
function storingIn(
  place: { folder: string; kind: "application" | "linked account" },
  settings: TokenSettings,
): Storing {
  return (newToken, seams) =>
    late(async () => {
      const [{ storedTokens }, { thisAccount }] = await Promise.all([
        import("./auth/tokenStore.ts"),
        import("./store/storeOwner.ts"),
      ]);
      return storedTokens(settings, place, { seams, owner: thisAccount(), newToken });
    });
}

/** Answers are kept for one action of one application in one tenant. */
function bindingOf(
  action: string,
  { cloud, loginUrl = "", tenantId, clientId }: Omit<TokenSettings, "credential" | "resource">,
): string {
  const ids = [tenantId, clientId].map((id) => id.toLowerCase());
  return ["answers", action, cloud.login, loginUrl, ...ids].join("/");
}

/** Undefined, with a line in the log, when the folder cannot keep answers: that never costs the import. */
async function journalIn(
  folder: string,
  about: JournalAbout,
  configuration: Configuration,
): Promise<AnswerJournal | undefined> {
  const [{ answerJournal }, { thisAccount }, { formHolder }] = await Promise.all([
    import("./store/answerJournal.ts"),
    import("./store/storeOwner.ts"),
    import("./auth/formHolder.ts"),
  ]);
  return await answerJournal({
    ...about,
    folder,
    holder: formHolder(credentialOf(configuration)),
    owner: thisAccount(),
  }).catch((thrown: unknown) => {
    const { message } = Fault.of(thrown);
    about.warn(
      `The answers of this import are not kept in ${folder} (EXO_CONNECTOR_STATE). ${message}`,
    );
    return undefined;
  });
}

/** Two events with the same key may share a tenant. A hash, because secrets belong to it. */
function keyOf(parts: object): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}

/** The way to the link of the configuration, opened when it is first needed; undefined when there is to be none. */
function linksOf(
  configuration: Configuration,
  env: Environment,
  faults: string[],
): (() => Promise<LinkStore>) | undefined {
  if (configuration.Connection !== "linkedAccount") return undefined;
  try {
    const place = linkPlaceOf(configuration, env);
    let store: Promise<LinkStore> | undefined;
    return () => (store ??= openLinks(place, credentialOf(configuration)));
  } catch (thrown) {
    faults.push(Fault.of(thrown).message);
    return undefined;
  }
}

async function openLinks(place: LinkPlace, credential: Credential): Promise<LinkStore> {
  const [{ linkStore }, { holderOf }, { thisAccount }] = await Promise.all([
    import("./auth/linkedAccount.ts"),
    import("./auth/holder.ts"),
    import("./store/storeOwner.ts"),
  ]);
  return linkStore(place, await holderOf(credential), thisAccount());
}

/** Where the link of a configuration is kept. Throws an `invalid` fault without a state folder. */
export function linkPlaceOf(configuration: Configuration, env: Environment): LinkPlace {
  const { StateFolder, Cloud = "worldwide", TenantID: tenantId, AppId: clientId } = configuration;
  const folder = stateFolder(StateFolder, env["EXO_CONNECTOR_STATE"]);
  return { folder, cloud: Cloud, tenantId, clientId };
}

/** No event may take the access of the very account that all events work as. */
async function cutOffRefusal(
  step: Pick<Step, "target" | "operation" | "parameters">,
  links: () => Promise<LinkStore>,
): Promise<Fault | undefined> {
  const cut = cutOff(step);
  if (cut === undefined) return undefined;
  const account = (await (await links()).read())?.account;
  const names = [account?.id, account?.userPrincipalName].map((name) => name?.toLowerCase());
  if (account === undefined || !names.includes(cut.user.toLowerCase())) return undefined;
  return Fault.invalid(
    `This would ${cut.what} ${account.userPrincipalName}, the linked account that the connector itself works as. ` +
      "Link another account first, or leave this one out of the business rules.",
  );
}

/** The schema has ensured that the selected credential is present. */
export function credentialOf({
  UseCertificate,
  AppSecret,
  AppCertificateBase64String,
  AppCertificatePassword,
}: Configuration): Credential {
  return UseCertificate
    ? { pfxBase64: AppCertificateBase64String ?? "", password: AppCertificatePassword ?? "" }
    : { secret: AppSecret ?? "" };
}

type Environment = Surroundings["env"];

/** The error when hosts could be anyone, because their certificates are not checked. */
export function uncheckedTlsFault(env: Environment): string | undefined {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return undefined;
  return (
    "NODE_TLS_REJECT_UNAUTHORIZED=0 is set, so any host could pass for Exchange Online and receive the secret: " +
    "remove it, and name the file of a private CA in NODE_EXTRA_CA_CERTS."
  );
}

/** The addresses of an emulator that the environment names instead of the cloud's hosts, and the errors in them. */
export function emulatorUrls(env: Environment): {
  loginUrl: string | undefined;
  exchangeUrl: string | undefined;
  graphUrl: string | undefined;
  faults: string[];
} {
  const faults: string[] = [];
  const [loginUrl, exchangeUrl, graphUrl] = emulatorVariables.map((name) =>
    loopbackUrl(name, env, faults),
  );
  const missing = emulatorVariables.filter((name) => isUnset(env[name]));
  const isComplete = missing.length === 0 || missing.length === emulatorVariables.length;
  if (!isComplete && faults.length === 0)
    faults.push(
      `An address of an emulator is set, but not ${missing.join(" and ")}; set all of ` +
        `${emulatorVariables.join(", ")} or none, so that no test secret reaches the real service.`,
    );
  return { loginUrl, exchangeUrl, graphUrl, faults };
}

/** The environment variables with the addresses of an emulator. */
export const emulatorVariables = [
  "EXO_CONNECTOR_LOGIN_URL",
  "EXO_CONNECTOR_EXCHANGE_URL",
  "EXO_CONNECTOR_GRAPH_URL",
] as const;

function isUnset(text: string | undefined): text is undefined | "" {
  return text === undefined || text === "";
}

/** Anyone who can change the sign-in address can collect the client secret, so it may only point at this machine. */
function loopbackUrl(name: string, env: Environment, faults: string[]): string | undefined {
  const text = env[name];
  if (isUnset(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !isLoopback(url) ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== ""
  ) {
    faults.push(
      `${name} does not point at this machine; expected an address such as http://127.0.0.1:8080.`,
    );
    return undefined;
  }
  return url.origin;
}

import { manyGroups, manySharedMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { TestClient } from "../../test/emulator/testClient.ts";
import { permissionImportFor } from "../cli/demoEvents.ts";
import { runBundle } from "../cli/run.ts";
import { withBundles } from "./built.ts";
import { median } from "./figures.ts";
import type { Effort, Findings, Limit, Part } from "./part.ts";

/** Milliseconds of a request, and of each cmdlet in it. */
interface Latency {
  requestMs: number;
  cmdletMs: number;
}

/** An import of permissions from a tenant that allows some requests at once. */
interface Case {
  name: string;
  action: string;
  state: State;
  latency: Latency;
  allows: number;
  /** Who holds what: each has to come once. */
  holders: number;
  /** The objects that are read, by their RecipientTypeDetails, and what a script sends for each, one by one. */
  objects: { count: number; type: string; cmdlets: string[] };
  /** How many times as fast as that script it has to be. */
  timesSerial?: number;
  configuration: Record<string, unknown>;
}

interface Measured {
  ms: number;
  idealMs: number;
  serialMs: number;
  requests: number;
  refusals: number;
}

const latencies: readonly Latency[] = [
  { requestMs: 0, cmdletMs: 0 },
  { requestMs: 40, cmdletMs: 10 },
  { requestMs: 80, cmdletMs: 20 },
  { requestMs: 160, cmdletMs: 40 },
];
const mailboxImport = "permissions/sharedMailboxes/importPermission";
/** The latency that the limits are for. */
const usual = nameOf({ requestMs: 80, cmdletMs: 20 });
/** Requests that a tenant allows at once. */
const allowances = [3, 5, 10];
/** Three lanes cannot be 25 times as fast as one. */
const lanesForSerial = 5;

/** Imports of permissions, from tenants of every pace. */
export const imports: Part = {
  title: "Imports of permissions",
  measure: (effort, log) =>
    withBundles(async ({ dist }) => {
      const found: { one: Case; runs: Measured[] }[] = [];
      for (const one of casesFor(effort)) {
        const runs: Measured[] = [];
        const rounds = effort === "full" && nameOf(one.latency) === usual ? 3 : 1;
        for (let round = 0; round < rounds; round++) runs.push(await measured(one, dist));
        found.push({ one, runs });
        const ms = median(runs.map((run) => run.ms));
        log(`${one.name}, ${nameOf(one.latency)} ms, ${one.allows} at once: ${seconds(ms)} s`);
      }
      return findingsOf(found);
    }),
};

function casesFor(effort: Effort): Case[] {
  const objects = effort === "full" ? 1_000 : 100;
  const users = 2 * objects;
  const mailboxes = {
    name: `three rights each on ${objects} shared mailboxes`,
    action: mailboxImport,
    state: manySharedMailboxes(objects, users),
    holders: 9 * objects,
    objects: {
      count: objects,
      type: "SharedMailbox",
      cmdlets: ["Get-MailboxPermission", "Get-RecipientPermission"],
    },
    configuration: { SharedMailboxReference: "separate" },
  };
  const groups = {
    name: `${objects} groups of 50 members`,
    action: "permissions/groups/importPermission",
    state: manyGroups(objects, 50, users),
    holders: 50 * objects,
    objects: {
      count: objects,
      type: "MailUniversalDistributionGroup",
      cmdlets: ["Get-DistributionGroupMember"],
    },
    configuration: {},
  };
  return [
    ...latencies.flatMap((latency) =>
      allowances.map((allows) => ({
        ...mailboxes,
        latency,
        allows,
        ...(allows >= lanesForSerial ? { timesSerial: 25 } : {}),
      })),
    ),
    { ...groups, latency: { requestMs: 80, cmdletMs: 20 }, allows: 5 },
  ];
}

/** Runs an import. Throws unless each holder came once: refusals may lose and double nothing. */
async function measured(one: Case, dist: string): Promise<Measured> {
  const { action, state, latency, allows, holders, configuration } = one;
  const behaviour = { ...state.behaviour, ...latency, concurrentRequests: allows };
  const running = await startEmulator({ state: { ...state, behaviour } });
  try {
    const event = permissionImportFor(running, configuration);
    const { ms, code, records, stdout, stderr } = await runBundle(action, event, {
      dist,
      env: running.env,
    });
    const found = holdersIn(records);
    if (code !== 0 || found.length !== holders || new Set(found).size !== holders)
      throw new Error(
        `${one.name}: ${found.length} holders, ${new Set(found).size} different ones, of ${holders}: ` +
          `${stdout.slice(-2000)}\n${stderr}`,
      );
    const sent = running.emulator.journal().filter(({ side }) => side === "exchange");
    const accepted = sent.filter(({ status }) => status === 200);
    const workMs = (cmdlets: number): number => latency.requestMs + latency.cmdletMs * cmdlets;
    // The least that it can be: all the work, evenly spread over the lanes.
    const ideal = accepted.reduce((sum, { items }) => sum + workMs(items?.length ?? 1), 0);
    return {
      ms,
      idealMs: ideal / allows,
      serialMs: await serialMs(one, running),
      requests: accepted.length,
      refusals: sent.length - accepted.length,
    };
  } finally {
    await running.close();
  }
}

/** What a script takes that sends its cmdlets one by one: ten objects, and the others in proportion. */
async function serialMs({ objects, state }: Case, running: RunningEmulator): Promise<number> {
  const { count, type, cmdlets } = objects;
  const sample = state.objects
    .filter(({ RecipientTypeDetails }) => RecipientTypeDetails === type)
    .slice(0, 10);
  const client = new TestClient(running.emulator, (request) => fetch(request));
  await client.signIn();
  const begin = performance.now();
  for (const { Guid } of sample)
    for (const cmdlet of cmdlets) {
      const { status, text } = await client.invoke(cmdlet, { Identity: Guid });
      if (status !== 200) throw new Error(`${cmdlet} failed: ${text}`);
    }
  return ((performance.now() - begin) * count) / sample.length;
}

function holdersIn(records: readonly unknown[]): string[] {
  return (records as { PermissionReference: unknown; AccountReferences: string[] }[]).flatMap(
    ({ PermissionReference, AccountReferences }) =>
      AccountReferences.map((account) => JSON.stringify([PermissionReference, account])),
  );
}

function findingsOf(found: readonly { one: Case; runs: Measured[] }[]): Findings {
  const rows = found.map(({ one, runs }) => {
    const middle = (of: (run: Measured) => number): number => median(runs.map(of));
    return {
      ...one,
      pace: nameOf(one.latency),
      ms: middle(({ ms }) => ms),
      ideal: middle(({ ms, idealMs }) => ms / idealMs),
      serial: middle(({ ms, serialMs }) => serialMs / ms),
      idealMs: middle(({ idealMs }) => idealMs),
      serialMs: middle(({ serialMs }) => serialMs),
      requests: middle(({ requests }) => requests),
      refusals: middle(({ refusals }) => refusals),
    };
  });
  const limited = rows.filter(({ pace }) => pace === usual);
  const limits: Limit[] = limited.flatMap(({ name, allows, ideal, serial, timesSerial }) => {
    const what = `${name}, ${allows} at once`;
    return [
      { what: `${what}: times the ideal`, figure: ideal, atMost: 1.2 },
      ...(timesSerial === undefined
        ? []
        : [{ what: `${what}: times as fast as one by one`, figure: serial, atLeast: timesSerial }]),
    ];
  });
  const pictured = limited.filter(({ action }) => action === mailboxImport);
  const bars = [
    { name: "one by one", times: pictured.map(({ serialMs }) => serialMs) },
    { name: "measured", times: pictured.map(({ ms }) => ms) },
    { name: "ideal", times: pictured.map(({ idealMs }) => idealMs) },
  ];
  return {
    about: [
      "The time of the tenant is that of a request, and of each cmdlet in it: 80+20 ms, for example. It refuses " +
        "requests beyond those that it allows at once, and the connector finds out how many those are. The ideal is " +
        "the least time in which this tenant can answer the same requests.",
      "One by one is a script that sends a request for each of the two lists of a mailbox, or for each group, and " +
        "waits for it: measured with ten objects in the same run, the others in proportion.",
      `The median of three runs at ${usual} ms; one run otherwise.`,
    ],
    tables: [
      {
        title: "Seconds",
        columns: [
          "Import",
          "Tenant (ms)",
          "At once",
          "Measured",
          "Ideal",
          "Times the ideal",
          "One by one",
          "Times as fast",
          "Requests",
          "Refused",
        ],
        rows: rows.map((row) => [
          row.name,
          row.pace,
          row.allows,
          seconds(row.ms),
          seconds(row.idealMs),
          row.idealMs === 0 ? "" : row.ideal,
          seconds(row.serialMs),
          row.serialMs === 0 ? "" : row.serial,
          row.requests,
          row.refusals,
        ]),
      },
    ],
    limits,
    pictures: [
      {
        name: "imports",
        alt: `Seconds at ${usual} ms: ${pictured
          .map(
            ({ allows, ms, serialMs }) =>
              `${allows} at once ${seconds(ms)}, one by one ${seconds(serialMs)}`,
          )
          .join("; ")}.`,
        option: {
          title: { text: `${pictured[0]?.name ?? ""}: seconds at ${usual} ms (logarithmic)` },
          legend: {},
          xAxis: { type: "category", data: pictured.map(({ allows }) => `${allows} at once`) },
          yAxis: { type: "log", min: 0.1 },
          series: bars.map(({ name, times }) => ({
            name,
            type: "bar" as const,
            data: times.map((ms) => Number(seconds(ms))),
            label: { show: true, position: "top" as const },
          })),
        },
      },
    ],
  };
}

function nameOf({ requestMs, cmdletMs }: Latency): string {
  return `${requestMs}+${cmdletMs}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

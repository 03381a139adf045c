/** What every action declares, compared with what it really sends and reads. */
import { userAttributes } from "../lib/exchange/userAttributes.ts";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { domainsFrom, sitePlaceFrom } from "../lib/activeDirectory/client/settings.ts";
import { connect } from "../lib/connector.ts";
import type { Configuration, Outcome } from "../lib/generated/types.ts";
import { namesakeLookup } from "../lib/exchange/account.ts";
import { olderReferenceLookup } from "../lib/exchange/accountReference.ts";
import { calendarRightList } from "../lib/exchange/calendarEntries.ts";
import { userNamesLookup } from "../lib/exchange/calendarUser.ts";
import { listOperations, objectOperations, writes } from "../lib/graph/client/operations.ts";
import { mailboxLookup } from "../lib/exchange/mailbox.ts";
import { userSearch } from "../lib/exchange/user.ts";
import { cmdlets as cmdletsOf } from "../lib/exchange/target.ts";
import { hostConfiguration } from "../lib/host/run.ts";
import catalogue from "../schemas/cmdlets.json" with { type: "json" };
import configurationSchema from "../schemas/configuration.schema.json" with { type: "json" };
import { listActions } from "../tools/session/actions.ts";
import { entra, hybrid, systemOf, systems } from "../tools/session/systems.ts";
import { fileOf, namesOfFixtures, readFixture } from "../tools/cli/recording.ts";
import { actionOf } from "../tools/cli/replay.ts";
import { Bench, guidOf } from "./bench.ts";
import {
  actionIn,
  asDeclared,
  callsIn,
  callsTo,
  declaredParts,
  sentParts,
  undeclared,
  type Call,
  type Declared,
} from "./declared.ts";
import { everyProperty, everySetting } from "./everyField.ts";
import { bundlesWith } from "./entitlements/editedBundles.ts";
import { permissionEventFor, readingEventFor } from "./events.ts";
import { eventFor, scenarios, stateFor, timeOfRecording } from "./fixtures/scenarios.ts";
import type { Scenario } from "./fixtures/scenario.ts";
import { runInProcess } from "./inProcess.ts";

const names = listActions();
/** What those of Active Directory send and read is compared in test/activeDirectory/accounts.test.ts. */
const sendingHttp = names.filter((name) => systemOf(name) !== hybrid);
const fixtures = namesOfFixtures();

/** The cmdlets and operations in the recorded requests of a fixture. */
function callsOf(fixture: string): Call[] {
  return readFixture(fileOf(fixture)).traffic.flatMap(({ request }) => callsIn(request));
}

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse(timeOfRecording) });
});
afterAll(() => bench.close());

/** Runs a scenario in process, and returns what it sent. */
async function play(
  scenario: Scenario,
  action?: Awaited<ReturnType<typeof actionIn>>,
): Promise<Call[]> {
  const run = action ?? (await actionIn(actionOf(scenario.name)));
  bench.emulator.replaceState(stateFor(scenario));
  bench.emulator.setFaults(scenario.faults ?? []);
  bench.emulator.clearJournal();
  const { answer } = await asDeclared(run, bench.emulator, () =>
    runInProcess(run, signedInEvent(scenario), bench.urls),
  );
  const { outcome, outputContext } = answer as {
    outcome: Outcome;
    outputContext: { Success: boolean };
  };
  const end = `${outcome}, ${outputContext.Success ? "a success" : "a failure"}`;
  expect(end, `${scenario.name}: ${JSON.stringify(answer)}`).toBe(scenario.ends);
  return callsTo(bench.emulator);
}

/** The event of a scenario with the secret that the emulator accepts. */
function signedInEvent(scenario: Scenario): unknown {
  const event = eventFor(scenario) as { actionContext: { Configuration: object } };
  const { actionContext } = event;
  const AppSecret = bench.running.clientSecret;
  const Configuration = { ...actionContext.Configuration, AppSecret };
  return { ...event, actionContext: { ...actionContext, Configuration } };
}

describe("every request", () => {
  it.each(fixtures)("of %s is declared", async (fixture) => {
    expect(undeclared(await actionIn(actionOf(fixture)), callsOf(fixture))).toEqual([]);
  });

  it("that is not declared is noticed: a cmdlet, and a parameter", () => {
    const action: Declared = {
      needs: { exchange: { operations: { "Get-Mailbox": ["Identity"] } } },
      configuration: [],
    };
    const calls = [
      { operation: "Get-Mailbox", parameters: { Identity: "a", Filter: "b" } },
      { operation: "Get-User", parameters: {} },
    ];
    expect(undeclared(action, calls)).toEqual(["Get-Mailbox -Filter", "Get-User"]);
  });
});

describe("every declaration", () => {
  const cmdlets: Readonly<Record<string, { parameters: object } | undefined>> = catalogue.cmdlets;

  it.each(names)("of %s is in the catalogue of cmdlets", async (name) => {
    const { needs } = await actionIn(name);
    for (const [cmdlet, parameters] of Object.entries(needs.exchange?.operations ?? {})) {
      expect(Object.keys(cmdlets), name).toContain(cmdlet);
      for (const parameter of parameters)
        expect(Object.keys(cmdlets[cmdlet]?.parameters ?? {}), cmdlet).toContain(parameter);
    }
  });

  it("of something that is sent to Graph is of Entra ID, or of the accounts of Active Directory", async () => {
    const asking = [];
    for (const name of names) if ((await actionIn(name)).needs.graph) asking.push(name);
    const looking = ["create", "delete", "disable", "enable", "update"].map(
      (verb) => `lifecycle/hybrid/${verb}`,
    );
    const isOfHybrid = /^permissions\/hybrid\w+\/(?:grant|revoke|import)Permission$/;
    const isAsking = (name: string): boolean =>
      systemOf(name) === entra || looking.includes(name) || isOfHybrid.test(name);
    expect(asking).toEqual(names.filter(isAsking));
  });

  it.each(names)("of %s has only operations of Graph that its client sends", async (name) => {
    const sendable = [...listOperations, ...objectOperations, ...Object.keys(writes)];
    const { needs } = await actionIn(name);
    expect(sendable).toEqual(expect.arrayContaining(Object.keys(needs.graph?.operations ?? {})));
  });

  it.each(sendingHttp)("of %s can be sent", async (name) => {
    const recorded = fixtures.filter((fixture) => actionOf(fixture) === name).flatMap(callsOf);
    const sent = new Set(sentParts([...recorded, ...(await (seldom[name]?.() ?? []))]));
    const unsent = declaredParts(await actionIn(name)).filter((part) => !sent.has(part));
    expect(unsent.filter((part) => !inDoubt.has(part))).toEqual([]);
  });
});

/** What every action sends when an answer leaves a doubt: the tests of the nouns and of the gate show each of them. */
const inDoubt = new Set(
  declaredParts({
    needs: {
      exchange: cmdletsOf(
        mailboxLookup,
        olderReferenceLookup,
        namesakeLookup,
        userNamesLookup,
        calendarRightList,
        userSearch,
        {
          "Get-MailboxPermission": ["User"],
          "Get-RecipientPermission": ["Trustee"],
          "Get-DistributionGroup": ["Identity", "Filter"],
        },
      ),
    },
    configuration: [],
  }),
);

/** What only certain mappings, configurations or options make an action send, and no fixture shows. */
const seldom: Readonly<Record<string, () => Promise<Call[]>>> = {
  "lifecycle/update": async () => [
    ...(await everySetting("lifecycle/update")),
    ...(await play({
      name: "lifecycle/update/every-attribute-of-the-user",
      ends: "done, a success",
      shows: "Each attribute of the user is set.",
      of: "Chris Bakker",
      data: {
        ...Object.fromEntries(userAttributes.map((name) => [name, "A text"])),
        Manager: "petra.proxies@contoso.com",
      },
    })),
  ],
  "lifecycle/enable": () => everySetting("lifecycle/enable"),
  "lifecycle/disable": () => everySetting("lifecycle/disable"),
  "lifecycle/delete": () => everySetting("lifecycle/delete"),
  "lifecycle/entra/create": () => everyField("lifecycle/entra/create"),
  "lifecycle/entra/update": () => everyField("lifecycle/entra/update"),
  "lifecycle/entra/enable": () => everyField("lifecycle/entra/enable"),
  "lifecycle/entra/disable": () => everyField("lifecycle/entra/disable"),
  "lifecycle/entra/delete": () => everyField("lifecycle/entra/delete"),
  "resources/groups": () => everyAttribute("resources/groups"),
  "resources/sharedMailboxes": () => everyAttribute("resources/sharedMailboxes"),
  "permissions/folderPermission/grantPermission": notifying,
  "permissions/regionalConfiguration/grantPermission": () => workingHours("grantPermission"),
  "permissions/regionalConfiguration/importPermission": () => workingHours("importPermission"),
  "permissions/folderPermission/importPermission": importingNamedUser,
  "permissions/licences/grantPermission": disablingExchange,
  "permissions/authenticationMethods/grantPermission": () => changingAddress("grantPermission"),
  "permissions/authenticationMethods/revokePermission": () => changingAddress("revokePermission"),
};

/** What an action for users of Entra ID sends when every property and every setting is mapped. */
async function everyField(action: string): Promise<Call[]> {
  return [...(await play(everyProperty(action))), ...(await everySetting(action))];
}

/** What resources send with each attribute for the key, and another one for the marker. */
async function everyAttribute(name: string): Promise<Call[]> {
  const calls: Call[] = [];
  for (let number = 1; number <= 15; number++) {
    const played = await play({
      name: `${name}/every-attribute`,
      ends: "done, a success",
      shows: "Key and marker are written to the configured attributes.",
      only: ["Dora Double"],
      source: [{ ExternalId: "D-1", DisplayName: "Care" }],
      configuration: {
        SubPermissionAttribute: `CustomAttribute${number}`,
        MarkerAttribute: `CustomAttribute${(number % 15) + 1}`,
      },
    });
    calls.push(...played);
  }
  return calls;
}

const dora = "dora.double@contoso.com";
/** The bundles of calendar rights with a named user in the data file. */
const bundlesForDora = (more = ""): string =>
  bundlesWith(
    "folderPermission",
    'mailboxFolderUser:"Default",mailboxFolderAccessRight:"Reviewer"',
    `mailboxFolderUser:"${dora}",mailboxFolderAccessRight:"Reviewer"${more}`,
  );

/** What a grant sends whose option notifies the user: first to add the right, then to set it. */
async function notifying(): Promise<Call[]> {
  bench.reset();
  const event = permissionEventFor(bench.running, {
    account: guidOf("Anna Bakker"),
    permission: { Id: "3", mailboxFolderUser: dora, mailboxFolderAccessRight: "Reviewer" },
  });
  const options = { dist: bundlesForDora(",sendNotificationToUser:!0") };
  for (const _ of ["Add", "Set"])
    await bench.run("permissions/folderPermission/grantPermission", event, options);
  return callsTo(bench.emulator);
}

/** What is sent for an option with working hours: first by the grant, then by an import that has to look at them. */
async function workingHours(verb: "grantPermission" | "importPermission"): Promise<Call[]> {
  bench.reset();
  const dist = bundlesWith(
    "regionalConfiguration",
    'Time",LocalizeDefaultFolderName:!0',
    'Time",LocalizeDefaultFolderName:!0,WorkDays:["Monday"],WorkingHoursStartTime:"09:00",' +
      'WorkingHoursEndTime:"16:00",WeekStartDay:"Monday"',
  );
  const permission = { Id: "MailboxRegionalConfiguration-NL" };
  const account = guidOf("Anna Bakker");
  const granted = permissionEventFor(bench.running, { account, permission });
  await bench.run("permissions/regionalConfiguration/grantPermission", granted, { dist });
  if (verb === "importPermission") {
    bench.emulator.clearJournal();
    const event = readingEventFor(bench.running, { dryRun: true });
    await bench.run("permissions/regionalConfiguration/importPermission", event, { dist });
  }
  return callsTo(bench.emulator);
}

/** What an import sends that has to find out how calendars list a user. */
async function importingNamedUser(): Promise<Call[]> {
  bench.reset();
  await bench.run(
    "permissions/folderPermission/importPermission",
    readingEventFor(bench.running, { dryRun: true }),
    { dist: bundlesForDora() },
  );
  return callsTo(bench.emulator);
}

/** What is sent to a user with an e-mail address whose option overwrites and removes it. */
async function changingAddress(verb: "grantPermission" | "revokePermission"): Promise<Call[]> {
  const name = `permissions/authenticationMethods/${verb}`;
  const scenario = scenarios.find((one) => one.name === `${name}/the-user-is-gone`);
  if (!scenario) throw new Error("the scenario has another name");
  const user = guidOf("Anna Bakker");
  const id = stateFor({}).objects.find(({ Guid }) => Guid === user)?.["ExternalDirectoryObjectId"];
  const own = { authenticationMethods: [{ emailAddress: "own@contoso.com" }] };
  const entra = { users: { [String(id)]: own } };
  const permission = { Reference: "3ddfcfc8-9383-446f-83cc-3ab9be4be18f" };
  const played = { ...scenario, entra, permission, of: { reference: id } };
  bench.emulator.replaceState(stateFor(played));
  bench.emulator.clearJournal();
  const dist = bundlesWith(
    "authenticationMethods",
    "OnlySetWhenEmpty:!0,RemoveWhenRevokingEntitlement:!1",
    "OnlySetWhenEmpty:!1,RemoveWhenRevokingEntitlement:!0",
  );
  await bench.run(name, signedInEvent(played), { dist });
  return callsTo(bench.emulator);
}

/** What a grant sends whose option turns off the Exchange Online of a user who has it. */
async function disablingExchange(): Promise<Call[]> {
  const scenario = scenarios.find(
    ({ name }) => name === "permissions/licences/grantPermission/assigned-already",
  );
  if (!scenario) throw new Error("the scenario has another name");
  bench.emulator.replaceState(stateFor(scenario));
  bench.emulator.clearJournal();
  const configuration = { exchangeOnlineIntegration: true };
  const event = signedInEvent({ ...scenario, configuration });
  const option = '{Id:"ENTERPRISEPACK",DisabledPlans:["EXCHANGE_S_ENTERPRISE"]}';
  const dist = bundlesWith("licences", "options:[]", `options:[${option}]`);
  await bench.run("permissions/licences/grantPermission", event, { dist });
  return callsTo(bench.emulator);
}

describe("the configuration", () => {
  const keys = Object.keys(configurationSchema.properties);

  /** The same settings, each of which leaves a trace when it is read. */
  function watched(configuration: Configuration, read: Set<string>): Configuration {
    const traced = keys.map((key): [string, PropertyDescriptor] => [
      key,
      {
        enumerable: true,
        get() {
          read.add(key);
          return Reflect.get(configuration, key) as unknown;
        },
      },
    ]);
    return Object.defineProperties({}, Object.fromEntries(traced)) as Configuration;
  }

  it.each(sendingHttp)("keys that %s declares are read", async (name) => {
    const action = await actionIn(name);
    const read = new Set<string>();
    const unread = (): string[] => action.configuration.filter((key) => !read.has(key));
    const traced: typeof action = {
      ...action,
      run: (context) =>
        action.run({ ...context, configuration: watched(context.configuration, read) }),
    };
    for (const scenario of scenarios.filter((scenario) => actionOf(scenario.name) === name)) {
      if (unread().length === 0) break;
      await play(scenario, traced);
    }
    expect(unread()).toEqual([]);
  });

  const directoryForm: Configuration = {
    Organization: "contoso.onmicrosoft.com",
    TenantID: "t",
    AppId: "a",
    Host: ["dc1.contoso.com"],
    BaseDN: "DC=contoso,DC=com",
    Username: "svc@contoso.com",
    Password: "p",
  };

  /** The keys that the connection reads with a secret or a certificate, and those of the scripts for the platform. */
  function keysOfConnection(): Set<string> {
    // The scripts that start the bundles read these. An event is refused without the required ones.
    const read = new Set([
      "ConnectorPath",
      "NodePath",
      "ServeSocket",
      ...configurationSchema.required,
    ]);
    for (const UseCertificate of [false, true])
      connect(
        watched(
          {
            Organization: "contoso.onmicrosoft.com",
            TenantID: "t",
            AppId: "a",
            UseCertificate,
            Connection: "linkedAccount",
            StateFolder: path.resolve("state"),
          },
          read,
        ),
        {
          env: {},
          signal: new AbortController().signal,
          remaining: () => 0,
          log: () => undefined,
          keepSecret: () => undefined,
        },
      ).close();
    return read;
  }

  it.each(systems)("has in the form of $title what is read, and nothing else", async (system) => {
    const read = new Set([...keysOfConnection(), ...hostConfiguration]);
    for (const name of names.filter((name) => systemOf(name) === system))
      for (const key of (await actionIn(name)).configuration) read.add(key);
    if (system === hybrid) {
      sitePlaceFrom(watched(directoryForm, read));
      domainsFrom(watched(directoryForm, read));
    }
    const file = path.resolve(import.meta.dirname, "..", `${system.folder}configuration.json`);
    const form = JSON.parse(readFileSync(file, "utf8")) as { key: string }[];
    expect(form.map(({ key }) => key).sort()).toEqual([...read].sort());
  });
});

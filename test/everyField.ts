/** What the account actions send when everything that can be mapped is mapped. */
import { lateDirectory } from "../lib/activeDirectory/client/lateDirectory.ts";
import { mailboxProperties, setMailboxParameters } from "../lib/generated/mailbox.ts";
import type { Parameters } from "../lib/exchange/client/encoding.ts";
import { userProperties, type UserProperty } from "../lib/graph/userProperties.ts";
import type { HttpReply } from "../lib/net/transport.ts";
import type { AnyEvent } from "../lib/host/action.ts";
import type { Step, StepResult } from "../lib/step.ts";
import { entra, systemOf } from "../tools/session/systems.ts";
import { guidOf } from "./bench.ts";
import { actionIn, type Call } from "./declared.ts";
import { tenantOf } from "./exchange/answering.ts";
import { settingSample } from "./exchange/settingSamples.ts";
import { eventFor } from "./fixtures/scenarios.ts";
import type { Scenario } from "./fixtures/scenario.ts";
import { idOf, listed, reply, tenantOf as graphTenantOf } from "./graph/scripted.ts";

const { WindowsEmailAddress, ...samples } = Object.fromEntries(
  Object.entries(setMailboxParameters).map(([name, facts]) => [
    name,
    settingSample(name, facts)[0],
  ]),
);
/** Two mappings with every setting: EmailAddresses and WindowsEmailAddress exclude each other. */
const mappings = [
  // As many recipients as the mailbox has, so that they are looked up before they are compared.
  { ...samples, GrantSendOnBehalfTo: "anna.bakker@contoso.com" },
  { WindowsEmailAddress },
];
const userId = idOf(1);
const bare = {
  ...Object.fromEntries(mailboxProperties.map((name) => [name, null])),
  Guid: guidOf("Anna Bakker"),
  ExternalDirectoryObjectId: userId,
  RecipientTypeDetails: "UserMailbox",
  GrantSendOnBehalfTo: ["Bas Bakker"],
  IsDirSynced: false,
};
/** The user with this mailbox. */
const bareUser = {
  ...{ id: userId, displayName: "Anna", userPrincipalName: "anna@contoso.com", employeeId: "1" },
  ...{ accountEnabled: true, onPremisesSyncEnabled: null, signInSessionsValidFromDateTime: null },
};

/** The answers to the reads of a batch: the user, and no deleted one. */
function foundIn(batch: string): HttpReply {
  const { requests } = JSON.parse(batch) as { requests: { id: string; url: string }[] };
  const responses = requests.map(({ id, url }) => {
    const value = url.startsWith("/users") ? [bareUser] : [];
    return { id, status: 200, body: { value } };
  });
  return listed([], { responses });
}

/** What is sent to Exchange for a mailbox without any value, when every setting is mapped. */
export async function everySetting(name: string): Promise<Call[]> {
  const { exchange, asked } = tenantOf({ "Get-Mailbox": () => [bare] });
  const { graph } = graphTenantOf((request, { body = "" }) =>
    request === "POST /$batch" ? foundIn(body) : reply(200, bareUser),
  );
  const activeDirectory = lateDirectory(String, () => Promise.reject(new Error("not asked for")));
  const targets = { exchange, graph, activeDirectory };
  const action = await actionIn(name);
  const isOfEntra = systemOf(name) === entra;
  async function change({
    target,
    operation,
    parameters,
  }: Pick<Step, "target" | "operation" | "parameters">): Promise<StepResult> {
    if (target === "exchange")
      await exchange.invoke({ cmdlet: operation, parameters: parameters as Parameters });
    return "done";
  }
  for (const data of mappings) {
    const event = eventFor({
      name: `${name}/every-setting`,
      ends: "done, a success",
      shows: "Every setting that is mapped reaches Set-Mailbox.",
      of: { reference: isOfEntra ? userId : bare.Guid },
      data: isOfEntra ? { exchangeOnline: data } : data,
      ...(isOfEntra && { correlation: ["employeeId", "1"] }),
      configuration: { exchangeOnlineIntegration: true },
    }) as AnyEvent;
    await action.run({
      event,
      configuration: event.actionContext.Configuration,
      log: () => undefined,
      remaining: () => 60_000,
      read: (query) => query(targets),
      stream: (query) => query(targets),
      change,
      changeAll: (steps) => Promise.all(steps.map(change)),
      attemptAll: (steps) => Promise.all(steps.map(change)),
      settle: () => Promise.resolve([]),
      taken: [],
      record: () => Promise.resolve(true),
      output: {},
      onEarlyEnd: () => undefined,
    });
  }
  return asked.map(({ cmdlet: operation, parameters }) => ({ operation, parameters }));
}

/** Values that Graph accepts where it does not accept any text. */
const valuesOfUser: Readonly<Record<string, unknown>> = {
  ageGroup: "Adult",
  consentProvidedForMinor: "Granted",
  mail: "every.property@contoso.com",
  passwordPolicies: "DisablePasswordExpiration",
  preferredLanguage: "nl-NL",
  usageLocation: "BE",
  userPrincipalName: "every.property@contoso.com",
  userType: "Guest",
};

function sampleOf(name: string, { type, parts = [] }: UserProperty): unknown {
  if (type === "flag") return "true";
  if (type === "list") return ["a@contoso.com"];
  if (type === "time") return "2026-07-01";
  if (type === "object") return Object.fromEntries(parts.map((part) => [part, "Text"]));
  return valuesOfUser[name] ?? "Text";
}

/** A scenario in which every property of a user is mapped, with a value that the user does not have. */
export function everyProperty(action: string): Scenario {
  const mapped = Object.entries(userProperties).map(
    ([name, facts]) => [name, sampleOf(name, facts)] as const,
  );
  const isCreate = action.endsWith("/create");
  const endsAccount = /\/(disable|delete)$/.test(action);
  const user = {
    ...{ displayName: "Every", userPrincipalName: "every@contoso.com", mailNickname: "every" },
    accountEnabled: endsAccount,
  };
  return {
    name: `${action}/every-property`,
    ends: "done, a success",
    shows: "Every property that is mapped reaches Graph.",
    of: { reference: userId },
    correlation: ["employeeId", "Text"],
    data: {
      ...Object.fromEntries(mapped),
      accountEnabled: String(!endsAccount),
      ...(isCreate && { userType: "Member" }),
    },
    entra: { users: { [userId]: user } },
    graphRoles: ["User.ReadWrite.All", "User.Read.All", "User-LifeCycleInfo.ReadWrite.All"],
  };
}

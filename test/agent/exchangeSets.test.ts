/** Permissions of Exchange Online for accounts of a site with an agent. Judged by the domain and by the tenant. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import groupGrant from "../../permissions/hybridGroups/grantPermission.ts";
import groupRevoke from "../../permissions/hybridGroups/revokePermission.ts";
import rightsGrant from "../../permissions/hybridSharedMailboxes/grantPermission.ts";
import rightsRevoke from "../../permissions/hybridSharedMailboxes/revokePermission.ts";
import { connectorWith, type Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import {
  openWorld,
  authorityFile,
  certificate,
  servicePassword,
} from "../campaign/hybrid/world.ts";
import { personIn, type Domain } from "../emulator/directory/domain.ts";
import { ldapDouble } from "../emulator/directory/ldapDouble.ts";
import type { DirectoryObject } from "../emulator/state.ts";
import { runInProcess } from "../inProcess.ts";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { newPair, type Pair } from "./keys.ts";
import { openSite, timeBy, type Site } from "./siteInProcess.ts";

let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
});

const time = timeBy(10);
const baseDn = "DC=contoso,DC=com";
const shared = "Front desk";
const closing: (() => Promise<void>)[] = [];
let bench: EntraBench;
let domain: Domain;
let site: Site;
let own: string;
beforeEach(async () => {
  bench = await EntraBench.open();
  closing.push(() => bench.close());
  const world = openWorld({ hasAccount: true, isCloudManaged: false, seesDeleted: true }, () => 0);
  ({ domain, own = "" } = world);
  domain.put(personIn(baseDn, shared));
  const controller = await ldapDouble(certificate, (request) => domain.answer(request));
  closing.push(() => controller.close());
  site = await openSite({
    pair,
    time,
    domains: [{ baseDn, hosts: ["127.0.0.1"], port: controller.port }],
    account: { username: "svc-connector@contoso.com", password: servicePassword, authorityFile },
  });
  closing.push(() => site.close());
  await site.start();
  bench.fresh((state) => {
    const like = (name: string): DirectoryObject =>
      state.objects.find(({ DisplayName }) => DisplayName === name) ?? {};
    state.objects.push(
      { ...like("Dirk Synced"), ...ids("1"), ...names("Nora"), ImmutableId: anchorOf(own) },
      {
        ...like("Dirk Synced"),
        ...ids("2"),
        ...names(shared),
        ImmutableId: anchorOf(idOf(shared)),
        RecipientTypeDetails: "SharedMailbox",
      },
      { ...like("Sales team"), ...ids("3"), ...names("Nurses"), Members: [], IsDirSynced: true },
    );
    state.entra ??= {};
    const [sid = ""] = domain.valuesOf("cn", "Nurses", "objectSid");
    (state.entra.groups ??= {})[objectId("3")] = { onPremisesSecurityIdentifier: sid };
  });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const guid = (number: string): string => `ad000000-0000-4000-8000-00000000000${number}`;
const objectId = (number: string): string => `ad000000-0000-4000-8002-00000000000${number}`;
const ids = (number: string): DirectoryObject => ({
  Guid: guid(number),
  ExchangeGuid: guid(number).replace("-8000-", "-8001-"),
  ExternalDirectoryObjectId: objectId(number),
});
const names = (name: string): DirectoryObject => {
  const alias = name.replaceAll(" ", ".").toLowerCase();
  return {
    DisplayName: name,
    Name: name,
    Alias: alias,
    UserPrincipalName: `${alias}@contoso.com`,
    EmailAddresses: [`SMTP:${alias}@contoso.com`],
  };
};
const idOf = (name: string): string => domain.valuesOf("cn", name, "objectGUID")[0] ?? "";
/** MS-DTYP 2.3.4: the first three parts of a GUID have their lowest byte first. */
function anchorOf(id: string): string {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes.toString("base64");
}

async function outcomeOf<Event extends AnyEvent>(
  action: Action<Event, Targets>,
  permission: object,
): Promise<string> {
  const { tenantId, clientId, clientSecret, env } = bench.running;
  const event = {
    actionContext: {
      Configuration: {
        Organization: "contoso.onmicrosoft.com",
        TenantID: tenantId,
        AppId: clientId,
        AppSecret: clientSecret,
        AgentConnection: site.connectionId,
        exchangeOnlineIntegration: true,
      },
      DryRun: false,
      Origin: "enforcement",
      References: { Account: own, Permission: permission },
    },
    outputContext: {},
  };
  const { answer } = await runInProcess(action, event, env, {
    connectorOf: (seams) => connectorWith({ ...seams, agents: site.front.directory }),
  });
  return String((answer as { outcome?: unknown }).outcome);
}

describe("a permission of Exchange Online that Active Directory masters", () => {
  it("is a membership that the agent writes and ends", async () => {
    expect(await outcomeOf(groupGrant, { Id: guid("3") })).toBe("done");
    expect(domain.valuesOf("cn", "Nurses", "member")).toContain(`CN=Nora,OU=Staff,${baseDn}`);
    expect(await outcomeOf(groupRevoke, { Id: guid("3") })).toBe("done");
    expect(domain.valuesOf("cn", "Nurses", "member")).not.toContain(`CN=Nora,OU=Staff,${baseDn}`);
  });

  it("is Send on Behalf that the agent writes and ends", async () => {
    const permission = { Id: guid("2"), Permission: "SendOnBehalf" };
    expect(await outcomeOf(rightsGrant, permission)).toBe("done");
    expect(domain.valuesOf("cn", shared, "publicDelegates")).toEqual([
      `CN=Nora,OU=Staff,${baseDn}`,
    ]);
    expect(await outcomeOf(rightsGrant, permission)).toBe("alreadySo");
    expect(await outcomeOf(rightsRevoke, permission)).toBe("done");
    expect(domain.valuesOf("cn", shared, "publicDelegates")).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });
});

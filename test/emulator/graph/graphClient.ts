/**
 * Raw requests to the emulated Microsoft Graph, for the tests of this folder. It lacks everything that a real client
 * must know.
 */
import { createEmulator, type Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import type { Behaviour, State } from "../state.ts";
import { fetchFrom } from "../inProcess.ts";
import type { Values } from "./json.ts";

export interface GraphReply {
  status: number;
  headers: Headers;
  text: string;
  json: GraphWire;
}

/** All properties that a body may have; a test knows which kind it requested. */
export interface GraphWire extends Values {
  id: string;
  value: Values[];
  "@odata.nextLink": string;
  error: {
    code: string;
    message: string;
    details: { code: string; target: string }[];
    innerError: Record<string, string>;
  };
  responses: { id: string; status: number; headers: Record<string, string>; body: GraphWire }[];
}

interface More {
  body?: unknown;
  headers?: Record<string, string>;
}

export class GraphClient {
  readonly emulator: Emulator;
  token = "";

  constructor(emulator: Emulator) {
    this.emulator = emulator;
  }

  /** `path` begins with the path after the version, or is a whole address. */
  async send(method: string, path: string, { body, headers = {} }: More = {}): Promise<GraphReply> {
    if (this.token === "") this.token = await this.tokenFor(this.emulator.baseUrls().graph);
    const base = `${this.emulator.baseUrls().graph}/v1.0`;
    const request = new Request(path.startsWith("http") ? path : base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await fetchFrom(this.emulator)(request);
    const text = await response.text();
    const json = (text.startsWith("{") ? JSON.parse(text) : {}) as GraphWire;
    return { status: response.status, headers: response.headers, text, json };
  }

  get = (path: string, headers: Record<string, string> = {}): Promise<GraphReply> =>
    this.send("GET", path, { headers });
  /** In the advanced form. */
  ask = (path: string): Promise<GraphReply> => this.get(path, { ConsistencyLevel: "eventual" });
  post = (path: string, body?: unknown): Promise<GraphReply> => this.send("POST", path, { body });
  patch = (path: string, body: unknown): Promise<GraphReply> => this.send("PATCH", path, { body });
  put = (path: string, body: unknown): Promise<GraphReply> => this.send("PUT", path, { body });
  remove = (path: string): Promise<GraphReply> => this.send("DELETE", path);

  /** A token for a resource: the address of a host of the emulated cloud. */
  async tokenFor(resource: string): Promise<string> {
    const { tenantId, clientId, clientSecret } = this.emulator.credentials;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${resource}/.default`,
    });
    const url = `${this.emulator.baseUrls().login}/${tenantId}/oauth2/v2.0/token`;
    const answer = await fetchFrom(this.emulator)(new Request(url, { method: "POST", body: form }));
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}

/** `code: text` of a refusal, with its status. */
export const refusal = ({ status, json }: GraphReply): string =>
  `${status} ${json.error.code}: ${json.error.message}`;

/** A row's value of one property, for all rows. */
export const valuesOf = ({ json }: GraphReply, name: string): unknown[] =>
  json.value.map((row) => row[name]);

export const reference = (id: string): object => ({
  "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
});

const id = (number: number): string =>
  `e47ad000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

/** Ids of the tenant that `graphState` returns. */
export const ids = {
  /** With a mailbox: Anna Bakker, who holds no role, and her colleague Bas Bakker. */
  anna: id(31),
  bas: id(32),
  /** Synchronised. */
  dirk: id(27),
  /** Without a mailbox, in Entra ID only. */
  cloudOnly: id(0x9001),
  administrator: id(0x9002),
  reader: id(0x9003),
  security: id(0x9101),
  dynamic: id(0x9102),
  roleAssignable: id(0x9103),
  synced: id(0x9104),
  licensing: id(0x9105),
  /** Distribution groups, mail-enabled ones and Microsoft 365 groups are Exchange's: see `idNamed`. */
  e3: "05e9a617-0261-4cee-bb44-138d3ef5d965",
  teams: "710779e8-3d4a-4c88-adb9-386c958d1fdf",
  exchangePlan: "efb87545-963c-4e0d-99df-69c6916d9eb0",
  teamsPlan: "57ff2da0-773e-42df-b2af-ffb7a2317929",
};

export const everyRole = [
  ...["User.ReadWrite.All", "User.DeleteRestore.All", "User-PasswordProfile.ReadWrite.All"],
  ...["Group.ReadWrite.All", "Directory.Read.All", "LicenseAssignment.ReadWrite.All"],
];

/** The seeded tenant, with what only Entra ID knows. */
export function graphState(
  behaviour: Partial<Behaviour> = {},
  roles: readonly string[] = everyRole,
): State {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  for (const app of state.apps) app.graphRoles = [...roles];
  const user = (displayName: string, mailNickname: string): Values => ({
    displayName,
    mailNickname,
    userPrincipalName: `${mailNickname}@contoso.com`,
  });
  const group = (displayName: string, members: string[] = []): Values => ({
    displayName,
    mailNickname: displayName.replaceAll(" ", ""),
    members,
  });
  state.entra = {
    users: {
      [ids.anna]: { employeeId: "1031", usageLocation: "NL" },
      [ids.cloudOnly]: { ...user("Cloud Only", "cloud.only"), jobTitle: "Nurse" },
      [ids.administrator]: {
        ...user("Ada Admin", "ada.admin"),
        directoryRoles: ["Global Administrator"],
      },
      [ids.reader]: { ...user("Rob Reader", "rob.reader"), directoryRoles: ["Directory Readers"] },
    },
    groups: {
      [ids.security]: group("Care staff", [ids.anna]),
      [ids.dynamic]: {
        ...group("Everyone in care"),
        groupTypes: ["DynamicMembership"],
        membershipRule: 'user.department -eq "Care"',
      },
      [ids.roleAssignable]: { ...group("Admins"), isAssignableToRole: true },
      [ids.synced]: { ...group("From on-premises", [ids.anna]), onPremisesSyncEnabled: true },
      [ids.licensing]: {
        ...group("Teams users", [ids.bas]),
        assignedLicenses: [{ skuId: ids.teams, disabledPlans: [] }],
      },
    },
    subscribedSkus: [
      {
        skuId: ids.e3,
        skuPartNumber: "ENTERPRISEPACK",
        prepaidUnits: { enabled: 2 },
        servicePlans: [
          { servicePlanId: ids.exchangePlan, servicePlanName: "EXCHANGE_S_ENTERPRISE" },
          { servicePlanId: ids.teamsPlan, servicePlanName: "TEAMS1" },
        ],
      },
      {
        skuId: ids.teams,
        skuPartNumber: "TEAMS_EXPLORATORY",
        prepaidUnits: { enabled: 10 },
        servicePlans: [{ servicePlanId: ids.teamsPlan, servicePlanName: "TEAMS1" }],
      },
    ],
  };
  return state;
}

/** A client of its own tenant, whose clock does not move by itself. */
export function graphClient(
  behaviour: Partial<Behaviour> = {},
  roles: readonly string[] = everyRole,
): GraphClient {
  const state = graphState(behaviour, roles);
  return new GraphClient(
    createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") }),
  );
}

/** The id of an object of Exchange. */
export function idNamed(client: GraphClient, alias: string): string {
  const object = client.emulator.state().objects.find((one) => one["Alias"] === alias);
  return String(object?.["ExternalDirectoryObjectId"]);
}

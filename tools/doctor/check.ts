import type { Credential } from "../../lib/auth/application.ts";
import type { Directory } from "../../lib/activeDirectory/client/directory.ts";
import type { DirectorySettings } from "../../lib/activeDirectory/client/settings.ts";
import type { TokenSource } from "../../lib/auth/token.ts";
import type { ConnectorSeams, emulatorUrls } from "../../lib/connector.ts";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import type { Graph } from "../../lib/graph/client/graph.ts";
import type { Configuration } from "../../lib/generated/types.ts";
import type { Proxy } from "../../lib/net/proxy.ts";
import type { Assigned, Derived } from "./assignments.ts";
import type { Verdict } from "./finding.ts";
import type { Known } from "./known.ts";
import type { ManagementRole, Role } from "./roles.ts";
import type { ActionSet, DirectorySet, GraphSet } from "./sets.ts";

/** A tenant and its surroundings: what the checks look at. */
export interface Premises {
  /** Whether the tenant is meant to be an emulated one. */
  isEmulated: boolean;
  /** The values of the configuration form, as entered. */
  form: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  /** Such as `v24.1.0`. */
  nodeVersion: string;
  /** The time, the network and chance. */
  seams: ConnectorSeams;
  /** The sets of actions that are in use. */
  sets: readonly ActionSet[];
  /** Those of Microsoft Graph. */
  graphSets: readonly GraphSet[];
  /** Those of Active Directory. */
  directorySets: readonly DirectorySet[];
}

/** A domain of Active Directory that the form names. */
export interface DomainOfForm {
  settings: DirectorySettings;
  directory: Directory;
}

/** What the checks find out for each other. */
export interface Facts {
  /** Private certificate authorities are as they should be. */
  authorities: true;
  proxy: Proxy | undefined;
  /** The certificates of hosts are checked. */
  tls: true;
  emulatorUrls: Omit<ReturnType<typeof emulatorUrls>, "faults">;
  /** Sends requests as the product would. */
  transport: ReturnType<ConnectorSeams["transport"]>;
  configuration: Configuration;
  /** The base URL of the sign-in host, which answers. */
  loginUrl: string;
  /** The time at the sign-in host, in milliseconds since 1970; undefined when its answer has none. */
  serviceTime: number | undefined;
  exchangeReached: true;
  graphReached: true;
  graphClaims: Claims;
  graph: Graph;
  /** The domains of the form, each with a client of its own. */
  domains: readonly DomainOfForm[];
  /** Every base DN exists. */
  baseDns: true;
  /** The clock of this machine is right. */
  clock: true;
  credential: Credential;
  /** The ID of the tenant exists. */
  tenantId: string;
  token: TokenSource;
  claims: Claims;
  exchange: Exchange;
  /** The application permission is in the token. */
  permission: true;
  roles: readonly Role[];
  /** Those of the Entra roles, and of role groups as far as they can be read. */
  managementRoles: ReadonlySet<ManagementRole>;
  /** What role groups assign; nothing where the Entra roles suffice. */
  assigned: Assigned;
  derived: Derived;
}

/** What an access token contains. */
export interface Claims {
  /** Of a linked account: its user principal name. */
  account: string | undefined;
  /** Of a linked account. */
  scopes: readonly string[];
  /** Application permissions. */
  roles: readonly string[];
  /** Template IDs of Entra roles. */
  wids: readonly string[];
}

/** What a check works with. */
export interface Examination {
  premises: Premises;
  known: Known<Facts>;
  /** Ends requests that take too long. */
  signal: AbortSignal;
  /** Everything that must never be written. */
  keepSecret(secret: string): void;
}

/** One question, and how it is answered. Reads only. */
export interface Check {
  name: string;
  /** The facts that it adds when it can. What needs one of them is not checked otherwise. */
  finds?: readonly (keyof Facts)[];
  /** Throws `NotChecked` by reading a fact that is not known. */
  examine(examination: Examination): Verdict | Promise<Verdict>;
}

import { Fault } from "../../fault.ts";
import { quoted } from "../../graphemes.ts";
import { domainOf } from "./names.ts";

/** The fields of the configuration form that name the directory. */
export interface DirectoryForm {
  AgentConnection?: string | undefined;
  Host?: string[] | undefined;
  Port?: number | undefined;
  ServerName?: string | undefined;
  BaseDN?: string | undefined;
  Username?: string | undefined;
  Password?: string | undefined;
  CertificateAuthorityFile?: string | undefined;
  UseGlobalCatalog?: boolean | undefined;
  GlobalCatalogPort?: number | undefined;
  OtherDomains?: string | undefined;
}

/** The part of a directory that agents on premises reach. */
export interface AgentPlace {
  /** The ID of the connection that the agents of a site share. */
  connectionId: string;
  /** Undefined: the one that the agents have. */
  baseDn: string | undefined;
}

/** A directory: where it is, what part of it is used, and as whom. */
export interface DirectorySettings {
  /** Host names or IP addresses, in the order in which they are tried. */
  hosts: readonly string[];
  port: number;
  /** The name in the certificate of the hosts, where it is not the host. */
  serverName: string | undefined;
  /** Nothing outside of it is changed. */
  baseDn: string;
  username: string;
  password: string;
  /** The PEM file of the only certificate authority that is trusted; undefined for those of the machine. */
  authorityFile: string | undefined;
  /** The port of the Global Catalog on the hosts; undefined where it is not used. */
  globalCatalogPort: number | undefined;
  /** Other domains are read as well: a controller that refers to one does not have the object. */
  hasOthers?: boolean;
}

/** What only a connection without an agent has. */
const ownLabels = {
  Host: "Host",
  OtherDomains: "Other domains",
  Username: "User name",
  Password: "Password",
} as const;

const labels = {
  Host: "Host",
  BaseDN: "Base DN",
  Username: "User name",
  Password: "Password",
} as const;

const baseDnPattern = /^((\\.|[^\\,=])+=(\\.|[^\\,=])+,)*DC=[^\\,=]+$/i;
const serverNamePattern = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

const ofBaseDn = {
  name: "BaseDN",
  label: "Base DN",
  pattern: baseDnPattern,
  expected: "a distinguished name that ends with DC=..., such as DC=contoso,DC=com",
} as const;

/** What texts look like. Checked here and not by the schema, whose validator is loaded for every system. */
const formats = [
  ofBaseDn,
  {
    name: "Username",
    label: "User name",
    pattern: /^([^@\\=]+@[^@\\=]+|[^@\\=]+\\[^@\\=]+|[A-Za-z]+=.+)$/,
    expected: "a user name such as svc@contoso.com or CONTOSO\\svc",
  },
  {
    name: "ServerName",
    label: "Server name",
    pattern: serverNamePattern,
    expected: "a host name such as dc1.contoso.com",
  },
] as const;

/** Throws an `invalid` fault that names every field that is missing or cannot be used. */
export function settingsFrom(form: DirectoryForm): DirectorySettings {
  const { Host: hosts = [], BaseDN = "", Username = "", Password = "" } = form;
  const { UseGlobalCatalog = false, GlobalCatalogPort = defaultGlobalCatalogPort } = form;
  const values = { Host: hosts.join(), BaseDN, Username, Password };
  const missing = Object.entries(labels)
    .filter(([name]) => values[name as keyof typeof labels].trim() === "")
    .map(([name, label]) => `"${label}" (${name})`);
  if (missing.length > 0)
    throw Fault.invalid(
      `${missing.join(", ")} of the configuration ${missing.length === 1 ? "is" : "are"} missing; accounts of ` +
        "Active Directory need them.",
    );
  const wrong = hosts.find((host) => !isHost(host));
  if (wrong !== undefined)
    throw Fault.invalid(
      `"Host" (Host) contains ${quoted(wrong)}; expected host names or IP addresses of domain controllers, without a ` +
        "protocol or a port. The connector only uses LDAPS.",
    );
  for (const format of formats) assertFormat(form, format);
  return {
    hosts,
    port: form.Port ?? defaultPort,
    serverName: form.ServerName,
    baseDn: BaseDN,
    username: Username,
    password: Password,
    authorityFile: form.CertificateAuthorityFile,
    globalCatalogPort: UseGlobalCatalog ? GlobalCatalogPort : undefined,
  };
}

/**
 * The site whose agents reach the directory; undefined when the form names none. Throws an `invalid` fault for a form
 * that also names what only the agents have.
 */
export function sitePlaceFrom(form: DirectoryForm): AgentPlace | undefined {
  const { AgentConnection: connectionId, BaseDN: baseDn } = form;
  if (connectionId === undefined) return undefined;
  const own = (Object.keys(ownLabels) as (keyof typeof ownLabels)[]).filter(
    (name) => form[name] !== undefined && String(form[name]).trim() !== "",
  );
  if (own.length > 0)
    throw Fault.invalid(
      `"Agent connection" (AgentConnection) is ${quoted(connectionId)}, and ` +
        `${own.map((name) => `"${ownLabels[name]}" (${name})`).join(", ")} of the configuration ` +
        `${own.length === 1 ? "has a value" : "have values"}; expected none: the agent has its own hosts and account.`,
    );
  assertFormat(form, ofBaseDn);
  return { connectionId, baseDn };
}

function assertFormat(
  form: DirectoryForm,
  { name, label, pattern, expected }: (typeof formats)[number],
): void {
  const value = form[name];
  if (value !== undefined && !pattern.test(value))
    throw Fault.invalid(
      `"${label}" (${name}) of the configuration is ${quoted(value)}; expected ${expected}.`,
    );
}

/**
 * The domains of the form, that of its base DN first. Throws an `invalid` fault as `settingsFrom`, and for another
 * domain that cannot be read or comes twice. The others have the account, the ports and the authority of the first.
 */
export function domainsFrom(form: DirectoryForm): [DirectorySettings, ...DirectorySettings[]] {
  const first = settingsFrom(form);
  const lines = (form.OtherDomains ?? "").split(/[;\n]/).map((line) => line.trim());
  const others = lines
    .filter((line) => line !== "")
    .map((line) => ({ ...first, ...domainIn(line) }));
  const names = [first, ...others].map(({ baseDn }) => domainOf(baseDn).toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw Fault.invalid(
      `"Other domains" (OtherDomains) and "Base DN" (BaseDN) name the domain ${quoted(twice)} twice; expected each ` +
        "domain once.",
    );
  if (others.length === 0) return [first];
  return [{ ...first, hasOthers: true }, ...others.map((one) => ({ ...one, hasOthers: true }))];
}

/** `BASE DN | HOST, HOST`, and the name in their certificates where it is another one. */
function domainIn(line: string): Pick<DirectorySettings, "hosts" | "serverName" | "baseDn"> {
  const [baseDn = "", list = "", serverName, ...rest] = line.split("|").map((part) => part.trim());
  const hosts = list.split(",").map((host) => host.trim());
  const isRight =
    baseDnPattern.test(baseDn) &&
    hosts.every(isHost) &&
    (serverName === undefined || serverNamePattern.test(serverName)) &&
    rest.length === 0;
  if (!isRight)
    throw Fault.invalid(
      `"Other domains" (OtherDomains) contains ${quoted(line)}; expected a base DN and its domain controllers, such ` +
        "as DC=corp,DC=contoso,DC=com | dc3.corp.contoso.com, dc4.corp.contoso.com, and ; before the next domain.",
    );
  return { baseDn, hosts, serverName };
}

/** Throws an `invalid` fault for a host of another machine: with an emulator, no real account may be changed. */
export function assertLoopback({ hosts }: Pick<DirectorySettings, "hosts">): void {
  const other = hosts.find((host) => !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host));
  if (other !== undefined)
    throw Fault.invalid(
      `The environment names an emulator (EXO_CONNECTOR_GRAPH_URL), and "Host" (Host) names ${quoted(other)}; ` +
        "expected a domain controller of this machine, so that no real account is changed.",
    );
}

const defaultPort = 636;
const defaultGlobalCatalogPort = 3269;

/** A host name, an IPv4 address, or an IPv6 address without brackets. */
function isHost(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text) || isIpv6(text);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`ldaps://[${text}]`);
}

/** The address of a host in an LDAP URL. */
export function addressOf(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The site of an agent, from what was typed: the values of the connection page. */
import type { AgentDomain } from "../../lib/generated/types.ts";
import { isRecord } from "../../lib/record.ts";
import { readJson } from "../session/jsonFile.ts";
import { UsageError } from "../session/usageError.ts";
import type { Site } from "./sealing.ts";

export interface SiteOptions {
  connection: string;
  name: string;
  baseDn?: string;
  host?: string;
  port: string;
  serverName?: string;
  domains?: string;
  globalCatalog?: true;
}

/** The port of LDAPS of a global catalog (documented). */
const globalCatalogPort = 3269;

/** Throws a `UsageError` for domains that are missing or named twice. The schema of the file checks the values. */
export function siteFrom(options: SiteOptions): Site {
  const { connection, name, globalCatalog } = options;
  return {
    connectionId: connection,
    connectionName: name,
    domains:
      options.domains === undefined ? [domainFrom(options)] : domainsIn(options.domains, options),
    useGlobalCatalog: globalCatalog === true,
    globalCatalogPort,
  };
}

function domainFrom({ baseDn, host, port, serverName }: SiteOptions): AgentDomain {
  if (baseDn === undefined || host === undefined)
    throw new UsageError("Name the domain with --base-dn and --host, or several with --domains.");
  const hosts = host
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const [first, ...others] = hosts;
  if (first === undefined || !/^\d{1,5}$/.test(port))
    throw new UsageError(
      first === undefined
        ? `--host ${host}: expected host names or IP addresses, separated by commas.`
        : `--port ${port}: expected a port from 1 to 65535, usually 636.`,
    );
  return {
    baseDn,
    hosts: [first, ...others],
    port: Number(port),
    ...(serverName !== undefined && { serverName }),
  };
}

/** What is no domain is reported by the schema, with its place in the list. */
function domainsIn(file: string, { baseDn, host }: SiteOptions): Site["domains"] {
  if (baseDn !== undefined || host !== undefined)
    throw new UsageError(
      "Name one domain with --base-dn and --host, or several with --domains; not both.",
    );
  const found = readJson(file);
  const [first, ...others] = Array.isArray(found) ? found.filter(isDomain) : [];
  if (first !== undefined && Array.isArray(found) && others.length + 1 === found.length)
    return [first, ...others];
  throw new UsageError(
    `${file}: expected a list such as [{"baseDn": "DC=contoso,DC=com", "hosts": ["dc1.contoso.com"], "port": 636}].`,
  );
}

function isDomain(value: unknown): value is AgentDomain {
  return (
    isRecord(value) &&
    typeof value["baseDn"] === "string" &&
    Array.isArray(value["hosts"]) &&
    typeof value["port"] === "number"
  );
}

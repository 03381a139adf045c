/** The machine: Node.js, and the environment variables that the connection depends on. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { emulatorUrls, emulatorVariables, uncheckedTlsFault } from "../../lib/connector.ts";
import { proxyFrom } from "../../lib/net/proxy.ts";
import manifest from "../../package.json" with { type: "json" };
import type { Check } from "./check.ts";
import { fine, warning, wrong } from "./finding.ts";

/** The last day of maintenance (the release schedule of Node.js). */
const endsOfLife: Readonly<Record<number, string>> = {
  20: "2026-04-30",
  22: "2027-04-30",
  24: "2028-04-30",
};

export const nodeVersion: Check = {
  name: "Node.js",
  examine({ premises: { nodeVersion, seams } }) {
    const least = manifest.engines.node.replace(/^>=/, "");
    if (isOlder(nodeVersion, least))
      return wrong(`Node.js ${nodeVersion} is too old; expected ${least} or later.`, mendNode);
    const major = partsOf(nodeVersion)[0] ?? 0;
    const end = endsOfLife[major];
    // Odd versions have no long-term support.
    const isOver =
      major % 2 === 1 || (end !== undefined && seams.clock() > Date.parse(`${end}T23:59:59Z`));
    if (!isOver) return fine(`Node.js ${nodeVersion}.`);
    return warning(
      `Node.js ${nodeVersion} is past its end of life${end === undefined ? "" : ` (${end})`}: no more security fixes.`,
      mendNode,
    );
  },
};

const mendNode = "Install Node.js 24, or use the release archive that has its own Node.js.";

const partsOf = (version: string): number[] => version.replace(/^v/, "").split(".").map(Number);

function isOlder(version: string, least: string): boolean {
  const [own, expected] = [partsOf(version), partsOf(least)];
  const at = expected.findIndex((part, index) => part !== own[index]);
  return at >= 0 && (own[at] ?? 0) < (expected[at] ?? 0);
}

/** Node reads the file when it starts, and only warns when it cannot. */
export const authorities: Check = {
  name: "private authorities",
  finds: ["authorities"],
  examine({ premises: { env }, known }) {
    const file = env["NODE_EXTRA_CA_CERTS"] ?? "";
    const problem = file === "" ? undefined : problemOf(file);
    if (problem !== undefined)
      return wrong(
        `NODE_EXTRA_CA_CERTS is ${file}, ${problem}.`,
        "Name a PEM file with the certificates of your authorities, or remove the variable if there are none.",
      );
    known.add({ authorities: true });
    return fine(
      file === "" ? "Only Node's own certificate authorities are trusted." : `Those in ${file}.`,
    );
  },
};

function problemOf(file: string): string | undefined {
  try {
    const blocks = readFileSync(file, "latin1").match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    );
    if (blocks === null) return "which has no certificate in PEM";
    blocks.forEach((block) => new X509Certificate(block));
    return undefined;
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    return code === "ENOENT" ? "which does not exist" : `which cannot be read (${code})`;
  }
}

export const proxy: Check = {
  name: "proxy",
  finds: ["proxy"],
  examine({ premises: { env }, known, keepSecret }) {
    const { proxy, secrets, fault } = proxyFrom(env);
    secrets.forEach(keepSecret);
    if (fault !== undefined)
      return wrong(fault, "Correct the address, or remove the variable if there is no proxy.");
    known.add({ proxy });
    if (proxy === undefined) return withoutProxy(env);
    // The separators of undici.
    const odd = proxy.exceptions.split(/[,\s]/).find((entry) => entry.includes("/"));
    if (odd !== undefined)
      return warning(
        `NO_PROXY has the entry ${odd}, which matches no host.`,
        "Enter host names such as outlook.office365.com or .example.com, separated by commas.",
      );
    const exceptions = proxy.exceptions === "" ? "" : `, except to ${proxy.exceptions}`;
    return fine(`Requests go through ${proxy.url.host}${exceptions}.`);
  },
};

function withoutProxy(env: Readonly<Record<string, string | undefined>>) {
  const other = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].find(
    (name) => (env[name] ?? "") !== "",
  );
  if (other === undefined) return fine("Requests go out directly: HTTPS_PROXY is not set.");
  return warning(
    `${other} is set, and has no effect: requests go out directly.`,
    "Set HTTPS_PROXY if the hosts below are reached through a proxy only.",
  );
}

export const tls: Check = {
  name: "TLS",
  finds: ["tls"],
  examine({ premises: { env }, known }) {
    const fault = uncheckedTlsFault(env);
    if (fault !== undefined) return wrong(fault, "Remove NODE_TLS_REJECT_UNAUTHORIZED.");
    known.add({ tls: true });
    return fine("The certificates of hosts are checked.");
  },
};

export const addresses: Check = {
  name: "addresses",
  finds: ["emulatorUrls", "transport"],
  examine({ premises: { env, seams, isEmulated }, known }) {
    const { faults, ...urls } = emulatorUrls(env);
    if (faults.length > 0) return wrong(faults.join(" "), mendAddresses);
    known.get("tls");
    known.add({
      emulatorUrls: urls,
      transport: seams.transport(known.get("proxy")),
    });
    const { loginUrl, exchangeUrl, graphUrl } = urls;
    if (loginUrl === undefined) return fine("Those of the cloud.");
    const all = `${loginUrl}, ${exchangeUrl}, ${graphUrl}`;
    return isEmulated
      ? fine(`Those of an emulator: ${all}.`)
      : warning(`Everything goes to an emulator: ${all}.`, mendAddresses);
  },
};

const mendAddresses = `Remove ${emulatorVariables.join(", ")} for a real tenant.`;

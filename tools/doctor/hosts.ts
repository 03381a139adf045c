/** The hosts of the cloud, and the time there. */
import { clouds } from "../../lib/auth/clouds.ts";
import { Fault } from "../../lib/fault.ts";
import type { HttpReply } from "../../lib/net/transport.ts";
import type { Check, Examination } from "./check.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";

export const signInHost: Check = {
  name: "sign-in host",
  finds: ["loginUrl", "serviceTime"],
  async examine(examination) {
    const { known } = examination;
    const { Cloud = "worldwide" } = known.get("configuration");
    const url = known.get("emulatorUrls").loginUrl ?? `https://${clouds[Cloud].login}`;
    return await reached(url, examination, ({ headers }) => {
      const time = Date.parse(headers["date"] ?? "");
      known.add({ loginUrl: url, serviceTime: Number.isNaN(time) ? undefined : time });
    });
  },
};

export const exchangeHost: Check = {
  name: "Exchange Online host",
  finds: ["exchangeReached"],
  async examine(examination) {
    const { known } = examination;
    const { Cloud = "worldwide" } = known.get("configuration");
    const url = known.get("emulatorUrls").exchangeUrl ?? `https://${clouds[Cloud].exchange}`;
    return await reached(url, examination, () => known.add({ exchangeReached: true }));
  },
};

/** An event with a handful of requests is slow then. */
const slowMs = 2_000;

export async function reached(
  url: string,
  { known, signal }: Examination,
  then: (reply: HttpReply) => void,
): Promise<Verdict> {
  const { host } = new URL(url);
  const { send } = known.get("transport");
  const start = performance.now();
  try {
    // Any answer will do.
    then(await send({ method: "GET", url: `${url}/`, headers: {} }, signal));
  } catch (thrown) {
    const fault = Fault.of(thrown);
    const isUntrusted = fault.kind === "denied" && fault.message.includes("NODE_EXTRA_CA_CERTS");
    // The authority may be in the file that cannot be read.
    if (isUntrusted) known.get("authorities");
    if (isUntrusted) return wrong(fault.message, mendTrust);
    const proxy = known.get("proxy");
    const isProxied = proxy !== undefined && fault.message.includes(proxy.url.host);
    return wrong(fault.message, isProxied ? mendProxy(host) : mendReach(host));
  }
  const ms = Math.round(performance.now() - start);
  if (ms < slowMs) return fine(`${host} answers, after ${ms} ms.`);
  return warning(
    `${host} answers slowly, after ${ms} ms.`,
    "Look for a slow proxy, DNS or network.",
  );
}

const mendTrust =
  "Name the PEM file of the private CA in NODE_EXTRA_CA_CERTS, for the process that starts the bundles.";
const mendProxy = (host: string): string =>
  `Let the proxy connect to ${host}, port 443, and enter a user name and a password that it accepts in HTTPS_PROXY.`;
const mendReach = (host: string): string =>
  `Allow this machine to connect to ${host}, or name the proxy that does in HTTPS_PROXY.`;

/** Entra ID tolerates as much (documented). */
const toleratedMs = 5 * 60_000;

export const clock: Check = {
  name: "clock",
  finds: ["clock"],
  examine({ known, premises: { seams } }) {
    const time = known.get("serviceTime");
    if (time === undefined)
      return unknown("The answer of the sign-in host has no date to compare with.");
    const difference = seams.clock() - time;
    const seconds = Math.round(Math.abs(difference) / 1_000);
    if (Math.abs(difference) > toleratedMs)
      return wrong(
        `The clock of this machine is ${seconds} seconds ${difference < 0 ? "slow" : "fast"}: signatures of ` +
          "certificates are refused, and times in automatic replies are wrong.",
        "Set the clock, and let it be synchronised.",
      );
    known.add({ clock: true });
    return fine("The clock agrees with that of the sign-in host.");
  },
};

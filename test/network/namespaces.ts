/**
 * Three networks of this machine: of a site, of the service, and what is between them. The site is behind a translation
 * of addresses that remembers connections, and drops every connection from outside.
 */
import { execFileSync, spawnSync } from "node:child_process";

export const serviceAddress = "10.99.2.2";
export const middleAddress = "10.99.1.1";
export const siteAddress = "10.99.1.2";

export interface Networks {
  /** What a command in a network begins with. */
  inSite: string[];
  inService: string[];
  inMiddle: string[];
  /** Nothing passes from now on, in either direction; or everything does again. */
  cut(): void;
  restore(): void;
  /** Only what is in the middle reaches the service: the site itself has no way. */
  isolate(): void;
  /** Forgets every connection: packets of those that are open do not pass any more. */
  forget(): void;
  close(): void;
}

/**
 * Why there cannot be any on this machine; undefined when there can. It is reported where that cannot be overlooked. In
 * CI a program that is missing is a failure; a machine that does not allow networks is none.
 */
export function whyNoNetworks(
  what: string,
  programs = ["ip", "nft", "conntrack"],
): string | undefined {
  const problem = problemWith(programs);
  const line = "!".repeat(80);
  if (problem !== undefined)
    console.error(`${line}\nSKIPPED: no ${what} ran in a network of its own. ${problem}\n${line}`);
  return problem;
}

function problemWith(programs: readonly string[]): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "Networks of their own need root on Linux.";
  const missing = programs.filter(
    (program) => spawnSync(program, ["--version"]).error !== undefined,
  );
  if (missing.length > 0) {
    const advice = `${missing.join(", ")} not found. On Debian: iproute2 nftables conntrack.`;
    if (process.env["CI"]) throw new Error(advice);
    return advice;
  }
  const probe = `exo-probe-${process.pid}`;
  if (spawnSync("ip", ["netns", "add", probe]).status !== 0)
    return "This machine does not allow networks of their own (ip netns add).";
  spawnSync("ip", ["netns", "del", probe]);
  return undefined;
}

export function openNetworks(): Networks {
  const [site, service, middle] = ["s", "v", "m"].map((name) => `exo-${name}-${process.pid}`);
  if (site === undefined || service === undefined || middle === undefined) throw new Error("names");
  const run = (text: string): void => {
    const [program = "", ...args] = text.split(" ");
    execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  };
  const within = (name: string, text: string): void => run(`ip netns exec ${name} ${text}`);
  const rules = (name: string, text: string): void => {
    execFileSync("ip", ["netns", "exec", name, "nft", "-f", "-"], { input: text });
  };

  for (const name of [site, service, middle]) run(`ip netns add ${name}`);
  run(`ip -n ${site} link add site0 type veth peer name mid0 netns ${middle}`);
  run(`ip -n ${service} link add svc0 type veth peer name mid1 netns ${middle}`);
  const addresses = [
    [site, "site0", siteAddress],
    [middle, "mid0", middleAddress],
    [middle, "mid1", "10.99.2.1"],
    [service, "svc0", serviceAddress],
  ] as const;
  for (const [name, device, address] of addresses) {
    run(`ip -n ${name} address add ${address}/24 dev ${device}`);
    run(`ip -n ${name} link set ${device} up`);
    run(`ip -n ${name} link set lo up`);
  }
  run(`ip -n ${site} route add default via ${middleAddress}`);
  run(`ip -n ${service} route add default via 10.99.2.1`);
  within(middle, "sysctl -qw net.ipv4.ip_forward=1");
  rules(
    middle,
    `table ip nat {
       chain out { type nat hook postrouting priority 100; oifname "mid1" masquerade; }
     }
     table ip gate {
       chain way { type filter hook forward priority 0; ct state invalid drop; }
       chain cut { type filter hook prerouting priority -300; }
     }`,
  );
  // Packets of a connection that was forgotten do not make it known again.
  within(middle, "sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0");
  rules(
    site,
    `table ip gate {
       chain in { type filter hook input priority 0; iifname != "lo" ct state new drop; }
     }`,
  );
  return {
    inSite: ["ip", "netns", "exec", site],
    inService: ["ip", "netns", "exec", service],
    inMiddle: ["ip", "netns", "exec", middle],
    cut: () => rules(middle, 'add rule ip gate cut iifname { "mid0", "mid1" } drop'),
    restore: () => rules(middle, "flush chain ip gate cut"),
    isolate: () => rules(middle, "add rule ip gate way drop"),
    forget: () => within(middle, "conntrack -F"),
    close() {
      for (const name of [site, service, middle]) spawnSync("ip", ["netns", "del", name]);
    },
  };
}

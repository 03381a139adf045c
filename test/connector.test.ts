/**
 * Which emulator addresses the connector accepts. Anyone who can move the login address can collect
 * the client secret.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import { connectorWith } from "../lib/connector.ts";
import { equals } from "../lib/graph/client/odata.ts";
import type { Configuration } from "../lib/generated/types.ts";
import { Unusable } from "../lib/host/schemaContract.ts";
import { httpTransport } from "../lib/net/transport.ts";
import { certificateFor, pfxPassword } from "./doctor/clinic.ts";
import { seedState } from "./emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";

/** As the product does, without its waits. */
const connectQuickly = connectorWith({
  transport: httpTransport,
  sleep: (_, signal) => turn(undefined, { signal }),
  random: Math.random,
  clock: Date.now,
});

const LOGIN = "EXO_CONNECTOR_LOGIN_URL";
const EXCHANGE = "EXO_CONNECTOR_EXCHANGE_URL";
const GRAPH = "EXO_CONNECTOR_GRAPH_URL";
const address = "http://127.0.0.1:8080";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());

/** Every request that undici starts in this process, to any host. */
let requests = 0;
const count = (): void => {
  requests++;
};
const undiciRequest = "undici:request:create";
beforeEach(() => {
  requests = 0;
  running.emulator.clearJournal();
  subscribe(undiciRequest, count);
});
const open: (() => void)[] = [];
afterEach(() => {
  unsubscribe(undiciRequest, count);
  for (const close of open.splice(0)) close();
});

function connection(
  env: Record<string, string | undefined>,
  settings: Partial<Configuration> = {},
) {
  const configuration: Configuration = {
    Organization: "contoso.onmicrosoft.com",
    TenantID: running.tenantId,
    AppId: running.clientId,
    AppSecret: running.clientSecret,
    ...settings,
  };
  const connected = connectQuickly(configuration, {
    env,
    signal: new AbortController().signal,
    remaining: () => 10_000,
    log: () => undefined,
    keepSecret: () => undefined,
  });
  open.push(connected.close);
  return connected;
}

/** The sentences of the refusal. Fails when the environment was accepted. */
function refusal(env: Record<string, string | undefined>): readonly string[] {
  try {
    connection(env);
  } catch (thrown) {
    if (thrown instanceof Unusable) return thrown.faults;
    throw thrown;
  }
  return expect.unreachable("The addresses were accepted.");
}

describe("no emulator address", () => {
  it.each([{}, { [LOGIN]: "", [EXCHANGE]: "" }, { [LOGIN]: undefined, [EXCHANGE]: "" }])(
    "%j means the real service, and nothing is sent before the first cmdlet",
    (env) => {
      const { stats } = connection(env);
      expect([requests, stats.requests]).toEqual([0, 0]);
    },
  );
});

describe("a part of the emulator addresses", () => {
  it.each([
    ["the sign-in service", { [LOGIN]: address }, [EXCHANGE, GRAPH]],
    ["Exchange Online", { [EXCHANGE]: address }, [LOGIN, GRAPH]],
    ["Microsoft Graph", { [GRAPH]: address }, [LOGIN, EXCHANGE]],
    [
      "the sign-in service, the others empty",
      { [LOGIN]: address, [EXCHANGE]: "", [GRAPH]: "" },
      [EXCHANGE, GRAPH],
    ],
    ["all but Microsoft Graph", { [LOGIN]: address, [EXCHANGE]: address }, [GRAPH]],
  ])("is refused: %s", (_name, env, missing) => {
    const faults = refusal(env);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`is set, but not ${missing.join(" and ")};`);
    expect(requests).toBe(0);
  });
});

describe("a loopback address", () => {
  it.each([
    "http://127.0.0.1",
    "http://127.0.0.1:8080",
    "https://127.0.0.1:8443",
    "http://127.0.0.2:1",
    "http://127.255.255.254:65535",
    "http://127.1:8080",
    "http://localhost",
    "https://localhost:8443",
    "HTTP://LOCALHOST:8080",
    "http://[::1]",
    "http://[::1]:8080",
    "https://[0:0:0:0:0:0:0:1]:8443",
    "http://127.0.0.1:8080/a/path?query",
  ])("is accepted, and nothing is sent before the first cmdlet: %s", (url) => {
    const { stats } = connection({ [LOGIN]: url, [EXCHANGE]: url, [GRAPH]: url });
    expect([requests, stats.requests]).toEqual([0, 0]);
  });

  it.each(["127.0.0.1", "localhost"])("is used for every service: %s", async (host) => {
    const at = (url: string): string => `http://${host}:${new URL(url).port}/ignored/path`;
    const { targets } = connection({
      [LOGIN]: at(running.loginUrl),
      [EXCHANGE]: at(running.exchangeUrl),
      [GRAPH]: at(running.graphUrl),
    });
    const rows = await targets.exchange.invoke({
      cmdlet: "Get-Mailbox",
      parameters: { Identity: "anna.bakker@contoso.com" },
    });
    expect(rows).toBeDefined();
    const query = { select: ["id"], filter: equals("mail", "anna.bakker@contoso.com") };
    expect(await targets.graph.list({ operation: "GET /users", query })).toHaveLength(1);
    expect(running.emulator.journal().map(({ side }) => side)).toEqual([
      ...["login", "exchange"],
      ...["login", "graph"],
    ]);
    expect(requests).toBe(4);
  });
});

describe("an address that is not accepted", () => {
  it.each([
    ["the real sign-in service", "https://login.microsoftonline.com"],
    ["another machine", "http://10.0.0.5:8080"],
    ["all addresses of this machine", "http://0.0.0.0:8080"],
    ["the unspecified IPv6 address", "http://[::]:8080"],
    ["loopback as IPv4 in IPv6", "http://[::ffff:127.0.0.1]:8080"],
    ["a host name that begins like loopback", "http://127.0.0.1.example.com"],
    ["a host name that ends like loopback", "http://example.127.0.0.1.nip.io"],
    ["a host name that begins with localhost", "http://localhost.example.com"],
    ["a host name that ends with localhost", "http://evil-localhost"],
    ["an address that begins with 127 but has another network", "http://128.0.0.1"],
    ["loopback as user name before another host", "http://127.0.0.1@example.com"],
    ["a user name", "http://admin@127.0.0.1:8080"],
    ["a password", "http://:hunter2@127.0.0.1:8080"],
    ["a user name and password", "http://admin:hunter2@localhost:8080"],
    ["another protocol", "ftp://127.0.0.1"],
    ["a WebSocket", "ws://127.0.0.1:8080"],
    ["a file", "file:///etc/passwd"],
    ["no protocol", "127.0.0.1:8080"],
    ["a path", "/login"],
    ["no URL at all", "not an address"],
    ["a port out of range", "http://127.0.0.1:65536"],
    ["blanks", "   "],
  ])("is refused by name, and not repeated: %s", (_name, url) => {
    for (const name of [LOGIN, EXCHANGE, GRAPH]) {
      const faults = refusal({
        ...{ [LOGIN]: address, [EXCHANGE]: address, [GRAPH]: address },
        [name]: url,
      });
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(name);
      expect(faults[0]).not.toContain("hunter2");
      if (!address.includes(url.trim())) expect(faults[0]).not.toContain(url);
    }
    expect(requests).toBe(0);
  });

  it("does not matter when certificates are not checked: that is refused", () => {
    const faults = refusal({ NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(faults).toEqual([expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
  });

  it("is reported for each variable when both are wrong", () => {
    const faults = refusal({ [LOGIN]: "http://example.com", [EXCHANGE]: "nothing" });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain(LOGIN);
    expect(faults[1]).toContain(EXCHANGE);
  });

  it("is the only fault when the other address is missing", () => {
    const faults = refusal({ [LOGIN]: "http://example.com" });
    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toContain(EXCHANGE);
  });
});

describe("the credential", () => {
  const addresses = (): Record<string, string> => running.env;
  const command = {
    cmdlet: "Get-Mailbox",
    parameters: { Identity: "anna.bakker@contoso.com" },
  } as const;

  it("is the secret unless the configuration asks for a certificate", async () => {
    const AppCertificateBase64String = "not a certificate";
    const { targets } = connection(addresses(), { AppCertificateBase64String });
    await targets.exchange.invoke(command);
    expect(running.emulator.journal().map(({ credential }) => credential)).toEqual([
      "secret",
      "bearer",
    ]);
  });

  it("is the certificate when the configuration asks for one, also beside a secret", async () => {
    const { targets } = connection(addresses(), {
      UseCertificate: true,
      AppCertificateBase64String: "not a certificate",
    });
    await expect(targets.exchange.invoke(command)).rejects.toThrow("AppCertificateBase64String");
    expect(requests).toBe(0);
  });

  it("is one certificate, also when it signs in to Exchange and to Graph: one warning when it ends soon", async () => {
    const { pem, pfx } = certificateFor(-300, 10);
    const state = seedState();
    for (const app of state.apps) app.certificates = [pem];
    running.emulator.replaceState(state);
    const { targets, warnings } = connection(addresses(), {
      UseCertificate: true,
      AppCertificateBase64String: pfx,
      AppCertificatePassword: pfxPassword,
    });
    expect([...(warnings ?? [])]).toEqual([]);
    await targets.exchange.invoke(command);
    await targets.graph.list({
      operation: "GET /users",
      query: { select: ["id"], filter: equals("mail", "anna.bakker@contoso.com") },
    });
    expect(running.emulator.journal().filter(({ side }) => side === "login")).toHaveLength(2);
    expect([...(warnings ?? [])]).toEqual([expect.stringContaining('"CN=doctor test"')]);
  });
});

describe("close", () => {
  it("ends requests that are under way", async () => {
    running.emulator.setFaults([{ match: { side: "login" }, hang: true }]);
    const { targets, close } = connection(running.env);
    const sent = targets.exchange.invoke({ cmdlet: "Get-Mailbox", parameters: {} });
    const ended = sent.catch((thrown: unknown) => thrown);
    await expect.poll(() => requests).toBe(1);
    close();
    running.emulator.setFaults([]);
    expect(await ended).toMatchObject({ kind: "unavailable" });
  });
});

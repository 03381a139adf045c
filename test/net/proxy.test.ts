import { describe, expect, it } from "vitest";
import { isLoopback, proxyFrom } from "../../lib/net/proxy.ts";
import { httpTransport } from "../../lib/net/transport.ts";
import { faultOf } from "../exchange/scripted.ts";
import {
  openings,
  privateAuthority,
  proxyAccount,
  tlsServer,
  unusedPort,
  type Routes,
  type Running,
} from "./privateNetwork.ts";

const exchange = "outlook.office365.com";
const { password, credentials, authorization } = proxyAccount;
const { open, proxyWith } = openings();

describe("a proxy", () => {
  const target = `https://${exchange}/path`;

  function send(url: string, env: Record<string, string>): Promise<unknown> {
    const { proxy, fault } = proxyFrom(env);
    expect(fault).toBeUndefined();
    const { send: transport, close } = httpTransport(proxy);
    open.push(close);
    return transport({ method: "GET", url, headers: {} }, new AbortController().signal);
  }

  it("that refuses is named, and tried once", async () => {
    const refusals = {
      "forbidden.example": [403, "denied", "refused it with status 403."],
      "unknown-user.example": [
        407,
        "denied",
        "refused it with status 407; it asks for a user name and a password.",
      ],
      "unreachable.example": [503, "unavailable", "refused it with status 503."],
      "cut.example": ["cut", "unavailable", "the connection was cut."],
    } as const;
    const routes = Object.entries(refusals).map(([host, [route]]) => [`${host}:443`, route]);
    const proxy = await proxyWith(Object.fromEntries(routes) as Routes);
    for (const [host, [, kind, message]] of Object.entries(refusals)) {
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      const fault = await faultOf(send(`https://${host}/`, env));
      expect(fault).toMatchObject({ kind, retryable: kind === "unavailable" });
      expect(fault.message).toContain(`No connection to ${host}: `);
      expect(fault.message).toContain(`the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY)`);
      expect(fault.message).toContain(message);
    }
    const asked = await proxy.end();
    expect(asked.map(({ host }) => host)).toEqual(routes.map(([host]) => host));
  });

  it("that cannot be reached is named", async () => {
    const host = `127.0.0.1:${await unusedPort()}`;
    const fault = await faultOf(send(target, { HTTPS_PROXY: `http://${credentials}@${host}` }));
    expect(fault).toMatchObject({ kind: "unavailable", retryable: true });
    expect(fault.message).toBe(
      `No connection to ${exchange}: no answer arrived from the proxy ${host} (HTTPS_PROXY): ` +
        "the connection was refused.",
    );
  });

  it("with a certificate of its own is named", async () => {
    const proxy = await proxyWith({});
    const secure = await tlsServer("localhost", proxy.port);
    open.push(secure.close);
    const fault = await faultOf(send(target, { HTTPS_PROXY: `https://localhost:${secure.port}` }));
    expect(fault).toMatchObject({ kind: "denied", retryable: false });
    expect(fault.message).toContain(
      `The connection to the proxy localhost:${secure.port} (HTTPS_PROXY) is not trusted, so nothing was sent: its ` +
        "TLS certificate is self-signed.",
    );
  });

  it("that does not speak TLS is named", async () => {
    const proxy = await proxyWith({});
    const fault = await faultOf(send(target, { HTTPS_PROXY: `https://localhost:${proxy.port}` }));
    expect(fault.message).toContain("(HTTPS_PROXY): it does not speak TLS.");
  });

  it("is not used for a host in NO_PROXY", async () => {
    const proxy = await proxyWith({});
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "other, .invalid" };
    const fault = await faultOf(send("https://outlook.invalid/", env));
    expect(fault.message).toMatch(/^No complete answer arrived from outlook\.invalid: the host/);
    expect(await proxy.end()).toEqual([]);
  });

  it("that is set but not used is mentioned when this machine does not answer", async () => {
    const url = `https://127.0.0.1:${await unusedPort()}/`;
    expect((await faultOf(send(url, { HTTPS_PROXY: "http://127.0.0.1:9" }))).message).toContain(
      "the connection was refused. HTTPS_PROXY is set, but is never used for addresses of this machine.",
    );
    expect((await faultOf(send(url, {}))).message).toMatch(/the connection was refused\.$/);
  });
});

describe("a certificate", () => {
  it.each<[string, () => Promise<Running>, string]>([
    ["that is self-signed", () => tlsServer("localhost", 9), "self-signed"],
    [
      "of an authority that no one knows",
      () => tlsServer("localhost", 9, privateAuthority()),
      "of an unknown certificate authority",
    ],
  ])("%s is not trusted", async (_name, start, reason) => {
    const server = await start();
    open.push(server.close);
    const { send, close } = httpTransport();
    open.push(close);
    const fault = await faultOf(
      send(
        { method: "GET", url: `https://localhost:${server.port}/`, headers: {} },
        new AbortController().signal,
      ),
    );
    expect(fault).toMatchObject({ kind: "denied", retryable: false });
    expect(fault.message).toMatch(
      new RegExp(
        `^The connection to localhost:${server.port} .*: its TLS certificate is ${reason}`,
      ),
    );
    expect(fault.message).toContain("NODE_EXTRA_CA_CERTS");
  });
});

describe("the address of a proxy", () => {
  it("is HTTPS_PROXY in either casing, the lower one first, with or without a scheme", () => {
    const hostFrom = (env: Record<string, string>): string | undefined =>
      proxyFrom(env).proxy?.url.host;
    expect(hostFrom({ HTTPS_PROXY: "http://upper:1" })).toBe("upper:1");
    expect(hostFrom({ HTTPS_PROXY: "http://upper:1", https_proxy: "lower:2" })).toBe("lower:2");
    expect(hostFrom({ HTTPS_PROXY: "https://upper", https_proxy: "" })).toBe("upper");
    expect(hostFrom({ HTTPS_PROXY: "  " })).toBeUndefined();
    expect(hostFrom({})).toBeUndefined();
  });

  it("loses its credentials, which are secrets", () => {
    const { proxy, secrets } = proxyFrom({ HTTPS_PROXY: `http://${credentials}@proxy:1` });
    expect(proxy).toMatchObject({ authorization });
    expect(proxy?.url.href).toBe("http://proxy:1/");
    expect(secrets).toEqual([password, `agent:${password}`]);
    expect(proxyFrom({ HTTPS_PROXY: "http://agent@proxy" }).proxy?.authorization).toBe(
      `Basic ${Buffer.from("agent:").toString("base64")}`,
    );
    expect(proxyFrom({ HTTPS_PROXY: "http://proxy" }).proxy?.authorization).toBeUndefined();
  });

  it.each(["socks5://proxy:1", "http://:1", "http://a:b%zz@proxy", "not an address"])(
    "is refused without being quoted: %s",
    (text) => {
      const { proxy, fault, secrets } = proxyFrom({ HTTPS_PROXY: text });
      expect(proxy).toBeUndefined();
      expect(fault).toMatch(/^HTTPS_PROXY \(or https_proxy\) is not the address of an HTTP proxy/);
      expect(fault).not.toContain(text);
      expect(secrets).toEqual([text]);
    },
  );

  it.each<[string, boolean]>([
    ["http://127.0.0.1", true],
    ["http://127.200.3.4:80", true],
    ["http://[::1]:80", true],
    ["https://localhost", true],
    ["https://localhost.example.com", false],
    ["https://127.0.0.1.example.com", false],
    ["https://128.0.0.1", false],
    ["https://outlook.office365.com", false],
  ])("%s is of this machine: %s", (url, expected) => {
    expect(isLoopback(new URL(url))).toBe(expected);
  });
});

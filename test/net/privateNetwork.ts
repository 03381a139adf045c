/** What an agent in a closed network has between it and the service: a proxy, and TLS with certificates of its own. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { connect, createServer as createSocketServer, type AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { createServer } from "node:tls";
import forge from "node-forge";
import { afterEach } from "vitest";

interface Pair {
  certificate: forge.pki.Certificate;
  key: forge.pki.rsa.PrivateKey;
}

export interface Authority extends Pair {
  /** The certificate in PEM. */
  pem: string;
}

/** A certificate authority that no one knows. */
export function privateAuthority(): Authority {
  const pair = pairFor("Private CA", undefined, {});
  return { ...pair, pem: forge.pki.certificateToPem(pair.certificate) };
}

interface CertificateChoices {
  /** Days from now. */
  validUntil?: number;
}

let serial = 0;
/** One pair for everyone: it takes long to make, and nothing here depends on the difference. */
let keys: ReturnType<typeof newKeys> | undefined;

function newKeys() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}

function pairFor(
  name: string,
  issuer: Pair | undefined,
  { validUntil = 2 }: CertificateChoices,
): Pair {
  const { publicKey, privateKey } = (keys ??= newKeys());
  const key = forge.pki.privateKeyFromPem(privateKey);
  const day = 86_400_000;
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = String(++serial).padStart(2, "0");
  certificate.validity.notBefore = new Date(Date.now() - 10 * day);
  certificate.validity.notAfter = new Date(Date.now() + validUntil * day);
  const subject = [{ name: "commonName", value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(issuer?.certificate.subject.attributes ?? subject);
  certificate.setExtensions([
    { name: "basicConstraints", cA: issuer === undefined },
    { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
  ]);
  certificate.sign(issuer?.key ?? key, forge.md.sha256.create());
  return { certificate, key };
}

export interface Running {
  port: number;
  close(): void;
}

/** A server for `name` that speaks TLS and passes on what it receives to a local port. */
export async function tlsServer(
  name: string,
  to: number,
  authority?: Authority,
  choices: CertificateChoices = {},
): Promise<Running> {
  const { certificate, key } = pairFor(name, authority, choices);
  const server = createServer(
    { cert: forge.pki.certificateToPem(certificate), key: forge.pki.privateKeyToPem(key) },
    (socket) => {
      const target = connect(to, "127.0.0.1");
      socket.on("error", () => target.destroy()).pipe(target);
      target.on("error", () => socket.destroy()).pipe(socket);
    },
  );
  server.on("tlsClientError", () => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

export interface RunningProxy {
  port: number;
  /** Ends the proxy. Resolves to the tunnels that it was asked for. */
  end(): Promise<{ host: string; isWelcome: boolean }[]>;
}

/** A local port, a status to answer with, or what else becomes of the request, for each `host:port`. */
export type Routes = Record<string, number | "cut" | "silent">;

export async function proxyProcess(routes: Routes, authorization?: string): Promise<RunningProxy> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, "connectProxy.js"), JSON.stringify({ routes, authorization })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, "line")) as [string];
  const asked: string[] = [];
  const ended = once(child, "close");
  lines.on("line", (line) => asked.push(line));
  return {
    port: Number(port),
    async end() {
      child.kill();
      await ended;
      return asked.map((line) => JSON.parse(line) as { host: string; isWelcome: boolean });
    },
  };
}

/** A local port on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const password = "p@ss:w%rd-of/the proxy";
/** An account of the proxy, with everything in its password that an address has to encode. */
export const proxyAccount = {
  password,
  /** As they are written in an address. */
  credentials: `agent:${encodeURIComponent(password)}`,
  authorization: `Basic ${Buffer.from(`agent:${password}`).toString("base64")}`,
};

/** What a test opens, to be closed after it; called where the tests are defined. */
export function openings(): {
  open: (() => unknown)[];
  proxyWith(...settings: Parameters<typeof proxyProcess>): Promise<RunningProxy>;
} {
  const open: (() => unknown)[] = [];
  afterEach(() => Promise.all(open.splice(0).map((close) => close())));
  return {
    open,
    async proxyWith(...settings) {
      const proxy = await proxyProcess(...settings);
      open.push(proxy.end);
      return proxy;
    },
  };
}

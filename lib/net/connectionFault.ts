import { Fault } from "../fault.ts";
import { isLoopback, type Proxy } from "./proxy.ts";
import type { ProxyError } from "./proxyAgent.ts";

/** What it means that a request to `target` has no complete answer. `thrown` is what undici threw. */
export function connectionFault(thrown: unknown, target: URL, proxy: Proxy | undefined): Fault {
  const error = thrown as Thrown;
  if (proxy && error.name === "ProxyError") return proxyFault(thrown as ProxyError, target, proxy);
  const reason = certificateReasons[codeOf(error)];
  if (reason !== undefined) return untrusted(`The connection to ${target.host}`, reason, thrown);
  const ownMachine = proxy !== undefined && isLoopback(target);
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message:
      `No complete answer arrived from ${target.host}: ${reasonOf(error)}.` +
      (ownMachine ? " HTTPS_PROXY is set, but is never used for addresses of this machine." : ""),
    cause: thrown,
  });
}

/** Nothing was sent, because there was no tunnel. */
function proxyFault({ status, cause }: ProxyError, target: URL, proxy: Proxy): Fault {
  const name = `the proxy ${proxy.url.host} (HTTPS_PROXY)`;
  if (status !== undefined)
    return new Fault({
      // A proxy that could not reach the host may reach it later.
      ...(status >= 500
        ? { kind: "unavailable", retryable: true }
        : { kind: "denied", retryable: false }),
      message: `No connection to ${target.host}: ${name} refused it with status ${status}${hint(status, proxy)}.`,
    });
  const error = cause as Thrown;
  const reason = certificateReasons[codeOf(error)];
  if (reason !== undefined) return untrusted(`The connection to ${name}`, reason, cause);
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message: `No connection to ${target.host}: no answer arrived from ${name}: ${reasonOf(error)}.`,
    cause,
  });
}

function hint(status: number, { authorization }: Proxy): string {
  if (status !== 407) return "";
  return authorization === undefined
    ? "; it asks for a user name and a password"
    : "; it does not accept the user name and password";
}

/** TLS was not established, so nothing was sent. Another attempt would find the same certificate. */
function untrusted(what: string, reason: string, cause: unknown): Fault {
  return new Fault({
    kind: "denied",
    message:
      `${what} is not trusted, so nothing was sent: ${reason}. If a proxy or firewall of your organisation opens ` +
      "TLS connections, name the PEM file of its certificate authority in NODE_EXTRA_CA_CERTS.",
    cause,
  });
}

/** Why there was no connection, and whether its certificate is the reason, for any protocol over TLS. */
export function reasonFor(thrown: unknown): { reason: string; isUntrusted: boolean } {
  const error = thrown as Thrown;
  const untrustedBy = certificateReasons[codeOf(error)];
  return { reason: untrustedBy ?? reasonOf(error), isUntrusted: untrustedBy !== undefined };
}

interface Thrown {
  name?: string;
  code?: string;
  cause?: { code?: string };
  errors?: { code?: string }[];
  message?: string;
}

function codeOf(error: Thrown): string {
  return error.code ?? error.cause?.code ?? error.errors?.[0]?.code ?? "";
}

function reasonOf(error: Thrown): string {
  const code = codeOf(error);
  return reasons[code] ?? (code !== "" ? code : (error.message ?? "unknown"));
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be looked up",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_DESTROYED: "the run had ended",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer does not have the length that it declares",
  Z_BUF_ERROR: "the answer was cut off",
  Z_DATA_ERROR: "the answer is damaged",
  UND_ERR_CONNECT_TIMEOUT: "no connection within the time allowed",
  UND_ERR_HEADERS_TIMEOUT: "no answer within the time allowed",
  ETIMEDOUT: "no connection within the time allowed",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
};

/** The codes of Node's documentation ("X509 certificate error codes"), and its own for a wrong name. */
const certificateReasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "its TLS certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its TLS certificate is of an unknown certificate authority",
  UNABLE_TO_GET_ISSUER_CERT: "its TLS certificate is of an unknown certificate authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its TLS certificate is of an unknown certificate authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its TLS certificate is of an unknown certificate authority",
  CERT_UNTRUSTED: "its TLS certificate is of an unknown certificate authority",
  CERT_REJECTED: "its TLS certificate is not accepted",
  CERT_REVOKED: "its TLS certificate was revoked",
  CERT_SIGNATURE_FAILURE: "its TLS certificate is damaged",
  CERT_CHAIN_TOO_LONG: "the chain of its TLS certificate is too long",
  PATH_LENGTH_EXCEEDED: "the chain of its TLS certificate is too long",
  INVALID_CA: "its TLS certificate is of something that is no certificate authority",
  INVALID_PURPOSE: "its TLS certificate is not one of a server",
  CERT_NOT_YET_VALID:
    "its TLS certificate is not valid yet (or the clock of this machine is wrong)",
  CERT_HAS_EXPIRED: "its TLS certificate has expired (or the clock of this machine is wrong)",
  HOSTNAME_MISMATCH: "its TLS certificate is for another host",
  ERR_TLS_CERT_ALTNAME_INVALID: "its TLS certificate is for another host",
};

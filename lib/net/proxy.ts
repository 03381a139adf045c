/** The proxy that the environment names. */
export interface Proxy {
  /** `http:` or `https:`, without credentials. */
  url: URL;
  /** The value of the `Proxy-Authorization` header. */
  authorization: string | undefined;
  /** Hosts that are reached without the proxy: `NO_PROXY`. */
  exceptions: string;
  /** For the hosts beyond the proxy. */
  hostTls?: HostTls;
}

/** How hosts are trusted, and who this program is to them. Everything is PEM. */
export interface HostTls {
  /** The only authorities that are trusted. Absent: those that Node.js knows. */
  ca?: string;
  /** The certificate of this program and its private key. */
  cert?: string;
  key?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy settings in the environment, or the error in them. The fault does not quote the address, which may
 * contain a password.
 */
export function proxyFrom(env: Environment): {
  proxy?: Proxy;
  /** What must never be written. */
  secrets: string[];
  fault?: string;
} {
  const text = valueOf(env, "https_proxy").trim();
  if (text === "") return { secrets: [] };
  // As for curl, an address without a scheme is one of HTTP.
  const url = urlOf(text.includes("://") ? text : `http://${text}`);
  const user = decoded(url?.username);
  const password = decoded(url?.password);
  if (url === undefined || user === undefined || password === undefined)
    return {
      secrets: [text],
      fault:
        "HTTPS_PROXY (or https_proxy) is not the address of an HTTP proxy; expected an address such as " +
        "http://proxy.example.com:8080. Special characters in its user name and password are percent-encoded.",
    };
  const credentials = `${user}:${password}`;
  url.username = "";
  url.password = "";
  return {
    proxy: {
      url,
      authorization:
        credentials === ":" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`,
      exceptions: valueOf(env, "no_proxy"),
    },
    secrets: password === "" ? [] : [password, credentials],
  };
}

/** Whether a URL points at this machine. The proxy is elsewhere and knows nothing of this machine's ports. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The variable in lower case wins, as for curl. */
function valueOf(env: Environment, name: string): string {
  const values = [env[name], env[name.toUpperCase()]];
  return values.find((value) => value !== undefined && value !== "") ?? "";
}

function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

function decoded(text = ""): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

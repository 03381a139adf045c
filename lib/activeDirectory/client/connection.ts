import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { Client } from "ldapts";
import { Fault } from "../../fault.ts";
import type { Pace } from "../../net/retry.ts";
import { faultFrom, noneReachable, unreachableBy, type Unreachable } from "./errors.ts";
import { addressOf, type DirectorySettings } from "./settings.ts";

export interface Seams {
  pace: Pick<Pace, "signal" | "remaining" | "sleep" | "random" | "stats">;
  /** A sentence that people should read although the run succeeds. */
  warn(sentence: string): void;
}

/** A connection that is signed in, and the host it is to. */
export interface Bound {
  client: Client;
  /** Host and port, for messages. */
  host: string;
}

/** A controller in the same building answers within milliseconds. */
const connectMs = 3_000;
/** A search of one page takes a second at worst (measured: 0.8 s for 5,000 users). */
const operationMs = 15_000;

/**
 * Keeps one connection that is signed in. The library connects again by itself when a connection was closed, and the
 * new one is anonymous (measured): so a client is used for one connection only, and `current` opens another one.
 */
export class Connections {
  readonly #settings: DirectorySettings;
  readonly #seams: Seams;
  #opened: Promise<Bound> | undefined;
  #lastHost: string | undefined;
  #isClosed = false;

  constructor(settings: DirectorySettings, seams: Seams) {
    this.#settings = settings;
    this.#seams = seams;
    seams.pace.signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** The connection; another one when it was closed. Throws a fault when no host can be used. */
  async current(): Promise<Bound> {
    const seen = this.#opened;
    const opened = await seen?.catch(() => undefined);
    if (opened?.client.isBound) return opened;
    // Others may wait for the same connection.
    if (this.#opened === undefined || this.#opened === seen) this.#opened = this.#open();
    return await this.#opened;
  }

  close(): void {
    this.#isClosed = true;
    void this.#opened?.then(({ client }) => client.unbind()).catch(() => undefined);
  }

  /** The host that answered last is tried first: what was written there is read there. */
  async #open(): Promise<Bound> {
    if (this.#isClosed) throw ended(this.#seams.pace.signal);
    const { hosts } = this.#settings;
    const last = this.#lastHost;
    const inOrder = last === undefined ? hosts : [last, ...hosts.filter((host) => host !== last)];
    const tried: Unreachable[] = [];
    for (const host of inOrder) {
      const bound = await this.#signedIn(host, tried);
      if (!bound) continue;
      for (const { host: skipped, reason } of tried)
        this.#seams.warn(
          `The domain controller ${skipped} could not be used (${reason}), so ${bound.host} was.`,
        );
      this.#lastHost = host;
      return bound;
    }
    throw noneReachable(tried);
  }

  async #signedIn(name: string, tried: Unreachable[]): Promise<Bound | undefined> {
    const { port, username, password } = this.#settings;
    const { pace } = this.#seams;
    const host = addressOf(name, port);
    const client = await this.#clientFor(name);
    try {
      pace.stats.requests++;
      await client.bind(username, password);
      if (this.#isClosed) throw ended(pace.signal);
      return { client, host };
    } catch (thrown) {
      void client.unbind().catch(() => undefined);
      const unreachable = unreachableBy(thrown, host);
      if (unreachable === undefined || thrown instanceof Fault || pace.signal.aborted)
        throw faultFrom(thrown, { host, what: `The sign-in as ${username}` });
      tried.push(unreachable);
      return undefined;
    }
  }

  async #clientFor(name: string): Promise<Client> {
    const { port, serverName, authorityFile } = this.#settings;
    const remaining = Math.max(1, this.#seams.pace.remaining());
    const { Client } = await import("ldapts");
    const ca = authorityFile === undefined ? undefined : await authorityIn(authorityFile);
    const servername = serverName ?? (isIP(name) === 0 ? name : undefined);
    return new Client({
      url: `ldaps://${addressOf(name, port)}`,
      connectTimeout: Math.min(connectMs, remaining),
      timeout: Math.min(operationMs, remaining),
      tlsOptions: {
        // Whatever the environment says: anyone could pass for a controller, and receive the password.
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
        ...(ca !== undefined && { ca }),
        ...(servername !== undefined && { servername }),
      },
    });
  }
}

function ended(signal: AbortSignal): Fault {
  if (signal.aborted) return Fault.of(signal.reason);
  return new Fault({ kind: "unexpected", message: "The connection to the directory was closed." });
}

/** Throws an `invalid` fault when the file cannot be read or has no certificate. */
async function authorityIn(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    new X509Certificate(text);
    return text;
  } catch (thrown) {
    throw Fault.invalid(
      `The certificate authority file ${file} (CertificateAuthorityFile) cannot be used; expected a PEM file with ` +
        "the certificate of the authority.",
      thrown,
    );
  }
}

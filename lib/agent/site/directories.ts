/** The agent's own way to its domain controllers. A connection that is signed in is used for many jobs. */
import type { Directory } from "../../activeDirectory/client/directory.ts";
import type { DirectorySettings } from "../../activeDirectory/client/settings.ts";
import { RefusedSignIn } from "../../activeDirectory/client/errors.ts";
import { openDirectory } from "../../activeDirectory/client/severalDomains.ts";
import { Fault, isRefusal } from "../../fault.ts";
import type { SealedConfiguration, SiteAccount } from "../../generated/types.ts";
import type { Pace } from "../../net/retry.ts";
import { moment } from "../moment.ts";
import type { AccountStore } from "./account.ts";
import type { SitePlace, SitePlaces } from "./allowance.ts";

export interface Directories {
  /**
   * Runs work on a directory of its own. `remaining`: the milliseconds in which what is sent has to be sent; nothing is
   * sent later.
   */
  use<T>(
    places: SitePlaces,
    remaining: () => number,
    work: (directory: Directory) => Promise<T>,
  ): Promise<T>;
  close(): void;
}

export interface DirectoriesSeams extends Pick<Pace, "sleep" | "random"> {
  warn(sentence: string): void;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Opened {
  directory: Directory;
  remaining: () => number;
  end: AbortController;
  /** What it was opened with. */
  key: string;
  usedAt: number;
}

/** A controller ends idle connections after 15 minutes (documented: MaxConnIdleTime). */
const maxIdleMs = 60_000;
/**
 * A refused sign-in is not repeated for so long: a domain that locks accounts does so after a few refusals within 10 to
 * 30 minutes, as a rule.
 */
const heldBackMs = 30 * 60_000;
/** With less, its operations would be limited to less for as long as it lives. */
const enoughMs = 15_000;

export function directoriesOf(
  {
    useGlobalCatalog,
    globalCatalogPort,
  }: Pick<SealedConfiguration, "useGlobalCatalog" | "globalCatalogPort">,
  account: Pick<AccountStore, "read">,
  { warn, sleep, random, now }: DirectoriesSeams,
): Directories {
  const idle: Opened[] = [];
  const signIns = new SignIns(now);
  let isClosed = false;

  function open(settings: Domains, key: string, remaining: () => number): Opened {
    const end = new AbortController();
    const stats = { requests: 0, retries: 0, waitedMs: 0 };
    const opened: Opened = {
      key,
      end,
      remaining,
      usedAt: 0,
      directory: openDirectory(settings, {
        pace: {
          signal: end.signal,
          remaining: () => Math.max(0, opened.remaining()),
          sleep,
          random,
          stats,
        },
        warn,
      }),
    };
    return opened;
  }

  function close(one: Opened): void {
    one.directory.close();
    one.end.abort();
  }

  /** The one that was used last. Those that are too old, or of another account, are closed. */
  function takeIdle(key: string): Opened | undefined {
    const now = performance.now();
    for (const one of idle.filter((other) => now - other.usedAt > maxIdleMs)) {
      idle.splice(idle.indexOf(one), 1);
      close(one);
    }
    const index = idle.findLastIndex((one) => one.key === key);
    return index < 0 ? undefined : idle.splice(index, 1)[0];
  }

  return {
    async use(places, remaining, work) {
      const own = await account.read();
      const [first, ...others] = places.map((place) =>
        settingsOf(place, own, {
          globalCatalogPort: useGlobalCatalog ? globalCatalogPort : undefined,
          hasOthers: places.length > 1,
        }),
      );
      if (!first) throw new Error("A job has a place.");
      const settings: Domains = [first, ...others];
      const key = JSON.stringify(settings);
      const signIn = await signIns.begin(own, settings);
      const known = takeIdle(key);
      const opened = known ?? open(settings, key, remaining);
      opened.remaining = remaining;
      const hadEnough = known !== undefined || remaining() >= enoughMs;
      let isUsable = hadEnough;
      try {
        const result = await work(opened.directory);
        signIn.end(undefined);
        return result;
      } catch (thrown) {
        const heldBack = signIn.end(thrown);
        if (heldBack !== undefined) warn(heldBack);
        // After anything else than an answer, the connection may be gone.
        isUsable &&= isRefusal(Fault.of(thrown));
        throw thrown;
      } finally {
        opened.usedAt = performance.now();
        if (isUsable && !isClosed) idle.push(opened);
        else close(opened);
      }
    },
    close() {
      isClosed = true;
      for (const one of idle.splice(0)) close(one);
    },
  };
}

/** What the domains said of the account: whom they refuse is not sent to them again at once. */
class SignIns {
  readonly #now: () => number;
  /** By account and hosts. A new account, or the same one given again, is another one. */
  readonly #refused = new Map<string, { until: number; fault: Fault }>();
  readonly #taken = new Set<string>();
  /** The first sign-ins that run: the jobs of the same moment wait for what becomes of them. */
  readonly #first = new Map<string, Promise<void>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws a `denied` fault while a refusal counts. `end`: what to warn of, if this was one. */
  async begin(
    account: SiteAccount,
    settings: Domains,
  ): Promise<{ end(thrown: unknown): string | undefined }> {
    const key = JSON.stringify([account, settings.map(({ hosts, port }) => [hosts, port])]);
    this.#assertNotHeldBack(key, account);
    let over = (): void => undefined;
    if (!this.#taken.has(key)) {
      const first = this.#first.get(key);
      if (first) {
        await first;
        this.#assertNotHeldBack(key, account);
      } else this.#first.set(key, new Promise((resolve) => (over = resolve)));
    }
    return {
      end: (thrown) => {
        const isRefused = thrown instanceof RefusedSignIn;
        if (isRefused) {
          this.#taken.delete(key);
          this.#refused.set(key, { until: this.#now() + heldBackMs, fault: thrown });
        } else if (thrown === undefined || isRefusal(Fault.of(thrown))) this.#taken.add(key);
        this.#first.delete(key);
        over();
        if (!isRefused) return undefined;
        return heldBack(account, this.#now() + heldBackMs, thrown).message;
      },
    };
  }

  #assertNotHeldBack(key: string, account: SiteAccount): void {
    const refused = this.#refused.get(key);
    if (refused && this.#now() < refused.until)
      throw heldBack(account, refused.until, refused.fault);
    this.#refused.delete(key);
  }
}

function heldBack({ username }: SiteAccount, until: number, { message }: Fault): Fault {
  return new Fault({
    kind: "denied",
    message:
      `The agent does not sign in as ${username} before ${moment(until)}, because each refusal counts towards the ` +
      `lock-out of the account; agent account ends that at once. ${message}`,
  });
}

type Domains = [DirectorySettings, ...DirectorySettings[]];

function settingsOf(
  { domain: { hosts, port, serverName }, baseDn }: SitePlace,
  { username, password, authorityFile }: SiteAccount,
  more: Pick<DirectorySettings, "globalCatalogPort" | "hasOthers">,
): DirectorySettings {
  return { hosts, port, serverName, baseDn, username, password, authorityFile, ...more };
}

/** The agent's own way to its domain controllers. A connection that is signed in is used for many jobs. */
import type { Directory } from "../../activeDirectory/client/directory.ts";
import type { DirectorySettings } from "../../activeDirectory/client/settings.ts";
import { openDirectory } from "../../activeDirectory/client/severalDomains.ts";
import { Fault, isRefusal } from "../../fault.ts";
import type { SealedConfiguration, SiteAccount } from "../../generated/types.ts";
import type { Pace } from "../../net/retry.ts";
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
/** With less, its operations would be limited to less for as long as it lives. */
const enoughMs = 15_000;

export function directoriesOf(
  {
    useGlobalCatalog,
    globalCatalogPort,
  }: Pick<SealedConfiguration, "useGlobalCatalog" | "globalCatalogPort">,
  account: Pick<AccountStore, "read">,
  { warn, sleep, random }: DirectoriesSeams,
): Directories {
  const idle: Opened[] = [];
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
      const known = takeIdle(key);
      const opened = known ?? open(settings, key, remaining);
      opened.remaining = remaining;
      const hadEnough = known !== undefined || remaining() >= enoughMs;
      let isUsable = hadEnough;
      try {
        return await work(opened.directory);
      } catch (thrown) {
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

type Domains = [DirectorySettings, ...DirectorySettings[]];

function settingsOf(
  { domain: { hosts, port, serverName }, baseDn }: SitePlace,
  { username, password, authorityFile }: SiteAccount,
  more: Pick<DirectorySettings, "globalCatalogPort" | "hasOthers">,
): DirectorySettings {
  return { hosts, port, serverName, baseDn, username, password, authorityFile, ...more };
}

/** The agent's own way to its domain controllers. A connection that is signed in is used for many jobs. */
import { activeDirectory, type Directory } from "../../activeDirectory/client/directory.ts";
import type { DirectorySettings } from "../../activeDirectory/client/settings.ts";
import { Fault, isRefusal } from "../../fault.ts";
import type { AgentDomain, SealedConfiguration, SiteAccount } from "../../generated/types.ts";
import type { Pace } from "../../net/retry.ts";
import type { AccountStore } from "./account.ts";

export interface Directories {
  /**
   * Runs work on a directory of its own. `remaining`: the milliseconds in which what is sent has to be sent; nothing is
   * sent later.
   */
  use<T>(
    place: { domain: AgentDomain; baseDn: string },
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

  function open(settings: DirectorySettings, key: string, remaining: () => number): Opened {
    const end = new AbortController();
    const stats = { requests: 0, retries: 0, waitedMs: 0 };
    const opened: Opened = {
      key,
      end,
      remaining,
      usedAt: 0,
      directory: activeDirectory(settings, {
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
    async use({ domain, baseDn }, remaining, work) {
      const settings = settingsOf(domain, baseDn, await account.read(), {
        globalCatalogPort: useGlobalCatalog ? globalCatalogPort : undefined,
      });
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

function settingsOf(
  { hosts, port, serverName }: AgentDomain,
  baseDn: string,
  { username, password, authorityFile }: SiteAccount,
  { globalCatalogPort }: Pick<DirectorySettings, "globalCatalogPort">,
): DirectorySettings {
  return { hosts, port, serverName, baseDn, username, password, authorityFile, globalCatalogPort };
}

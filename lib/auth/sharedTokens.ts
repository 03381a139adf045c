/** One source of tokens for many events at the same time. */
import type { Pace } from "../net/retry.ts";
import type { SignInSeams } from "./signInNetwork.ts";
import type { TokenSource } from "./token.ts";

/** The source as one event uses it, with its own time, statistics and secrets. */
export type SharedTokens = (own: SignInSeams) => TokenSource;

/**
 * Opens a source once. The event that first needs a new token signs in, in its own time, and the others wait for the
 * same token. When that event ends meanwhile, one of those who wait signs in instead. Each learns every token that it
 * uses as a secret, and every warning of the sign-in.
 */
export function sharedTokens(open: (seams: SignInSeams) => TokenSource): SharedTokens {
  /** The event that a sign-in belongs to; undefined while no one waits for a token. */
  let payer: SignInSeams | undefined;
  let waiting = 0;
  let source: TokenSource | undefined;
  const warnings = new Set<string>();
  return (own) => ({
    async get(refused) {
      for (;;) {
        const before = payer;
        if (before === undefined || before.pace.signal.aborted) payer = own;
        source ??= open(seamsOf(() => payer ?? own, warnings));
        waiting++;
        try {
          const token = await source.get(refused);
          own.keepSecret(token);
          for (const warning of warnings) own.warn?.(warning);
          return token;
        } catch (thrown) {
          const hasEnded = before !== undefined && before !== own && before.pace.signal.aborted;
          if (!hasEnded || own.pace.signal.aborted) throw thrown;
        } finally {
          if (--waiting === 0) payer = undefined;
        }
      }
    },
  });
}

/** The seams of the event that `payer` names at the time of each use. */
function seamsOf(payer: () => SignInSeams, warnings: Set<string>): SignInSeams {
  const pace: Pace = {
    get signal() {
      return payer().pace.signal;
    },
    get stats() {
      return payer().pace.stats;
    },
    remaining: () => payer().pace.remaining(),
    sleep: (ms, signal) => payer().pace.sleep(ms, signal),
    random: () => payer().pace.random(),
  };
  return {
    pace,
    transport: (request, signal) => payer().transport(request, signal),
    clock: () => payer().clock(),
    keepSecret: (secret) => payer().keepSecret(secret),
    warn: (sentence) => void warnings.add(sentence),
  };
}

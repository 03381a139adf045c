/**
 * Access tokens on the disk, sealed, for all processes that sign in as one application: an event that finds one there
 * needs no sign-in, and no msal-node. Loaded only when the environment names a folder for it.
 */
import { createHash, randomUUID } from "node:crypto";
import path from "node:path";
import { Fault } from "../fault.ts";
import { isRecord } from "../record.ts";
import { formHolder } from "./formHolder.ts";
import type { Holder } from "../store/seal.ts";
import { sealedStore } from "../store/sealedStore.ts";
import type { SignInSeams } from "./signInNetwork.ts";
import type { StoreOwner } from "../store/storeOwner.ts";
import type { Issued, NewToken, Refused, TokenSettings } from "./token.ts";

/** What is stored: a token, or the process that requests one. */
interface Stored {
  issued?: Issued;
  /** The process, and until when the others wait for it, in milliseconds since 1970. */
  lease?: { by: string; until: number };
}

/** A stored token is not used in its last five minutes. */
const marginMs = 300_000;
/** A process that was killed while it signed in keeps the others waiting for no longer than this. */
const leaseMs = 5_000;
const lookEveryMs = 100;

/**
 * Takes the token from the folder, or else requests one and stores it there. While one process requests it, the others
 * wait for the result. A folder or a file that cannot be used is warned of, and costs a sign-in: never the event.
 */
export function storedTokens(
  settings: TokenSettings,
  { folder, kind }: { folder: string; kind: "application" | "linked account" },
  { seams, owner, newToken }: { seams: SignInSeams; owner: StoreOwner; newToken: NewToken },
): NewToken {
  const { clock, pace, warn } = seams;
  const store = sealedStore({ folder, owner, ...placeOf(settings, kind) });
  const me = randomUUID();
  const goodIn = ({ issued }: Stored, refused?: Refused): Issued | undefined =>
    issued && issued.token !== refused?.token && issued.expiresAt - marginMs > clock()
      ? issued
      : undefined;
  const isTaken = ({ lease }: Stored): boolean =>
    lease !== undefined && lease.by !== me && lease.until > clock();

  /** The stored token; undefined when it falls to this process to request one. */
  async function tokenOrLease(refused: Refused | undefined): Promise<Issued | undefined> {
    for (;;) {
      const found = storedIn(await store.read());
      const good = goodIn(found, refused);
      if (good) return good;
      if (isTaken(found)) {
        await pace.sleep(lookEveryMs, pace.signal);
        continue;
      }
      const now = storedIn(
        await store.update((value) => {
          const current = storedIn(value);
          if (goodIn(current, refused) || isTaken(current)) return undefined;
          return { lease: { by: me, until: clock() + leaseMs } } satisfies Stored;
        }),
      );
      if (now.lease?.by === me) return undefined;
    }
  }

  return async (refused) => {
    const unusable = (thrown: unknown): void => {
      if (pace.signal.aborted) throw thrown;
      warn?.(`Tokens are not kept in ${folder} (EXO_CONNECTOR_STATE). ${Fault.of(thrown).message}`);
    };
    let isLeased = false;
    try {
      if (!path.isAbsolute(folder)) throw Fault.invalid("Expected an absolute path.");
      const stored = await tokenOrLease(refused);
      if (stored) return stored;
      isLeased = true;
    } catch (thrown) {
      unusable(thrown);
    }
    const free = async (next: Stored): Promise<void> => {
      if (!isLeased) return;
      await store
        .update((value) => (storedIn(value).lease?.by === me ? next : undefined))
        .catch(unusable);
    };
    try {
      const issued = await newToken(refused);
      await free({ issued });
      return issued;
    } catch (thrown) {
      await free({});
      throw thrown;
    }
  };
}

/** A token of one cloud, tenant, application and credential opens for nothing else. */
function placeOf(
  { cloud, tenantId, clientId, resource, loginUrl, credential }: TokenSettings,
  kind: string,
): { name: string; binding: string; holder: Holder } {
  const ids = [tenantId, clientId].map((id) => id.toLowerCase());
  const binding = ["access token", cloud.login, loginUrl ?? "", ...ids, resource, kind].join("/");
  const holder = formHolder(credential);
  const digest = createHash("sha256").update(`${binding}/${holder.material}`).digest("hex");
  return { name: `access-token-${ids.join("-")}-${digest.slice(0, 16)}`, binding, holder };
}

function storedIn(value: unknown): Stored {
  if (!isRecord(value)) return {};
  const { issued, lease } = value;
  return {
    ...(isRecord(issued) &&
      typeof issued["token"] === "string" &&
      typeof issued["expiresAt"] === "number" && {
        issued: { token: issued["token"], expiresAt: issued["expiresAt"] },
      }),
    ...(isRecord(lease) &&
      typeof lease["by"] === "string" &&
      typeof lease["until"] === "number" && {
        lease: { by: lease["by"], until: lease["until"] },
      }),
  };
}

/** The accounts of Active Directory behind mailboxes of Exchange Online: imports of permissions return accounts. */
import { operations as directoryOperations } from "../activeDirectory/target.ts";
import { allUsers as allAccounts, userLookup } from "../activeDirectory/user.ts";
import { anchorsOf } from "../activeDirectory/userLink.ts";
import { mailboxesOf, mailboxList } from "../exchange/mailboxList.ts";
import { cmdlets } from "../exchange/target.ts";
import { operations } from "../graph/target.ts";
import { allUsers, userList } from "../graph/user.ts";
import type { ReadingInput } from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import type { HybridTargets } from "./hybridMailbox.ts";

const anchor = "mS-DS-ConsistencyGuid";
const immutableId = "onPremisesImmutableId";
const objectId = "ExternalDirectoryObjectId";

/** What `directoryAccounts` sends. */
export const directoryAccountNeeds: Needs<HybridTargets> = {
  activeDirectory: directoryOperations(userLookup(anchor)),
  graph: operations(userList),
  exchange: cmdlets(mailboxList),
};

export interface DirectoryAccounts {
  /** The references of the accounts of these mailboxes, which are Guids. A mailbox without an account has none. */
  of(mailboxes: readonly string[]): string[];
  /** Logs how many mailboxes had none. */
  logRest(): void;
}

type Input = Pick<
  ReadingInput<HybridTargets, "RecipientTypeDetails">,
  "configuration" | "stream" | "log"
>;

/** Reads all accounts below the base DN, the users of Entra ID that they are linked to, and their mailboxes. */
export async function directoryAccounts({
  configuration: { RecipientTypeDetails },
  stream,
  log,
}: Input): Promise<DirectoryAccounts> {
  const byAnchor = new Map<string, string>();
  for await (const account of stream(allAccounts([anchor]))) {
    // A user with a consistency GUID is linked by that.
    const [own = ""] = anchorsOf(account);
    byAnchor.set(own, account.id);
  }
  const byUser = new Map<string, string>();
  for await (const user of stream(allUsers([immutableId]))) {
    const account = byAnchor.get(String(user[immutableId]));
    if (account !== undefined) byUser.set(user.id, account);
  }
  const byMailbox = new Map<string, string>();
  for await (const mailbox of stream(mailboxesOf(RecipientTypeDetails ?? [], [objectId]))) {
    const account = byUser.get(String(mailbox[objectId]));
    if (account !== undefined) byMailbox.set(mailbox.Guid.toLowerCase(), account);
  }
  const others = new Set<string>();
  return {
    of: (mailboxes) =>
      mailboxes.flatMap((guid) => {
        const account = byMailbox.get(guid.toLowerCase());
        if (account === undefined) others.add(guid.toLowerCase());
        return account ?? [];
      }),
    logRest() {
      if (others.size === 0) return;
      log(
        "information",
        `Not imported: ${others.size} mailboxes that belong to no account of Active Directory below the base DN.`,
      );
    },
  };
}

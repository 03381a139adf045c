/**
 * The sets of Exchange Online that are about the account's own mailbox, for accounts of Active Directory: the account
 * is found in another way, and all else is the same.
 */
import { operations as directoryOperations } from "../activeDirectory/target.ts";
import { userById, userLookup } from "../activeDirectory/user.ts";
import { cmdlets, type ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";
import { operations } from "../graph/target.ts";
import type {
  Holders,
  ImportDeclaration,
  ListDeclaration,
  PermissionDeclaration,
} from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import { directoryAccountNeeds, directoryAccounts } from "./hybridAccounts.ts";
import {
  exchangeReferenceLookup,
  exchangeReferenceOf,
  linkLookup,
  referenceToRevokeOf,
  revokingLookup,
} from "./hybridLink.ts";
import { assertHasExchange, type HybridTargets } from "./hybridMailbox.ts";

const anchor = "mS-DS-ConsistencyGuid";
type Integration = "exchangeOnlineIntegration";

function needsOf({ exchange }: Needs<ExchangeTarget>): Needs<HybridTargets> {
  return {
    activeDirectory: directoryOperations(userLookup(anchor)),
    graph: operations(linkLookup, revokingLookup),
    exchange: cmdlets(exchangeReferenceLookup, exchange.operations),
  };
}

/** A grant on the mailbox of the account. It is `notYet` as long as the synchronisation has not brought the account. */
export function grantingOnMailbox<Key extends keyof Configuration>(
  declaration: PermissionDeclaration<ExchangeTarget, Key>,
): PermissionDeclaration<HybridTargets, Key | Integration> {
  return onMailbox(declaration, exchangeReferenceOf);
}

/**
 * A revoke on the mailbox of the account. `ofDeleted`: what becomes of the permission when the user of Entra ID was
 * deleted: it has `gone`, or the mailbox is `kept`, which is a failure, as nothing here can change it.
 */
export function revokingOnMailbox<Key extends keyof Configuration>(
  declaration: PermissionDeclaration<ExchangeTarget, Key>,
  ofDeleted: "gone" | "kept" = "gone",
): PermissionDeclaration<HybridTargets, Key | Integration> {
  return onMailbox(declaration, ofDeleted === "gone" ? referenceToRevokeOf : referenceOfKept);
}

function onMailbox<Key extends keyof Configuration>(
  { needs, configuration, handle }: PermissionDeclaration<ExchangeTarget, Key>,
  referenceOf: typeof exchangeReferenceOf,
): PermissionDeclaration<HybridTargets, Key | Integration> {
  return {
    needs: needsOf(needs),
    configuration: [...configuration, "exchangeOnlineIntegration"],
    async handle(input) {
      assertHasExchange(input.configuration);
      const user = await input.read(userById(input.accountReference, [anchor]));
      return await handle({ ...input, accountReference: await referenceOf(user, input) });
    },
  };
}

const referenceOfKept: typeof exchangeReferenceOf = async (user, gate) => {
  try {
    return await referenceToRevokeOf(user, gate);
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    throw new Fault({
      kind: "notReady",
      message: `${fault.message} Exchange Online keeps a mailbox that is on hold: end the hold there.`,
      cause: fault,
    });
  }
};

/** The list of a set, which is the same for every account. */
export function listingWithExchange<Key extends keyof Configuration>({
  needs,
  configuration,
  handle,
}: ListDeclaration<ExchangeTarget, Key>): ListDeclaration<ExchangeTarget, Key | Integration> {
  return {
    needs,
    configuration: [...configuration, "exchangeOnlineIntegration"],
    handle(input) {
      assertHasExchange(input.configuration);
      return handle(input);
    },
  };
}

/** The import of a set, with the accounts of Active Directory instead of the mailboxes. */
export function importingAccounts<Key extends keyof Configuration>({
  needs,
  configuration,
  handle,
}: ImportDeclaration<ExchangeTarget, Key, Holders>): ImportDeclaration<
  HybridTargets,
  Key | Integration | "RecipientTypeDetails",
  Holders
> {
  return {
    needs: {
      ...directoryAccountNeeds,
      exchange: cmdlets(directoryAccountNeeds.exchange.operations, needs.exchange.operations),
    },
    configuration: [
      ...new Set([
        ...configuration,
        "exchangeOnlineIntegration" as const,
        "RecipientTypeDetails" as const,
      ]),
    ],
    async *handle(input) {
      assertHasExchange(input.configuration);
      const accounts = await directoryAccounts(input);
      for await (const holders of handle(input))
        yield { ...holders, accountReferences: accounts.of([...holders.accountReferences]) };
      accounts.logRest();
    },
  };
}

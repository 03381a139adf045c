import type { EntraTargets } from "../accounts/entra.ts";
import { Fault } from "../fault.ts";
import { groupById, groupLookup, nameOf as groupName } from "../graph/group.ts";
import {
  allLicensedUsers,
  assigningLicence,
  assignmentsOf,
  directAssignment,
  directNow,
  enabledPlans,
  licenceChange,
  licenceProperties,
  removingLicence,
  type Assignment,
} from "../graph/licence.ts";
import { freeSeats, skuList, subscribedSkus, type Sku } from "../graph/sku.ts";
import { operations, type GraphTarget } from "../graph/target.ts";
import { nameOf, userById, userList, type User } from "../graph/user.ts";
import { assertGuid } from "../guid.ts";
import type {
  Holders,
  Permission,
  PermissionInput,
  ReadingInput,
  Result,
} from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";
import { HolderBatches } from "./holderBatches.ts";
import { ImportFailures } from "./importFailures.ts";
import { assertUsageLocation, explained } from "./licenceAssignment.ts";
import { disabledPlansFor, isFor, listedOptions, optionsFile } from "./licenceOptions.ts";
import {
  heldMailbox,
  isHeld,
  mailboxAtStake,
  mailboxNeeds,
  mailboxWarning,
  type LicenceChange,
} from "./licensedMailbox.ts";

export const listNeeds: Needs<GraphTarget> = { graph: operations(skuList) };
export const grantNeeds: Needs<EntraTargets> = {
  graph: operations(skuList, licenceChange),
  exchange: mailboxNeeds,
};
export const revokeNeeds: Needs<EntraTargets> = {
  graph: operations(skuList, licenceChange, groupLookup),
  exchange: mailboxNeeds,
};
export const importNeeds: Needs<GraphTarget> = { graph: operations(skuList, userList) };

type Input = PermissionInput<EntraTargets, "exchangeOnlineIntegration">;

/** The reference and the name are those of HelloID's connector for Entra ID. Neither changes with the free seats. */
function licencePermission({ id, skuId, skuPartNumber }: Sku): Permission {
  return {
    identification: { Id: id, SkuId: skuId, SkuPartNumber: skuPartNumber },
    name: `License - ${skuPartNumber}`,
  };
}

/** Every licence of the tenant. The free seats are in the log: a permission has only a reference and a name. */
export async function* licencePermissions({
  read,
  log,
}: Pick<ReadingInput<GraphTarget>, "read" | "log">): AsyncGenerator<Permission, void, undefined> {
  const options = listedOptions();
  const skus = await read(subscribedSkus());
  for (const option of options)
    if (!skus.some((sku) => isFor(option, sku)))
      log(
        "warning",
        `${optionsFile} names licence "${option.Id}", which the tenant does not have.`,
      );
  for (const sku of skus) {
    log("information", `Licence ${sku.skuPartNumber}: ${freeSeats(sku)}.`);
    yield licencePermission(sku);
  }
}

/** A user, and how it has the licence of a permission. */
interface Licensed {
  user: User;
  skuId: string;
  /** Undefined when the tenant does not have the licence any more. */
  sku: Sku | undefined;
  skuPartNumber: string;
  skus: readonly Sku[];
  /** All licences of the user. */
  all: readonly Assignment[];
  /** The direct assignment of this one. */
  direct: Assignment | undefined;
  /** The IDs of the groups that assign this one. */
  groups: readonly string[];
}

async function licensed({ accountReference, permission, read }: Input): Promise<Licensed> {
  // HelloID's connectors have it in members of different names.
  const id = permission("SkuId") || permission("Reference");
  assertGuid(id, "The SkuId of the licence");
  const skuId = id.toLowerCase();
  const user = await read(userById(accountReference, licenceProperties));
  const skus = await read(subscribedSkus());
  const sku = skus.find((one) => one.skuId === skuId);
  const all = assignmentsOf(user);
  return {
    user,
    skuId,
    sku,
    skuPartNumber: sku?.skuPartNumber ?? (permission("SkuPartNumber") || skuId),
    skus,
    all,
    direct: directAssignment({ skuId }, all),
    groups: all.flatMap(({ skuId: own, group }) =>
      own === skuId && group !== undefined ? [group] : [],
    ),
  };
}

function notSubscribed({ skuPartNumber }: Licensed): Fault {
  return new Fault({
    kind: "missing",
    isProven: true,
    message: `The tenant has no subscription for licence ${skuPartNumber}.`,
  });
}

/**
 * Assigns the licence directly, also to a user who has it through a group. The request is always sent, because reads
 * lag behind writes.
 */
export async function grantLicence(input: Input): Promise<Result> {
  const options = listedOptions();
  const found = await licensed(input);
  const { user, sku, skus, all, direct } = found;
  if (!sku) throw notSubscribed(found);
  assertUsageLocation(user, nameOf(user), sku);
  const disabledPlans = disabledPlansFor(sku, direct, options);
  const after = { skuId: sku.skuId, group: undefined, disabledPlans, isEffective: true };
  const change: LicenceChange = {
    ...found,
    lost: direct ? enabledPlans(direct, skus).filter(({ id }) => disabledPlans.includes(id)) : [],
    kept: [...all.filter((one) => one !== direct), after],
  };
  const mailbox = await mailboxAtStake(change, skus, input);
  if (isHeld(mailbox)) throw heldMailbox(mailbox, change);
  if (!direct && sku.seats.assigned >= sku.seats.all)
    input.log("warning", `Licence ${sku.skuPartNumber}: ${freeSeats(sku)}.`);
  try {
    await input.change(assigningLicence(user, sku, { disabledPlans, before: direct }));
  } catch (thrown) {
    throw explained(Fault.of(thrown), sku, skus);
  }
  return { audit: mailboxWarning(mailbox, change) };
}

/**
 * Takes the direct assignment away. It succeeds only when the user no longer has the licence: a group that assigns it
 * is named. The request is always sent, because reads lag behind writes.
 */
export async function revokeLicence(input: Input): Promise<Result> {
  const found = await licensed(input);
  const { user, sku, skuId, skuPartNumber, skus, all, direct, groups } = found;
  if (!sku && !direct && groups.length === 0) throw notSubscribed(found);
  const names = await groupNames(groups, input);
  if (!direct && groups.length > 0)
    throw Fault.invalid(
      `${nameOf(user)} has licence ${skuPartNumber} through ${names}, not directly: end the membership instead.`,
    );
  const change: LicenceChange = {
    ...found,
    lost: sku && enabledPlans({ skuId, disabledPlans: direct?.disabledPlans ?? [] }, skus),
    kept: all.filter((one) => one !== direct),
  };
  const mailbox = await mailboxAtStake(change, skus, input);
  if (isHeld(mailbox)) {
    // Even a request that seems to change nothing is not sent: reads lag behind writes.
    if (direct ?? (await input.read(directNow(user, { skuId }))))
      throw heldMailbox(mailbox, change);
    return { audit: [{ Message: `${nameOf(user)} does not have licence ${skuPartNumber}.` }] };
  }
  await input.change(removingLicence(user, { skuId, skuPartNumber }, direct));
  const audit = direct ? mailboxWarning(mailbox, change) : [];
  if (groups.length === 0) return { audit };
  const stays = Fault.invalid(
    `${nameOf(user)} still has licence ${skuPartNumber} through ${names}: end the membership, too.`,
  );
  return { audit, faults: [stays] };
}

/** The names of groups in a sentence. One that cannot be read is named by its ID. */
async function groupNames(ids: readonly string[], { read }: Pick<Input, "read">): Promise<string> {
  const names: string[] = [];
  for (const id of ids) {
    const name = await read(groupById(id)).then(groupName, (thrown: unknown) => {
      const { kind } = Fault.of(thrown);
      if (kind !== "denied" && kind !== "missing") throw thrown;
      return id;
    });
    names.push(`group ${name}`);
  }
  return names.join(" and ");
}

/**
 * The users to whom licences are assigned directly, as they arrive. What groups assign is not imported: it is not
 * revoked from a user, and belongs to the entitlement of the group.
 */
export async function* licenceHolders({
  read,
  stream,
  log,
}: Pick<ReadingInput<GraphTarget>, "read" | "stream" | "log">): AsyncGenerator<
  Holders,
  void,
  undefined
> {
  const skus = await read(subscribedSkus());
  const known = new Set(skus.map(({ skuId }) => skuId));
  const batches = new HolderBatches(
    skus.map((sku) => ({
      option: sku.skuId,
      permission: licencePermission(sku),
      description: freeSeats(sku),
    })),
  );
  const failures = new ImportFailures("user", "users");
  let [inherited, unknown] = [0, 0];
  for await (const user of stream(allLicensedUsers())) {
    try {
      for (const { skuId, group } of assignmentsOf(user)) {
        if (group !== undefined) inherited++;
        else if (!known.has(skuId)) unknown++;
        else yield* batches.add(skuId, user.id);
      }
    } catch (thrown) {
      failures.add(nameOf(user), Fault.of(thrown));
    }
  }
  yield* batches.rest();
  const leftOut = (count: number, which: string): void => {
    const what = count === 1 ? "assignment" : "assignments";
    if (count > 0) log("information", `Not imported: ${count} ${what} ${which}.`);
  };
  leftOut(inherited, "by groups");
  leftOut(unknown, "of licences that the tenant no longer has");
  failures.throwIfAny();
}

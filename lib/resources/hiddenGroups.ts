import type { ExchangeTarget } from "../exchange/target.ts";
import { allUnifiedGroups, hiding, unifiedGroupOf } from "../exchange/unifiedGroup.ts";
import type { UnifiedGroup } from "../exchange/unifiedGroup.ts";
import { Fault } from "../fault.ts";
import type { ItemContext, ResourceOutcome, ResourcesInput } from "../host/resourceActions.ts";
import type { Provided } from "./entraGroups.ts";

type Input = ResourcesInput<ExchangeTarget, "ResourcesHidden" | "exchangeOnlineIntegration">;

/**
 * Hides Microsoft 365 groups from the address lists, if configured, also those that exist: the run before may have
 * ended between the group and its visibility. Through Exchange Online: Graph lets no application do it (documented).
 */
export async function hiderOf({
  configuration: { ResourcesHidden, exchangeOnlineIntegration },
  stream,
}: Input): Promise<
  (provided: Provided, context: ItemContext<ExchangeTarget>) => Promise<ResourceOutcome>
> {
  if (ResourcesHidden !== true) return ({ outcome }) => Promise.resolve(outcome);
  if (exchangeOnlineIntegration !== true)
    throw Fault.invalid(
      '"Hide resources" (ResourcesHidden) is on, and Microsoft 365 groups are hidden through Exchange Online; ' +
        'expected "Exchange Online" (exchangeOnlineIntegration) to be on as well.',
    );
  const known = new Map<string, UnifiedGroup>();
  for await (const group of stream(allUnifiedGroups()))
    known.set(group.ExternalDirectoryObjectId.toLowerCase(), group);

  return async ({ group, wanted, outcome }, { read, change, whileWaiting }) => {
    if (!group) {
      const { displayName: DisplayName, mailNickname } = wanted;
      await change(hiding({ DisplayName, alias: mailNickname }), "UpdateResource");
      return outcome;
    }
    const { id, displayName } = group;
    const shown =
      known.get(id.toLowerCase()) ?? (await read(unifiedGroupOf(id, displayName, whileWaiting)));
    if (shown.HiddenFromAddressListsEnabled) return outcome;
    await change(hiding(shown), "UpdateResource");
    return outcome === "existing" ? "completed" : outcome;
  };
}

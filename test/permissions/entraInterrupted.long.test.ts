/** Owners of groups of Entra ID and sub-permissions, broken at each of their requests. */
import { afterAll, beforeAll, describe, it } from "vitest";
import securityParts from "../../permissions/entraGroups/subPermissions.ts";
import unifiedParts from "../../permissions/microsoft365Groups/subPermissions.ts";
import { runnerOf } from "../bench.ts";
import type { State } from "../emulator/state.ts";
import { subPermissionsAnswer } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { expectConverges } from "../lifecycle/entra/interrupted.ts";
import { groupNamed, setNames, sets } from "./entraSets.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

type Relation = "members" | "owners";

/** The IDs in a group as the tenant has them, with every double. */
function linked(group: string, relation: Relation): string[] {
  const { objects, entra: { groups = {} } = {} } = bench.emulator.state();
  const own = groups[group]?.[relation];
  const object = bench.object(group);
  const guids = object?.[relation === "members" ? "Members" : "ManagedBy"];
  const ofExchange = (Array.isArray(guids) ? guids : []).map((guid) => {
    const found = objects.find(({ Guid }) => Guid === guid);
    return String(found?.["ExternalDirectoryObjectId"] ?? guid);
  });
  return [...ofExchange, ...(Array.isArray(own) ? own.map(String) : [])].sort();
}

const owned =
  (...owners: string[]) =>
  ({ entra: { groups = {} } = {} }: State): void => {
    for (const id of [ids.security, groupNamed("Sports")]) groups[id] = { ...groups[id], owners };
  };

describe.each(setNames)("an owner in %s", (set) => {
  const { grant, revoke, group } = sets[set];
  const event = (): unknown =>
    bench.permissionEvent({ permission: { Id: group.Id, Permission: "Owner" } });
  const stored = (): unknown => [linked(group.Id, "owners"), linked(group.Id, "members")];

  it("is there once, wherever the grant was broken", async () => {
    const before = owned(ids.bas);
    await expectConverges(bench, { runner: grant, before, event, stored, minRequests: 4 });
  });

  it("has left, and no one else, wherever the revoke was broken", async () => {
    const before = owned(ids.bas, ids.cloudOnly);
    await expectConverges(bench, { runner: revoke, before, event, stored, minRequests: 4 });
  });
});

const kinds = {
  entraGroups: {
    kind: "security",
    runner: runnerOf("permissions/entraGroups/subPermissions", securityParts, subPermissionsAnswer),
    groupTypes: [],
  },
  microsoft365Groups: {
    kind: "microsoft365",
    runner: runnerOf(
      "permissions/microsoft365Groups/subPermissions",
      unifiedParts,
      subPermissionsAnswer,
    ),
    groupTypes: ["Unified"],
  },
} as const;

describe.each(setNames)("the sub-permissions of %s", (set) => {
  const { kind, runner, groupTypes } = kinds[set];
  const groups = ["1", "2", "3"].map((key) => ({
    id: `e47ad000-0000-4000-8000-00000000940${key}`,
    key: `D-${key}`,
  }));
  /** The person is in the first two; the contracts mean the last two. */
  const before = (state: State): void => {
    const records = ((state.entra ??= {}).groups ??= {});
    for (const [index, { id, key }] of groups.entries())
      records[id] = {
        displayName: `dg_${key}`,
        mailNickname: `dg${index}`,
        uniqueName: `HelloID-${kind}-${key}`,
        groupTypes: [...groupTypes],
        members: index < 2 ? [ids.bas, ids.cloudOnly] : [ids.bas],
      };
  };
  const onRecord = groups
    .slice(0, 2)
    .map(({ id, key }) => ({ DisplayName: `dg_${key}`, Reference: { Id: id } }));
  const Contracts = groups.slice(1).map(({ key }) => ({
    Context: { InConditions: true },
    Department: { ExternalId: key },
  }));

  it("of an update are those of the contracts, wherever it was broken", async () => {
    await expectConverges(bench, {
      runner,
      before,
      event(_bench, last) {
        const event = bench.permissionEvent({ permission: { Reference: "dep" } }) as {
          actionContext: object;
        };
        const { SubPermissions = onRecord } = (last?.outputContext ?? {}) as {
          SubPermissions?: unknown;
        };
        return {
          ...event,
          actionContext: {
            ...event.actionContext,
            Operation: "update",
            CurrentPermissions: SubPermissions,
          },
          personContext: { Person: { DisplayName: "Cloud Only", Contracts } },
        };
      },
      stored: () => groups.map(({ id }) => linked(id, "members")),
      minRequests: 5,
    });
  });
});

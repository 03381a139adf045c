/** Sub-permissions of groups of Entra ID: from the resource to the member. After a run, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import securityImport from "../../permissions/entraGroups/importSubPermissions.ts";
import securityParts from "../../permissions/entraGroups/subPermissions.ts";
import unifiedImport from "../../permissions/microsoft365Groups/importSubPermissions.ts";
import unifiedParts from "../../permissions/microsoft365Groups/subPermissions.ts";
import securityResources from "../../resources/entraGroups.ts";
import unifiedResources from "../../resources/microsoft365Groups.ts";
import { runnerOf } from "../bench.ts";
import { readingEventFor, resourcesEventFor } from "../events.ts";
import {
  importSubPermissionsAnswer,
  resourcesAnswer,
  subPermissionsAnswer,
} from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const sets = {
  entraGroups: {
    kind: "security",
    parts: runnerOf("permissions/entraGroups/subPermissions", securityParts, subPermissionsAnswer),
    holders: runnerOf(
      "permissions/entraGroups/importSubPermissions",
      securityImport,
      importSubPermissionsAnswer,
    ),
    resources: runnerOf("resources/entraGroups", securityResources, resourcesAnswer),
  },
  microsoft365Groups: {
    kind: "microsoft365",
    parts: runnerOf(
      "permissions/microsoft365Groups/subPermissions",
      unifiedParts,
      subPermissionsAnswer,
    ),
    holders: runnerOf(
      "permissions/microsoft365Groups/importSubPermissions",
      unifiedImport,
      importSubPermissionsAnswer,
    ),
    resources: runnerOf("resources/microsoft365Groups", unifiedResources, resourcesAnswer),
  },
};

interface OnRecord {
  DisplayName: string;
  Reference: object;
}

describe.each(["entraGroups", "microsoft365Groups"] as const)(
  "the sub-permissions of %s",
  (set) => {
    const { kind, parts, holders, resources } = sets[set];

    async function created(...keys: string[]): Promise<Map<string, string>> {
      const source = keys.map((ExternalId) => ({ ExternalId, DisplayName: `Ward ${ExternalId}` }));
      await resources.here(bench, resourcesEventFor(bench.running, { source }));
      const records = Object.entries(bench.emulator.state().entra?.groups ?? {});
      return new Map(
        keys.map((key) => {
          const name = `HelloID-${kind}-${key}`;
          return [key, records.find(([, { uniqueName }]) => uniqueName === name)?.[0] ?? ""];
        }),
      );
    }

    const eventFor = (
      Operation: string,
      departments: readonly string[],
      CurrentPermissions: readonly OnRecord[],
    ): unknown => {
      const event = bench.permissionEvent({ permission: { Reference: "dep" } }) as {
        actionContext: object;
      };
      const Contracts = departments.map((ExternalId) => ({
        Context: { InConditions: true },
        Department: { ExternalId },
      }));
      return {
        ...event,
        actionContext: { ...event.actionContext, Operation, CurrentPermissions },
        personContext: { Person: { DisplayName: "Cloud Only", Contracts } },
      };
    };

    it("follow the contracts from grant to revoke", async () => {
      const groups = await created("D-1", "D-2");
      let record: readonly OnRecord[] = [];
      const seen: [string, boolean, boolean][] = [];
      const steps: readonly [string, string[]][] = [
        ["grant", ["D-1"]],
        ["update", ["D-1"]],
        ["update", ["D-2"]],
        ["revoke", []],
        ["revoke", []],
        ["grant", ["D-1", "D-2"]],
      ];
      for (const [operation, departments] of steps) {
        const { answer } = await parts.here(bench, eventFor(operation, departments, record));
        expect(answer.outputContext.Success).toBe(true);
        record = answer.outputContext.SubPermissions;
        const isIn = async (key: string): Promise<boolean> =>
          (await bench.membersOf(groups.get(key) ?? "")).includes(ids.cloudOnly);
        seen.push([answer.outcome, await isIn("D-1"), await isIn("D-2")]);
      }
      expect(seen).toEqual([
        ["done", true, false],
        ["alreadySo", true, false],
        ["done", false, true],
        ["done", false, false],
        ["alreadySo", false, false],
        ["done", true, true],
      ]);
      expect(record.map(({ Reference }) => Reference)).toEqual(
        [...groups.values()].map((Id) => ({ Id })),
      );
      const { records } = await holders.here(bench, readingEventFor(bench.running, {}));
      expect(records).toMatchObject(
        [...groups.entries()].map(([key, Id]) => ({
          PermissionReference: { Reference: "dep" },
          SubPermissionReference: { Id },
          SubPermissionDisplayName: `dg_Ward ${key}`,
          AccountReferences: [ids.cloudOnly],
        })),
      );
    });

    it("revoke nothing while the group of the contract is not shown by its name", async () => {
      const groups = await created("D-1");
      const granted = await parts.here(bench, eventFor("grant", ["D-1"], []));
      const record = granted.answer.outputContext.SubPermissions as OnRecord[];
      const message =
        `Resource 'HelloID-${kind}-D-1' does not exist or one of its queried reference-property ` +
        "objects are not present.";
      bench.emulator.setFaults([
        {
          match: { operation: "GET /groups(uniqueName='{uniqueName}')" },
          answer: { status: 404, body: { error: { code: "Request_ResourceNotFound", message } } },
        },
      ]);
      const { answer } = await parts.here(bench, eventFor("update", ["D-1"], record));
      expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
      expect(answer.outputContext.SubPermissions).toEqual(record);
      expect(await bench.membersOf(groups.get("D-1") ?? "")).toContain(ids.cloudOnly);
    });

    it("are not decided by a group that only has the same name for people", async () => {
      const { answer, messages } = await parts.here(bench, eventFor("grant", ["Care staff"], []));
      expect(answer.outputContext.Success).toBe(false);
      expect(messages.join()).toContain(`whose uniqueName is "HelloID-${kind}-Care staff"`);
      expect(bench.writes()).toEqual([]);
    });
  },
);

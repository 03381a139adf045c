/** The permissions that a set lists, and that each of them can be granted, imported and revoked as it is listed. */
import { expect } from "vitest";
import { permissionRecord } from "../generated/answers.ts";
import type { Permission, PermissionRecordBody } from "../../lib/generated/types.ts";
import { guidOf, type Bench, type Run } from "../bench.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { changedSince, held, prepare, sets } from "./sets.ts";

export type SetName = keyof typeof sets;
export const separate = { SharedMailboxReference: "separate" };

export async function listed(
  bench: Bench,
  set: SetName,
  configuration: Record<string, unknown> = {},
): Promise<Permission[]> {
  const { answer } = await sets[set].list.here(
    bench,
    readingEventFor(bench.running, { configuration }),
  );
  expect(answer).toMatchObject({ outcome: "done", plan: [], outputContext: { Success: true } });
  const permissions = answer.outputContext.Permissions ?? [];
  expect(answer.outputContext.AuditLogs).toEqual([
    { Message: `Permissions listed: ${permissions.length}.`, IsError: false },
  ]);
  return permissions;
}

export const byId = (permissions: readonly Permission[]): Permission[] =>
  [...permissions].sort((a, b) =>
    JSON.stringify(a.Identification) < JSON.stringify(b.Identification) ? -1 : 1,
  );

/** The records of an import that an account is in. */
function recordsWith({ records }: Run<unknown>, account: string): PermissionRecordBody[] {
  for (const record of records)
    expect(permissionRecord.check({ record }), JSON.stringify(permissionRecord.check.errors)).toBe(
      true,
    );
  return (records as PermissionRecordBody[]).filter(({ AccountReferences }) =>
    AccountReferences.includes(account),
  );
}

/** Grants and revokes every listed permission, for one account, by the reference and the name in the list. */
export async function assertRoundTrip(
  bench: Bench,
  set: SetName,
  configuration: Record<string, unknown>,
): Promise<void> {
  const petra = guidOf("Petra Proxies");
  const full = guidOf("Archive 2019");
  // One list has no room for anybody more.
  prepare(
    bench,
    {},
    (state) =>
      (state.mailboxPermissions =
        state.mailboxPermissions?.filter(({ mailbox }) => mailbox !== full) ?? []),
  );
  const before = held(bench);
  const permissions = await listed(bench, set, configuration);
  const change = async (verb: "grant" | "revoke"): Promise<void> => {
    for (const { Identification, DisplayName } of permissions) {
      const { answer } = await sets[set][verb].here(
        bench,
        permissionEventFor(bench.running, {
          account: petra,
          permission: Identification,
          configuration,
        }),
      );
      expect(answer, DisplayName).toMatchObject({
        outcome: "done",
        outputContext: { Success: true },
      });
    }
  };
  const imported = async (): Promise<PermissionRecordBody[]> =>
    recordsWith(
      await sets[set].holders.here(bench, readingEventFor(bench.running, { configuration })),
      petra,
    );
  expect(permissions.length).toBeGreaterThan(4);
  await change("grant");
  const records = (await imported()).map(({ PermissionReference, DisplayName }) => ({
    Identification: PermissionReference,
    DisplayName,
  }));
  expect(byId(records)).toEqual(byId(permissions));
  await change("revoke");
  expect(await imported()).toEqual([]);
  expect(changedSince(before, bench)).toEqual({ more: [], less: [] });
}

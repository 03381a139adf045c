/** Who is a member of the security groups of Entra ID and of Microsoft 365 groups. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PermissionRecordBody } from "../../lib/generated/types.ts";
import type { State } from "../emulator/state.ts";
import { readingEventFor } from "../events.ts";
import { permissionRecord } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { groupNamed, sets, type EntraSet } from "./entraSets.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const members = "GET /groups/{group}/members/{type}";
const id = (number: number): string =>
  `e47ad000-0000-4000-8000-${(0xa0000 + number).toString(16).padStart(12, "0")}`;

async function imported(set: EntraSet, { dryRun = false }: { dryRun?: boolean } = {}) {
  const run = await sets[set].holders.here(bench, readingEventFor(bench.running, { dryRun }));
  for (const record of run.records)
    expect(permissionRecord.check({ record }), JSON.stringify(record)).toBe(true);
  return { ...run, records: run.records as PermissionRecordBody[] };
}

const sorted = (records: readonly PermissionRecordBody[]) =>
  [...records].sort((a, b) => (a.DisplayName < b.DisplayName ? -1 : 1));

/** Adds users without a mailbox, and makes them the members of a security group. */
function withMembers(state: State, many: number): void {
  const { users = {}, groups = {} } = state.entra ?? {};
  const added = Array.from({ length: many }, (_, index) => id(index));
  for (const [index, user] of added.entries())
    users[user] = { ...named(`u${index}`), userPrincipalName: `u${index}@contoso.com` };
  groups[ids.security] = { ...groups[ids.security], members: added };
}

/** Adds security groups with one member each. */
function withGroups(state: State, many: number): void {
  const groups = state.entra?.groups ?? {};
  for (let number = 0; number < many; number++)
    groups[id(number)] = { ...named(`g${number}`), members: [ids.anna] };
}

const named = (name: string) => ({ displayName: name, mailNickname: name });

describe("an import", () => {
  it("yields the users in security groups that are listed, and says which assign licences", async () => {
    bench.fresh((state) => {
      const groups = state.entra?.groups ?? {};
      groups[ids.security] = {
        ...groups[ids.security],
        description: "People who care",
        // The group in it is not an account.
        members: [ids.anna, ids.cloudOnly, ids.licensing],
      };
    });
    const { answer, records, messages } = await imported("entraGroups");
    expect(answer).toMatchObject({ outcome: "done", plan: [], outputContext: { Success: true } });
    expect(messages).toEqual(["Records imported: 2, with 3 account references."]);
    expect(sorted(records)).toEqual([
      {
        PermissionReference: { Id: ids.security },
        Description: "People who care",
        DisplayName: "Security Group - Care staff",
        AccountReferences: [ids.anna, ids.cloudOnly],
      },
      {
        PermissionReference: { Id: ids.licensing },
        Description: "Assigns licences.",
        DisplayName: "Security Group - Teams users",
        AccountReferences: [ids.bas],
      },
    ]);
  });

  it("yields the users in Microsoft 365 groups", async () => {
    const sports = groupNamed("Sports");
    bench.fresh((state) => {
      const groups = state.entra?.groups ?? {};
      groups[sports] = { members: [ids.cloudOnly] };
    });
    const { records } = await imported("microsoft365Groups");
    const found = records.find(({ PermissionReference }) => PermissionReference["Id"] === sports);
    expect(found).toMatchObject({
      DisplayName: "M365 Group - Sports",
      AccountReferences: [ids.cloudOnly],
    });
    expect(records.every(({ DisplayName }) => DisplayName.startsWith("M365 Group - "))).toBe(true);
  });

  it("has all members of a group of two pages, 500 to a record", async () => {
    bench.fresh((state) => withMembers(state, 1_100));
    const { records } = await imported("entraGroups");
    const own = records.filter(
      ({ PermissionReference }) => PermissionReference["Id"] === ids.security,
    );
    const lengths = own.map(({ AccountReferences }) => AccountReferences.length);
    expect(lengths).toEqual([500, 499, 101]);
    expect(new Set(own.flatMap(({ AccountReferences }) => AccountReferences)).size).toBe(1_100);
  });

  it("has all groups of two pages, twenty to a request", async () => {
    bench.fresh((state) => withGroups(state, 1_010));
    const { answer, records } = await imported("entraGroups");
    expect(records).toHaveLength(1_012);
    // A token, two pages of groups, and 51 batches.
    expect(answer.stats.requests).toBe(1 + 2 + 51);
  });

  it("is incomplete, and fails, when a group cannot be read", async () => {
    const error = { code: "Authorization_RequestDenied", message: "Insufficient privileges." };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: members, item: true },
        times: 1,
        answer: { status: 403, body: { error } },
      },
    ]);
    const { answer, messages, records } = await imported("entraGroups");
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(messages.join()).toMatch(
      /The import is incomplete: 1 group could not be read \("[^"]+" \(e47ad000-[^)]*\)\)\./,
    );
    expect(records).toHaveLength(1);
  });

  const absent = {
    match: { side: "graph" as const, operation: members, item: true as const },
    times: 1,
    answer: {
      status: 404,
      body: {
        error: {
          code: "Request_ResourceNotFound",
          message:
            `Resource '${ids.security}' does not exist or one of its queried ` +
            "reference-property objects are not present.",
        },
      },
    },
  };
  /** The others are not listed, so that the fault strikes the one that it names. */
  const onlyOne = (state: State): void => {
    const groups = state.entra?.groups ?? {};
    for (const other of Object.keys(groups))
      if (other !== ids.security) Reflect.deleteProperty(groups, other);
  };

  it("does not take a group for empty that one answer denies, and that exists", async () => {
    bench.fresh(onlyOne);
    bench.emulator.setFaults([absent]);
    const { answer, messages } = await imported("entraGroups");
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(messages.join()).toContain("The import is incomplete: 1 group");
  });

  it("leaves out a group that was deleted after it was listed", async () => {
    bench.fresh(onlyOne);
    bench.emulator.setFaults([
      absent,
      {
        match: { side: "graph", operation: "GET /groups/{group}" },
        answer: absent.answer,
      },
      {
        match: { side: "graph", operation: "GET /groups", item: true },
        answer: { status: 200, body: { value: [] } },
      },
    ]);
    const { answer, records } = await imported("entraGroups");
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(records).toEqual([]);
  });

  it("sends only the throttled reads of a batch again", async () => {
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: members, item: true },
        times: 1,
        named: "throttled",
      },
    ]);
    const { answer, records } = await imported("entraGroups");
    expect(answer.outcome).toBe("done");
    expect(records).toHaveLength(2);
    const batches = bench.emulator.journal().flatMap(({ items }) => (items ? [items.length] : []));
    expect(batches).toEqual([2, 1]);
  });

  it("names what is missing when groups may not be read, and yields nothing", async () => {
    bench.fresh((state) => {
      for (const app of state.apps) app.graphRoles = ["User.Read.All"];
    });
    const { answer, records } = await imported("entraGroups");
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(records).toEqual([]);
  });

  // The last one: what it left on its way would meet the faults of another.
  it("stops in a preview when the sample is complete, long before all groups are read", async () => {
    bench.fresh((state) => withGroups(state, 1_010));
    const { answer, records } = await imported("entraGroups", { dryRun: true });
    expect(answer.outputContext.Success).toBe(true);
    expect(records.length).toBeGreaterThan(0);
    expect(answer.stats.requests).toBeLessThan(20);
  });
});

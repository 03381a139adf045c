/** Who holds which authentication method. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readingEventFor } from "../events.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { alternate, email, freshMethods, holders, mobile, pass, references } from "./methods.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

const phones = "/users/{user}/authentication/phoneMethods";
const event = (): unknown => readingEventFor(bench.running);
const atNine = (): void => {
  bench.emulator.advance(Date.parse("2026-06-01T09:00:00Z") - bench.emulator.now());
};

/** Anna has all, Bas a phone and a pass that was used, and another user one that is not valid yet. */
function fresh(): void {
  freshMethods(bench, [mobile, alternate, email, pass], (state) => {
    const users = (state.entra ??= {}).users ?? {};
    const used = { ...pass, isUsed: true };
    users[ids.bas] = { ...users[ids.bas], authenticationMethods: [mobile, used] };
    const later = { ...pass, startDateTime: "2030-01-01T00:00:00Z" };
    users[ids.cloudOnly] = { ...users[ids.cloudOnly], authenticationMethods: [later] };
  });
  atNine();
}

describe("the import", () => {
  it("has who has the methods, by the listed references, with the least permissions", async () => {
    fresh();
    const { answer, records } = await holders.here(bench, event());
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    const name = "phone authentication method - ";
    const byReference = (records as { DisplayName: string; AccountReferences: string[] }[]).map(
      (record) => ({ ...record, AccountReferences: record.AccountReferences.toSorted() }),
    );
    expect(byReference).toEqual([
      {
        PermissionReference: references.mobile,
        DisplayName: `${name}mobile`,
        Description: "mobile",
        AccountReferences: [ids.anna, ids.bas],
      },
      {
        PermissionReference: references.alternateMobile,
        DisplayName: `${name}alternateMobile`,
        Description: "alternateMobile",
        AccountReferences: [ids.anna],
      },
      {
        PermissionReference: references.email,
        DisplayName: "email authentication method - email",
        Description: "email",
        AccountReferences: [ids.anna],
      },
      {
        PermissionReference: references.pass,
        DisplayName: "Temporary Access Pass",
        Description: "temporaryAccessPass",
        AccountReferences: [ids.anna, ids.cloudOnly].toSorted(),
      },
    ]);
  });

  it("reads twenty lists in a request, and no list with a permission that it lacks", async () => {
    fresh();
    const { answer } = await holders.here(bench, event());
    const reads = bench.emulator
      .journal()
      .flatMap(({ items = [] }) => items.filter(({ operation }) => operation?.startsWith("GET ")));
    expect(reads.length).toBeGreaterThan(300);
    // A token and a page of users in addition.
    expect(answer.stats.requests).toBe(2 + Math.ceil(reads.length / 20));
    expect(reads.every(({ status }) => status === 200)).toBe(true);
  });

  it("fails with the name of a user whose methods cannot be read, and has the others", async () => {
    fresh();
    bench.emulator.setFaults([
      {
        match: { operation: `GET ${phones}`, item: true },
        times: 1,
        answer: { status: 200, body: { value: [{ id: references.mobile.Reference }] } },
      },
    ]);
    const { answer, records, messages } = await holders.here(bench, event());
    expect(records).not.toEqual([]);
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join()).toContain("The import is incomplete: 1 user could not be read");
  });

  it("leaves out a user who was deleted meanwhile", async () => {
    fresh();
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "GET /users" },
        times: 1,
        answer: {
          status: 200,
          body: {
            value: [ids.anna, "e47ad000-0000-4000-8000-00000000dead"].map((id) => ({
              id,
              displayName: "A user",
              userPrincipalName: "user@contoso.com",
            })),
          },
        },
      },
    ]);
    const { answer, records } = await holders.here(bench, event());
    expect(answer.outputContext.Success).toBe(true);
    expect(records).toHaveLength(4);
  });

  // The last one: what it left on its way would meet the faults of another.
  it("without the permission ends at once", async () => {
    freshMethods(bench, [mobile], (state) => {
      for (const app of state.apps) app.graphRoles = ["User.Read.All"];
    });
    const { answer, records } = await holders.here(bench, event());
    expect([answer.outcome, records]).toEqual(["forbidden", []]);
    expect(answer.stats.requests).toBeLessThan(12);
  });
});

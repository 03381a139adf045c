import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  listOperations,
  objectOperations,
  pathOf,
  requestOf,
  writes,
} from "../../../lib/graph/client/operations.ts";
import { Fault } from "../../../lib/fault.ts";
import { faultOf, idOf, root } from "../scripted.ts";

const [user, group, member] = [idOf(1), idOf(2), idOf(3)] as const;
const requested = (operation: string, parameters: Record<string, unknown>) =>
  requestOf({ operation, parameters }, root);

describe("the request of a write", () => {
  it("has the parameters of its path in the path, and all others in the body", () => {
    expect(
      requested("PATCH /users/{user}", {
        user,
        department: "R&D",
        jobTitle: null,
        businessPhones: ["1"],
      }),
    ).toEqual({
      method: "PATCH",
      where: `/users/${user}`,
      ids: [user],
      body: '{"department":"R&D","jobTitle":null,"businessPhones":["1"]}',
    });
  });

  it("refers to an object by the cloud's address", () => {
    expect(requested("POST /groups/{group}/members/$ref", { group, member })).toEqual({
      method: "POST",
      where: `/groups/${group}/members/$ref`,
      ids: [group, member],
      body: `{"@odata.id":"${root}/directoryObjects/${member}"}`,
    });
    expect(requested("PUT /users/{user}/manager/$ref", { user, manager: member })).toMatchObject({
      method: "PUT",
      body: `{"@odata.id":"${root}/directoryObjects/${member}"}`,
    });
  });

  it("creates a group by its unique name, with an owner and no other reference", async () => {
    const operation = "PATCH /groups(uniqueName='{uniqueName}')";
    expect(
      requested(operation, { uniqueName: "R&D 'x'", displayName: "R&D", owner: member }),
    ).toEqual({
      method: "PATCH",
      where: "/groups(uniqueName='R%26D%20''x''')",
      ids: ["R&D 'x'"],
      headers: { prefer: "create-if-missing" },
      body: `{"displayName":"R&D","owners@odata.bind":["${root}/users/${member}"]}`,
    });
    for (const parameters of [
      { uniqueName: " ", displayName: "x" },
      { uniqueName: "x", displayName: "x", owner: "x/y" },
      { uniqueName: "x", displayName: "x", "members@odata.bind": [member] },
      { uniqueName: "x", owner: member },
    ])
      expect((await faultOf(() => requested(operation, parameters))).kind).toBe("invalid");
  });

  it("without a body has none", () => {
    expect(requested("POST /users/{user}/revokeSignInSessions", { user })).toEqual({
      method: "POST",
      where: `/users/${user}/revokeSignInSessions`,
      ids: [user],
    });
  });

  it("encodes the user principal name of a guest", () => {
    expect(requested("DELETE /users/{user}", { user: "ann#EXT#@contoso.com" }).where).toBe(
      "/users/ann%23EXT%23%40contoso.com",
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "GET /users",
      {},
      '"GET /users" is not an operation of Microsoft Graph that this connector sends.',
    ],
    ["DELETE /groups/{group}/members/{member}", { group, member }, "is not an operation"],
    ["constructor", {}, "is not an operation"],
    ["PATCH /users/{user}", { user }, "without a property"],
    [
      "PATCH /users/{user}",
      { user, "manager@odata.bind": "x" },
      'does not take "manager@odata.bind"',
    ],
    [
      "PATCH /users/{user}",
      { jobTitle: "x" },
      "The user is missing; expected an object ID or a user principal name.",
    ],
    [
      "PATCH /users/{user}",
      { user: "$ann@contoso.com", jobTitle: "x" },
      'The user is "$ann@contoso.com"',
    ],
    ["DELETE /users/{user}", { user: "a/b@contoso.com" }, 'The user is "a/b@contoso.com"'],
    ["DELETE /users/{user}", { user, jobTitle: "x" }, 'does not take "jobTitle"'],
    [
      "POST /groups/{group}/members/$ref",
      { group, member: "ann@contoso.com" },
      "expected an object ID.",
    ],
    [
      "POST /groups/{group}/members/$ref",
      { group },
      "The member is missing; expected an object ID.",
    ],
    ["POST /groups/{group}/members/$ref", { group, member, owner: user }, 'does not take "owner"'],
    ["DELETE /groups/{group}/owners/{owner}/$ref", { group, owner: ".." }, 'The owner is ".."'],
  ])("%s with %j is refused", async (operation, parameters, message) => {
    const fault = await faultOf(() => requested(operation, parameters));
    expect(fault.kind).toBe("invalid");
    expect(fault.message).toContain(message);
  });
});

describe("the closed table", () => {
  const anyId = fc.oneof(
    fc.uuid(),
    fc.string(),
    fc.constantFrom(
      "",
      ".",
      "..",
      "$ref",
      "x/$ref",
      `${member}?`,
      `${member}#`,
      `${member}/`,
      "%2e%2e",
      "a@b/c",
    ),
    fc
      .tuple(fc.string(), fc.constantFrom("@contoso.com", "/", "?", "#"))
      .map((parts) => parts.join("")),
  );
  const parameters = fc.record({
    user: anyId,
    group: anyId,
    member: anyId,
    owner: anyId,
    manager: anyId,
  });
  const named = fc.constantFrom(...Object.keys(writes));

  it("never deletes a member, an owner or a manager without $ref, whatever the IDs are", () => {
    fc.assert(
      fc.property(named, parameters, (operation, all) => {
        const names = [...operation.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
        const own = Object.fromEntries(names.map((name) => [name, all[name as keyof typeof all]]));
        let sent;
        try {
          sent = requested(operation, own);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Fault);
          return;
        }
        // As the transport reads the address: dot segments, queries and fragments count.
        const { pathname, search, hash } = new URL(`${root}${sent.where}`);
        expect([search, hash]).toEqual(["", ""]);
        const shape = operation.split(" ")[1]?.split("/") ?? [];
        const path = pathname.replace("/v1.0", "").split("/");
        expect(path).toHaveLength(shape.length);
        shape.forEach((part, index) => {
          if (!part.startsWith("{")) expect(path[index]).toBe(part);
        });
        if (sent.method === "DELETE" && !/^\/users\/[^/]+$/.test(pathname.replace("/v1.0", "")))
          expect(pathname).toMatch(/\/\$ref$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has no DELETE without $ref but of a user, and of a method that has an ID", () => {
    const deletions = Object.keys(writes).filter((name) => name.startsWith("DELETE "));
    const method = /^DELETE \/users\/\{user\}\/authentication\/\w+Methods\/\{method\}$/;
    expect(deletions.filter((name) => !name.endsWith("/$ref") && !method.test(name))).toEqual([
      "DELETE /users/{user}",
    ]);
    const user = "00000000-0000-4000-8000-000000000001";
    for (const operation of deletions.filter((name) => method.test(name)))
      for (const id of [undefined, "", " ", "..", "%2e%2e"])
        expect(() => requestOf({ operation, parameters: { user, method: id } }, "")).toThrow(
          "The method is",
        );
  });

  it("has only GET among the reads", () => {
    for (const name of [...listOperations, ...objectOperations])
      expect(name).toMatch(/^GET \/[\w/{}.()=']+$/);
  });

  it("fills the path of a read in the same way", async () => {
    expect(pathOf("GET /groups/{group}/members", { group })).toBe(`/groups/${group}/members`);
    expect((await faultOf(() => pathOf("GET /users/{user}", { user: "x/y" }))).kind).toBe(
      "invalid",
    );
  });
});

import { describe, expect, it } from "vitest";
import {
  assertChangeable,
  changeableGroups,
  groupById,
  groupOf,
  kindOf,
  routeOf,
} from "../../lib/graph/group.ts";
import {
  addingMember,
  addingOwner,
  isMember,
  isOwner,
  removingMember,
  removingOwner,
} from "../../lib/graph/membership.ts";
import { userOf } from "../../lib/graph/user.ts";
import {
  absent,
  all,
  clientOf,
  faultOf,
  idOf,
  listed,
  reply,
  requestsIn,
  root,
  searched,
  tenantOf,
} from "./scripted.ts";

const group = (own: Record<string, unknown> = {}) =>
  groupOf({
    id: idOf(10),
    displayName: "Nurses",
    groupTypes: [],
    mailEnabled: false,
    securityEnabled: true,
    onPremisesSyncEnabled: null,
    isAssignableToRole: null,
    ...own,
  });
const ann = userOf({ id: idOf(1), displayName: "Ann", userPrincipalName: "ann@contoso.com" });
const unified = { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false };

describe("a group", () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ["Microsoft 365", unified, "microsoft365", "graph"],
    ["Microsoft 365 with security", { ...unified, securityEnabled: true }, "microsoft365", "graph"],
    ["security", {}, "security", "graph"],
    ["formerly synchronised", { onPremisesSyncEnabled: false }, "security", "graph"],
    ["mail-enabled security", { mailEnabled: true }, "mailEnabledSecurity", "exchange"],
    [
      "distribution list",
      { mailEnabled: true, securityEnabled: false },
      "distributionList",
      "exchange",
    ],
    ["synchronised", { onPremisesSyncEnabled: true }, "security", "Active Directory"],
    [
      "synchronised list",
      { onPremisesSyncEnabled: true, mailEnabled: true },
      "mailEnabledSecurity",
      "Active Directory",
    ],
    [
      "dynamic",
      { groupTypes: ["Unified", "DynamicMembership"], mailEnabled: true },
      "microsoft365",
      "membershipRule",
    ],
    ["role-assignable", { isAssignableToRole: true }, "security", "directory role"],
  ])("that is %s has a kind and a route", async (_name, own, kind, route) => {
    const found = routeOf(group(own));
    expect(kindOf(group(own))).toBe(kind);
    expect("target" in found ? found.target : found.refused).toContain(route);
    if (route === "graph") {
      assertChangeable(group(own));
      return;
    }
    if (route === "exchange") assertChangeable(group(own), { hasExchange: true });
    const fault = await faultOf(() => assertChangeable(group(own)));
    expect(fault.kind).toBe(route === "Active Directory" ? "onPremises" : "invalid");
    expect(fault.message).toContain(route === "exchange" ? "Exchange Online masters it" : route);
  });

  it("without a property that decides is a fault", async () => {
    const { graph } = clientOf([reply(200, { ...group(), onPremisesSyncEnabled: undefined })]);
    expect((await faultOf(groupById(idOf(10))({ graph }))).message).toContain(
      "did not return onPremisesSyncEnabled",
    );
  });

  it("is proven missing by a second look of another kind", async () => {
    const { graph } = clientOf([absent(idOf(10)), searched([])]);
    expect(await faultOf(groupById(idOf(10))({ graph }))).toMatchObject({
      kind: "missing",
      isProven: true,
    });
  });
});

describe("the groups that can be changed", () => {
  it("are requested by kind, across pages, with an advanced query", async () => {
    const link = `${root}/groups?$skiptoken=1`;
    const { graph, sent } = clientOf([
      listed([group()], { "@odata.nextLink": link }),
      listed([group({ id: idOf(11) })]),
    ]);
    expect((await all(changeableGroups(["security"])({ graph }))).map(({ id }) => id)).toEqual([
      idOf(10),
      idOf(11),
    ]);
    expect(requestsIn(sent)[0]).toContain(
      "&$filter=((mailEnabled eq false) and (securityEnabled eq true)) and " +
        "(not(groupTypes/any(one:one eq 'DynamicMembership'))) and " +
        "(onPremisesSyncEnabled ne true)&$top=999&$count=true",
    );
    expect(sent.map(({ headers }) => headers["consistencylevel"])).toEqual([
      "eventual",
      "eventual",
    ]);
  });

  it("without a property that was requested in addition are a fault", async () => {
    const { graph, sent } = clientOf([listed([group()])]);
    const reading = all(changeableGroups(["security"], ["description"])({ graph }));
    expect((await faultOf(reading)).message).toContain(
      `did not return description of group ${idOf(10)}`,
    );
    expect(requestsIn(sent)[0]).toContain(",description");
  });

  it("are judged again by what they are", async () => {
    const { graph } = clientOf([
      listed([
        group({ ...unified, id: idOf(20) }),
        group({ ...unified, id: idOf(21), onPremisesSyncEnabled: true }),
        group({ ...unified, id: idOf(22), groupTypes: ["Unified", "DynamicMembership"] }),
        group({ ...unified, id: idOf(23), isAssignableToRole: true }),
        group({ id: idOf(24) }),
      ]),
    ]);
    expect((await all(changeableGroups(["microsoft365"])({ graph }))).map(({ id }) => id)).toEqual([
      idOf(20),
    ]);
  });
});

describe("a membership", () => {
  const of = { group: idOf(10), member: idOf(1) };

  it("is read from the user's groups, an ownership from the group's owners", async () => {
    const { graph, sent } = clientOf([listed([group()]), listed([]), listed([ann]), listed([])]);
    expect([
      await isMember(group(), ann)({ graph }),
      await isMember(group(), ann)({ graph }),
      await isOwner(group(), ann)({ graph }),
      await isOwner(group(), ann)({ graph }),
    ]).toEqual([true, false, true, false]);
    expect([requestsIn(sent)[0], requestsIn(sent)[2]]).toEqual([
      `GET /users/${idOf(1)}/memberOf/microsoft.graph.group?$select=id&$top=999`,
      `GET /groups/${idOf(10)}/owners?$select=id&$top=999`,
    ]);
  });

  it("is added by reference and removed through $ref", () => {
    expect(addingMember(group(), ann, false)).toMatchObject({
      operation: "POST /groups/{group}/members/$ref",
      parameters: of,
      sentence: `Add "Ann" <ann@contoso.com> (${idOf(1)}) to group "Nurses" (${idOf(10)})`,
      before: { isMember: false },
      isInPlace: false,
    });
    expect(removingMember(group(), ann, true)).toMatchObject({
      operation: "DELETE /groups/{group}/members/{member}/$ref",
      parameters: of,
      isInPlace: false,
      isRemoval: true,
    });
    expect(addingOwner(group(), ann, true)).toMatchObject({
      operation: "POST /groups/{group}/owners/$ref",
      parameters: { group: idOf(10), owner: idOf(1) },
      isInPlace: true,
    });
    expect(removingOwner(group(), ann, false)).toMatchObject({
      operation: "DELETE /groups/{group}/owners/{owner}/$ref",
      parameters: { group: idOf(10), owner: idOf(1) },
      isInPlace: true,
      isRemoval: true,
    });
  });

  /** A tenant in which the group, the user, or both exist, and the user belongs to the group or not. */
  const tenant = ({ hasGroup = true, hasUser = true, belongs = false } = {}) =>
    tenantOf((request, { body = "" }) => {
      if (request === "POST /$batch" && body.includes("/users?"))
        return searched(hasUser ? [ann] : []);
      if (request === "POST /$batch") return searched(hasGroup ? [group()] : []);
      if (request.includes("/users/") && !hasUser) return absent(idOf(1));
      if (request.includes("/groups/") && !hasGroup) return absent(idOf(10));
      if (request.endsWith("/memberOf/microsoft.graph.group"))
        return listed(belongs ? [group()] : []);
      if (request.endsWith("/owners")) return listed(belongs ? [ann] : []);
      return reply(200, request.includes("/users/") ? ann : group());
    });
  const proven = (what: string) => ({
    kind: "missing",
    isProven: true,
    message: `${what} does not exist.`,
  });
  const look = async (step: ReturnType<typeof addingMember>, at: Parameters<typeof tenant>[0]) =>
    await (step.isInEffect?.(tenant(at)) ?? Promise.reject(new Error("the step has no look")));

  it.each([
    ["addingMember", addingMember(group(), ann, false)],
    ["addingOwner", addingOwner(group(), ann, false)],
  ])(
    "%s is in effect when it is listed, and tells apart what does not exist",
    async (_name, step) => {
      expect(await look(step, { belongs: true })).toBe(true);
      expect(await look(step, {})).toBe(false);
      expect(await faultOf(look(step, { hasGroup: false }))).toMatchObject(
        proven(`Group ${idOf(10)}`),
      );
      expect(await faultOf(look(step, { hasUser: false }))).toMatchObject(
        proven(`User ${idOf(1)}`),
      );
    },
  );

  it("removingMember is in effect when it is not listed, also when the group does not exist", async () => {
    const step = removingMember(group(), ann, true);
    expect(await look(step, { belongs: true })).toBe(false);
    expect(await look(step, {})).toBe(true);
    expect(await look(step, { hasGroup: false })).toBe(true);
    expect(await faultOf(look(step, { hasUser: false }))).toMatchObject(proven(`User ${idOf(1)}`));
  });

  it("removingOwner is in effect when it is not listed, and a group that does not exist is named", async () => {
    const step = removingOwner(group(), ann, true);
    expect(await look(step, { belongs: true })).toBe(false);
    expect(await look(step, {})).toBe(true);
    expect(await faultOf(look(step, { hasGroup: false }))).toMatchObject(
      proven(`Group ${idOf(10)}`),
    );
  });
});

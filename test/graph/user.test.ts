import { describe, expect, it } from "vitest";
import { managerOf, removingManager, settingManager } from "../../lib/graph/manager.ts";
import { operations } from "../../lib/graph/target.ts";
import { userById, userLookup, userOf, userSearch, userWhere } from "../../lib/graph/user.ts";
import { differenceOf, revokingSessions, userChange } from "../../lib/graph/userChange.ts";
import {
  absent,
  clientOf,
  faultOf,
  idOf,
  listed,
  refusal,
  reply,
  requestsIn,
  searched,
  tenantOf,
} from "./scripted.ts";

const ann = (own: Record<string, unknown> = {}) =>
  userOf({ id: idOf(1), displayName: "Ann", userPrincipalName: "ann@contoso.com", ...own });
const bob = userOf({ id: idOf(2), displayName: "Bob", userPrincipalName: "bob@contoso.com" });
const select = "$select=id,displayName,userPrincipalName";

describe("a user by ID", () => {
  it("is read with the properties that are requested", async () => {
    const { graph, sent } = clientOf([reply(200, ann({ jobTitle: null }))]);
    expect(await userById(idOf(1), ["jobTitle"])({ graph })).toEqual(ann({ jobTitle: null }));
    expect(requestsIn(sent)).toEqual([`GET /users/${idOf(1)}?${select},jobTitle`]);
  });

  it("is proven missing by a second look of another kind", async () => {
    const { graph, sent } = clientOf([absent(idOf(1)), searched([])]);
    expect(await faultOf(userById(idOf(1))({ graph }))).toMatchObject({
      kind: "missing",
      isProven: true,
      message: `User ${idOf(1)} does not exist.`,
    });
    const { requests } = JSON.parse(sent[1]?.body ?? "") as { requests: { url: string }[] };
    expect(requests.map(({ url }) => decodeURIComponent(url))).toEqual([
      `/users?$select=id&$filter=id eq '${idOf(1)}'`,
      `/users?$select=id&$filter=id eq '${idOf(1)}'&$count=true`,
    ]);
  });

  it("is not ready when the second look finds it", async () => {
    const { graph } = clientOf([absent(idOf(1)), searched([ann()])]);
    expect((await faultOf(userById(idOf(1))({ graph }))).kind).toBe("notReady");
  });

  it("is not missing because of any other fault", async () => {
    const { graph, sent } = clientOf([refusal(403, "Authorization_RequestDenied", "no")]);
    expect((await faultOf(userById(idOf(1))({ graph }))).kind).toBe("denied");
    expect(sent).toHaveLength(1);
  });

  it("without a requested property is a fault", async () => {
    const { graph } = clientOf([reply(200, ann())]);
    expect((await faultOf(userById(idOf(1), ["jobTitle"])({ graph }))).message).toContain(
      "did not return jobTitle",
    );
  });

  it("has an ID", async () => {
    expect((await faultOf(() => userById("ann@contoso.com"))).kind).toBe("invalid");
  });
});

describe("a user by a property", () => {
  it("is the one that has exactly the value", async () => {
    const found = [ann({ employeeId: "o'1" }), { ...bob, employeeId: "ó'1" }];
    const { graph, sent } = clientOf([listed(found)]);
    expect(await userWhere("employeeId", "O'1")({ graph })).toEqual(found[0]);
    expect(requestsIn(sent)).toEqual([
      `GET /users?${select},employeeId&$filter=employeeId eq 'O''1'&$top=10`,
    ]);
  });

  it("is found in a nested property, with an advanced query", async () => {
    const user = ann({ onPremisesExtensionAttributes: { extensionAttribute1: "x" } });
    const { graph, sent } = clientOf([listed([user])]);
    const property = "onPremisesExtensionAttributes/extensionAttribute1";
    expect(await userWhere(property, "x")({ graph })).toEqual(user);
    expect(requestsIn(sent)[0]).toContain(
      `${select},onPremisesExtensionAttributes&$filter=${property} eq 'x'`,
    );
    expect(sent[0]?.headers["consistencylevel"]).toBe("eventual");
  });

  it("is undefined when there is none", async () => {
    const { graph } = clientOf([listed([])]);
    expect(await userWhere("mail", "x@contoso.com")({ graph })).toBeUndefined();
  });

  it("is ambiguous when several have it, and all are named", async () => {
    const { graph } = clientOf([listed([ann({ mail: "x" }), { ...bob, mail: "X" }])]);
    const fault = await faultOf(userWhere("mail", "x")({ graph }));
    expect(fault.kind).toBe("ambiguous");
    for (const part of ['2 users have the mail "x"', "ann@contoso.com", "bob@contoso.com"])
      expect(fault.message).toContain(part);
  });

  it("without the property in the answer is a fault, not nobody", async () => {
    const { graph } = clientOf([listed([ann()])]);
    expect((await faultOf(userWhere("mail", "x")({ graph }))).message).toContain(
      "did not return mail",
    );
  });
});

describe("the step that writes what differs", () => {
  const extension = (one: string | null, two: string | null) => ({
    onPremisesExtensionAttributes: { extensionAttribute1: one, extensionAttribute2: two },
  });

  it.each<[string, Record<string, unknown>, Parameters<typeof differenceOf>[1], unknown]>([
    ["one of two", { jobTitle: "A", city: "B" }, { jobTitle: "A", city: "C" }, { city: "C" }],
    ["an empty text as null", { jobTitle: "A" }, { jobTitle: "" }, { jobTitle: null }],
    ["a list", { businessPhones: ["1"] }, { businessPhones: ["2"] }, { businessPhones: ["2"] }],
    ["upper case", { jobTitle: "nurse" }, { jobTitle: "Nurse" }, { jobTitle: "Nurse" }],
    [
      "what differs in a nested object",
      extension("a", "b"),
      extension("a", "c"),
      { onPremisesExtensionAttributes: { extensionAttribute2: "c" } },
    ],
    [
      "both parts of employeeOrgData",
      { employeeOrgData: { division: "D", costCenter: "1" } },
      { employeeOrgData: { costCenter: "2" } },
      { employeeOrgData: { division: "D", costCenter: "2" } },
    ],
    [
      "both parts of employeeOrgData that has none",
      { employeeOrgData: null },
      { employeeOrgData: { costCenter: "2" } },
      { employeeOrgData: { division: null, costCenter: "2" } },
    ],
  ])("sends %s", (_what, read, wanted, changes) => {
    expect(differenceOf(ann(read), wanted).steps[0]).toMatchObject({
      operation: "PATCH /users/{user}",
      parameters: { user: idOf(1), ...(changes as object) },
    });
    const [step] = differenceOf(ann(read), wanted).steps;
    expect(Object.keys(step?.parameters ?? {})).toEqual([
      "user",
      ...Object.keys(changes as object),
    ]);
  });

  it.each<[Record<string, unknown>, Parameters<typeof differenceOf>[1]]>([
    [{ jobTitle: "A" }, { jobTitle: "A" }],
    [{ jobTitle: null }, { jobTitle: "" }],
    [{ businessPhones: [] }, { businessPhones: [] }],
    [{ mail: null }, { mail: null }],
    [extension("a", null), { onPremisesExtensionAttributes: { extensionAttribute2: "" } }],
  ])("is none when %j already is %j", (read, wanted) => {
    expect(differenceOf(ann(read), wanted).steps).toEqual([]);
  });

  it("has a sentence, the values before, and a look that reads them", async () => {
    const [step] = differenceOf(ann({ jobTitle: "A", city: null }), {
      jobTitle: "B",
      city: "C",
    }).steps;
    expect(step).toMatchObject({
      sentence: `Set jobTitle, city of user "Ann" <ann@contoso.com> (${idOf(1)})`,
      before: { jobTitle: "A", city: null },
    });
    const looks = [ann({ jobTitle: "B", city: null }), ann({ jobTitle: "B", city: "C" })];
    const { graph, sent } = clientOf(looks.map((look) => reply(200, look)));
    expect([await step?.isInEffect?.({ graph }), await step?.isInEffect?.({ graph })]).toEqual([
      false,
      true,
    ]);
    expect(requestsIn(sent)[0]).toBe(`GET /users/${idOf(1)}?${select},jobTitle,city`);
  });

  it("refuses to clear what cannot be cleared", async () => {
    for (const name of ["displayName", "mail", "usageLocation"])
      expect(
        (await faultOf(() => differenceOf(ann({ [name]: "x" }), { [name]: "" }))).message,
      ).toContain(name);
  });

  it("does not compare with a property that was not read", async () => {
    const fault = await faultOf(() => differenceOf(ann(), { city: "x" }));
    expect([fault.kind, fault.message.includes("was read without city")]).toEqual([
      "unexpected",
      true,
    ]);
  });
});

describe("enabling, disabling and revoking", () => {
  it("is a step of its own, and looks at it", async () => {
    const read = ann({ accountEnabled: true, jobTitle: "A" });
    const [profile, step] = differenceOf(read, { accountEnabled: false, jobTitle: "B" }).steps;
    expect(profile?.parameters).toEqual({ user: idOf(1), jobTitle: "B" });
    expect(step).toMatchObject({
      operation: "PATCH /users/{user}",
      parameters: { user: idOf(1), accountEnabled: false },
      before: { accountEnabled: true },
      sentence: `Disable the account "Ann" <ann@contoso.com> (${idOf(1)})`,
    });
    const { graph } = clientOf([reply(200, ann({ accountEnabled: false }))]);
    expect(await step?.isInEffect?.({ graph })).toBe(true);
  });

  it("of sessions shows when the time since which they count has changed", async () => {
    const [before, after] = ["2026-11-28T08:00:00Z", "2026-11-29T08:00:00Z"] as const;
    const step = revokingSessions(ann({ signInSessionsValidFromDateTime: before }));
    expect(step).toMatchObject({
      operation: "POST /users/{user}/revokeSignInSessions",
      parameters: { user: idOf(1) },
    });
    const looks = [before, after].map((time) =>
      reply(200, ann({ signInSessionsValidFromDateTime: time })),
    );
    const { graph } = clientOf(looks);
    expect([await step.isInEffect?.({ graph }), await step.isInEffect?.({ graph })]).toEqual([
      false,
      true,
    ]);
  });
});

describe("a manager", () => {
  it("is read, or is none, or the user does not exist", async () => {
    const { graph } = clientOf([
      reply(200, bob),
      absent("manager"),
      absent(idOf(1)),
      absent(idOf(1)),
      searched([]),
    ]);
    expect(await managerOf(idOf(1))({ graph })).toEqual(bob);
    expect(await managerOf(idOf(1))({ graph })).toBeUndefined();
    expect(await faultOf(managerOf(idOf(1))({ graph }))).toMatchObject({
      kind: "missing",
      isProven: true,
      message: `User ${idOf(1)} does not exist.`,
    });
  });

  it("is set by reference, and a look proves it", async () => {
    const step = settingManager(ann(), idOf(2), undefined);
    expect(step).toMatchObject({
      operation: "PUT /users/{user}/manager/$ref",
      parameters: { user: idOf(1), manager: idOf(2) },
      before: { manager: null },
      isInPlace: false,
    });
    const { graph } = clientOf([reply(200, bob)]);
    expect(await step.isInEffect?.({ graph })).toBe(true);
    expect(settingManager(ann(), idOf(2), bob).isInPlace).toBe(true);
  });

  it("that is another one or does not exist is not in effect", async () => {
    const step = settingManager(ann(), idOf(2), undefined);
    const other = tenantOf((request) =>
      request.endsWith("/manager") ? reply(200, { ...bob, id: idOf(3) }) : reply(200, bob),
    );
    expect(await step.isInEffect?.(other)).toBe(false);
    const none = tenantOf((request) => {
      if (request.endsWith("/manager")) return absent("manager");
      return request === "POST /$batch" ? searched([]) : absent(idOf(2));
    });
    expect(await faultOf(step.isInEffect?.(none) ?? Promise.resolve())).toMatchObject({
      isProven: true,
      message: `User ${idOf(2)} does not exist.`,
    });
  });

  it("is removed, and a look proves it", async () => {
    const step = removingManager(ann(), bob);
    expect(step).toMatchObject({
      operation: "DELETE /users/{user}/manager/$ref",
      parameters: { user: idOf(1) },
      before: { manager: idOf(2) },
      isInPlace: false,
    });
    const { graph } = clientOf([reply(200, bob), absent("manager")]);
    expect([await step.isInEffect?.({ graph }), await step.isInEffect?.({ graph })]).toEqual([
      false,
      true,
    ]);
  });
});

it("what an action needs is declared by its nouns, each operation once", () => {
  expect(operations(userLookup, userSearch, userChange(["jobTitle"])).operations).toEqual({
    "GET /users": ["$filter", "$select", "$top"],
    "GET /users/{user}": ["$select", "user"],
    "PATCH /users/{user}": ["jobTitle", "user"],
  });
});

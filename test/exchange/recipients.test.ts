import { describe, expect, it } from "vitest";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { Recipients } from "../../lib/exchange/recipients.ts";
import { guidOf, tenantOf } from "./answering.ts";
import { endpoint, faultOf, reply, rows } from "./scripted.ts";

const row = (index: number, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(index),
  ExternalDirectoryObjectId: guidOf(100 + index),
  WindowsLiveID: `user${index}@contoso.com`,
  PrimarySmtpAddress: `first.last${index}@contoso.com`,
  Name: `name-${index}`,
  DisplayName: `Display ${index}`,
  RecipientTypeDetails: "UserMailbox",
  ...own,
});
const user = (index: number, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(index),
  Name: `name-${index}`,
  DisplayName: `Display ${index}`,
  Sid: `S-1-5-21-1-2-3-${index}`,
  UserPrincipalName: `user${index}@contoso.com`,
  SamAccountName: `sam${index}`,
  DistinguishedName: `CN=name-${index},OU=x`,
  LegacyExchangeDN: `/o=x/cn=${index}`,
  ...own,
});
const more = {
  "@adminapi.warnings": ["There are more results available than are currently displayed."],
};

/** What the texts are resolved to in a tenant of these recipients and users. No tenant is without users. */
function tenantWith(recipients: unknown[], users: unknown[] = [user(90)]) {
  const tenant = tenantOf({ "Get-Recipient": () => recipients, "Get-User": () => users });
  return { ...tenant, ...listed(tenant.exchange) };
}

/** The recipients of a tenant, as they are read for many mailboxes. */
function listed(exchange: Exchange, areFew = false) {
  const list = new Recipients(["UserMailbox"], exchange);
  const isLeft = list.listUnless(Promise.resolve(areFew));
  const resolve = async (text: string) => {
    await isLeft;
    list.want([text]);
    await list.settle();
    return list.resolve(text);
  };
  return { list, resolve };
}

describe("a trustee", () => {
  it.each([
    ["Guid", guidOf(1).toUpperCase()],
    ["the directory's id", guidOf(101)],
    ["user principal name", "USER1@contoso.com"],
    ["primary address", "first.last1@contoso.com"],
  ])("is known by its %s", async (_name, text) => {
    const { resolve, asked } = tenantWith([row(1), row(2)], [user(1)]);
    expect(await resolve(text)).toEqual({ guid: guidOf(1) });
    expect(asked.map(({ cmdlet }) => cmdlet)).toEqual(["Get-Recipient"]);
  });

  it.each([
    ["name", "name-1"],
    ["name with white space around", " name-1 "],
    ["security identifier", "s-1-5-21-1-2-3-1"],
    ["user principal name that is no sign-in name", "other@contoso.com"],
    ["account name with its domain", "CONTOSO\\sam1"],
    ["distinguished name", "cn=name-1,ou=x"],
    ["legacy name", "/o=x/cn=1"],
  ])("is looked for among all users by its %s, which are read once", async (_name, text) => {
    const { resolve, asked } = tenantWith(
      [row(1), row(2)],
      [user(1, { UserPrincipalName: "other@contoso.com" }), user(2)],
    );
    expect(await Promise.all([resolve(text), resolve("nobody"), resolve(text)])).toEqual([
      { guid: guidOf(1) },
      "unknown",
      { guid: guidOf(1) },
    ]);
    expect(asked.map(({ cmdlet, parameters }) => [cmdlet, parameters])).toEqual([
      ["Get-Recipient", { ResultSize: "Unlimited" }],
      ["Get-User", { ResultSize: "Unlimited" }],
    ]);
  });

  it.each([
    ["its domain", "CONTOSO\\name-1"],
    ["two", "A\\CONTOSO\\sam1"],
    ["none behind it", "CONTOSO\\"],
  ])("is not known by another name with %s before it", async (_name, text) => {
    expect(await tenantWith([row(1)], [user(1)]).resolve(text)).toBe("unknown");
  });

  it("is found by the usual names before the rare ones", async () => {
    const { resolve } = tenantWith(
      [row(1, { Name: "jan" }), row(2)],
      [user(2, { SamAccountName: "jan" })],
    );
    await resolve("nobody");
    expect([await resolve("jan"), await resolve("CONTOSO\\jan")]).toEqual([
      { guid: guidOf(1) },
      { guid: guidOf(2) },
    ]);
  });

  it("with a rare name that two users have can be either of them", async () => {
    expect(
      await tenantWith([row(1)], [user(1), user(2, { SamAccountName: "SAM1" })]).resolve("X\\sam1"),
    ).toEqual({ candidates: [guidOf(1), guidOf(2)] });
  });

  it("with a name that several recipients have can be any of them", async () => {
    const { resolve } = tenantWith(
      [row(1, { DisplayName: "Jan" }), row(2, { DisplayName: "JAN" }), row(3, { Name: "jan" })],
      [user(1)],
    );
    expect(await resolve("Jan")).toEqual({ candidates: [guidOf(1), guidOf(2), guidOf(3)] });
    expect(await resolve("name-1")).toEqual({ guid: guidOf(1) });
  });

  it("with a name that a user without a mailbox has too can be either of them", async () => {
    expect(
      await tenantWith(
        [row(1)],
        [user(1), user(2, { Name: "other", DisplayName: "name-1" })],
      ).resolve("name-1"),
    ).toEqual({ candidates: [guidOf(1), guidOf(2)] });
  });

  it("with a display name only can be a deleted account, which no list shows", async () => {
    expect(await tenantWith([row(1)], [user(1)]).resolve("display 1")).toEqual({
      candidates: [guidOf(1)],
    });
  });

  it("in the form of an identifier is the recipient with it, regardless of names", async () => {
    const { list, resolve } = tenantWith([
      row(1),
      row(2, { Name: "user1@contoso.com", DisplayName: "first.last1@contoso.com" }),
      row(3, { DisplayName: guidOf(101) }),
    ]);
    for (const text of ["user1@contoso.com", "first.last1@contoso.com", guidOf(101)])
      expect(await resolve(text)).toEqual({ guid: guidOf(1) });
    // A list that names recipients by free text may mean either of them.
    expect([1, 2].map((index) => list.isNamed(guidOf(index), "user1@contoso.com"))).toEqual([
      false,
      false,
    ]);
    expect([1, 2].map((index) => list.isNamed(guidOf(index), "Name-1"))).toEqual([true, false]);
  });

  it("with a name that one recipient has twice is that recipient", async () => {
    expect(
      await tenantWith([
        row(1, { Name: "jan", DisplayName: "Jan" }),
        row(1, { Name: "jan" }),
      ]).resolve("jan"),
    ).toEqual({ guid: guidOf(1) });
  });

  it("is one recipient, in whatever case its Guid is written and with white space in its names", async () => {
    for (const [one, other] of [
      [guidOf(11), guidOf(11).toUpperCase()],
      [guidOf(11).toUpperCase(), guidOf(11)],
    ] as const) {
      expect(
        await tenantWith([
          row(11, { Guid: one, Name: " jan " }),
          row(11, { Guid: other, Name: "jan" }),
        ]).resolve("jan"),
      ).toEqual({ guid: one });
    }
  });

  it("without a name is not resolved, even when others lack a name too", async () => {
    expect(
      await tenantWith([row(1, { Name: "", DisplayName: null }), row(2, { Name: " " })]).resolve(
        "",
      ),
    ).toBe("unknown");
  });

  it("is the same whichever list was read first", async () => {
    const { resolve } = tenantWith(
      [row(1, { Name: "jan" }), row(2)],
      [user(2, { SamAccountName: "jan" })],
    );
    const before = await resolve("jan");
    await resolve("S-1-5-21-9-9-9-9");
    expect(await resolve("jan")).toEqual(before);
  });

  it("is the same in both lists when they write its Guid in another case", async () => {
    const { resolve } = tenantWith([row(11)], [user(11, { Guid: guidOf(11).toUpperCase() })]);
    await resolve("S-1-5-21-9-9-9-9");
    expect(await resolve("user11@contoso.com")).toEqual({ guid: guidOf(11) });
  });
});

describe("the recipients", () => {
  it("are compared by type", async () => {
    const { list } = tenantWith([
      row(10),
      row(11, { RecipientTypeDetails: "GuestMailUser" }),
      row(13, { Guid: guidOf(13).toUpperCase() }),
    ]);
    await list.settle();
    expect(
      [guidOf(10).toUpperCase(), guidOf(11), guidOf(12), guidOf(13)].map((guid) =>
        list.isOneOf(guid),
      ),
    ).toEqual([true, false, false, true]);
  });

  it("are read to the last page", async () => {
    const { exchange } = tenantOf({
      "Get-Recipient": ({ url }) =>
        url.includes("p=2") ? [row(2)] : rows([row(1)], { "@odata.nextLink": `${endpoint}?p=2` }),
    });
    const { list } = listed(exchange);
    await list.settle();
    expect(list.isNamed(guidOf(2), "name-2")).toBe(true);
  });

  it.each<[string, ReturnType<typeof rows>, string]>([
    ["one has no Guid", rows([row(1, { Guid: null })]), "without a Guid"],
    [
      "one has no display name, not even an empty one",
      rows([row(1, { DisplayName: undefined })]),
      "did not return DisplayName of recipient",
    ],
    [
      "there are more than were given",
      rows([row(1)], more),
      "more results of Get-Recipient than it returned",
    ],
    ["they may not be read", reply(403), "may not run Get-Recipient"],
    ["there is none", rows([]), "returned no recipients"],
  ])("are a fault when %s", async (_name, answer, message) => {
    expect(
      (
        await faultOf(
          listed(tenantOf({ "Get-Recipient": () => answer }).exchange).resolve("user1@contoso.com"),
        )
      ).message,
    ).toContain(message);
  });

  it("are a fault when the list of users cannot be read, for everyone who needs it", async () => {
    const { exchange } = tenantOf({
      "Get-Recipient": () => [row(1)],
      "Get-User": () => reply(403),
    });
    const { resolve } = listed(exchange);
    for (const text of ["a", "b"])
      expect(await faultOf(resolve(text))).toMatchObject({ kind: "denied" });
  });

  it("are a fault when there are no users, though mailboxes have one each", async () => {
    const { resolve } = tenantWith([row(1)], []);
    expect(await faultOf(resolve("S-1-5-21-1-2-3-4"))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("returned no users") as string,
    });
  });

  it("are a fault when the service reports that there are more users", async () => {
    const { exchange } = tenantOf({
      "Get-Recipient": () => [row(1)],
      "Get-User": () => rows([user(1)], more),
    });
    expect(await faultOf(listed(exchange).resolve("S-1-5-21-1-2-3-4"))).toMatchObject({
      kind: "unexpected",
    });
  });
});

import { describe, expect, it } from "vitest";
import {
  accountById,
  accountOrFormerById,
  assertHasMailbox,
  hasNamesake,
  isAccount,
  mayBeAccount,
  withSid,
  type Account,
} from "../../lib/exchange/account.ts";
import { calledIn, guidOf } from "./answering.ts";
import { clientOf, cut, faultOf, notFound, reply, rows, type Scripted } from "./scripted.ts";

const names = {
  Guid: guidOf(1),
  DisplayName: "Jan de Vries",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan.de.vries@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  Name: "jan-1",
  DistinguishedName: "CN=jan-1,OU=contoso",
  ExternalDirectoryObjectId: guidOf(2),
};
const byId = (answer: Scripted, id = guidOf(1)): Promise<Account> =>
  accountById(id)(clientOf([answer]));

describe("an account by its reference", () => {
  it("is requested with every name it may be listed by", async () => {
    const { exchange, sent } = clientOf([rows([names])]);
    expect(await accountById(guidOf(1))({ exchange })).toEqual(names);
    expect(sent[0] && calledIn(sent[0])).toEqual({
      CmdletName: "Get-Mailbox",
      Parameters: { Identity: guidOf(1) },
    });
    expect(new URL(sent[0]?.url ?? "").searchParams.get("$select")?.split(",").sort()).toEqual(
      Object.keys(names).sort(),
    );
  });

  it.each([null, undefined])("may lack a name: %j", async (value) => {
    expect(await byId(rows([{ ...names, ExternalDirectoryObjectId: value }]))).toMatchObject({
      ExternalDirectoryObjectId: "",
    });
  });

  it.each([null, undefined, ""])("is refused without a distinguished name: %j", async (value) => {
    expect(await faultOf(byId(rows([{ ...names, DistinguishedName: value }])))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("DistinguishedName") as string,
    });
  });

  it.each<[string, Scripted]>([
    ["says so", notFound(guidOf(1))],
    ["returns none", rows([])],
  ])("is missing when the service %s and knows no recipient and no user", async (_name, answer) => {
    const gone = notFound(guidOf(1));
    expect(
      await faultOf(accountById(guidOf(1))(clientOf([answer, gone, gone, gone, rows([]), gone]))),
    ).toMatchObject({
      kind: "missing",
      isProven: true,
      message: `The account's mailbox (${guidOf(1)}) does not exist.`,
    });
  });

  it("is not missing while a second read has no answer", async () => {
    const gone = notFound(guidOf(1));
    for (const answers of [[rows([])], [gone, rows([])], [gone, gone, rows([])]])
      expect(
        await faultOf(accountById(guidOf(1))(clientOf([notFound(guidOf(1)), ...answers]))),
      ).toMatchObject({ kind: "unexpected" });
  });

  it.each<[string, Scripted[]]>([
    ["as a recipient", []],
    ["as a user", [notFound(guidOf(1))]],
  ])("is what is left of a leaver, found %s", async (_name, before) => {
    const left = { ...names, RecipientTypeDetails: "MailUser" };
    const answers = [notFound(guidOf(1)), ...before, rows([left])];
    expect(await accountOrFormerById(guidOf(1))(clientOf(answers))).toEqual(left);
    expect(await faultOf(accountById(guidOf(1))(clientOf(answers)))).toMatchObject({
      kind: "notReady",
      message: expect.stringContaining("is a MailUser and has no mailbox") as string,
    });
  });

  it.each<[string, Scripted, string]>([
    ["it may not be read", reply(403), "denied"],
    ["another one came back", rows([{ ...names, Guid: guidOf(3) }]), "unexpected"],
    ["another object was not found", notFound("DC01"), "unexpected"],
  ])("is not missing when %s", async (_name, answer, kind) => {
    expect(await faultOf(byId(answer))).toMatchObject({ kind });
  });

  it("is not missing when no answer comes", async () => {
    expect(
      await faultOf(accountById(guidOf(1))(clientOf([cut()], { forever: true }))),
    ).toMatchObject({ kind: "unavailable" });
  });

  it("is refused when the reference is not a GUID", async () => {
    expect(await faultOf(accountById("jan")(clientOf([])))).toMatchObject({
      kind: "invalid",
      message:
        'The account reference (References.Account) is "jan"; expected a GUID, a user principal name or an address.',
    });
  });
});

describe("an account", () => {
  it.each([
    ["UserMailbox", undefined],
    ["SharedMailbox", undefined],
    ["MailUser", "notReady"],
    ["User", "notReady"],
  ])("that is a %s gets rights or a fault: %j", (RecipientTypeDetails, kind) => {
    let found: unknown;
    try {
      assertHasMailbox({ ...names, RecipientTypeDetails });
    } catch (thrown) {
      found = thrown;
    }
    expect((found as { kind?: string } | undefined)?.kind).toBe(kind);
  });

  it.each([
    ["no one", [], false],
    ["itself", [1], false],
    ["another one", [1, 2], true],
  ])("shares its name with %s", async (_name, found, expected) => {
    const client = clientOf([rows(found.map((index) => ({ Guid: guidOf(index) })))]);
    expect(await hasNamesake({ ...names })(client)).toBe(expected);
  });
});

describe("an account with its security identifier", () => {
  const account: Account = { ...names };
  const sid = "S-1-5-21-1-2-3-1001";

  it("is requested as a user, and then also known by the identifier", async () => {
    const { exchange, sent } = clientOf([rows([{ Guid: guidOf(1).toUpperCase(), Sid: sid }])]);
    const known = await withSid(account)({ exchange });
    expect(sent.map(calledIn)).toEqual([
      { CmdletName: "Get-User", Parameters: { Identity: guidOf(1) } },
    ]);
    expect([
      isAccount(known, sid.toLowerCase()),
      isAccount(account, sid),
      isAccount(known, "jan@contoso.com"),
    ]).toEqual([true, false, true]);
  });

  it.each<[string, unknown[]]>([
    ["another user", [{ Guid: guidOf(2), Sid: sid }]],
    ["none", []],
    ["one without", [{ Guid: guidOf(1), Sid: null }]],
  ])("has none when %s comes back", async (_name, found) => {
    const known = await withSid(account)(clientOf([rows(found)]));
    expect([isAccount(known, sid), isAccount(known, "")]).toEqual([false, false]);
  });

  it("has none when the user is not found, and is a fault when the look-up fails", async () => {
    expect(await withSid(account)(clientOf([notFound(guidOf(1))]))).toMatchObject({ sid: "" });
    expect(await faultOf(withSid(account)(clientOf([reply(403)])))).toMatchObject({
      kind: "denied",
    });
  });
});

describe("a trustee in a list", () => {
  const account: Account = { ...names, ExternalDirectoryObjectId: "" };

  it.each([
    [guidOf(1).toUpperCase(), true, true],
    ["JAN@contoso.com", true, true],
    ["jan.de.vries@contoso.com", true, true],
    ["cn=jan-1,ou=contoso", true, true],
    // Anybody can be called that, and what a list shows can be another one's.
    ["jan DE vries", false, true],
    ["Jan-1", false, true],
    ["", false, false],
    ["jan", false, false],
    ["UserMailbox", false, false],
  ])("%j: is the account %s, may be %s", (text, is, mayBe) => {
    expect([isAccount(account, text), mayBeAccount(account, text)]).toEqual([is, mayBe]);
  });

  it("with the directory's own id is the account, when the id is known", () => {
    expect(isAccount({ ...names }, guidOf(2))).toBe(true);
    expect(isAccount(account, guidOf(2))).toBe(false);
  });

  it("without a name is no match, also when the account lacks one", () => {
    expect(mayBeAccount({ ...account, DisplayName: "", Name: "" }, "")).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quoted } from "../../lib/graphemes.ts";
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import {
  booleanProperty,
  mailboxById,
  mailboxOrFormerById,
  mailboxesWhere,
  mailboxProperty,
  type Mailbox,
} from "../../lib/exchange/mailbox.ts";
import { mailboxesOf } from "../../lib/exchange/mailboxList.ts";
import { tokenSource } from "../../lib/auth/token.ts";
import { httpTransport } from "../../lib/net/transport.ts";
import { usersWhere } from "../../lib/exchange/user.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { all, calledIn } from "./answering.ts";
import {
  clientOf,
  cut,
  endpoint,
  faultOf,
  notFound,
  reply,
  rows,
  timeOf,
  type Scripted,
} from "./scripted.ts";
import { maxNamed, nameOf } from "../../lib/exchange/naming.ts";

const guidOf = (index: number): string =>
  `0b1ec700-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
const row = (index: number, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Name ${index}`,
  UserPrincipalName: `user${index}@contoso.com`,
  PrimarySmtpAddress: `user${index}@contoso.com`,
  RecipientTypeDetails: "UserMailbox",
  ...own,
});

async function look(
  property: string,
  value: string,
  found: unknown[],
  alsoRead: string[] = [],
): Promise<Mailbox[]> {
  return await mailboxesWhere(property, value, alsoRead)(clientOf([rows(found)]));
}

describe("a look-up of mailboxes", () => {
  it("requests the property it compares, for at most one more than can be named", async () => {
    const { exchange, sent } = clientOf([rows([])]);
    await mailboxesWhere("customattribute1", "E'1", [
      "hiddenfromaddresslistsenabled",
      "NoSuchProperty",
      "Guid",
    ])({ exchange });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: {
        CmdletName: "Get-Mailbox",
        Parameters: { Filter: "CustomAttribute1 -eq 'E''1'", ResultSize: maxNamed + 1 },
      },
    });
    expect(sent[0]?.url.split("?$select=")[1]?.split(",")).toEqual([
      "Guid",
      "DisplayName",
      "UserPrincipalName",
      "PrimarySmtpAddress",
      "RecipientTypeDetails",
      "CustomAttribute1",
      "HiddenFromAddressListsEnabled",
    ]);
  });

  it("returns the rows that have the value", async () => {
    expect(await look("UserPrincipalName", "USER1@contoso.com", [row(1)])).toEqual([row(1)]);
  });

  it("leaves out mailboxes that only resemble it, or have it as an alias", async () => {
    expect(
      await look("DisplayName", "Jose", [
        row(1, { DisplayName: "José" }),
        row(2, { DisplayName: "jose" }),
      ]),
    ).toMatchObject([{ Guid: guidOf(2) }]);
    expect(
      await look("PrimarySmtpAddress", "alias@contoso.com", [
        row(1, { EmailAddresses: ["smtp:alias@contoso.com"] }),
      ]),
    ).toEqual([]);
  });

  it("finds by any address", async () => {
    expect(
      await look("EmailAddresses", "alias@contoso.com", [
        row(1, { EmailAddresses: ["SMTP:user1@contoso.com", "smtp:Alias@contoso.com"] }),
      ]),
    ).toHaveLength(1);
  });

  it("returns all when there are too many to name", async () => {
    const many = Array.from({ length: maxNamed + 1 }, (_, index) =>
      row(index, { CustomAttribute1: "x" }),
    );
    expect(await look("CustomAttribute1", "x", many)).toHaveLength(maxNamed + 1);
  });

  it("does not treat an incomplete list as a single result or an empty one", async () => {
    const alike = Array.from({ length: maxNamed }, (_, index) =>
      row(index, { DisplayName: "José" }),
    );
    for (const last of ["Jose", "José"]) {
      expect(
        await faultOf(look("DisplayName", "Jose", [...alike, row(99, { DisplayName: last })])),
      ).toMatchObject({ kind: "ambiguous" });
    }
    expect(
      await look("DisplayName", "Jose", [...alike.slice(1), row(99, { DisplayName: "Jose" })]),
    ).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>]>([
    ["no Guid", { Guid: undefined }],
    ["a Guid that is null", { Guid: null }],
    ["a Guid that is none", { Guid: "jan" }],
  ])("takes a row with %s for a fault", async (_name, own) => {
    expect(
      await faultOf(look("UserPrincipalName", "user1@contoso.com", [row(1, own)])),
    ).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("without a Guid") as string,
    });
  });

  it.each([
    "DisplayName",
    "UserPrincipalName",
    "PrimarySmtpAddress",
    "RecipientTypeDetails",
    "CustomAttribute1",
  ])("treats a row without its %s as a fault", async (name) => {
    expect(
      await faultOf(
        look("CustomAttribute1", "x", [row(1, { CustomAttribute1: "x", [name]: undefined })]),
      ),
    ).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(`did not return ${name}`) as string,
    });
  });

  it("accepts a name that is not set", async () => {
    expect(
      await look("CustomAttribute1", "x", [
        row(1, { CustomAttribute1: "x", UserPrincipalName: null }),
      ]),
    ).toMatchObject([{ UserPrincipalName: "" }]);
  });

  it.each([
    "employeeId",
    "Name -ne 'x' -or Name",
    "",
    "LitigationHoldEnabled",
    "WhenCreated",
    "ForwardingAddress",
  ])("refuses the property %j before anything is sent", async (property) => {
    expect(await faultOf(() => mailboxesWhere(property, "x", []))).toMatchObject({
      kind: "invalid",
    });
  });

  it.each(["ExchangeGuid", "guid"])("refuses a %s that is not a GUID", async (property) => {
    expect(await faultOf(() => mailboxesWhere(property, "E100001", []))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(/is "E100001"; expected a GUID\.$/) as string,
    });
    expect(() => mailboxesWhere(property, guidOf(1).toUpperCase(), [])).not.toThrow();
  });

  it("refuses a blank value before anything is sent", async () => {
    const { exchange, sent } = clientOf([]);
    expect(await faultOf(mailboxesWhere("Alias", " ", [])({ exchange }))).toMatchObject({
      kind: "invalid",
    });
    expect(sent).toEqual([]);
  });
});

describe("a mailbox by its reference", () => {
  const byId = (answer: Scripted, id = guidOf(1)): Promise<Mailbox> =>
    mailboxById(id, [])(clientOf([answer]));

  it("is requested by its Guid, with the additional properties", async () => {
    const { exchange, sent } = clientOf([rows([row(1, { Guid: guidOf(1).toUpperCase() })])]);
    expect(
      (await mailboxById(guidOf(1), ["customattribute1", "NoSuchProperty", "Guid"])({ exchange }))
        .Guid,
    ).toBe(guidOf(1).toUpperCase());
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: { CmdletName: "Get-Mailbox", Parameters: { Identity: guidOf(1) } },
    });
    expect(sent[0]?.url).toMatch(
      /\?\$select=Guid,DisplayName,UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,CustomAttribute1$/,
    );
  });

  it("is missing when there is no recipient and no user either", async () => {
    const gone = notFound(guidOf(1));
    for (const answer of [gone, rows([])])
      expect(
        await faultOf(
          mailboxById(guidOf(1), [])(clientOf([answer, gone, gone, gone, rows([]), gone])),
        ),
      ).toMatchObject({
        kind: "missing",
        isProven: true,
        message: `Mailbox ${guidOf(1)} does not exist.`,
      });
  });

  it("is not missing when another cmdlet still shows it", async () => {
    const gone = notFound(guidOf(1));
    expect(
      await faultOf(mailboxById(guidOf(1), [])(clientOf([gone, rows([row(1)])]))),
    ).toMatchObject({ kind: "notReady" });
  });

  it("is missing when it is soft-deleted, which the message mentions", async () => {
    const gone = notFound(guidOf(1));
    const answers = [gone, gone, gone, rows([row(1)])];
    expect(await faultOf(mailboxById(guidOf(1), [])(clientOf(answers)))).toMatchObject({
      kind: "missing",
      isProven: true,
    });
    expect(await mailboxOrFormerById(guidOf(1), [])(clientOf(answers))).toMatchObject({
      former: { RecipientTypeDetails: "soft-deleted UserMailbox" },
    });
  });

  it("is soft-deleted when the second look of two shows that, and one controller did not", async () => {
    const gone = notFound(guidOf(1));
    const answers = [gone, gone, gone, gone, rows([]), rows([row(1)])];
    expect(await mailboxOrFormerById(guidOf(1), [])(clientOf(answers))).toMatchObject({
      former: { RecipientTypeDetails: "soft-deleted UserMailbox" },
    });
  });

  it("is not missing when the second read fails", async () => {
    const gone = notFound(guidOf(1));
    for (const answers of [[], [gone], [gone, gone]])
      expect(
        await faultOf(mailboxById(guidOf(1), [])(clientOf([gone, ...answers, reply(403)]))),
      ).toMatchObject({ kind: "denied" });
  });

  it("is neither another mailbox nor one of several", async () => {
    expect(await faultOf(byId(rows([row(2)])))).toMatchObject({
      kind: "unexpected",
      message: `Exchange Online returned object ${guidOf(2)} for mailbox ${guidOf(1)}.`,
    });
    expect(await faultOf(byId(rows([row(1), row(2)])))).toMatchObject({
      kind: "unexpected",
      message: `Exchange Online returned 2 results for mailbox ${guidOf(1)}; expected one.`,
    });
  });

  it("identifies itself", async () => {
    expect(await faultOf(byId(rows([row(1, { Guid: "" })])))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("without a Guid") as string,
    });
    expect(await faultOf(byId(rows([row(1, { PrimarySmtpAddress: undefined })])))).toMatchObject({
      kind: "unexpected",
      message: `Exchange Online did not return PrimarySmtpAddress of mailbox ${guidOf(1)}.`,
    });
  });

  it.each([
    "",
    " ",
    "jan@contoso.com",
    "*",
    "$null",
    `{${guidOf(1)}}`,
    ` ${guidOf(1)}`,
    `${guidOf(1)}\n`,
    guidOf(1).replaceAll("-", ""),
  ])("is not requested by %j", async (id) => {
    expect(await faultOf(() => mailboxById(id, []))).toMatchObject({
      kind: "invalid",
      message: `The mailbox reference is ${id === "" ? "missing" : quoted(id)}; expected a GUID.`,
    });
  });
});

describe("all mailboxes", () => {
  const more = { "@odata.nextLink": `${endpoint}?$skiptoken=2` };
  /** The mailboxes that came, and the fault that ended them. */
  async function listed(
    answers: readonly Scripted[],
  ): Promise<{ came: string[]; fault?: unknown }> {
    const came: string[] = [];
    const list = async (): Promise<void> => {
      for await (const { Guid } of mailboxesOf(["UserMailbox"], [])(clientOf(answers)))
        came.push(Guid);
    };
    return await list().then(
      () => ({ came }),
      (fault: unknown) => ({ came, fault }),
    );
  }

  it("of the given types are requested without a limit", async () => {
    const { exchange, sent } = clientOf(Array.from({ length: 6 }, () => rows([])));
    for await (const { Guid } of mailboxesOf(
      ["UserMailbox", "SharedMailbox"],
      ["hiddenfromaddresslistsenabled"],
    )({ exchange }))
      expect(Guid).toBe("none");
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: {
        CmdletName: "Get-Mailbox",
        Parameters: {
          RecipientTypeDetails: ["UserMailbox", "SharedMailbox"],
          ResultSize: "Unlimited",
        },
      },
    });
    expect(sent[0]?.url).toMatch(/,RecipientTypeDetails,HiddenFromAddressListsEnabled$/);
    // That there are none has to be confirmed by Get-Recipient.
    expect(sent.map((request) => calledIn(request).CmdletName)).toEqual([
      ...Array.from({ length: 3 }, () => "Get-Mailbox"),
      ...Array.from({ length: 3 }, () => "Get-Recipient"),
    ]);
  });

  it("of a type that was not requested are a fault", async () => {
    const { exchange } = clientOf([rows([{ ...row(1), RecipientTypeDetails: "SharedMailbox" }])]);
    const list = mailboxesOf(["UserMailbox"], [])({ exchange });
    expect(await faultOf(() => all(list))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("a SharedMailbox; it was asked for UserMailbox") as string,
    });
  });

  it("of no types are not requested: the service would return every one", async () => {
    expect(await faultOf(() => mailboxesOf([], []))).toMatchObject({ kind: "invalid" });
  });

  it("come page by page", async () => {
    expect(
      await listed([
        rows([row(1), row(2)], more),
        rows([], { "@odata.nextLink": `${endpoint}?$skiptoken=3` }),
        rows([row(3)]),
      ]),
    ).toEqual({ came: [guidOf(1), guidOf(2), guidOf(3)] });
  });

  it("are not complete when a page cannot be had", async () => {
    expect(await listed([rows([row(1)], more), notFound("x")])).toMatchObject({
      came: [guidOf(1)],
      fault: { kind: "unexpected" },
    });
    expect(await listed([rows([row(1)], more), ...Array.from({ length: 20 }, cut)])).toMatchObject({
      came: [guidOf(1)],
      fault: { kind: "unavailable" },
    });
  });

  it("are not complete when the service reports that there are more", async () => {
    const warning = {
      "@adminapi.warnings": [
        "There are more results available than are currently displayed. To view them, increase " +
          "the value for the ResultSize parameter.",
      ],
    };
    expect(await listed([rows([row(1)], { ...more, ...warning }), rows([row(2)])])).toEqual({
      came: [guidOf(1), guidOf(2)],
    });
    expect(await listed([rows([row(1)], more), rows([row(2)], warning)])).toMatchObject({
      came: [guidOf(1)],
      fault: {
        kind: "unexpected",
        message: "Exchange Online reports more results of Get-Mailbox than it returned.",
      },
    });
  });

  it("are refused without the properties that identify them", async () => {
    expect(await listed([rows([row(1), row(2, { Guid: null })])])).toMatchObject({
      fault: { kind: "unexpected" },
    });
    expect(await listed([rows([row(1, { DisplayName: undefined })])])).toMatchObject({
      came: [],
      fault: {
        kind: "unexpected",
        message: `Exchange Online did not return DisplayName of mailbox ${guidOf(1)}.`,
      },
    });
  });
});

describe("a mailbox", () => {
  const mailbox = (own: Record<string, unknown>): Mailbox => row(1, own) as Mailbox;

  it("is named so that a reader recognises it", () => {
    expect(nameOf(mailbox({}))).toBe(`"Name 1" <user1@contoso.com> (${guidOf(1)})`);
  });

  it.each([
    [true, true],
    [false, false],
    ["True", true],
    ["false", false],
  ])("%j is the flag %j", (value, expected) => {
    expect(booleanProperty(mailbox({ Hidden: value }), "Hidden")).toBe(expected);
  });

  it.each([undefined, null, "", "yes", 1])("%j is neither a flag nor false", async (value) => {
    expect(
      await faultOf(() => booleanProperty(mailbox({ Hidden: value }), "Hidden")),
    ).toMatchObject({
      kind: "unexpected",
    });
  });

  it("has properties in their own spelling", () => {
    expect([mailboxProperty("customATTRIBUTE15"), mailboxProperty("CustomAttribute16")]).toEqual([
      "CustomAttribute15",
      undefined,
    ]);
  });
});

describe("in the emulator's tenant of difficult names", () => {
  let running: RunningEmulator;
  let exchange: Exchange;
  const { send: transport, close } = httpTransport();
  beforeAll(async () => {
    running = await startEmulator();
    const { loginUrl, exchangeUrl, clientSecret, tenantId, clientId } = running;
    const { pace, clock } = timeOf();
    const token = tokenSource(
      {
        tenantId,
        clientId,
        credential: { secret: clientSecret },
        cloud: clouds.worldwide,
        resource: "exchange",
        loginUrl,
      },
      { transport, pace, clock, keepSecret: () => undefined },
    );
    exchange = exchangeOnline(
      { tenantId, cloud: clouds.worldwide, exchangeUrl },
      { transport, token, pace, clock, newId: () => crypto.randomUUID() },
    );
  });
  afterAll(async () => {
    await running.close();
    close();
  });

  it("finds every mailbox by each name it has, and by its Guid", async () => {
    const mailboxes = running.emulator.state().objects.slice(0, 30);
    for (const { Guid: guid, DisplayName: name, UserPrincipalName: upn } of mailboxes) {
      const byName = await exchange.invoke({
        cmdlet: "Get-Mailbox",
        parameters: { Identity: String(guid) },
        select: ["DisplayName"],
      });
      expect(byName.rows).toEqual([{ DisplayName: name }]);
      expect(
        (await mailboxesWhere("UserPrincipalName", String(upn), [])({ exchange })).map(
          (found) => found.Guid,
        ),
      ).toEqual([guid]);
      const named = (await mailboxesWhere("DisplayName", String(name), [])({ exchange })).map(
        (found) => found.Guid,
      );
      expect(named).toContain(guid);
    }
  });

  it("distinguishes José García from Jose Garcia, although the directory does not", async () => {
    expect(await mailboxesWhere("DisplayName", "Jose Garcia", [])({ exchange })).toMatchObject([
      { DisplayName: "Jose Garcia" },
    ]);
    expect(await mailboxesWhere("DisplayName", "José García", [])({ exchange })).toMatchObject([
      { DisplayName: "José García" },
    ]);
  });

  it.each([
    "x' -or Guid -ne 'y",
    "O\u2019Brien",
    "\u2018",
    "two\r\nlines",
    "🦊",
    "a".repeat(1000),
    "*",
    "100%",
    '"',
    "$true",
    "$null",
    "$(x)",
    "\\",
    "'",
  ])("treats %j as a value only", async (value) => {
    const found = await mailboxesWhere("DisplayName", value, [])({ exchange });
    expect(found.every(({ DisplayName: name }) => name === value)).toBe(true);
    expect(found).toHaveLength(value.startsWith("x' -or") ? 1 : 0);
  });

  it("finds users who have no mailbox yet", async () => {
    expect(await usersWhere("UserPrincipalName", "not.licensed@contoso.com")({ exchange })).toEqual(
      [
        {
          DisplayName: "Not Licensed Yet",
          UserPrincipalName: "not.licensed@contoso.com",
          RecipientTypeDetails: "User",
        },
      ],
    );
  });
});

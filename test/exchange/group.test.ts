import { describe, expect, it } from "vitest";
import type { Account } from "../../lib/exchange/account.ts";
import { adding, groupById, isMember, removing, type Group } from "../../lib/exchange/group.ts";
import { cloudGroups, cloudGroupsWhere } from "../../lib/exchange/groupList.ts";
import { membersOfAll } from "../../lib/exchange/groupMembers.ts";
import { recipientTypes } from "../../lib/generated/mailbox.ts";
import { all, calledIn, guidOf, tenantOf } from "./answering.ts";
import {
  refusal,
  clientOf,
  endpoint,
  faultOf,
  notFound,
  reply,
  rows,
  type Scripted,
} from "./scripted.ts";
import { maxNamed } from "../../lib/exchange/naming.ts";

const row = (index: number, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Group ${index}`,
  PrimarySmtpAddress: `g${index}@contoso.com`,
  RecipientTypeDetails: "MailUniversalDistributionGroup",
  IsDirSynced: false,
  ...own,
});
const group = row(1) as Group;
const account: Account = {
  Guid: guidOf(9),
  DisplayName: "Jan",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  Name: "jan",
  DistinguishedName: "CN=O'Brien,OU=contoso",
  ExternalDirectoryObjectId: "",
};
const more = {
  "@adminapi.warnings": ["There are more results available than are currently displayed."],
};
const select = ["Guid", "DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails", "IsDirSynced"];

describe("the cloud groups", () => {
  const listed = (rowsFound: unknown[]): Promise<Group[]> =>
    all(cloudGroups()(clientOf([rows(rowsFound)])));

  it("are requested by what masters them and by their kinds", async () => {
    const { exchange, sent } = clientOf([rows([row(1), row(2)])]);
    expect(await all(cloudGroups()({ exchange }))).toEqual([row(1), row(2)]);
    expect(sent[0] && calledIn(sent[0])).toEqual({
      CmdletName: "Get-DistributionGroup",
      Parameters: {
        Filter: "IsDirSynced -eq 'False'",
        RecipientTypeDetails: [
          "MailUniversalDistributionGroup",
          "MailUniversalSecurityGroup",
          "RoomList",
        ],
        ResultSize: "Unlimited",
      },
    });
    expect(sent[0]?.url).toBe(`${endpoint}?$select=${select.join(",")}`);
  });

  it("with a value are requested by it, and have it", async () => {
    const { exchange, sent } = clientOf([
      rows([
        row(1, { CustomAttribute1: "O'Dd" }),
        row(2, { CustomAttribute1: "Ó'dd" }),
        row(3, { CustomAttribute1: "o'dd" }),
      ]),
    ]);
    expect(
      (await all(cloudGroups({ property: "CustomAttribute1", value: "o'dd" })({ exchange }))).map(
        ({ Guid }) => Guid,
      ),
    ).toEqual([guidOf(1), guidOf(3)]);
    expect(sent[0] && calledIn(sent[0]).Parameters["Filter"]).toBe(
      "(IsDirSynced -eq 'False') -and (CustomAttribute1 -eq 'o''dd')",
    );
    expect(sent[0]?.url).toBe(`${endpoint}?$select=${select.join(",")},CustomAttribute1`);
  });

  it.each([true, "True", "true"])(
    "leave out groups that were returned although they are synchronised: %j",
    async (value) => {
      expect(
        await listed([row(1, { IsDirSynced: value }), row(2, { IsDirSynced: "False" })]),
      ).toMatchObject([{ Guid: guidOf(2) }]);
    },
  );

  it.each<[string, unknown[], string]>([
    ["a group without a Guid", [row(1, { Guid: null })], "without a Guid"],
    [
      "a group that does not say who masters it",
      [row(1, { IsDirSynced: undefined })],
      "did not return IsDirSynced",
    ],
  ])("are a fault with %s", async (_name, found, message) => {
    expect(await faultOf(listed(found))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(message) as string,
    });
  });

  it("are a fault when the service reports that there are more", async () => {
    expect(await faultOf(all(cloudGroups()(clientOf([rows([row(1)], more)]))))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(
        "more results of Get-DistributionGroup than it returned",
      ) as string,
    });
  });

  it("with a blank value are refused before anything is sent", async () => {
    expect(
      await faultOf(() => cloudGroups({ property: "CustomAttribute1", value: " " })),
    ).toMatchObject({ kind: "invalid" });
  });

  it("are requested up to one more than can be named", async () => {
    const many = Array.from({ length: 30 }, (_, index) => row(index, { Alias: "x" }));
    expect(await cloudGroupsWhere("Alias", "x")(clientOf([rows(many)]))).toHaveLength(maxNamed + 1);
    expect(await cloudGroupsWhere("Alias", "x")(clientOf([rows(many.slice(0, 2))]))).toHaveLength(
      2,
    );
  });
});

describe("a group by its reference", () => {
  const gone = notFound(guidOf(1));
  const byId = (...answers: Scripted[]): Promise<Group> => groupById(guidOf(1))(clientOf(answers));

  it("is requested by its Guid", async () => {
    const { exchange, sent } = clientOf([
      rows([
        row(1, {
          Guid: guidOf(1).toUpperCase(),
          RecipientTypeDetails: "MailUniversalSecurityGroup",
        }),
      ]),
    ]);
    expect(await groupById(guidOf(1))({ exchange })).toMatchObject({
      Guid: guidOf(1).toUpperCase(),
    });
    expect(sent.map(calledIn)).toEqual([
      { CmdletName: "Get-DistributionGroup", Parameters: { Identity: guidOf(1) } },
    ]);
  });

  it.each([
    [guidOf(1).toUpperCase(), guidOf(1)],
    [guidOf(1), guidOf(1).toUpperCase()],
  ])("is the same whether it is written %s or %s", async (id, Guid) => {
    expect(await groupById(id)(clientOf([rows([row(1, { Guid })])]))).toMatchObject({
      Guid,
    });
    expect(
      await faultOf(
        groupById(id)(
          clientOf([gone, rows([row(1, { Guid, RecipientTypeDetails: "MailContact" })])]),
        ),
      ),
    ).toMatchObject({ kind: "invalid" });
  });

  it.each<[string, Scripted[], string, string]>([
    [
      "synchronised",
      [rows([row(1, { IsDirSynced: true })])],
      "onPremises",
      'Group "Group 1" <g1@contoso.com> (0b1ec700-0000-4000-8000-000000000001) is synchronised ' +
        "from Active Directory, which masters its members: change them there (attribute member).",
    ],
    [
      "of another kind",
      [rows([row(1, { RecipientTypeDetails: "MailNonUniversalGroup" })])],
      "invalid",
      "is a MailNonUniversalGroup; expected a distribution group, a mail-enabled security group or a room list.",
    ],
    [
      "another one",
      [rows([row(2)])],
      "unexpected",
      `returned object ${guidOf(2)} for group ${guidOf(1)}`,
    ],
    ["one of two", [rows([row(1), row(2)])], "unexpected", "returned 2 results for group"],
    ["not one to be read", [reply(403)], "denied", "may not run Get-DistributionGroup"],
    ["gone", [gone, notFound(guidOf(1))], "missing", `Group ${guidOf(1)} does not exist.`],
    ["perhaps gone, but nothing says so", [gone, rows([])], "unexpected", "it is unknown"],
    [
      "perhaps gone, and another one came back",
      [gone, rows([row(2)])],
      "unexpected",
      "is unknown whether",
    ],
    [
      "a dynamic one",
      [
        gone,
        rows([row(1, { RecipientTypeDetails: "DynamicDistributionGroup", IsDirSynced: null })]),
      ],
      "invalid",
      "is a dynamic distribution group",
    ],
    [
      "a Microsoft 365 one",
      [rows([]), rows([row(1, { RecipientTypeDetails: "GroupMailbox" })])],
      "invalid",
      "through Microsoft Graph",
    ],
    [
      "a Microsoft 365 one by the refusal, whatever type is listed",
      [
        refusal(
          400,
          "RecipientTaskException",
          "The current operation is not supported on GroupMailbox.",
        ),
        rows([row(1)]),
      ],
      "invalid",
      "through Microsoft Graph",
    ],
    [
      "a contact",
      [gone, rows([row(1, { RecipientTypeDetails: "MailContact" })])],
      "invalid",
      "is a MailContact; expected a group",
    ],
    [
      "gone by the one list, and the other one may not be read",
      [gone, reply(403)],
      "denied",
      "may not run Get-Recipient",
    ],
  ])("is not to be changed when it is %s", async (_name, answers, kind, message) => {
    expect(await faultOf(byId(...answers))).toMatchObject({
      kind,
      message: expect.stringContaining(message) as string,
    });
  });

  // Two lists of one directory can be of different age: this is a group, and its members can be changed soon.
  it("is not reported as another type when one list does not have it yet", async () => {
    expect(await faultOf(byId(gone, rows([row(1)])))).toMatchObject({ kind: "notReady" });
  });

  it("is looked up in all types, because Microsoft 365 groups are returned only when named", async () => {
    const { exchange, sent } = clientOf([gone, rows([])]);
    await faultOf(groupById(guidOf(1))({ exchange }));
    expect(recipientTypes).toEqual(
      expect.arrayContaining(["GroupMailbox", "DynamicDistributionGroup"]),
    );
    expect(sent[1] && calledIn(sent[1])).toEqual({
      CmdletName: "Get-Recipient",
      Parameters: { Identity: guidOf(1), RecipientTypeDetails: recipientTypes },
    });
  });

  it.each([
    ["", "missing"],
    ["sales@contoso.com", '"sales@contoso.com"'],
  ])("is refused when it is not a GUID: %j", async (id, shown) => {
    expect(await faultOf(() => groupById(id))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(`is ${shown}; expected a GUID\\.$`) as string,
    });
  });
});

describe("membership", () => {
  it.each<[string, unknown[], boolean]>([
    ["the group", [{ Guid: guidOf(1).toUpperCase() }], true],
    ["none", [], false],
    ["another group", [{ Guid: guidOf(2) }], false],
  ])("is asked by a filter with doubled quotes: %s comes back", async (_name, found, expected) => {
    const { exchange, sent } = clientOf([rows(found)]);
    expect(await isMember(group, account)({ exchange })).toBe(expected);
    expect(
      await isMember({ ...group, Guid: guidOf(1).toUpperCase() }, account)(clientOf([rows(found)])),
    ).toBe(expected);
    expect(sent[0] && calledIn(sent[0])).toEqual({
      CmdletName: "Get-DistributionGroup",
      Parameters: {
        Filter: `(Guid -eq '${guidOf(1)}') -and (Members -eq 'CN=O''Brien,OU=contoso')`,
      },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["MailUniversalDistributionGroup", {}],
    ["RoomList", {}],
    ["MailUniversalSecurityGroup", { BypassSecurityGroupManagerCheck: true }],
  ])("of a %s is changed with %j", (RecipientTypeDetails, bypass) => {
    const target: Group = { ...group, RecipientTypeDetails };
    const own = { Identity: guidOf(1), Member: guidOf(9), ...bypass };
    // Without the check for managers where it was made, and once only.
    const others = (step: { parameters: object; operation: string; sentence: string }) =>
      "BypassSecurityGroupManagerCheck" in step.parameters
        ? []
        : [
            {
              after: "notManager",
              operation: step.operation,
              parameters: { ...step.parameters, BypassSecurityGroupManagerCheck: true },
              sentence: `${step.sentence}, without the check for managers`,
            },
          ];
    const add = adding(target, account);
    expect(add).toEqual({
      alternatives: others(add),
      target: "exchange",
      isInEffect: expect.any(Function) as unknown,
      operation: "Add-DistributionGroupMember",
      parameters: own,
      sentence: `Add "Jan" <jan@contoso.com> (${guidOf(9)}) to group "Group 1" <g1@contoso.com> (${guidOf(1)})`,
      before: {},
      unread: expect.any(Object) as unknown,
    });
    const remove = removing(target, account);
    expect(remove).toEqual({
      alternatives: others(remove),
      target: "exchange",
      isRemoval: true,
      isInEffect: expect.any(Function) as unknown,
      operation: "Remove-DistributionGroupMember",
      parameters: { ...own, Confirm: false },
      sentence: `Remove "Jan" <jan@contoso.com> (${guidOf(9)}) from group "Group 1" <g1@contoso.com> (${guidOf(1)})`,
      before: {},
      unread: expect.any(Object) as unknown,
    });
  });

  it.each([true, false])(
    "is known by a read where nothing is sent (a member: %s)",
    async (isListed) => {
      const { exchange } = tenantOf({
        "Get-DistributionGroup": () => (isListed ? [row(1)] : []),
      });
      const { unread: add } = adding(group, account);
      const { unread: remove } = removing(group, account);
      expect(await add?.isInPlace({ exchange })).toBe(isListed);
      expect(await remove?.isInPlace({ exchange })).toBe(!isListed);
      expect([add?.before(isListed), remove?.before(!isListed)]).toEqual([
        { isMember: isListed },
        { isMember: isListed },
      ]);
    },
  );
});

it.each<[string, boolean, boolean, boolean]>([
  ["the group comes back for the opposite condition", false, true, true],
  ["the account is a member", true, false, false],
  ["nothing comes back, whatever is asked", false, false, false],
])("a member certainly has left when %s", async (_name, isListed, isLeft, expected) => {
  const { exchange } = tenantOf({
    "Get-DistributionGroup": ({ parameters: { Filter: filter } }) => {
      const found = String(filter).includes("-not (Members -eq") ? isLeft : isListed;
      return found ? [row(1)] : [];
    },
  });
  expect(await removing(group, account).isInEffect?.({ exchange })).toBe(expected);
});

describe("the members of groups", () => {
  const member = (index: number): Record<string, unknown> => ({
    Guid: guidOf(index),
    DisplayName: `Member ${index}`,
    RecipientTypeDetails: "UserMailbox",
  });

  const nameless = { Guid: null, DisplayName: null, RecipientTypeDetails: null };

  it("are read ten groups at a time, with a fault for the group that cannot be read", async () => {
    const { exchange, sent, asked } = tenantOf({
      "Get-DistributionGroup": ({ parameters: { Identity: id } }) => {
        if (id === guidOf(3)) return notFound(guidOf(3));
        return id === guidOf(5) ? [row(5)] : Array.from({ length: 12 }, (_, index) => row(index));
      },
      "Get-Recipient": () => notFound(guidOf(3)),
      "Get-DistributionGroupMember": ({ parameters: { Identity: id } }) => {
        if (id === guidOf(3) || id === guidOf(5)) return notFound(id);
        if (id === guidOf(6)) return [{ Guid: guidOf(100) }];
        return id === guidOf(4) ? rows([member(99)], more) : [member(100), nameless];
      },
    });
    const found = await all(membersOfAll()({ exchange }));
    const faults = found.flatMap((one) =>
      "fault" in one
        ? [[one.group.Guid, one.fault.kind, one.fault.isProven, one.fault.message]]
        : [],
    );
    expect(faults).toEqual(
      expect.arrayContaining([
        [guidOf(3), "missing", true, expect.any(String)],
        // One "not found" proves nothing: this group still exists.
        [guidOf(5), "missing", false, expect.any(String)],
        [
          guidOf(6),
          "unexpected",
          false,
          expect.stringContaining("did not return RecipientTypeDetails of a member"),
        ],
        [
          guidOf(4),
          "unexpected",
          false,
          expect.stringContaining("more results of Get-DistributionGroupMember than it returned"),
        ],
      ]),
    );
    expect(found.flatMap((one) => ("members" in one ? [one.members] : []))).toEqual(
      Array.from({ length: 8 }, () => [
        member(100),
        { Guid: "", DisplayName: "", RecipientTypeDetails: "" },
      ]),
    );
    // The groups, two batches, twice once more what was not found, and three looks for whether they exist.
    expect(sent).toHaveLength(8);
    expect(asked[1]).toMatchObject({
      cmdlet: "Get-DistributionGroupMember",
      parameters: { Identity: guidOf(0), ResultSize: "Unlimited" },
    });
  });

  it("of a large group come in parts", async () => {
    const { exchange } = tenantOf({
      "Get-DistributionGroup": () => [row(1)],
      "Get-DistributionGroupMember": ({ isBatched }) =>
        isBatched ? rows([member(1)], { "@odata.nextLink": `${endpoint}?p=2` }) : [member(2)],
    });
    expect(await all(membersOfAll()({ exchange }))).toMatchObject(
      [1, 2].map((index) => ({ group: { Guid: guidOf(1) }, members: [member(index)] })),
    );
  });
});

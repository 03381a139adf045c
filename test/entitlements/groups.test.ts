import type { ExchangeTarget } from "../../lib/exchange/target.ts";
import { describe, expect, it } from "vitest";
import { type Group } from "../../lib/exchange/group.ts";
import type { Configuration } from "../../lib/generated/types.ts";
import type { ReadingInput } from "../../lib/host/permissionActions.ts";
import {
  dynamicGroups,
  groupPart,
  groupPermission,
  membersThatAreAccounts,
} from "../../lib/entitlements/groups.ts";
import { all, guidOf, tenantOf, type Asked } from "../exchange/answering.ts";
import { endpoint, faultOf, notFound, refusal, reply, rows } from "../exchange/scripted.ts";
import { configuration } from "../host/world.ts";
import { onlyOne } from "../../lib/exchange/naming.ts";

const group = (index: number, own: Record<string, unknown> = {}): Group => ({
  Guid: guidOf(index),
  DisplayName: `Group ${index}`,
  PrimarySmtpAddress: `g${index}@contoso.com`,
  RecipientTypeDetails: "MailUniversalDistributionGroup",
  IsDirSynced: false,
  DistinguishedName: `CN=g${index}`,
  ...own,
});
const member = (index: number, RecipientTypeDetails = "UserMailbox"): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Member ${index}`,
  RecipientTypeDetails,
});

function inputFor(
  groups: readonly Group[],
  membersOf: (id: string, asked: Asked) => ReturnType<typeof rows> | unknown[],
  types: Configuration["RecipientTypeDetails"] = ["UserMailbox"],
  /** Whether the groups that were listed are gone when they are looked for. */
  areGone = false,
) {
  const said: string[] = [];
  const { exchange } = tenantOf({
    "Get-DistributionGroup": ({ parameters: { Identity: id } }) =>
      typeof id === "string" && areGone ? notFound(id) : groups,
    "Get-Recipient": ({ parameters: { Identity: id } }) =>
      typeof id === "string" ? notFound(id) : [],
    "Get-DistributionGroupMember": (asked) =>
      membersOf(String(asked.parameters["Identity"]), asked),
  });
  const input: ReadingInput<ExchangeTarget, "RecipientTypeDetails"> = {
    configuration: { ...configuration, RecipientTypeDetails: types },
    log: (level, message) => said.push(`${level}: ${message}`),
    read: (query) => query({ exchange }),
    stream: (query) => query({ exchange }),
  };
  return { input, said };
}

describe("a group", () => {
  it.each([
    ["MailUniversalSecurityGroup", "Mail-enabled Security Group - Group 1"],
    ["MailUniversalDistributionGroup", "Distribution Group - Group 1"],
    ["RoomList", "Distribution Group - Group 1"],
  ])("of type %s is called %j, with its Guid unchanged", (RecipientTypeDetails, name) => {
    expect(
      groupPermission(group(1, { RecipientTypeDetails, Guid: guidOf(10).toUpperCase() })),
    ).toEqual({ identification: { Id: guidOf(10).toUpperCase() }, name });
  });

  it("is a part by the same reference, and the same part in any letter case of its Guid", () => {
    expect(groupPart(group(10))).toEqual({
      key: guidOf(10),
      name: "Group 10",
      reference: groupPermission(group(10)).identification,
    });
    expect(groupPart(group(10, { Guid: guidOf(10).toUpperCase() }))).toMatchObject({
      key: guidOf(10),
      reference: { Id: guidOf(10).toUpperCase() },
    });
  });

  it("belongs to the single permission of existing installations", () => {
    expect(dynamicGroups).toEqual({
      identification: { Reference: "dg" },
      name: "Permission - Distribution Group",
    });
  });
});

describe("the members that are accounts", () => {
  it("are those of the configured types; the others are counted", async () => {
    const members = new Map([
      [
        guidOf(1),
        [
          member(51),
          member(52, "SharedMailbox"),
          member(53, "GuestMailUser"),
          { ...member(55), Guid: null },
        ],
      ],
      [guidOf(2), [member(54, "MailContact")]],
    ]);
    const { input, said } = inputFor(
      [group(1), group(2), group(3)],
      (id) => members.get(id) ?? [],
      ["UserMailbox", "SharedMailbox"],
    );
    expect(await all(membersThatAreAccounts(undefined, input))).toEqual([
      { group: group(1), accountReferences: [guidOf(51), guidOf(52)] },
    ]);
    expect(said).toEqual([
      "information: Not imported: 3 members that are not mailboxes of persons (not of the " +
        "types UserMailbox, SharedMailbox), such as contacts, guests and groups.",
    ]);
  });

  it("come in parts when there are many, and cause no message when there are none", async () => {
    const { input, said } = inputFor([group(1)], (_id, { isBatched }) =>
      isBatched ? rows([member(51)], { "@odata.nextLink": `${endpoint}?p=2` }) : [member(52)],
    );
    expect(
      (await all(membersThatAreAccounts(undefined, input))).map(
        ({ accountReferences }) => accountReferences,
      ),
    ).toEqual([[guidOf(51)], [guidOf(52)]]);
    expect(said).toEqual([]);
  });

  it("of every other group are returned when one cannot be read, and then the import fails", async () => {
    const { input } = inputFor([group(1), group(2), group(3)], (id) =>
      id === guidOf(2) ? reply(403) : [member(51)],
    );
    const given: string[] = [];
    const fault = await faultOf(
      (async () => {
        for await (const {
          group: { Guid },
        } of membersThatAreAccounts(undefined, input))
          given.push(Guid);
      })(),
    );
    expect([given.sort(), fault.kind]).toEqual([[guidOf(1), guidOf(3)], "denied"]);
    expect(fault.message).toContain('1 group could not be read ("Group 2"');
  });

  it("of a group that was deleted meanwhile are none", async () => {
    const { input } = inputFor([group(1)], () => notFound(guidOf(1)), ["UserMailbox"], true);
    expect(await all(membersThatAreAccounts(undefined, input))).toEqual([]);
  });

  it("of a group that a read still finds are a fault", async () => {
    const { input } = inputFor([group(1)], () => notFound(guidOf(1)));
    expect(await faultOf(all(membersThatAreAccounts(undefined, input)))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining('1 group could not be read ("Group 1"') as string,
    });
  });
});

// A directory server that is behind the times is no reason to take the members for gone.
it("make the import incomplete when a group's members cannot be read yet", async () => {
  const { input } = inputFor([group(1)], () =>
    refusal(
      400,
      "ManagementObjectNotFoundException",
      `Recipient ${guidOf(1)} couldn't be read from domain controller DC01.`,
    ),
  );
  await faultOf(all(membersThatAreAccounts(undefined, input)));
});

describe("the group for a value", () => {
  it("is the single match, or none", () => {
    expect([onlyOne([], "group"), onlyOne([group(1)], "group")]).toEqual([[], [group(1)]]);
  });

  it("is ambiguous when there are several, which are named", async () => {
    expect(
      await faultOf(() => onlyOne([group(1), group(2)], 'group whose Alias is "x"')),
    ).toMatchObject({
      kind: "ambiguous",
      message:
        'There is more than one group whose Alias is "x"; expected one: "Group 1" ' +
        `<g1@contoso.com> (${guidOf(1)}), "Group 2" <g2@contoso.com> (${guidOf(2)}).`,
    });
  });
});

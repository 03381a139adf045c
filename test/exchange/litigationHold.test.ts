import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  describedHold,
  heldMailboxById,
  holdDurationFrom,
  holding,
  holdOf,
  isInactive,
  isLonger,
  releasing,
  type HoldDuration,
} from "../../lib/exchange/litigationHold.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { guidOf } from "../bench.ts";
import { liveTenant, type Live } from "./live.ts";
import { faultOf } from "./scripted.ts";

const mailbox = (own: Record<string, unknown>): Mailbox => ({
  Guid: guidOf("Anna Bakker"),
  DisplayName: "Anna Bakker",
  UserPrincipalName: "anna.bakker@contoso.com",
  PrimarySmtpAddress: "anna.bakker@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  LitigationHoldEnabled: false,
  LitigationHoldDuration: "Unlimited",
  IsInactiveMailbox: false,
  ...own,
});
const shown = `"Anna Bakker" <anna.bakker@contoso.com> (${guidOf("Anna Bakker")})`;

describe("the duration of a hold", () => {
  it.each<[unknown, HoldDuration]>([
    [1, 1],
    [365, 365],
    ["365", 365],
    [" 365 ", 365],
    ["0365", 365],
    [2555, 2555],
    [999_999, 999_999],
    [10_675_199, 10_675_199],
    ["10675199", 10_675_199],
    ["Unlimited", "Unlimited"],
    ["unlimited", "Unlimited"],
    ["UNLIMITED", "Unlimited"],
    [" unLimited\t", "Unlimited"],
  ])("may be %j", (given, duration) => {
    expect(holdDurationFrom(given)).toBe(duration);
  });

  it.each<[unknown, string]>([
    [0, "0"],
    [-1, "-1"],
    [-365, "-365"],
    [1.5, "1.5"],
    [0.5, "0.5"],
    [10_675_200, "10675200"],
    [1e21, "1e+21"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    ["", '""'],
    ["  ", '"  "'],
    ["0", '"0"'],
    ["-1", '"-1"'],
    ["+1", '"+1"'],
    ["1.5", '"1.5"'],
    ["1,000", '"1,000"'],
    ["1e3", '"1e3"'],
    ["0x10", '"0x10"'],
    ["365 days", '"365 days"'],
    ["365.00:00:00", '"365.00:00:00"'],
    ["P365D", '"P365D"'],
    ["100000000", '"100000000"'],
    ["99999999", '"99999999"'],
    ["Unlimted", '"Unlimted"'],
    ["Unlimited days", '"Unlimited days"'],
    ["forever", '"forever"'],
    ["٣٦٥", '"٣٦٥"'],
    [null, "a value of type object"],
    [undefined, "a value of type undefined"],
    [true, "a value of type boolean"],
    [[365], "a value of type object"],
    [{ days: 365 }, "a value of type object"],
  ])("may not be %j", async (given, what) => {
    expect(await faultOf(() => holdDurationFrom(given))).toMatchObject({
      kind: "invalid",
      message: `The duration of a litigation hold is ${what}; expected whole days from 1, or Unlimited.`,
    });
  });

  it("is described in words", () => {
    expect([describedHold(1), describedHold(365), describedHold("Unlimited")]).toEqual([
      "of 1 day",
      "of 365 days",
      "without end",
    ]);
  });

  it.each<[HoldDuration, HoldDuration, boolean]>([
    [365, 2555, false],
    [2555, 365, true],
    [365, 365, false],
    ["Unlimited", 10_675_199, true],
    [10_675_199, "Unlimited", false],
    ["Unlimited", "Unlimited", false],
    [9, 10, false],
    [10, 9, true],
  ])("%j is longer than %j: %j", (a, b, longer) => {
    expect(isLonger(a, b)).toBe(longer);
  });
});

describe("the hold of a mailbox", () => {
  it.each<[Record<string, unknown>, HoldDuration | undefined]>([
    [{ LitigationHoldEnabled: false, LitigationHoldDuration: "365.00:00:00" }, undefined],
    [{ LitigationHoldEnabled: "False" }, undefined],
    [{ LitigationHoldEnabled: true }, "Unlimited"],
    [{ LitigationHoldEnabled: "True", LitigationHoldDuration: "unlimited" }, "Unlimited"],
    [{ LitigationHoldEnabled: true, LitigationHoldDuration: "365.00:00:00" }, 365],
    [{ LitigationHoldEnabled: true, LitigationHoldDuration: "365" }, 365],
    [{ LitigationHoldEnabled: true, LitigationHoldDuration: "1.00:00:00" }, 1],
    [{ LitigationHoldEnabled: true, LitigationHoldDuration: "999999.00:00:00" }, 999_999],
  ])("of %j is %j", (own, hold) => {
    expect(holdOf(mailbox(own))).toBe(hold);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ LitigationHoldEnabled: undefined }, "did not return LitigationHoldEnabled"],
    [{ LitigationHoldEnabled: "yes" }, "did not return LitigationHoldEnabled"],
    [
      { LitigationHoldEnabled: true, LitigationHoldDuration: undefined },
      "did not return a LitigationHoldDuration",
    ],
    [
      { LitigationHoldEnabled: true, LitigationHoldDuration: null },
      "did not return a LitigationHoldDuration",
    ],
    [
      { LitigationHoldEnabled: true, LitigationHoldDuration: "12:00:00" },
      "did not return a LitigationHoldDuration",
    ],
    [
      { LitigationHoldEnabled: true, LitigationHoldDuration: "364.12:00:00" },
      "did not return a LitigationHoldDuration",
    ],
    [
      { LitigationHoldEnabled: true, LitigationHoldDuration: "" },
      "did not return a LitigationHoldDuration",
    ],
  ])("is a fault for %j", async (own, message) => {
    expect(await faultOf(() => holdOf(mailbox(own)))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(`${message} of mailbox ${shown}`) as string,
    });
  });

  it("is set with days as a text, and on an inactive mailbox with the switch", () => {
    expect(holding(mailbox({}), 365)).toEqual({
      target: "exchange",
      isInEffect: expect.any(Function) as unknown,
      operation: "Set-Mailbox",
      parameters: {
        Identity: guidOf("Anna Bakker"),
        LitigationHoldEnabled: true,
        LitigationHoldDuration: "365",
      },
      sentence: `Put mailbox ${shown} on a litigation hold of 365 days`,
      before: { LitigationHoldEnabled: false, LitigationHoldDuration: "Unlimited" },
    });
    expect(holding(mailbox({ IsInactiveMailbox: true }), "Unlimited").parameters).toEqual({
      Identity: guidOf("Anna Bakker"),
      LitigationHoldEnabled: true,
      LitigationHoldDuration: "Unlimited",
      InactiveMailbox: true,
    });
  });

  it("is removed on its own, and from an inactive mailbox with the switch", () => {
    const held = { LitigationHoldEnabled: true, LitigationHoldDuration: "365.00:00:00" };
    expect(releasing(mailbox(held))).toEqual({
      target: "exchange",
      isInEffect: expect.any(Function) as unknown,
      operation: "Set-Mailbox",
      parameters: { Identity: guidOf("Anna Bakker"), LitigationHoldEnabled: false },
      sentence: `Take the litigation hold off mailbox ${shown}`,
      before: held,
    });
    expect(releasing(mailbox({ ...held, IsInactiveMailbox: true })).parameters).toEqual({
      Identity: guidOf("Anna Bakker"),
      LitigationHoldEnabled: false,
      InactiveMailbox: true,
    });
  });

  it("depends on whether the mailbox is inactive, which has to be known", async () => {
    expect([isInactive(mailbox({})), isInactive(mailbox({ IsInactiveMailbox: "True" }))]).toEqual([
      false,
      true,
    ]);
    expect(
      await faultOf(() => holding(mailbox({ IsInactiveMailbox: undefined }), 1)),
    ).toMatchObject({ kind: "unexpected" });
  });
});

describe("in an emulated tenant", () => {
  let live: Live;
  beforeAll(async () => {
    live = await liveTenant();
  });
  afterAll(() => live.close());
  beforeEach(() => live.reset());
  const read = (name: string): Promise<Mailbox> => heldMailboxById(guidOf(name))(live);
  async function held(name: string, duration: HoldDuration): Promise<HoldDuration | undefined> {
    await live.gate.change(holding(await read(name), duration));
    return holdOf(await read(name));
  }

  it("a mailbox is found with its hold, also an inactive one, and not a deleted one", async () => {
    expect([
      holdOf(await read("Anna Bakker")),
      holdOf(await read("Hella Hold")),
      holdOf(await read("Guus Bakker")),
    ]).toEqual([undefined, 365, "Unlimited"]);
    const ike = await read("Inactive Ike");
    expect([isInactive(ike), holdOf(ike)]).toEqual([true, "Unlimited"]);
    expect(await faultOf(read("Gone Gerda"))).toMatchObject({ kind: "missing" });
  });

  it.each<HoldDuration>([1, 365, 1_000_000, 10_675_199, "Unlimited"])(
    "a hold of %j reads back as it was put on",
    async (duration) => {
      expect(await held("Anna Bakker", duration)).toBe(duration);
      expect(await held("Inactive Ike", duration)).toBe(duration);
    },
  );

  it("a hold that is removed is off", async () => {
    await live.gate.change(releasing(await read("Hella Hold")));
    expect(holdOf(await read("Hella Hold"))).toBeUndefined();
  });
});

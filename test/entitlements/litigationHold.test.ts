import { describe, expect, it } from "vitest";
import {
  listedOptions as holdOptions,
  holdPermission,
} from "../../lib/entitlements/litigationHold.ts";
import { faultOf } from "../exchange/scripted.ts";

const option = (Duration: unknown): unknown => ({
  options: [{ Id: "H", DisplayName: "A hold", Duration }],
});

describe("the options of litigation holds", () => {
  it.each<[unknown, number | string]>([
    [1, 1],
    ["30", 30],
    [3650, 3650],
    ["unlimited", "Unlimited"],
    [" UNLIMITED ", "Unlimited"],
  ])("may have the duration %j, which is %j in the reference", (given, duration) => {
    const [read] = holdOptions(option(given));
    expect(read && holdPermission(read)).toEqual({
      identification: { Id: "H", Duration: duration },
      name: "A hold",
    });
  });

  it.each<[unknown, RegExp]>([
    [0, /option "H": The duration .* is 0/],
    [-5, /option "H"/],
    ["0", /option "H"/],
    [
      "a year",
      /option "H": The duration of a litigation hold is "a year"; expected whole days from 1, or Unlimited/,
    ],
    ["", /option "H"/],
    [10_675_200, /option "H"/],
    [1.5, /item 1,.*Duration is 1\.5/],
    [null, /item 1,.*Duration is null/],
    [true, /Duration is true/],
    [[365], /Duration is a list of 1/],
    [undefined, /Duration is missing/],
  ])("may not have the duration %j", async (given, message) => {
    const data =
      given === undefined ? { options: [{ Id: "H", DisplayName: "A hold" }] } : option(given);
    expect(await faultOf(() => holdOptions(data))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(message) as string,
    });
  });
});

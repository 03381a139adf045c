import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { passesOf } from "../../lib/graph/temporaryAccessPass.ts";
import { confirmedList, isGoneFrom } from "../../lib/graph/ownedList.ts";
import type { GraphTarget } from "../../lib/graph/target.ts";
import { userOf } from "../../lib/graph/user.ts";
import { absent, clientOf, faultOf, idOf, reply, searched } from "./scripted.ts";

const ann = userOf({ id: idOf(1), displayName: "Ann", userPrincipalName: "ann@contoso.com" });

describe("a list that is not found", () => {
  it("proves nothing while its owner exists", async () => {
    const { graph } = clientOf([absent(ann.id), reply(200, { ...ann })]);
    const fault = await faultOf(passesOf(ann)({ graph }));
    expect([fault.kind, fault.isProven]).toEqual(["missing", false]);
  });

  it("shows that its owner does not exist, when other reads do not find that either", async () => {
    const { graph, sent } = clientOf([absent(ann.id), absent(ann.id), searched([])]);
    const fault = await faultOf(passesOf(ann)({ graph }));
    expect([fault.kind, fault.isProven, sent.length]).toEqual(["missing", true, 3]);
  });
});

describe("an empty list", () => {
  /** Answers of a list, one for each look. */
  const looks = (...answers: string[][]) => {
    const left = [...answers];
    const list = (): Promise<string[]> => {
      const next = left.shift();
      return next ? Promise.resolve(next) : Promise.reject(Fault.invalid("one look too many"));
    };
    return { list, left };
  };
  const targets = {} as unknown as GraphTarget;

  it.each([
    [2, [[], ["a"]], ["a"]],
    [2, [[], []], []],
    [3, [[], [], ["a"]], ["a"]],
    [2, [["a"]], ["a"]],
  ])("is looked at again, %i looks in all: %j", async (many, answers, items) => {
    const { list, left } = looks(...answers);
    expect(await confirmedList(list, many)(targets)).toEqual(items);
    expect(left).toEqual([]);
  });

  it.each([
    [[[], ["a"]], false],
    [[["a"]], false],
    [[["b"]], true],
    [[[], []], true],
  ])("%j: gone is %s", async (answers, isGone) => {
    expect(await isGoneFrom(looks(...answers).list, (one) => one === "a")(targets)).toBe(isGone);
  });
});

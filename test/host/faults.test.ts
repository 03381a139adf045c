import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { faultsOf } from "../../lib/host/faults.ts";

describe("several attempts", () => {
  it("all run, one after the other, and their faults are returned", async () => {
    const made: string[] = [];
    const attempt = (name: string, fault?: Fault) => async () => {
      made.push(`${name} begins`);
      await Promise.resolve();
      made.push(`${name} ends`);
      if (fault) throw fault;
    };
    const [first, second] = [
      new Fault({ kind: "denied", message: "a" }),
      new Fault({ kind: "invalid", message: "c" }),
    ];
    expect(await faultsOf([attempt("a", first), attempt("b"), attempt("c", second)])).toEqual([
      first,
      second,
    ]);
    expect(made).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("return a fault for any thrown value, even for one thrown synchronously", async () => {
    expect(
      await faultsOf([
        () => {
          throw new TypeError("x");
        },
      ]),
    ).toMatchObject([{ kind: "unexpected", message: "x" }]);
    expect(await faultsOf([])).toEqual([]);
  });
});

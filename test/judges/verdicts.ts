/** Judges the emulated Microsoft Graph by the calls that a client of Microsoft's made. */
import { describe, expect, it } from "vitest";
import { meaningOf } from "../../lib/graph/client/errors.ts";
import type { State } from "../emulator/state.ts";
import { expected, factsOf, meanings, stored, type Line } from "./calls.ts";

/** A call, and the tenant before and after it. */
export interface Judged extends Line {
  before: Readonly<State>;
  after: Readonly<State>;
}

/** The tests of these calls; `made` is read when they run. */
export function judge(made: readonly Judged[]): void {
  const lineOf = (name: string): Judged => {
    const found = made.find((one) => one.name === name);
    if (found) return found;
    throw new Error(`The call "${name}" was not made.`);
  };

  it("makes every call that is expected, and no other", () => {
    expect(made.map(({ name }) => name)).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))("%s", (name, wanted) => {
    const { status, code, text = "", result, before, after } = lineOf(name);
    if (Array.isArray(wanted) && typeof wanted[0] === "number") {
      const [wantedStatus, wantedCode, part] = wanted as [number, string, string];
      expect([status, code]).toEqual([wantedStatus, wantedCode]);
      expect(text).toContain(part);
    } else expect({ status, result }).toEqual({ status: undefined, result: wanted });
    const change = stored[name];
    if (change) expect(factsOf(after)).toMatchObject(change);
    else expect(after).toEqual(before);
  });

  describe("to this project's client", () => {
    it.each(meanings)("%s of %s means %s", (name, operation, kind) => {
      const { code = "", text = "" } = lineOf(name);
      const meaning = meaningOf({ code, text, conflict: "" }, { operation, ids: [] });
      expect(typeof meaning === "object" ? meaning.kind : meaning).toBe(kind);
    });
  });
}

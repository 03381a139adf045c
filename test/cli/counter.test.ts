import { expect, it } from "vitest";
import { counter } from "../../tools/cli/counter.ts";

it("shows how many are done and the rate, ten times a second at most, and the last one", () => {
  const shown: string[] = [];
  let at = 0;
  const done = counter(
    { progress: (text) => void shown.push(text) },
    { what: "runs", total: 40, now: () => at },
  );
  for (let run = 1; run <= 40; run++) {
    at = run * 25;
    done();
  }
  expect(shown).toHaveLength(11);
  expect(shown[0]).toBe("1 of 40 runs, 40 per second");
  expect(shown.at(-1)).toBe("40 of 40 runs, 40 per second");
});

it("shows a slow rate with a decimal", () => {
  const shown: string[] = [];
  let at = 0;
  const done = counter(
    { progress: (text) => void shown.push(text) },
    { what: "runs", total: 2, now: () => at },
  );
  at = 4000;
  done();
  expect(shown).toEqual(["1 of 2 runs, 0.3 per second"]);
});

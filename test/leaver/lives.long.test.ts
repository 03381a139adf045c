import { afterAll, beforeAll, expect, it } from "vitest";
import { Bench } from "../bench.ts";
import { lived } from "./life.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** `LEAVER_LIVES` and `LEAVER_SEED` are for a longer run. */
const lives = Number(process.env["LEAVER_LIVES"] ?? 60);
const firstSeed = Number(process.env["LEAVER_SEED"] ?? 1);

it("leaves the tenant as before for everyone who leaves and returns, whatever troubles there are", async () => {
  let troubles = 0;
  for (let seed = firstSeed; seed < firstSeed + lives; seed++) {
    const life = await lived(bench, seed);
    expect(life.wrong, `seed ${seed}`).toEqual([]);
    troubles += life.met.length;
  }
  expect(troubles).toBeGreaterThan(lives / 2);
  process.stderr.write(`${lives} lives from seed ${firstSeed}, ${troubles} troubles: 0 wrong\n`);
}, 3_000_000);

/**
 * `npm run campaign:leaver -- --runs N --seed S`: lives of leavers, in process: a policy with random steps is carried
 * out for a person who leaves, and undone when the person returns, while one or two things go wrong on the way to the
 * service, or the process ends; then each event again, when all is well. The tenant is the judge.
 */
import { Bench } from "../../test/bench.ts";
import { lived } from "../../test/leaver/life.ts";
import { playLives } from "./lives.ts";

const bench = await Bench.open();
try {
  await playLives({
    command: "campaign:leaver",
    rules: { leaver: "A success has done what the policy says, and a return leaves the rest" },
    async runLife(seed, index) {
      const life = await lived(bench, seed * 1_000_000 + index);
      return {
        events: life.tries,
        met: life.met,
        outcomes: life.outcomes,
        violations: life.wrong.map((what) => ({
          rule: "leaver",
          what,
          verb: "leave and return",
          troubles: life.met,
        })),
      };
    },
  });
} finally {
  await bench.close();
}

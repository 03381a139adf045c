/** Every recording that is replayed with stand-ins: part of `npm run test:long`. */
import { describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { fileOf, namesOfFixtures, readFixture } from "../../tools/cli/recording.ts";
import { actionOf, rerun } from "../../tools/cli/replay.ts";
import { leftovers } from "../../tools/scrub/leftovers.ts";
import { scrubbedRecording } from "../../tools/scrub/scrub.ts";
import { runHere } from "../../tools/session/tenant.ts";

const names = namesOfFixtures();

/** Each action once, and everything that happens to an account. */
const played = names.filter(
  (name, index) =>
    name.startsWith("lifecycle/") || actionOf(names[index - 1] ?? "") !== actionOf(name),
);

describe("a recording with stand-ins", () => {
  it.concurrent.each(played)("does what the real one does: %s", async (name) => {
    const { event, traffic, answer } = readFixture(fileOf(name));
    const scrubbed = scrubbedRecording({ data: event, traffic });
    const recording = { event: scrubbed.data, traffic: [...scrubbed.traffic] };
    const run = await rerun(recording, actionOf(name), runHere);
    expect(run.problems).toEqual([]);
    const [real, made] = [answer, run.answer] as [Answer, Answer];
    expect(made.outcome).toBe(real.outcome);
    expect(made.plan.map(({ operation }) => operation)).toEqual(
      real.plan.map(({ operation }) => operation),
    );
    const output = { ...recording, answer: run.answer, records: run.records };
    expect(leftovers({ data: event, traffic }, output)).toEqual([]);
    expect(scrubbedRecording(scrubbed)).toEqual(scrubbed);
  });
});

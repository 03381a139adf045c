/** Fixtures through a queue and its worker: the answers are those of the bundles. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { answerIn, eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import { fileOf, namesOfFixtures } from "../../tools/cli/recording.ts";
import { actionOf, replay, type Way } from "../../tools/cli/replay.ts";
import { actionIn } from "../declared.ts";
import { serving } from "../runtime/serving.ts";
import { inMemory, opened, until, type Opened } from "./opened.ts";

let one: Opened;
let count = 0;

const asWorked: Way = async (action, event, env) => {
  const id = `event ${++count}`;
  const { service, close } = serving({ env });
  await one.events.send([
    { bytes: Buffer.from(JSON.stringify({ id, action, event })), source: "line 1" },
  ]);
  const work = one.queue.work(
    eventHandler(service, {
      sealing: one.sealing,
      whole: one.events.whole,
      queue: one.queue,
      log: () => undefined,
    }),
    { atOnce: 1, perGroup: 1, log: () => undefined },
  );
  const isOver = (state: string | undefined): boolean =>
    state === "completed" || state === "blocked";
  await until(async () => isOver((await one.events.find(id))?.state));
  await work.stop();
  close();
  const { lines = "" } = (await one.events.find(id)) ?? {};
  // The next event of its account is another fixture's.
  await one.events.drop(id);
  const answer: Answer | undefined = answerIn(lines);
  return {
    code: answer?.outputContext.Success ? 0 : 1,
    answer,
    records: [],
    stdout: lines,
    stderr: "",
  };
};

const names = namesOfFixtures();
const isImport = await Promise.all(
  names.map(async (name) => (await actionIn(actionOf(name))).verb.isImport === true),
);
/** Every fourth one, of each action. */
const sample = names.filter((_, index) => !isImport[index]).filter((_, index) => index % 4 === 0);

describe.skipIf(!inject("engine"))("through a worker", () => {
  beforeAll(async () => {
    one = await opened(inMemory, { maxRetries: 0, shards: 1 });
  });
  afterAll(() => one.queue.close());

  it.each(sample)("%s", async (name) => {
    expect((await replay(fileOf(name), actionOf(name), asWorked)).problems).toEqual([]);
  });
});

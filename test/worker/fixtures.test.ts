/** Every fixture through a queue and its worker: the answers are those of the bundles. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { fileOf, namesOfFixtures } from "../../tools/cli/recording.ts";
import { actionOf, replay, type Way } from "../../tools/cli/replay.ts";
import { serving } from "../runtime/serving.ts";
import { workedQueue, type WorkedQueue } from "./workedQueue.ts";

let queue: WorkedQueue;

const asWorked: Way = async (action, event, env) => {
  const { service, close } = serving({ env });
  const { answer, records, stdout } = await queue.run({ action, event }, service);
  close();
  return {
    code: answer?.outputContext.Success ? 0 : 1,
    answer,
    records: records.map((one) => (one as { record: unknown }).record),
    stdout,
    stderr: "",
  };
};

describe.skipIf(!inject("engine"))("through a worker", () => {
  beforeAll(async () => {
    queue = await workedQueue();
  });
  afterAll(() => queue.close());

  it.concurrent.each(namesOfFixtures())("%s", async (name) => {
    expect((await replay(fileOf(name), actionOf(name), asWorked)).problems).toEqual([]);
  });
});

import type { Way } from "../../tools/cli/replay.ts";
import { serving } from "./serving.ts";

/** A fixture's way through a service, without its waits. */
export const asServed: Way = async (action, event, env) => {
  const { send, answerOf, records, written, close } = serving({ env });
  await send("the event", action, event);
  close();
  const answer = answerOf("the event");
  return {
    code: answer.outputContext.Success ? 0 : 1,
    answer,
    records: records.map(({ record }) => record),
    stdout: written.join(""),
    stderr: "",
  };
};

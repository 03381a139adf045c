import { readState, type State } from "../../test/emulator/state.ts";
import { readJson } from "./jsonFile.ts";
import { UsageError } from "./usageError.ts";

/** The state of an emulated tenant in a file. Throws with everything that is wrong in it. */
export function stateFrom(file: string): State {
  const read = readState(readJson(file));
  if ("problems" in read)
    throw new UsageError(...read.problems.map((problem) => `${file}: ${problem}`));
  return read.state;
}

import { readState } from "../../test/emulator/state.ts";
import type { JsonFile } from "./jsonFile.ts";
import type { Problem } from "./problem.ts";

/** What the emulator refuses in a seed. */
export function seedProblems(file: JsonFile): Problem[] {
  const read = readState(file.value);
  if (!("problems" in read)) return [];
  return read.problems.map((problem) => {
    const [place = ""] = problem.split(": ");
    const steps = place
      .split(/[.[\]]+/)
      .filter((step) => step !== "")
      .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    return file.problem(file.find(steps), `${problem}.`);
  });
}

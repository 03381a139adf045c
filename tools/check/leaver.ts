import { Fault } from "../../lib/fault.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import type { CheckedFile } from "./checks.ts";
import type { JsonFile } from "./jsonFile.ts";
import { withNearest, type Problem } from "./problem.ts";
import { schemaKeyProblems } from "./schema.ts";

/** What is wrong in `lifecycle/leaver.json`. */
export async function leaverProblems({ file }: CheckedFile): Promise<Problem[]> {
  // The rules come with the connector's own policies, which may be the file that is not JSON.
  const rules = await import("../../lib/leaver/policies.ts").catch(() => undefined);
  return [
    ...schemaKeyProblems(file, "schemas/editor/leaverPolicies.schema.json"),
    ...(rules
      ? ruleProblems(file, rules.listedPolicies)
      : [file.problem(0, "Not checked: the connector's own policies are not JSON.")]),
  ];
}

function ruleProblems(file: JsonFile, listedPolicies: (data: unknown) => unknown): Problem[] {
  try {
    listedPolicies(file.value);
    return [];
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (!(fault.cause instanceof Unusable)) throw thrown;
    return fault.cause.placed.map(({ path, text }) => {
      const steps = path
        .split("/")
        .slice(1)
        .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
      const policy = /^policy "([^"]*)": /.exec(text)?.[1];
      const message = withNearest(text.replace(/^policy "[^"]*": /, ""));
      return file.problem(file.find(steps), message, { field: policy });
    });
  }
}

import { Fault } from "../../lib/fault.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import { Failure } from "../session/failure.ts";
import { UsageError } from "../session/usageError.ts";

/** Runs a verb: what is wrong with its input or its surroundings is a sentence, without a stack. */
export async function faultsShown(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Unusable) throw new UsageError(...thrown.faults);
    if (thrown instanceof Fault) throw new Failure(thrown.message);
    throw thrown;
  }
}

import { Fault } from "../fault.ts";

/** A single "not found" proves nothing: a cmdlet shows one kind of object, and a controller can lag. */
export function isProvenAbsence({ kind, isProven }: Fault): boolean {
  return kind === "missing" && isProven;
}

/** Runs every attempt, regardless of the outcome of the others, and returns the faults. */
export async function faultsOf(attempts: readonly (() => Promise<unknown>)[]): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (thrown) {
      faults.push(Fault.of(thrown));
    }
  }
  return faults;
}

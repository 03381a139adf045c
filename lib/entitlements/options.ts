import { Fault } from "../fault.ts";
import { readAs, Unusable, type Contract } from "../host/schemaContract.ts";

/**
 * The options of a data file that implementers edit, checked by its schema and by what only the set knows: `check`
 * throws for what cannot be, and gives a text that no two options may share, because nobody could tell which of them
 * somebody holds. Throws one `invalid` fault that tells everything that is wrong with the file, so that nothing wrong
 * reaches the service.
 */
export function optionsIn<O extends { Id: string; DisplayName: string }>(
  file: string,
  contract: Contract<{ options: O[] }>,
  data: unknown,
  check: (option: O) => string,
): O[] {
  const faults: string[] = [];
  let options: O[] = [];
  try {
    ({ options } = readAs(contract, data));
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    faults.push(...thrown.faults);
  }
  const ids = new Set<string>();
  const meanings = new Map<string, string>();
  for (const option of options) {
    const id = option.Id.trim().toLowerCase();
    if (ids.has(id)) faults.push(`option "${option.Id}": the Id is used twice.`);
    ids.add(id);
    try {
      const meaning = check(option);
      const same = meanings.get(meaning);
      if (same !== undefined)
        faults.push(`option "${option.Id}": it stands for the same as option "${same}".`);
      meanings.set(meaning, option.Id);
    } catch (thrown) {
      faults.push(`option "${option.Id}": ${Fault.of(thrown).message}`);
    }
  }
  if (faults.length > 0) throw Fault.invalid(`${file} cannot be used. ${faults.join(" ")}`);
  return options;
}

/** The option with this Id. Throws `invalid` and names those there are. */
export function optionById<O extends { Id: string }>(
  file: string,
  options: readonly O[],
  id: string,
): O {
  const found = options.find((option) => option.Id.trim().toLowerCase() === id.toLowerCase());
  if (!found)
    throw Fault.invalid(
      `The permission reference has the Id "${id.slice(0, 100)}", which ${file} does not hold; it has ` +
        `${options.map(({ Id }) => `"${Id}"`).join(", ") || "none"}.`,
    );
  return found;
}

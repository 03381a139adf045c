import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { readAs, Unusable, type Contract, type PlacedFault } from "../host/schemaContract.ts";

/**
 * The options of a data file that implementers edit, checked by its schema and by the rules of the set. `check` throws
 * for an invalid option, and returns its meaning: two options must not have the same meaning, because it would be
 * unknown which of them an account holds. Throws one `invalid` fault with all errors in the file, before any request
 * is sent; its cause is an `Unusable` with the place of each.
 */
export function optionsIn<O extends { Id: string }>(
  file: string,
  contract: Contract<{ options: O[] }>,
  data: unknown,
  check: (option: O) => string,
): O[] {
  const faults: PlacedFault[] = [];
  let options: O[] = [];
  try {
    ({ options } = readAs(contract, data));
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    faults.push(...thrown.placed);
  }
  const ids = new Set<string>();
  const meanings = new Map<string, string>();
  for (const [index, option] of options.entries()) {
    const path = `/options/${index}`;
    const id = option.Id.trim().toLowerCase();
    if (ids.has(id))
      faults.push({ path: `${path}/Id`, text: `option "${option.Id}": the Id is used twice.` });
    ids.add(id);
    try {
      const meaning = check(option);
      const same = meanings.get(meaning);
      if (same !== undefined)
        faults.push({
          path,
          text: `option "${option.Id}": it has the same meaning as option "${same}".`,
        });
      meanings.set(meaning, option.Id);
    } catch (thrown) {
      faults.push({ path, text: `option "${option.Id}": ${Fault.of(thrown).message}` });
    }
  }
  if (faults.length > 0) {
    const texts = faults.map(({ text }) => text);
    throw Fault.invalid(`${file} cannot be used. ${texts.join(" ")}`, new Unusable(texts, faults));
  }
  return options;
}

/** The option with this Id. Throws an `invalid` fault that names the existing ones. */
export function optionById<O extends { Id: string }>(
  file: string,
  options: readonly O[],
  id: string,
): O {
  const found = options.find((option) => option.Id.trim().toLowerCase() === id.toLowerCase());
  if (!found)
    throw Fault.invalid(
      `The permission reference has the Id ${quoted(id)}, which is not in ${file}; expected one of ` +
        `${options.map(({ Id }) => `"${Id}"`).join(", ") || "none"}.`,
    );
  return found;
}

/** The values of the configuration form. */
import { configuration as contract } from "../../lib/generated/validators/configuration.ts";
import { readAs, Unusable } from "../../lib/host/schemaContract.ts";
import { repeatedSecrets, secretsIn } from "../../lib/host/secretValues.ts";
import type { Check } from "./check.ts";
import { fine, warning, wrong } from "./finding.ts";

export const configuration: Check = {
  name: "configuration",
  finds: ["configuration"],
  examine({ premises: { form }, known, keepSecret }) {
    secretsIn(form, contract.shape).forEach(keepSecret);
    const doubts: string[] = [];
    const faults = repeatedSecrets(form, contract.shape);
    try {
      known.add({ configuration: readAs(contract, form, (text) => doubts.push(inForm(text))) });
    } catch (thrown) {
      if (!(thrown instanceof Unusable)) throw thrown;
      faults.push(...thrown.faults.map(inForm));
    }
    if (faults.length > 0)
      return wrong(
        [...faults, ...doubts].join(" "),
        "Correct these values; docs/configuration.md lists every key.",
      );
    if (doubts.length > 0) return warning(doubts.join(" "), "Correct these keys, or remove them.");
    return fine("Every value is of the expected form.");
  },
};

/** The contract calls the whole document an event. */
const inForm = (text: string): string => text.replace(/^The event /, "The configuration ");

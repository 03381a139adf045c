import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { hasFolders } from "../folders.ts";
import { textOf } from "../parameters.ts";
import { protocols, type Value } from "../../properties.ts";

/** What may open a mailbox belongs to the mailbox: a synchronised one takes it (assumed). */
export const setCasMailbox: Cmdlet = {
  name: "Set-CASMailbox",
  writes: true,
  honours: ["Identity", ...protocols],
  run({ parameters, store }) {
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasFolders);
    const given = protocols.filter((name) => name in parameters);
    const values = given.map((name): [string, Value] => [
      name,
      (parameters[name] ?? null) as boolean | null,
    ]);
    return write(store, mailbox, Object.fromEntries(values));
  },
};

import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { refuseOnPremises } from "../mastery.ts";
import { textOf } from "../parameters.ts";
import { isSoftDeleted } from "../../store.ts";
import { applied } from "../typed.ts";
import { moment } from "../units.ts";

const settable = ["HiddenFromAddressListsEnabled"];

/** Writes settings of a mail user and returns nothing. Only visibility is implemented; the rest answers 501. */
export const setMailUser: Cmdlet = {
  name: "Set-MailUser",
  writes: true,
  honours: ["Identity", ...settable],
  run({ parameters, store, now }) {
    const user = theOne(
      store,
      textOf(parameters["Identity"]),
      (object) =>
        /^(Guest)?MailUser$/.test(String(object["RecipientTypeDetails"])) && !isSoftDeleted(object),
    );
    refuseOnPremises(user, parameters);
    const values = Object.fromEntries(
      settable
        .filter((name) => name in parameters)
        .map((name) => [name, applied(name, parameters[name] ?? null, store.property(user, name))]),
    );
    return write(store, user, values, { WhenChanged: moment(now).replace("Z", "+00:00") });
  },
};

import { notFound, outOfWriteScope } from "../errors.ts";
import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { textOf } from "../parameters.ts";
import { recipientValues } from "../recipients.ts";
import { references } from "../../properties.ts";
import { isSoftDeleted } from "../../store.ts";
import { applied, covered } from "../typed.ts";
import { moment } from "../units.ts";

/** Those that Set-Mailbox sets as well are left to it. */
const settable = covered("Set-User").filter(
  (name) => !covered("Set-Mailbox").includes(name) && !["Name", "DisplayName"].includes(name),
);

/**
 * Writes attributes of a user, with or without a mailbox, and returns nothing. Active Directory masters all of them for
 * a synchronised user (documented for the attributes that are synchronised).
 */
export const setUser: Cmdlet = {
  name: "Set-User",
  writes: true,
  honours: ["Identity", "Confirm", ...settable],
  run({ parameters, store, now }) {
    const identity = textOf(parameters["Identity"]);
    const user = theOne(
      store,
      identity,
      (object) =>
        /^(User|UserMailbox|MailUser|(Shared|Room|Equipment)Mailbox)$/.test(
          String(object["RecipientTypeDetails"]),
        ) && !isSoftDeleted(object),
    );
    const given = settable.filter((name) => name in parameters);
    const [first] = given;
    if (user["IsDirSynced"] === true && first !== undefined)
      throw outOfWriteScope(String(user["Name"]), "Set-User", first);
    const manager = textOf(parameters["Manager"]);
    if (manager !== "" && store.find(manager).length === 0) throw notFound(manager);
    const values = Object.fromEntries(
      given.flatMap((name) => {
        const current = store.property(user, name);
        const value = parameters[name] ?? null;
        return references.has(name)
          ? Object.entries(recipientValues(name, value, current, store))
          : [[name, applied(name, value, current)] as const];
      }),
    );
    return write(store, user, values, { WhenChanged: moment(now).replace("Z", "+00:00") });
  },
};

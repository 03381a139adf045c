import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { outOfWriteScope } from "../errors.ts";
import { textOf } from "../parameters.ts";
import { isSoftDeleted } from "../../store.ts";
import { applied } from "../typed.ts";
import { moment } from "../units.ts";

const settable = [
  "HiddenFromAddressListsEnabled",
  ...Array.from({ length: 15 }, (_, index) => `CustomAttribute${index + 1}`),
];

/**
 * Writes settings of a Microsoft 365 group and returns nothing. Only visibility and the custom attributes are
 * implemented; the rest answers 501. That a synchronised group is refused like other objects is assumed.
 */
export const setUnifiedGroup: Cmdlet = {
  name: "Set-UnifiedGroup",
  writes: true,
  honours: ["Identity", ...settable],
  run({ parameters, store, now }) {
    const group = theOne(
      store,
      textOf(parameters["Identity"]),
      (object) => object["RecipientTypeDetails"] === "GroupMailbox" && !isSoftDeleted(object),
    );
    const given = settable.filter((name) => name in parameters);
    if (group["IsDirSynced"] === true)
      throw outOfWriteScope(String(group["Name"]), "Set-UnifiedGroup", given[0] ?? "Identity");
    const values = Object.fromEntries(
      given.map((name) => [
        name,
        applied(name, parameters[name] ?? null, store.property(group, name)),
      ]),
    );
    return write(store, group, values, { WhenChanged: moment(now).replace("Z", "+00:00") });
  },
};

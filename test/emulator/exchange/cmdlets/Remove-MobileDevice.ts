import { nothing, type Cmdlet } from "../cmdlet.ts";
import { notFound } from "../errors.ts";
import { textOf } from "../parameters.ts";

/** Ends the partnership of a device, which is named by its Guid. */
export const removeMobileDevice: Cmdlet = {
  name: "Remove-MobileDevice",
  writes: true,
  honours: ["Identity"],
  run({ parameters, store }) {
    const guid = textOf(parameters["Identity"]).toLowerCase();
    const devicesOf = (object: (typeof store.objects)[number]): string[] =>
      store.property(object, "MobileDevices") as string[];
    const mailbox = store.objects.find((object) => devicesOf(object).includes(guid));
    if (!mailbox) throw notFound(guid);
    store.change(mailbox, {
      MobileDevices: devicesOf(mailbox).filter((device) => device !== guid),
    });
    return nothing();
  },
};

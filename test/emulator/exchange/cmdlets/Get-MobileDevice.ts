import { nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { hasFolders } from "../folders.ts";
import { textOf } from "../parameters.ts";

/** The devices of one mailbox. All are Outlook for iOS. */
export const getMobileDevice: Cmdlet = {
  name: "Get-MobileDevice",
  writes: false,
  honours: ["Mailbox", "ResultSize"],
  run({ parameters, store }) {
    const mailbox = theOne(store, textOf(parameters["Mailbox"]), hasFolders);
    const devices = store.property(mailbox, "MobileDevices") as string[];
    const folder = `${String(mailbox["Name"])}\\ExchangeActiveSyncDevices`;
    return {
      ...nothing(),
      items: devices,
      rows: (wanted) => (item: unknown) =>
        Object.fromEntries(
          Object.entries({
            Guid: String(item),
            Identity: `${folder}\\Outlook§${String(item)}`,
            DeviceModel: "Outlook for iOS and Android",
            DeviceType: "iPhone",
            DeviceAccessState: "Allowed",
          }).filter(([name]) => wanted?.has(name.toLowerCase()) ?? true),
        ),
    };
  },
};

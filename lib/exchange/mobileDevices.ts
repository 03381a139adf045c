import { isGuid } from "../guid.ts";
import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery, ExchangeStep } from "./target.ts";

/** A mobile device that is configured to synchronise with a mailbox. */
export interface MobileDevice {
  guid: string;
  /** Its model, or its type. */
  name: string;
}

/** The cmdlets of `devicesOf`. */
export const deviceLookup: Cmdlets = { "Get-MobileDevice": ["Mailbox", "ResultSize"] };
/** The cmdlets of `removingDevice`. */
export const deviceRemoval: Cmdlets = {
  ...deviceLookup,
  "Remove-MobileDevice": ["Identity", "Confirm"],
};

/** The devices of a mailbox. */
export function devicesOf(mailbox: Mailbox): ExchangeQuery<MobileDevice[]> {
  const command = {
    cmdlet: "Get-MobileDevice",
    parameters: { Mailbox: mailbox.Guid, ResultSize: "Unlimited" },
    select: ["Guid", "DeviceModel", "DeviceType"],
  };
  return readingOf(mailbox, async ({ exchange }) =>
    (await exchange.invoke(command)).rows.map((row) => {
      const guid = textOf(row["Guid"]);
      // Without an identity, a cmdlet would mean every device.
      if (!isGuid(guid))
        throw new Fault({
          kind: "unexpected",
          message: `Exchange Online did not return the Guid of a mobile device of mailbox ${nameOf(mailbox)}.`,
        });
      return { guid, name: textOf(row["DeviceModel"]) || textOf(row["DeviceType"]) };
    }),
  );
}

/** Ends the partnership of a device with the mailbox. What is on the device stays there. */
export function removingDevice(mailbox: Mailbox, { guid, name }: MobileDevice): ExchangeStep {
  return {
    target: "exchange",
    operation: "Remove-MobileDevice",
    parameters: { Identity: guid, Confirm: false },
    sentence: `Remove the mobile device ${name} (${guid}) from mailbox ${nameOf(mailbox)}`,
    before: { Guid: guid },
    isRemoval: true,
    isInEffect: async (targets) =>
      (await devicesOf(mailbox)(targets)).every((one) => one.guid !== guid),
  };
}

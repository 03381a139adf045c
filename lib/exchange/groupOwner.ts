import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { exactlyOne } from "./client/lookUp.ts";
import { isGuid } from "../guid.ts";
import type { ExchangeQuery } from "./target.ts";

/** The recipients that can own a group (documented). */
const ownerTypes = new RegExp(
  "^(\\w*UserMailbox|SharedMailbox|LinkedMailbox|RoomMailbox|EquipmentMailbox|" +
    "MailUser|GuestMailUser|MailUniversalSecurityGroup)$",
);

const isAddress = /^[^\s@*()<>"]+@[^\s@*()<>"]+$/;

/**
 * The GUID of the owner of new groups. Throws an `invalid` fault when there is no such recipient, or it cannot own a
 * group.
 */
export function groupOwner(identity: string): ExchangeQuery<string> {
  const what = `The "Group owner", ${identity},`;
  // Exchange would also look for other texts as a name, a pattern or a filter, and answer with another recipient.
  if (!isGuid(identity) && !isAddress.test(identity))
    throw Fault.invalid(
      `${what} is not an identity; expected an address, a user principal name or a GUID.`,
    );
  return async ({ exchange }) => {
    const owner = await exactlyOne(
      exchange,
      {
        cmdlet: "Get-Recipient",
        parameters: { Identity: identity },
        select: ["Guid", "DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails"],
      },
      {
        what,
        none: () => Fault.invalid(`${what} does not exist.`),
        several: ({ length }) =>
          new Fault({ kind: "ambiguous", message: `${what} is the name of ${length} recipients.` }),
      },
    );
    const type = textOf(owner["RecipientTypeDetails"]);
    if (!ownerTypes.test(type))
      throw Fault.invalid(
        `${what} is a ${type}; expected a mailbox, a mail user or a mail-enabled security group.`,
      );
    return textOf(owner["Guid"]);
  };
}

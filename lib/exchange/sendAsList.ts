import { grantedTo, sendAsEntry, sendAsProperties } from "./accessList.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import type { Recipients } from "./recipients.ts";

/** The trustee to whom a row grants Send As. */
export const sendAsTrustee = (row: Row): string | undefined => grantedTo(sendAsEntry(row));

/**
 * The trustees with Send As in the whole tenant, by the recipient's name in the list. `isNeeded` is asked before each
 * further page; when it ends the list, nothing is returned.
 */
export async function sendAsOfTenant(
  exchange: Exchange,
  isNeeded: () => Promise<boolean>,
): Promise<Map<string, string[]>> {
  const byName = new Map<string, string[]>();
  for await (const { rows, isLast } of exchange.pages({
    cmdlet: "Get-RecipientPermission",
    parameters: { ResultSize: "Unlimited" },
    select: sendAsProperties,
  })) {
    for (const row of rows) {
      const name = textOf(row["Identity"]);
      const trustee = sendAsTrustee(row);
      // A recipient's own entry grants nothing, but shows that the list knows the recipient.
      const trustees = byName.get(name) ?? byName.set(name, []).get(name);
      if (trustee !== undefined) trustees?.push(trustee);
    }
    if (!isLast && !(await isNeeded())) return new Map();
  }
  return byName;
}

/**
 * The same by Guid. A recipient that the list does not contain under a unique name is not in the result, and is read
 * separately: the list names recipients by free text, which can be another recipient's identifier. Every
 * recipient has an entry in the list, so this also covers names in an unknown form.
 */
export function joined(
  byName: ReadonlyMap<string, readonly string[]>,
  recipients: Recipients,
): ReadonlyMap<string, readonly string[]> {
  const byGuid = new Map<string, readonly string[]>();
  for (const [name, entries] of byName) {
    const guid = recipients.recipientNamed(name)?.toLowerCase();
    if (guid !== undefined) byGuid.set(guid, [...(byGuid.get(guid) ?? []), ...entries]);
  }
  return byGuid;
}

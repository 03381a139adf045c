import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { isGuid } from "../guid.ts";
import { mailboxesWhere, mailboxSearch, type Mailbox } from "./mailbox.ts";
import { maxNamed, nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** What `ofAccount` sends in addition to the query. */
export const olderReferenceLookup: Cmdlets = mailboxSearch;

/**
 * The query for the mailbox that an account reference means. References are Guids. An older installation may have
 * stored the user principal name, an address, or the ExternalDirectoryObjectId: such a reference is looked up, and has
 * to name exactly one mailbox. Throws `ambiguous` when it names several, `invalid` for any other text, and a `missing`
 * fault that proves nothing when it names none.
 */
export function ofAccount<T>(
  reference: string,
  query: (id: string) => ExchangeQuery<T>,
): ExchangeQuery<T> {
  return async (targets) => {
    if (!isGuid(reference)) {
      const mailbox = await namedBy(reference, ["UserPrincipalName", "EmailAddresses"])(targets);
      if (!mailbox) throw noMailbox(reference);
      return await query(mailbox.Guid)(targets);
    }
    try {
      return await query(reference)(targets);
    } catch (thrown) {
      const fault = Fault.of(thrown);
      // Identity also takes an ExternalDirectoryObjectId, and then another object than the requested one comes back.
      if (fault.kind !== "unexpected") throw fault;
      // This look-up can only help: when it fails too, the first fault is the one to report.
      const mailbox = await namedBy(reference, ["ExternalDirectoryObjectId"])(targets).catch(
        () => undefined,
      );
      if (!mailbox) throw fault;
      return await query(mailbox.Guid)(targets);
    }
  };
}

function namedBy(
  reference: string,
  properties: readonly string[],
): ExchangeQuery<Mailbox | undefined> {
  if (!isGuid(reference) && !reference.includes("@"))
    throw Fault.invalid(
      `The account reference (References.Account) is ${quoted(reference)}; expected a GUID, ` +
        "a user principal name or an address.",
    );
  return async (targets) => {
    const found = new Map<string, Mailbox>();
    for (const property of properties)
      for (const mailbox of await mailboxesWhere(property, reference, [])(targets))
        found.set(mailbox.Guid.toLowerCase(), mailbox);
    if (found.size > 1)
      throw new Fault({
        kind: "ambiguous",
        message:
          `The account reference (References.Account) is ${quoted(reference)}, which names more than one mailbox; ` +
          `expected one: ${[...found.values()].slice(0, maxNamed).map(nameOf).join(", ")}.`,
      });
    return [...found.values()][0];
  };
}

function noMailbox(reference: string): Fault {
  return new Fault({
    kind: "missing",
    message:
      `The account reference (References.Account) is ${quoted(reference)}, and no mailbox has this user principal ` +
      "name or address.",
  });
}

/** What the systems agree on whose accounts have a mailbox in Exchange Online. */
import { mailboxesWhere, mailboxSearch, type Mailbox } from "../exchange/mailbox.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeQuery } from "../exchange/target.ts";
import { userSearch, usersWhere } from "../exchange/user.ts";
import { Fault } from "../fault.ts";

type Field = readonly [name: string, value: unknown];

/** Fields with this prefix are settings of the mailbox. */
export const ofMailbox = /^exchangeOnline\./i;

/** The fields of the mailbox by the names of its settings, without the prefix. */
export function mailboxFields(fields: readonly Field[]): Field[] {
  return fields
    .filter(([name]) => ofMailbox.test(name))
    .map(([name, value]) => [name.replace(ofMailbox, ""), value]);
}

/** What to say of mapped fields that nothing changes, because Exchange Online is off. */
export function ignoredFields(fields: readonly string[]): string {
  return (
    `${fields.join(", ")}: mapped, and not used, because "Exchange Online" (exchangeOnlineIntegration) is off. ` +
    "Turn it on, or remove the fields."
  );
}

/** What `mailboxOf` sends. */
export const mailboxOfUser: Cmdlets = mergedCmdlets(mailboxSearch, userSearch);

/**
 * The mailbox of the user with this object ID; undefined when there is none. A second look by another cmdlet shows the
 * user without one, or throws a `notReady` fault when it shows a mailbox. When it does not know the user at all, that
 * is no proof, because a controller that lags answers the same: the mailbox is looked for once more.
 */
export function mailboxOf(
  { id }: { id: string },
  alsoRead: readonly string[],
): ExchangeQuery<Mailbox | undefined> {
  const search = mailboxesWhere("ExternalDirectoryObjectId", id, alsoRead);
  const look = usersWhere("ExternalDirectoryObjectId", id);
  return async (targets) => {
    const [mailbox] = await search(targets);
    if (mailbox) return mailbox;
    const users = await look(targets);
    if (users.length === 0) return (await search(targets))[0];
    const owner = users.find(({ RecipientTypeDetails }) =>
      RecipientTypeDetails.endsWith("Mailbox"),
    );
    if (!owner) return undefined;
    throw new Fault({
      kind: "notReady",
      message:
        `The mailbox of "${owner.DisplayName}" <${owner.UserPrincipalName}> exists, but cannot be found at ` +
        "the moment.",
    });
  };
}

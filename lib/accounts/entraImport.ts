import { mailboxesOf, mailboxList } from "../exchange/mailboxList.ts";
import { mailboxProperty, type Mailbox } from "../exchange/mailbox.ts";
import { cmdlets } from "../exchange/target.ts";
import { operations } from "../graph/target.ts";
import { allUsers, userList, type User } from "../graph/user.ts";
import { propertiesAmong } from "../graph/userFields.ts";
import type { ImportInput } from "../host/importAction.ts";
import { IdTable } from "../idTable.ts";
import type { Needs } from "../step.ts";
import { fieldsOf, type EntraTargets } from "./entra.ts";
import { ofMailbox } from "./exchangeOnline.ts";

export const importNeeds: Needs<EntraTargets> = {
  graph: operations(userList),
  exchange: cmdlets(mailboxList),
};

type Input = ImportInput<EntraTargets, "exchangeOnlineIntegration" | "RecipientTypeDetails">;

/**
 * Every user with its fields. The mailboxes are read first and kept: pages of users and of mailboxes do not arrive in
 * one order. A field that neither has is reported once, and imported without a value.
 */
export async function* accountsOf({
  importFields,
  configuration: { exchangeOnlineIntegration, RecipientTypeDetails },
  stream,
  log,
}: Input): AsyncGenerator<{ user: User; account: Record<string, unknown> }> {
  const ofUser = importFields.filter((field) => !ofMailbox.test(field));
  const settings = importFields
    .filter((field) => ofMailbox.test(field))
    .map((field) => field.replace(ofMailbox, ""));
  const unknown = [
    ...ofUser.filter((field) => propertiesAmong([field]).length === 0),
    ...settings
      .filter((name) => mailboxProperty(name) === undefined)
      .map((name) => `exchangeOnline.${name}`),
  ];
  if (unknown.length > 0)
    log(
      "warning",
      `Accounts have no field ${unknown.join(", ")}: they are imported without a value.`,
    );

  const mailboxes = new ImportedMailboxes(settings);
  if (exchangeOnlineIntegration && settings.length > 0)
    for await (const mailbox of stream(
      mailboxesOf(RecipientTypeDetails ?? [], ["ExternalDirectoryObjectId", ...settings]),
    ))
      mailboxes.add(mailbox);
  for await (const user of stream(allUsers(["accountEnabled", ...propertiesAmong(ofUser)])))
    yield { user, account: fieldsOf(user, mailboxes.of(user)) };
}

/** The imported fields of all mailboxes, as text: objects would take several times the memory. */
class ImportedMailboxes {
  readonly #names: ReadonlySet<string>;
  readonly #users = new IdTable();
  readonly #values: string[] = [];

  constructor(settings: readonly string[]) {
    this.#names = new Set(settings.map((name) => name.toLowerCase()));
  }

  add(mailbox: Mailbox): void {
    const isNew = this.#users.add(String(mailbox["ExternalDirectoryObjectId"]));
    if (!isNew) return;
    const imported = Object.entries(mailbox).filter(([name]) =>
      this.#names.has(name.toLowerCase()),
    );
    this.#values.push(JSON.stringify(Object.fromEntries(imported)));
  }

  of({ id }: User): Record<string, unknown> | undefined {
    const values = this.#values[this.#users.positionOf(id) ?? -1];
    return values === undefined ? undefined : (JSON.parse(values) as Record<string, unknown>);
  }
}

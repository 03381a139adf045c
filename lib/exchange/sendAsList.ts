import { grantedTo, sendAsEntry, sendAsProperties } from "./accessList.ts";
import { textOf, type Row } from "./client/encoding.ts";
import type { Exchange, ReplyPage } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Recipients } from "./recipients.ts";
import { TenantList } from "./tenantList.ts";
import { nameKey, WantedNames } from "./wantedNames.ts";

/** The trustee to whom a row grants Send As. */
export const sendAsTrustee = (row: Row): string | undefined => grantedTo(sendAsEntry(row));

/** The names by which the list can call a mailbox. They have to be read of every mailbox. */
export const listedNames = [
  "Guid",
  "ExternalDirectoryObjectId",
  "WindowsLiveID",
  "PrimarySmtpAddress",
  "Name",
  "DisplayName",
] as const;

/** The trustees with Send As on mailboxes, from the list of the whole tenant. */
export class SendAsList {
  readonly #mailboxes = new WantedNames();
  readonly #byName = new Map<string, string[]>();
  readonly #list = new TenantList({
    cmdlet: "Get-RecipientPermission",
    select: sendAsProperties,
    namesOf: (row) => [nameIn(row)],
    wanted: this.#mailboxes,
    keep: (row) => this.#add(row),
  });

  /** A mailbox whose trustees are wanted. Returns its names. */
  want(mailbox: Mailbox): string[] {
    const names = namesInList(mailbox);
    this.#mailboxes.add(names);
    return names;
  }

  /** No further mailboxes follow. */
  wantNoMore(): void {
    this.#mailboxes.complete();
  }

  /** Reads the list (see `TenantList`). */
  async read(exchange: Exchange, isLeft: (first: ReplyPage) => Promise<boolean>): Promise<void> {
    await this.#list.read(exchange, isLeft);
  }

  #add(row: Row): void {
    const name = nameKey(nameIn(row));
    const trustee = sendAsTrustee(row);
    // A recipient's own entry grants nothing, but shows that the list knows the recipient.
    const trustees = this.#byName.get(name) ?? [];
    if (trustee !== undefined) trustees.push(trustee);
    this.#byName.set(name, trustees);
  }

  /** Everyone whom the list shows under a name of the mailbox, which can be another recipient's name as well. */
  trusteesUnderNamesOf(mailbox: Mailbox): string[] {
    return namesInList(mailbox).flatMap((name) => this.#byName.get(name) ?? []);
  }

  /**
   * The trustees on a mailbox; undefined for one that the list does not contain under a unique name, and that has to be
   * read separately: the list names recipients by free text, which can be another recipient's identifier. Every
   * recipient has an entry in the list, so this also covers names in an unknown form.
   */
  trusteesOn(mailbox: Mailbox, recipients: Recipients): readonly string[] | undefined {
    const own = namesInList(mailbox).filter(
      (name) => this.#byName.has(name) && recipients.isNamed(mailbox.Guid, name),
    );
    return own.length === 0 ? undefined : own.flatMap((name) => this.#byName.get(name) ?? []);
  }
}

function nameIn(row: Row): string {
  assertReturned(row, sendAsProperties, "an entry of a recipient");
  return textOf(row["Identity"]);
}

/** The names by which the list can call a mailbox, as they are compared, without repetitions. */
export function namesInList(mailbox: Mailbox): string[] {
  const names = listedNames.map((name) => nameKey(textOf(mailbox[name])));
  return [...new Set(names)].filter((name) => name !== "");
}

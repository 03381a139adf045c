import { Fault } from "../fault.ts";
import { collectPages } from "./client/batch.ts";
import type { Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { exactlyOne } from "./client/lookUp.ts";
import { firstLooks, isIdentifier, nameLooks, secondLooks } from "./recipientLooks.ts";
import {
  namesOfRecipient,
  namesOfUser,
  RecipientNames,
  recipientProperties,
  userProperties,
  withoutDomain,
  type Resolved,
} from "./recipientNames.ts";
import { mergedCmdlets, type Cmdlets } from "./target.ts";
import { TenantList } from "./tenantList.ts";
import { nameKey, WantedNames } from "./wantedNames.ts";

/** More texts than these are resolved in fewer requests from the lists, unless the tenant is very large. */
const maxNamed = 200;

/** The cmdlets of `Recipients`. */
export const recipientList: Cmdlets = mergedCmdlets(nameLooks, {
  "Get-Recipient": ["ResultSize"],
  "Get-User": ["Identity", "ResultSize"],
});

/**
 * Whom texts in lists of trustees mean. All recipients of the tenant have to be considered, not only accounts: a name
 * that is unique among accounts can still be the name of a guest. Users who are no recipients can be trustees too.
 *
 * A text is announced with `want`, and resolved after `settle`, or before when it `isKnown`. So what is held does not
 * grow with the tenant: of long lists, only what has a wanted name is kept. When the list of recipients is left because
 * there are few texts, those are looked up by name; only what no look-up finds is then searched for in the lists.
 */
export class Recipients {
  readonly #exchange: Exchange;
  readonly #names: RecipientNames;
  readonly #wanted = new WantedNames();
  /** Texts by their keys. Everything that a settled one can mean has been read. */
  readonly #unsettled = new Map<string, string>();
  readonly #settled = new Set<string>();
  readonly #recipients: TenantList;
  readonly #users: TenantList;

  /** `types`: the recipient types for `isOneOf`. */
  constructor(types: readonly string[], exchange: Exchange) {
    this.#exchange = exchange;
    this.#names = new RecipientNames(types);
    this.#recipients = new TenantList({
      cmdlet: "Get-Recipient",
      select: recipientProperties,
      namesOf: namesOfRecipient,
      wanted: this.#wanted,
      keep: (row) => this.#names.addRecipient(row),
      whenEmpty:
        "Exchange Online returned no recipients; expected at least the mailboxes of the tenant.",
    });
    this.#users = new TenantList({
      cmdlet: "Get-User",
      select: userProperties,
      namesOf: namesOfUser,
      wanted: this.#wanted,
      keep: (row) => this.#names.addUser(row),
      whenEmpty:
        "Exchange Online returned no users; expected at least those of the mailboxes of the tenant.",
    });
  }

  /**
   * Begins to read the list of recipients. Resolves to whether it was left after its first page, because there are more
   * and only few texts to resolve. `settle` throws what reading the others throws.
   */
  async listUnless(areFew: Promise<boolean>): Promise<boolean> {
    return await new Promise((resolve, reject) => {
      this.#recipients
        .read(this.#exchange, async ({ isLast }) => {
          const isLeft = !isLast && (await areFew);
          resolve(isLeft);
          return isLeft;
        })
        .catch(reject);
    });
  }

  /** Whether the whole list of recipients is known. */
  get areListed(): boolean {
    return this.#recipients.isWhole;
  }

  /** Whether every text can be resolved: the list of users is known as well. */
  get areAllKnown(): boolean {
    return this.#recipients.isWhole && this.#users.isWhole;
  }

  /** Texts that will be resolved. */
  want(texts: readonly string[]): void {
    this.wantNames([...texts, ...texts.map(withoutDomain)]);
    for (const text of texts)
      if (!this.#settled.has(nameKey(text))) this.#unsettled.set(nameKey(text), text);
  }

  /** Names that `isNamed` will be asked about. */
  wantNames(names: readonly string[]): void {
    this.#wanted.add(names);
  }

  /** Whether a text can be resolved already. If only the list of users is missing, it is requested. */
  isKnown(text: string): boolean {
    if (!this.#recipients.isWhole) return this.#settled.has(nameKey(text));
    if (this.#names.isIdentified(text)) return true;
    this.#beginUsers();
    return this.#users.isWhole;
  }

  /**
   * Reads what is missing to resolve every text that is wanted. Throws an `unexpected` fault when a list of the tenant
   * is empty or a row lacks a name.
   */
  async settle(): Promise<void> {
    this.#wanted.complete();
    // No one has a blank name.
    this.#unsettled.delete("");
    const texts = [...this.#unsettled.values()];
    await this.#readLists(this.#recipients.isRead ? texts : await this.#notFoundOf(texts));
    for (const key of this.#unsettled.keys()) this.#settled.add(key);
    this.#unsettled.clear();
  }

  /** Looks the texts up by name, and returns those that have to be searched for in the lists. */
  async #notFoundOf(texts: readonly string[]): Promise<string[]> {
    const unidentified = texts.filter((text) => !this.#names.isIdentified(text));
    if (unidentified.length > maxNamed) return unidentified;
    const failed = new Set<string>();
    let open = unidentified;
    for (const looksFor of [firstLooks, secondLooks]) {
      const looks = this.#exchange.each(looksFor(open), ({ command }) => command);
      for await (const { item: look, rows, fault } of collectPages(looks)) {
        const isAnswer = !fault || (look.isByIdentity && fault.kind === "missing");
        if (!isAnswer) look.texts.forEach((text) => failed.add(text));
        for (const row of rows) this.#add(look.command.cmdlet, row);
      }
      open = open.filter((text) => !failed.has(text) && this.#names.resolve(text) === "unknown");
    }
    return [...open, ...failed];
  }

  #add(cmdlet: string, row: Row): void {
    if (cmdlet === "Get-User") this.#names.addUser(row);
    else this.#names.addRecipient(row);
  }

  /** Reads the lists for these texts: that of the users, when recipients alone do not identify all of them. */
  async #readLists(texts: readonly string[]): Promise<void> {
    if (texts.length === 0 && !this.#recipients.isRead) return;
    if (texts.some((text) => !isIdentifier(text))) this.#beginUsers();
    await this.#recipients.read(this.#exchange);
    if (texts.some((text) => !this.#names.isIdentified(text)))
      await this.#users.read(this.#exchange);
    this.#recipients.forget();
    this.#users.forget();
  }

  #beginUsers(): void {
    // A fault is thrown where the list is awaited.
    this.#users.read(this.#exchange).catch(() => undefined);
  }

  isOneOf(guid: string): boolean {
    return this.#names.isOneOf(guid);
  }

  /** Whom a text in a list of trustees means. It has to be known or settled. */
  resolve(text: string): Resolved {
    return this.#names.resolve(text);
  }

  /** Whether a name in a list of recipients is this recipient's, and certainly no other one's. */
  isNamed(guid: string, name: string): boolean {
    return this.#names.recipientNamed(name)?.toLowerCase() === guid.toLowerCase();
  }

  /** Throws an `unexpected` fault for an account that is no user. */
  async distinguishedNameOf(guid: string): Promise<string> {
    const known = this.#names.distinguishedNameOf(guid) ?? "";
    if (known !== "") return known;
    const none = (): Fault =>
      new Fault({
        kind: "unexpected",
        message: `Exchange Online did not return a user for account ${guid}.`,
      });
    const command = {
      cmdlet: "Get-User",
      parameters: { Identity: guid },
      select: userProperties,
    };
    const wanted = { what: `user ${guid}`, guid, none };
    this.#names.addUser(await exactlyOne(this.#exchange, command, wanted));
    const name = this.#names.distinguishedNameOf(guid) ?? "";
    if (name === "") throw none();
    return name;
  }
}

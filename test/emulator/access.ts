/** Who may do what with a mailbox or a recipient: access lists, as the state stores them. */
import type { Lag } from "./lag.ts";

/** One entry of an access list. A missing property has its default. */
export interface AccessEntry {
  /** GUID of an object, or a text such as `NT AUTHORITY\SELF`, or the SID of a deleted object. */
  trustee: string;
  rights: string[];
  /** False when missing, like `inherited`. */
  deny?: boolean;
  inherited?: boolean;
  /** Default: `All` on mailboxes, `None` on recipients. */
  inheritanceType?: string;
  /**
   * Another name or SID than the account's, under which the list keeps the entry. Only by that text
   * is it found and removed.
   */
  listedAs?: string;
}

export interface MailboxAccess extends AccessEntry {
  /** GUID of the mailbox. */
  mailbox: string;
  autoMapping?: boolean;
}

export interface RecipientAccess extends AccessEntry {
  /** GUID of the recipient. */
  recipient: string;
}

/** The key that distinguishes the entries of one list. */
export interface Ace {
  trustee: string;
  deny: boolean;
  inheritanceType: string;
}

interface Kind<Entry> {
  name: string;
  holder: (entry: Entry) => string;
  inheritanceType: string;
}

/**
 * The entries of all objects, by object. The list in the state is the only truth: it is changed in
 * place.
 */
export class AccessList<Entry extends AccessEntry> {
  readonly inheritanceType: string;
  readonly #kind: Kind<Entry>;
  readonly #entries: Entry[];
  readonly #lag: Lag;
  readonly #lagMs: (guid: string) => number;
  #byHolder: Map<string, Entry[]> | undefined;

  constructor(kind: Kind<Entry>, entries: Entry[], lag: Lag, lagMs: (guid: string) => number) {
    this.inheritanceType = kind.inheritanceType;
    this.#kind = kind;
    this.#entries = entries;
    this.#lag = lag;
    this.#lagMs = lagMs;
  }

  /** The current entries. For cmdlets that write. */
  of(guid: string): readonly Entry[] {
    if (!this.#byHolder) {
      this.#byHolder = new Map();
      for (const entry of this.#entries) {
        const there = this.#byHolder.get(this.#kind.holder(entry));
        if (there) there.push(entry);
        else this.#byHolder.set(this.#kind.holder(entry), [entry]);
      }
    }
    return this.#byHolder.get(guid) ?? [];
  }

  /** The entries as readers see them. */
  seen(guid: string): readonly Entry[] {
    return this.#lag.seen(this.#key(guid), this.of(guid));
  }

  /**
   * The explicit entry for one trustee, if there is one. An inherited entry is never changed on the
   * object that inherits it, and one that is listed under another name is found only when `named`
   * is that name.
   */
  find(guid: string, ace: Ace, named = ""): Entry | undefined {
    return this.of(guid).find(
      (entry) =>
        entry.inherited !== true &&
        entry.trustee === ace.trustee &&
        isListedAs(entry, named) &&
        (entry.deny ?? false) === ace.deny &&
        (entry.inheritanceType ?? this.inheritanceType) === ace.inheritanceType,
    );
  }

  /** Replaces `before` with `after`; without `before` it adds, without `after` it removes. */
  replace(guid: string, before: Entry | undefined, after: Entry | undefined): void {
    const list = this.of(guid);
    this.#lag.keep(this.#key(guid), list, this.#lagMs(guid));
    this.#byHolder?.set(guid, exchanged([...list], before, after));
    exchanged(this.#entries, before, after);
  }

  #key(guid: string): string {
    return `${this.#kind.name}/${guid}`;
  }
}

const isListedAs = ({ listedAs }: AccessEntry, name: string): boolean =>
  listedAs === undefined || listedAs.toLowerCase() === name.toLowerCase();

function exchanged<T>(list: T[], before: T | undefined, after: T | undefined): T[] {
  const at = before === undefined ? list.length : list.indexOf(before);
  list.splice(at, before === undefined ? 0 : 1, ...(after === undefined ? [] : [after]));
  return list;
}

/**
 * Adds rights to the trustee's entry, or creates one. Returns the entry, or nothing when every
 * right was already there.
 */
export function grant<Entry extends AccessEntry>(
  list: AccessList<Entry>,
  guid: string,
  ace: Ace,
  rights: readonly string[],
  fresh: (rights: string[]) => Entry,
): Entry | undefined {
  const before = list.find(guid, ace);
  const more = rights.filter((right) => !before?.rights.includes(right));
  if (more.length === 0) return undefined;
  const made = fresh([...(before?.rights ?? []), ...new Set(more)]);
  list.replace(guid, before, made);
  return made;
}

/**
 * Removes rights from the trustee's entry, and the entry when no right is left. Returns whether any
 * of them was there.
 */
export function revoke<Entry extends AccessEntry>(
  list: AccessList<Entry>,
  guid: string,
  ace: Ace,
  rights: readonly string[],
  named: string,
): boolean {
  const before = list.find(guid, ace, named);
  if (!before?.rights.some((right) => rights.includes(right))) return false;
  const left = before.rights.filter((right) => !rights.includes(right));
  list.replace(guid, before, left.length === 0 ? undefined : { ...before, rights: left });
  return true;
}

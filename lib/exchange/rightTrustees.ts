import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { assertReturned } from "./client/lookUp.ts";
import { confirmed, type Mailbox } from "./mailbox.ts";
import type { RightName } from "./mailboxRight.ts";
import { nameOf } from "./naming.ts";
import type { Recipients } from "./recipients.ts";
import { SendAsList } from "./sendAsList.ts";
import {
  fullAccessLists,
  sendAsLists,
  trusteesOn,
  withoutTrustees,
  type Listed,
} from "./trusteeLists.ts";

/** Those to whom each right on a mailbox was granted directly, as the lists show them. */
export interface MailboxTrustees {
  mailbox: Mailbox;
  trustees: Readonly<Record<RightName, readonly string[]>>;
}

interface Reading {
  mailboxes: AsyncIterable<Mailbox>;
  wanted: readonly RightName[];
  recipients: Recipients;
  exchange: Exchange;
}

/**
 * The trustees of each right on every mailbox, in any order, once `recipients` can resolve all of them; or why they
 * could not be read. The mailboxes must have been read with `GrantSendOnBehalfTo`, and with `listedNames` if Send As is
 * wanted. Full Access has to be read for each mailbox, while the pages of the long lists arrive.
 */
export async function* trusteesOfRights({
  mailboxes,
  wanted,
  recipients,
  exchange,
}: Reading): AsyncGenerator<MailboxTrustees | { mailbox: Mailbox; fault: Fault }, void, undefined> {
  const sendAs = wanted.includes("SendAs") ? new SendAsList() : undefined;
  const listing = counted(mailboxes, (mailbox) => {
    if (sendAs) recipients.wantNames(sendAs.want(mailbox));
  });
  // Of few mailboxes in a large tenant only the trustees are read.
  const isByName = recipients.listUnless(listing.few.then((few) => few !== undefined));
  const sendAsRead = begun(
    sendAs?.read(exchange, async ({ isLast }) => !isLast && (await isByName)),
  );
  void listing.ended.then(() => sendAs?.wantNoMore());
  const sendAsOfFew = begun(
    isByName.then(async (is) => {
      const few = is && sendAs ? await listing.few : undefined;
      return few && (await collected(trusteesOn(few, sendAsLists, exchange)));
    }),
  );

  const trusteesOf = (
    { mailbox, trustees }: Listed,
    listedSendAs: readonly string[],
  ): MailboxTrustees => {
    const SendOnBehalf = wanted.includes("SendOnBehalf") ? delegatesOf(mailbox) : [];
    const all = { FullAccess: trustees, SendAs: listedSendAs, SendOnBehalf };
    recipients.want(Object.values(all).flat());
    return { mailbox, trustees: all };
  };
  const isKnown = ({ trustees }: MailboxTrustees): boolean =>
    Object.values(trustees).every((texts) => texts.every((text) => recipients.isKnown(text)));

  /** Mailboxes that wait for the long lists. */
  const waiting: Listed[] = [];
  /** Those whose Send As the list of the tenant does not show. */
  const unlisted = new Map<Mailbox, Listed>();
  /** Those with trustees who are not known yet. */
  const unknown: MailboxTrustees[] = [];
  function* listed(): Generator<MailboxTrustees, void, undefined> {
    for (const one of waiting.splice(0)) {
      const trustees = sendAs ? sendAs.trusteesOn(one.mailbox, recipients) : [];
      if (!trustees) {
        unlisted.set(one.mailbox, one);
        continue;
      }
      const found = trusteesOf(one, trustees);
      if (isKnown(found)) yield found;
      else unknown.push(found);
    }
    if (recipients.areAllKnown) yield* unknown.splice(0);
  }

  const fullAccess = wanted.includes("FullAccess")
    ? trusteesOn(listing.items, fullAccessLists, exchange)
    : withoutTrustees(listing.items);
  for await (const one of fullAccess) {
    const { mailbox, fault } = one;
    if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
    else waiting.push(one);
    if (recipients.areListed && sendAsRead.hasEnded) yield* listed();
  }
  if (await isByName) for (const one of waiting) unlisted.set(one.mailbox, one);
  else {
    await sendAsRead.end;
    // Everyone who can be a trustee has to be known before a long list of recipients is read to its end.
    for (const one of waiting) trusteesOf(one, sendAs?.trusteesUnderNamesOf(one.mailbox) ?? []);
    await recipients.settle();
    yield* listed();
  }
  yield* unknown.splice(0);
  const own = sendAs
    ? ((await sendAsOfFew.end) ?? trusteesOn(unlisted.keys(), sendAsLists, exchange))
    : withoutTrustees(unlisted.keys());
  for await (const { mailbox, trustees, fault } of own) {
    const one = unlisted.get(mailbox);
    if (one && fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
    else if (one) unknown.push(trusteesOf(one, trustees));
  }
  await recipients.settle();
  yield* unknown;
}

function delegatesOf(mailbox: Mailbox): string[] {
  assertReturned(mailbox, ["GrantSendOnBehalfTo"], `mailbox ${nameOf(mailbox)}`);
  return [mailbox["GrantSendOnBehalfTo"] ?? []].flat().map(textOf);
}

/** Something that was begun. A fault is thrown where its end is awaited. */
function begun<T>(end: Promise<T> | undefined) {
  const one = { end, hasEnded: end === undefined };
  end?.then(() => (one.hasEnded = true)).catch(() => undefined);
  return one;
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The same items. The first one is requested at once, before a reader asks for it. */
function begunList<T>(items: AsyncIterable<T>): AsyncIterable<T> {
  const source = items[Symbol.asyncIterator]();
  const first = source.next();
  // It is thrown where the items are read.
  first.catch(() => undefined);
  let isFirst = true;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const next = isFirst ? first : source.next();
        isFirst = false;
        return next;
      },
      return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

/** The trustees of so many mailboxes are read one by one, instead of a list of the whole tenant. */
const fewMailboxes = 50;

/**
 * The same mailboxes; all of them if they are few, known when they end or when there are more; and when they end.
 * `onEach` sees each before it is passed on.
 */
function counted(mailboxes: AsyncIterable<Mailbox>, onEach: (mailbox: Mailbox) => void) {
  let decide: (few: readonly Mailbox[] | undefined) => void = () => undefined;
  const few = new Promise<readonly Mailbox[] | undefined>((resolve) => (decide = resolve));
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const all = begunList(mailboxes);
  async function* items(): AsyncGenerator<Mailbox, void, undefined> {
    const first: Mailbox[] = [];
    try {
      for await (const mailbox of all) {
        onEach(mailbox);
        if (first.length <= fewMailboxes && first.push(mailbox) > fewMailboxes) decide(undefined);
        yield mailbox;
      }
      decide(first);
    } finally {
      decide(undefined);
      end();
    }
  }
  return { items: items(), few, ended };
}

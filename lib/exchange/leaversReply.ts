import {
  isNeverSent,
  isOnForGood,
  replyChange,
  type AutoReply,
  type PresentReply,
} from "./autoReply.ts";
import type { Mailbox } from "./mailbox.ts";
import { applySettings } from "./mailboxChange.ts";
import { nameOf } from "./naming.ts";
import type { Setting } from "./settingTypes.ts";
import type { Row } from "./client/encoding.ts";
import type { ExchangeGate } from "./target.ts";

/** An automatic reply as it should be and as it is. Undefined: it is not mapped, or was not read. */
export interface Replying {
  wanted: AutoReply | undefined;
  present: PresentReply | undefined;
  /** A reply that is on for good is kept (ExistingAutoReply). */
  keepsExisting: boolean;
}

/**
 * Sets the automatic reply of a leaver, whatever becomes of the settings, and then these. The mailbox was read with
 * `forwardingProperties` if a reply is wanted.
 */
export async function applyWithReply(
  mailbox: Mailbox,
  settings: readonly Setting[],
  { wanted, present, keepsExisting }: Replying,
  { read, changeAll }: Pick<ExchangeGate, "read" | "changeAll">,
): Promise<{ before: Row; after: Row; subject: string; audit: { Message: string }[] }> {
  const differing = wanted && present && replyChange(mailbox, present, wanted);
  const isKept =
    keepsExisting &&
    differing !== undefined &&
    wanted?.AutoReplyState !== "Disabled" &&
    isOnForGood(present ?? {});
  const reply = isKept ? undefined : differing;
  const { before, after, subject } = await applySettings(mailbox, settings, {
    read,
    changeAll,
    ...(reply && { first: reply.change }),
  });
  const isInVain =
    wanted && wanted.AutoReplyState !== "Disabled" && isNeverSent({ ...mailbox, ...after });
  return {
    before: { ...present, ...before },
    after: { ...(reply?.after ?? present), ...after },
    subject,
    audit: [
      ...(isKept ? [{ Message: keptReply(mailbox) }] : []),
      ...(isInVain
        ? [
            {
              Message:
                `Mailbox ${nameOf(mailbox)} forwards its mail without keeping a copy, ` +
                "so no one will get the automatic reply.",
            },
          ]
        : []),
    ],
  };
}

function keptReply(mailbox: Mailbox): string {
  return (
    `The automatic reply of mailbox ${nameOf(mailbox)} is on already and was not changed: ` +
    '"Automatic reply that is on" (ExistingAutoReply) is set to keep it.'
  );
}

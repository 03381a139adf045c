import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { booleanProperty, mailboxById, mailboxLookup, type Mailbox } from "./mailbox.ts";
import { daysIn } from "./units.ts";
import { nameOf } from "./naming.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeStep, type ExchangeQuery } from "./target.ts";

/** Whole days, or unlimited. */
export type HoldDuration = number | "Unlimited";

export const holdProperties = [
  "LitigationHoldEnabled",
  "LitigationHoldDuration",
  "IsInactiveMailbox",
];

/** .NET counts a span in ticks of 100 ns; more days than these do not fit. */
const maxDays = 10_675_199;

/** Throws an `invalid` fault for anything that is not a duration. */
export function holdDurationFrom(value: unknown): HoldDuration {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  if (/^unlimited$/i.test(text)) return "Unlimited";
  const days = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > maxDays)
    throw Fault.invalid(
      `The duration of a litigation hold is ${described(value)}; expected whole days from 1, or Unlimited.`,
    );
  return days;
}

function described(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  return typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
}

/** What `heldMailboxById` sends. */
export const heldMailboxLookup: Cmdlets = mergedCmdlets(mailboxLookup, {
  "Get-Mailbox": ["IncludeInactiveMailbox"],
});

/** The mailbox with its hold; also an inactive one, whose user no longer exists and which is kept only by its hold. */
export function heldMailboxById(id: string): ExchangeQuery<Mailbox> {
  return mailboxById(id, holdProperties, { switches: { IncludeInactiveMailbox: true } });
}

/** The present hold of a mailbox that was read with `holdProperties`; undefined when there is none. */
export function holdOf(mailbox: Mailbox): HoldDuration | undefined {
  if (!booleanProperty(mailbox, "LitigationHoldEnabled")) return undefined;
  return durationOf(mailbox) ?? fail(mailbox);
}

function durationOf(row: Row): HoldDuration | undefined {
  const text = textOf(row["LitigationHoldDuration"]);
  return /^unlimited$/i.test(text) ? "Unlimited" : daysIn(text);
}

function fail(mailbox: Mailbox): never {
  throw new Fault({
    kind: "unexpected",
    message:
      `Exchange Online did not return a LitigationHoldDuration of mailbox ${nameOf(mailbox)} that can ` +
      "be compared.",
  });
}

export function isLonger(a: HoldDuration, b: HoldDuration): boolean {
  return a !== b && (a === "Unlimited" || (b !== "Unlimited" && a > b));
}

export function describedHold(duration: HoldDuration): string {
  return duration === "Unlimited"
    ? "without end"
    : `of ${duration} ${duration === 1 ? "day" : "days"}`;
}

export function isInactive(mailbox: Mailbox): boolean {
  return booleanProperty(mailbox, "IsInactiveMailbox");
}

/** What `holding` sends. */
export const holdStart: Cmdlets = {
  "Set-Mailbox": ["Identity", "LitigationHoldEnabled", "LitigationHoldDuration", "InactiveMailbox"],
};

/** Places the mailbox on hold. */
export function holding(mailbox: Mailbox, duration: HoldDuration): ExchangeStep {
  return {
    target: "exchange",
    operation: "Set-Mailbox",
    parameters: {
      Identity: mailbox.Guid,
      LitigationHoldEnabled: true,
      LitigationHoldDuration: duration === "Unlimited" ? duration : String(duration),
      ...inactiveSwitch(mailbox),
    },
    sentence: `Put mailbox ${nameOf(mailbox)} on a litigation hold ${describedHold(duration)}`,
    before: beforeOf(mailbox),
    isInEffect: async (targets) =>
      holdOf(await heldMailboxById(mailbox.Guid)(targets)) === duration,
  };
}

/** What `releasing` sends. */
export const holdEnd: Cmdlets = {
  "Set-Mailbox": ["Identity", "LitigationHoldEnabled", "InactiveMailbox"],
};

/** Ends the hold. */
export function releasing(mailbox: Mailbox): ExchangeStep {
  return {
    target: "exchange",
    operation: "Set-Mailbox",
    parameters: {
      Identity: mailbox.Guid,
      LitigationHoldEnabled: false,
      ...inactiveSwitch(mailbox),
    },
    sentence: `Take the litigation hold off mailbox ${nameOf(mailbox)}`,
    before: beforeOf(mailbox),
    isInEffect: async (targets) => {
      try {
        return holdOf(await heldMailboxById(mailbox.Guid)(targets)) === undefined;
      } catch (thrown) {
        // An inactive mailbox is kept only by its hold.
        if (isInactive(mailbox) && Fault.of(thrown).isProven) return true;
        throw thrown;
      }
    },
  };
}

function beforeOf(mailbox: Mailbox): Record<string, unknown> {
  return {
    LitigationHoldEnabled: mailbox["LitigationHoldEnabled"],
    LitigationHoldDuration: mailbox["LitigationHoldDuration"],
  };
}

/** Without the switch an inactive mailbox answers a change with a warning and keeps its hold. */
function inactiveSwitch(mailbox: Mailbox): { InactiveMailbox?: true } {
  return isInactive(mailbox) ? { InactiveMailbox: true } : {};
}

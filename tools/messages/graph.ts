import type { Entry } from "./catalogue.ts";

/** The answers of Microsoft Graph, and what is requested from it. */
export const graph: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "A value cannot be sent to Microsoft Graph. Nothing was sent.",
    mend: "Correct the mapping or the reference that the message names.",
    of: [
      "A query was about to be sent with the property name",
      "The … is …; expected ….",
      "cannot be cleared; expected a value",
    ],
  },
  {
    outcome: "invalid",
    why: "A mapped field is not a property of a user.",
    mend: "Correct the field mapping: a name without a prefix is Graph's, `exchangeOnline.*` is the mailbox's.",
    of: ["… is mapped; expected …."],
    also: ["is mapped, but is not a property of a user"],
  },
  {
    outcome: "invalid",
    why: "Entra ID cannot find the person's user, or create one, as it is configured.",
    mend: "Select an account correlation field such as employeeId, and map it for Create with the same value.",
    of: [
      "expected a property of a user such as employeeId",
      "a new one cannot be created with it",
      "expected the same value, so that a later run finds the account",
      "finds this property in an index that lags",
    ],
  },
  {
    outcome: "invalid",
    why: "The new user lacks a value or has one that Entra ID does not accept. Nothing was created.",
    mend: "Correct the field mapping for Create; a script makes names unique with Iteration.",
    of: ["A new user needs", "The userPrincipalName"],
  },
  {
    outcome: "invalid",
    why: "Exchange Online masters the property of a user with a mailbox. The other properties were changed.",
    mend: "Map the setting of the mailbox that the message names instead.",
    of: ["follows its mailbox, so it was not changed"],
  },
  {
    outcome: "gone",
    why: 'No user belongs to the person, and "Correlate only" is on, so none was created.',
    mend: "Turn it off, or correct the value that correlation looks for.",
    of: ['No user has "…" as ….'],
  },
  {
    outcome: "notYet",
    why: "The user has a mailbox, and Exchange Online cannot find it at the moment.",
    mend: "Retry the action in some minutes.",
    of: ["exists, but cannot be found at the moment"],
  },
  {
    outcome: "invalid",
    why: "The connector was about to send a request that is not in its table of operations. Nothing was sent.",
    mend: "This is a defect: report it with the message.",
    of: [
      "is not an item of the source data",
      "… does not take ….",
      "… does not take …; expected the name of a property.",
      "is not an operation of Microsoft Graph",
      "was about to be sent without a property",
    ],
  },
  {
    outcome: "invalid",
    why: "The members of the group are not changed through Microsoft Graph.",
    mend: "Grant another permission; that of a distribution list is one of Exchange Online.",
    of: ["Exchange Online masters it.", "whose members Exchange Online masters; expected"],
    also: ["has dynamic membership: its rule", "can be assigned to a directory role"],
  },
  {
    outcome: "invalid",
    why: "Microsoft Graph refused the request itself. The message quotes its reason.",
    mend: "Correct what it names; another try with the same values is refused again.",
    of: ["Microsoft Graph refused … (status …)…"],
  },
  {
    outcome: "ambiguous",
    why: "Several users have the value.",
    mend: "Look up by a property that no two users share, such as employeeId.",
    of: ["users have the"],
  },
  {
    outcome: "gone",
    why: "Entra ID has no object with this ID: two different reads agree.",
    mend: "Correct the reference, or remove it.",
    of: ["… … does not exist."],
  },
  {
    outcome: "invalid",
    why: "Another group has the unique name or the alias that the group of an item would have.",
    mend: "Rename that group, or change _Unique name prefix_ or _Group name prefix_ before the first enforcement.",
    of: ["has the unique name of the resource and is a", "expected one that no group has"],
  },
  {
    outcome: "notYet",
    why: "The object was created a moment ago.",
    mend: "Retry the action in some minutes.",
    of: [
      "Entra ID needs some time after it is created",
      "exists in Entra ID, and Exchange Online does not show it",
    ],
  },
  {
    outcome: "unknown",
    why: "The answer of Microsoft Graph is incomplete or not one.",
    mend: "Retry the action. If it stays, look for a proxy in between, and report it with the message.",
    of: [
      "Microsoft Graph did not return",
      "answers to one part of a batch",
      "Microsoft Graph named a next page at",
      "Microsoft Graph returned the same page of",
      "expired … times before the list was complete",
      "Microsoft Graph's answer to … … (status …).",
      "was read without",
    ],
  },
];

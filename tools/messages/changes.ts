import type { Entry } from "./catalogue.ts";

/** What the state of the tenant does not allow, or does not show yet. */
export const changes: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "The object is not of a type that the action changes.",
    mend: "Correct the mapping, the option or the configured types, or grant another permission.",
    of: [
      "Mailbox … is a …; the configuration (Shared mailbox types)",
      "for a person the configuration (Mailbox types)",
      "expected a distribution group, a mail-enabled security group or a room list",
      "… is a …; expected a mailbox.",
      "is a …, which cannot be",
      "is not one user or group with an address",
    ],
    also: [
      "is a …; expected a group",
      "is a dynamic distribution group",
      "is a Microsoft 365 group",
    ],
  },
  {
    outcome: "invalid",
    why: "Another object has the name or the address.",
    mend: "Change or remove the object that the message names, or map another address.",
    of: ["is already used by", "is taken by"],
  },
  {
    outcome: "invalid",
    why: "A recipient in the configuration does not exist.",
    mend: "Correct the field that the message names.",
    of: ["… does not exist."],
  },
  {
    outcome: "invalid",
    why: "Something in the tenant is in the way, and the connector removes nothing that it did not grant.",
    mend: "Do what the message says in the Exchange admin center, or allow it in the configuration form.",
    of: [
      "already has the right of",
      "by an entry of its own, which wins over any grant",
      "The access list of mailbox",
      "has this key, but",
      "is inactive: its user no longer exists",
    ],
    also: ["already exists and was not renamed"],
  },
  {
    outcome: "invalid",
    why: "Exchange Online refused the request itself. The message quotes what it said.",
    mend: "Mend what it names; another try with the same values is refused again.",
    of: ["Exchange Online refused … (status …).…"],
  },
  {
    outcome: "gone",
    why: "No mailbox has the value of the correlation field.",
    mend: "Check the value of the person, the field, and that the mailbox exists. A new licence takes up to a day.",
    of: ["No mailbox has"],
  },
  {
    outcome: "gone",
    why: "The account, the group or the user no longer exists.",
    mend: "Restore it, or unmanage the account in HelloID so that it correlates again.",
    of: ["… does not exist.", "and no mailbox has this user principal name or address"],
    also: ["There is nothing left to …."],
  },
  {
    outcome: "gone",
    why: "A contract asks for a group or mailbox that no object is marked as.",
    mend: "Create it as a resource, or write the value of the contract to the matching attribute of an existing one.",
    of: [],
    also: ["which a contract requires"],
  },
  {
    outcome: "notYet",
    why: "The account has no mailbox, or its mailbox was created a moment ago.",
    mend: "Assign the licence. It can take from minutes to a day.",
    of: [
      "and has no mailbox: its licence may have been removed",
      "exists, but has no mailbox in Exchange Online yet",
      "exists, but cannot be found as a mailbox",
      "has no calendar yet",
    ],
  },
  {
    outcome: "notYet",
    why: "Exchange Online needs time until its servers agree.",
    mend: "Retry after some minutes.",
    of: [
      "exists, but cannot be found as a group yet",
      "but Exchange Online does not list it yet",
      "Its lists do not show the change yet",
      "was not found within",
      "was not found yet",
    ],
    also: ["accepted; its lists do not show it yet"],
  },
  {
    outcome: "notYet",
    why: "The calendar has an entry whose owner Exchange Online does not name, so it may be the right in question.",
    mend: "Remove the dead entry from the calendar, and retry.",
    of: ["whose owner is not known: check the calendar"],
  },
  {
    outcome: "unknown",
    why: "A change was sent, and its answer was lost or is in doubt.",
    mend: "Retry: the connector looks at the tenant first, and changes only what is not so.",
    of: [
      "It is not known whether … was carried out.",
      "It is not known whether … was carried out, so it was not sent again",
      "so this answer is not trusted",
      "The connection returned no answer to a step",
    ],
    also: [
      "was sent; it is unknown whether it was applied",
      "The service answered that there was nothing to change",
      "The request had to be sent again",
      "A step could not be confirmed",
      "the next run finds and completes it.",
      "if not, the next run creates it",
    ],
  },
  {
    outcome: "unknown",
    why: "Some objects could not be read, so the import is not complete. The others were imported.",
    mend: "Read the reason that follows. Import again.",
    of: ["The import is incomplete"],
  },
  {
    outcome: "masteredOnPremises",
    why: "The object is synchronised from Active Directory.",
    mend: "Change the attribute that the message names there.",
    of: ["is synchronised from Active Directory, which masters"],
  },
  {
    outcome: "notLicensed",
    why: "The message of Exchange Online names the feature that the licence lacks.",
    mend: "Assign a licence that includes it, or remove the permission or the mapped field.",
    of: ["Exchange Online refused …: …"],
  },
  {
    outcome: "ambiguous",
    why: "Several mailboxes have the value of the correlation field.",
    mend: "Clear the value of all but one, or correlate on another field.",
    of: ["mailboxes have", "mailboxes match", "which names more than one mailbox"],
  },
  {
    outcome: "ambiguous",
    why: "Several objects have the key, the name or the type that one should have.",
    mend: "Clear or change it on all but one of those that the message names.",
    of: [
      "There is more than one",
      "More than one object has",
      "is the name of … recipients",
      "folders of type Calendar",
      "The calendar has … entries for",
    ],
  },
  {
    outcome: "unknown",
    why:
      "Several changes belonged to the event, and not all were applied. The outcome is that of the " +
      "first that was not.",
    mend: "Read the line of each change, mend its reason, and retry: what is done is left as it is.",
    of: [],
    also: ["Only partly done"],
  },
];

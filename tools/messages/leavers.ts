import type { Entry } from "./catalogue.ts";

/** Messages about the policies of leavers. */
export const leavers: readonly Entry[] = [
  {
    outcome: "invalid",
    why: "`lifecycle/leaver.json` has a mistake, or names somebody who does not exist.",
    mend: "Correct it; `exo-connector check` names the place ([leavers](leaver.md)).",
    of: ["lifecycle/leaver.json cannot be used", "Share is with"],
  },
  {
    outcome: "notYet",
    why: "A step is for the manager, and the person has none with a mailbox.",
    mend: "Set the manager, or set `WithoutManager` of the step to `skip`.",
    of: ["set the manager, or set WithoutManager to skip"],
  },
  {
    outcome: "notYet",
    why: "The licence of the leaver was removed before the event, whose policy ends memberships or access.",
    mend: "End them by hand or by revoking permissions, or give the licence back, and repeat the event.",
    of: ["Its memberships and its access to other mailboxes were not looked at"],
  },
  {
    outcome: "notYet",
    why: "`EndAccess` looks at every mailbox, or the return grants access to many: more than one event has time for.",
    mend: "Repeat the event: it goes on from there. The [worker](worker.md) does so by itself.",
    of: ["mailboxes were looked at for access of", "has the access on"],
  },
  {
    outcome: "notYet",
    why: "`EndAccess` is about mailboxes, and the leaver can send as something else, such as a group.",
    mend: "Revoke Send As there, and repeat the event.",
    of: ["which is no mailbox of a person, a team or "],
  },
  {
    outcome: "notYet",
    why: "An entry names a security identifier, and that of the leaver is not known: it may be the leaver's.",
    mend: "Look at the entry in the Exchange admin center, remove it if it is of no use, and repeat the event.",
    of: ["Exchange Online does not show the security identifier of the account. Look at "],
  },
  {
    outcome: "masteredOnPremises",
    why: "A policy ends memberships, and Active Directory masters the members of one of the groups.",
    mend: "Remove the member in Active Directory; the next event ends the rest.",
    of: ["stays a member of group"],
  },
  {
    outcome: "invalid",
    why: "The record of a policy on the mailbox is from a newer version, was changed by somebody, or is too large.",
    mend: "Update the connector, or undo the policy by hand and remove the values of the property.",
    of: [
      "has a value of a leaver's policy that this version of the connector cannot read",
      "The policy changes more than a property of a mailbox can keep",
    ],
  },
];

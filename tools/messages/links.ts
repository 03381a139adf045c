import type { Entry } from "./catalogue.ts";

/** The linked account and the folder that keeps it. */
export const links: readonly Entry[] = [
  {
    outcome: "forbidden",
    why: "The link with the account has ended.",
    mend: "Run `exo-connector link` on the server again, and sign in as the account.",
    of: ["has expired: it was not used for 90 days", "was revoked: its sessions were ended"],
  },
  {
    outcome: "forbidden",
    why: "Entra ID does not let the linked account sign in.",
    mend:
      "Enable the account, or exclude it from the policy of Conditional Access, which the sign-in log of Entra ID " +
      "names. Then run `exo-connector link` again.",
    of: ["has to prove itself anew"],
  },
  {
    outcome: "forbidden",
    why: "The consent was removed, or a permission was added to the application and nobody has consented to it.",
    mend: "Run `exo-connector link` again: it names the missing scopes. An administrator has to consent.",
    of: ["The consent for the linked account"],
  },
  {
    outcome: "invalid",
    why: "No account was linked on this server, or one was linked without this resource.",
    mend: "Run `exo-connector link` on each server of the agent pool ([Entra ID](entra.md#a-linked-account)).",
    of: [
      "No account is linked with application",
      "was linked without",
      "The sealed link has no account",
    ],
  },
  {
    outcome: "invalid",
    why: "A new certificate or client secret is in the form, and the link was not told of it before.",
    mend:
      "`exo-connector link renew` lets the new one open the link as long as the old one still works. Afterwards: " +
      "`exo-connector link`.",
    of: ["does not open with the"],
  },
  {
    outcome: "invalid",
    why: "The state folder is not there, or others than the account of the agent can read it.",
    mend: "Let `exo-connector link --for ACCOUNT` make it, and change nothing in it by hand.",
    of: [
      "A linked account needs",
      "(StateFolder), or EXO_CONNECTOR_STATE in the environment, is",
      "exo-connector link makes it",
      "the account that runs the events has to own it",
      "can be read or changed by other accounts",
      "The access list of the folder",
      "is not a file.",
      "The state in",
      "Files for the account",
      "There is no account",
    ],
  },
  {
    outcome: "invalid",
    why: "A file of the state folder was changed, or written by a later version of the connector.",
    mend: "Use that version, or link the account again: `exo-connector link`.",
    of: [
      "was written by a newer version of the connector",
      "it is not a sealed file",
      "its content was changed",
      "There is nothing to open in",
    ],
  },
  {
    outcome: "unknown",
    why: "Hundreds of events ended at the same moment.",
    mend: "Retry. If it lasts, look at the disk of the state folder.",
    of: ["Too many processes change the state in"],
  },
  {
    outcome: "invalid",
    why: "The event would disable or delete the account that the connector itself works as.",
    mend: "Leave the account out of the business rules: it is a service account.",
    of: ["the linked account that the connector itself works as"],
  },
];

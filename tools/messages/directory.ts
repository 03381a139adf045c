import type { Entry } from "./catalogue.ts";

/** Active Directory. */
export const directory: readonly Entry[] = [
  {
    outcome: "forbidden",
    why: "Active Directory refuses the sign-in of the connector's account, for the reason in the message.",
    mend:
      "Correct _User name_ and _Password_ in the form, or the account in Active Directory. No other host is asked, " +
      "so that the account is not locked out.",
    of: ["… was refused by …: …."],
    also: ["the user name or the password is wrong", "the sign-in of the account was refused"],
  },
  {
    outcome: "forbidden",
    why: "The connector's account may not write the attributes that the message names.",
    mend: "Delegate them on the organisational unit ([hybrid](hybrid.md#the-service-account)).",
    of: [],
    also: ["the account of the connector lacks the right to"],
  },
  {
    outcome: "forbidden",
    why: "The certificate of a domain controller has expired, or is of an unknown authority or for another host.",
    mend:
      "Name the PEM file of the authority in _Certificate authority file_. For an IP address, name the host of the " +
      "certificate in _Server name_ ([hybrid](hybrid.md#certificates)).",
    of: ["No domain controller could be used"],
    also: ["Where the certificates are of a private certificate authority"],
  },
  {
    outcome: "unknown",
    why: "No domain controller of the form answers.",
    mend: "Check the hosts, the port 636 and the firewall. The message has a reason for each host.",
    of: ["No domain controller could be used"],
  },
  {
    outcome: "unknown",
    why: "The domain controller ended the connection, or did not answer in time.",
    mend: "Retry the action: what is in place already is left as it is.",
    of: ["… got no answer from …: ….", "The connection to the directory was closed"],
  },
  {
    outcome: "unknown",
    why: "A list or an attribute of Active Directory is not complete, or not as its schema says.",
    mend: "Retry the action. If it stays, report it with the message.",
    of: [
      "ended with an empty page",
      "and there are more.",
      "for …; expected one value (",
      "The connector does not know the attribute",
      "is not one that an attribute can have",
    ],
  },
  {
    outcome: "invalid",
    why: "The form does not name the directory, or not as it is expected.",
    mend: "Correct the fields that the message names.",
    of: [
      "accounts of Active Directory need them",
      "expected host names or IP addresses of domain controllers",
      "cannot be used; expected a PEM file",
    ],
  },
  {
    outcome: "invalid",
    why: "The object is in another part of the forest than the base DN of the form.",
    mend: "Choose a base DN within one domain that contains all accounts of the connector.",
    of: ["is not below the base DN", "has a part in another domain"],
    also: ["which this connection does not have"],
  },
];

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
    why: "The account reference is not one of a user, or the connector's account may not read it.",
    mend: "Let the connector's account read the users of the organisational unit, which every user may by default.",
    of: ["cannot read userAccountControl of"],
  },
  {
    outcome: "forbidden",
    why: "The permission reference is not one of a group, or the connector's account may not read it.",
    mend: "Let the connector's account read the groups of the organisational unit, which every user may by default.",
    of: ["cannot read groupType of"],
  },
  {
    outcome: "invalid",
    why:
      "The group or the mailbox is synchronised, and its object in Active Directory is not among those that the " +
      "connector sees.",
    mend:
      "Name its domain in the form (_Base DN_, _Other domains_), or change it by hand " +
      "([hybrid](hybrid.md#permissions-of-exchange-online)).",
    of: [
      "which shows the connector no group with its security identifier",
      "which shows the connector no account with its immutable ID",
    ],
  },
  {
    outcome: "ambiguous",
    why: "Several accounts of Active Directory have the same immutable ID.",
    mend: "Correct `mS-DS-ConsistencyGuid` of those that the message is about.",
    of: ["accounts of Active Directory have the immutable ID of"],
  },
  {
    outcome: "unknown",
    why: "Entra ID returned a synchronised object without what links it to Active Directory.",
    mend: "Look at the object in Entra ID: it may have been linked by hand.",
    of: [
      "so it is linked to no account of Active Directory",
      "so it is linked to no group of Active Directory",
      "The security identifier is",
    ],
  },
  {
    outcome: "notYet",
    why: "The account is new, and the synchronisation has not brought it to Entra ID.",
    mend: "Nothing: the platform tries again. If it stays for hours, look at the synchronisation of the account.",
    of: ["so Exchange Online was not changed"],
  },
  {
    outcome: "gone",
    why: "The user of Entra ID was deleted, as when its account has left what is synchronised.",
    mend: "Nothing: a revoke is done with that.",
    of: ["of Entra ID, which was linked to"],
  },
  {
    outcome: "invalid",
    why: "The permission is one of Exchange Online, which the form does not use.",
    mend: "Turn on _Exchange Online_ in the form.",
    of: ["This permission is one of Exchange Online"],
  },
  {
    outcome: "forbidden",
    why: "The group is part of the domain or of its administration, so the connector leaves it alone.",
    mend: "Change its members by hand, and leave it out of the business rules.",
    of: ["The connector does not change the members of group"],
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
      "of the configuration is …; expected",
      "expected host names or IP addresses of domain controllers",
      "cannot be used; expected a PEM file",
    ],
  },
  {
    outcome: "invalid",
    why: "The mapping sets an attribute that the connector does not set.",
    mend: "Map it with the mode None, or remove it. `exo-connector check` names the place.",
    of: ["is mapped, but is not an attribute of a user to set"],
  },
  {
    outcome: "invalid",
    why: "Active Directory cannot find the person's account, as it is configured.",
    mend: "Select an account correlation field such as employeeID.",
    of: ["expected an attribute of a user such as employeeID"],
  },
  {
    outcome: "invalid",
    why: "The account lacks a value, or has one that another object has. Nothing was created or changed.",
    mend: "Correct the field mapping for Create; a script makes names unique with Iteration.",
    of: [
      "A new account needs",
      "accountPassword is mapped with",
      "The sAMAccountName … belongs to",
      "of the account belongs to",
    ],
  },
  {
    outcome: "invalid",
    why: "The manager's account is not one that the connector can read.",
    mend: "Look for the manager's account, or turn off the setting of the manager in the form.",
    of: ["The manager cannot be set. …"],
  },
  {
    outcome: "invalid",
    why: "An account cannot be moved to another domain.",
    mend: "Map organizationalUnit with one of the domain that the account is in.",
    of: ["expected an organisational unit of the same domain"],
  },
  {
    outcome: "ambiguous",
    why: "Several accounts have the value.",
    mend: "Look up by an attribute that no two accounts share, such as employeeID.",
    of: ["… accounts have the"],
  },
  {
    outcome: "gone",
    why: 'No account belongs to the person, and "Correlate only" is on, so none was created.',
    mend: "Turn it off, or correct the value that correlation looks for.",
    of: ['No account has "…" as ….'],
  },
  {
    outcome: "unknown",
    why: "The new account cannot be found on the controller that accepted it.",
    mend: "Retry the action: an account that was created is found, and not created again.",
    of: ["Active Directory accepted the new account"],
  },
  {
    outcome: "forbidden",
    why: "The connector's account cannot read the password policy, so it makes no password.",
    mend: "Let it read minPwdLength of the domain, which every user may by default.",
    of: ["cannot read minPwdLength"],
  },
  {
    outcome: "invalid",
    why: "The business rules include the connector's own account.",
    mend: "Leave it out of them.",
    of: ["the account that the connector itself signs in as"],
  },
  {
    outcome: "invalid",
    why: "A test environment is mixed with a real directory.",
    mend: "Remove the addresses of the emulator from the environment, or name a controller of this machine.",
    of: ["so that no real account is changed"],
  },
  {
    outcome: "notYet",
    why: "The user of Entra ID was deleted, and Exchange Online keeps the mailbox because of its litigation hold.",
    mend: "End the hold in the Exchange admin center, if the mailbox is to be deleted, or end the entitlement by hand.",
    of: ["Exchange Online keeps a mailbox that is on hold: end the hold there"],
  },
  {
    outcome: "gone",
    why: "The account was deleted in Active Directory: the controller shows the deleted object.",
    mend: "Nothing, after a disable. Otherwise restore it, or let create link another account.",
    of: ["was deleted in Active Directory"],
  },
  {
    outcome: "gone",
    why: "The connector sees neither the account nor a deleted one. A right to read may be missing.",
    mend:
      "Look for the account. If it was deleted, let the connector's account read the deleted objects " +
      "([hybrid](hybrid.md#deleted-accounts)), or end the entitlement by hand.",
    of: ["Active Directory shows no … …", "No domain of the configuration shows the object"],
  },
  {
    outcome: "invalid",
    why: "The list of the other domains cannot be read, or has a domain twice.",
    mend: 'Correct "Other domains" (OtherDomains) of the form.',
    of: ['"Other domains" (OtherDomains)'],
  },
  {
    outcome: "invalid",
    why: "The object is in another part of the forest than the base DN of the form.",
    mend:
      "Choose a base DN within one domain that contains the accounts of the connector there, and name the other " +
      'domains in "Other domains" (OtherDomains).',
    of: [
      "is not below the base DN",
      "has a part in another domain",
      "is in no domain of the configuration",
    ],
    also: ["which this connection does not have", "does not exist, or the account cannot see it"],
  },
  {
    outcome: "invalid",
    why:
      "Active Directory says of the account that it has another kind of mailbox than the connector knows, so the " +
      "kind was not changed in Exchange Online either.",
    mend: "Correct both attributes of the account by the tools of Exchange Server, or remove the field Type.",
    of: ["expected those of a remote mailbox, so the type of the mailbox was not changed"],
  },
  {
    outcome: "invalid",
    why: "The field mapping has one attribute of a mailbox twice, by its name in each of the two systems.",
    mend: "Remove one of the two fields that the message names.",
    of: ["are the same attribute of a mailbox; map only one of them."],
  },
  {
    outcome: "ambiguous",
    why: "Several users of Entra ID have the immutable ID of one account of Active Directory.",
    mend: "Find out which one the synchronisation keeps, and delete the other.",
    of: ["users of Entra ID belong to"],
  },
  {
    outcome: "invalid",
    why:
      "The user of Entra ID with this user name is not the one that the synchronisation has linked to the account: " +
      "it was made in the cloud, belongs to another account, or is linked by another attribute than " +
      "mS-DS-ConsistencyGuid or objectGUID. Nothing was changed in Exchange Online.",
    mend:
      "Let the synchronisation link it, or delete it. A synchronisation that links by another attribute cannot be " +
      "followed: turn off _Exchange Online_.",
    of: ["and is not linked to it: its"],
  },
];

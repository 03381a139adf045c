/** Values derived from other values of the same object, so that nothing is stored twice. */
import { isMailbox, recipientTypeOf } from "./kinds.ts";
import type { Value } from "./properties.ts";
import { sidOf } from "./sid.ts";
import type { DirectoryObject } from "./state.ts";

/** What a derivation needs from outside the object. */
export interface World {
  property: (object: DirectoryObject, name: string) => Value;
  /** The groups that have the object with this GUID as a member. */
  groupsOf: (guid: string) => string[];
  initialDomain: () => string;
}

export function derived(object: DirectoryObject, name: string, world: World): Value | undefined {
  const details = String(object["RecipientTypeDetails"]);
  const initialDomain = world.initialDomain();
  switch (name) {
    case "Id":
    case "Identity":
      return object["Name"] ?? null;
    case "OrganizationalUnit":
      return `eurpr01a001.prod.outlook.com/Microsoft Exchange Hosted Organizations/${initialDomain}`;
    case "OrganizationId":
      return (
        `EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${initialDomain} - ` +
        `EURPR01A001.PROD.OUTLOOK.COM/ConfigurationUnits/${initialDomain}/Configuration`
      );
    case "DistinguishedName":
      return (
        `CN=${String(object["Name"]).replace(/[,\\#+<>;"=]/g, "\\$&")},OU=${initialDomain},OU=Microsoft ` +
        "Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
      );
    case "RecipientType":
      return recipientTypeOf(details);
    case "PrimarySmtpAddress":
      return primaryAddress(object);
    case "WindowsEmailAddress":
      return primaryAddress(object);
    case "WindowsLiveID":
    case "MicrosoftOnlineServicesID":
      return object["UserPrincipalName"] ?? "";
    case "UserPrincipalName":
      return isMailbox(object) ? primaryAddress(object) : null;
    case "SamAccountName":
      return `$${String(object["Guid"]).slice(0, 6).toUpperCase()}-${String(object["Guid"]).slice(24).toUpperCase()}`;
    case "LegacyExchangeDN":
      return (
        "/o=ExchangeLabs/ou=Exchange Administrative " +
        `Group/cn=Recipients/cn=${String(object["Guid"]).replaceAll("-", "")}`
      );
    case "IsMailboxEnabled":
      return isMailbox(object);
    case "IsSecurityPrincipal":
      return !/Contact|Distribution|^RoomList$/.test(details);
    case "Sid":
      return world.property(object, "IsSecurityPrincipal") === true
        ? sidOf(String(object["Guid"]))
        : null;
    case "GroupType":
      if (details === "MailUniversalSecurityGroup") return "Universal, SecurityEnabled";
      return /Group$|^RoomList$/.test(details) ? "Universal" : null;
    case "IsShared":
      return details === "SharedMailbox";
    case "IsResource":
      return details === "RoomMailbox" || details === "EquipmentMailbox";
    case "ResourceType":
      if (details === "RoomMailbox") return "Room";
      return details === "EquipmentMailbox" ? "Equipment" : null;
    case "SKUAssigned":
      return details === "UserMailbox";
    case "WhenCreated":
      return "2024-01-08T08:00:00+00:00";
    case "WhenMailboxCreated":
      return isMailbox(object) ? world.property(object, "WhenCreated") : null;
    case "WhenChanged":
      return world.property(object, "WhenCreated");
    case "WhenCreatedUTC":
    case "WhenChangedUTC":
      return String(world.property(object, name.slice(0, -3))).replace("+00:00", "Z");
    case "MailboxOwnerId":
      return world.property(object, "Identity");
    case "AcceptMessagesOnlyFromSendersOrMembers":
    case "RejectMessagesFromSendersOrMembers": {
      const stem = name.slice(0, name.indexOf("SendersOrMembers"));
      return [stem, `${stem}DLMembers`].flatMap((part) => world.property(object, part) as string[]);
    }
    case "MemberOfGroup":
      return world.groupsOf(String(object["Guid"]));
    default:
      return undefined;
  }
}

function primaryAddress(object: DirectoryObject): string {
  const addresses = object["EmailAddresses"];
  return (
    (Array.isArray(addresses)
      ? addresses.find((address) => address.startsWith("SMTP:"))?.slice(5)
      : undefined) ?? ""
  );
}

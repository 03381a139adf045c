import { Fault } from "../fault.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { nameOf, type Identified } from "./naming.ts";
import { foldedName, type ObjectNames } from "./objectNames.ts";

/** A group or mailbox with all names that a new object could clash with. */
export interface NamedObject extends Row, Identified {
  Name: string;
  Alias: string;
  RecipientTypeDetails: string;
  EmailAddresses: readonly string[];
}

/** The properties that `namedObject` needs. */
export const nameProperties = [
  "Guid",
  "Name",
  "DisplayName",
  "Alias",
  "PrimarySmtpAddress",
  "EmailAddresses",
  "RecipientTypeDetails",
  "ExternalDirectoryObjectId",
];

/** The object in a row. Throws an `unexpected` fault when a property in `needed` was not returned. */
export function namedObject(
  row: Row,
  noun: string,
  needed: readonly string[] = nameProperties,
): NamedObject {
  const Guid = textOf(row["Guid"]);
  const absent = needed.find((name) => row[name] === undefined);
  if (absent !== undefined) throw notReturned(absent, noun, Guid);
  return {
    ...row,
    Guid,
    Name: textOf(row["Name"]),
    DisplayName: textOf(row["DisplayName"]),
    Alias: textOf(row["Alias"]),
    PrimarySmtpAddress: textOf(row["PrimarySmtpAddress"]),
    RecipientTypeDetails: textOf(row["RecipientTypeDetails"]),
    ExternalDirectoryObjectId: textOf(row["ExternalDirectoryObjectId"]),
    EmailAddresses: [row["EmailAddresses"] ?? []].flat().map(textOf),
  };
}

function notReturned(property: string, noun: string, id: string): Fault {
  return new Fault({
    kind: "unexpected",
    message:
      `Exchange Online did not return ${property} of a ${noun}${id === "" ? "" : ` (${id})`}, so it ` +
      "cannot be identified.",
  });
}

/** The text of a property; blank when it has none. */
export function valueOf(object: NamedObject, property: string): string {
  return textOf(object[property]).trim();
}

/** The SMTP addresses of an object, without prefix, in lower case. */
export function addressesOf({ EmailAddresses, PrimarySmtpAddress }: NamedObject): string[] {
  const proxies = EmailAddresses.filter((address) => /^smtp:/i.test(address));
  return [...proxies.map((address) => address.slice("smtp:".length)), PrimarySmtpAddress]
    .filter((address) => address !== "")
    .map((address) => address.toLowerCase());
}

/** Cloud mailboxes may get their directory ID as their name, regardless of the requested name (MC365786). */
export function hasNameOfItsOwn({ Name, ExternalDirectoryObjectId }: NamedObject): boolean {
  return Name.toLowerCase() !== textOf(ExternalDirectoryObjectId).toLowerCase();
}

/** Whether type, address and name show that the object is the one created with these names. */
export function hasNames(
  names: ObjectNames,
  object: NamedObject,
  { types }: { types: readonly string[] },
): boolean {
  return (
    types.includes(object.RecipientTypeDetails) &&
    object.PrimarySmtpAddress.toLowerCase() === names.PrimarySmtpAddress.toLowerCase() &&
    (foldedName(object.Name) === foldedName(names.Name) || !hasNameOfItsOwn(object))
  );
}

/** An object with these names cannot be created, because other objects have one of them. */
export function nameConflict(
  { Name, PrimarySmtpAddress }: ObjectNames,
  objects: readonly (Identified & Pick<NamedObject, "RecipientTypeDetails">)[],
): Fault {
  const holders = objects.map((object) => `${nameOf(object)}, a ${object.RecipientTypeDetails}`);
  return Fault.invalid(
    `The name "${Name}" or the address ${PrimarySmtpAddress} is taken by ${holders.join(", and by ")}.`,
  );
}

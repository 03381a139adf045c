/** What the domain of the suite holds, as LDIF. */

export const baseDn = "DC=example,DC=test";
export const adminPassword = "Passw0rd.Adm1n";
/** The account of the connector, with the rights of docs/hybrid.md and no others. */
export const serviceAccount = {
  name: "svc-connector",
  userPrincipalName: "svc-connector@example.test",
  password: "Geheim.2026x",
};

export const people = `OU=People,${baseDn}`;
/** An organisational unit with a name that has to be escaped. */
export const staff = `OU=Staff\\, R \\+ D,${people}`;

interface SchemaAttribute {
  cn: string;
  name: string;
  id: string;
  syntax: string;
  guid: string;
  hasSeveral?: boolean;
}

/** Attributes that Exchange setup adds to a forest; the GUID of the first is its own (documented). */
const exchangeAttributes: readonly SchemaAttribute[] = [
  {
    cn: "ms-Exch-Hide-From-Address-Lists",
    name: "msExchHideFromAddressLists",
    id: "1.2.840.113556.1.4.7000.102.73",
    syntax: "attributeSyntax: 2.5.5.8\noMSyntax: 1",
    guid: "schemaIDGUID:: lgscopOw0hGqBgDAT47t2A==\n",
  },
  {
    cn: "ms-Exch-Mail-Nickname",
    name: "mailNickname",
    id: "1.2.840.113556.1.2.447",
    syntax: "attributeSyntax: 2.5.5.12\noMSyntax: 64\nrangeLower: 1\nrangeUpper: 64",
    guid: "",
  },
  {
    cn: "ms-Exch-Target-Address",
    name: "targetAddress",
    id: "1.2.840.113556.1.2.352",
    syntax: "attributeSyntax: 2.5.5.12\noMSyntax: 64\nrangeLower: 1\nrangeUpper: 1123",
    guid: "",
  },
  {
    cn: "ms-Exch-Extension-Attribute-1",
    name: "extensionAttribute1",
    id: "1.2.840.113556.1.2.423",
    syntax: "attributeSyntax: 2.5.5.12\noMSyntax: 64\nrangeLower: 1\nrangeUpper: 1024",
    guid: "",
  },
  {
    cn: "ms-Exch-Recipient-Type-Details",
    name: "msExchRecipientTypeDetails",
    id: "1.2.840.113556.1.4.7000.102.50855",
    syntax: "attributeSyntax: 2.5.5.16\noMSyntax: 65",
    guid: "",
  },
  {
    cn: "ms-Exch-Recipient-Display-Type",
    name: "msExchRecipientDisplayType",
    id: "1.2.840.113556.1.4.7000.102.50730",
    syntax: "attributeSyntax: 2.5.5.9\noMSyntax: 2",
    guid: "",
  },
  {
    cn: "ms-Exch-Remote-Recipient-Type",
    name: "msExchRemoteRecipientType",
    id: "1.2.840.113556.1.4.7000.102.51611",
    syntax: "attributeSyntax: 2.5.5.16\noMSyntax: 65",
    guid: "",
  },
  {
    cn: "ms-Exch-Public-Delegates",
    name: "publicDelegates",
    id: "1.2.840.113556.1.2.239",
    syntax: "attributeSyntax: 2.5.5.1\noMSyntax: 127\noMObjectClass:: KwwCh3McAIVK\nlinkID: 14",
    guid: "schemaIDGUID:: mv/48JER0BGgYACqAGwz7Q==\n",
    hasSeveral: true,
  },
];

export const schemaParts: readonly string[] = [
  exchangeAttributes.map(schemaAttribute).join("\n"),
  [
    `dn: CN=Mail-Recipient,CN=Schema,CN=Configuration,${baseDn}`,
    "changetype: modify",
    "add: mayContain",
    ...exchangeAttributes.map(({ name }) => `mayContain: ${name}`),
  ].join("\n"),
];

function schemaAttribute({
  cn,
  name,
  id,
  syntax,
  guid,
  hasSeveral = false,
}: SchemaAttribute): string {
  return `dn: CN=${cn},CN=Schema,CN=Configuration,${baseDn}
changetype: add
objectClass: top
objectClass: attributeSchema
cn: ${cn}
attributeID: ${id}
${syntax}
isSingleValued: ${hasSeveral ? "FALSE" : "TRUE"}
isMemberOfPartialAttributeSet: TRUE
lDAPDisplayName: ${name}
adminDisplayName: ${cn}
showInAdvancedViewOnly: TRUE
${guid}`;
}

/** A password as Active Directory takes it: in quotes, as UTF-16. */
function unicodePwd(password: string): string {
  return `unicodePwd:: ${Buffer.from(`"${password}"`, "utf16le").toString("base64")}`;
}

export const startingUsers = `dn: ${people}
changetype: add
objectClass: organizationalUnit

dn: ${staff}
changetype: add
objectClass: organizationalUnit

dn: OU=Elsewhere,${baseDn}
changetype: add
objectClass: organizationalUnit

dn: CN=${serviceAccount.name},OU=Elsewhere,${baseDn}
changetype: add
objectClass: user
sAMAccountName: ${serviceAccount.name}
userPrincipalName: ${serviceAccount.userPrincipalName}
userAccountControl: 66048
${unicodePwd(serviceAccount.password)}
`;

/** A new person in the directory, enabled. */
export function person(name: string, parent = people, password = "Mens.2026x"): string {
  return `dn: CN=${name},${parent}
changetype: add
objectClass: user
displayName: ${name}
sAMAccountName: ${name.replaceAll(" ", ".")}
userPrincipalName: ${name.replaceAll(" ", ".")}@example.test
mailNickname: ${name.replaceAll(" ", ".")}
userAccountControl: 512
${unicodePwd(password)}
`;
}

/**
 * What may stay in a scrubbed recording. A closed list: any other word becomes a stand-in.
 */
import cmdlets from "../../schemas/cmdlets.json" with { type: "json" };
import answer from "../../schemas/answer.schema.json" with { type: "json" };
import configuration from "../../schemas/configuration.schema.json" with { type: "json" };
import event from "../../schemas/event.schema.json" with { type: "json" };
import options from "../../schemas/options.schema.json" with { type: "json" };
import folderOptions from "../../permissions/folderPermission/options.json" with { type: "json" };
import holdOptions from "../../permissions/litigationHold/options.json" with { type: "json" };
import regionalOptions from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import { groupProperties } from "../../lib/graph/group.ts";
import { listOperations, objectOperations, writes } from "../../lib/graph/client/operations.ts";
import { readOnlyProperties, userProperties } from "../../lib/graph/userProperties.ts";
import { isRecord } from "../../lib/record.ts";

/** Words of the errors and warnings of Exchange Online, and of the audit sentences, in lower case. */
export const sentenceWords: ReadonlySet<string> = new Set(
  `
skiptoken select sts windows net oauth2 common invalid token uri client
accept accepted access account accounts ace action active ad add added address addresses admin
adminapi administrator adobjectalreadyexistsexception after again ago alias all allow allowed
allows already an and another answer answered any app application applied appropriate are
argument as assign assigned assigning assignment associated at attribute attributes authenticate
authentication author authorization automatic availabilityonly available azure badrequest be
bearer became because been behalf being belong belongs beta between bewerking bind blank body
but by bypass bypasssecuritygroupmanagercheck calendar calendarrightconflict call caller can
cannot canviewprivateitems change changed changes charset check choose clean client cmdlet
cmdletaccessdeniedexception cmdletinvokeinputtype code collection com combines command complete
completed concurrent configuration configured consent contains content context contract control
controller convert correct correctly correlated correlateonly could couldn create created
creation current currently cut dateformat day days dc de decides default
defaultfolderlocalizationexception definition delays delegate delete deleted denies deprecating
derived details diagnostics different digit directory disable displayed displayname distribution
distributiongroup distributiongroupmember do documentation does doesn domain done due duplicate
dynamic editor either emailaddresses empty emulated en enable enabled end enter entitlement
entra entries entry error europe exception exceptiontype exchange executing exist existing
existingautoreply exists exo expected expired expiry externalid failed false filter filterable
find first folders for forest formats forwardingaddress found from full generichashtable get
gevonden grant graph group groups gzip has have headers held hiddenfromaddresslistsenabled hide
hold however html https id identifier identity if ignored import imported in inactive include
incomplete increase indicates information innererror insufficient internalexception
internalmessage invalid invokecommand is isn it its json kan keep keeps key language later latin
learn least left legacyexchangedn letter leveraging licence license limit limited limiteddetails
list listed lists litigation litigationholdenabled litigationholdoffinactive localization
localize longer made mail mailbox mailboxautoreplyconfiguration mailboxes
mailboxfolderpermission mailboxpermission mailboxplan mailboxregionalconfiguration mailcontact
mailuniversaldistributiongroup make manageasapp managedby managementobjectnotfoundexception
managers many mapped mapping masters matches matching maximum may member
memberalreadyexistsexception membernotfoundexception members membership message
messagecopyforsentasenabled messagetrace metadata microsoft microsoftonline minutes mode
modified module moment more most ms msexchhidefromaddresslists multiple must name names need
needs neither new nextlink niet nl no nor not notaccepteddomainexception notfound nothing null
number object octet odata of off office omdat on one online only op operation options or
organization other out outlook over overwrite own owner page pagination parameter partition
partly per performed permanently permission permissions permit person plain please powershell
premises present preview primary principal process prod property proxy proxyaddresses
proxyaddressexistsexception ps publicdelegates put querycontext rate ratelimit reach reached
read rearrange recent recipient recipientpermission recipients recipienttaskexception recognized
record records refer reference references refused regionalconfiguration remaining remove removed
removing rename renamed replace replication reply reports request requests requires resource
resourcedomain resourceowner resources responses result results resultsize retry returned
returns reviewer revoke revoked right rights role roles roommailbox run said same sample
scenario scope security send sent september server service set setting settings shared
sharedmailbox should show shown similar since skipped smtp so some source specified specify
spelled stacktrace standard start status still stored stream subpermissionattribute successfully
such supported sure switch switching sync synchronised synchronized take taken target tenant
text texts than that the them there these this those through time to token too transformation
true trusted try turn type typed types uitgevoerd unauthorized unavailable unique unknown uri us
use used user useralreadyexistsinpermissionentryexception usermailbox
usernotfoundinpermissionentryexception userprincipalname users usually utf valid value ve view
wait warnings was wasn whether which while who whose will wins with without
wlcdmanagedmemberexistsexception worden would write www xml yet yields you your zone
`
    .trim()
    .split(/\s+/),
);

/** Keys of the platform's person and contract. */
const personKeys = `
PersonId ExternalId UserName DisplayName Name Initials GivenName NickName FamilyName FamilyNamePrefix
FamilyNamePartner FamilyNamePartnerPrefix Convention Gender BirthDate BirthLocality Details Contact Business
Personal Email Phone Mobile Fixed Address Street HouseNumber PostalCode Locality Country PrimaryManager
PrimaryContract Contracts Context InConditions StartDate EndDate Title Code Department Manager Location
CostCenter CostBearer Employer Organization Team Division Type Fte HoursPerWeek Sequence Percentage Accounts
MicrosoftActiveDirectory sAMAccountName mail userPrincipalName Source Status Excluded Blocked Custom Persons
Person Departments
`;

/** The parts of methods and paths of Graph: `GET`, `users`, `$ref`. */
export const operationParts: ReadonlySet<string> = new Set(
  [...listOperations, ...objectOperations, ...Object.keys(writes), "POST /$batch"]
    .flatMap((operation) => operation.split(/[ /]+/))
    .filter((part) => part !== "" && !part.startsWith("{")),
);

/** The properties of users and groups of Graph. */
const graphProperties = [
  ...Object.entries(userProperties).flatMap(([name, { parts = [] }]) => [name, ...parts]),
  ...readOnlyProperties,
  ...groupProperties,
];

/** Values of Exchange and Graph that no schema lists. */
const values = `
SMTP Default Anonymous NT AUTHORITY SELF SYSTEM True False Unlimited Universal External Known All None Allow
HelloID Dynamic Shared Mailbox Distribution Group smb dg User Created Calendar Person
FullAccess SendAs SendOnBehalf ReadPermission GenericHashTable Collection String System Guid DateTime Exchange
Unified DynamicMembership Member Guest
`;

/** Names and values of the contracts, in lower case: cmdlets, parameters, properties, the form, the event, a person. */
export const contractWords: ReadonlySet<string> = new Set([
  ...namesIn(cmdlets.cmdlets),
  ...namesIn(cmdlets.propertySets),
  ...namesIn(cmdlets.recipientTypeDetails),
  ...namesIn(cmdlets.filterable),
  ...namesIn(configuration),
  ...namesIn(answer),
  ...namesIn(event),
  ...namesIn(options),
  ...personKeys.toLowerCase().trim().split(/\s+/),
  ...[...graphProperties, ...operationParts].map((name) => name.toLowerCase()),
  ...values.toLowerCase().trim().split(/\s+/),
]);

/** Keys, and texts that are one word. */
function namesIn(json: unknown): string[] {
  if (typeof json === "string") return /^[#$]?\w+$/.test(json) ? [json.toLowerCase()] : [];
  if (Array.isArray(json)) return json.flatMap(namesIn);
  if (!isRecord(json)) return [];
  return Object.entries(json).flatMap(([key, member]) => [
    ...key.toLowerCase().split(/[^\w$]+/),
    ...namesIn(member),
  ]);
}

/** What gives an address or a name its form. */
export const formWords: ReadonlySet<string> = new Set(
  "smtp sip spo eum x500 x400 smb dg cn ou dc com http https www".split(" "),
);

/** Properties whose values are always from a list of Microsoft's or the platform's. */
export const listedProperties: ReadonlySet<string> = new Set(
  `
accessrights recipienttypedetails recipienttype dateformat timeformat language timezone autoreplystate
externalaudience foldertype folderscope operation origin inheritancetype sharingpermissionflags grouptype
resultsize objectclass accesscontroltype externaloofoptions cloud usertype usagelocation preferredlanguage agegroup
creationtype passwordpolicies grouptypes consentprovidedforminor
`
    .trim()
    .split(/\s+/),
);

/** The ids of the permissions that the implementer has listed: the action knows no others. */
export const optionIds: ReadonlySet<string> = new Set(
  [folderOptions, holdOptions, regionalOptions].flatMap(({ options }) =>
    options.map(({ Id }) => Id),
  ),
);

/**
 * What may stay in a scrubbed recording. A closed list: any other word becomes a stand-in.
 */
import cmdlets from "../../schemas/cmdlets.json" with { type: "json" };
import answer from "../../schemas/answer.schema.json" with { type: "json" };
import configuration from "../../schemas/configuration.schema.json" with { type: "json" };
import event from "../../schemas/event.schema.json" with { type: "json" };
import options from "../../schemas/options.schema.json" with { type: "json" };
import methodOptions from "../../permissions/authenticationMethods/options.json" with { type: "json" };
import folderOptions from "../../permissions/folderPermission/options.json" with { type: "json" };
import licenceOptions from "../../permissions/licences/options.json" with { type: "json" };
import holdOptions from "../../permissions/litigationHold/options.json" with { type: "json" };
import regionalOptions from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import { groupProperties } from "../../lib/graph/group.ts";
import { listOperations, objectOperations, writes } from "../../lib/graph/client/operations.ts";
import { readOnlyProperties, userProperties } from "../../lib/graph/userProperties.ts";
import type { LicenceOption } from "../../lib/generated/types.ts";
import { isRecord } from "../../lib/record.ts";

/** Words of the errors and warnings of Exchange Online and Graph, and of the audit sentences, in lower case. */
export const sentenceWords: ReadonlySet<string> = new Set(
  `

skiptoken top orderby eq ne any startswith endswith select sts windows net
oauth2 common invalid token uri client accept accepted access account accounts ace
action active ad add added adding address addresses admin adminapi administrator
adobjectalreadyexistsexception advanced after again ago alias all allow allowed allows already an
and another answer answered any app application applied appropriate are argument as assign
assigned assigning assignment associated at attribute attributes authenticate authentication
author authorization authorize automatic availabilityonly available azure badrequest be bearer
became because been before behalf being belong belongs temporary pass beta between bewerking bind blank body
boolean briefly but by bypass bypasssecuritygroupmanagercheck calendar calendarrightconflict call
caller calling can cannot canviewprivateitems change changed changes charset check choose clause
clean cmdlet cmdletaccessdeniedexception cmdletinvokeinputtype code collection com combines
command company complete completed complexity comply concurrencyviolation concurrent configuration
configured conflicting consent consistencylevel contains content context contract control
controller convert correct correctly correlated correlateonly correspond corresponding could
couldn count create created creation current currently cut dateformat day days dc de decides
default defaultfolderlocalizationexception definition delays delegate delete deleted denies
deprecating derived details diagnostics different digit directly directory disable displayed
displayname distribution distributiongroup distributiongroupmember do documentation does doesn
domain done due duplicate dynamic editor edm either emailaddresses empty emulated en enable
enabled enablement end ensure enter entitlement entity entra entries entry error errors
established europe eventual exceed exceeds exception exceptiontype exchange executing exist
existing existingautoreply exists exo expected expired expiredpagetoken expiry external externalid
failed false filter filterable find first folders following for forest formats forwardingaddress
found from full generichashtable get gevonden grant graph group groups gzip has have header
headers held hence hiddenfromaddresslistsenabled hide hold however html https id identifier
identity identitynotfound if ignored implemented import imported in inactive include included
inclusive incoming incomplete increase indicates information inherited innererror insufficient
internalexception internalmessage invalidauthenticationtoken invokecommand is isn it its json kan
keep keeps key language later latin learn least left legacyexchangedn letter leveraging licence
license licenses lifetime limit limited limiteddetails list listed lists litigation
litigationholdenabled litigationholdoffinactive localization localize location longer made mail
mailbox mailboxautoreplyconfiguration mailboxes mailboxfolderpermission mailboxpermission
mailboxplan mailboxregionalconfiguration mailcontact mailuniversaldistributiongroup make
manageasapp managedby managementobjectnotfoundexception managers many mapped mapping mastered
masters matches matching maximum may member memberalreadyexistsexception membernotfoundexception
members membership message messagecopyforsentasenabled messagetrace metadata method microsoft
microsoftonline might migration minutes missing mode modified module moment more most ms
msexchhidefromaddresslists multiple must name named names need needs neither new nextlink niet nl
no nor not notaccepteddomainexception notfound nothing null number object objectconflict
objectnotfound objects octet odata of off office omdat on one online only op operation operator
options or organization originated other out outlook over overwrite own owner owners page
pagination parameter parameters partition partly password per performed permanently permission
permissions permit person plain please portion powershell premises present preview primary
principal privileges process prod properties property provide provided proxy proxyaddresses
proxyaddressexistsexception ps publicdelegates put queried queries query querycontext quota
quotaexceeded rate ratelimit reach reached read real realm rearrange recent recipient
recipientpermission recipients recipienttaskexception recognized record records redirect refer
reference references refused regionalconfiguration remaining remove removed removing rename
renamed replace replication replicaunavailable reply reports request requestdenied
requestfromnonpremiumtenantorb2ctenant requests required requirements requires resource
resourcedomain resourcenotfound resourceowner resources responses result results resultsize retry
returned returns reviewer revoke revoked right rights role roles roommailbox run said same sample
scenario scope search security send sent september server service servicenotavailable set setting
settings shared sharedmailbox should show shown similar since size skipped sku smtp so some
sorting source special specified specify spelled stacktrace standard start status still stored
stream subpermissionattribute subscription successfully such support supported sure switch
switching sync synchronised synchronized take taken target temporarily tenant text texts than that
the them there these this those throttledpermanently throttledtemporarily through time to too
toomanyrequests transformation true trusted try turn type typed types uitgevoerd unable
unauthorized unavailable undergoing unique unknown unset unsupported unsupportedquery update us
usage use used user useralreadyexistsinpermissionentryexception usermailbox
usernotfoundinpermissionentryexception userprincipalname users usually utf v1 valid validation
value values ve verified view wait warnings was wasn whether which while who whose will wins with
within without wlcdmanagedmemberexistsexception worden would write writes www xml yet yields you
your zone
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
Unified DynamicMembership Member Guest directoryObjects exchangeOnline managerId passwordProfile password
forceChangePasswordNextSignIn license SkuId SkuPartNumber Security Microsoft365
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
creationtype passwordpolicies grouptypes consentprovidedforminor phonetype smssigninstate methodusabilityreason
`
    .trim()
    .split(/\s+/),
);

const licences: readonly LicenceOption[] = licenceOptions.options;

/** The ids of the permissions that the implementer has listed, and the names in them: the action knows no others. */
export const optionIds: ReadonlySet<string> = new Set([
  ...[folderOptions, holdOptions, methodOptions, regionalOptions].flatMap(({ options }) =>
    options.map(({ Id }) => Id),
  ),
  ...licences.flatMap(({ Id, DisabledPlans }) => [Id, ...DisabledPlans]),
]);

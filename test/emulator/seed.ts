/**
 * The seeded tenant: Contoso, about 200 mailboxes of every type, and names that break things. The
 * same on every run.
 */
import { asHtml } from "./exchange/html.ts";
import { withMailboxContents } from "./seedMailboxes.ts";
import { withPermissions } from "./seedPermissions.ts";
import { defaultBehaviour, type DirectoryObject, type State } from "./state.ts";
import { fold } from "./store.ts";

/** Obviously synthetic ids whose first group names their kind. */
const id = (kind: string, index: number): string =>
  `${kind}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
const guidOf = (index: number): string => id("0b1ec700", index);

const tenantId = id("7e4a4700", 0xc0de);
const initialDomain = "contoso.onmicrosoft.com";
const domain = "contoso.com";

interface Person {
  first: string;
  last: string;
  /** Everything that differs from the ordinary. */
  own?: DirectoryObject;
}

const person = (first: string, last: string, own: DirectoryObject = {}): Person => ({
  first,
  last,
  own,
});

/** One person for each way in which a name, an address or a filter can go wrong. */
const difficult: Person[] = [
  person("Aoife", "O'Brien"),
  person("Finn", "O''Neil", { Alias: "finn.oneil" }),
  person("o&o", "GmbH"),
  person("Jürgen", "Müller"),
  person("Łukasz", "Wiśniewski"),
  person("Ayşe", "Şahin"),
  person("José", "García", { Alias: "jose.garcia" }),
  person("Jose", "Garcia", { Alias: "jose.garcia2", Name: "Jose Garcia 2" }),
  person("Robin", "🦊 Vos"),
  person("مريم", "الحسن", { Alias: "maryam.alhassan" }),
  person("伟", "王", { Alias: "wei.wang", DisplayName: "王伟" }),
  person("Maximiliana-Theodora", "van der Westhuizen-Grotenhuis tot Onstein", {
    Alias: "maximiliana",
    Name: "Maximiliana van der Westhuizen",
    DisplayName:
      "Maximiliana-Theodora Wilhelmina Alexandra van der Westhuizen-Grotenhuis tot Onstein " +
      "(Regional Development, Nijmegen)",
  }),
  person("Sam", "Comma", { Name: "Comma, Sam", DisplayName: "Comma, Sam" }),
  person("Sasha", "Slash/Back\\slash", { Alias: "sasha.slash" }),
  person("Percy", "100% #1", { Alias: "percy.hundred" }),
  person("Quinn", 'The "Quote"', { Alias: "quinn.quote" }),
  person("Eve", "Injection", { Alias: "eve.injection", DisplayName: "x' -or Guid -ne 'y" }),
  person("Star", "*", { Alias: "star", DisplayName: "Star*" }),
  person("Jan", "de Vries", { Alias: "jan.devries" }),
  person("Jan", "de Vries", { Alias: "jan.devries2", Name: "Jan de Vries 2" }),
  person("Una", "Principal", { UserPrincipalName: `u1001@${initialDomain}` }),
  person("Mia", "Married", { UserPrincipalName: `mia.maiden@${domain}` }),
  person("Dora", "Double", { CustomAttribute1: "E100777" }),
  person("Doug", "Double", { CustomAttribute1: "E100777" }),
  person("Nora", "Numberless", { CustomAttribute1: "" }),
  person("Hidde", "Hidden", { HiddenFromAddressListsEnabled: true }),
  person("Dirk", "Synced", { IsDirSynced: true, ImmutableId: "RGlyayBTeW5jZWQ=" }),
  person("Clara", "Cloudmanaged", {
    IsDirSynced: true,
    IsExchangeCloudManaged: true,
    ImmutableId: "Q2xhcmEgQ2xvdWQ=",
  }),
  person("Kees", "Kiosk", { PersistedCapabilities: ["BPOS_S_Deskless"] }),
  person("Hella", "Hold", {
    LitigationHoldEnabled: true,
    LitigationHoldDate: "2025-03-01T00:00:00Z",
    LitigationHoldDuration: "365.00:00:00",
  }),
];

const firstNames = [
  "Anna",
  "Bas",
  "Chris",
  "Daan",
  "Emma",
  "Femke",
  "Guus",
  "Hanna",
  "Ivo",
  "Julia",
  "Karim",
  "Lotte",
];
const lastNames = [
  "Bakker",
  "Smit",
  "Jansen",
  "Visser",
  "Meijer",
  "Mulder",
  "Bos",
  "Peters",
  "Hendriks",
  "Dekker",
  "Brouwer",
  "Koning",
];
const departments = ["Finance", "Sales", "Care", "IT", "HR"];

/** The `index`th object; every id follows from the index. */
function mailbox(
  index: number,
  type: string,
  name: string,
  alias: string,
  own: DirectoryObject = {},
): DirectoryObject {
  const primary = `${String(own["Alias"] ?? alias)}@${domain}`;
  return {
    Guid: guidOf(index),
    ExternalDirectoryObjectId: id("e47ad000", index),
    ExchangeGuid: id("ec4b0000", index),
    RecipientTypeDetails: type,
    Name: name.slice(0, 64),
    DisplayName: name,
    Alias: alias,
    UserPrincipalName: primary,
    EmailAddresses: [`SMTP:${primary}`, `smtp:${String(own["Alias"] ?? alias)}@${initialDomain}`],
    WhenCreated: `2024-${twoDigits((index % 12) + 1)}-${twoDigits((index % 28) + 1)}T08:30:00+00:00`,
    ...own,
  };
}

const twoDigits = (number: number): string => String(number).padStart(2, "0");
const slug = (text: string): string => fold(text).replace(/[^a-z0-9]+/g, "");

function userMailbox(index: number, { first, last, own = {} }: Person): DirectoryObject {
  const details = {
    FirstName: first,
    LastName: last,
    Department: departments[index % departments.length] ?? "",
    CustomAttribute1: `E${100000 + index}`,
  };
  return mailbox(index, "UserMailbox", `${first} ${last}`, `${slug(first)}.${slug(last)}`, {
    ...details,
    ...own,
  });
}

function ordinary(index: number): Person {
  const first = firstNames[index % firstNames.length] ?? "";
  const name = lastNames[Math.floor(index / firstNames.length) % lastNames.length] ?? "";
  const last = index < 144 ? name : `${name} ${Math.floor(index / 144)}`;
  // Every eighth is synchronised, so that no list has only one kind.
  return person(
    first,
    last,
    index % 8 === 3
      ? { IsDirSynced: true, ImmutableId: Buffer.from(`person ${index}`).toString("base64") }
      : {},
  );
}

/** An object without a mailbox, and with a UserPrincipalName only when one is passed. */
function recipient(
  index: number,
  type: string,
  name: string,
  alias: string,
  own: DirectoryObject = {},
): DirectoryObject {
  const object = mailbox(index, type, name, alias);
  delete object["ExchangeGuid"];
  delete object["UserPrincipalName"];
  return { ...object, ...own };
}

function others(from: number): DirectoryObject[] {
  let index = from;
  const next = (): number => (index += 1);
  const several = (type: string, names: string[], own: DirectoryObject = {}): DirectoryObject[] =>
    names.map((name) => mailbox(next(), type, name, slug(name), own));
  const withUser = (
    type: string,
    first: string,
    last: string,
    own: DirectoryObject,
  ): DirectoryObject =>
    recipient(next(), type, `${first} ${last}`, `${slug(first)}.${slug(last)}`, {
      FirstName: first,
      LastName: last,
      ...own,
    });
  const left = {
    RecipientTypeDetails: "UserMailbox",
    IsSoftDeletedByRemove: true,
    WhenSoftDeleted: "2026-05-01T00:00:00Z",
  };
  const member = (...indexes: number[]): DirectoryObject => ({
    Members: indexes.map(guidOf),
    ManagedBy: [guidOf(31)],
  });
  return [
    ...several(
      "SharedMailbox",
      [
        "Sales",
        "Info",
        "Finance desk",
        "HR & Payroll",
        "Service Desk",
        "Reception",
        "Invoices",
        "Press",
        "Alumni",
        "Vacancies",
        "Privacy",
        "Archive 2019",
      ],
      { GrantSendOnBehalfTo: [guidOf(31), guidOf(32)] },
    ),
    ...several(
      "RoomMailbox",
      [
        "Room 0.01",
        "Room 1.01",
        "Room 1.02",
        "Room 2.01",
        "Board Room",
        "Auditorium",
        "Studio",
        "Quiet Room",
      ],
      { ResourceCapacity: 8 },
    ),
    ...several("EquipmentMailbox", ["Beamer 1", "Beamer 2", "Car NL-01-AB", "Car NL-02-CD"]),
    ...several("SchedulingMailbox", ["Bookings Nijmegen"]),
    ...several("DiscoveryMailbox", ["Discovery Search Mailbox"], {
      HiddenFromAddressListsEnabled: true,
    }),
    ...several("TeamMailbox", ["Site Mailbox A", "Site Mailbox B"]),
    ...several("LinkedMailbox", ["Linked Lia", "Linked Leo"], { IsLinked: true }),
    ...several("LinkedRoomMailbox", ["Linked Room"], { IsLinked: true }),
    ...several("LegacyMailbox", ["Legacy Lou"]),
    ...several(
      "GroupMailbox",
      ["All Staff", "Project Alpha", "Project Beta", "Works Council", "Sports", "Ground Floor"],
      { HiddenFromAddressListsEnabled: true },
    ),
    mailbox(next(), "UserMailbox", "Rita Rehired", "rita.rehired", { CustomAttribute1: "E100900" }),
    mailbox(next(), "UserMailbox", "Rita Rehired", "rita.rehired", {
      ...left,
      Name: "Rita Rehired Soft Deleted",
      CustomAttribute1: "E100900",
    }),
    mailbox(next(), "UserMailbox", "Gone Gerda", "gone.gerda", left),
    mailbox(next(), "UserMailbox", "Inactive Ike", "inactive.ike", {
      ...left,
      IsInactiveMailbox: true,
      LitigationHoldEnabled: true,
    }),
    withUser("MailUser", "Mail", "Forwarded", {
      ExternalEmailAddress: "SMTP:mail@fabrikam.com",
      UserPrincipalName: `mail.forwarded@${domain}`,
    }),
    withUser("MailUser", "Onprem", "Mailbox", {
      ExternalEmailAddress: `SMTP:onprem.mailbox@${domain}`,
      IsDirSynced: true,
      UserPrincipalName: `onprem.mailbox@${domain}`,
    }),
    withUser("User", "Not", "Licensed Yet", {
      EmailAddresses: [],
      UserPrincipalName: `not.licensed@${domain}`,
    }),
    withUser("User", "Nina", "Newcomer", {
      EmailAddresses: [],
      UserPrincipalName: `nina.newcomer@${domain}`,
      IsDirSynced: true,
    }),
    withUser("User", "Service", "Account", {
      EmailAddresses: [],
      UserPrincipalName: `svc@${initialDomain}`,
    }),
    withUser("GuestMailUser", "Gale", "Guest", {
      UserPrincipalName: `gale_fabrikam.com#EXT#@${initialDomain}`,
      EmailAddresses: ["SMTP:gale@fabrikam.com"],
      ExternalEmailAddress: "SMTP:gale@fabrikam.com",
    }),
    // A guest with the name of an employee: the usual way for a name to become ambiguous.
    withUser("GuestMailUser", "Anna", "Bakker", {
      Name: "Anna Bakker Guest",
      UserPrincipalName: `anna_fabrikam.com#EXT#@${initialDomain}`,
      EmailAddresses: ["SMTP:anna@fabrikam.com"],
      ExternalEmailAddress: "SMTP:anna@fabrikam.com",
      Alias: "anna_fabrikam.com#EXT#",
    }),
    withUser("MailContact", "Cor", "Contact", {
      EmailAddresses: ["SMTP:cor@fabrikam.com"],
      ExternalEmailAddress: "SMTP:cor@fabrikam.com",
    }),
    withUser("MailContact", "Carla", "Contact", {
      EmailAddresses: ["SMTP:carla@fabrikam.com"],
      ExternalEmailAddress: "SMTP:carla@fabrikam.com",
    }),
    recipient(
      next(),
      "MailUniversalDistributionGroup",
      "Sales team",
      "salesteam",
      member(1, 4, 31, 32, 33),
    ),
    recipient(next(), "MailUniversalDistributionGroup", "Newsletter", "newsletter", member(31, 40)),
    recipient(next(), "MailUniversalSecurityGroup", "Finance rights", "financerights", {
      ...member(4, 31),
      GroupType: "Universal, SecurityEnabled",
    }),
    recipient(next(), "MailUniversalSecurityGroup", "Synced rights", "syncedrights", {
      ...member(27),
      IsDirSynced: true,
      GroupType: "Universal, SecurityEnabled",
    }),
    recipient(next(), "RoomList", "Rooms Nijmegen", "roomsnijmegen", member()),
    recipient(next(), "DynamicDistributionGroup", "Everyone in Care", "everyoneincare"),
    ...movers().map(([name, own]) =>
      mailbox(next(), "UserMailbox", name, fold(name).replaceAll(" ", "."), own),
    ),
  ];
}

/**
 * Mailboxes in the middle of their lives. Added after the others, so that existing ids stay the
 * same.
 */
function movers(): [name: string, own: DirectoryObject][] {
  const reply = (text: string): DirectoryObject => ({
    InternalMessage: asHtml(text),
    ExternalMessage: asHtml(text),
  });
  const addresses = (name: string, ...more: string[]): DirectoryObject => ({
    EmailAddresses: [`SMTP:${name}@${domain}`, `smtp:${name}@${initialDomain}`, ...more],
  });
  const gone = { IsSoftDeletedByRemove: true, WhenSoftDeleted: "2026-05-20T00:00:00Z" };
  return [
    [
      "Petra Proxies",
      {
        ...addresses(
          "petra.proxies",
          `smtp:Petra.Maiden@${domain}`,
          `SIP:petra.proxies@${domain}`,
          `SPO:SPO_${id("5b0ad000", 1)}@SPO_${tenantId}`,
          "X500:/o=Contoso/ou=First Administrative Group/cn=Recipients/cn=petra",
          "EUM:4711;phone-context=petra.contoso.com",
          "X400:C=NL;A= ;P=Contoso;O=Nijmegen;S=Proxies;G=Petra;",
        ),
        CustomAttribute1: "E100910",
        AutoReplyState: "Scheduled",
        StartTime: "2026-07-20T06:00:00Z",
        EndTime: "2026-08-08T06:00:00Z",
        ...reply("Back on 8 August."),
      },
    ],
    [
      "Leo Leaver",
      {
        CustomAttribute1: "E100911",
        HiddenFromAddressListsEnabled: true,
        AutoReplyState: "Enabled",
        ...reply("Leo no longer works here."),
      },
    ],
    [
      "Lena Left",
      {
        CustomAttribute1: "E100912",
        RecipientTypeDetails: "SharedMailbox",
        HiddenFromAddressListsEnabled: true,
        AutoReplyState: "Enabled",
        ...reply("Lena no longer works here."),
      },
    ],
    [
      "Otto Once",
      { ...gone, ...addresses("otto.once", `smtp:wanted@${domain}`), CustomAttribute1: "E100913" },
    ],
    // The 100th UTF-16 unit is the first half of the fox; in the second name it is inside a family
    // of three.
    [
      "Long Fox",
      {
        CustomAttribute1: "E100914",
        DisplayName: `${"Coordinator of foxes and other animals ".repeat(3).slice(0, 99)}🦊 in the wild`,
      },
    ],
    [
      "Long Family",
      {
        CustomAttribute1: "E100915",
        DisplayName: `${"Coordinator of families and households ".repeat(3).slice(0, 96)}👨‍👩‍👧 in the city`,
      },
    ],
    // Assumed: the service gives every mailbox a display name, but a synchronisation may remove it.
    [
      "Nameless Ned",
      {
        CustomAttribute1: "E100916",
        DisplayName: "",
        IsDirSynced: true,
        ImmutableId: "TmFtZWxlc3M=",
      },
    ],
  ];
}

/** 30 difficult people, then 130 ordinary ones. */
function people(): DirectoryObject[] {
  return [...difficult, ...Array.from({ length: 130 }, (_, index) => ordinary(index))].map(
    (one, index) => userMailbox(index + 1, one),
  );
}

function stateWith(objects: DirectoryObject[]): State {
  return {
    tenant: {
      id: tenantId,
      displayName: "Contoso (emulated)",
      initialDomain,
      domains: [initialDomain, domain],
      cloud: "worldwide",
    },
    apps: [
      {
        clientId: "c11e4700-0000-4000-8000-00000000c0de",
        secrets: [
          { value: "emulated-secret-not-a-real-one" },
          { value: "emulated-secret-expired", expires: "2025-01-01T00:00:00Z" },
        ],
        certificates: [],
        appRoles: ["Exchange.ManageAsApp"],
        directoryRoles: ["Exchange Administrator"],
        redirectUris: ["http://localhost"],
        roleGroups: [],
        graphRoles: [
          // For doctor only: it names the owners of the application.
          "Application.Read.All",
          ...["User.ReadWrite.All", "Group.ReadWrite.All", "GroupMember.Read.All"],
          "LicenseAssignment.ReadWrite.All",
        ],
      },
    ],
    behaviour: { ...defaultBehaviour },
    objects,
  };
}

/**
 * Groups with one department key; the second contains a group, a contact and a guest. Their numbers
 * leave room for the objects before them.
 */
function careGroups(byName: (alias: string) => string): DirectoryObject[] {
  const group = (index: number, name: string, own: DirectoryObject): DirectoryObject =>
    recipient(index, "MailUniversalDistributionGroup", name, slug(name), {
      ManagedBy: [guidOf(31)],
      ...own,
    });
  return [
    group(0x2001, "Care mornings", { Members: [guidOf(34), guidOf(35)] }),
    group(0x2002, "Care evenings", {
      Members: ["newsletter", "cor.contact", "gale.guest", "info"].map(byName),
    }),
  ];
}

let seeded: string | undefined;

/** A fresh copy of the seeded tenant. Tests take thousands, and a copy takes a third of the time. */
export function seedState(): State {
  seeded ??= JSON.stringify(newTenant());
  return JSON.parse(seeded) as State;
}

function newTenant(): State {
  const objects = [...people(), ...others(1000)];
  const byName = (alias: string): string =>
    String(objects.find((object) => object["Alias"] === alias)?.["Guid"]);
  return withMailboxContents(withPermissions(stateWith([...objects, ...careGroups(byName)])));
}

/** The same tenant and application with `count` ordinary user mailboxes and nothing else. */
export function manyMailboxes(count: number): State {
  return stateWith(ordinaryPeople(count));
}

const ordinaryPeople = (count: number): DirectoryObject[] =>
  Array.from({ length: count }, (_, index) => userMailbox(index + 1, ordinary(index)));

/** `many` of `users` in turn, starting a few further on for each `index`. */
const inTurn = (thing: number, many: number, users: number): string[] =>
  Array.from({ length: Math.min(many, users) }, (_, index) =>
    guidOf(((thing * many + index) % users) + 1),
  );

/**
 * `users` user mailboxes, and `count` shared ones, on each of which three users have all three
 * rights.
 */
export function manySharedMailboxes(count: number, users: number): State {
  const shared = Array.from({ length: count }, (_, index) =>
    mailbox(users + index + 1, "SharedMailbox", `Shared ${index + 1}`, `shared.${index + 1}`, {
      CustomAttribute1: `D-${index + 1}`,
      GrantSendOnBehalfTo: inTurn(index, 3, users),
    }),
  );
  const rights = shared.flatMap((one, index) =>
    inTurn(index, 3, users).map((trustee) => ({ holder: String(one["Guid"]), trustee })),
  );
  return {
    ...stateWith([...ordinaryPeople(users), ...shared]),
    mailboxPermissions: rights.map(({ holder, trustee }) => ({
      mailbox: holder,
      trustee,
      rights: ["FullAccess"],
      autoMapping: true,
    })),
    recipientPermissions: rights.map(({ holder, trustee }) => ({
      recipient: holder,
      trustee,
      rights: ["SendAs"],
    })),
  };
}

/**
 * `users` user mailboxes, and `count` distribution groups with `membersEach` of them (or all, if
 * there are fewer).
 */
export function manyGroups(count: number, membersEach: number, users: number): State {
  const groups = Array.from({ length: count }, (_, index) =>
    recipient(
      users + index + 1,
      "MailUniversalDistributionGroup",
      `Group ${index + 1}`,
      `group.${index + 1}`,
      {
        CustomAttribute1: `D-${index + 1}`,
        ManagedBy: [guidOf(1)],
        Members: inTurn(index, membersEach, users),
      },
    ),
  );
  return stateWith([...ordinaryPeople(users), ...groups]);
}

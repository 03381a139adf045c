/** Faults to plant in the objects of Exchange Online. */
import type { Faults } from "./fault.ts";

export const nounFaults: readonly Faults[] = [
  {
    file: "lib/exchange/groupList.ts",
    tests: ["test/exchange/group.test.ts"],
    faults: [
      {
        find: "if (!isSynced(group) && (",
        replace: "if ((",
        why: "Groups that cannot be changed here would be listed.",
      },
    ],
  },
  {
    file: "lib/exchange/accessList.ts",
    tests: ["test/exchange/mailboxRight.test.ts", "test/exchange/rightHolders.test.ts"],
    faults: [
      {
        find: "IncludeUnresolvedPermissions: true,",
        replace: "",
        why: "The list would seem to have room that it does not have.",
      },
      {
        find: "|| /^NT AUTHORITY\\\\/i.test(trustee)",
        replace: "",
        why: "The mailbox's own entry would count as somebody's.",
      },
      {
        find: '.toLowerCase() === "deny"',
        replace: '=== "deny"',
        why: "A denied right would pass for a granted one.",
      },
    ],
  },
  {
    file: "lib/exchange/mailboxRight.ts",
    tests: ["test/exchange/rightChange.test.ts"],
    faults: [
      {
        find: "isHeld: own.some(({ isDenied }) => !isDenied)",
        replace: "isHeld: own.length > 0",
        why: "A denied right would pass for a granted one, and nothing would be granted.",
      },
      {
        find: 'InheritanceType: "All",\n        AutoMapping',
        replace: "AutoMapping",
        why: "The right would not cover subfolders.",
      },
      {
        find: "isDenied: own.some(({ isDenied }) => isDenied)",
        replace: "isDenied: false",
        why: "A right would be granted that a Deny entry makes useless.",
      },
      {
        find: "(await hasNamesake(account)({ exchange })) ? [] : uncertain",
        replace: "[]",
        why: "A right that is listed under a display name would seem revoked.",
      },
      {
        find: "(await hasNamesake(account)({ exchange })) ? [] : uncertain",
        replace: "uncertain",
        why: "The right of another person of the same name would count as this account's.",
      },
      {
        find: "if (found.length > 0) return found;",
        replace: "",
        why: "A right of an account that shares its name would not be seen.",
      },
      {
        find: ".some(({ trustee }) => isSid(trustee))",
        replace: ".some(() => false)",
        why: "A right that is listed under a security identifier would seem not to exist.",
      },
      {
        find: "entries.filter(({ hasFullAccess }) => hasFullAccess)",
        replace: "[...entries]",
        why: "Read permission would pass for Full Access.",
      },
    ],
  },
  {
    file: "lib/exchange/rightChange.ts",
    faults: [
      {
        find: "!mayBeHeld(standing) && isAbsent",
        replace: "!mayBeHeld(standing)",
        why: "An empty answer would be a successful revoke of Send on Behalf that is still there.",
      },
      {
        find: "isHeld || possibleSids.length > 0",
        replace: "isHeld",
        why: "A revoke would succeed while an entry under the account's own identifier remains.",
      },
      {
        find: "isInPlace: !isHeld",
        replace: "isInPlace: isHeld",
        why: "A silent revoke of a right that is held would be reported as already so.",
      },
      {
        find: "account.DistinguishedName : account.UserPrincipalName",
        replace: "account.DistinguishedName : account.Guid",
        why: "A right that is listed under the sign-in name would not be revoked.",
      },
      {
        find: "if (standing.isDenied)",
        replace: "if (false)",
        why: "A right would be granted that a Deny entry makes useless.",
      },
      {
        find: "!isHeld && entries >= maxEntries",
        replace: "!isHeld && entries > maxEntries",
        why: "A grant to a full list would be sent to be refused.",
      },
    ],
  },
  {
    file: "lib/exchange/accessList.ts",
    tests: ["test/exchange/rightHolders.test.ts"],
    faults: [
      {
        find: "return !isInherited && !isDenied;",
        replace: "return !isDenied;",
        why: "Inherited rights would be imported as granted.",
      },
      {
        find: "return !isInherited && !isDenied;",
        replace: "return !isInherited;",
        why: "Denied rights would be imported as granted.",
      },
    ],
  },
  {
    file: "lib/exchange/account.ts",
    tests: ["test/exchange/mailboxRight.test.ts"],
    faults: [
      {
        find: 'listed !== "" &&',
        replace: "",
        why: "A blank trustee would be every account without a name.",
      },
      {
        find: 'textOf(found["DistinguishedName"]) === ""',
        replace: "false",
        why: "A filter on a blank name finds nothing, which would pass for 'no member'.",
      },
      {
        find: "rows.some((row) => !hasGuid(Guid)(row))",
        replace: "rows.length > 0",
        why: "An account would be its own namesake, and its right would seem revoked.",
      },
      {
        find: "/^\\w*Mailbox$/",
        replace: "/^/",
        why: "A leaver without a mailbox would be granted rights.",
      },
    ],
  },
  {
    file: "lib/exchange/absence.ts",
    tests: [
      "test/exchange/account.test.ts",
      "test/exchange/mailbox.test.ts",
      "test/exchange/group.test.ts",
    ],
    faults: [
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asRecipient, asDeleted]",
        why: "A leaver whose licence was removed would pass for gone.",
      },
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asRecipient, asUser]",
        why: "A mailbox that can be restored would pass for one that never existed.",
      },
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asUser, asDeleted]",
        why: "An object of another type would pass for gone.",
      },
      {
        find: "if (row) return row;",
        replace: "return row;",
        why: "An empty list from a controller that lags would prove an absence.",
      },
      {
        find: 'if (fault.kind !== "missing") throw fault;',
        replace: "",
        why: "A look that failed would prove an absence.",
      },
      {
        find: "isSoftDeleted: command === asDeleted",
        replace: "isSoftDeleted: false",
        why: "A deleted mailbox would pass for one whose licence was removed.",
      },
    ],
  },
  {
    file: "lib/exchange/formerMailbox.ts",
    faults: [
      {
        find: "if (isDeleted(former))",
        replace: "if (false)",
        why: "Settings would be sent for a deleted mailbox.",
      },
      {
        find: 'former.RecipientTypeDetails !== "User"',
        replace: "true",
        why: "A mail user's cmdlet would be sent for a user who is no recipient.",
      },
      {
        find: "isInPlace: isHidden(former)",
        replace: "isInPlace: false",
        why: "A dry run would announce to hide what is hidden.",
      },
      {
        find: "!hides || !isInAddressLists(former)",
        replace: "!isInAddressLists(former)",
        why: "A leaver would be hidden although the configuration does not want it.",
      },
    ],
  },
  {
    file: "lib/exchange/group.ts",
    faults: [
      {
        find: "    isInEffect: hasLeft(group, account),",
        replace: "    isInEffect: async (targets) => !(await isMember(group, account)(targets)),",
        why: "An empty answer would be a successful revoke of a membership that is still there.",
      },
      {
        find: "type === securityGroup ? { BypassSecurityGroupManagerCheck: true } : {}",
        replace: "{ BypassSecurityGroupManagerCheck: true }",
        why: "Every group would need the rights of an Exchange Administrator.",
      },
      {
        find: "if (value === undefined || value === null)",
        replace: "if (false)",
        why: "A group of unknown master would pass for one of the cloud.",
      },
    ],
  },
  {
    file: "lib/emailAddresses.ts",
    faults: [
      {
        find: "const asSecondary = existing.find((entry) => isSmtp(entry) && same(entry, primary));",
        replace: "const asSecondary = existing.find((entry) => same(entry, primary));",
        why: "A SIP address of the same text would be removed.",
      },
      {
        find: 'return prefix === "SMTP";',
        replace: 'return prefix.toLowerCase() === "smtp";',
        why: "Any address would count as the primary one.",
      },
      {
        find: 'add.push({ prefix: "smtp", address: old.address });',
        replace: "",
        why: "A mailbox would lose its old address, and mail to it.",
      },
    ],
  },
  {
    file: "lib/exchange/mailboxChange.ts",
    faults: [
      {
        find: "if (current === undefined)",
        replace: "if (false)",
        why: "A property that was not returned would be overwritten.",
      },
      {
        find: "if (refused) throw refused;",
        replace: "",
        why: "A setting that Active Directory masters would be reported as set.",
      },
      {
        find: ".toLowerCase() !== parameters.Identity.toLowerCase() &&",
        replace: ".toLowerCase() === parameters.Identity.toLowerCase() &&",
        why: "A mailbox could take another one's address.",
      },
      {
        find: "IncludeSoftDeletedRecipients: true,",
        replace: "",
        why: "The holder of an address that was deleted would not be named.",
      },
      {
        find: "if (difference.change) await addressesAreFree(difference.change)(targets);",
        replace: "",
        why: "The holder of an address would not be named.",
      },
    ],
  },
  {
    file: "lib/exchange/litigationHold.ts",
    faults: [
      {
        find: "days > maxDays",
        replace: "days > maxDays + 1",
        why: "A duration that .NET cannot hold would be sent.",
      },
      {
        find: "isInactive(mailbox) ? { InactiveMailbox: true } : {}",
        replace: "{}",
        why: "An inactive mailbox would keep its hold, and answer with a success.",
      },
      {
        find: "a > b",
        replace: "a >= b",
        why: "An equal hold would count as a longer one.",
        equivalent: "Equal durations were answered before: a !== b comes first.",
      },
    ],
  },
  {
    file: "lib/exchange/autoReply.ts",
    faults: [
      {
        find: "StartTime >= EndTime",
        replace: "StartTime > EndTime",
        why: "A reply that ends when it starts would be sent to be refused.",
      },
      {
        find: 'ExternalMessage === "" ? "None" : audience',
        replace: "audience",
        why: "People outside would get an empty reply.",
      },
    ],
  },
  {
    file: "lib/exchange/html.ts",
    tests: ["test/exchange/autoReply.test.ts"],
    faults: [
      {
        find: '.replaceAll("&", "&amp;")',
        replace: "",
        why: "An ampersand in a text could become something else.",
      },
    ],
  },
  {
    file: "lib/exchange/region.ts",
    faults: [
      {
        find: "dateFormat === null || ",
        replace: "",
        why: "Settings that are in place would be written on every run.",
      },
      {
        find: 'given === null || given.trim() === ""',
        replace: "given === null",
        why: "A blank format would be refused instead of left to the language.",
      },
    ],
  },
  {
    file: "lib/exchange/units.ts",
    faults: [
      {
        find: "1024 **",
        replace: "1000 **",
        why: "A quota would differ on every run.",
      },
      {
        find: "seconds % day !== 0",
        replace: "false",
        why: "Half a day would be rounded.",
      },
      {
        find: "!== Number(date.slice(-2))",
        replace: "=== 99",
        why: "30 February would become 2 March.",
      },
    ],
  },
  {
    file: "lib/exchange/freeNames.ts",
    tests: ["test/exchange/creation.test.ts"],
    faults: [
      {
        find: "present.filter(isOther)",
        replace: "[]",
        why: "A preview would announce a resource whose name is taken.",
      },
      {
        find: "IncludeSoftDeletedRecipients: true }",
        replace: "}",
        why: "The address of a deleted mailbox would seem free.",
      },
    ],
  },
];

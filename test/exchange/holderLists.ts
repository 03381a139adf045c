/** A tenant in which accounts have rights on mailboxes, and who is found to have them. */
import { expect } from "vitest";
import { textOf } from "../../lib/exchange/client/encoding.ts";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { holdersOf, type HoldersSettings } from "../../lib/exchange/rightHolders.ts";
import type { RightName } from "../../lib/exchange/mailboxRight.ts";
import { conditionIn } from "../campaign/fake/opath.ts";
import { all, guidOf, tenantOf, type Asked } from "./answering.ts";
import { endpoint, notFound, rows } from "./scripted.ts";

export const everything: RightName[] = ["FullAccess", "SendAs", "SendOnBehalf"];
export const [jan, piet, guest] = [guidOf(51), guidOf(52), guidOf(53)];

export const shared = (
  index: number,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Shared ${index}`,
  UserPrincipalName: `shared${index}@contoso.com`,
  PrimarySmtpAddress: `shared${index}@contoso.com`,
  RecipientTypeDetails: "SharedMailbox",
  GrantSendOnBehalfTo: [],
  ExternalDirectoryObjectId: guidOf(index + 200),
  ...own,
});
export const person = (
  index: number,
  name: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Guid: guidOf(index),
  ExternalDirectoryObjectId: guidOf(index + 100),
  WindowsLiveID: `${name}@contoso.com`,
  PrimarySmtpAddress: `${name}@contoso.nl`,
  Name: `${name}-name`,
  DisplayName: `${name} shown`,
  RecipientTypeDetails: "UserMailbox",
  ...own,
});
export const people = [
  person(51, "jan"),
  person(52, "piet"),
  person(53, "guest", { RecipientTypeDetails: "GuestMailUser" }),
  person(54, "ann", { DisplayName: "Twice" }),
  person(55, "bob", { DisplayName: "twice" }),
];
export const fullAccess = (
  User: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  User,
  AccessRights: ["FullAccess"],
  Deny: false,
  IsInherited: false,
  ...own,
});
export const sendAs = (
  Identity: string,
  Trustee: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Identity,
  Trustee,
  AccessControlType: "Allow",
  AccessRights: ["SendAs"],
  IsInherited: false,
  ...own,
});
export const self = (index: number): Record<string, unknown> =>
  sendAs(`shared-${index}`, "NT AUTHORITY\\SELF");

export const user = (own: Record<string, unknown>): Record<string, unknown> => ({
  Name: "",
  DisplayName: "",
  Sid: "",
  UserPrincipalName: "",
  SamAccountName: "",
  DistinguishedName: "",
  LegacyExchangeDN: "",
  ...own,
});

export interface Lists {
  mailboxes?: Record<string, unknown>[];
  /** What Get-MailboxPermission says of a mailbox, by its Guid. */
  permissions?(id: string, asked: Asked): ReturnType<typeof rows> | unknown[];
  sendAsList?: ReturnType<typeof rows> | unknown[];
  sendAsOf?(id: string, asked: Asked): ReturnType<typeof rows> | unknown[];
  /** What Get-Mailbox answers to a filter on delegates. */
  delegates?(filter: string): ReturnType<typeof rows> | unknown[];
  recipients?: ReturnType<typeof rows> | unknown[];
  /** The list of recipients has two pages, of which the second one has the people. */
  isLong?: true;
  users?: Record<string, unknown>[];
  /** What the service answers to a filter on recipients or users, instead of those that it matches. */
  filtered?(asked: Asked): ReturnType<typeof rows> | undefined;
}

export function tenantWith({
  mailboxes = [shared(1)],
  permissions = () => [fullAccess("NT AUTHORITY\\SELF")],
  sendAsList,
  sendAsOf = () => [sendAs("x", "NT AUTHORITY\\SELF")],
  delegates = () => [],
  recipients,
  isLong,
  users = people.map(({ Guid }) => user({ Guid, DistinguishedName: `CN=${String(Guid)}` })),
  filtered = () => undefined,
}: Lists) {
  const matching = (asked: Asked, all: Record<string, unknown>[]) =>
    filtered(asked) ?? all.filter(matches(textOf(asked.parameters["Filter"])));
  const known = mailboxes.map((mailbox, index) => ({
    WindowsLiveID: mailbox["UserPrincipalName"],
    Name: `shared-${index + 1}`,
    ...mailbox,
  }));
  return tenantOf({
    "Get-Mailbox": ({ parameters }) => {
      const filter = textOf(parameters["Filter"]);
      return filter.includes("GrantSendOnBehalfTo") ? delegates(filter) : known;
    },
    "Get-MailboxPermission": (asked) => permissions(textOf(asked.parameters["Identity"]), asked),
    "Get-RecipientPermission": (asked) =>
      asked.parameters["Identity"] === undefined
        ? (sendAsList ?? mailboxes.map((_, index) => self(index + 1)))
        : sendAsOf(textOf(asked.parameters["Identity"]), asked),
    "Get-Recipient": (asked) => {
      const { parameters, url } = asked;
      const { Identity } = parameters;
      if (parameters["Filter"] !== undefined) return matching(asked, [...known, ...people]);
      if (Identity !== undefined) {
        const names = ["Guid", "WindowsLiveID", "PrimarySmtpAddress"];
        const found = people.filter((one) => names.some((name) => one[name] === Identity));
        return found.length > 0 ? found : notFound(textOf(Identity));
      }
      if (!isLong) return recipients ?? [...known, ...people];
      return url.includes("p=2") ? people : rows(known, { "@odata.nextLink": `${endpoint}?p=2` });
    },
    "Get-User": (asked) => {
      const { Filter, Identity } = asked.parameters;
      if (Identity !== undefined) return users.filter(({ Guid }) => Guid === Identity);
      return Filter === undefined ? users : matching(asked, users);
    },
  });
}

function matches(filter: string): (object: Record<string, unknown>) => boolean {
  const condition = conditionIn(filter);
  return (object) => condition((property) => object[property]);
}

/** Who holds what, by the mailbox's Guid; who was no account; and what was asked by which cmdlet. */
export async function holdersIn(
  lists: Lists,
  own: Partial<HoldersSettings> = {},
  seen: (exchange: Exchange) => Exchange = (exchange) => exchange,
) {
  const tenant = tenantWith(lists);
  const strangers: string[][] = [];
  const found = await all(
    holdersOf({
      types: ["SharedMailbox"],
      accountTypes: ["UserMailbox"],
      wanted: everything,
      onUnresolved: (mailbox, trustee, why) => strangers.push([mailbox.Guid, trustee, why]),
      ...own,
    })({ exchange: seen(tenant.exchange) }),
  );
  const byMailbox = Object.fromEntries(
    found.map((one) => [
      one.mailbox.Guid,
      "fault" in one
        ? one.fault.kind
        : Object.fromEntries(
            Object.entries(one.holders).map(([right, holders]) => [right, [...holders]]),
          ),
    ]),
  );
  expect(Object.keys(byMailbox)).toHaveLength(found.length);
  const count = (cmdlet: string, isBatched?: boolean): number =>
    tenant.asked.filter(
      (one) => one.cmdlet === cmdlet && (isBatched === undefined || one.isBatched === isBatched),
    ).length;
  return { byMailbox, strangers, count, ...tenant };
}

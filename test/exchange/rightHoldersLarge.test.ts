import { expect, it } from "vitest";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { guidOf } from "./answering.ts";
import {
  fullAccess,
  holdersIn,
  jan,
  type Lists,
  people,
  person,
  piet,
  self,
  sendAs,
  shared,
  user,
} from "./holderLists.ts";

/** More than are held: they come first in every list, so that those who are meant come when it is known who is. */
const strangers = Array.from({ length: 10_001 }, (_, index) => index + 1_000);
const strangerRows: Readonly<Record<string, Record<string, unknown>[]>> = {
  "Get-Recipient": strangers.map((index) => person(index, `other-${index}`)),
  "Get-RecipientPermission": strangers.map((index) =>
    sendAs(`other-${index}-name`, index % 2 === 0 ? "NT AUTHORITY\\SELF" : "piet-name"),
  ),
  "Get-User": strangers.map((index) => user({ Guid: guidOf(index), Name: `other-${index}-name` })),
};
const withStrangers = (exchange: Exchange): Exchange => ({
  ...exchange,
  async *pages(command) {
    const rows = strangerRows[command.cmdlet] ?? [];
    if (rows.length > 0) yield { rows, isLast: false, notices: [], wasRetried: false };
    yield* exchange.pages(command);
  },
});

const [ann, bob] = [guidOf(54), guidOf(55)];
const mailboxes = Array.from({ length: 60 }, (_, index) =>
  shared(index + 301, {
    Name: `shared-${index + 1}`,
    ...(index === 1 ? { GrantSendOnBehalfTo: ["Twice", "guest-name"] } : {}),
    // The name of others as well, so that the entry under it says nothing.
    ...(index === 2 ? { Name: "Twice" } : {}),
  }),
);
const lists: Lists = {
  mailboxes,
  permissions: (id, { parameters: { User } }) =>
    User === undefined && id === guidOf(301)
      ? ["jan@contoso.com", "X\\piet-sam", "S-1-5-21-9"].map((name) => fullAccess(name))
      : [fullAccess("NT AUTHORITY\\SELF")],
  sendAsList: [
    sendAs("shared-1", "jan-name"),
    sendAs("SHARED302@contoso.com", "jan-name"),
    sendAs("Twice", "piet-name"),
    ...mailboxes.slice(4).map((_, index) => self(index + 5)),
  ],
  // The list of the tenant lacks the fourth.
  sendAsOf: () => [sendAs("x", "ann@contoso.nl")],
  delegates: (filter) => (filter.includes(`CN=${bob}`) ? mailboxes.slice(1, 2) : []),
  users: people.map(({ Guid, Name }) =>
    user({
      Guid,
      Name,
      DistinguishedName: `CN=${String(Guid)}`,
      SamAccountName: Guid === piet ? "piet-sam" : "",
    }),
  ),
};

it.each<[string, (exchange: Exchange) => Exchange]>([
  ["that can be held", (exchange) => exchange],
  ["that are too long to be held", withStrangers],
])("of the lists of a tenant %s, the same is found", async (_name, seen) => {
  const found = await holdersIn(lists, {}, seen);
  expect(found.byMailbox).toMatchObject({
    [guidOf(301)]: { FullAccess: [jan, piet], SendAs: [jan], SendOnBehalf: [] },
    [guidOf(302)]: { FullAccess: [], SendAs: [jan], SendOnBehalf: [bob] },
    [guidOf(303)]: { FullAccess: [], SendAs: [ann], SendOnBehalf: [] },
    [guidOf(304)]: { FullAccess: [], SendAs: [ann], SendOnBehalf: [] },
    [guidOf(360)]: { FullAccess: [], SendAs: [], SendOnBehalf: [] },
  });
  expect(Object.keys(found.byMailbox)).toHaveLength(60);
  expect(found.strangers.toSorted()).toEqual([
    [guidOf(301), "S-1-5-21-9", "unknown"],
    [guidOf(302), "guest-name", "no account"],
  ]);
  const reads = ["Get-Recipient", "Get-RecipientPermission", "Get-User"].map(
    (cmdlet) =>
      found.asked.filter(
        ({ cmdlet: own, parameters: { Identity, Filter } }) =>
          own === cmdlet && Identity === undefined && Filter === undefined,
      ).length,
  );
  expect(reads).toEqual([1, 1, 1]);
});

it("an account that a long list of users does not show by a name that is wanted is looked up once", async () => {
  const found = await holdersIn(lists, {}, withStrangers);
  const looks = found.asked.filter(
    ({ cmdlet, parameters }) => cmdlet === "Get-User" && "Identity" in parameters,
  );
  expect(looks.map(({ parameters }) => parameters["Identity"])).toEqual([ann, bob]);
});

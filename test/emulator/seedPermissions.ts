/**
 * Who has which right in the seeded tenant: one shared mailbox for each way in which rights can go
 * wrong.
 */
import type { DirectoryObject, State } from "./state.ts";

/** SIDs of deleted people: no object in the tenant has them. */
const goneSid = (index: number): string =>
  `S-1-5-21-3735928559-3735928559-3735928559-${1000 + index}`;

const dynamicGroup = "HelloID Dynamic Distribution Group";
const dynamicMailbox = "HelloID Dynamic Shared Mailbox";

/** Department keys on existing groups and mailboxes, and the marker that names their creator. */
const keys: Record<string, DirectoryObject> = {
  press: { CustomAttribute1: "D-SALES", CustomAttribute2: dynamicMailbox },
  invoices: { CustomAttribute1: "D-FINANCE", CustomAttribute2: dynamicMailbox },
  salesteam: { CustomAttribute1: "D-SALES", CustomAttribute2: dynamicGroup },
  financerights: { CustomAttribute1: "D-FINANCE", CustomAttribute2: dynamicGroup },
  caremornings: { CustomAttribute1: "D-TWICE", CustomAttribute2: dynamicGroup },
  careevenings: { CustomAttribute1: "D-TWICE", CustomAttribute2: dynamicGroup },
};

/** Adds keys and permissions to a tenant whose objects all exist. */
export function withPermissions(state: State): State {
  const byAlias = new Map(state.objects.map((object) => [String(object["Alias"]), object]));
  const named = (alias: string): DirectoryObject => {
    const object = byAlias.get(alias);
    if (!object) throw new Error(`The seed has no object with the alias ${alias}.`);
    return object;
  };
  const guid = (alias: string): string => String(named(alias)["Guid"]);
  for (const [alias, values] of Object.entries(keys)) Object.assign(named(alias), values);
  // Two people with the same name on one mailbox, and a guest on the next.
  named("financedesk")["GrantSendOnBehalfTo"] = [guid("jan.devries"), guid("jan.devries2")];
  named("reception")["GrantSendOnBehalfTo"] = [guid("gale.guest")];

  const mailboxPermissions: NonNullable<State["mailboxPermissions"]> = [];
  const recipientPermissions: NonNullable<State["recipientPermissions"]> = [];
  const opens = (
    alias: string,
    trustee: string,
    more: { deny?: true; autoMapping?: boolean } = {},
  ): void =>
    void mailboxPermissions.push({
      mailbox: guid(alias),
      trustee,
      rights: ["FullAccess"],
      ...more,
    });
  const sends = (alias: string, trustee: string): void =>
    void recipientPermissions.push({ recipient: guid(alias), trustee, rights: ["SendAs"] });
  const people = state.objects
    .filter((object) => object["RecipientTypeDetails"] === "UserMailbox")
    .map((object) => String(object["Guid"]));

  // Anna Bakker has all three rights on Sales, and Chris Bakker one on Info.
  opens("sales", guid("anna.bakker"), { autoMapping: true });
  sends("sales", guid("anna.bakker"));
  opens("info", guid("chris.bakker"), { autoMapping: false });
  // Through a group: no one's Outlook opens the mailbox automatically.
  opens("financedesk", guid("financerights"));
  sends("financedesk", guid("financerights"));
  opens("hrpayroll", goneSid(0));
  sends("hrpayroll", goneSid(0));
  opens("hrpayroll", guid("daan.bakker"));
  opens("servicedesk", guid("emma.bakker"), { deny: true });
  opens("servicedesk", guid("femke.bakker"));
  opens("reception", guid("gale.guest"));
  sends("reception", guid("gale.guest"));
  // One list with little room left and one with none; most entries are of deleted people.
  for (const trustee of [
    ...people.slice(0, 100),
    ...Array.from({ length: 305 }, (_, index) => goneSid(index)),
  ])
    opens("privacy", trustee);
  for (const trustee of [
    ...people.slice(0, 100),
    ...Array.from({ length: 400 }, (_, index) => goneSid(index)),
  ])
    opens("archive2019", trustee);
  return { ...state, mailboxPermissions, recipientPermissions };
}

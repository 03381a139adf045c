import type { Bench } from "../bench.ts";
import { defaults } from "../emulator/properties.ts";
import { seedState } from "../emulator/seed.ts";
import type { DirectoryObject } from "../emulator/state.ts";

const isMailbox = ({ RecipientTypeDetails }: DirectoryObject): boolean =>
  String(RecipientTypeDetails).endsWith("Mailbox");

/**
 * Resets to a small tenant, with twenty mailboxes besides `kept`. Calls `change` for each object. `access`: the
 * mailboxes on which someone is granted everything, by the Guid of that person.
 */
export function resetSmall(
  bench: Bench,
  {
    kept,
    access,
    change,
  }: {
    kept: readonly string[];
    access: Readonly<Record<string, readonly string[]>>;
    change(object: DirectoryObject): void;
  },
): void {
  const seeded = seedState();
  let others = 0;
  const objects = seeded.objects.filter(
    (object) => !isMailbox(object) || kept.includes(String(object["Guid"])) || others++ % 9 === 0,
  );
  objects.forEach(change);
  const exist = new Set(objects.map(({ Guid }) => String(Guid)));
  const held = Object.entries(access).flatMap(([trustee, mailboxes]) =>
    mailboxes.map((mailbox) => ({ trustee, mailbox })),
  );
  const isHeld = (one: { trustee: string }): boolean => Object.hasOwn(access, one.trustee);
  bench.emulator.replaceState({
    ...seeded,
    objects,
    mailboxPermissions: [
      ...(seeded.mailboxPermissions ?? []).filter((one) => exist.has(one.mailbox) && !isHeld(one)),
      ...held.map((one) => ({ ...one, rights: ["FullAccess"], autoMapping: true })),
    ],
    recipientPermissions: [
      ...(seeded.recipientPermissions ?? []).filter(
        (one) => exist.has(one.recipient) && !isHeld(one),
      ),
      ...held.map(({ trustee, mailbox }) => ({ trustee, recipient: mailbox, rights: ["SendAs"] })),
    ],
    folderPermissions: held.map(({ trustee, mailbox }) => ({
      mailbox,
      folder: "Calendar",
      user: trustee,
      rights: ["Editor"],
    })),
    folders: (seeded.folders ?? []).filter(({ mailbox }) => exist.has(mailbox)),
  });
  bench.emulator.setFaults([]);
  bench.emulator.clearJournal();
}

/**
 * What a leave and a return may change in the tenant, a line each: the mailbox without what has no value, without the
 * texts of a reply, which stay when it is off, its memberships, and all rights on mailboxes.
 */
export function tenantOf(bench: Bench, guid: string): string[] {
  const state = bench.emulator.state();
  const { mailboxPermissions = [], recipientPermissions = [], folderPermissions = [] } = state;
  const ignored = [
    ...["InternalMessage", "ExternalMessage", "ExternalAudience", "WhenChanged"],
    // What a return cannot undo.
    ...["MobileDevices", "OrganizedMeetings"],
  ];
  const empty = ["null", "[]", "false", '"Disabled"', undefined];
  const lines = Object.entries(bench.stored(guid))
    .filter(([name]) => !ignored.includes(name))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]))
    .map(([name, value]) => [name, JSON.stringify(Array.isArray(value) ? value.toSorted() : value)])
    .filter(([, text]) => !empty.includes(text))
    .map(([name, text]) => `${name} ${text}`);
  const rights = [
    // No list of the service shows auto-mapping.
    ...mailboxPermissions.map(({ mailbox, trustee, rights: held, deny = false }) => ({
      ...{ mailbox, trustee, held, deny },
    })),
    ...recipientPermissions.map(({ recipient, trustee, rights: held, deny = false }) => ({
      ...{ recipient, trustee, held, deny },
    })),
    // Default and Anonymous are there once the calendar was changed.
    ...folderPermissions.filter(({ user }) => user === guid),
  ].map((one) => JSON.stringify(one));
  const memberships = state.objects
    .filter(({ Members }) => Array.isArray(Members) && Members.includes(guid))
    .map(({ DisplayName }) => `member of ${String(DisplayName)}`);
  return [...lines, ...memberships, ...rights].sort();
}

/** What someone was granted on the mailboxes and calendars of others, a line each. */
export function accessOf(bench: Bench, guid: string): string[] {
  const state = bench.emulator.state();
  const { mailboxPermissions = [], recipientPermissions = [], folderPermissions = [] } = state;
  return [
    ...mailboxPermissions
      .filter(({ trustee }) => trustee === guid)
      .map(({ mailbox, rights }) => `${mailbox} ${rights.join()}`),
    ...recipientPermissions
      .filter(({ trustee }) => trustee === guid)
      .map(({ recipient }) => `${recipient} SendAs`),
    ...folderPermissions
      .filter(({ user }) => user === guid)
      .map(
        ({ mailbox, rights, flags = [] }) => `${mailbox} calendar ${[...rights, ...flags].join()}`,
      ),
    ...state.objects
      .filter(({ GrantSendOnBehalfTo }) => [GrantSendOnBehalfTo ?? []].flat().includes(guid))
      .map(({ Guid }) => `${String(Guid)} SendOnBehalf`),
  ].sort();
}

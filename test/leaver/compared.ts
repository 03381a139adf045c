import type { Bench } from "../bench.ts";

/**
 * What a leave and a return may change in the tenant, a line each: the mailbox without what has no value, without the
 * texts of a reply, which stay when it is off, its memberships, and all rights on mailboxes.
 */
export function tenantOf(bench: Bench, guid: string): string[] {
  const { mailboxPermissions = [], recipientPermissions = [] } = bench.emulator.state();
  const ignored = ["InternalMessage", "ExternalMessage", "ExternalAudience", "WhenChanged"];
  const empty = ["null", "[]", "false", '"Disabled"', undefined];
  const lines = Object.entries(bench.stored(guid))
    .filter(([name]) => !ignored.includes(name))
    .map(([name, value]) => [name, JSON.stringify(Array.isArray(value) ? value.toSorted() : value)])
    .filter(([, text]) => !empty.includes(text))
    .map(([name, text]) => `${name} ${text}`);
  const rights = [...mailboxPermissions, ...recipientPermissions].map((one) => JSON.stringify(one));
  const memberships = bench.emulator
    .state()
    .objects.filter(({ Members }) => Array.isArray(Members) && Members.includes(guid))
    .map(({ DisplayName }) => `member of ${String(DisplayName)}`);
  return [...lines, ...memberships, ...rights].sort();
}

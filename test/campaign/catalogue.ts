import type { Chance } from "./chance.ts";
import {
  grantGroup,
  importGroups,
  importSubGroups,
  listGroups,
  revokeGroup,
  subGroups,
} from "./groups.ts";
import { create, disable, enable, importAccounts, remove, update } from "./lifecycle.ts";
import {
  grantMailbox,
  importMailboxes,
  importSubMailboxes,
  listMailboxes,
  revokeMailbox,
  subMailboxes,
} from "./mailboxes.ts";
import { makeGroups, makeMailboxes } from "./resources.ts";
import type { KnownSettings, Scenario } from "./scenario.ts";
import {
  grantCalendar,
  grantHold,
  grantRegion,
  importCalendars,
  importHolds,
  importRegions,
  listCalendars,
  listHolds,
  listRegions,
  revokeCalendar,
  revokeHold,
} from "./settings.ts";

export type Draw = (chance: Chance, known: KnownSettings) => Scenario;

/**
 * Every action, with how often its events are drawn. What takes something away is drawn more often than what
 * only lists a file.
 */
export const catalogue: readonly [action: string, weight: number, draw: Draw][] = [
  ["lifecycle/create", 3, create],
  ["lifecycle/update", 3, update],
  ["lifecycle/enable", 3, enable],
  ["lifecycle/disable", 7, disable],
  ["lifecycle/delete", 7, remove],
  ["lifecycle/import", 2, importAccounts],
  ["permissions/groups/permissions", 1, listGroups],
  ["permissions/groups/grantPermission", 4, grantGroup],
  ["permissions/groups/revokePermission", 9, revokeGroup],
  ["permissions/groups/subPermissions", 8, subGroups],
  ["permissions/groups/importPermission", 2, importGroups],
  ["permissions/groups/importSubPermissions", 2, importSubGroups],
  ["permissions/sharedMailboxes/permissions", 1, listMailboxes],
  ["permissions/sharedMailboxes/grantPermission", 4, grantMailbox],
  ["permissions/sharedMailboxes/revokePermission", 12, revokeMailbox],
  ["permissions/sharedMailboxes/subPermissions", 7, subMailboxes],
  ["permissions/sharedMailboxes/importPermission", 3, importMailboxes],
  ["permissions/sharedMailboxes/importSubPermissions", 2, importSubMailboxes],
  ["permissions/folderPermission/permissions", 0.5, listCalendars],
  ["permissions/folderPermission/grantPermission", 4, grantCalendar],
  ["permissions/folderPermission/revokePermission", 7, revokeCalendar],
  ["permissions/folderPermission/importPermission", 2, importCalendars],
  ["permissions/litigationHold/permissions", 0.5, listHolds],
  ["permissions/litigationHold/grantPermission", 3, grantHold],
  ["permissions/litigationHold/revokePermission", 5, revokeHold],
  ["permissions/litigationHold/importPermission", 2, importHolds],
  ["permissions/regionalConfiguration/permissions", 0.5, listRegions],
  ["permissions/regionalConfiguration/grantPermission", 3, grantRegion],
  ["permissions/regionalConfiguration/importPermission", 2, importRegions],
  ["resources/groups", 4, makeGroups],
  ["resources/sharedMailboxes", 3, makeMailboxes],
];

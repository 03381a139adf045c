import { notFound, notImplemented } from "../errors.ts";
import { madeRows, type Cmdlet } from "../cmdlet.ts";
import { rolesOfGroup } from "../managementRoles.ts";
import { textOf } from "../parameters.ts";
import type { Value } from "../../properties.ts";
import type { Store } from "../../store.ts";

interface Item {
  group: string;
  role: string;
  /** The implicit write scope of the role, unless the assignment has another. */
  scope: Record<string, string>;
}

/**
 * The management roles that someone has through role groups (documented; that an application is named by its client ID
 * is observed of other clients). What an Entra role permits is not among them, and an application without a role group
 * is not known to Exchange (both assumed).
 */
export const getManagementRoleAssignment: Cmdlet = {
  name: "Get-ManagementRoleAssignment",
  writes: false,
  honours: ["RoleAssignee", "Delegating", "Enabled"],
  run({ parameters, store }) {
    const assignee = textOf(parameters["RoleAssignee"]);
    if (assignee === "") throw notImplemented("Get-ManagementRoleAssignment without RoleAssignee");
    const scopes = new Map(
      Object.entries(store.state.writeScopes ?? {}).map(([group, scope]) => [
        group.toLowerCase(),
        scope,
      ]),
    );
    const items = groupsOf(assignee, store).flatMap((group) =>
      rolesOfGroup(group, store.state).map((role): Item => ({
        group,
        role,
        scope: scopes.get(group.toLowerCase()) ?? {},
      })),
    );
    // Here every assignment is a regular one, and enabled.
    const isOther = parameters["Delegating"] === true || parameters["Enabled"] === false;
    return { items: isOther ? [] : items, rows: madeRows(rowOf), warnings: [] };
  },
};

/** The implicit scopes of a role that only reads are None (documented for View-Only Recipients). */
const rowOf = ({ group, role, scope }: Item): Record<string, Value> => ({
  Identity: `${role}-${group}`,
  Name: `${role}-${group}`,
  Role: role,
  RoleAssignee: group,
  RoleAssigneeName: group,
  RoleAssigneeType: "RoleGroup",
  RoleAssignmentDelegationType: "Regular",
  RecipientWriteScope: role.startsWith("View-Only") ? "None" : "Organization",
  CustomRecipientWriteScope: "",
  ConfigWriteScope: role.startsWith("View-Only") ? "None" : "OrganizationConfig",
  CustomConfigWriteScope: "",
  ...scope,
  Enabled: true,
});

function groupsOf(assignee: string, store: Store): readonly string[] {
  const { apps, entra = {} } = store.state;
  const name = assignee.toLowerCase();
  const app = apps.find(({ clientId }) => clientId.toLowerCase() === name);
  if (app && app.roleGroups.length > 0) return app.roleGroups;
  const object = store.find(assignee)[0];
  const [, user] =
    Object.entries(entra.users ?? {}).find(
      ([id, { userPrincipalName }]) =>
        id === object?.["ExternalDirectoryObjectId"] ||
        (typeof userPrincipalName === "string" && userPrincipalName.toLowerCase() === name),
    ) ?? [];
  if (!object && !user) throw notFound(assignee);
  const groups = user?.["roleGroups"];
  return Array.isArray(groups) ? groups.map(String) : [];
}

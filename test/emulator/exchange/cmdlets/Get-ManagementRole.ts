import { madeRows, type Cmdlet } from "../cmdlet.ts";
import { rolesIn, rootOf } from "../managementRoles.ts";
import type { Value } from "../../properties.ts";
import type { State } from "../../state.ts";

interface Item {
  name: string;
  state: State;
}

/**
 * Every management role: built-in ones, and those of the tenant's own, which have the type of the role that they are
 * derived from (documented: "Understanding management roles"; that Parent is a name is assumed).
 */
export const getManagementRole: Cmdlet = {
  name: "Get-ManagementRole",
  writes: false,
  honours: [],
  run({ store: { state } }) {
    const items = rolesIn(state).map((name): Item => ({ name, state }));
    return { items, rows: madeRows(rowOf), warnings: [] };
  },
};

const rowOf = ({ name, state }: Item): Record<string, Value> => ({
  Identity: name,
  Name: name,
  RoleType: rootOf(name, state).replaceAll(/[ -]/g, ""),
  Parent: state.derivedRoles?.[name]?.parent ?? "",
  IsRootRole: rootOf(name, state) === name,
});

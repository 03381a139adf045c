import { notFound, notImplemented } from "../errors.ts";
import { madeRows, upTo, type Cmdlet } from "../cmdlet.ts";
import { entriesOf, rolesIn } from "../managementRoles.ts";
import { textOf } from "../parameters.ts";
import type { Value } from "../../properties.ts";

interface Item {
  role: string;
  cmdlet: string;
  parameters: string[];
}

/** The cmdlets of one role, `Role\*`, with their parameters (documented). Other wildcards do not run here. */
export const getManagementRoleEntry: Cmdlet = {
  name: "Get-ManagementRoleEntry",
  writes: false,
  honours: ["Identity", "ResultSize"],
  run({ parameters, store: { state } }) {
    const identity = textOf(parameters["Identity"]);
    const wanted = /^([^*\\]+)\\\*$/.exec(identity)?.[1]?.toLowerCase();
    if (wanted === undefined) throw notImplemented(`Get-ManagementRoleEntry of '${identity}'`);
    const role = rolesIn(state).find((name) => name.toLowerCase() === wanted);
    if (role === undefined) throw notFound(identity);
    const items = [...entriesOf(role, state)].map(([cmdlet, own]): Item => ({
      role,
      cmdlet,
      parameters: own,
    }));
    return { ...upTo(items, parameters), rows: madeRows(rowOf) };
  },
};

const rowOf = ({ role, cmdlet, parameters }: Item): Record<string, Value> => ({
  Identity: `${role}\\${cmdlet}`,
  Name: cmdlet,
  Role: role,
  Type: "Cmdlet",
  Parameters: parameters,
});

/** `/organization`: the tenant. */
import type { Answer } from "../message.ts";
import { json, type Call } from "./call.ts";
import { notImplemented, unknownProperty } from "./errors.ts";

export function getOrganization({ directory, incoming, root }: Call): Answer {
  const { tenant, objects } = directory.state;
  const select = incoming.url.searchParams.get("$select");
  const isOther = [...incoming.url.searchParams.keys()].some((name) => name !== "$select");
  if (isOther) throw notImplemented("options of /organization");
  const domains = tenant.domains.map((name) => ({
    capabilities: "Email, OfficeCommunicationsOnline",
    isDefault: name === tenant.initialDomain,
    isInitial: name === tenant.initialDomain,
    name,
    type: "Managed",
  }));
  const isSynchronised = objects.some(({ IsDirSynced: synced }) => synced === true);
  const all: Record<string, unknown> = {
    id: tenant.id,
    displayName: tenant.displayName,
    onPremisesSyncEnabled: isSynchronised ? true : null,
    verifiedDomains: domains,
  };
  return json({
    "@odata.context": `${root}/$metadata#organization${select === null ? "" : `(${select})`}`,
    value: [chosen(all, select)],
  });
}

function chosen(all: Record<string, unknown>, select: string | null): Record<string, unknown> {
  if (select === null) return all;
  return Object.fromEntries(
    select.split(",").map((one) => {
      const name = one.trim();
      // Microsoft has more of them.
      if (["assignedPlans", "provisionedPlans", "country", "tenantType"].includes(name))
        throw notImplemented(`$select of '${name}'`);
      if (!(name in all)) throw unknownProperty(name, "organization");
      return [name, all[name]];
    }),
  );
}

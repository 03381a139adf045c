/**
 * Whose accounts decide over the connector and the tenant: owners of the application, who can add a credential to it,
 * and the last Global Administrator. An event must not disable or delete them, and no event can know.
 */
import { Fault } from "../../lib/fault.ts";
import type { ListOperation } from "../../lib/graph/client/operations.ts";
import type { GraphObject } from "../../lib/graph/client/replies.ts";
import type { Check, Examination } from "./check.ts";
import { fine, unknown, warning, type Verdict } from "./finding.ts";
import { globalAdministrator, graphBeside } from "./graphAccess.ts";

/** Owners of the registration can add a credential, and those of the service principal as well (documented). */
const ownerLists = [
  "GET /applications(appId='{app}')/owners",
  "GET /servicePrincipals(appId='{app}')/owners",
] as const;

export const owners: Check = {
  name: "owners of the application",
  async examine(examination) {
    const app = examination.known.get("configuration").AppId;
    const found = new Map<string, GraphObject>();
    let missing = 0;
    for (const operation of ownerLists) {
      const list = await listed(operation, { app }, examination);
      if (list === "denied") return notExamined("Application.Read.All");
      // The registration of an application of another organisation is not in this tenant.
      if (list === "missing") missing++;
      else for (const owner of list) found.set(owner.id, owner);
    }
    if (missing === ownerLists.length)
      return unknown("Microsoft Graph knows neither the application nor its service principal.");
    const [only, ...others] = found.values();
    if (only === undefined)
      return fine("The application has no owner: only administrators can add a credential.");
    const names = [only, ...others].map(nameOf).join(", ");
    if (others.length > 0)
      return warning(
        `The application has the owners ${names}: each can add a credential, and work as the connector.`,
        "Remove the owners it does not need, and leave the others out of the business rules.",
      );
    return warning(
      `The application has one owner, ${names}, who can add a credential, and work as the connector.`,
      "Remove the owner, or leave the account out of the business rules: it is the only one.",
    );
  },
};

export const administrators: Check = {
  name: "last administrator",
  async examine(examination) {
    const operation = "GET /directoryRoles(roleTemplateId='{role}')/members";
    const list = await listed(operation, { role: globalAdministrator }, examination);
    if (list === "denied") return notExamined("RoleManagement.Read.Directory");
    const members = list === "missing" ? [] : list;
    const users = members.filter((one) => isA("user", one));
    if (users.some(({ accountEnabled }) => typeof accountEnabled !== "boolean"))
      return notExamined("User.Read.All");
    const [last, ...others] = users.filter(({ accountEnabled }) => accountEnabled === true);
    if (others.length > 0)
      return fine(`${others.length + 1} users who can sign in are Global Administrator.`);
    const groups = members.filter((one) => isA("group", one)).map(nameOf);
    if (groups.length > 0)
      return unknown(
        `The members of ${groups.join(", ")}, who are Global Administrator, are not examined.`,
      );
    if (last === undefined)
      return unknown(
        "No user who can sign in is Global Administrator; eligible ones are not examined.",
      );
    return warning(
      `${nameOf(last)} is the last Global Administrator; eligible ones are not examined.`,
      "Leave the account out of the business rules, and assign the role to a second one.",
    );
  },
};

/** The whole list; or why there is none. Throws every other fault: then nothing was found out. */
async function listed(
  operation: ListOperation,
  ids: Readonly<Record<string, string>>,
  examination: Examination,
): Promise<GraphObject[] | "denied" | "missing"> {
  const graph = await graphBeside(examination);
  try {
    return await graph.list({ operation, ids, query: { select } });
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind === "denied" || fault.kind === "missing") return fault.kind;
    throw fault;
  }
}

const select = ["id", "displayName", "userPrincipalName", "accountEnabled"];

const notExamined = (permission: string): Verdict => ({
  ...unknown(`Not examined: it needs ${permission} or Directory.Read.All of Microsoft Graph.`),
  mend: `Add ${permission} with admin consent, or look in the Entra admin center.`,
});

const isA = (type: string, { "@odata.type": own }: GraphObject): boolean =>
  own === `#microsoft.graph.${type}`;

/** What an application may not read of an object is null: its ID remains (documented). */
function nameOf({ id, displayName, userPrincipalName }: GraphObject): string {
  const names = [displayName, userPrincipalName].filter((name) => typeof name === "string");
  return names.length === 0 ? id : names.join(" ");
}

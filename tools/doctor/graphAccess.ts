/** What the connection may do in Microsoft Graph. Writes are never tried: what the token says decides. */
import { randomUUID } from "node:crypto";
import { clouds } from "../../lib/auth/clouds.ts";
import { Fault } from "../../lib/fault.ts";
import { microsoftGraph, type Graph } from "../../lib/graph/client/graph.ts";
import type { TokenSource } from "../../lib/auth/token.ts";
import type { Check, Examination } from "./check.ts";
import { isForOptional, neededFor } from "./features.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";
import { missingFrom, permissionsFor, type PermissionNeed } from "./graphPermissions.ts";
import { reached } from "./hosts.ts";
import type { GraphSet } from "./sets.ts";
import { claimsIn, paceOf, tokensFor } from "./signIn.ts";

export const graphHost: Check = {
  name: "Microsoft Graph host",
  finds: ["graphReached"],
  async examine(examination) {
    const { known } = examination;
    const { Cloud = "worldwide" } = known.get("configuration");
    const url = known.get("emulatorUrls").graphUrl ?? `https://${clouds[Cloud].graph}`;
    return await reached(url, examination, () => known.add({ graphReached: true }));
  },
};

export const graphSignIn: Check = {
  name: "sign-in to Microsoft Graph",
  finds: ["graphClaims", "graph"],
  async examine(examination) {
    const { known } = examination;
    known.get("graphReached");
    const source = await tokensFor("graph", examination);
    try {
      const graphClaims = claimsIn(await source.get());
      known.add({ graphClaims, graph: clientFor(examination, source) });
    } catch (thrown) {
      const { message, retryable } = Fault.of(thrown);
      if (retryable) return unknown(message);
      return wrong(message, "Correct what the sign-in service names.");
    }
    return fine("A token for Microsoft Graph is issued.");
  },
};

/** Microsoft Graph though no set of it may be in use. Throws a `Fault` when it refuses the sign-in. */
export async function graphBeside(examination: Examination): Promise<Graph> {
  const { premises, known } = examination;
  if (premises.graphSets.length > 0) return known.get("graph");
  known.get("token");
  const source = await tokensFor("graph", examination);
  await source.get();
  return clientFor(examination, source);
}

function clientFor({ premises: { seams }, known, signal }: Examination, token: TokenSource): Graph {
  const { Cloud = "worldwide" } = known.get("configuration");
  return microsoftGraph(
    { cloud: clouds[Cloud], graphUrl: known.get("emulatorUrls").graphUrl },
    {
      transport: known.get("transport").send,
      token,
      pace: paceOf({ ...seams, signal }),
      clock: seams.clock,
      newId: randomUUID,
    },
  );
}

/** Whether the actions of a set have their permissions. */
export function graphAccessOf(set: GraphSet): Check {
  return {
    name: `set ${set.name}`,
    examine({ known }): Verdict {
      const { roles, scopes } = known.get("graphClaims");
      const isLinked = known.get("configuration").Connection === "linkedAccount";
      const held = isLinked ? scopes : roles;
      const { needs, unknown: notKnown } = permissionsFor(set.operations);
      const missing = missingFrom(needs, held);
      if (missing.length > 0) {
        const verdict = lacking(missing, held, isLinked);
        const wanted = missing.flatMap(({ alternatives }) => alternatives);
        return {
          ...verdict,
          status: isForOptional(set.name, wanted) ? "warning" : verdict.status,
          message: verdict.message + neededFor(set.name, wanted),
        };
      }
      if (notKnown.length > 0)
        return unknown(`Which permission these need is not known: ${notKnown.join(", ")}.`);
      return fine(`The token has what its ${Object.keys(set.operations).length} operations need.`);
    },
  };
}

function lacking(
  missing: readonly PermissionNeed[],
  held: readonly string[],
  isLinked: boolean,
): Verdict {
  const least = missing.map(({ alternatives: [first = ""] }) => first);
  const what = missing.map(
    ({ alternatives: [first = ""], operation }) => `${first} (${operation})`,
  );
  const kind = isLinked ? "scope" : "application permission";
  return wrong(
    `The token does not have the ${kind} ${what.join(" and ")}; it has ${held.join(", ") || "none"}.`,
    `Add ${[...new Set(least)].join(", ")} of Microsoft Graph to the app registration, and grant admin consent` +
      `${isLinked ? "; then run exo-connector link again" : ""}.`,
  );
}

/** Template IDs. The first is the smallest that suffices for users and groups (documented). */
const userAdministrator = "fe930be7-5e62-47db-91af-98c3a49a38b1";
export const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";

/**
 * The role in Entra ID. An account may only do what its role permits. An application needs one only for users who hold
 * a role themselves.
 */
export const directoryRole: Check = {
  name: "role in Entra ID",
  examine({ known }): Verdict {
    const { wids } = known.get("graphClaims");
    const isLinked = known.get("configuration").Connection === "linkedAccount";
    if (wids.includes(globalAdministrator))
      return warning(
        "Global Administrator is more than any set needs.",
        "Assign User Administrator instead.",
      );
    if (wids.includes(userAdministrator))
      return fine("User Administrator: users without a role, and those with a lesser one.");
    if (!isLinked)
      return fine("No role: sensitive changes of users who hold a role themselves are refused.");
    return wrong(
      "The linked account does not have the role User Administrator, so it may only read.",
      "Assign it the role, Active and Permanently assigned: an eligible or time-bound assignment stops the automation.",
    );
  },
};

/** Who the connector works as: an account that must stay as it is. */
export const linkedAccount: Check = {
  name: "linked account",
  examine({ known }: Examination): Verdict {
    const { account } = known.get("graphClaims");
    if (account === undefined) return unknown("The token names no account.");
    return fine(
      `The connector works as ${account}. Events refuse to disable or delete it: leave it out of the business rules.`,
    );
  },
};

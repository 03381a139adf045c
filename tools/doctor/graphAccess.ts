/** What the connection may do in Microsoft Graph. Writes are never tried: what the token says decides. */
import { clouds } from "../../lib/auth/clouds.ts";
import { Fault } from "../../lib/fault.ts";
import type { Check, Examination } from "./check.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";
import { missingFrom, permissionsFor, type PermissionNeed } from "./graphPermissions.ts";
import { reached } from "./hosts.ts";
import type { GraphSet } from "./sets.ts";
import { claimsIn, tokensFor } from "./signIn.ts";

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
  finds: ["graphClaims"],
  async examine(examination) {
    const { known } = examination;
    known.get("graphReached");
    const source = await tokensFor("graph", examination);
    try {
      known.add({ graphClaims: claimsIn(await source.get()) });
    } catch (thrown) {
      const { message, retryable } = Fault.of(thrown);
      if (retryable) return unknown(message);
      return wrong(message, "Correct what the sign-in service names.");
    }
    return fine("A token for Microsoft Graph is issued.");
  },
};

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
      if (missing.length > 0) return lacking(missing, held, isLinked);
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

/** By the smallest that suffices for users and groups (documented). */
const directoryRoles = {
  userAdministrator: "fe930be7-5e62-47db-91af-98c3a49a38b1",
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
} as const;

/**
 * The role in Entra ID. An account may only do what its role permits. An application needs one only for users who hold
 * a role themselves.
 */
export const directoryRole: Check = {
  name: "role in Entra ID",
  examine({ known }): Verdict {
    const { wids } = known.get("graphClaims");
    const isLinked = known.get("configuration").Connection === "linkedAccount";
    if (wids.includes(directoryRoles.globalAdministrator))
      return warning(
        "Global Administrator is more than any set needs.",
        "Assign User Administrator instead.",
      );
    if (wids.includes(directoryRoles.userAdministrator))
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
      `The connector works as ${account}. Events refuse to disable or delete it. Leave it, the owners of the app ` +
        "registration and the last Global Administrator out of the business rules: nobody else could mend it.",
    );
  },
};

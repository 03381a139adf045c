import type { Step } from "../step.ts";

/**
 * What a step does to its user that ends every sign-in of it, in words; undefined for any other step. An account that
 * the connector itself works as would cut the connector off.
 */
export function cutOff({
  target,
  operation,
  parameters,
}: Pick<Step, "target" | "operation" | "parameters">): { user: string; what: string } | undefined {
  const user = parameters["user"];
  if (target !== "graph" || typeof user !== "string") return undefined;
  const what = endOfSignIn(operation, parameters);
  return what === undefined ? undefined : { user, what };
}

function endOfSignIn(
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
): string | undefined {
  if (operation === "DELETE /users/{user}") return "delete";
  if (operation === "POST /users/{user}/revokeSignInSessions") return "end the sessions of";
  if (operation !== "PATCH /users/{user}") return undefined;
  if (parameters["accountEnabled"] === false) return "disable";
  // A reset by an administrator ends every refresh token (documented).
  return "passwordProfile" in parameters ? "reset the password of" : undefined;
}

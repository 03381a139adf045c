/** How a link ends for a running action: from a refused refresh token to a sentence about what to do. */
import { Fault } from "../fault.ts";
import { stateAfter, type LinkState } from "./linkState.ts";

/** The state that a fault of the sign-in proves; undefined when it is not about the link. */
export function linkStateOf({ cause }: Fault): LinkState | undefined {
  // What msal throws. A bare `invalid_grant` has another class than one with a reason, so the class is not looked at.
  const { errorCode = "", errorMessage = "" } = (cause ?? {}) as Partial<
    Record<"errorCode" | "errorMessage", string>
  >;
  return stateAfter({ error: errorCode, text: errorMessage.slice(0, 8_192) });
}

/** The fault of an action whose link with `account` is in this state. `refusal` has the words of the service. */
export function linkEnded(state: LinkState, account: string, refusal: Fault): Fault {
  const { requestId } = refusal;
  const number = /AADSTS\d+/.exec(refusal.message)?.[0] ?? "invalid_grant";
  if (state === "expired")
    return new Fault({
      kind: "denied",
      cause: refusal,
      requestId,
      message:
        `The link with the account ${account} has expired: it was not used for 90 days, or a policy limits how long ` +
        `it lasts. Link the account again: exo-connector link. (${number})`,
    });
  if (state === "revoked")
    return new Fault({
      kind: "denied",
      cause: refusal,
      requestId,
      message:
        `The link with the account ${account} was revoked: its sessions were ended, or its password was reset. Link ` +
        `the account again: exo-connector link. (${number})`,
    });
  if (state === "blocked")
    return new Fault({
      kind: "denied",
      cause: refusal,
      requestId,
      message:
        `The linked account ${account} may not sign in: it is disabled or locked, has to prove itself anew, or a ` +
        `policy of Conditional Access blocks it. Mend that, then link it again: exo-connector link. (${number})`,
    });
  return new Fault({
    kind: "denied",
    cause: refusal,
    requestId,
    message:
      `The consent for the linked account ${account} is missing: an administrator has to consent again, as ` +
      `exo-connector link asks. (${number})`,
  });
}

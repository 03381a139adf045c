/** What can become of a link between the connector and an account, as a closed list, and the proofs of each. */

export const linkStates = [
  "granted",
  "declined",
  "approvalRequested",
  "blocked",
  "abandoned",
  "expired",
  "revoked",
  "consentMissing",
] as const;

/**
 * - `granted`: the account is linked, and a fresh token proves it.
 * - `declined`: the person who signed in did not consent.
 * - `approvalRequested`: an administrator has to consent first; whether the person asked for it is not reported.
 * - `blocked`: a policy, or the state of the account, does not let it sign in.
 * - `abandoned`: the sign-in page was left without an answer.
 * - `expired`: the refresh token was not used, or may not be used, for so long.
 * - `revoked`: the sessions of the account were ended, or its password was reset.
 * - `consentMissing`: a scope that is needed is not, or no longer, granted.
 */
export type LinkState = (typeof linkStates)[number];

/** An answer of the sign-in service that is not a success, on its page or at its token endpoint. */
export interface Refusal {
  /** `error` of the answer. */
  error: string;
  /** `error_description` of the answer. */
  text: string;
}

/** Numbers: Microsoft's list of AADSTS error codes. Those of Conditional Access are all one. */
const byNumber: readonly (readonly [LinkState, readonly number[]])[] = [
  ["declined", [65004]],
  ["approvalRequested", [90094, 90095]],
  ["consentMissing", [65001]],
  ["expired", [70008, 70043, 700081, 700082, 700084]],
  ["revoked", [50173]],
  [
    "blocked",
    [
      ...[50034, 50053, 50055, 50057, 50072, 50074, 50076, 50078, 50079, 50105],
      ...[53000, 53001, 53002, 53003, 530032, 530035, 7000112],
    ],
  ],
];

/**
 * The state that a refusal proves; undefined when it is not about the link, but about the application, the tenant or
 * the request. A page that asks for an administrator's approval returns `access_denied` without a number, whether the
 * person asked or not; the button that declines returns 65004 (both observed).
 */
export function stateAfter({ error, text }: Refusal): LinkState | undefined {
  const number = Number(/AADSTS(\d+)/.exec(text)?.[1] ?? Number.NaN);
  const known = byNumber.find(([, numbers]) => numbers.includes(number))?.[0];
  if (known !== undefined) return known;
  if (error === "access_denied" && Number.isNaN(number)) return "approvalRequested";
  // Of a refresh token. Of a code and of a secret it has numbers that are about the request.
  return error === "invalid_grant" && Number.isNaN(number) ? "revoked" : undefined;
}

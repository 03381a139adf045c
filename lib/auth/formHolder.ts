/** What the credential of the form opens what is kept for a short time with. */
import type { Holder } from "../store/seal.ts";
import type { Credential } from "./application.ts";

/** The bytes of the credential as the form has them: opening a PFX would take longer than the sign-in saves. */
export function formHolder(credential: Credential): Holder {
  const label = "credential of the form";
  return "secret" in credential
    ? { label, material: credential.secret }
    : { label, material: `${credential.pfxBase64}/${credential.password}` };
}

import { isRecord } from "../../lib/record.ts";

const secretKey =
  /^(appsecret|appcertificate.*|.*temporaryaccesspass|.*(secret|password|passwd|token|assertion|apikey))$/i;

/** Whether what is under a key opens something. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/** Whether what is under a key is the password or the pass of a person: another in every run that makes one. */
export function isPasswordKey(key: string): boolean {
  return /(^|\.)(password|temporaryAccessPass)$/i.test(key);
}

/** The stand-in of a secret. */
export const standInSecret = "a-secret";
/** That of a person's password: an event in which it equals a secret of the form is refused. */
export const standInPassword = "a-password";

/** The stand-in of what is under a key that is secret. */
export function standInFor(key: string): string {
  return isPasswordKey(key) ? standInPassword : standInSecret;
}

/** A copy with the stand-in for every password, at any depth. */
export function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      isPasswordKey(key) && typeof member === "string" ? standInPassword : withoutPasswords(member),
    ]),
  );
}

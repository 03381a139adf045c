const secretKey =
  /^(appsecret|appcertificate.*|.*(secret|password|passwd|token|assertion|apikey))$/i;

/** Whether what is under a key opens something. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/** The stand-in of a secret. */
export const standInSecret = "a-secret";

import { parsedJson } from "../net/json.ts";

/** The claims that a refused token lacked: base64 text inside WWW-Authenticate (continuous access evaluation). */
export function claimsIn(header: string | undefined): string | undefined {
  const encoded = /claims="([^"]+)"/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  const object = parsedJson(claims);
  return typeof object === "object" && object !== null ? claims : undefined;
}

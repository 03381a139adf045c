/** Proves a refresh token: a fresh access token, what it says, and one harmless read with it. */
import { openApplication, type Application } from "../../lib/auth/application.ts";
import { resourceNames, type Resource } from "../../lib/auth/clouds.ts";
import type { Link, LinkToken } from "../../lib/auth/linkedAccount.ts";
import { linkStateOf } from "../../lib/auth/linkErrors.ts";
import type { LinkState } from "../../lib/auth/linkState.ts";
import { redeemer } from "../../lib/auth/linkedToken.ts";
import { Fault } from "../../lib/fault.ts";
import { parsedJson } from "../../lib/net/json.ts";
import { isRecord } from "../../lib/record.ts";
import type { LinkConnection } from "./connection.ts";

/** The link is not what it should be: nothing is written. */
export class NotGranted extends Error {
  readonly state: Exclude<LinkState, "granted">;
  /** Of `consentMissing`. */
  readonly missing: readonly string[];

  constructor(
    state: Exclude<LinkState, "granted">,
    reason: string,
    missing: readonly string[] = [],
  ) {
    super(reason);
    this.state = state;
    this.missing = missing;
  }
}

/** What a fresh token says: who it acts for, in which tenant, and with which scopes. */
interface Claims {
  tenantId: string;
  account: Link["account"];
  scopes: string[];
}

export interface Proven {
  account: Link["account"];
  token: LinkToken;
}

/** The application, for several proofs. */
export const applicationOf = ({ settings, signInSeams }: LinkConnection): Promise<Application> =>
  openApplication(settings, signInSeams);

/**
 * Redeems the refresh token for a fresh token of the resource, and reads one thing with it. Throws `NotGranted`, and a
 * `Fault` for what is not about the link: the network, the application, the tenant.
 */
export async function proven(
  refreshToken: string,
  resource: Resource,
  needed: readonly string[],
  application: Application,
  connection: LinkConnection,
): Promise<Proven> {
  const { settings, signInSeams } = connection;
  const redeem = redeemer(application, { cloud: settings.cloud, resource }, signInSeams);
  const { issued, successor } = await redeem(refreshToken).catch(notGranted);
  const { tenantId, account, scopes } = claimsIn(issued.token);
  if (tenantId.toLowerCase() !== settings.tenantId.toLowerCase())
    throw Fault.invalid(
      `The token is of tenant ${tenantId}, not of ${settings.tenantId} (TenantID).`,
    );
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0)
    throw new NotGranted(
      "consentMissing",
      `${account.userPrincipalName} has no consent for ${missing.join(", ")} of ${resourceNames[resource]}.`,
      missing,
    );
  await read(resource, issued.token, account, connection);
  const receivedAt = signInSeams.clock();
  return { account, token: { refreshToken: successor ?? refreshToken, receivedAt, scopes } };
}

/** Throws what a refusal proves about the link, or the refusal itself. */
export function notGranted(thrown: unknown): never {
  const fault = Fault.of(thrown);
  const state = linkStateOf(fault);
  if (state === undefined || state === "granted") throw fault;
  throw new NotGranted(state, fault.message);
}

function claimsIn(token: string): Claims {
  const text = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const claims = parsedJson(text);
  const of = (name: string): string => {
    const claim = isRecord(claims) ? claims[name] : undefined;
    return typeof claim === "string" ? claim : "";
  };
  const account = { id: of("oid"), userPrincipalName: of("upn") };
  if (account.id === "" || account.userPrincipalName === "")
    throw Fault.invalid("The token is not one of a user.");
  return {
    tenantId: of("tid"),
    account,
    scopes: of("scp")
      .split(" ")
      .filter((scope) => scope !== ""),
  };
}

/** Whether the service accepts the token: its scopes say nothing about the roles of the account. */
async function read(
  resource: Resource,
  token: string,
  { id, userPrincipalName }: Link["account"],
  connection: LinkConnection,
): Promise<void> {
  try {
    if (resource === "graph")
      await connection
        .graph(token)
        .get({ operation: "GET /users/{user}", ids: { user: id }, query: { select: ["id"] } });
    else
      await connection
        .exchange(token)
        .invoke({ cmdlet: "Get-Mailbox", parameters: { ResultSize: 1 }, select: ["Guid"] });
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "denied") throw fault;
    throw new NotGranted(
      "blocked",
      `${userPrincipalName} may not read in ${resourceNames[resource]}: it has no role that permits it. ` +
        fault.message,
    );
  }
}

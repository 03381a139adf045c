/** The sign-in service: the tenant, the application and its token. */
import { clouds, type Resource } from "../../lib/auth/clouds.ts";
import { holderOf } from "../../lib/auth/holder.ts";
import { linkStore } from "../../lib/auth/linkedAccount.ts";
import { linkedTokenSource } from "../../lib/auth/linkedToken.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { tokenSource, type TokenSource } from "../../lib/auth/token.ts";
import { linkPlaceOf } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import { isRecord } from "../../lib/record.ts";
import { parsedJson } from "../../lib/net/json.ts";
import type { Pace } from "../../lib/net/retry.ts";
import type { Check, Claims, Examination } from "./check.ts";
import { fine, unknown, wrong, type Verdict } from "./finding.ts";

/** Milliseconds for the sign-in, and for each question to Exchange Online. */
export const patienceMs = 25_000;

export const tenant: Check = {
  name: "tenant",
  finds: ["tenantId"],
  async examine(examination) {
    const { known } = examination;
    const { TenantID, Cloud = "worldwide" } = known.get("configuration");
    const found = await tenantNamed(TenantID, examination);
    if (found === "none")
      return wrong(
        `There is no tenant ${TenantID} (TenantID) in the cloud ${Cloud} (Cloud).`,
        "Enter the Directory (tenant) ID of the app registration, and the cloud of the tenant.",
      );
    known.add({ tenantId: TenantID });
    return found === undefined ? unknown(noMetadata) : fine(`Tenant ${found} exists.`);
  },
};

export const organization: Check = {
  name: "organization",
  async examine(examination) {
    const { known } = examination;
    const tenantId = known.get("tenantId");
    const { Organization } = known.get("configuration");
    const found = await tenantNamed(Organization, examination);
    if (found === undefined) return unknown(noMetadata);
    if (found === tenantId.toLowerCase()) return fine(`${Organization} is a domain of the tenant.`);
    return wrong(
      found === "none"
        ? `No tenant has the domain ${Organization} (Organization).`
        : `${Organization} (Organization) is a domain of tenant ${found}, not of ${tenantId} (TenantID).`,
      "Enter the .onmicrosoft.com domain of the tenant.",
    );
  },
};

const noMetadata = "The sign-in host does not answer with the metadata of a tenant.";

/**
 * The ID of the tenant that has this ID or domain, by its OpenID metadata, which needs no sign-in (documented): the
 * issuer contains it. `none`: there is no such tenant. Undefined: the answer is not usable.
 */
async function tenantNamed(
  name: string,
  { known, signal }: Examination,
): Promise<string | undefined> {
  const url = `${known.get("loginUrl")}/${encodeURIComponent(name)}/v2.0/.well-known/openid-configuration`;
  const { text } = await known.get("transport").send({ method: "GET", url, headers: {} }, signal);
  const json = parsedJson(text);
  if (!isRecord(json)) return undefined;
  if (/AADSTS(90002|900023)\b/.test(String(json["error_description"]))) return "none";
  return /\/([0-9a-f-]{36})\//i.exec(String(json["issuer"]))?.[1]?.toLowerCase();
}

export const signIn: Check = {
  name: "sign-in",
  finds: ["token", "claims"],
  async examine(examination) {
    const { known } = examination;
    const { AppId } = known.get("configuration");
    const credential = known.get("credential");
    const source = await tokensFor("exchange", examination);
    try {
      known.add({ claims: claimsIn(await source.get()), token: source });
    } catch (thrown) {
      const { message, retryable } = Fault.of(thrown);
      if (retryable) return unknown(message);
      const number = /\((AADSTS\d+)\)$/.exec(message)?.[1] ?? "";
      // A signed assertion has a time, and so has a certificate.
      if ("pfxBase64" in credential && /^(AADSTS700024)?$/.test(number)) known.get("clock");
      if (number === "AADSTS7000215" && "secret" in credential && isGuid.test(credential.secret))
        return wrong(`${message} What is entered has the form of an ID.`, mends.AADSTS7000215);
      return wrong(message, mendFor(number));
    }
    const { account } = known.get("claims");
    const forWhom = account === undefined ? "" : ` for the linked account ${account}`;
    return fine(`Application ${AppId} (AppId) signs in${forWhom}.`);
  },
};

/** Tokens of the connection: of the application itself, or of the account that it is linked to. */
export async function tokensFor(
  resource: Resource,
  { premises: { seams, env }, known, signal, keepSecret }: Examination,
): Promise<TokenSource> {
  const configuration = known.get("configuration");
  const { AppId, Cloud = "worldwide", Connection } = configuration;
  const credential = known.get("credential");
  const settings = {
    tenantId: known.get("tenantId"),
    clientId: AppId,
    credential,
    cloud: clouds[Cloud],
    resource,
    loginUrl: known.get("loginUrl"),
  };
  const signInSeams = {
    transport: known.get("transport").send,
    pace: paceOf({ ...seams, signal }),
    clock: seams.clock,
    keepSecret,
  };
  if (Connection !== "linkedAccount") return tokenSource(settings, signInSeams);
  const holder = await holderOf(credential);
  const store = linkStore(linkPlaceOf(configuration, env), holder, thisAccount());
  return linkedTokenSource(settings, () => Promise.resolve(store), signInSeams);
}

/** Retries as the product has them, for the given time. */
export function paceOf({ sleep, random, signal }: Pick<Pace, "sleep" | "random" | "signal">): Pace {
  const start = performance.now();
  return {
    signal,
    sleep,
    random,
    remaining: () => patienceMs - (performance.now() - start),
    stats: { requests: 0, retries: 0, waitedMs: 0 },
  };
}

const isGuid = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;

export function claimsIn(token: string): Claims {
  const claims = parsedJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  const read = isRecord(claims) ? claims : {};
  const { upn, scp } = read;
  return {
    account: typeof upn === "string" ? upn : undefined,
    scopes: typeof scp === "string" ? scp.split(" ") : [],
    roles: textsIn(read["roles"]),
    wids: textsIn(read["wids"]),
  };
}

const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** By the number of the refusal; lib/auth/signInErrors.ts has their meanings. */
const mends = {
  AADSTS7000215:
    "Create a client secret in the app registration, copy its value (not its Secret ID) and enter it as App secret " +
    "(AppSecret).",
  AADSTS7000222:
    "Create a new client secret in the app registration, and enter its value as App secret (AppSecret).",
  AADSTS90002:
    "Enter the Directory (tenant) ID of the app registration as Tenant ID (TenantID), and its cloud (Cloud).",
  AADSTS700016: "Enter the Application (client) ID of the app registration as App ID (AppId).",
  AADSTS700027: "Upload the public part of the certificate to the app registration.",
  AADSTS700024: "Set the clock of this machine, and let it be synchronised.",
  AADSTS500011:
    "Choose the cloud of the tenant (Cloud), or assign a licence of Exchange Online in it.",
  AADSTS53003: "Exclude the application from the Conditional Access policy.",
  AADSTS7000112: "Enable the application (Enterprise applications, Properties).",
} as const;

function mendFor(number: string): string {
  const known: Readonly<Record<string, string>> = mends;
  return (
    known[number] ??
    "Look up the number of the error in Microsoft's list, and correct the app registration."
  );
}

/** The application's own permission, or the scope of a linked account. */
const needed = "Exchange.ManageAsApp";
const neededScope = "Exchange.Manage";

export const permission: Check = {
  name: "application permission",
  finds: ["permission"],
  examine({ known }): Verdict {
    const { roles, scopes } = known.get("claims");
    if (known.get("configuration").Connection === "linkedAccount") {
      if (!scopes.includes(neededScope))
        return wrong(
          `The token of the linked account does not have the scope ${neededScope}.`,
          "Run exo-connector link again, and let an administrator consent.",
        );
      known.add({ permission: true });
      return fine(`The token has ${neededScope}.`);
    }
    if (!roles.includes(needed))
      return wrong(
        `The token does not have the application permission ${needed}; it has ${roles.join(", ") || "none"}.`,
        `Add ${needed} of Office 365 Exchange Online to the app registration, and grant admin consent.`,
      );
    known.add({ permission: true });
    return fine(`The token has ${needed}.`);
  },
};

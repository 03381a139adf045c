import { Fault, type FaultKind } from "../fault.ts";
import { resourceNames, type Resource } from "./clouds.ts";

/**
 * The meaning of the sign-in service's error numbers, for the person who filled in the configuration form.
 * Numbers: Microsoft's list of AADSTS error codes; 700027 right after upload: seen by KelvinTegelaar/CIPP-API.
 */
const meanings: Readonly<Record<string, { kind: FaultKind; message(about: About): string }>> = {
  AADSTS7000215: {
    kind: "denied",
    message: ({ clientId }) =>
      `The app secret (AppSecret) is not a secret of application ${clientId} (AppId). Enter ` +
      "the value of the secret, not its ID.",
  },
  AADSTS7000222: {
    kind: "denied",
    message: ({ clientId }) =>
      `The app secret (AppSecret) of application ${clientId} (AppId) has expired. Create a new one and enter it.`,
  },
  AADSTS700016: {
    kind: "invalid",
    message: ({ clientId, tenantId }) =>
      `Application ${clientId} (AppId) does not exist in tenant ${tenantId} (TenantID).`,
  },
  AADSTS90002: {
    kind: "invalid",
    message: ({ tenantId }) =>
      `Tenant ${tenantId} (TenantID) does not exist in this cloud. Check the tenant ID and the cloud (Cloud).`,
  },
  AADSTS700027: {
    kind: "denied",
    message: ({ clientId }) =>
      "The certificate (AppCertificateBase64String) is not registered on application " +
      `${clientId} (AppId). Upload its public part to the app registration; if you ` +
      "have just done that, try again in a few minutes.",
  },
  AADSTS700024: {
    kind: "denied",
    message: () =>
      "The sign-in service reports that the assertion signed with the certificate " +
      "(AppCertificateBase64String) is not valid at this time: the clock of this machine " +
      "is probably wrong.",
  },
  AADSTS500011: {
    kind: "invalid",
    message: ({ tenantId, resource }) =>
      `Tenant ${tenantId} (TenantID) has no ${resourceNames[resource]} in the selected cloud (Cloud).`,
  },
  AADSTS53003: {
    kind: "denied",
    message: ({ clientId }) =>
      `A Conditional Access policy prevents application ${clientId} (AppId) from signing in.`,
  },
  AADSTS7000112: {
    kind: "denied",
    message: ({ clientId }) => `Application ${clientId} (AppId) is disabled in the tenant.`,
  },
};

/**
 * Numbers that ask for another try, whatever the status: 90033 and 90012 in Microsoft's list, seen with 200 and
 * 400.
 */
const transientNumbers = /AADSTS(90033|90012|90024|90006)\b/;

/** Whether the body of an answer is a refusal that may pass. */
export function isTransientRefusal(body: object): boolean {
  const { error, error_description: text } = body as Record<string, unknown>;
  if (error === "temporarily_unavailable") return true;
  return typeof error === "string" && typeof text === "string" && transientNumbers.test(text);
}

interface About {
  tenantId: string;
  clientId: string;
  resource: Resource;
}

/** Converts what msal threw to a fault. Its error classes are not needed: the number is in the text. */
export function signInFault(thrown: unknown, about: About): Fault {
  if (thrown instanceof Fault) return thrown;
  const error = thrown as {
    errorCode?: string;
    errorMessage?: string;
    message?: string;
    correlationId?: string;
  };
  // A pattern over a much longer text can take seconds.
  const text = (error.errorMessage ?? error.message ?? "").slice(0, 8_192);
  // msal and the service add IDs and times to the sentence.
  const [serviceText, number] =
    /(AADSTS\d+): [^]*?(?=\s*(?:\r?\n|Trace ID:|- Correlation ID:|$))/.exec(text) ?? [
      text.split(/\r?\n/)[0] ?? "",
      undefined,
    ];
  const meaning = number === undefined ? undefined : meanings[number];
  const requestId =
    error.correlationId === undefined || error.correlationId === ""
      ? undefined
      : error.correlationId;
  if (meaning)
    return new Fault({
      kind: meaning.kind,
      message: `${meaning.message(about)} (${number})`,
      cause: thrown,
      requestId,
    });
  const refused = number !== undefined || error.errorCode !== undefined;
  return new Fault({
    kind: refused ? "denied" : "unexpected",
    message:
      `Application ${about.clientId} (AppId) could not sign in to tenant ` +
      `${about.tenantId} (TenantID): ` +
      (serviceText || (error.errorCode ?? "no reason was reported")),
    cause: thrown,
    requestId,
  });
}

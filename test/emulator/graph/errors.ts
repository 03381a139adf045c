/**
 * How Microsoft Graph refuses a request. Codes and texts are observed unless marked; the facts of each are in the
 * README.
 */
import { jsonAnswer, type Answer } from "../message.ts";

export interface Detail {
  code: string;
  message: string;
  target: string;
}

export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly Detail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    text: string,
    more: { details?: readonly Detail[]; headers?: Record<string, string> } = {},
  ) {
    super(text);
    this.status = status;
    this.code = code;
    this.details = more.details;
    this.headers = more.headers ?? {};
  }
}

/** The ids of one request, which headers and errors repeat. */
export interface RequestIds {
  requestId: string;
  clientRequestId: string;
  /** Milliseconds since 1970. */
  now: number;
}

export function errorAnswer(refusal: GraphRefusal, ids: RequestIds): Answer {
  const { status, code, message, details, headers } = refusal;
  const innerError = {
    date: new Date(ids.now).toISOString().slice(0, 19),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return jsonAnswer(
    { error: { code, message, ...(details && { details }), innerError } },
    status,
    headers,
  );
}

/** 400 with the code that the directory uses for most things. */
const refused = (text: string): GraphRefusal => new GraphRefusal(400, "Request_BadRequest", text);
const unsupported = (text: string): GraphRefusal =>
  new GraphRefusal(400, "Request_UnsupportedQuery", text);

/** 400 of the part of Graph that reads requests. */
export const badRequest = (text: string): GraphRefusal => new GraphRefusal(400, "BadRequest", text);

export const unauthenticated = (text: string, authority: string): GraphRefusal =>
  new GraphRefusal(401, "InvalidAuthenticationToken", text, {
    headers: {
      "WWW-Authenticate":
        `Bearer realm="", authorization_uri="${authority}/common/oauth2/authorize", ` +
        'client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
/** One text for a missing permission, a missing role and a group that is closed to applications. */
export const denied = (): GraphRefusal =>
  new GraphRefusal(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
export const applicationUnknown = (): GraphRefusal =>
  new GraphRefusal(
    403,
    "Authorization_IdentityNotFound",
    "The identity of the calling application could not be established.",
  );
export const notFound = (what: string): GraphRefusal =>
  new GraphRefusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
export const methodNotAllowed = (): GraphRefusal =>
  new GraphRefusal(
    405,
    "Request_BadRequest",
    "Specified HTTP method is not allowed for the request target.",
  );

export function taken(property: string): GraphRefusal {
  const text = `Another object with the same value for property ${property} already exists.`;
  return new GraphRefusal(400, "Request_BadRequest", text, {
    details: [{ code: "ObjectConflict", message: text, target: property }],
  });
}
export const invalidValue = (property: string, resource: string): GraphRefusal =>
  refused(`Invalid value specified for property '${property}' of resource '${resource}'.`);
export const valueRequired = (property: string, resource: string): GraphRefusal =>
  refused(`A value is required for property '${property}' of resource '${resource}'.`);
export const readOnlyProperty = (property: string): GraphRefusal =>
  refused(`Property '${property}' is read-only and cannot be set.`);
export const unknownProperty = (property: string, kind: string): GraphRefusal =>
  badRequest(`Could not find a property named '${property}' on type 'microsoft.graph.${kind}'.`);
export const invalidProperty = (property: string): GraphRefusal =>
  refused(`Property ${property} is invalid.`);
export const unverifiedDomain = (): GraphRefusal =>
  refused(
    "The domain portion of the userPrincipalName property is invalid. You must use one of the verified " +
      "domain names in your organization.",
  );
export const simplePassword = (): GraphRefusal =>
  refused(
    "The specified password does not comply with password complexity requirements. Please provide a " +
      "different password.",
  );
export const invalidValues = (): GraphRefusal =>
  refused("One or more property values specified are invalid.");
export const invalidIdentifier = (id: string): GraphRefusal =>
  refused(`Invalid object identifier '${id}'.`);
export const invalidReference = (): GraphRefusal => refused("Not a valid reference update.");

export const masteredOnPremises = (): GraphRefusal =>
  refused(
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects " +
      "currently undergoing migration.",
  );
export const masteredElsewhere = (): GraphRefusal =>
  refused(
    "Unable to update the specified properties for objects that have originated within an external service.",
  );
/** Since 2021. */
export const mailEnabledGroup = (): GraphRefusal =>
  refused("Cannot Update a mail-enabled security groups and or distribution list.");
/** The text is inferred. */
export const mailEnabledCreation = (): GraphRefusal =>
  refused(
    "The service does not currently support writes of mail-enabled groups. Please ensure that the " +
      "mail-enablement property is unset and the security-enablement property is set.",
  );

export type Relation = "members" | "owners";
export const alreadyThere = (relation: Relation): GraphRefusal =>
  refused(
    `One or more added object references already exist for the following modified properties: '${relation}'.`,
  );
/** Observed soon after a removal; otherwise it is `notFound`. */
export const notThere = (relation: Relation): GraphRefusal =>
  refused(
    `One or more removed object references do not exist for the following modified properties: '${relation}'.`,
  );
export const lastOwner = (): GraphRefusal =>
  refused("The group must have at least one owner, hence this owner cannot be removed.");
/** Assumed: only the limit of 20 is documented. */
export const tooMany = (what: string, limit: number): GraphRefusal =>
  refused(`The number of ${what} exceeds the maximum value of ${limit}.`);

export const noUsageLocation = (): GraphRefusal =>
  refused("License assignment cannot be done for user with invalid usage location.");
export const noSeats = (sku: string): GraphRefusal =>
  refused(`Subscription with SKU ${sku} does not have any available licenses.`);
/** Observed. */
export const planDependsOn = (plan: string, others: readonly string[]): GraphRefusal =>
  refused(
    `License assignment failed because service plan ${plan} depends on the service plan(s) ${others.join(",")}`,
  );
/** The text is assumed. */
export const plansExclude = (plan: string, other: string): GraphRefusal =>
  refused(
    `License assignment failed because service plans ${plan} and ${other} are mutually exclusive`,
  );
/** Observed by HelloID's older connector for Entra ID. */
export const unknownSku = (sku: string): GraphRefusal =>
  refused(`License ${sku} does not correspond to a valid company License.`);
export const noLicenceChange = (): GraphRefusal => refused("No license changes provided.");
export const noSuchLicence = (): GraphRefusal =>
  refused("User does not have a corresponding license.");
export const inheritedLicence = (): GraphRefusal =>
  refused(
    "User license is inherited from a group membership and it cannot be removed directly from the user.",
  );
/** That it is refused is observed, the text is assumed. */
export const licensedGroup = (): GraphRefusal =>
  refused("The group has licenses assigned to it and cannot be deleted.");

/** 400 of the service of authentication methods; the code is observed, and so are the texts that say so. */
const refusedMethod = (text: string): GraphRefusal => new GraphRefusal(400, "badRequest", text);
/** Observed (microsoft-graph-docs-contrib, issue 1888). */
export const defaultMethod = (id: string): GraphRefusal =>
  refusedMethod(
    `The requested authentication method id of [${id}] matches the user's current default authentication method, ` +
      "and cannot be deleted until the default authentication method is changed",
  );
/** That these are refused is documented; the texts are assumed. */
export const methodExists = (what: string): GraphRefusal =>
  refusedMethod(`The user already has a ${what} authentication method.`);
export const mobileNeeded = (): GraphRefusal =>
  refusedMethod("An alternateMobile phone requires a mobile phone.");
export const alternateNeedsMobile = (): GraphRefusal =>
  refusedMethod("A mobile phone cannot be deleted while the user has an alternateMobile phone.");
export const invalidPhone = (): GraphRefusal =>
  refusedMethod("The phone number is not in the required format.");
export const invalidMethodValue = (name: string): GraphRefusal =>
  refusedMethod(`The value of ${name} is not valid.`);
export const phoneTypeFixed = (): GraphRefusal =>
  refusedMethod("The type of a phone cannot be changed.");
export const passLifetime = (): GraphRefusal =>
  refusedMethod("The lifetime of a Temporary Access Pass must be between 10 and 43200 minutes.");
export const passOnlyOnce = (): GraphRefusal =>
  refusedMethod("A multi-use Temporary Access Pass is not allowed by the policy.");
/** Status and code are assumed. */
export const noSuchMethod = (id: string): GraphRefusal =>
  new GraphRefusal(404, "resourceNotFound", `The authentication method ${id} does not exist.`);
/** Documented: no options. That they are refused is assumed. */
export const noOptionsOfMethods = (): GraphRefusal =>
  refusedMethod("Query options are not supported for authentication methods.");

const needsAdvanced =
  "is not supported because the required parameters might be missing. Try adding $count=true query " +
  "parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for " +
  "more information";
/** Documented, like the next three. */
export const advancedOnly = (operator: string): GraphRefusal =>
  unsupported(`Operator '${operator}' ${needsAdvanced}`);
export const countUnsupported = (): GraphRefusal => refused("$count is not currently supported.");
export const searchUnsupported = (): GraphRefusal =>
  unsupported(
    "Request with $search query parameter only works through MSGraph with a special request header: " +
      "'ConsistencyLevel: eventual'",
  );
export const notFilterable = (property: string, resource: string): GraphRefusal =>
  unsupported(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`,
  );
/** Assumed: only that sorting a filtered list is advanced is documented. */
export const notSortable = (): GraphRefusal =>
  unsupported("Sorting not supported for current query.");
export const invalidFilter = (detail: string): GraphRefusal =>
  badRequest(`Invalid filter clause: ${detail}`);
/** The text is assumed. */
export const invalidPageSize = (size: string): GraphRefusal =>
  unsupported(`Invalid page size specified: '${size}'. Must be between 1 and 999 inclusive.`);
/** The text is assumed. */
export const expiredPage = (): GraphRefusal =>
  new GraphRefusal(
    400,
    "Directory_ExpiredPageToken",
    "The specified page token value has expired and can no longer be included in your request.",
  );

export const notImplemented = (what: string): GraphRefusal =>
  new GraphRefusal(
    501,
    "NotImplementedInEmulator",
    `NOT IMPLEMENTED IN THE EMULATOR: ${what}. The real service may know this; extend test/emulator ` +
      "before relying on it.",
  );

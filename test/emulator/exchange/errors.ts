/**
 * The catalogue of Exchange's refusals, one function each. Class names and texts are real where the
 * mark says observed; otherwise they follow the style of the real ones (assumed).
 */
import { answerOf, jsonAnswer, type Answer } from "../message.ts";
import type { Behaviour } from "../state.ts";
import { worded } from "./wording.ts";

/**
 * A refusal before it has a shape on the wire. Thrown by cmdlets, parameters and filters; written
 * by `errorResponse`.
 */
export class Refusal extends Error {
  readonly status: number;
  /** `error.code` of the envelope. */
  readonly code: string;
  /** Full .NET class name. */
  readonly className: string;
  /** `Ex` and six hex digits, or empty, as in the first part of the pipe text. */
  readonly id: string;
  readonly target: string;
  /**
   * The text is in `innererror.internalexception` only (observed for parameter transformation and
   * faults of OData).
   */
  readonly inner: boolean;
  /** Real milliseconds before the refusal is sent. */
  readonly delayMs: number;

  constructor(facts: {
    status?: number;
    code?: string;
    className: string;
    id?: string;
    target?: string;
    inner?: boolean;
    delayMs?: number;
    text: string;
  }) {
    super(facts.text);
    this.status = facts.status ?? 400;
    this.code = facts.code ?? (this.status === 404 ? "NotFound" : "BadRequest");
    this.className = facts.className;
    this.id = facts.id ?? "";
    this.target = facts.target ?? "";
    this.inner = facts.inner ?? false;
    this.delayMs = facts.delayMs ?? 0;
  }

  /** The same refusal from another domain controller, which some texts name. */
  on(controller: number): this {
    this.message = this.message.replace(domainController, controllerName(controller));
    return this;
  }
}

const controllerName = (index: number): string =>
  `AM0PR01A01DC${String(index + 1).padStart(3, "0")}.EURPR01A001.PROD.OUTLOOK.COM`;
const domainController = controllerName(0);
const tasks = "Microsoft.Exchange.Configuration.Tasks";
const managementTasks = "Microsoft.Exchange.Management.Tasks";
const binding = "System.Management.Automation.ParameterBindingException";

/** Observed (string 1). The status is 404 here; 400 with the same class was observed too. */
export const notFound = (identity: string): Refusal =>
  new Refusal({
    status: 404,
    className: `${tasks}.ManagementObjectNotFoundException`,
    id: "Ex6F9304",
    text:
      `The operation couldn't be performed because object '${identity}' couldn't be found on ` +
      `'${domainController}'.`,
  });

/**
 * The text is observed (string 31): a script that reads and writes automatic replies matches it. Its
 * class and end are assumed.
 */
export const identityNotFound = (identity: string): Refusal =>
  new Refusal({
    status: 404,
    className: `${tasks}.ManagementObjectNotFoundException`,
    text: `The operation couldn't be performed because Identity:"${identity}" couldn't be found.`,
  });

/**
 * Observed (strings 17 and 18, trap 6). The class of string 17, and the status of all three, are
 * assumed.
 */
export function ambiguous(identity: string, as: Behaviour["ambiguity"]): Refusal {
  if (as === "multipleRecipients") {
    return new Refusal({
      className: `${managementTasks}.RecipientTaskException`,
      text: `There are multiple recipients matching identity "${identity}". Please specify a unique value.`,
    });
  }
  const name =
    as === "labelledNotFound"
      ? "ManagementObjectNotFoundException"
      : "ManagementObjectAmbiguousException";
  return new Refusal({
    className: `${tasks}.${name}`,
    text: `The operation couldn't be performed because '${identity}' matches multiple entries.`,
  });
}

/** Observed (string 8), also that it calls groups mailboxes; its class is inferred. */
export const outOfWriteScope = (identity: string, cmdlet: string, property: string): Refusal =>
  new Refusal({
    className: "System.InvalidOperationException",
    text:
      `The operation on mailbox "${identity}" failed because it's out of the current user's write ` +
      `scope. The action '${cmdlet}', '${property}', can't be performed on the object ` +
      `'${identity}' because the object is being synchronized from your on-premises organization. ` +
      "This action should be performed on the object in your on-premises organization.",
  });

/** Observed (string 2), including the name of the class. */
export const memberUnknown = (identity: string): Refusal =>
  new Refusal({
    status: 404,
    className: `${tasks}.ManagementObjectNotFoundException`,
    id: "Ex94914C",
    text:
      `Couldn't find object "${identity}". Please make sure that it was spelled correctly or ` +
      "specify a different object.",
  });

/** Observed (string 5); how the member and the group are named is assumed. */
export const memberAlreadyExists = (member: string, group: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.MemberAlreadyExistsException`,
    text: `The recipient "${member}" is already a member of the group "${group}".`,
  });

/** Observed (string 6); how the member and the group are named is assumed. */
export const memberNotFound = (member: string, group: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.MemberNotFoundException`,
    text: `The recipient "${member}" isn't a member of the group "${group}".`,
  });

/** The text is observed; its class is known from PowerShell. */
export const notManagerOfGroup = (): Refusal =>
  new Refusal({
    className: `${managementTasks}.OperationRequiresGroupManagerException`,
    text: "You don't have sufficient permissions. This operation can only be performed by a manager of the group.",
  });

/**
 * The middle of the text is observed (string 25); the rest, the class and the status are assumed.
 */
export const parameterNotInRole = (parameter: string, cmdlet: string): Refusal =>
  new Refusal({
    className: "System.Management.Automation.CmdletAccessDeniedException",
    target: parameter,
    text:
      `The parameter '${parameter}' of the cmdlet '${cmdlet}' is not present in the role ` +
      "definition of the current user.",
  });

/** Observed (DLConversionV2 issue 5), with the class of others that it refuses; the status is assumed. */
export const notOnGroupMailbox = (): Refusal =>
  new Refusal({
    className: `${tasks}.RecipientTaskException`,
    text: "The current operation is not supported on GroupMailbox.",
  });

/** The text is PowerShell's; its class is assumed. */
export const trusteeUnknown = (identity: string): Refusal =>
  new Refusal({
    status: 404,
    className: `${tasks}.ManagementObjectNotFoundException`,
    text: `User or group "${identity}" wasn't found. Please make sure you've typed it correctly.`,
  });

/** Observed (string 20). */
export const accessListFull = (mailboxGuid: string): Refusal =>
  new Refusal({
    className: "System.InvalidOperationException",
    text:
      `The mailbox ${mailboxGuid} has reached the limit of maximum allowed access control entries ` +
      "of 500. Clean existing entries and rearrange them leveraging groups for assigning the same " +
      "permissions to multiple users.",
  });

/**
 * Warnings, not refusals (strings 14 and 15): observed, and so are the forms of the names in the
 * second.
 */
export const acePresent = (object: string, account: string): string =>
  `The appropriate access control entry is already present on the object "${object}" for account "${account}".`;
export const aceMissing = (object: string, account: string, sendAs = false): string =>
  `Can't remove the access control entry on the object "${object}" for account "${account}" ` +
  `because the ACE ${sendAs ? "isn't present" : "doesn't exist on the object"}.`;

/**
 * A warning too: an inherited entry cannot be removed where it is inherited. The beginning and the
 * end of the text are observed (daknetworks.com/blog/439, exchangetips.us 2015/07).
 */
export const aceInherited = (object: string, rights: readonly string[], deny: boolean): string =>
  `An inherited access control entry has been specified: [Rights: ${rights.join(", ")}, ` +
  `ControlType: ${deny ? "Deny" : "Allow"}] and was ignored on object "${object}".`;

/** Observed (string 19); its class is assumed. */
export const notLicensedForHold = (identity: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.RecipientTaskException`,
    text:
      "The action 'Set-Mailbox', 'LitigationHoldEnabled', can't be performed on the user " +
      `'${identity}'. Your Microsoft Exchange Online license doesn't permit you to put a ` +
      "litigation hold on this mailbox.",
  });

/** Observed text in PowerShell; that it arrives in this envelope is assumed. */
export const unknownParameter = (name: string): Refusal =>
  new Refusal({
    className: binding,
    target: name,
    text: `A parameter cannot be found that matches parameter name '${name}'.`,
  });

/** Observed text in PowerShell; assumed here. */
export const unresolvedSet = (): Refusal =>
  new Refusal({
    className: binding,
    text: "Parameter set cannot be resolved using the specified named parameters.",
  });

/** Observed text in PowerShell; assumed here. */
export const missingParameters = (names: readonly string[]): Refusal =>
  new Refusal({
    className: binding,
    text: `Cannot process command because of one or more missing mandatory parameters: ${names.join(" ")}.`,
  });

/**
 * The opening and the class (without its namespace) are observed (string 23), and that the text is
 * not in `details`; reasons are assumed.
 */
export const untransformable = (parameter: string, why: string): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Configuration.Tasks.ParameterTransformationException",
    target: parameter,
    inner: true,
    text: `Cannot process argument transformation on parameter '${parameter}'. ${why}`,
  });

/** Assumed, in the style of PowerShell's own validation. */
export const invalidArgument = (parameter: string, why: string): Refusal =>
  new Refusal({
    className: "System.Management.Automation.ParameterBindingValidationException",
    target: parameter,
    text: `Cannot validate argument on parameter '${parameter}'. ${why}`,
  });

/** The class is observed (string 16); texts of other properties are assumed. */
export const invalidValue = (text: string): Refusal =>
  new Refusal({ className: "Microsoft.Exchange.Data.DataValidationException", text });

const notACollection = (from: string, why: string): Refusal =>
  untransformable(
    "EmailAddresses",
    `Cannot convert value "System.Collections.Generic.${from}" to type ` +
      `"Microsoft.Exchange.Data.ProxyAddressCollection". Error: "${why}"`,
  );

/** Observed (string 23), for a list with the same address twice. */
export const addressPresent = (from: string, address: string): Refusal =>
  notACollection(from, `The value '${address}' is already present in the collection.`);

/** Observed. The service tries other kinds of address last, hence its wording. */
export const addressWithoutPrefix = (address: string): Refusal =>
  notACollection(
    "Dictionary`2[System.String,System.Object]",
    `The address '${address}' is invalid: The address '${address}' isn't a valid Unified ` +
      "Messaging address, so a prefix must be specified.",
  );

/** The text is that of the service for addresses it cannot read; that it covers these is assumed. */
export const addressUnreadable = (address: string): Refusal =>
  notACollection(
    "Dictionary`2[System.String,System.Object]",
    `The address '${address}' is invalid: "${address.replace(/^smtp:/i, "")}" isn't a valid SMTP ` +
      "address. The domain name can't contain spaces and it has to have a prefix and a suffix, such " +
      "as example.com.",
  );

/** Assumed texts; that there is exactly one primary address is documented. */
export const twoPrimaryAddresses = (): Refusal =>
  invalidValue(
    "There can be only one primary SMTP address: more than one address has the prefix 'SMTP:'.",
  );
export const noPrimaryAddress = (): Refusal =>
  invalidValue(
    "There is no primary SMTP address: the primary address can't be removed, only replaced.",
  );

/**
 * Observed (string 9). The namespace, and that the holder is named by its canonical name, are
 * assumed.
 */
export const addressInUse = (address: string, holder: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.ProxyAddressExistsException`,
    text:
      `The proxy address "${address}" is already being used by the proxy addresses or ` +
      `LegacyExchangeDN of "${holder}". Please choose another proxy address.`,
  });

/**
 * Inferred (string 10). That it means a holder that Exchange cannot see, such as a user name, is
 * assumed.
 */
export const addressInUseElsewhere = (address: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.WLCDManagedMemberExistsException`,
    id: "ExB10BE9",
    text:
      `The proxy address "${address}" is already being used by the proxy addresses or ` +
      "LegacyExchangeDN. Please choose another proxy address.",
  });

/** Assumed. */
export const notAcceptedDomain = (domain: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.NotAcceptedDomainException`,
    text: `You can't use the domain because it's not an accepted domain for your organization. Domain: ${domain}`,
  });

/** Assumed. */
export const aliasInUse = (alias: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.RecipientTaskException`,
    text:
      `The value "${alias}" of property "Alias" is used by another recipient object. Please ` +
      "specify a unique value.",
  });

/** Observed (string 27); its namespace, and how the object is named, are assumed. */
export const nameInUse = (name: string): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
    text: `The object '${name}' already exists.`,
  });

/** Inferred (string 26); the end of the text was not observed. */
export const duplicatedRecipient = (parameter: string, identity: string): Refusal =>
  new Refusal({
    className: `${managementTasks}.RecipientTaskException`,
    text: `The parameter "${parameter}" contains the following duplicated recipient identity: "${identity}".`,
  });

const storeTasks = "Microsoft.Exchange.Management.StoreTasks";

/** Observed (strings 11 and 12). That the person is named by display name is assumed. */
export const hasFolderEntry = (user: string): Refusal =>
  new Refusal({
    className: `${storeTasks}.UserAlreadyExistsInPermissionEntryException`,
    text: `An existing permission entry was found for user: ${user}.`,
  });
export const hasNoFolderEntry = (user: string): Refusal =>
  new Refusal({
    className: `${storeTasks}.UserNotFoundInPermissionEntryException`,
    text: `There is no existing permission entry found for user: ${user}.`,
  });

/** Observed (string 13), both for unknown people and for recipients that cannot hold a right. */
export const invalidFolderUser = (user: string): Refusal =>
  new Refusal({
    className: `${storeTasks}.InvalidExternalUserIdException`,
    text: `The user "${user}" is either not valid SMTP address, or there is no matching information.`,
  });

/**
 * Observed (office-docs-powershell issue 11296); the service names the person by display name. The
 * class is assumed.
 */
export const invalidDelegate = (user: string): Refusal =>
  new Refusal({
    className: `${storeTasks}.DelegateUserInvalidException`,
    text: `Delegate user '${user}' is not valid security principal recipient.`,
  });

/** Assumed. */
export const specialFolderUser = (user: string): Refusal =>
  new Refusal({
    className: `${storeTasks}.CannotRemoveSpecialUserException`,
    text: `The permission entry of ${user} can't be removed.`,
  });

/** Observed (string 16) for dates; that times have the same text is assumed. */
export const formatNotOfLanguage = (
  parameter: string,
  given: string,
  language: string,
  valid: readonly string[],
  delayMs: number,
): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Data.DataValidationException",
    delayMs,
    text:
      `${parameter} "${given}" isn't valid for current language setting "${language}". Valid ` +
      `formats include "${valid.join(", ")}".`,
  });

/** Documented text (of the same operation in Outlook on the web); its class is assumed. */
export const cannotLocalizeFolders = (mailbox: string): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Data.Storage.DefaultFolderLocalizationException",
    text:
      `The localization operation of the default folders of mailbox "${mailbox}" failed: Cannot ` +
      "localize the default folders.",
  });

/**
 * Assumed. Documented is that the owner is the person who creates the group, and an application is
 * not a person.
 */
export const noOwner = (): Refusal =>
  new Refusal({
    className: `${managementTasks}.RecipientTaskException`,
    text:
      "The group must have at least one owner. Specify the ManagedBy parameter: the caller isn't a " +
      "recipient that can own a group.",
  });

/**
 * Observed text in PowerShell; assumed here (the service may also answer an unexported cmdlet with
 * a bodyless 403).
 */
export const unknownCmdlet = (name: string): Refusal =>
  new Refusal({
    className: "System.Management.Automation.CommandNotFoundException",
    target: name,
    text:
      `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or ` +
      "operable program. Check the spelling of the name, or if a path was included, verify that " +
      "the path is correct and try again.",
  });

/** Observed: the service wraps complaints about Filter like this. */
const filter = (text: string): Refusal =>
  new Refusal({
    className: binding,
    target: "Filter",
    text: `Cannot bind parameter 'Filter' to the target. Exception setting "Filter": "${text}"`,
  });

/** Observed, with a shortened list of names. */
export const unfilterable = (property: string, names: readonly string[]): Refusal =>
  filter(
    `"${property}" is not a recognized filterable property. Valid property names are: ${names.join(", ")}.`,
  );

/** Assumed text around an observed opening. `position` counts characters from 1. */
export const filterSyntax = (why: string, position: number): Refusal =>
  filter(
    "Invalid filter syntax. For a description of the filter parameter syntax see the command " +
      `help. ${why} At position ${position}.`,
  );

/** Observed text (on the Get-EXO cmdlets). */
export const emptyFilterValue = (): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
    target: "Filter",
    text: "Invalid filter clause",
  });

/** Observed: a link that is unknown, too old, or used with another body (the last is assumed). */
export const expiredPage = (): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
    inner: true,
    text: "Expired or Invalid pagination request. Default Expiry time is 00:30:00",
  });

/** Assumed: the request itself, not the cmdlet, is wrong. */
export const badRequest = (text: string): Refusal =>
  new Refusal({ className: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException", text });

const dualWrite = (reason: string): Refusal =>
  new Refusal({
    className: "Microsoft.Exchange.Configuration.DualWrite.LocStrings.UnableToWriteToAadException",
    text:
      "An Azure Active Directory call was made to keep object in sync between Azure Active Directory " +
      `and Exchange Online. However, it failed. Detailed error message: ${reason} DualWrite (Graph) ` +
      "RequestId: 00000000-0000-4000-8000-000000000000. The issue may be transient and please retry a " +
      "couple of minutes later. If issue persists, please see exception members for more information.",
  });
const ofStore = (name: string, text: string): Refusal =>
  new Refusal({
    status: 500,
    code: "InternalServerError",
    className: `Microsoft.Exchange.Data.Storage.${name}`,
    text,
  });

/**
 * What a fault can name, by the identity of the request. One class with three meanings: the frame is
 * observed (Partner-Center-PowerShell issue 409, which is also where the first reason is from;
 * Microsoft Q&A 1185387), the other reasons are assumed. Of the store, the first text is observed
 * (Microsoft365DSC issue 142); the classes are known, their texts assumed.
 */
export const onRequest = {
  dualWriteOnPremises: () =>
    dualWrite(
      "Unable to update the specified properties for on-premises mastered Directory Sync objects or " +
        "objects currently undergoing migration.",
    ),
  dualWriteTransient: () => dualWrite("The service is temporarily unavailable."),
  dualWriteRefused: () =>
    dualWrite(
      "Invalid value specified for property 'mail' of resource 'User'. ErrorCode: Request_BadRequest.",
    ),
  mailboxMoved: (identity: string) =>
    ofStore(
      "MailboxInfoStaleException",
      `Can't connect to the mailbox of user ${identity} because the ExchangePrincipal object contains ` +
        "outdated information. The mailbox may have been moved recently.",
    ),
  mailboxInTransit: (identity: string) =>
    ofStore(
      "MailboxInTransitException",
      `Cannot open mailbox ${identity}: the mailbox is in transit.`,
    ),
  wrongServer: (identity: string) =>
    ofStore("WrongServerException", `The mailbox ${identity} is not on this server.`),
  mailboxUnavailable: (identity: string) =>
    ofStore(
      "MailboxUnavailableException",
      `The mailbox ${identity} is not available at the moment.`,
    ),
  notFoundHere: (identity: string) => notFound(identity).on(6),
  groupMailbox: () => notOnGroupMailbox(),
} satisfies Record<string, (identity: string) => Refusal>;

/**
 * Not the service's words: a gap of this emulator. Never mistake it for an answer of the service.
 */
export const notImplemented = (what: string): Refusal =>
  new Refusal({
    status: 501,
    code: "NotImplementedInEmulator",
    className: "Emulator.NotImplementedException",
    text:
      `NOT IMPLEMENTED IN THE EMULATOR: ${what}. The real service knows this; extend test/emulator ` +
      "before relying on it.",
  });

/**
 * The envelope of every refusal. `details[0].message` has the encoding, and every text the words,
 * that the state selects.
 */
export function errorResponse(
  refusal: Refusal,
  { errorEncoding, wording }: Pick<Behaviour, "errorEncoding" | "wording">,
): Answer {
  const text = worded(refusal.message, wording);
  const shortName = refusal.className.slice(refusal.className.lastIndexOf(".") + 1);
  const cause = {
    message: text,
    type: refusal.className,
    stacktrace: `   at ${refusal.className}.Emulated()`,
  };
  const detail = detailMessage(refusal, text, errorEncoding);
  const body = {
    error: {
      code: refusal.code,
      message: "Error executing cmdlet",
      details: refusal.inner ? [] : [{ code: "Context", target: refusal.target, message: detail }],
      innererror: {
        message: "Error executing cmdlet",
        type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        stacktrace: "   at Emulated()",
        internalexception: cause,
      },
    },
  };
  return jsonAnswer(body, refusal.status, {
    "x-ExceptionType": shortName,
    "x-ExceptionTargetType": refusal.target,
  });
}

function detailMessage(
  { className, id }: Refusal,
  message: string,
  encoding: Behaviour["errorEncoding"],
): string {
  switch (encoding) {
    case "pipe":
      return `${id}|${className}|${message}`;
    case "message":
      return JSON.stringify({
        Message: message,
        TypeName: className,
        StackTrace: null,
        InnerError: null,
      });
    case "className":
      return JSON.stringify({
        ClassName: className,
        Message: message,
        localizedString: { stringId: id },
      });
  }
}

/** Observed status and header; the body is assumed. `reason` is for people. */
export function unauthorized(reason: string, authority: string): Answer {
  return jsonAnswer({ error: { code: "UnAuthorized", message: reason } }, 401, {
    "WWW-Authenticate":
      'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", ' +
      `authorization_uri="${authority}/common/oauth2/authorize", error="invalid_token"`,
  });
}

/** Observed (string 24): the token carries no application role that Exchange accepts. */
export function appRoleMissing(clientId: string): Answer {
  const text =
    `The role assigned to application ${clientId} isn't supported in this scenario. Please check ` +
    "online documentation for assigning correct Directory Roles to Azure AD Application for EXO " +
    "App-Only Authentication.";
  return answerOf(401, { "Content-Type": "text/plain; charset=utf-8" }, text);
}

/** Observed: 470 NUL bytes, and the reason only in `x-ms-diagnostics`, if at all. */
export function forbidden(diagnostics: string | undefined): Answer {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (diagnostics)
    headers["x-ms-diagnostics"] = `2000008;reason="${diagnostics}";error_category="invalid_grant"`;
  return answerOf(403, headers, new Uint8Array(470));
}

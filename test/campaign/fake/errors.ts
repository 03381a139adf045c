import type { Behaviour } from "./model.ts";

/** A cmdlet that ended with an error. */
export class Refusal extends Error {
  readonly status: number;
  /** The full name of the exception class. */
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

const tasks = "Microsoft.Exchange.Configuration.Tasks";
const management = "Microsoft.Exchange.Management.Tasks";
const store = "Microsoft.Exchange.Management.StoreTasks";

type Language = Behaviour["language"];

/** An English text, or what a service in another language says instead. */
function inLanguage(language: Language, english: string, german: string): string {
  if (language === "de") return german;
  return language === "typographic" ? english.replaceAll("'", "’") : english;
}

/** Microsoft365DSC#2998. Both 404 and 400 were seen. */
export function notFound(identity: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `The operation couldn't be performed because object '${identity}' couldn't be found on ` +
      "'AM4PR01A001DC01.EURPR01A001.PROD.OUTLOOK.COM'.",
    `Der Vorgang konnte nicht ausgeführt werden, weil das Objekt '${identity}' auf ` +
      "'AM4PR01A001DC01.EURPR01A001.PROD.OUTLOOK.COM' nicht gefunden wurde.",
  );
  return new Refusal(404, `${tasks}.ManagementObjectNotFoundException`, text);
}

export function ambiguous(identity: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `The operation couldn't be performed because '${identity}' matches multiple entries.`,
    `Der Vorgang konnte nicht ausgeführt werden, weil '${identity}' mit mehreren Einträgen übereinstimmt.`,
  );
  return new Refusal(400, `${tasks}.ManagementObjectAmbiguousException`, text);
}

export function alreadyMember(name: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `The recipient "${name}" is already a member of the group.`,
    `Der Empfänger "${name}" ist bereits Mitglied der Gruppe.`,
  );
  return new Refusal(400, `${management}.MemberAlreadyExistsException`, text);
}

export function noMember(name: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `The recipient "${name}" isn't a member of the group.`,
    `Der Empfänger "${name}" ist kein Mitglied der Gruppe.`,
  );
  return new Refusal(400, `${management}.MemberNotFoundException`, text);
}

export function entryExists(user: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `An existing permission entry was found for user: ${user}.`,
    `Für den Benutzer ${user} wurde ein vorhandener Berechtigungseintrag gefunden.`,
  );
  return new Refusal(400, `${store}.UserAlreadyExistsInPermissionEntryException`, text);
}

export function noEntry(user: string, language: Language): Refusal {
  const text = inLanguage(
    language,
    `There is no existing permission entry found for user: ${user}.`,
    `Für den Benutzer ${user} wurde kein Berechtigungseintrag gefunden.`,
  );
  return new Refusal(400, `${store}.UserNotFoundInPermissionEntryException`, text);
}

export function invalidFolderUser(user: string): Refusal {
  return new Refusal(
    400,
    `${store}.InvalidExternalUserIdException`,
    `The user "${user}" is either not valid SMTP address, or there is no matching information.`,
  );
}

/** ODS, cannot-manage-dg.md */
export function mastered(name: string): Refusal {
  return new Refusal(
    400,
    `${management}.RecipientTaskException`,
    `The operation on mailbox "${name}" failed because it's out of the current user's write ` +
      `scope. The action 'Set-Mailbox' can't be performed on the object '${name}' because the ` +
      "object is being synchronized from your on-premises organization. This action should be " +
      "performed on the object in your on-premises organization.",
  );
}

export function managersOnly(name: string): Refusal {
  return new Refusal(
    400,
    "System.InvalidOperationException",
    `You don't have sufficient permissions. This operation can only be performed by a manager of the group "${name}".`,
  );
}

export function nameTaken(name: string): Refusal {
  return new Refusal(
    400,
    "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
    `The object '${name}' already exists.`,
  );
}

export function addressTaken(address: string, holder: string): Refusal {
  return new Refusal(
    400,
    "Microsoft.Exchange.Data.Directory.ProxyAddressExistsException",
    `The proxy address "SMTP:${address}" is already being used by the proxy addresses or ` +
      `LegacyExchangeDN of "${holder}". Please choose another proxy address.`,
  );
}

export function unknownParameter(name: string): Refusal {
  return new Refusal(
    400,
    "System.Management.Automation.ParameterBindingException",
    `A parameter cannot be found that matches parameter name '${name}'.`,
  );
}

export function invalidValue(message: string): Refusal {
  return new Refusal(400, "Microsoft.Exchange.Data.DataValidationException", message);
}

/** Several public threads and CIPP: a change that was so already is answered with success and a warning. */
export const warnings = {
  nothingModified: (name: string, language: Language) =>
    inLanguage(
      language,
      `The command completed successfully but no settings of '${name}' have been modified.`,
      `Der Befehl wurde erfolgreich ausgeführt, es wurden jedoch keine Einstellungen von '${name}' geändert.`,
    ),
  entryPresent: (object: string, user: string, language: Language) =>
    inLanguage(
      language,
      `The appropriate access control entry is already present on the object "${object}" for account "${user}".`,
      `Der entsprechende Zugriffssteuerungseintrag ist für das Objekt "${object}" und das Konto ` +
        `"${user}" bereits vorhanden.`,
    ),
  noEntry: (object: string, user: string, language: Language) =>
    inLanguage(
      language,
      `Can't remove the access control entry on the object "${object}" for the user account ` +
        `"${user}" because the ACE doesn't exist on the object.`,
      `Der Zugriffssteuerungseintrag für das Objekt "${object}" und das Konto "${user}" kann ` +
        "nicht entfernt werden, da er für das Objekt nicht vorhanden ist.",
    ),
  /** daknetworks.com/blog/439 */
  inheritedEntry: (object: string, language: Language) =>
    inLanguage(
      language,
      "An inherited access control entry has been specified: [Rights: CreateChild, Delete, " +
        `ControlType: Allow] and was ignored on object "${object}".`,
      `Es wurde ein geerbter Zugriffssteuerungseintrag angegeben. Er wurde für das Objekt "${object}" ignoriert.`,
    ),
  moreResults: (language: Language) =>
    inLanguage(
      language,
      "There are more results available than are currently displayed. To view them, increase the " +
        "value for the ResultSize parameter.",
      "Es sind weitere Ergebnisse verfügbar. Erhöhen Sie den Wert des Parameters ResultSize, um sie anzuzeigen.",
    ),
} as const;

/** The three encodings of `details[0].message` that are known. */
function detailOf({ type, message }: Refusal, form: Behaviour["errorForm"]): string {
  if (form === "typeName")
    return JSON.stringify({ Message: message, TypeName: type, StackTrace: "", InnerError: null });
  if (form === "className")
    return JSON.stringify({ ClassName: type, Message: message, localizedString: null });
  return `Ex6F9304|${type}|${message}`;
}

/** The body of an error answer. */
export function errorBody(refusal: Refusal, form: Behaviour["errorForm"]): unknown {
  return {
    error: {
      code: refusal.status === 404 ? "NotFound" : "BadRequest",
      message: "Error executing cmdlet",
      details: [{ code: "Context", target: "", message: detailOf(refusal, form) }],
      innererror: {
        message: "Error executing cmdlet",
        type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        stacktrace: "   at Microsoft.Exchange.AdminApi.CommandInvocation.CommandInvocation",
      },
    },
  };
}

import { objectRows, type Cmdlet } from "../cmdlet.ts";
import { created, namesFor } from "../creation.ts";
import { invalidValue, notImplemented } from "../errors.ts";
import { textOf } from "../parameters.ts";

/**
 * Makes a shared mailbox, and returns it. People get theirs by a licence; rooms and the rest are
 * not done here.
 */
export const newMailbox: Cmdlet = {
  name: "New-Mailbox",
  writes: true,
  honours: [
    "Name",
    "DisplayName",
    "Alias",
    "PrimarySmtpAddress",
    "Shared",
    "FirstName",
    "LastName",
    "Initials",
    "Force",
  ],
  run(call) {
    const { parameters, store } = call;
    if (parameters["Shared"] !== true) throw notImplemented("New-Mailbox without Shared");
    // Documented: many accented letters are not allowed in the cloud, such as ö. Which, the text,
    // and that all are meant, is assumed.
    const accented = /\p{L}\p{M}/u.exec(textOf(parameters["Name"]).normalize("NFD"))?.[0];
    if (accented !== undefined)
      throw invalidValue(
        `The Name property value "${textOf(parameters["Name"])}" isn't valid: it can't contain the ` +
          `character "${accented.normalize("NFC")}".`,
      );
    const names = namesFor(parameters, store);
    const [primary = ""] = names["EmailAddresses"] as string[];
    const person = ["FirstName", "LastName", "Initials"]
      .map((name) => [name, textOf(parameters[name])] as const)
      .filter(([, text]) => text !== "");
    // The user name is the primary address of that moment (assumed), and stays when that one
    // changes.
    const mailbox = created(
      {
        RecipientTypeDetails: "SharedMailbox",
        ...names,
        UserPrincipalName: primary.slice("SMTP:".length),
        ...Object.fromEntries(person),
      },
      call,
    );
    return { items: [mailbox], rows: objectRows("Get-Mailbox", store), warnings: [] };
  },
};

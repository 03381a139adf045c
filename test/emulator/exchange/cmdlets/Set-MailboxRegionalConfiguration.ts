import { nothing, theOne, write, type Cmdlet } from "../cmdlet.ts";
import { cannotLocalizeFolders, invalidArgument, notImplemented } from "../errors.ts";
import { defaultFolders, folderName, isFolderLanguage } from "../../folderNames.ts";
import { folderSettings, foldersOf, hasFolders, nameFolders } from "../folders.ts";
import { textOf, type BoundParameters } from "../parameters.ts";
import type { Value } from "../../properties.ts";
import { checkFormat, formatsOf, languageNamed } from "../regionalFormats.ts";
import type { DirectoryObject } from "../../state.ts";
import type { Store } from "../../store.ts";
import { checkedTimeZone } from "../timeZones.ts";

const settings = ["Language", "DateFormat", "TimeFormat", "TimeZone"];
const formats = ["DateFormat", "TimeFormat"] as const;

/**
 * Regional settings belong to the mailbox, not to the directory: a synchronised mailbox takes them,
 * and WhenChanged stays (both assumed).
 */
export const setMailboxRegionalConfiguration: Cmdlet = {
  name: "Set-MailboxRegionalConfiguration",
  writes: true,
  honours: ["Identity", "LocalizeDefaultFolderName", "UseCustomRouting", ...settings],
  run({ parameters, store }) {
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasFolders);
    const values = valuesToWrite(parameters, mailbox, store);
    const localize = parameters["LocalizeDefaultFolderName"] === true;
    const language = localize
      ? languageOfFolders(values["Language"] ?? mailbox["Language"])
      : undefined;
    const outcome = write(store, mailbox, values);
    if (language === undefined) return outcome;
    // Documented: a folder of the new name is in conflict. That the settings above are kept, and
    // no folder is renamed, is assumed.
    const taken = foldersOf(mailbox, store)
      .filter(({ type }) => type === "User Created")
      .map(({ path }) => path.toLowerCase());
    if (
      defaultFolders.some((folder) =>
        taken.includes(`/${folderName(language, folder).toLowerCase()}`),
      )
    )
      throw cannotLocalizeFolders(String(store.property(mailbox, "PrimarySmtpAddress")));
    const { language: before = "en", renamed } = folderSettings(store, mailbox);
    if (before === language && renamed === undefined) return outcome;
    nameFolders(store, mailbox, language);
    return nothing();
  },
};

/**
 * What the mailbox has afterwards; formats that are not of its language afterwards are refused,
 * given or not (observed).
 */
function valuesToWrite(
  parameters: BoundParameters,
  mailbox: DirectoryObject,
  store: Store,
): Record<string, Value> {
  for (const name of ["Language", "TimeZone"]) {
    // Assumed: only the formats are documented to take null.
    if (parameters[name] === null)
      throw invalidArgument(
        name,
        "The argument is null. Provide a valid value for the argument, and then try running the command again.",
      );
  }
  const values: Record<string, Value> = {};
  if (parameters["Language"] !== undefined)
    values["Language"] = languageNamed(textOf(parameters["Language"]));
  if (parameters["TimeZone"] !== undefined)
    values["TimeZone"] = checkedTimeZone("TimeZone", textOf(parameters["TimeZone"]));
  // A mailbox without a language counts as American English (assumed).
  const language = String(values["Language"] ?? mailbox["Language"] ?? "en-US");
  for (const name of formats) {
    const given = parameters[name];
    const after = given === undefined ? (mailbox[name] ?? null) : textOf(given);
    const renewed = given !== undefined || values["Language"] !== undefined;
    // Documented: null takes the default of the language. That it does so when the mailbox had no
    // format yet is assumed.
    if (renewed)
      values[name] =
        after === null || after === ""
          ? (formatsOf(language)[name === "DateFormat" ? "date" : "time"][0] ?? null)
          : after;
  }
  for (const name of formats)
    if (typeof values[name] === "string")
      checkFormat(name, values[name], language, store.state.behaviour.regionalErrorDelayMs);
  return values;
}

/**
 * Documented: in the language of the mailbox, be it given or not. English, when it has none, is
 * assumed.
 */
function languageOfFolders(language: Value | undefined): Parameters<typeof nameFolders>[2] {
  const [neutral] = String(language ?? "en-US").split("-");
  if (!isFolderLanguage(neutral))
    throw notImplemented(`the names of folders in the language '${String(language)}'`);
  return neutral;
}

/**
 * The same message in other words, so that a client that matches texts is found out: with
 * typographic quotes, in German, or reworded until only what is quoted is left. The German texts
 * are translations of this project, not the service's. A text without one stays unchanged.
 */
import type { Behaviour } from "../state.ts";

const german: readonly [RegExp, string][] = [
  [
    /^The operation couldn't be performed because object '(.*)' couldn't be found on '(.*)'\.$/s,
    "Der Vorgang konnte nicht ausgeführt werden, da das Objekt „$1“ auf „$2“ nicht gefunden wurde.",
  ],
  [
    /^The operation couldn't be performed because Identity:"(.*)" couldn't be found\.$/s,
    "Der Vorgang konnte nicht ausgeführt werden, da Identity:„$1“ nicht gefunden wurde.",
  ],
  [
    /^The operation couldn't be performed because '(.*)' matches multiple entries\.$/s,
    "Der Vorgang konnte nicht ausgeführt werden, da „$1“ mit mehreren Einträgen übereinstimmt.",
  ],
  [
    /^Couldn't find object "(.*)"\. Please make sure .*$/s,
    "Das Objekt „$1“ wurde nicht gefunden. Überprüfen Sie die Schreibweise.",
  ],
  [
    /^User or group "(.*)" wasn't found\. .*$/s,
    "Der Benutzer oder die Gruppe „$1“ wurde nicht gefunden.",
  ],
  [
    /^The recipient "(.*)" is already a member of the group "(.*)"\.$/s,
    "Der Empfänger „$1“ ist bereits Mitglied der Gruppe „$2“.",
  ],
  [
    /^The recipient "(.*)" isn't a member of the group "(.*)"\.$/s,
    "Der Empfänger „$1“ ist kein Mitglied der Gruppe „$2“.",
  ],
  [
    /^The appropriate access control entry is already present on the object "(.*)" for account "(.*)"\.$/s,
    "Der Zugriffssteuerungseintrag für das Konto „$2“ ist für das Objekt „$1“ bereits vorhanden.",
  ],
  [
    /^Can't remove the access control entry on the object "(.*)" for account "(.*)" because .*$/s,
    "Der Zugriffssteuerungseintrag für das Konto „$2“ kann nicht vom Objekt „$1“ entfernt werden, da er " +
      "nicht vorhanden ist.",
  ],
  [
    /^An inherited access control entry has been specified: .* on object "(.*)"\.$/s,
    "Ein geerbter Zugriffssteuerungseintrag wurde angegeben und für das Objekt „$1“ ignoriert.",
  ],
  [
    /^The command completed successfully but no settings of '(.*)' have been modified\.$/s,
    "Der Befehl wurde erfolgreich abgeschlossen, es wurden jedoch keine Einstellungen von „$1“ geändert.",
  ],
  [
    /^An existing permission entry was found for user: (.*)\.$/s,
    "Für den Benutzer wurde ein vorhandener Berechtigungseintrag gefunden: $1.",
  ],
  [
    /^There is no existing permission entry found for user: (.*)\.$/s,
    "Für den Benutzer wurde kein vorhandener Berechtigungseintrag gefunden: $1.",
  ],
  [
    /^The operation on mailbox "(.*?)" failed because it's out of the current user's write scope\. .*$/s,
    "Der Vorgang für das Postfach „$1“ ist fehlgeschlagen, da es sich außerhalb des Schreibbereichs des " +
      "aktuellen Benutzers befindet. Das Objekt wird von Ihrer lokalen Organisation synchronisiert.",
  ],
  [
    /^An Azure Active Directory call was made to keep object in sync .*$/s,
    "Beim Synchronisieren des Objekts zwischen Azure Active Directory und Exchange Online ist ein Fehler " +
      "aufgetreten.",
  ],
  [
    /^The current operation is not supported on GroupMailbox\.$/,
    "Der aktuelle Vorgang wird für GroupMailbox nicht unterstützt.",
  ],
];

export function worded(text: string, wording: Behaviour["wording"]): string {
  switch (wording) {
    case "usual":
      return text;
    case "typographic":
      return text.replace(/(\w)'(\w)/g, "$1\u2019$2").replace(/"([^"]*)"/g, "\u201c$1\u201d");
    case "german":
      return inGerman(text);
    case "reworded": {
      const quoted = [...text.matchAll(/"([^"]*)"|(?<!\w)'(.*?)'(?!\w)/g)].map(([part]) => part);
      return ["This request needs your attention.", ...quoted].join(" ");
    }
  }
}

function inGerman(text: string): string {
  const found = german.find(([form]) => form.test(text));
  return found ? text.replace(...found) : text;
}

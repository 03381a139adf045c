/**
 * The contents of the seeded tenant's mailboxes: languages, folders, calendar permissions, holds.
 */
import type { FolderLanguage } from "./folderNames.ts";
import type { FolderPermission, MailboxFolders } from "./folderState.ts";
import { formatsOf } from "./exchange/regionalFormats.ts";
import type { DirectoryObject, State } from "./state.ts";

/**
 * Mailboxes with folders in the person's language. All others have English folders and no regional
 * settings yet.
 */
const languages: Record<string, [language: string, timeZone: string]> = {
  "aoife.obrien": ["en-GB", "GMT Standard Time"],
  "finn.oneil": ["da-DK", "Romance Standard Time"],
  "jurgen.muller": ["de-DE", "W. Europe Standard Time"],
  "lukasz.wisniewski": ["pl-PL", "Central European Standard Time"],
  "ayse.sahin": ["tr-TR", "Turkey Standard Time"],
  "jose.garcia": ["es-ES", "Romance Standard Time"],
  "robin.vos": ["sv-SE", "W. Europe Standard Time"],
  "wei.wang": ["zh-CN", "China Standard Time"],
  "percy.hundred": ["ja-JP", "Tokyo Standard Time"],
  "quinn.quote": ["fi-FI", "FLE Standard Time"],
  star: ["pt-BR", "E. South America Standard Time"],
  "una.principal": ["fr-FR", "Romance Standard Time"],
  "mia.married": ["nl-NL", "W. Europe Standard Time"],
  "petra.proxies": ["nl-NL", "W. Europe Standard Time"],
  "hella.hold": ["it-IT", "W. Europe Standard Time"],
};

/** Folders that differ by more than a language. */
const folders: Record<string, Omit<MailboxFolders, "mailbox">> = {
  "petra.proxies": { renamed: { Calendar: "Petra's planning" } },
  // Two more calendars, one of them next to the default calendar, and before it in the alphabet.
  "long.fox": {
    created: [
      { name: "Absences", calendar: true },
      { name: "Team", calendar: true, inside: "Calendar" },
    ],
  },
  // Folders that conflict with Dutch names, and with Danish and German ones.
  "dora.double": { created: [{ name: "Agenda", calendar: false }] },
  "doug.double": { created: [{ name: "Kalender", calendar: true }] },
};

const entries: [alias: string, user: string, rights: string[], flags?: string[]][] = [
  // A delegate who sees private items, another person, a group, and a deleted person.
  ["leo.leaver", "jan.devries", ["Editor"], ["Delegate", "CanViewPrivateItems"]],
  ["leo.leaver", "dora.double", ["Reviewer"]],
  ["leo.leaver", "financerights", ["LimitedDetails"]],
  ["leo.leaver", "gone.gerda", ["Editor"], ["Delegate"]],
  // Everyone sees more than usual here, and nothing at all on the next.
  ["lena.left", "Default", ["LimitedDetails"]],
  ["hidde.hidden", "Default", ["None"]],
  // Rights that form no role.
  ["mia.married", "dora.double", ["CreateItems", "EditOwnedItems", "FolderVisible"]],
  ["mia.married", "Default", ["Reviewer"]],
];

/** Adds contents to a tenant whose objects all exist. */
export function withMailboxContents(state: State): State {
  const byAlias = new Map(
    state.objects
      .filter((object) => object["RecipientTypeDetails"] !== "User")
      .map((object) => [String(object["Alias"]), object]),
  );
  const named = (alias: string): DirectoryObject => {
    const object = byAlias.get(alias);
    if (!object) throw new Error(`The seed has no object with the alias ${alias}.`);
    return object;
  };
  const guid = (alias: string): string => String(named(alias)["Guid"]);
  for (const [alias, [Language, TimeZone]] of Object.entries(languages))
    Object.assign(named(alias), regional(Language, TimeZone));
  // Dutch settings, but the folders stayed English.
  Object.assign(named("nora.numberless"), regional("nl-NL", "W. Europe Standard Time"));
  Object.assign(named("guus.bakker"), {
    LitigationHoldEnabled: true,
    LitigationHoldDate: "2024-11-01T00:00:00Z",
    LitigationHoldDuration: "Unlimited",
  });
  const aliases = [...new Set([...Object.keys(languages), ...Object.keys(folders)])];
  return {
    ...state,
    folders: aliases.map((alias): MailboxFolders => ({
      mailbox: guid(alias),
      language: (languages[alias]?.[0].split("-")[0] ?? "en") as FolderLanguage,
      ...folders[alias],
    })),
    folderPermissions: entries.map(([alias, user, rights, flags]): FolderPermission => ({
      mailbox: guid(alias),
      folder: "Calendar",
      user: user === "Default" ? user : guid(user),
      rights,
      ...(flags ? { flags } : {}),
    })),
  };
}

function regional(language: string, timeZone: string): DirectoryObject {
  const { date, time } = formatsOf(language);
  return {
    Language: language,
    DateFormat: date[0] ?? null,
    TimeFormat: time[0] ?? null,
    TimeZone: timeZone,
  };
}

/**
 * The names of a mailbox's default folders, per language. Calendars and inboxes are as Outlook
 * shows them; the rarer names, and that regions of one language share theirs, are assumed.
 */

/**
 * `FolderType` of the default folders, as the service spells it. The last two are calendars that
 * the service adds; they have no type of their own.
 */
export const defaultFolders = [
  "Inbox",
  "Drafts",
  "SentItems",
  "DeletedItems",
  "JunkEmail",
  "Outbox",
  "Contacts",
  "Notes",
  "Tasks",
  "Journal",
  "Calendar",
  "Birthdays",
  "Holidays",
] as const;

export type DefaultFolder = (typeof defaultFolders)[number];

const table = {
  en:
    "Inbox, Drafts, Sent Items, Deleted Items, Junk Email, Outbox, Contacts, Notes, Tasks, " +
    "Journal, Calendar, Birthdays, Holidays",
  nl:
    "Postvak IN, Concepten, Verzonden items, Verwijderde items, Ongewenste e-mail, Postvak UIT, " +
    "Contactpersonen, Notities, Taken, Logboek, Agenda, Verjaardagen, Feestdagen",
  de:
    "Posteingang, Entwürfe, Gesendete Elemente, Gelöschte Elemente, Junk-E-Mail, Postausgang, " +
    "Kontakte, Notizen, Aufgaben, Journal, Kalender, Geburtstage, Feiertage",
  fr:
    "Boîte de réception, Brouillons, Éléments envoyés, Éléments supprimés, Courrier indésirable, " +
    "Boîte d'envoi, Contacts, Notes, Tâches, Journal, Calendrier, Anniversaires, Jours fériés",
  es:
    "Bandeja de entrada, Borradores, Elementos enviados, Elementos eliminados, Correo no " +
    "deseado, Bandeja de salida, Contactos, Notas, Tareas, Diario, Calendario, Cumpleaños, Días " +
    "festivos",
  it:
    "Posta in arrivo, Bozze, Posta inviata, Posta eliminata, Posta indesiderata, Posta in " +
    "uscita, Contatti, Note, Attività, Diario, Calendario, Compleanni, Festività",
  pt:
    "Caixa de Entrada, Rascunhos, Itens Enviados, Itens Excluídos, Lixo Eletrônico, Caixa de " +
    "Saída, Contatos, Anotações, Tarefas, Diário, Calendário, Aniversários, Feriados",
  pl:
    "Skrzynka odbiorcza, Wersje robocze, Elementy wysłane, Elementy usunięte, Wiadomości-śmieci, " +
    "Skrzynka nadawcza, Kontakty, Notatki, Zadania, Dziennik, Kalendarz, Urodziny, Święta",
  da:
    "Indbakke, Kladder, Sendt post, Slettet post, Uønsket mail, Udbakke, Kontaktpersoner, Noter, " +
    "Opgaver, Journal, Kalender, Fødselsdage, Helligdage",
  sv:
    "Inkorgen, Utkast, Skickat, Borttaget, Skräppost, Utkorgen, Kontakter, Anteckningar, " +
    "Uppgifter, Journal, Kalender, Födelsedagar, Helgdagar",
  nb:
    "Innboks, Kladd, Sendte elementer, Slettede elementer, Søppelpost, Utboks, Kontakter, " +
    "Notater, Oppgaver, Logg, Kalender, Bursdager, Helligdager",
  fi:
    "Saapuneet, Luonnokset, Lähetetyt, Poistetut, Roskaposti, Lähtevät, Yhteystiedot, " +
    "Muistiinpanot, Tehtävät, Päiväkirja, Kalenteri, Syntymäpäivät, Juhlapäivät",
  tr:
    "Gelen Kutusu, Taslaklar, Gönderilmiş Öğeler, Silinmiş Öğeler, Önemsiz E-posta, Giden " +
    "Kutusu, Kişiler, Notlar, Görevler, Günlük, Takvim, Doğum Günleri, Tatiller",
  cs:
    "Doručená pošta, Koncepty, Odeslaná pošta, Odstraněná pošta, Nevyžádaná pošta, Pošta k " +
    "odeslání, Kontakty, Poznámky, Úkoly, Deník, Kalendář, Narozeniny, Svátky",
  ja: "受信トレイ, 下書き, 送信済みアイテム, 削除済みアイテム, 迷惑メール, 送信トレイ, 連絡先, メモ, タスク, 履歴, 予定表, 誕生日, 祝日",
  zh: "收件箱, 草稿, 已发送邮件, 已删除邮件, 垃圾邮件, 发件箱, 联系人, 便笺, 任务, 日记, 日历, 生日, 假日",
};

export type FolderLanguage = keyof typeof table;

export const folderLanguages = Object.keys(table);

export const isFolderLanguage = (text: unknown): text is FolderLanguage =>
  typeof text === "string" && Object.hasOwn(table, text);

export function folderName(language: FolderLanguage, folder: DefaultFolder): string {
  return table[language].split(", ")[defaultFolders.indexOf(folder)] ?? folder;
}

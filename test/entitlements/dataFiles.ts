/** The data files that implementers edit, and what is known of their fields. */
import { setCalendarRight, presentRight } from "../../lib/exchange/calendarEntries.ts";
import { calendarOf } from "../../lib/exchange/calendar.ts";
import { calendarRightFrom } from "../../lib/exchange/calendarRight.ts";
import { holdDurationFrom, heldMailboxById, holding } from "../../lib/exchange/litigationHold.ts";
import { regionChanges, regionFrom, regionOf } from "../../lib/exchange/region.ts";
import { listedOptions as folderOptions } from "../../lib/entitlements/folderPermission.ts";
import { listedOptions as holdOptions } from "../../lib/entitlements/litigationHold.ts";
import { listedOptions as regionOptions } from "../../lib/entitlements/regionalConfiguration.ts";
import folderFile from "../../permissions/folderPermission/options.json" with { type: "json" };
import holdFile from "../../permissions/litigationHold/options.json" with { type: "json" };
import regionFile from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import { guidOf } from "../bench.ts";
import { folderRights } from "../emulator/folderState.ts";
import type { Live } from "../exchange/live.ts";
import { absent } from "./mutations.ts";

export type Option = Readonly<Record<string, unknown>>;

export interface DataFile {
  file: string;
  data: { $schema: string; options: readonly object[] };
  check: (data?: unknown) => readonly { Id: string; DisplayName: string }[];
  /** What people may get wrong in one field beside a slip of the pen. */
  also: Readonly<Record<string, readonly unknown[]>>;
  /** Why a mutated value still is a valid one; undefined when it has to be refused. */
  stillValid(field: string, value: unknown): string | undefined;
  /** What an option comes to, to ask the service for each thing once. */
  meaning(option: Option): unknown;
  /** Sends what the option asks for to the emulated tenant, which refuses what is not valid. */
  send(live: Live, option: Option): Promise<void>;
}

const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
export function own(field: string, value: unknown): string | undefined {
  if (text(value) === "") return undefined;
  if (field === "Id") return "an Id is whatever its author says, as long as no other option has it";
  return field === "DisplayName" && String(value).length <= 100
    ? "a name is whatever its author says, up to 100 characters"
    : undefined;
}
const inSomeCase = (value: unknown, expected: string): string | undefined =>
  text(value).toLowerCase() === expected.toLowerCase()
    ? "letter case and blanks around it do not count"
    : undefined;
const names = { Id: ["", " "], DisplayName: ["x".repeat(101), "\n\t"] };

export const files: DataFile[] = [
  {
    file: "permissions/folderPermission/options.json",
    data: folderFile,
    check: folderOptions,
    also: {
      ...names,
      mailboxFolderUser: [
        "Everyone",
        "Defaults",
        "Standard",
        "Dora Double",
        "dora.double",
        "contoso.com",
        "@contoso.com",
        "dora.double@",
        "0b1ec700-0000-4000-8000",
        "*",
      ],
      mailboxFolderAccessRight: [
        "Available",
        "Limited details",
        "Read",
        "FullAccess",
        "Reviewer,Editor",
        "Reviewer, ReadItems",
        "ReadItems,ReadItems",
        "Reviewer;Editor",
        "Reviewer Editor",
        "Delegate",
        ",",
        "1",
      ],
      mailboxFolderSharingPermissionFlags: [
        "Delegate",
        "Delegate,CanViewPrivateItems",
        "CanViewPrivateItems",
        "Delegates",
        null,
        true,
        1,
      ],
      sendNotificationToUser: ["yes", "", 1, 0, null, [], "ja"],
    },
    stillValid(field, value) {
      if (field === "mailboxFolderUser") return inSomeCase(value, "Default");
      const rights = text(value)
        .split(",")
        .map(text)
        .filter((part) => part !== "");
      if (
        field === "mailboxFolderAccessRight" &&
        rights.length === 1 &&
        folderRights.some((right) => inSomeCase(rights[0], right))
      )
        return "one right of the documentation, in some letter case, with nothing behind a comma";
      if (field === "sendNotificationToUser" && value === true)
        return "all four roles are among those whose user can be told";
      return own(field, value);
    },
    meaning: ({ mailboxFolderUser, mailboxFolderAccessRight, sendNotificationToUser = false }) => ({
      ...calendarRightFrom({
        user: String(mailboxFolderUser),
        rights: String(mailboxFolderAccessRight),
      }),
      sendNotificationToUser,
    }),
    async send(live, { mailboxFolderUser, mailboxFolderAccessRight, sendNotificationToUser }) {
      const right = calendarRightFrom({
        user: String(mailboxFolderUser),
        rights: String(mailboxFolderAccessRight),
      });
      const calendar = await calendarOf(await live.mailbox("Mia Married", []))(live);
      await setCalendarRight(calendar, right, await presentRight(calendar, right.user)(live), {
        change: live.gate.change,
        notify: sendNotificationToUser === true,
      });
    },
  },
  {
    file: "permissions/regionalConfiguration/options.json",
    data: regionFile,
    check: regionOptions,
    also: {
      ...names,
      Language: [
        "nl",
        "Dutch",
        "Nederlands",
        "nl-BE",
        "de-DE",
        "en-US",
        "nl-XX",
        "xx-NL",
        "nl_NL",
        "nl-NL-x",
        "1043",
      ],
      DateFormat: [
        "dd-mm-yy",
        "DD-MM-YY",
        "DD-MM-yy",
        "dd/MM/yy",
        "dd.MM.yy",
        "MM/dd/yy",
        "M/d/yyyy",
        "d-M",
        "dd MM yy",
        "d",
        "22-11-26",
      ],
      TimeFormat: ["h:mm tt", "hh:mm", "H:MM", "HH:MM", "H.mm", "HH:mm:ss", "t", "10:30"],
      TimeZone: [
        "Europe/Amsterdam",
        "CET",
        "UTC+01:00",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "W. Europe Daylight Time",
        "West Europe Standard Time",
        "W Europe Standard Time",
      ],
      LocalizeDefaultFolderName: [
        "yes",
        "ja",
        "",
        " ",
        "tru",
        "1",
        1,
        0,
        null,
        [],
        ["true", "true"],
        {},
      ],
    },
    stillValid(field, value) {
      if (field === "Language") return inSomeCase(value, "nl-NL");
      if (field === "TimeZone") return inSomeCase(value, "W. Europe Standard Time");
      if (
        field.endsWith("Format") &&
        (value === null || value === absent || (typeof value === "string" && value.trim() === ""))
      )
        return "without a format the language's own is used";
      if (field === "TimeFormat" && value === "HH:mm") return "the other time format of Dutch";
      if (field === "LocalizeDefaultFolderName" && (typeof value === "boolean" || value === absent))
        return "the other choice";
      return own(field, value);
    },
    meaning: (option) => regionFrom(option as unknown as Parameters<typeof regionFrom>[0]),
    async send(live, option) {
      const region = regionFrom(option as unknown as Parameters<typeof regionFrom>[0]);
      const mailbox = await live.mailbox("Anna Bakker", []);
      for (const change of regionChanges(
        mailbox,
        await regionOf(mailbox, region.localizesFolders)(live),
        region,
      ))
        await live.gate.change(change);
    },
  },
  {
    file: "permissions/litigationHold/options.json",
    data: holdFile,
    check: holdOptions,
    also: {
      ...names,
      Duration: [
        0,
        -1,
        -365,
        1.5,
        2555.5,
        1e9,
        10_675_200,
        Number.MAX_SAFE_INTEGER,
        "0",
        "00",
        "-1",
        "+1",
        "1.5",
        "1,000",
        "1e3",
        "0x10",
        "365 days",
        "1y",
        "365.00:00:00",
        "12:00:00",
        "P365D",
        "10675200",
        "999999999999",
        "Unlimted",
        "Infinite",
        "Infinity",
        "NaN",
        "none",
        "forever",
        "Onbeperkt",
        " ",
        [],
        {},
        false,
      ],
    },
    stillValid(field, value) {
      if (field === "Duration" && (typeof value === "number" || typeof value === "string")) {
        if (inSomeCase(value, "Unlimited")) return "letter case and blanks around it do not count";
        if (/^\s*0{0,3}[1-9]\d{0,5}\s*$/.test(String(value))) return "another whole number of days";
      }
      return own(field, value);
    },
    meaning: ({ Duration }) => holdDurationFrom(Duration),
    async send(live, { Duration }) {
      const mailbox = await heldMailboxById(guidOf("Anna Bakker"))(live);
      await live.gate.change(holding(mailbox, holdDurationFrom(Duration)));
    },
  },
];

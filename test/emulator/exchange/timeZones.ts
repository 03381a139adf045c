/**
 * The ids of Windows time zones, which TimeZone takes (documented). That another id, such as an
 * IANA name, is refused is assumed.
 */
import { untransformable } from "./errors.ts";

/** Without their ending, where it is ` Standard Time`. */
const standard = `Afghanistan, Alaskan, Aleutian, Altai, Arab, Arabian, Arabic, Argentina, Astrakhan,
    Atlantic, AUS Central, Aus Central W., AUS Eastern, Azerbaijan, Azores, Bahia, Bangladesh,
    Belarus, Bougainville, Canada Central, Cape Verde, Caucasus, Cen. Australia, Central
    America, Central Asia, Central Brazilian, Central Europe, Central European, Central Pacific,
    Central, Chatham Islands, China, Cuba, Dateline, E. Africa, E. Australia, E. Europe, E.
    South America, Easter Island, Eastern, Egypt, Ekaterinburg, Fiji, FLE, Georgian, GMT,
    Greenland, Greenwich, GTB, Haiti, Hawaiian, India, Iran, Israel, Jordan, Kaliningrad,
    Kamchatka, Korea, Libya, Line Islands, Lord Howe, Magadan, Magallanes, Marquesas, Mauritius,
    Mid-Atlantic, Middle East, Montevideo, Morocco, Mountain, Myanmar, N. Central Asia, Namibia,
    Nepal, New Zealand, Newfoundland, Norfolk, North Asia East, North Asia, North Korea, Omsk,
    Pacific SA, Pacific, Pakistan, Paraguay, Qyzylorda, Romance, Russian, SA Eastern, SA
    Pacific, SA Western, Saint Pierre, Sakhalin, Samoa, Sao Tome, Saratov, SE Asia, Singapore,
    South Africa, South Sudan, Sri Lanka, Sudan, Syria, Taipei, Tasmania, Tocantins, Tokyo,
    Tomsk, Tonga, Transbaikal, Turkey, Turks And Caicos, Ulaanbaatar, US Eastern, US Mountain,
    Venezuela, Vladivostok, Volgograd, W. Australia, W. Central Africa, W. Europe, W. Mongolia,
    West Asia, West Bank, West Pacific, Yakutsk, Yukon`;

const others = [
  "Central Standard Time (Mexico)",
  "Eastern Standard Time (Mexico)",
  "Mountain Standard Time (Mexico)",
  "Pacific Standard Time (Mexico)",
  "Russia Time Zone 3",
  "Russia Time Zone 10",
  "Russia Time Zone 11",
  "UTC",
  "UTC-02",
  "UTC-08",
  "UTC-09",
  "UTC-11",
  "UTC+12",
  "UTC+13",
];

/** A name may be wrapped over two lines above. */
export const timeZoneIds: readonly string[] = [
  ...standard.split(",").map((name) => `${name.trim().replaceAll(/\s+/g, " ")} Standard Time`),
  ...others,
];
const byLowerCase = new Map(timeZoneIds.map((id) => [id.toLowerCase(), id]));

/** The id in its own spelling; undefined for any other text. */
export const timeZoneNamed = (text: string): string | undefined =>
  byLowerCase.get(text.toLowerCase());

/** The id in its own spelling. Throws the service's refusal of any other text. */
export function checkedTimeZone(parameter: string, given: string): string {
  const id = timeZoneNamed(given);
  if (id === undefined)
    throw untransformable(
      parameter,
      `Cannot convert value "${given}" to type ` +
        `"Microsoft.Exchange.Management.StoreTasks.ExTimeZoneValue". Error: "The value '${given}' ` +
        `isn't a valid time zone."`,
    );
  return id;
}

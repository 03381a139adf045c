interface WindowsZones {
  supplemental: { windowsZones: { mapTimezones: { mapZone: { _other: string } }[] } };
}

/**
 * Windows still has these two, and marks them "Old" in their names. The CLDR maps neither, because
 * no place uses them now. They stay, because Exchange Online is not known to refuse them.
 */
const obsolete = ["Kamchatka Standard Time", "Mid-Atlantic Standard Time"];

/** The source of lib/generated/timeZones.ts: the ids in windowsZones.json of the Unicode CLDR. */
export function timeZoneFacts(input: unknown): string {
  const { mapTimezones } = (input as WindowsZones).supplemental.windowsZones;
  const ids = new Set([...mapTimezones.map(({ mapZone }) => mapZone._other), ...obsolete]);
  return [
    "/** The ids of the Windows time zones: those of the Unicode CLDR, and two obsolete ones. */",
    `export const timeZoneIds: readonly string[] = ${JSON.stringify([...ids])};`,
    "",
  ].join("\n");
}

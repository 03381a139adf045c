import { writtenFlags, writtenRights } from "../../lib/exchange/calendarRight.ts";
import { languageNames } from "../../lib/exchange/regionalFacts.ts";
import { timeZoneIds } from "../../lib/generated/timeZones.ts";

/** The values that editors offer, by the definition of the data file and the property of its options. */
const offered: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  folderPermissionOptions: {
    mailboxFolderUser: ["Default", "Anonymous"],
    mailboxFolderAccessRight: writtenRights,
    mailboxFolderSharingPermissionFlags: writtenFlags,
  },
  regionalOptions: { Language: languageNames, TimeZone: timeZoneIds },
};

/**
 * The schemas of data files for editors: what is accepted is as in schemas/options.schema.json, and known values are
 * completed. They do not bind, because letter case does not count and rights can be combined.
 */
export function editorSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(offered).map(([name, properties]) => [
      `schemas/editor/${name}.schema.json`,
      `${JSON.stringify(schemaOf(name, properties), null, 2)}\n`,
    ]),
  );
}

function schemaOf(name: string, properties: Readonly<Record<string, readonly string[]>>): object {
  const completed = Object.entries(properties).map(([property, values]) => [
    property,
    { anyOf: [{ enum: values }, {}] },
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: "Written by npm run generate.",
    allOf: [
      { $ref: `../options.schema.json#/$defs/${name}` },
      {
        properties: {
          options: { items: { properties: Object.fromEntries(completed) as object } },
        },
      },
    ],
  };
}

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, it } from "vitest";
import { listedOptions as calendarOptions } from "../lib/entitlements/folderPermission.ts";
import { listedOptions as regionalOptions } from "../lib/entitlements/regionalConfiguration.ts";
import { languageNames } from "../lib/exchange/regionalFacts.ts";
import { timeZoneIds } from "../lib/generated/timeZones.ts";
import { manyGroups, seedState } from "./emulator/seed.ts";
import { defaultBehaviour, readState, type State } from "./emulator/state.ts";
import { eventFor, scenarios } from "./fixtures/scenarios.ts";

const root = path.resolve(import.meta.dirname, "..");
const json = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const settings = json(".vscode/settings.json") as {
  "json.schemas": { fileMatch: string[]; url: string }[];
};
const entries = settings["json.schemas"];
const edited = [
  ...["configuration.json", "fieldMapping.json"],
  ...filesIn("lifecycle"),
  ...filesIn("permissions"),
  ...filesIn("test/fixtures"),
  ...filesIn("test/emulator/seeds"),
];

const ajv = new Ajv({
  strict: false,
  allowUnionTypes: true,
  schemas: Object.fromEntries(
    filesIn("schemas")
      .filter((file) => file.endsWith(".schema.json"))
      .map((file) => [file, withoutId(json(file))]),
  ),
});

describe("an editor", () => {
  it.each(edited)("knows one schema for %s, and finds nothing wrong", (file) => {
    const urls = entries.filter(({ fileMatch }) => fileMatch.some((glob) => matches(glob, file)));
    expect(urls).toHaveLength(1);
    const check = validatorOf(urls[0]?.url);
    expect(check(json(file)), JSON.stringify(check.errors)).toBe(true);
  });

  it.each(entries)("finds the schema $url", ({ url }) => {
    expect(validatorOf(url)({ isNo: "document of ours" })).toBe(false);
  });

  it("accepts an event of the platform by its verb", () => {
    const [event] = scenarios
      .filter(({ name }) => name === "lifecycle/create/missing")
      .map(eventFor);
    const entry = entries.find(({ fileMatch }) =>
      fileMatch.some((glob) => matches(glob, "local/create-one.json")),
    );
    const check = validatorOf(entry?.url);
    expect(check(event), JSON.stringify(check.errors)).toBe(true);
  });
});

describe("an editor of options", () => {
  const schemaOf = (name: string): string => `schemas/editor/${name}.schema.json`;
  /** The values that are offered for a property. */
  function offered(name: string, property: string): string[] {
    const { allOf } = json(schemaOf(name)) as {
      allOf: [unknown, { properties: { options: { items: { properties: Offers } } } }];
    };
    return allOf[1].properties.options.items.properties[property]?.anyOf[0].enum ?? [];
  }
  type Offers = Record<string, { anyOf: [{ enum: string[] }, object] } | undefined>;
  const calendar = { Id: "1", DisplayName: "A", mailboxFolderUser: "Default" };
  const region = { Id: "1", DisplayName: "A", Language: "nl-NL", TimeZone: "UTC" };

  it("is offered every language and time zone, and each is taken", () => {
    expect(offered("regionalOptions", "Language")).toEqual(languageNames);
    expect(offered("regionalOptions", "TimeZone")).toEqual(timeZoneIds);
    for (const Language of languageNames) regionalOptions({ options: [{ ...region, Language }] });
    for (const TimeZone of timeZoneIds) regionalOptions({ options: [{ ...region, TimeZone }] });
  });

  it("is offered every right on a calendar, its users and its flags, and each is taken", () => {
    const rights = offered("folderPermissionOptions", "mailboxFolderAccessRight");
    const flags = offered("folderPermissionOptions", "mailboxFolderSharingPermissionFlags");
    const users = offered("folderPermissionOptions", "mailboxFolderUser");
    expect(documented(/expected a role \(([^)]*)\) or rights from (.*)\.$/).sort()).toEqual(
      [...rights].sort(),
    );
    for (const mailboxFolderAccessRight of rights)
      for (const mailboxFolderUser of users)
        calendarOptions({
          options: [{ ...calendar, mailboxFolderUser, mailboxFolderAccessRight }],
        });
    expect(flags).toEqual(["Delegate", "Delegate,CanViewPrivateItems"]);
    for (const mailboxFolderSharingPermissionFlags of flags)
      calendarOptions({
        options: [
          {
            ...calendar,
            mailboxFolderUser: "dora.double@contoso.com",
            mailboxFolderAccessRight: "Editor",
            mailboxFolderSharingPermissionFlags,
          },
        ],
      });
  });

  /** The rights that the refusal of another one names. */
  function documented(pattern: RegExp): string[] {
    const options = [{ ...calendar, mailboxFolderAccessRight: "Reader" }];
    const thrown = (() => {
      try {
        return calendarOptions({ options });
      } catch (error) {
        return error;
      }
    })();
    const [, ...lists] = pattern.exec((thrown as Error).message) ?? [];
    return lists.flatMap((list) => list.split(", "));
  }

  it.each([
    ["regionalOptions", { ...region, Language: "NL-nl", TimeZone: "utc" }],
    ["folderPermissionOptions", { ...calendar, mailboxFolderAccessRight: "reviewer" }],
    ["folderPermissionOptions", { ...calendar, mailboxFolderAccessRight: "ReadItems,CreateItems" }],
  ])("accepts other spellings of %s that the bundles accept: %o", (name, option) => {
    const data = { options: [option] };
    expect((name === "regionalOptions" ? regionalOptions : calendarOptions)(data)).toHaveLength(1);
    expect(validatorOf(schemaOf(name))(data)).toBe(true);
  });

  it("still sees what is wrong", () => {
    const { TimeZone: _, ...without } = region;
    expect(validatorOf(schemaOf("regionalOptions"))({ options: [without] })).toBe(false);
  });

  it.each(filesIn("permissions"))("is pointed to the same schema by %s itself", (file) => {
    const { $schema } = json(file) as { $schema: string };
    const own = `./${path.posix.join(path.posix.dirname(file), $schema)}`;
    const mapped = entries.filter(({ fileMatch }) => fileMatch.some((glob) => matches(glob, file)));
    expect(mapped.map(({ url }) => url)).toEqual([own]);
  });
});

describe("an editor of a seed", () => {
  const check = (state: unknown): boolean =>
    validatorOf("schemas/editor/seed.schema.json")(state) as boolean;
  const small = (): State => json("test/emulator/seeds/small.json") as State;
  const changed = (own: Record<string, unknown>): object => ({ ...small(), ...own });
  const mailbox = {
    Guid: "0b1ec700-0000-4000-8000-000000000009",
    Name: "x",
    RecipientTypeDetails: "UserMailbox",
  };
  const withObject = (own: object): object => changed({ objects: [{ ...mailbox, ...own }] });

  it.each([
    ["the small example", small()],
    ["the seeded tenant", seedState()],
    ["many groups", manyGroups(2, 3, 4)],
    [
      "all kinds of values",
      withObject({ Language: null, ResourceCapacity: 8, Members: undefined }),
    ],
    ["every switch", changed({ behaviour: defaultBehaviour })],
    ["two controllers", changed({ behaviour: { controllerLagMs: [0, 1000] } })],
    ["a lag", changed({ lags: [{ object: small().objects[0]?.["Guid"], ms: 5 }] })],
  ])("accepts what the emulator accepts: %s", (_name, state) => {
    const document: unknown = JSON.parse(JSON.stringify(state));
    expect(readState(document)).not.toHaveProperty("problems");
    expect(check(document)).toBe(true);
  });

  it.each([
    ["an unknown part", changed({ extra: 1 }), "extra"],
    ["no application", changed({ apps: [] }), "apps"],
    ["another cloud", changed({ tenant: { ...small().tenant, cloud: "mars" } }), "tenant.cloud"],
    ["a switch that does not exist", changed({ behaviour: { speed: 1 } }), "behaviour.speed"],
    [
      "another value of a switch",
      changed({ behaviour: { wording: "french" } }),
      "behaviour.wording",
    ],
    [
      "one lag for all controllers",
      changed({ behaviour: { controllerLagMs: 5 } }),
      "behaviour.controllerLagMs",
    ],
    ["a property that does not exist", withObject({ Colour: "red" }), "objects[0].Colour"],
    ["a derived property", withObject({ IsShared: true }), "objects[0].IsShared"],
    [
      "an address that follows",
      withObject({ PrimarySmtpAddress: "x@contoso.com" }),
      "objects[0].PrimarySmtpAddress",
    ],
    ["a text for a list", withObject({ EmailAddresses: "x" }), "objects[0].EmailAddresses"],
    [
      "an unknown part of an entry",
      changed({ mailboxPermissions: [{ ...small().mailboxPermissions?.[0], shownAs: "x" }] }),
      "mailboxPermissions[0].shownAs",
    ],
    ["a lag without an object", changed({ lags: [{ ms: 5 }] }), "lags[0]"],
  ])("refuses what the emulator refuses: %s", (_name, state, place) => {
    const document: unknown = JSON.parse(JSON.stringify(state));
    const read = readState(document);
    expect("problems" in read && read.problems.map((one) => one.split(":")[0])).toEqual([place]);
    expect(check(document)).toBe(false);
  });
});

function validatorOf(url = ""): NonNullable<ReturnType<Ajv["getSchema"]>> {
  const check = ajv.getSchema(url.replace("./", ""));
  if (!check) throw new Error(`There is no schema ${url}.`);
  return check;
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

/** Editors resolve references by the path of the file. */
function withoutId(schema: unknown): AnySchemaObject {
  const { $id: _, ...rest } = schema as AnySchemaObject;
  return rest;
}

function matches(glob: string, file: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "(.+/)?")
    .replaceAll(/(?<!\.|\))\*/g, "[^/]*");
  return new RegExp(`^${pattern}$`).test(`/${file}`);
}

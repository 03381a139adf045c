import { folderRights, sharingFlags } from "../../test/emulator/folderState.ts";
import { defaultFolders, folderLanguages } from "../../test/emulator/folderNames.ts";
import { roleTemplates } from "../../test/emulator/entra/directoryRoles.ts";
import { propertiesOf, type Property } from "../../test/emulator/graph/properties.ts";
import { clouds } from "../../test/emulator/entra/clouds.ts";
import { known, setElsewhere, type Value } from "../../test/emulator/properties.ts";
import { choices, defaultBehaviour, recipientTypes } from "../../test/emulator/state.ts";

type Schema = Record<string, unknown>;

const text = { type: "string", minLength: 1 };
const texts = { type: "array", items: { type: "string" } };
const flag = { type: "boolean" };
const guid = { type: "string", pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" };
const duration = { type: "number", minimum: 0 };
const oneOf = (values: Iterable<string>): Schema => ({ enum: [...values] });
const listOf = (items: Schema): Schema => ({ type: "array", items });
const record = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
});

/**
 * The schema of a state of the emulator, for the editors of those who write a seed. It comes from
 * the tables that the emulator's own check reads, which sees more: GUIDs that are used twice, and
 * properties of another type of object.
 */
export function seedSchema(): Record<string, string> {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: "Written by npm run generate.",
    title: "State of the emulator",
    description: "What `npm run emulator -- --seed FILE` starts from; test/emulator/README.md.",
    ...record(
      {
        $schema: { type: "string" },
        tenant: tenant(),
        apps: { ...listOf(app()), minItems: 1 },
        behaviour: record(behaviour()),
        objects: listOf(object()),
        mailboxPermissions: listOf(entry({ mailbox: guid }, { autoMapping: flag })),
        recipientPermissions: listOf(entry({ recipient: guid })),
        folders: listOf(folders()),
        folderPermissions: listOf(folderPermission()),
        lags: listOf(record({ object: guid, ms: duration }, ["object", "ms"])),
        roleGroups: {
          type: "object",
          additionalProperties: texts,
        },
        derivedRoles: {
          type: "object",
          additionalProperties: record({ parent: text, removed: texts }, ["parent", "removed"]),
        },
        writeScopes: {
          type: "object",
          additionalProperties: { type: "object", additionalProperties: { type: "string" } },
        },
        entra: entra(),
      },
      ["tenant", "apps", "objects"],
    ),
  };
  return { "schemas/editor/seed.schema.json": `${JSON.stringify(schema, null, 2)}\n` };
}

function tenant(): Schema {
  const properties = {
    id: guid,
    displayName: text,
    initialDomain: text,
    domains: texts,
    cloud: oneOf(Object.keys(clouds)),
  };
  return { ...record(properties, Object.keys(properties)), additionalProperties: true };
}

function app(): Schema {
  const secret = record({ value: text, expires: text }, ["value"]);
  const properties = {
    clientId: guid,
    secrets: listOf({ ...secret, additionalProperties: true }),
    certificates: texts,
    appRoles: texts,
    directoryRoles: texts,
    roleGroups: texts,
  };
  const required = Object.keys(properties);
  const owners = record({ application: listOf(guid), servicePrincipal: listOf(guid) });
  return {
    ...record({ ...properties, graphRoles: texts, owners }, required),
    additionalProperties: true,
  };
}

/** What only Entra ID knows, by the id of the user or group. */
function entra(): Schema {
  const byId = (properties: Record<string, Schema>): Schema => ({
    type: "object",
    propertyNames: { pattern: guid.pattern },
    additionalProperties: record(properties),
  });
  const roles = { type: "array", items: oneOf(Object.keys(roleTemplates)) };
  const count = { type: "integer", minimum: 0 };
  const units = { enabled: count, warning: count, suspended: count, lockedOut: count };
  const plan = { servicePlanId: guid, servicePlanName: text };
  const sku = {
    skuId: guid,
    skuPartNumber: text,
    prepaidUnits: record(units, ["enabled"]),
    servicePlans: listOf(
      record({ ...plan, dependsOn: listOf(guid), excludes: listOf(guid) }, Object.keys(plan)),
    ),
  };
  const appliesTo = oneOf(["User", "Company"]);
  return record({
    users: byId({
      ...graphValues("user"),
      manager: guid,
      directoryRoles: roles,
      authenticationMethods: listOf({ type: "object" }),
    }),
    groups: byId({ ...graphValues("group"), members: listOf(guid), owners: listOf(guid) }),
    subscribedSkus: listOf(record({ ...sku, appliesTo }, Object.keys(sku))),
    temporaryAccessPassPolicy: record({
      state: oneOf(["enabled", "disabled"]),
      isUsableOnce: flag,
    }),
  });
}

const graphForms: Readonly<Record<Property["value"], Schema>> = {
  text: { type: "string" },
  flag,
  texts,
  time: text,
  object: { type: "object" },
  objects: listOf({ type: "object" }),
};

const graphValues = (kind: "user" | "group"): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(propertiesOf(kind))
      .filter(([name]) => name !== "id")
      .map(([name, { value }]) => [name, graphForms[value]]),
  );

const behaviour = (): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(defaultBehaviour).map(([name, standard]) => [name, switchOf(name, standard)]),
  );

function switchOf(name: string, standard: unknown): Schema {
  if (Array.isArray(standard)) return { default: standard, ...listOf(duration) };
  const allowed = choices[name as keyof typeof choices];
  if (typeof standard === "number" && allowed)
    return { default: standard, enum: allowed.map(Number) };
  return { default: standard, ...(allowed ? oneOf(allowed) : { type: typeof standard }) };
}

function object(): Schema {
  const properties = [...known]
    .filter(([name]) => setElsewhere[name] === undefined)
    .map(([name, sample]): [string, Schema] => [name, valueOf(sample)]);
  return record(
    {
      ...Object.fromEntries(properties),
      Guid: guid,
      Name: text,
      RecipientTypeDetails: oneOf(recipientTypes),
    },
    ["Guid", "Name", "RecipientTypeDetails"],
  );
}

function valueOf(sample: Value): Schema {
  if (Array.isArray(sample)) return texts;
  return sample === null
    ? { type: ["string", "number", "boolean", "null"] }
    : { type: [typeof sample, "null"] };
}

const entry = (holder: Record<string, Schema>, more: Record<string, Schema> = {}): Schema =>
  record(
    {
      ...holder,
      trustee: text,
      rights: { ...texts, minItems: 1 },
      deny: flag,
      inherited: flag,
      inheritanceType: text,
      listedAs: text,
      ...more,
    },
    [...Object.keys(holder), "trustee", "rights"],
  );

function folders(): Schema {
  const inside = oneOf(defaultFolders);
  const created = record({ name: text, calendar: flag, inside }, ["name", "calendar"]);
  return record(
    {
      mailbox: guid,
      language: oneOf(folderLanguages),
      renamed: { type: "object", propertyNames: oneOf(defaultFolders), additionalProperties: text },
      created: listOf({ ...created, additionalProperties: true }),
    },
    ["mailbox"],
  );
}

const folderPermission = (): Schema =>
  record(
    {
      mailbox: guid,
      folder: { anyOf: [oneOf(defaultFolders), { type: "string", pattern: "/" }] },
      user: text,
      rights: { ...listOf(oneOf(folderRights)), minItems: 1 },
      flags: listOf(oneOf(sharingFlags)),
    },
    ["mailbox", "folder", "user", "rights"],
  );

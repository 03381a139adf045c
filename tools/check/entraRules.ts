/** The rules of the actions of Entra ID: a field is a property of the user, or `exchangeOnline.*` of its mailbox. */
import { wantedFrom } from "../../lib/accounts/entra.ts";
import { keyProperty, newValues } from "../../lib/accounts/entraCreation.ts";
import { licenceFields, licenceFrom, ofLicence } from "../../lib/accounts/entraLicence.ts";
import { mailboxProperty } from "../../lib/exchange/mailbox.ts";
import { mailboxProperties, setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { quoted } from "../../lib/graphemes.ts";
import { equals } from "../../lib/graph/client/odata.ts";
import { creatingUser } from "../../lib/graph/userCreation.ts";
import { readOnlyProperties, userProperties } from "../../lib/graph/userProperties.ts";
import { isOnByDefault } from "./form.ts";
import { member, type JsonFile } from "./jsonFile.ts";
import { fixedValue, stagedFields, stages, type MappedField, type StagedField } from "./mapping.ts";
import { byLowerCase, spelling } from "./mappingForm.ts";
import type { MappingRules } from "./mappingRules.ts";
import { faultOf, nearestAmong, withNearest, type Problem } from "./problem.ts";

export const entraRules: MappingRules = {
  problems(file, fields, form) {
    const staged = stagedFields(fields);
    const createsUsers = !isOnByDefault(form, "CorrelateOnly");
    return [
      ...fields.flatMap((field) => nameProblems(file, field)),
      ...staged.flatMap((one) => valueProblems(file, one)),
      ...staged.flatMap((one) => accessProblems(file, one)),
      ...staged.flatMap((one) => iterationProblems(file, one)),
      ...twiceProblems(file, staged),
      ...correlationProblems(file, fields, createsUsers),
      ...(createsUsers ? creationProblems(file, staged) : []),
    ];
  },
  isSetIn: () => true,
  valueFault,
  isReadAsList: (name) => settable.has(name.toLowerCase()) && isTaken(name, []),
  isOfAddresses: (name) => /^exchangeOnline\.EmailAddresses$/i.test(name),
};

const prefix = "exchangeOnline.";
/** What create sends in addition to the properties of a user, and no other action. */
const passwordFields = [
  "passwordProfile.forceChangePasswordNextSignIn",
  "passwordProfile.password",
];
const ofMailboxes = Object.keys(setMailboxParameters).map((name) => prefix + name);
const ofUsers = Object.entries(userProperties).flatMap(([name, { parts }]) =>
  parts ? parts.map((part) => `${name}.${part}`) : [name],
);
const settable = byLowerCase([...ofUsers, ...ofMailboxes, ...passwordFields, ...licenceFields]);
/** Fields that the connector fills in: their mode is None. */
const filledIn = byLowerCase([
  ...["managerId", ...readOnlyProperties],
  ...mailboxProperties.map((name) => prefix + name),
]);

/** What a field of any mode needs: a name that a user or a mailbox has. */
function nameProblems(file: JsonFile, field: MappedField): Problem[] {
  const { name, nameNode, actions } = field;
  const key = name.toLowerCase();
  const own = settable.get(key);
  if (own !== undefined) return spelling(file, field, own);
  const isSet = actions.some(({ mode }) => mode !== "None");
  const filled = filledIn.get(key);
  if (filled !== undefined && !isSet) return spelling(file, field, filled);
  const message = filled === undefined ? unknownName(name) : onlyRead(filled);
  return [file.problem(nameNode, message, { field: name })];
}

function onlyRead(name: string): string {
  if (name === "managerId")
    return "managerId is the object ID of the manager's account, which the platform passes; expected MappingMode None.";
  return `${name} can only be read; expected MappingMode None.`;
}

function unknownName(name: string): string {
  const setting = mailboxProperty(name);
  if (setting !== undefined)
    return `${name} is a property of the mailbox; expected ${prefix}${setting}.`;
  const fault =
    faultOf(() => wantedFrom([[name, null]])) ?? `${name} is not a field of an account.`;
  const similar = nearestAmong([...settable.values(), ...filledIn.values()], name);
  return fault.includes(";") ? fault : fault.replace(/\.$/, `${similar}.`);
}

/** What the action of the stage refuses in one field. */
function valueProblems(
  file: JsonFile,
  { field, action, stage, stageNode }: StagedField,
): Problem[] {
  const { name, type, typeNode } = field;
  if (!settable.has(name.toLowerCase())) return [];
  const problem = (node: StagedField["stageNode"] | undefined, message: string): Problem[] => [
    file.problem(node, message, { field: name }),
  ];
  if (type === "Array" && !entraRules.isReadAsList(name))
    return problem(typeNode, `${name} has one value and Type is Array; expected Text.`);
  if (isOfPassword(name) && stage !== "Create")
    return problem(
      stageNode,
      `${name} is mapped for ${stage}, which sets no password; expected Create.`,
    );
  if (ofLicence.test(name) && stage !== "Create")
    return problem(
      stageNode,
      `${name} is mapped for ${stage}, which assigns no licence; expected Create.`,
    );
  const fixed = fixedValue(action) ?? "";
  if (/\.password$/i.test(name) && fixed !== "")
    return problem(
      action.valueNode,
      `${name} is the same for everyone, and in a file; expected MappingMode None: the connector generates one.`,
    );
  const fault = valueFault(name, fixed);
  return fault === undefined ? [] : problem(action.valueNode, withNearest(fault));
}

/** Access that is the opposite of the stage. */
function accessProblems(file: JsonFile, { field, action, stage }: StagedField): Problem[] {
  const { name } = field;
  const expected: Partial<Record<typeof stage, string>> = { Enable: "true", Disable: "false" };
  const value = fixedValue(action)?.trim().toLowerCase();
  const wrong = expected[stage] === "true" ? "false" : "true";
  if (name.toLowerCase() !== "accountenabled" || expected[stage] === undefined || value !== wrong)
    return [];
  const message = `${name} is ${wrong} for ${stage}; expected ${expected[stage]}.`;
  return [file.problem(action.valueNode, message, { field: name, severity: "warning" })];
}

/**
 * A script that yields the same name again when it is taken: the platform runs it with a higher Iteration. Names of
 * another system's account are unique already.
 */
function iterationProblems(file: JsonFile, { field, action, stage }: StagedField): Problem[] {
  const { mode, value, valueNode } = action;
  const isUnique = /^(userPrincipalName|mailNickname)$/i.test(field.name);
  if (stage !== "Create" || mode !== "Complex" || typeof value !== "string" || !isUnique) return [];
  if (/\b(Iteration|Accounts)\b/.test(value)) return [];
  const message = `The script of ${field.name} does not use Iteration; expected another name when one is taken.`;
  return [file.problem(valueNode, message, { field: field.name, severity: "warning" })];
}

/** Two fields of one stage that set the same value of a user with a mailbox. */
function twiceProblems(file: JsonFile, staged: readonly StagedField[]): Problem[] {
  return stages.flatMap((stage) => {
    const seen = new Map<string, string>();
    return staged.flatMap(({ field: { name }, ...one }) => {
      if (one.stage !== stage) return [];
      const value = sameValue(name);
      const other = seen.get(value);
      seen.set(value, name);
      if (other === undefined || other.toLowerCase() === name.toLowerCase()) return [];
      const message = `${other} and ${name} both set the same value of a user with a mailbox; map only one of them.`;
      return [file.problem(one.stageNode, message, { field: name })];
    });
  });
}

/** Equal for fields that set the same. */
function sameValue(name: string): string {
  return name
    .toLowerCase()
    .replace(/^onpremisesextensionattributes\.extension/, "exchangeonline.custom")
    .replace(/^exchangeonline\.windowsemailaddress$/, "exchangeonline.emailaddresses");
}

/** Create looks a user up by the account correlation field, and creates one with its value. */
function correlationProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  createsUsers: boolean,
): Problem[] {
  const canCorrelate = fields.some(
    ({ name, actions }) =>
      isKey(name, createsUsers) &&
      actions.some((action) => action.stages.some(({ stage }) => stage === "Create")),
  );
  if (canCorrelate) return [];
  const message =
    "No field is mapped for Create that can be the account correlation field; expected one such as employeeId.";
  return [file.problem(member(file.root, "MappingFields"), message)];
}

/** Whether create finds users by a field and, where there is none, can be certain of it and create one. */
function isKey(name: string, createsUsers: boolean): boolean {
  if (faultOf(() => keyProperty(name)) !== undefined) return false;
  if (!createsUsers) return true;
  const property = keyProperty(name);
  return (
    faultOf(() => newValues({}, property, "value")) === undefined &&
    !equals(property, "value").isAdvanced
  );
}

/** What a new user lacks. Values that depend on the person are taken as right. */
function creationProblems(file: JsonFile, staged: readonly StagedField[]): Problem[] {
  const values = staged
    .filter(({ stage }) => stage === "Create")
    .map(({ field, action }) => {
      const name = settable.get(field.name.toLowerCase()) ?? field.name;
      const sample = name === "userPrincipalName" ? "name@example.com" : "text";
      return [name, fixedValue(action) ?? sample] as const;
    });
  const password = { password: "", forceChangePasswordNextSignIn: true };
  const key = { property: "employeeId", value: "" };
  const fault = faultOf(() => creatingUser(Object.fromEntries(values), password, key));
  const place = member(file.root, "MappingFields");
  return fault === undefined ? [] : [file.problem(place, fault, { severity: "warning" })];
}

function valueFault(name: string, value: string | readonly string[]): string | undefined {
  if (!settable.has(name.toLowerCase()) || value === "") return undefined;
  if (ofLicence.test(name)) return faultOf(() => licenceFrom([[name, value]]));
  if (!isOfPassword(name)) return faultOf(() => wantedFrom([[name, value]]));
  if (
    /\.password$/i.test(name) ||
    typeof value !== "string" ||
    /^(true|false)$/i.test(value.trim())
  )
    return undefined;
  return `The mapping of ${name} yields ${quoted(value)}; expected true or false.`;
}

function isTaken(name: string, value: readonly string[]): boolean {
  return !isOfPassword(name) && valueFault(name, value) === undefined;
}

function isOfPassword(name: string): boolean {
  return /^passwordProfile\./i.test(name);
}

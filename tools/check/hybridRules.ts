/** The rules of the actions of Active Directory: a field is an attribute of the user, or its place in the directory. */
import { ofMailbox } from "../../lib/accounts/exchangeOnline.ts";
import { wantedFrom } from "../../lib/accounts/hybrid.ts";
import { keyAttribute, newValues } from "../../lib/accounts/hybridCreation.ts";
import { assertMappedOnce } from "../../lib/accounts/hybridMailbox.ts";
import { creatingUser } from "../../lib/activeDirectory/userCreation.ts";
import {
  readOnlyAttributes,
  userAttributeNames,
} from "../../lib/activeDirectory/userAttributes.ts";
import { placeFrom } from "../../lib/activeDirectory/userPlace.ts";
import { userValuesFrom } from "../../lib/activeDirectory/userValues.ts";
import { autoReplyChange, isOfReply } from "../../lib/exchange/autoReply.ts";
import { mailboxProperties, setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { quoted } from "../../lib/graphemes.ts";
import { exchangeRules } from "./exchangeRules.ts";
import { isOnByDefault } from "./form.ts";
import { member, type JsonFile } from "./jsonFile.ts";
import { fixedValue, stagedFields, type MappedField, type StagedField } from "./mapping.ts";
import { byLowerCase, spelling } from "./mappingForm.ts";
import type { MappingRules } from "./mappingRules.ts";
import { faultOf, nearestAmong, type Problem } from "./problem.ts";

export const hybridRules: MappingRules = {
  problems(file, fields, form) {
    const staged = stagedFields(fields);
    const createsAccounts = !isOnByDefault(form, "CorrelateOnly");
    return [
      ...fields.flatMap((field) => nameProblems(file, field)),
      ...staged.flatMap((one) => valueProblems(file, one)),
      ...twiceProblems(file, staged),
      ...(createsAccounts ? creationProblems(file, fields, staged) : []),
    ];
  },
  isSetIn: (_stage, name) => settable.has(name.toLowerCase()),
  valueFault,
  isReadAsList: isOfAddresses,
  isOfAddresses,
};

/** What create sends in addition to the attributes, and no other action. */
const passwordFields = ["accountPassword", "changePasswordAtLogon"];
const placeFields = ["organizationalUnit", "cn"];
const prefix = "exchangeOnline.";
const replyFields = Object.values(autoReplyChange)
  .flat()
  .filter((name) => name !== "Identity");
const settable = byLowerCase([
  ...userAttributeNames,
  ...placeFields,
  ...passwordFields,
  ...[...Object.keys(setMailboxParameters), ...replyFields].map((name) => prefix + name),
]);
/** Fields that the connector fills in: their mode is None. */
const filledIn = byLowerCase([
  ...readOnlyAttributes,
  ...mailboxProperties.map((name) => prefix + name),
]);

function isOfAddresses(name: string): boolean {
  return /^(proxyAddresses|exchangeOnline\.EmailAddresses)$/i.test(name);
}

function nameProblems(file: JsonFile, field: MappedField): Problem[] {
  const { name, nameNode, actions } = field;
  const own = settable.get(name.toLowerCase());
  if (own !== undefined) return spelling(file, field, own);
  const isSet = actions.some(({ mode }) => mode !== "None");
  const filled = filledIn.get(name.toLowerCase());
  if (filled !== undefined && !isSet) return spelling(file, field, filled);
  const similar = nearestAmong([...settable.values(), ...filledIn.values()], name);
  const message =
    filled === undefined
      ? `${name} is not an attribute that the connector reads or sets${similar}.`
      : `${name} can only be read; expected MappingMode None.`;
  return [file.problem(nameNode, message, { field: name })];
}

/** What the action of the stage refuses in one field. */
function valueProblems(
  file: JsonFile,
  { field: { name }, action, stage, stageNode }: StagedField,
): Problem[] {
  const problem = (node: StagedField["stageNode"] | undefined, message: string): Problem[] => [
    file.problem(node, message, { field: name }),
  ];
  if (isOfPassword(name) && stage !== "Create")
    return problem(
      stageNode,
      `${name} is mapped for ${stage}, which sets no password; expected Create.`,
    );
  const fixed = fixedValue(action) ?? "";
  if (/^accountPassword$/i.test(name) && fixed !== "")
    return problem(
      action.valueNode,
      `${name} is the same for everyone, and in a file; expected MappingMode None: the connector generates one.`,
    );
  const fault = valueFault(name, fixed);
  return fault === undefined ? [] : problem(action.valueNode, fault);
}

/** An attribute and a setting of one stage that are the same of a mailbox. */
function twiceProblems(file: JsonFile, staged: readonly StagedField[]): Problem[] {
  const online = staged.filter(({ field: { name } }) => ofMailbox.test(name));
  return online.flatMap(({ field: { name }, stage, stageNode }) =>
    staged
      .filter((other) => other.stage === stage && !ofMailbox.test(other.field.name))
      .flatMap((other) => faultOf(() => assertMappedOnce(other.field.name, name)) ?? [])
      .map((message) => file.problem(stageNode, message, { field: name })),
  );
}

/**
 * What a new account lacks: a field that can be the account correlation field, and values. Those that depend on the
 * person are taken as right.
 */
function creationProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  staged: readonly StagedField[],
): Problem[] {
  const place = member(file.root, "MappingFields");
  const canCorrelate = fields.some(
    ({ name, actions }) =>
      isKey(name) &&
      actions.some((action) => action.stages.some(({ stage }) => stage === "Create")),
  );
  const correlation = canCorrelate
    ? []
    : [
        file.problem(
          place,
          "No field is mapped for Create that can be the account correlation field; expected one such as employeeID.",
        ),
      ];
  const values = staged
    .filter(({ stage }) => stage === "Create")
    .map(({ field, action }) => {
      const name = settable.get(field.name.toLowerCase()) ?? field.name;
      return [name, fixedValue(action) ?? samples[name] ?? "1"] as const;
    });
  const ofUsers = values.filter(([name]) => userAttributeNames.some((one) => one === name));
  const ofPlaces = values.filter(([name]) => placeFields.includes(name));
  const fault = faultOf(() =>
    creatingUser(
      userValuesFrom(ofUsers),
      placeFrom(ofPlaces),
      { password: "", mustChange: true },
      { attribute: "employeeID", value: "" },
    ),
  );
  return fault === undefined
    ? correlation
    : [...correlation, file.problem(place, fault, { severity: "warning" })];
}

/** Values for what is mapped by a script, in the form of their fields. */
const samples: Readonly<Record<string, string>> = {
  c: "NL",
  msExchHideFromAddressLists: "true",
  organizationalUnit: "OU=People,DC=contoso,DC=com",
  proxyAddresses: "SMTP:name@contoso.com",
  userPrincipalName: "name@contoso.com",
};

/** Whether create finds accounts by a field, and can create one with its value. */
function isKey(name: string): boolean {
  return (
    faultOf(() => newValues({}, { attribute: keyAttribute(name), value: "value" })) === undefined
  );
}

function valueFault(name: string, value: string | readonly string[]): string | undefined {
  if (!settable.has(name.toLowerCase()) || value === "") return undefined;
  const setting = name.slice(prefix.length);
  if (ofMailbox.test(name) && isOfReply(setting)) return exchangeRules.valueFault(setting, value);
  if (!isOfPassword(name)) return faultOf(() => wantedFrom([[name, value]]));
  if (/^accountPassword$/i.test(name) || typeof value !== "string") return undefined;
  if (/^(true|false)$/i.test(value.trim())) return undefined;
  return `The mapping of ${name} yields ${quoted(value)}; expected true or false.`;
}

function isOfPassword(name: string): boolean {
  return passwordFields.some((field) => field.toLowerCase() === name.toLowerCase());
}

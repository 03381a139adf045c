/** The rules of the actions of Exchange Online. */
import cmdlets from "../../schemas/cmdlets.json" with { type: "json" };
import { autoReplyFrom, isOfReply, partedFields } from "../../lib/exchange/autoReply.ts";
import { filterable, mailboxProperty } from "../../lib/exchange/mailbox.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import {
  userAttribute,
  userAttributes,
  userSettingsFrom,
} from "../../lib/exchange/userAttributes.ts";
import { mailboxProperties, setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { userProperties } from "../../lib/graph/userProperties.ts";
import { entra } from "../session/systems.ts";
import { isOnByDefault } from "./form.ts";
import { member, type JsonFile } from "./jsonFile.ts";
import {
  fixedValue,
  stagedFields,
  type MappedField,
  type StagedField,
  type Stage,
} from "./mapping.ts";
import { spelling } from "./mappingForm.ts";
import type { MappingRules } from "./mappingRules.ts";
import { faultOf, nearestAmong, withNearest, type Problem } from "./problem.ts";

/** The only setting that create changes. */
const visibility = "HiddenFromAddressListsEnabled";

export const exchangeRules: MappingRules = {
  problems,
  isSetIn: (stage, name) =>
    stage === "Update" ||
    isVisibility(name) ||
    (stage !== "Create" && userAttribute(name) === undefined),
  valueFault,
  isReadAsList,
  isOfAddresses: (name) => name.toLowerCase() === "emailaddresses",
};

function problems(
  file: JsonFile,
  fields: readonly MappedField[],
  form: JsonFile | undefined,
): Problem[] {
  const staged = stagedFields(fields);
  const clearsReply = isOnByDefault(form, "ClearAutoReplyOnEnable");
  return [
    ...fields.flatMap((field) => nameProblems(file, field)),
    ...staged.flatMap((one) => settingProblems(file, one)),
    ...primaryProblems(file, staged),
    ...replyProblems(file, staged),
    ...createProblems(file, fields, staged),
    ...(clearsReply ? unknownReplyProblems(file, fields) : []),
  ];
}

/** What a field of any mode needs: a name that a mailbox or an automatic reply has. */
function nameProblems(file: JsonFile, field: MappedField): Problem[] {
  const { name, nameNode, actions } = field;
  const settable = settableName(name);
  if (settable !== undefined) return spelling(file, field, settable);
  const own = mailboxProperty(name);
  const isSet = actions.some(
    ({ mode, stages }) => mode !== "None" && stages.some(({ stage }) => stage !== "Create"),
  );
  if (own !== undefined && !isSet) return spelling(file, field, own);
  const message =
    own === undefined && !isSet && !isOfUser(name)
      ? `${name} is not a property of a mailbox${nearestAmong(mailboxProperties, name)}.`
      : notSettable(name);
  return [file.problem(nameNode, message, { field: name })];
}

function notSettable(name: string): string {
  if (isOfUser(name))
    return (
      `${name} is an attribute of the user, not of the mailbox: the system ${entra.title} sets it; ` +
      "expected a setting of a mailbox."
    );
  const similar = faultOf(() => settingsFrom([[name, null]])) ?? `${name} is not a setting.`;
  const ofUser = nearestAmong(userNames, name);
  const hint =
    nearestAmong(replyNames, name) || (ofUser && `${ofUser}, which is an attribute of the user`);
  return similar.includes(";") ? similar : similar.replace(/\.$/, `${hint}.`);
}

function isSettable(name: string): boolean {
  return settableName(name) !== undefined;
}

function settableName(name: string): string | undefined {
  return settable.get(name.toLowerCase());
}

const replyNames = Object.keys(
  cmdlets.cmdlets["Set-MailboxAutoReplyConfiguration"].parameters,
).filter(isOfReply);
const userNames = [
  ...Object.keys(cmdlets.cmdlets["Set-User"].parameters),
  ...Object.keys(userProperties),
];
const settable = new Map(
  [...Object.keys(setMailboxParameters), ...replyNames, ...userAttributes].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

function isOfUser(name: string): boolean {
  return userNames.some((parameter) => parameter.toLowerCase() === name.toLowerCase());
}

/** What the action of the stage refuses in one field. */
function settingProblems(file: JsonFile, staged: StagedField): Problem[] {
  const { field, action, stage, stageNode } = staged;
  const { name, type, typeNode } = field;
  if (!isSettable(name) || (stage === "Create" && !isVisibility(name))) return [];
  if (type === "Array" && !isReadAsList(name))
    return [
      file.problem(typeNode, `${name} has one value and Type is Array; expected Text.`, {
        field: name,
      }),
    ];
  if (isOfReply(name)) {
    if (stage === "Delete" || stage === "Enable") return [];
    const message = `${name} is mapped for ${stage}, which sets no automatic reply; expected Delete or Enable.`;
    return [file.problem(stageNode, message, { field: name })];
  }
  if (userAttribute(name) !== undefined && stage !== "Update") {
    const message = `${name} is an attribute of the user and mapped for ${stage}; expected Update, which sets it.`;
    return [file.problem(stageNode, message, { field: name })];
  }
  const fault = valueFault(name, fixedValue(action) ?? "");
  return fault === undefined
    ? []
    : [file.problem(action.valueNode, withNearest(fault), { field: name })];
}

/** Two fields that both set the primary address. */
function primaryProblems(file: JsonFile, staged: readonly StagedField[]): Problem[] {
  const both = ["EmailAddresses", "WindowsEmailAddress"];
  return inStages(["Update", "Enable", "Disable", "Delete"], staged).flatMap((fields) => {
    const [first, second] = fields.filter(({ field }) => both.some((name) => isNamed(field, name)));
    if (!first || !second || first.field === second.field) return [];
    const fault = faultOf(() =>
      settingsFrom([first, second].map(({ field }) => [field.name, "smtp:a@example.com"])),
    );
    if (fault === undefined) return [];
    return [file.problem(second.stageNode, fault, { field: second.field.name })];
  });
}

/** The automatic reply of a leaver, as delete reads it. Values that depend on the person are taken as right. */
function replyProblems(file: JsonFile, staged: readonly StagedField[]): Problem[] {
  const ofReply = staged.filter(({ field, stage }) => stage === "Delete" && isOfReply(field.name));
  const [first] = ofReply;
  if (!first) return [];
  const state = ofReply.find(({ field }) => isNamed(field, "AutoReplyState"));
  // A state that depends on the person may be Disabled, which needs no text.
  if (state && fixedValue(state.action) === undefined) return [];
  const fault = faultOf(() => {
    const { replyFields } = partedFields(
      ofReply.map(({ field, action }) => [field.name, fixedValue(action) ?? sampleOf(field.name)]),
    );
    autoReplyFrom(replyFields, "html");
  });
  if (fault === undefined) return [];
  return fault.split(/(?<=\.) (?=[A-Z])/).map((sentence) => {
    const named = ofReply.find(({ field }) => sentence.includes(field.name)) ?? state ?? first;
    return file.problem(named.action.valueNode, withNearest(sentence), { field: named.field.name });
  });
}

/** Enable clears the leaver's reply only if it has the texts that are mapped for Enable. */
function unknownReplyProblems(file: JsonFile, fields: readonly MappedField[]): Problem[] {
  const staged = stagedFields(fields).filter(({ field }) => isNamed(field, "InternalMessage"));
  const [set] = staged.filter(({ stage }) => stage === "Delete");
  if (!set || staged.some(({ stage }) => stage === "Enable")) return [];
  const message =
    "ClearAutoReplyOnEnable is on in configuration.json and InternalMessage is not mapped for Enable; expected it " +
    "for Enable too, because enable knows the leaver's reply by its text.";
  return [file.problem(set.stageNode, message, { field: set.field.name, severity: "warning" })];
}

function sampleOf(name: string): string {
  return samples[name.toLowerCase()] ?? "text";
}
const samples: Readonly<Record<string, string>> = {
  autoreplystate: "Enabled",
  externalaudience: "All",
  starttime: "0001-01-01",
  endtime: "9999-12-31",
};

/** Create looks a mailbox up by one of its fields, and sets only the visibility. */
function createProblems(
  file: JsonFile,
  fields: readonly MappedField[],
  staged: readonly StagedField[],
): Problem[] {
  const canCorrelate = fields.some(
    ({ name, actions }) =>
      isSearchable(name) && actions.some((action) => action.stages.some(isCreate)),
  );
  const place = member(file.root, "MappingFields");
  const missing = canCorrelate
    ? []
    : [
        file.problem(
          place,
          "No field is mapped for Create that can be the account correlation field; expected one such as " +
            "UserPrincipalName, with MappingMode None.",
        ),
      ];
  const [, ...others] = staged.filter(
    ({ stage, field }) => stage === "Create" && !isVisibility(field.name) && isSettable(field.name),
  );
  const unused = others.map(({ field, stageNode }) =>
    file.problem(
      stageNode,
      `Create sets only ${visibility} and looks up the correlation field; expected ${field.name} for Update, ` +
        "which the platform runs after a correlation.",
      { field: field.name, severity: "warning" },
    ),
  );
  return [...missing, ...unused];
}

/** Whether create can look a mailbox up by this field. */
function isSearchable(name: string): boolean {
  return faultOf(() => filterable(name)) === undefined;
}

function isCreate({ stage }: { stage: Stage }): boolean {
  return stage === "Create";
}

function isVisibility(name: string): boolean {
  return name.toLowerCase() === visibility.toLowerCase();
}

function isNamed({ name }: MappedField, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

function inStages(wanted: readonly Stage[], staged: readonly StagedField[]): StagedField[][] {
  return wanted.map((stage) => staged.filter((one) => one.stage === stage));
}

function valueFault(name: string, value: string | readonly string[]): string | undefined {
  if (!isSettable(name) || value === "") return undefined;
  if (userAttribute(name) !== undefined) return faultOf(() => userSettingsFrom([[name, value]]));
  if (!isOfReply(name)) return faultOf(() => settingsFrom([[name, value]]));
  if (typeof value !== "string" || !/^(AutoReplyState|ExternalAudience)$/i.test(name))
    return undefined;
  const others: [string, string][] = [
    "InternalMessage",
    "ExternalMessage",
    "StartTime",
    "EndTime",
  ].map((other) => [other, sampleOf(other)]);
  return faultOf(() => autoReplyFrom([[name, value], ...others], "html"));
}

function isReadAsList(name: string): boolean {
  return (
    isSettable(name) &&
    userAttribute(name) === undefined &&
    !isOfReply(name) &&
    faultOf(() => settingsFrom([[name, []]])) === undefined
  );
}

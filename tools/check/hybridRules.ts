/** The rules of the actions of Active Directory: one attribute is set, and some can be read. */
import { readAttributes } from "../../lib/activeDirectory/userChange.ts";
import { hiddenFrom, hideField } from "../../lib/accounts/hybrid.ts";
import type { JsonFile } from "./jsonFile.ts";
import { fixedValue, stagedFields, type MappedField } from "./mapping.ts";
import { spelling } from "./mappingForm.ts";
import type { MappingRules } from "./mappingRules.ts";
import { faultOf, type Problem } from "./problem.ts";

export const hybridRules: MappingRules = {
  problems(file, fields) {
    return [
      ...fields.flatMap((field) => nameProblems(file, field)),
      ...stagedFields(fields).flatMap(({ field, action }) => {
        if (!isHideField(field.name)) return [];
        const fault = valueFault(field.name, fixedValue(action) ?? "");
        return fault === undefined
          ? []
          : [file.problem(action.valueNode, fault, { field: field.name })];
      }),
    ];
  },
  isSetIn: (_stage, name) => isHideField(name),
  valueFault,
  isReadAsList: () => false,
  isOfAddresses: () => false,
};

function isHideField(name: string): boolean {
  return name.toLowerCase() === hideField.toLowerCase();
}

function valueFault(name: string, value: string | readonly string[]): string | undefined {
  return faultOf(() => hiddenFrom([[name, value]]));
}

function nameProblems(file: JsonFile, field: MappedField): Problem[] {
  const { name, nameNode, actions } = field;
  const known = readAttributes.find((attribute) => attribute.toLowerCase() === name.toLowerCase());
  const isSet = actions.some(({ mode }) => mode !== "None");
  if (known !== undefined && (!isSet || isHideField(name))) return spelling(file, field, known);
  const fault =
    known === undefined
      ? `${name} is not an attribute that the connector reads or sets; expected one of ${readAttributes.join(", ")}.`
      : `${name} can only be read; expected MappingMode None.`;
  return [file.problem(nameNode, fault, { field: name })];
}

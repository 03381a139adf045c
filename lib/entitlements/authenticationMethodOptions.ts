import shipped from "../../permissions/authenticationMethods/options.json" with { type: "json" };
import { Fault } from "../fault.ts";
import { authenticationMethodOptions } from "../generated/validators/authenticationMethodOptions.ts";
import type { AuthenticationMethodOption } from "../generated/types.ts";
import { contactForms, type ContactKind } from "../graph/contactMethod.ts";
import type { PassRules } from "../graph/temporaryAccessPass.ts";
import { optionById, optionsIn } from "./options.ts";

export const optionsFile = "permissions/authenticationMethods/options.json";

/** A phone number or an e-mail address to give to a user. */
export interface ContactOption {
  kind: ContactKind;
  /** The field of the person that has the value. */
  personField: string;
  country: string | undefined;
  onlySetWhenEmpty: boolean;
  removesOnRevoke: boolean;
}

/** A Temporary Access Pass to create. */
export interface PassOption extends PassRules {
  kind: "temporaryAccessPass";
  replacesExisting: boolean;
  removesOnRevoke: boolean;
}

export type MethodOption = ContactOption | PassOption;

/** The authentication methods that can be granted: one option at most for each. */
export function listedOptions(data: unknown = shipped): MethodOption[] {
  const options: MethodOption[] = [];
  optionsIn(optionsFile, authenticationMethodOptions, data, (option) => {
    options.push(methodOption(option));
    return option.Id;
  });
  return options;
}

/** The option of a kind. Throws an `invalid` fault that names the existing ones. */
export function optionFor(kind: MethodOption["kind"]): MethodOption {
  const options = listedOptions().map((option) => ({ Id: option.kind, option }));
  return optionById(optionsFile, options, kind).option;
}

/** What an option means. Throws an `invalid` fault for one that lacks something, or has what it cannot have. */
function methodOption(option: AuthenticationMethodOption): MethodOption {
  const { Id, RemoveWhenRevokingEntitlement: removesOnRevoke } = option;
  const isPass = Id === "temporaryAccessPass";
  const isPhone = !isPass && contactForms[Id].property === "phoneNumber";
  const needed = isPass
    ? (["LifetimeInMinutes", "IsUsableOnce"] as const)
    : (["PersonField", "OnlySetWhenEmpty"] as const);
  const possible: readonly string[] = [
    ...["Id", "RemoveWhenRevokingEntitlement", ...needed],
    ...(isPass ? ["ReplaceExisting"] : []),
    ...(isPhone ? ["Country"] : []),
  ];
  const missing = needed.find((name) => option[name] === undefined);
  if (missing !== undefined) throw Fault.invalid(`${missing} is missing; ${Id} needs it.`);
  const extra = Object.keys(option).find((name) => !possible.includes(name));
  if (extra !== undefined)
    throw Fault.invalid(`${extra} is not for ${Id}; expected only ${possible.join(", ")}.`);
  const { LifetimeInMinutes = 0, IsUsableOnce = true, ReplaceExisting = true } = option;
  if (isPass)
    return {
      kind: Id,
      lifetimeInMinutes: LifetimeInMinutes,
      isUsableOnce: IsUsableOnce,
      replacesExisting: ReplaceExisting,
      removesOnRevoke,
    };
  const { PersonField = "", Country, OnlySetWhenEmpty = true } = option;
  return {
    kind: Id,
    // The person itself is not part of the path.
    personField: PersonField.trim().replace(/^Person\./i, ""),
    country: Country?.trim().toUpperCase(),
    onlySetWhenEmpty: OnlySetWhenEmpty,
    removesOnRevoke,
  };
}

import shipped from "../../permissions/regionalConfiguration/options.json" with { type: "json" };
import { regionFrom, type Region } from "../exchange/region.ts";
import type { RegionalOption } from "../generated/types.ts";
import { regionalOptions } from "../generated/validators/regionalOptions.ts";
import type { Permission } from "../host/permissionActions.ts";
import { optionById, optionsIn } from "./options.ts";

const file = "permissions/regionalConfiguration/options.json";

/** The listed configurations. */
export function listedOptions(data: unknown = shipped): RegionalOption[] {
  return optionsIn(file, regionalOptions, data, (option) => JSON.stringify(regionFrom(option)));
}

/** The reference contains only the Id. Existing installations have stored such references. */
export function regionPermission({ Id, DisplayName }: RegionalOption): Permission {
  return { identification: { Id }, name: DisplayName };
}

/** The configuration with this Id. */
export function regionNamed(id: string): Region {
  return regionFrom(optionById(file, listedOptions(), id));
}

import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";

/** The configuration keys that every kind of resource reads. */
export const resourceKeys = [
  "MarkerAttribute",
  "Organization",
  "RenameResources",
  "ResourceDomain",
  "ResourcesHidden",
  "SubPermissionAttribute",
] as const;
export type ResourceKey = (typeof resourceKeys)[number];

/** The attributes of key and marker. */
export function attributesIn({
  SubPermissionAttribute: key = "CustomAttribute1",
  MarkerAttribute: marker = "CustomAttribute2",
}: Pick<Configuration, "SubPermissionAttribute" | "MarkerAttribute">): {
  key: string;
  marker: string;
} {
  if (!key.startsWith("CustomAttribute"))
    throw Fault.invalid(
      `The key of resources is stored in the "Matching attribute" (SubPermissionAttribute), which is ${key}; ` +
        "expected one of CustomAttribute1 to CustomAttribute15.",
    );
  if (key === marker)
    throw Fault.invalid(
      `The "Matching attribute" (SubPermissionAttribute) and the "Marker attribute" (MarkerAttribute) are ` +
        `both ${key}; expected two different attributes.`,
    );
  return { key, marker };
}

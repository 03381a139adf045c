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

/** The attributes that hold key and marker. */
export function attributesIn({
  SubPermissionAttribute: key = "CustomAttribute1",
  MarkerAttribute: marker = "CustomAttribute2",
}: Pick<Configuration, "SubPermissionAttribute" | "MarkerAttribute">): {
  key: string;
  marker: string;
} {
  if (!key.startsWith("CustomAttribute"))
    throw Fault.invalid(
      `Resources keep their key in the "Matching attribute" (SubPermissionAttribute), which is ${key}; ` +
        "expected one of CustomAttribute1 to CustomAttribute15.",
    );
  if (key === marker)
    throw Fault.invalid(
      `The "Matching attribute" (SubPermissionAttribute) and the "Marker attribute" (MarkerAttribute) are ` +
        `both ${key}; expected two different ones.`,
    );
  return { key, marker };
}

/** Throws an `invalid` fault when the owner of new groups is blank. */
export function assertOwner(owner: string | undefined): void {
  if (owner === "")
    throw Fault.invalid(
      `"Group owner" (ResourceOwner) is missing. An application is no user and cannot own a group: ` +
        "give the address of a mailbox that is to own them.",
    );
}

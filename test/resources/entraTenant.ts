/** The groups of Entra ID that the connector created, as the emulated tenant has them. */
import type { Bench } from "../bench.ts";

export interface CreatedGroup {
  name: string;
  alias: string;
  key: string;
  /** Object IDs. */
  owners: string[];
  isHidden: boolean;
}

/** Every group with a unique name, in the order of these. */
export function groupsIn({ emulator }: Bench): CreatedGroup[] {
  const { objects, entra: { groups = {} } = {} } = emulator.state();
  const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
  const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return Object.entries(groups)
    .filter(([, record]) => textOf(record["uniqueName"]) !== "")
    .map(([id, record]) => {
      const object = objects.find((one) => one["ExternalDirectoryObjectId"] === id);
      const managers = textsOf(object?.["ManagedBy"]).flatMap((guid) =>
        objects.filter(({ Guid }) => Guid === guid).map((one) => one["ExternalDirectoryObjectId"]),
      );
      return {
        name: textOf(object?.["DisplayName"] ?? record["displayName"]),
        alias: textOf(object?.["Alias"] ?? record["mailNickname"]),
        key: textOf(record["uniqueName"]),
        owners: [...managers.map(String), ...textsOf(record["owners"])],
        isHidden: object?.["HiddenFromAddressListsEnabled"] === true,
      };
    })
    .sort((one, other) => one.key.localeCompare(other.key));
}

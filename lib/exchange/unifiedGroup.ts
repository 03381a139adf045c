import type { WhileWaiting } from "../concurrency.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned, exactlyOne, findRows } from "./client/lookUp.ts";
import { nameOf } from "./naming.ts";
import {
  mergedCmdlets,
  type Cmdlets,
  type ExchangeQuery,
  type ExchangeStep,
  type ExchangeStream,
} from "./target.ts";

/** A Microsoft 365 group as Exchange Online keeps it. */
export interface UnifiedGroup extends Row {
  Guid: string;
  /** The object ID in Entra ID. */
  ExternalDirectoryObjectId: string;
  DisplayName: string;
  PrimarySmtpAddress: string;
  HiddenFromAddressListsEnabled: boolean;
}

const properties = [
  "Guid",
  "ExternalDirectoryObjectId",
  "DisplayName",
  "PrimarySmtpAddress",
  "HiddenFromAddressListsEnabled",
];

/** What `allUnifiedGroups`, `unifiedGroupOf` and `hiding` send. */
export const unifiedGroupHiding: Cmdlets = mergedCmdlets({
  "Get-UnifiedGroup": ["Identity", "ResultSize"],
  "Set-UnifiedGroup": ["Identity", "HiddenFromAddressListsEnabled"],
});

/** Every Microsoft 365 group, as the pages arrive. */
export function allUnifiedGroups(): ExchangeStream<UnifiedGroup> {
  const parameters = { ResultSize: "Unlimited" };
  return async function* ({ exchange }) {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-UnifiedGroup",
      parameters,
      select: properties,
    }))
      for (const row of rows) yield unifiedGroup(row);
  };
}

/**
 * The Microsoft 365 group with this object ID. A new one takes some time to reach Exchange: throws `notReady` when it
 * does not show in time. That the object ID is an identity is observed (Exchange documents only its own GUID).
 */
export function unifiedGroupOf(
  id: string,
  displayName: string,
  whileWaiting: WhileWaiting,
): ExchangeQuery<UnifiedGroup> {
  const command = { cmdlet: "Get-UnifiedGroup", parameters: { Identity: id }, select: properties };
  return async ({ exchange }) =>
    await exchange.eventually(
      async () => {
        const found = (await findRows(exchange, command)).map(unifiedGroup);
        return found.find(
          (one) => one.ExternalDirectoryObjectId.toLowerCase() === id.toLowerCase(),
        );
      },
      { what: `The Microsoft 365 group "${displayName}" (${id})`, maxMs: patienceMs, whileWaiting },
    );
}

/** Minutes are documented for settings of a new group; the next run finds it. */
const patienceMs = 10_000;

/** The step that hides a group from the address lists. One that does not exist yet has its alias only. */
export function hiding(group: UnifiedGroup | { DisplayName: string; alias: string }): ExchangeStep {
  const sentence = (name: string): string => `Hide group ${name} from the address lists`;
  const step = (Identity: string) => ({
    target: "exchange" as const,
    operation: "Set-UnifiedGroup",
    parameters: { Identity, HiddenFromAddressListsEnabled: true },
    before: { HiddenFromAddressListsEnabled: false },
  });
  if (isPlanned(group))
    return { ...step(group.alias), sentence: sentence(`"${group.DisplayName}"`) };
  const { Guid } = group;
  const command = {
    cmdlet: "Get-UnifiedGroup",
    parameters: { Identity: Guid },
    select: properties,
  };
  return {
    ...step(Guid),
    sentence: sentence(nameOf(group)),
    async isInEffect({ exchange }) {
      const row = await exactlyOne(exchange, command, { what: `group ${Guid}`, guid: Guid });
      return unifiedGroup(row).HiddenFromAddressListsEnabled;
    },
  };
}

function isPlanned(
  group: UnifiedGroup | { DisplayName: string; alias: string },
): group is { DisplayName: string; alias: string } {
  return !("Guid" in group);
}

function unifiedGroup(row: Row): UnifiedGroup {
  assertReturned(row, properties, `group ${textOf(row["Guid"])}`);
  return {
    ...row,
    Guid: textOf(row["Guid"]),
    ExternalDirectoryObjectId: textOf(row["ExternalDirectoryObjectId"]),
    DisplayName: textOf(row["DisplayName"]),
    PrimarySmtpAddress: textOf(row["PrimarySmtpAddress"]),
    HiddenFromAddressListsEnabled: row["HiddenFromAddressListsEnabled"] === true,
  };
}

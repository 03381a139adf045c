import type { LeaverStep } from "../generated/types.ts";
import { exactlyOne } from "./client/lookUp.ts";
import { shown } from "../mappedValues.ts";
import type { Row } from "./client/encoding.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery, ExchangeStep } from "./target.ts";

/** Parameters of Set-CASMailbox, each with true or false; null: the setting of the organisation counts. */
export type Protocols = Readonly<Record<string, boolean | null>>;
type ProtocolName = NonNullable<LeaverStep["Protocols"]>[number];

const names: Readonly<Record<ProtocolName, true>> = {
  ActiveSyncEnabled: true,
  EwsEnabled: true,
  ImapEnabled: true,
  MacOutlookEnabled: true,
  MAPIEnabled: true,
  OneWinNativeOutlookEnabled: true,
  OutlookMobileEnabled: true,
  OWAEnabled: true,
  OWAforDevicesEnabled: true,
  PopEnabled: true,
  SmtpClientAuthenticationDisabled: true,
  UniversalOutlookEnabled: true,
};

/** Whether Set-CASMailbox has the parameter. */
export function isProtocol(name: string): boolean {
  return Object.hasOwn(names, name);
}

/** The value that switches a protocol off. */
export function offValue(name: string): boolean {
  return name.endsWith("Disabled");
}

/** The cmdlets of `protocolsOf`. */
export const protocolLookup: Cmdlets = { "Get-CASMailbox": ["Identity"] };
/** The cmdlets of `protocolChange`. */
export const protocolChanges: Cmdlets = {
  ...protocolLookup,
  "Set-CASMailbox": ["Identity", ...Object.keys(names)],
};

/** By which protocols a mailbox can be opened, as Get-CASMailbox shows it. */
export function protocolsOf(mailbox: Mailbox): ExchangeQuery<Row> {
  const { Guid } = mailbox;
  const select = ["Guid", ...Object.keys(names)];
  return readingOf(mailbox, ({ exchange }) =>
    exactlyOne(
      exchange,
      { cmdlet: "Get-CASMailbox", parameters: { Identity: Guid }, select },
      { what: `the protocols of mailbox ${Guid}`, guid: Guid },
    ),
  );
}

/** The value of a protocol. Undefined: the service did not return it. */
export function protocolIn(row: Row, name: string): boolean | null | undefined {
  const { [name]: value } = row;
  if (value === undefined) return undefined;
  const text = shown(value).toLowerCase();
  return text === "" ? null : text === "true";
}

/** The change of the protocols that differ; undefined when none does. */
export function protocolChange(
  mailbox: Mailbox,
  present: Row,
  wanted: Protocols,
): ExchangeStep | undefined {
  const differing = Object.entries(wanted).filter(
    ([name, value]) => protocolIn(present, name) !== value,
  );
  if (differing.length === 0) return undefined;
  return {
    target: "exchange",
    operation: "Set-CASMailbox",
    parameters: { Identity: mailbox.Guid, ...Object.fromEntries(differing) },
    sentence: `Set ${differing.map(([name]) => name).join(", ")} of mailbox ${nameOf(mailbox)}`,
    before: Object.fromEntries(differing.map(([name]) => [name, protocolIn(present, name)])),
    isInEffect: async (targets) => {
      const now = await protocolsOf(mailbox)(targets);
      return differing.every(([name, value]) => protocolIn(now, name) === value);
    },
  };
}

/**
 * Cases of the tables in docs/behaviour/ that no fixture has. Each is one row; the fixtures'
 * scenarios are the others.
 */
import { under, type Scenario } from "./fixtures/scenario.ts";

export interface Case extends Scenario {
  /** Changes the event to what a scenario has no word for. */
  edit?(actionContext: Record<string, unknown>): void;
}

const correlation = (change: Record<string, unknown>): Pick<Case, "edit"> => ({
  edit(actionContext) {
    Object.assign(actionContext["CorrelationConfiguration"] as object, change);
  },
});

const create: Omit<Case, "shows">[] = [
  {
    name: "correlation-is-off",
    ends: "invalid, a failure",
    correlation: ["CustomAttribute1", "E100031"],
    ...correlation({ Enabled: false }),
  },
  {
    name: "an-unknown-correlation-field",
    ends: "invalid, a failure",
    correlation: ["CustomAttribut1", "E100031"],
  },
  {
    name: "an-empty-correlation-value",
    ends: "invalid, a failure",
    correlation: ["CustomAttribute1", " "],
  },
  {
    name: "only-a-secondary-address",
    ends: "gone, a failure",
    correlation: ["PrimarySmtpAddress", "petra.maiden@contoso.com"],
  },
  {
    name: "any-address",
    ends: "alreadySo, a success",
    correlation: ["EmailAddresses", "petra.maiden@contoso.com"],
  },
  {
    name: "another-accent",
    ends: "gone, a failure",
    correlation: ["DisplayName", "Jurgen Muller"],
  },
  {
    name: "another-case",
    ends: "alreadySo, a success",
    correlation: ["DisplayName", "CHRIS BAKKER"],
  },
];

const update: Omit<Case, "shows">[] = [
  {
    name: "a-text-is-cleared",
    ends: "done, a success",
    of: "Chris Bakker",
    data: { CustomAttribute1: "" },
  },
  {
    name: "a-size-without-a-value",
    ends: "alreadySo, a success",
    of: "Chris Bakker",
    data: { MaxSendSize: null },
  },
  {
    name: "a-list-in-one-text",
    ends: "done, a success",
    of: "Chris Bakker",
    data: { Languages: "nl-NL; en-US" },
  },
  {
    name: "a-size",
    ends: "done, a success",
    of: "Chris Bakker",
    data: { MaxSendSize: "20 MB" },
  },
];

const disable: Omit<Case, "shows">[] = [
  {
    name: "mapped-to-stay-visible",
    ends: "alreadySo, a success",
    of: "Chris Bakker",
    data: { HiddenFromAddressListsEnabled: "false" },
  },
  {
    name: "nothing-is-mapped",
    ends: "done, a success",
    of: "Chris Bakker",
  },
];

const grantHold: Omit<Case, "shows">[] = [
  {
    name: "not-on-hold",
    ends: "done, a success",
    of: "Chris Bakker",
    permission: { Id: "LitigationHold-365", Duration: 365 },
  },
];

/** The row in the table describes a case. */
const described = (action: string, cases: readonly Omit<Case, "shows">[]): Case[] =>
  under(
    action,
    cases.map((one) => ({ ...one, shows: "" })),
  );

export const behaviourCases: readonly Case[] = [
  ...described("lifecycle/create", create),
  ...described("lifecycle/update", update),
  ...described("lifecycle/disable", disable),
  ...described("permissions/litigationHold/grantPermission", grantHold),
];

import type { Chance } from "./chance.ts";
import type { DirectoryObject, TenantState } from "./fake/model.ts";
import { ids } from "./world.ts";

export interface Event {
  actionContext: Record<string, unknown>;
  [part: string]: unknown;
}

/** The last line of a run, as far as it is judged. */
export interface Answer {
  outputContext: {
    Success: boolean;
    AuditLogs: { Message: string; IsError: boolean }[];
    [member: string]: unknown;
  };
  outcome: string;
  plan: {
    cmdlet?: string;
    parameters: Record<string, unknown>;
    sentence: string;
    sent: boolean;
  }[];
  stats: Record<string, number>;
}

/** Something that a Success promises and the state does not show. */
export interface Shortfall {
  what: string;
  /** Taken away was to be an access, a membership or a visibility: the leaver keeps it. */
  isLeft: boolean;
  /** The cmdlets that should have done it. */
  by: RegExp;
  /** The Identity that they should have named, when an event changes several objects. */
  on?: string | undefined;
}

export type Objects = ReadonlyMap<string, DirectoryObject>;

/** An event on a state, and how its end is judged. */
export interface Scenario {
  action: string;
  state: TenantState;
  event: Event;
  /** Empty for what only reads. */
  shortfalls(after: Objects, answer: Answer): Shortfall[];
  /** Whether the event names a change, given as `<guid> <facet>`. */
  mayChange(difference: string): boolean;
  /** What is wrong with an answer beside its Success: records, lists, what is doubled. */
  faults?(finding: Finding): string[];
  /** The same event as the platform sends it when it comes again. */
  again?(answer: Answer): Event;
  /** What takes it away again. */
  afterwards?(): Pick<Scenario, "action" | "event" | "shortfalls" | "mayChange">;
}

export interface Finding {
  answer: Answer;
  records: Record<string, unknown>[];
  before: Objects;
  after: Objects;
}

export const application = {
  tenantId: "11111111-2222-4333-8444-555555555555",
  clientId: "66666666-7777-4888-8999-000000000000",
  clientSecret: "hG7~campaignSecretValue.0123456789abcdef",
} as const;

/** Which settings the schema knows; a campaign runs on a product that does not have the newest as well. */
export interface KnownSettings {
  confirmRevokes: boolean;
}

export function configuration(
  chance: Chance,
  known: KnownSettings,
  given: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    Organization: "contoso.onmicrosoft.com",
    TenantID: application.tenantId,
    AppId: application.clientId,
    AppSecret: application.clientSecret,
    UseCertificate: false,
    ...(known.confirmRevokes && chance.is(0.5)
      ? { ConfirmRevokes: chance.oneOf(["accepted", "strict"]) }
      : {}),
    ...given,
  };
}

export function context(
  Configuration: Record<string, unknown>,
  given: Record<string, unknown> = {},
): Record<string, unknown> {
  return { Configuration, DryRun: false, Operation: "undefined", Origin: "enforcement", ...given };
}

export function references(Permission?: unknown): Record<string, unknown> {
  return {
    References: {
      Account: ids.person,
      ManagerAccount: null,
      ...(Permission === undefined ? {} : { Permission }),
    },
  };
}

export const aPerson = { Person: { ExternalId: "E100001", DisplayName: "Pat Person" } };

export function left(what: string, by: RegExp, on?: string): Shortfall {
  return { what, isLeft: true, by, on };
}

export function lacking(what: string, by: RegExp, on?: string): Shortfall {
  return { what, isLeft: false, by, on };
}

export const nothingChanges = { shortfalls: () => [], mayChange: () => false };

/** Runs an action whose parts are groups, `g-a` for the value A. */
import { Fault, type FaultKind } from "../../lib/fault.ts";
import { subPermissionsAnswer } from "../generated/answers.ts";
import type { SubPermissionsAnswer } from "../../lib/generated/types.ts";
import { onSubPermissions, type Part, type Parts } from "../../lib/host/subPermissionActions.ts";
import { ran, type Ran, type Started } from "./running.ts";
import { configuration, guid, undeclared } from "./world.ts";

/** A `missing` fault is a proven one here. */
export const faultOf = (kind: FaultKind, message = "Said so."): Fault =>
  new Fault({ kind, message, isProven: true });
export const none = {
  DisplayName: "No permissions defined",
  Reference: { Id: "No permissions defined" },
};

/** The parts of these tests: `g-a` belongs to the value A. Each is on record and in the answer as `onRecord` says. */
export const part = (key: string): Part => ({ key, name: `Group ${key}`, reference: { Id: key } });
export const onRecord = (...keys: string[]): unknown[] =>
  keys.map((key) => ({ DisplayName: `Group ${key}`, Reference: { Id: key } }));
export const contracts = (...values: unknown[]): unknown[] =>
  values.map((value) => ({ Context: { InConditions: true }, Department: { ExternalId: value } }));

export interface Choices extends Partial<Started> {
  operation?: string;
  current?: unknown;
  person?: unknown;
  dryRun?: boolean;
  config?: Record<string, unknown>;
  context?: Record<string, unknown>;
  /** What a change comes to, by cmdlet and part (`Add g-a`); done when left out. */
  becomes?: Record<string, Fault | "alreadySo" | ((signal: AbortSignal) => Promise<never>)>;
  /** Whether looks show that a part is revoked. */
  showsRevoked?: boolean;
  parts?: Partial<Parts<Part>>;
  partsFor?(): Promise<Parts<Part>>;
}

export function eventWith({
  operation = "update",
  current = [],
  person = { Contracts: [] },
  dryRun = false,
  config = {},
  context = {},
}: Choices): unknown {
  return {
    actionContext: {
      Configuration: { ...configuration, ...config },
      DryRun: dryRun,
      Operation: operation,
      References: { Account: guid, Permission: { Reference: "dg" } },
      CurrentPermissions: current,
      ...context,
    },
    personContext: { Person: person },
  };
}

/** Parts of two contracts, unless something else is said. */
export const deciding = (
  values: unknown[],
  choices: Choices = {},
): Promise<Ran<SubPermissionsAnswer, never>> =>
  decided({ person: { Contracts: contracts(...values) }, ...choices });

export async function decided(choices: Choices): Promise<Ran<SubPermissionsAnswer, never>> {
  const { becomes = {}, parts, partsFor } = choices;
  const action = onSubPermissions({
    ...undeclared,
    handle: ({ change }) =>
      partsFor
        ? partsFor()
        : Promise.resolve({
            description: (value) => `group called "${value}"`,
            belongingTo: (value) =>
              Promise.resolve(value === "nobody's" ? [] : [part(`g-${value.toLowerCase()}`)]),
            unusable: () => Promise.resolve([]),
            keyOf: (reference) => (reference("Id").startsWith("g-") ? reference("Id") : undefined),
            isHeld: () => Promise.resolve(true),
            grant: async ({ key }) => {
              await change({
                target: "exchange",
                operation: "Add",
                parameters: { Identity: key },
                sentence: `Add to ${key}`,
                before: {},
              });
            },
            revoke: async (key) => {
              await change({
                target: "exchange",
                operation: "Remove",
                parameters: { Identity: key },
                sentence: `Remove from ${key}`,
                before: {},
                ...(choices.showsRevoked !== undefined && {
                  isInEffect: () => Promise.resolve(choices.showsRevoked === true),
                }),
              });
            },
            ...parts,
          }),
  });
  return await ran(
    action,
    { answer: subPermissionsAnswer },
    {
      event: eventWith(choices),
      send: ({ operation, parameters }, signal) => {
        const became = becomes[`${operation} ${String(parameters["Identity"])}`];
        if (typeof became === "function") return became(signal);
        return became instanceof Fault
          ? Promise.reject(became)
          : Promise.resolve({
              notices: became === undefined ? [] : [{ kind: became, text: "Nothing to do." }],
            });
      },
      ...choices,
    },
  );
}

export const held = ({ answer }: Ran<SubPermissionsAnswer, never>): unknown[] =>
  answer.outputContext.SubPermissions;
export const steps = ({ answer }: Ran<SubPermissionsAnswer, never>): string[] =>
  answer.plan.map(({ operation, parameters }) => `${operation} ${String(parameters["Identity"])}`);

/**
 * The documented facts about cmdlets, typed. The only data the emulator shares with the rest of the
 * project.
 */
import json from "../../schemas/cmdlets.json" with { type: "json" };

export interface ParameterFacts {
  /** .NET type name as documented, e.g. `SwitchParameter`, `MultiValuedProperty`, `Unlimited`. */
  type: string;
  /** Parameter sets it belongs to; absent means all of them. */
  sets?: string[];
  /** Accepted values, when they are a closed list. */
  values?: string[];
  multiValued?: boolean;
  /** Takes `{"add": ..., "remove": ...}` as well as a plain list. */
  addRemove?: boolean;
  nullable?: boolean;
  maxLength?: number;
  range?: [number, number];
  conflictsWith?: string[];
  /** A null or empty value means "every object". */
  nullReturnsAll?: boolean;
  reserved?: boolean;
}

export interface CmdletFacts {
  /** Set name to the parameters it requires. */
  sets: Record<string, string[]>;
  parameters: Record<string, ParameterFacts>;
}

export interface FilterableFacts {
  value: string;
  values?: string[];
  numeric?: Record<string, number>;
  wildcards?: boolean;
  wildcardNeedsPrefix?: string;
  alsoMatches?: string;
  onlyUnlimitedFilterable?: boolean;
  valuesNotFilterable?: boolean;
  blankTestOnly?: boolean;
}

interface Catalogue {
  cmdlets: Record<string, CmdletFacts>;
  filterable: { byCmdlet: Record<string, string[]>; properties: Record<string, FilterableFacts> };
  propertySets: Record<string, Record<string, string[]>>;
  recipientTypeDetails: Record<string, string[]>;
}

// The inferred type of 46 cmdlets is thousands of literal shapes; these interfaces describe the
// file.
export const catalogue = json as unknown as Catalogue;

/** The cmdlet in the catalogue's spelling, found regardless of case. */
export function cmdletNamed(name: string): string | undefined {
  return Object.keys(catalogue.cmdlets).find((known) => known.toLowerCase() === name.toLowerCase());
}

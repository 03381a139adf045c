/** Whether the actions of a system can use what is mapped: the rules are those of the actions themselves. */
import { exchange, hybrid, type System } from "../session/systems.ts";
import { entraRules } from "./entraRules.ts";
import { exchangeRules } from "./exchangeRules.ts";
import { hybridRules } from "./hybridRules.ts";
import type { JsonFile } from "./jsonFile.ts";
import type { MappedField, Stage } from "./mapping.ts";
import type { Problem } from "./problem.ts";

/** What the actions of a system accept. */
export interface MappingRules {
  /** What is wrong in the names, stages and fixed values. `form`: the form of the system, if it is there. */
  problems(file: JsonFile, fields: readonly MappedField[], form: JsonFile | undefined): Problem[];
  /** Whether the action of a stage sets the value of this field. */
  isSetIn(stage: Stage, name: string): boolean;
  /** What the actions refuse in a value of a field; undefined when they accept it. A blank text is no value. */
  valueFault(name: string, value: string | readonly string[]): string | undefined;
  /** Whether the actions accept several values for a field. */
  isReadAsList(name: string): boolean;
  /** Whether the values of a field are addresses such as SMTP:anna@contoso.com. */
  isOfAddresses(name: string): boolean;
}

export function rulesFor(system: System): MappingRules {
  if (system === hybrid) return hybridRules;
  return system === exchange ? exchangeRules : entraRules;
}

/**
 * Binding: from the JSON of `Parameters` to typed values, as strict as the documentation allows.
 * That the service is exactly this strict is assumed; a client that passes here sends what is
 * documented.
 */
import { cmdletNamed, catalogue, type CmdletFacts, type ParameterFacts } from "../catalogue.ts";
import { defaultBehaviour, type Behaviour } from "../state.ts";
import { bytesOf, millisecondsOf, moment, secondsOf } from "./units.ts";
import {
  invalidArgument,
  missingParameters,
  unknownCmdlet,
  unknownParameter,
  unresolvedSet,
  untransformable,
} from "./errors.ts";

/** `add` and `remove` of a multi-valued property; both may be empty. */
export interface Delta {
  add: string[];
  remove: string[];
}

export type Bound = string | number | boolean | null | string[] | Delta;

/** Parameters by their documented spelling. */
export type BoundParameters = Record<string, Bound>;

export const isDelta = (value: Bound | undefined): value is Delta =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A scalar as text; empty for null and for anything that is not a scalar. */
export const textOf = (value: Bound | undefined): string =>
  value === undefined || typeof value === "object" ? "" : String(value);

/**
 * PowerShell's common parameters: accepted by every cmdlet, without effect here. The module sends
 * all eleven, as text; the two switches go out as JSON booleans, since its branch for switches
 * comes first (documented: `$PowerShellParameters` and `Transform-Parameters`). Other clients send
 * booleans too (observed).
 */
const commonSwitches = ["Verbose", "Debug"];
const common = [
  ...commonSwitches,
  ...["ErrorAction", "WarningAction", "InformationAction"],
  ...["ErrorVariable", "WarningVariable", "InformationVariable"],
  ...["OutVariable", "OutBuffer", "PipelineVariable"],
];

/**
 * Enumerations of .NET itself: the module types their parameters, and its JSON contains the number
 * of the value (documented). The names are in the order of the numbers.
 */
const numbered: Record<string, readonly string[]> = {
  ActiveDirectorySecurityInheritance: ["None", "All", "Descendents", "SelfAndChildren", "Children"],
};

/** A value that is not a reference type in .NET cannot be null. */
const valueTypes = new Set([
  "Boolean",
  "SwitchParameter",
  "Int32",
  "Unlimited",
  "ByteQuantifiedSize",
  "EnhancedTimeSpan",
]);

/** The types of tables that add and remove values: the usual one, and one of the metadata only. */
const deltaTags = {
  usual: "#Exchange.GenericHashTable",
  metadata: "#Exchange.StringFieldDeltaUpdateData",
};

export type Binding = Pick<Behaviour, "stringFieldDelta">;

export function bind(
  cmdletName: string,
  given: Record<string, unknown>,
  behaviour: Binding = defaultBehaviour,
): BoundParameters {
  const name = cmdletNamed(cmdletName);
  const cmdlet = name === undefined ? undefined : catalogue.cmdlets[name];
  if (!cmdlet) throw unknownCmdlet(cmdletName);
  const bound: BoundParameters = {};
  for (const [key, value] of Object.entries(given)) {
    if (isNamed(common, key)) {
      if (typeof value !== "string" && !(isNamed(commonSwitches, key) && isBoolean(value)))
        throw untransformable(key, "Cannot convert value to type System.String.");
      continue;
    }
    if (/@odata\.type$/i.test(key)) {
      checkSibling(key, given);
      continue;
    }
    const parameter = spelled(cmdlet, key);
    const facts = parameter === undefined ? undefined : cmdlet.parameters[parameter];
    if (parameter === undefined || !facts) throw unknownParameter(key);
    if (parameter in bound)
      throw invalidArgument(
        parameter,
        "Cannot bind parameter because it is specified more than once.",
      );
    bound[parameter] = bindValue(parameter, facts, value, behaviour);
  }
  checkCombination(cmdlet, bound);
  return bound;
}

const isNamed = (names: readonly string[], key: string): boolean =>
  names.some((name) => name.toLowerCase() === key.toLowerCase());
const isBoolean = (value: unknown): boolean => typeof value === "boolean";

function spelled(cmdlet: CmdletFacts, key: string): string | undefined {
  if (Object.hasOwn(cmdlet.parameters, key)) return key;
  return Object.keys(cmdlet.parameters).find((known) => known.toLowerCase() === key.toLowerCase());
}

/**
 * `Links@odata.type` may accompany a parameter that is an array of hashtables or byte arrays
 * (documented by the module).
 */
function checkSibling(key: string, given: Record<string, unknown>): void {
  const parameter = key.slice(0, key.indexOf("@"));
  if (!Array.isArray(given[parameter])) throw unknownParameter(key);
}

function bindValue(name: string, facts: ParameterFacts, value: unknown, behaviour: Binding): Bound {
  if (value === null) {
    const reference = !valueTypes.has(facts.type) && (facts.multiValued === true || !facts.values);
    const allowed = facts.nullable === true || facts.nullReturnsAll === true || reference;
    if (!allowed || (name === "Identity" && !facts.nullReturnsAll))
      throw invalidArgument(
        name,
        "The argument is null. Provide a valid value for the argument, and then try running the command again.",
      );
    return null;
  }
  // Several values of one parameter: as a list, or as one text with commas (both observed).
  if (facts.type === "MailboxFolderPermissionFlags") return bindFlags(name, facts, value);
  if (Array.isArray(value)) {
    if (!facts.multiValued)
      throw untransformable(
        name,
        `Cannot convert 'System.Object[]' to the type '${facts.type}' required by parameter ` +
          `'${name}'. Specified method is not supported.`,
      );
    return value.map((item: unknown) => bindText(name, facts, item));
  }
  if (typeof value === "object")
    return bindHashtable(name, facts, value as Record<string, unknown>, behaviour);
  if (facts.multiValued) return [bindText(name, facts, value)];
  const member = typeof value === "number" ? numbered[facts.type]?.[value] : undefined;
  if (member !== undefined) return member;
  return bindScalar(name, facts, value);
}

function bindFlags(name: string, facts: ParameterFacts, value: unknown): string[] {
  const flags = typeof value === "string" ? value.split(",").map((flag) => flag.trim()) : value;
  return (Array.isArray(flags) ? flags : [flags]).map((flag: unknown) =>
    bindText(name, facts, flag),
  );
}

function bindHashtable(
  name: string,
  facts: ParameterFacts,
  table: Record<string, unknown>,
  { stringFieldDelta }: Binding,
): Delta {
  const { "@odata.type": tag, ...entries } = table;
  const fromMetadata = tag === deltaTags.metadata && stringFieldDelta;
  // Observed by others: an untagged object stays a generic JSON object to the server and cannot be
  // bound.
  if (tag !== deltaTags.usual && !fromMetadata) {
    throw untransformable(
      name,
      'Cannot convert the "Newtonsoft.Json.Linq.JObject" value of type ' +
        `"Newtonsoft.Json.Linq.JObject" to type "${facts.type}".`,
    );
  }
  if (!facts.addRemove)
    throw untransformable(
      name,
      'Cannot convert the "System.Collections.Hashtable" value of type ' +
        `"System.Collections.Hashtable" to type "${facts.type}".`,
    );
  const delta: Delta = { add: [], remove: [] };
  for (const [key, value] of Object.entries(entries)) {
    const kind = key.toLowerCase();
    if (kind !== "add" && kind !== "remove")
      throw untransformable(name, `The key '${key}' is not valid. Valid keys are: Add, Remove.`);
    delta[kind] = (Array.isArray(value) ? value : [value]).map((item: unknown) =>
      bindText(name, facts, item),
    );
  }
  return delta;
}

function bindText(name: string, facts: ParameterFacts, value: unknown): string {
  if (typeof value !== "string")
    throw untransformable(name, `Cannot convert value to type System.String.`);
  return checkText(name, facts, value);
}

function checkText(name: string, facts: ParameterFacts, value: string): string {
  if (facts.values) {
    const match = facts.values.find((one) => one.toLowerCase() === value.toLowerCase());
    if (match === undefined) {
      throw untransformable(
        name,
        `Cannot convert value "${value}" to type "${facts.type}". Error: "Unable to match the ` +
          `identifier name ${value} to a valid enumerator name. Specify one of the following ` +
          `enumerator names and try again: ${facts.values.join(", ")}"`,
      );
    }
    return match;
  }
  if (facts.maxLength !== undefined && value.length > facts.maxLength) {
    throw untransformable(
      name,
      `The length of the property is too long. The maximum length is ${facts.maxLength} and the ` +
        `length of the value provided is ${value.length}.`,
    );
  }
  return value;
}

function bindScalar(name: string, facts: ParameterFacts, value: unknown): Bound {
  switch (facts.type) {
    case "Boolean":
    case "SwitchParameter":
      if (typeof value !== "boolean")
        throw untransformable(
          name,
          `Cannot convert value "${String(value)}" to type ` +
            `"System.${facts.type === "Boolean" ? "Boolean" : "Management.Automation.SwitchParameter"}". ` +
            "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.",
        );
      return value;
    case "Int32":
      if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > 2147483647)
        throw untransformable(
          name,
          `Cannot convert value "${String(value)}" to type "System.Int32".`,
        );
      return checkRange(name, facts, value);
    case "Unlimited":
    case "ByteQuantifiedSize":
      return bindUnlimited(name, facts, value);
    case "EnhancedTimeSpan":
      if (typeof value !== "string" || secondsOf(value) === undefined)
        throw untransformable(
          name,
          `Cannot convert value "${String(value)}" to type "Microsoft.Exchange.Data.EnhancedTimeSpan".`,
        );
      return value;
    case "DateTime": {
      const ms = typeof value === "string" ? millisecondsOf(value) : undefined;
      if (ms === undefined)
        throw untransformable(
          name,
          `Cannot convert value "${String(value)}" to type "System.DateTime".`,
        );
      return moment(ms);
    }
    default:
      if (name === "Identity" && value === "" && !facts.nullReturnsAll)
        throw invalidArgument(
          name,
          "The argument is null or empty. Provide an argument that is not null or empty, and then try " +
            "the command again.",
        );
      return bindText(name, facts, value);
  }
}

/**
 * An integer, `Unlimited`, a size such as `50GB`, or days as `365.00:00:00`; the cmdlet decides
 * which of them fits.
 */
function bindUnlimited(name: string, facts: ParameterFacts, value: unknown): string | number {
  const given = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof given === "number" && Number.isInteger(given) && given >= 0)
    return checkRange(name, facts, given);
  if (typeof given === "string" && /^unlimited$/i.test(given) && facts.type === "Unlimited")
    return "Unlimited";
  if (typeof given === "string" && (bytesOf(given) ?? secondsOf(given)) !== undefined) return given;
  throw untransformable(
    name,
    `Cannot convert value "${String(value)}" to type "Microsoft.Exchange.Data.${facts.type}".`,
  );
}

function checkRange(name: string, facts: ParameterFacts, value: number): number {
  const [low, high] = facts.range ?? [-Infinity, Infinity];
  if (value < low || value > high)
    throw invalidArgument(
      name,
      `The ${value} argument is outside the allowed range of ${low} to ${high}.`,
    );
  return value;
}

function checkCombination(cmdlet: CmdletFacts, bound: BoundParameters): void {
  const given = Object.keys(bound);
  for (const name of given) {
    if (cmdlet.parameters[name]?.conflictsWith?.some((other) => other in bound))
      throw unresolvedSet();
  }
  const sets = Object.entries(cmdlet.sets);
  const usable = sets.filter(([set]) =>
    given.every((name) => cmdlet.parameters[name]?.sets?.includes(set) ?? true),
  );
  if (sets.length > 0 && usable.length === 0) throw unresolvedSet();
  const missing = usable.map(([, required]) => required.filter((name) => !(name in bound)));
  const least = missing.sort((a, b) => a.length - b.length)[0];
  if (least && least.length > 0) throw missingParameters(least);
}

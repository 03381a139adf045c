import type { FieldMapping, MappingAction } from "../../lib/generated/types.ts";
import { isRecord } from "../../lib/record.ts";
import type { ScriptAnswer } from "./scriptRequest.ts";
import type { Scripts } from "./scripts.ts";

/** The stages of an account that have a mapping. */
export type MappedAction = MappingAction["MapForActions"][number];

/** A person, as the platform passes one to a mapping. */
export type Person = Readonly<Record<string, unknown>>;

/** A field that has no value because its mapping failed. */
export interface MappingFault {
  field: string;
  message: string;
  /** The line in the script of a Complex mapping. */
  line?: number | undefined;
}

/** A fault as a sentence that names the field, and the line of its script. */
export function describedFault({ field, line, message }: MappingFault): string {
  const where = line === undefined ? "" : `, line ${line} of its script`;
  return `${field}${where}: ${message}`;
}

/** The fields of one person for one action, as an event has them. */
export interface MappedData {
  /** The values of the mapped fields. A name with a dot is an object in an object. */
  data: Record<string, unknown>;
  /** The same with the fields of mapping mode None: what the platform fills in beforehand. */
  prefilled: Record<string, unknown>;
  faults: MappingFault[];
}

/** What the platform makes of a mapped value: text, a list of texts, or nothing. */
type MappedValue = string | string[] | null;

/**
 * Runs a field mapping for one person, as the platform does before it starts a script. `iteration` counts up while a
 * value that has to be unique is taken; it starts at 0.
 */
export async function mapFields(
  { MappingFields }: FieldMapping,
  action: MappedAction,
  person: Person,
  { scripts, iteration = 0 }: { scripts: Scripts; iteration?: number },
): Promise<MappedData> {
  const mapped: MappedData = { data: {}, prefilled: {}, faults: [] };
  const json = JSON.stringify(person);
  for (const { Name, MappingActions } of MappingFields) {
    const mapping = MappingActions.find(({ MapForActions }) => MapForActions.includes(action));
    if (!mapping) continue;
    const value = await valueOf(mapping, person, (script) =>
      scripts.evaluate({ script, person: json, iteration }),
    );
    if (isFault(value)) mapped.faults.push({ field: Name, ...value });
    const result = isFault(value) ? null : value;
    if (mapping.MappingMode !== "None") setNested(mapped.data, Name, result);
    setNested(mapped.prefilled, Name, result);
  }
  return mapped;
}

type Unmapped = Omit<MappingFault, "field">;

async function valueOf(
  { MappingMode, Value }: MappingAction,
  person: Person,
  evaluate: (script: string) => Promise<ScriptAnswer>,
): Promise<MappedValue | Unmapped> {
  if (MappingMode === "None") return null;
  const written = documentIn(Value);
  if (typeof written !== "string" || Value === "")
    return { message: `Value is ${Value}; expected text in JSON, such as "\\"text\\"".` };
  if (MappingMode === "Fixed") return written;
  if (MappingMode === "Field") return asMapped(atPath(person, written));
  const answer = await evaluate(written);
  return "fault" in answer
    ? { message: answer.fault, line: answer.line }
    : asMapped(JSON.parse(answer.json));
}

/**
 * The JSON document in the `Value` of a mapping; undefined when it is none. The platform also writes a
 * mapping without a value as "", which is not JSON.
 */
export function documentIn(text: string | undefined): unknown {
  if (text === undefined || text === "") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The value at a path such as `Person.Name.NickName`; undefined where a part of it does not exist. */
export function atPath(person: Person, path: string): unknown {
  return path
    .split(".")
    .slice(1)
    .reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), person);
}

function asMapped(value: unknown): MappedValue | Unmapped {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return {
    message: `The value is ${JSON.stringify(value).slice(0, 80)}; expected text or a list of texts.`,
  };
}

function isFault(value: MappedValue | Unmapped): value is Unmapped {
  return isRecord(value);
}

/** HelloID's own test script splits a name at its first dot, and none of the known mappings has two. */
function setNested(target: Record<string, unknown>, name: string, value: MappedValue): void {
  const [outer = "", inner] = name.split(".");
  if (inner === undefined) target[outer] = value;
  else target[outer] = { ...(isRecord(target[outer]) ? target[outer] : {}), [inner]: value };
}

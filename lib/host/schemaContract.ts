/**
 * Reads a value according to a contract: converts the platform's texts, casings and one-element lists to the form of
 * the contract, and then runs the generated validator. Reports all faults, in the words of the form.
 */
import { isRecord } from "../record.ts";
import { quoted } from "../graphemes.ts";
import { areSimilar, nearestName } from "../nearestName.ts";

/** The part of a JSON Schema that is needed to read a value, with references resolved. Generated. */
export interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  items?: Shape;
  enum?: unknown[];
  /** The label of this value on the configuration form. */
  label?: string;
  /** A description of a valid value, for messages. */
  expected?: string;
  /** The condition under which an optional value is required. */
  neededWhen?: string;
  /** Surrounding white space is part of the text. In other fields of the form it is a leftover of copying. */
  verbatim?: true;
  /** The value must never be written. */
  secret?: true;
  /** Blank members count as absent. */
  blankIsAbsent?: true;
  /** A key that is unknown is a typing error: refused when it may be a switch, otherwise a warning. */
  reportsUnknown?: true;
}

interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}

/** A generated validator and the shape that it checks. The validator fills in defaults. */
export interface Contract<T> {
  check: ((value: unknown) => boolean) & { errors?: SchemaError[] | null };
  shape: Shape;
  /** Never set: carries the type. */
  type?: T;
}

/** A fault, and the JSON pointer of the value that it is about. */
export interface PlacedFault {
  path: string;
  text: string;
}

/** Every fault of an input, so that a person can correct it. A fault never contains a secret. */
export class Unusable extends Error {
  readonly faults: string[];
  readonly #placed: readonly PlacedFault[];

  constructor(faults: string[], placed: readonly PlacedFault[] = []) {
    super(faults.join(" "));
    this.name = "Unusable";
    this.faults = faults;
    this.#placed = placed;
  }

  /** The same faults with their places, if the input has places. */
  get placed(): readonly PlacedFault[] {
    return this.#placed;
  }
}

/**
 * Returns `value` in the form of the contract, or throws `Unusable` with every fault.
 * The input is not changed; the result shares no normalised part with it. `warn` receives what is probably a mistake.
 */
export function readAs<T>(
  contract: Contract<T>,
  value: unknown,
  warn: (text: string) => void = () => undefined,
): T {
  const placed: PlacedFault[] = [];
  const read = normalised(value, contract.shape, "", {
    fault: (path, text) => placed.push({ path, text: `${nameOf(path, contract.shape)} ${text}` }),
    warning: (path, text) => warn(`${nameOf(path, contract.shape)} ${text}`),
  });
  if (!contract.check(read)) {
    const seen = new Map<string, string>();
    for (const error of contract.check.errors ?? []) {
      const fault = described(error, contract.shape, read);
      if (fault !== undefined && !seen.has(fault)) seen.set(fault, placeOf(error));
    }
    placed.push(...[...seen].map(([text, path]) => ({ path, text })));
  }
  if (placed.length > 0)
    throw new Unusable(
      placed.map(({ text }) => text),
      placed,
    );
  return read as T;
}

interface Report {
  fault(path: string, text: string): void;
  warning(path: string, text: string): void;
}

function normalised(value: unknown, shape: Shape, path: string, report: Report): unknown {
  if (takes(shape, "boolean") && typeof value === "string") {
    const text = value.trim().toLowerCase();
    if (text === "true") return true;
    return text === "false" ? false : value;
  }
  if (takes(shape, "integer") && typeof value === "string") {
    const text = value.trim();
    return /^-?\d+$/.test(text) ? Number(text) : value;
  }
  if (takes(shape, "array") && value !== null && value !== undefined) {
    // PowerShell turns a list of one into its element. A form field holds a list as text with commas
    // or semicolons; anywhere else they are part of the text: "Sales, Marketing" is one department.
    const isOnForm = shape.label !== undefined && typeof value === "string";
    const list: unknown[] = isOnForm ? formList(value) : [value].flat();
    return list.map((item, index) =>
      normalised(item, shape.items ?? {}, `${path}/${index}`, report),
    );
  }
  if (shape.enum && typeof value === "string") {
    const text = value.trim().toLowerCase();
    return (
      shape.enum.find((allowed) => typeof allowed === "string" && allowed.toLowerCase() === text) ??
      value
    );
  }
  if (isRecord(value) && shape.properties) return normalisedRecord(value, shape, path, report);
  return typeof value === "string" && shape.label !== undefined && shape.verbatim === undefined
    ? value.trim()
    : value;
}

function formList(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function normalisedRecord(
  value: Record<string, unknown>,
  shape: Shape,
  path: string,
  report: Report,
): Record<string, unknown> {
  const byName = namesOf(shape);
  const result: Record<string, unknown> = {};
  if (shape.reportsUnknown) reportUnknown(value, shape, path, report);
  for (const [key, member] of Object.entries(value)) {
    const name = byName.get(key.toLowerCase());
    if (name === undefined) {
      define(result, key, member);
      continue;
    }
    if (shape.blankIsAbsent && isBlank(member)) continue;
    if (Object.hasOwn(result, name)) {
      report.fault(`${path}/${name}`, "appears twice, in two spellings; expected once.");
      continue;
    }
    result[name] = normalised(member, shape.properties?.[name] ?? {}, `${path}/${name}`, report);
  }
  return result;
}

/** More unknown keys are not typing errors, and looking for similar names takes time. */
const maxWarnings = 20;

/** A switch may protect something, so a typing error in its name must not leave it off. */
function reportUnknown(
  value: Record<string, unknown>,
  shape: Shape,
  path: string,
  report: Report,
): void {
  const known = Object.entries(shape.properties ?? {});
  const switches = known.filter(([, member]) => takes(member, "boolean")).map(([name]) => name);
  const knownKeys = namesOf(shape);
  let warnings = 0;
  for (const [key, member] of Object.entries(value)) {
    if (knownKeys.has(key.toLowerCase()) || isBlank(member)) continue;
    const meant = switches.find((name) => areSimilar(key, name));
    if (meant !== undefined) {
      report.fault(path, `has the unknown key ${quoted(key)}; expected ${meant}.`);
    } else if (warnings++ < maxWarnings) {
      const nearest = nearestName(
        key,
        known.map(([name]) => name),
      );
      const hint = nearest === undefined ? "" : `; the nearest is ${nearest}`;
      report.warning(path, `has the unknown key ${quoted(key)}, which has no effect${hint}.`);
    }
  }
}

/** Sets a key, regardless of its name: `__proto__` in an event is data. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** The value that an error is about; for an unknown key, its own. */
function placeOf({ instancePath, keyword, params }: SchemaError): string {
  if (keyword !== "additionalProperties") return instancePath;
  const key = String(params["additionalProperty"]);
  return `${instancePath}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function described(
  { instancePath: path, keyword, params }: SchemaError,
  root: Shape,
  value: unknown,
): string | undefined {
  const { shape, found } = at(path, root, value);
  const name = nameOf(path, root);
  switch (keyword) {
    case "if": // its then or else branch reports the fault itself
      return undefined;
    case "required":
      return missing(`${path}/${String(params["missingProperty"])}`, root);
    case "additionalProperties":
      return `${nameOf(`${path}/${String(params["additionalProperty"])}`, root)} is unknown.`;
    case "type": {
      const types = String(params["type"])
        .split(",")
        .filter((type) => type !== "null");
      const named = types.map((type) => typeNames[type] ?? type).join(" or ");
      // What is expected of a number includes that it is one.
      const own = types.includes("integer") ? shape?.expected : undefined;
      const expected = own ?? named;
      return `${name} is ${shown(found, shape)}; expected ${expected}.`;
    }
    case "enum":
      return (
        `${name} is ${shown(found, shape)}; ` +
        `expected ${shape?.expected ?? `one of ${(shape?.enum ?? []).map(String).join(", ")}`}.`
      );
    case "minItems":
      return `${name} is an empty list; expected at least ${String(params["limit"])} value.`;
    default:
      return (
        `${name} is ${shown(found, shape)}; ` +
        `expected ${shape?.expected ?? `what its ${keyword} allows (${JSON.stringify(params)})`}.`
      );
  }
}

function missing(path: string, root: Shape): string {
  const reason = at(path, root, undefined).shape?.neededWhen;
  return `${nameOf(path, root)} is missing${reason === undefined ? "" : `; it is required when ${reason}`}.`;
}

const typeNames: Record<string, string> = {
  boolean: "true or false",
  string: "text",
  object: "an object",
  array: "a list",
  number: "a number",
  integer: "a whole number",
};

/** The steps of a JSON pointer. */
function stepsOf(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function at(
  path: string,
  root: Shape,
  value: unknown,
): { shape: Shape | undefined; found: unknown } {
  let shape: Shape | undefined = root;
  let found = value;
  for (const step of stepsOf(path)) {
    shape = shape?.properties?.[step] ?? shape?.items;
    found =
      typeof found === "object" && found !== null
        ? (found as Record<string, unknown>)[step]
        : undefined;
  }
  return { shape, found };
}

/**
 * The name of a value in messages: `"Tenant ID" (TenantID)` for a field of the form, `actionContext.DryRun` for
 * anything else, with `, item 2` in a list.
 */
export function nameOf(path: string, root: Shape): string {
  let shape: Shape | undefined = root;
  let name = "";
  for (const step of stepsOf(path)) {
    const isItem = shape?.items !== undefined;
    shape = shape?.properties?.[step] ?? shape?.items;
    if (shape?.label !== undefined && !isItem) name = `"${shape.label}" (${step})`;
    else if (isItem) name += `, item ${Number(step) + 1},`;
    else if (name === "") name = step;
    else name += name.endsWith(",") ? ` ${step}` : `.${step}`;
  }
  return name === "" ? "The event" : name;
}

/** Longer than any value that is wrong by a typing error; a client secret of Entra ID has 40 characters (observed). */
const maxShown = 30;

/**
 * The value in words for a message. A secret is never shown, and neither is a long text: it may be a secret that was
 * entered in the wrong field.
 */
function shown(value: unknown, shape: Shape | undefined): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (shape?.secret) return `a ${typeof value}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return `a ${typeof value}`;
  if (value.trim() === "") return "blank";
  return value.length <= maxShown ? quoted(value) : `a text of ${value.length} characters`;
}

function takes(shape: Shape, type: string): boolean {
  return shape.type === type || (Array.isArray(shape.type) && shape.type.includes(type));
}

export function namesOf(shape: Shape): Map<string, string> {
  return new Map(Object.keys(shape.properties ?? {}).map((name) => [name.toLowerCase(), name]));
}

function isBlank(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "string" && value.trim() === "") ||
    (Array.isArray(value) && value.length === 0)
  );
}

/**
 * Reading a value as a contract says: the platform's texts, casings and one-element lists are brought into the
 * contract's form first, then the generated validator decides. All faults are reported, in the words of the form.
 */

/** The part of a JSON Schema that reading needs, with references resolved. Generated. */
export interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  items?: Shape;
  enum?: unknown[];
  /** How the configuration form calls this value. */
  label?: string;
  /** What a valid value looks like, for the reader of a fault. */
  expected?: string;
  /** The value must never be written anywhere. */
  secret?: true;
  /** Members that are blank count as not given. */
  blankIsAbsent?: true;
}

interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}

/** A generated validator with the shape it checks. The validator fills in defaults. */
export interface Contract<T> {
  check: ((value: unknown) => boolean) & { errors?: SchemaError[] | null };
  shape: Shape;
  /** Never set: carries the type. */
  type?: T;
}

/** What a person needs to mend an input: each fault on its own, never a value of it. */
export class Unusable extends Error {
  readonly faults: string[];

  constructor(faults: string[]) {
    super(faults.join(" "));
    this.name = "Unusable";
    this.faults = faults;
  }
}

/**
 * Gives `value` back in the contract's form, or throws `Unusable` with every fault.
 * The input is not changed; the result shares nothing with it that was normalised.
 */
export function readAs<T>(contract: Contract<T>, value: unknown): T {
  const faults: string[] = [];
  const read = normalised(value, contract.shape, "", faults);
  if (!contract.check(read)) {
    const seen = new Set<string>();
    for (const error of contract.check.errors ?? []) {
      const fault = described(error, contract.shape, read);
      if (fault !== undefined) seen.add(fault);
    }
    faults.push(...seen);
  }
  if (faults.length > 0) throw new Unusable(faults);
  return read as T;
}

/** The texts that must never be written, found by the marks in the shape. */
export function secretsIn(value: unknown, shape: Shape): string[] {
  if (typeof value === "string") return shape.secret && value.trim() !== "" ? [value] : [];
  if (!isRecord(value) || !shape.properties) return [];
  const byName = namesOf(shape);
  return Object.entries(value).flatMap(([key, member]) => {
    const name = byName.get(key.toLowerCase());
    return name === undefined ? [] : secretsIn(member, shape.properties?.[name] ?? {});
  });
}

function normalised(value: unknown, shape: Shape, path: string, faults: string[]): unknown {
  if (takes(shape, "boolean") && typeof value === "string") {
    const text = value.trim().toLowerCase();
    return text === "true" ? true : text === "false" ? false : value;
  }
  if (takes(shape, "array") && value !== null && value !== undefined) {
    // PowerShell turns a list of one into its element; a form field holds a list as text with commas.
    const list: unknown[] = Array.isArray(value) ? value : typeof value === "string" ? value.split(",").map((part) => part.trim()).filter((part) => part !== "") : [value];
    return list.map((item, index) => normalised(item, shape.items ?? {}, `${path}/${index}`, faults));
  }
  if (shape.enum && typeof value === "string") {
    const text = value.trim().toLowerCase();
    return shape.enum.find((allowed) => typeof allowed === "string" && allowed.toLowerCase() === text) ?? value;
  }
  if (isRecord(value) && shape.properties) return normalisedRecord(value, shape, path, faults);
  return value;
}

function normalisedRecord(value: Record<string, unknown>, shape: Shape, path: string, faults: string[]): Record<string, unknown> {
  const byName = namesOf(shape);
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const name = byName.get(key.toLowerCase());
    if (name === undefined) {
      define(result, key, member);
      continue;
    }
    if (Object.hasOwn(result, name)) {
      faults.push(`${nameOf(`${path}/${name}`, shape.properties?.[name])} is given twice, in two spellings; expected once.`);
      continue;
    }
    if (shape.blankIsAbsent && isBlank(member)) continue;
    result[name] = normalised(member, shape.properties?.[name] ?? {}, `${path}/${name}`, faults);
  }
  return result;
}

/** Sets a key whatever it is called: `__proto__` in an event is data. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function described(error: SchemaError, root: Shape, value: unknown): string | undefined {
  const { path, shape, found } = locate(error.instancePath, root, value);
  const params = error.params;
  switch (error.keyword) {
    case "if": // its then or else branch reports the fault itself
      return undefined;
    case "required": {
      const missing = String(params["missingProperty"]);
      return `${nameOf(`${path}/${missing}`, shape?.properties?.[missing])} is missing.`;
    }
    case "additionalProperties":
      return `${nameOf(`${path}/${String(params["additionalProperty"])}`)} is not known here.`;
    case "type": {
      const types = String(params["type"]).split(",").filter((type) => type !== "null");
      return `${nameOf(path, shape)} is ${shapeOf(found)}; expected ${types.map((type) => typeNames[type] ?? type).join(" or ")}.`;
    }
    case "enum":
      return `${nameOf(path, shape)} is ${shapeOf(found)} that is not in the list; expected one of ${(shape?.enum ?? []).map(String).join(", ")}.`;
    case "minItems":
      return `${nameOf(path, shape)} is an empty list; expected at least ${String(params["limit"])}.`;
    default:
      return `${nameOf(path, shape)} is ${shapeOf(found)}; expected ${shape?.expected ?? `what its ${error.keyword} allows (${JSON.stringify(params)})`}.`;
  }
}

const typeNames: Record<string, string> = { boolean: "true or false", string: "a text", object: "an object", array: "a list", number: "a number", integer: "a whole number" };

function locate(instancePath: string, root: Shape, value: unknown): { path: string; shape: Shape | undefined; found: unknown } {
  let shape: Shape | undefined = root;
  let found = value;
  for (const part of instancePath.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    shape = shape?.properties?.[part] ?? shape?.items;
    found = found === null || typeof found !== "object" ? undefined : (found as Record<string, unknown>)[part];
  }
  return { path: instancePath, shape, found };
}

/** "Tenant ID" (TenantID) for what stands on the form, the dotted path for everything else. */
function nameOf(path: string, shape?: Shape): string {
  const parts = path.split("/").slice(1);
  if (shape?.label !== undefined) return `"${shape.label}" (${parts.at(-1) ?? ""})`;
  return parts.length === 0 ? "The event" : parts.join(".");
}

/** Says what kind of value it is and how long, never the value: it may be a secret in the wrong field. */
function shapeOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return value.trim() === "" ? "a blank text" : `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function takes(shape: Shape, type: string): boolean {
  return shape.type === type || (Array.isArray(shape.type) && shape.type.includes(type));
}

function namesOf(shape: Shape): Map<string, string> {
  return new Map(Object.keys(shape.properties ?? {}).map((name) => [name.toLowerCase(), name]));
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

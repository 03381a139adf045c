import { regionFrom } from "../../lib/exchange/region.ts";
import { languageNames } from "../../lib/exchange/regionalFacts.ts";
import { Fault } from "../../lib/fault.ts";
import { timeZoneIds } from "../../lib/generated/timeZones.ts";
import { authenticationMethodOptions } from "../../lib/generated/validators/authenticationMethodOptions.ts";
import { folderPermissionOptions } from "../../lib/generated/validators/folderPermissionOptions.ts";
import { licenceOptions } from "../../lib/generated/validators/licenceOptions.ts";
import { litigationHoldOptions } from "../../lib/generated/validators/litigationHoldOptions.ts";
import { regionalOptions } from "../../lib/generated/validators/regionalOptions.ts";
import { Unusable, type Shape } from "../../lib/host/schemaContract.ts";
import type { CheckedFile } from "./checks.ts";
import { domainsIn, wrongDomain } from "./domains.ts";
import { itemsOf, keyIn, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { expectedOneOf, nearestAmong, withNearest, type Problem } from "./problem.ts";
import { schemaKeyProblems } from "./schema.ts";

/** A set of permissions with options. */
interface OptionSet {
  /** The schema for editors. */
  schema: string;
  /** What its file contains. */
  shape: Shape;
  /** Its rules. They come with the options of the connector itself, which may be the file that is not JSON. */
  rules(): Promise<Rules>;
}

interface Rules {
  /** Throws a fault for wrong options, whose cause has the places. */
  listedOptions(data: unknown): unknown;
}

/** Every set of permissions that reads `permissions/<set>/options.json`. */
export const optionSets: Readonly<Record<string, OptionSet>> = {
  authenticationMethods: {
    schema: "authenticationMethodOptions",
    shape: authenticationMethodOptions.shape,
    rules: () => import("../../lib/entitlements/authenticationMethodOptions.ts"),
  },
  folderPermission: {
    schema: "folderPermissionOptions",
    shape: folderPermissionOptions.shape,
    rules: () => import("../../lib/entitlements/folderPermission.ts"),
  },
  licences: {
    schema: "licenceOptions",
    shape: licenceOptions.shape,
    rules: () => import("../../lib/entitlements/licenceOptions.ts"),
  },
  litigationHold: {
    schema: "litigationHoldOptions",
    shape: litigationHoldOptions.shape,
    rules: () => import("../../lib/entitlements/litigationHold.ts"),
  },
  regionalConfiguration: {
    schema: "regionalOptions",
    shape: regionalOptions.shape,
    rules: () => import("../../lib/entitlements/regionalConfiguration.ts"),
  },
};

/** What is wrong in `permissions/<set>/options.json`. */
export async function optionsProblems({ file, domains }: CheckedFile): Promise<Problem[]> {
  const [, name = ""] = file.name.split("/");
  const set = Object.hasOwn(optionSets, name) ? optionSets[name] : undefined;
  if (!set) {
    const expected = expectedOneOf(Object.keys(optionSets), name);
    return [file.problem(0, `No set of permissions reads options from ${name}; ${expected}.`)];
  }
  const rules = await set.rules().catch(() => undefined);
  return [
    ...schemaKeyProblems(file, `schemas/editor/${set.schema}.schema.json`),
    ...spellingProblems(file, set.shape),
    ...(name === "regionalConfiguration" ? regionProblems(file) : []),
    ...(rules
      ? ruleProblems(file, rules, set.shape)
      : [file.problem(0, "Not checked: the connector's own options of this set are not JSON.")]),
    ...domainProblems(file, domains),
  ];
}

function ruleProblems(file: JsonFile, { listedOptions }: Rules, shape: Shape): Problem[] {
  try {
    listedOptions(file.value);
    return [];
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (!(fault.cause instanceof Unusable)) throw thrown;
    return fault.cause.placed.map(({ path: pointer, text }) =>
      placed(file, pointer, withNearestKey(text, pointer, shape)),
    );
  }
}

/** `X is unknown.` with the nearest key of that place. */
function withNearestKey(text: string, pointer: string, shape: Shape): string {
  if (!text.endsWith(" is unknown.")) return text;
  const steps = pointer.split("/");
  const known = Object.keys((steps.length > 2 ? itemShape(shape) : shape).properties ?? {});
  return text.replace(/\.$/, `${nearestAmong(known, steps.at(-1) ?? "")}.`);
}

function itemShape(shape: Shape): Shape {
  return shape.properties?.["options"]?.items ?? {};
}

/** The connector reads keys in any letter case; editors do not. */
function spellingProblems(file: JsonFile, shape: Shape): Problem[] {
  const places = [
    { node: file.root, known: Object.keys(shape.properties ?? {}) },
    ...itemsOf(member(file.root, "options")).map((node) => ({
      node,
      known: Object.keys(itemShape(shape).properties ?? {}),
    })),
  ];
  return places.flatMap(({ node, known }) =>
    known.flatMap((key) => {
      const place = keyIn(node, key);
      if (place === undefined || place.value === key) return [];
      const message = `The key ${String(place.value)} is spelled in another letter case; expected ${key}.`;
      return [file.problem(place, message, { severity: "warning" })];
    }),
  );
}

/** The rules stop at the first wrong value of an option: here each value is tried by itself. */
function regionProblems(file: JsonFile): Problem[] {
  return itemsOf(member(file.root, "options")).flatMap((option, index) => {
    const given = (key: string): string | undefined => textIn(member(option, key));
    const Language = given("Language");
    const TimeZone = given("TimeZone");
    if (Language === undefined || TimeZone === undefined) return [];
    const isLanguage = languageNames.some(
      (name) => name.toLowerCase() === Language.trim().toLowerCase(),
    );
    const formats = ["DateFormat", "TimeFormat"].map((key) => ({
      ...{ Language, TimeZone: "UTC" },
      [key]: given(key) ?? null,
    }));
    const trials = [
      { Language, TimeZone: "UTC" },
      { Language: "en-US", TimeZone },
      ...(isLanguage ? formats : []),
    ];
    return trials.flatMap((trial) => {
      try {
        regionFrom(trial);
        return [];
      } catch (thrown) {
        return [placed(file, `/options/${index}`, Fault.of(thrown).message)];
      }
    });
  });
}

function placed(file: JsonFile, pointer: string, text: string): Problem {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const node = file.find(steps);
  const [, index] = steps;
  const option = typeof index === "number" ? file.find(["options", index]) : undefined;
  const field = textIn(member(option, "Id"));
  const message = text.replace(/^option "[^"]*": |^options, item \d+, /, "");
  return file.problem(keyOf(file, steps) ?? named(node, message), nearestIn(message), { field });
}

/** The message with the nearest allowed value; of languages and time zones it names only an example. */
function nearestIn(message: string): string {
  const [, name, value = ""] = /^(Language|TimeZone) is "([^"]*)";/.exec(message) ?? [];
  if (name === undefined) return withNearest(message);
  const allowed = name === "Language" ? languageNames : timeZoneIds;
  return message.replace(/\.$/, `${nearestAmong(allowed, value)}.`);
}

/** The key that is unknown: the last step leads to no value that may be wrong. */
function keyOf(file: JsonFile, steps: readonly (string | number)[]): Node | undefined {
  const last = steps.at(-1);
  if (typeof last !== "string" || last === "Id" || last === "options") return undefined;
  return keyIn(file.find(steps.slice(0, -1)), last);
}

/** A rule of a set is about an option; its message names the property or quotes its value. */
function named(option: Node | undefined, message: string): Node | undefined {
  if (option?.type !== "object") return option;
  const properties = (option.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key && value ? [{ name: String(key.value), value }] : [],
  );
  const subject = message.toLowerCase().replace(/^the /, "");
  const found =
    properties.find(({ name }) => subject.startsWith(`${name.toLowerCase()} `)) ??
    properties.find(({ value }) => message.includes(`"${textIn(value)}"`));
  return found?.value ?? option;
}

/** Calendars list users of the tenant. */
function domainProblems(file: JsonFile, domains: readonly string[]): Problem[] {
  return itemsOf(member(file.root, "options")).flatMap((option) => {
    const node = member(option, "mailboxFolderUser");
    return domainsIn(textIn(node) ?? "").flatMap((domain) => {
      const wrong = wrongDomain(domain, domains);
      return wrong
        ? [
            file.problem(node, wrong.message, {
              field: textIn(member(option, "Id")),
              severity: wrong.severity,
            }),
          ]
        : [];
    });
  });
}

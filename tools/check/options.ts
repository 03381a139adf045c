import { Fault } from "../../lib/fault.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import type { CheckedFile } from "./checks.ts";
import { domainsIn, wrongDomain } from "./domains.ts";
import { itemsOf, keyIn, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { expectedOneOf, withNearest, type Problem } from "./problem.ts";
import { schemaKeyProblems } from "./schema.ts";

/** A set of permissions with options. */
interface OptionSet {
  /** The schema for editors. */
  schema: string;
  /** Its rules. They come with the options of the connector itself, which may be the file that is not JSON. */
  rules(): Promise<Rules>;
}

interface Rules {
  /** Throws a fault for wrong options, whose cause has the places. */
  listedOptions(data: unknown): unknown;
}

/** Every set of permissions that reads `permissions/<set>/options.json`. */
export const optionSets: Readonly<Record<string, OptionSet>> = {
  folderPermission: {
    schema: "folderPermissionOptions",
    rules: () => import("../../lib/entitlements/folderPermission.ts"),
  },
  litigationHold: {
    schema: "litigationHoldOptions",
    rules: () => import("../../lib/entitlements/litigationHold.ts"),
  },
  regionalConfiguration: {
    schema: "regionalOptions",
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
    ...(rules
      ? ruleProblems(file, rules)
      : [file.problem(0, "Not checked: the connector's own options of this set are not JSON.")]),
    ...domainProblems(file, domains),
  ];
}

function ruleProblems(file: JsonFile, { listedOptions }: Rules): Problem[] {
  try {
    listedOptions(file.value);
    return [];
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (!(fault.cause instanceof Unusable)) throw thrown;
    return fault.cause.placed.map(({ path: pointer, text }) => placed(file, pointer, text));
  }
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
  return file.problem(keyOf(file, steps) ?? named(node, message), withNearest(message), { field });
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

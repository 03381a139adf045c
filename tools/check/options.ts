import { readFileSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../lib/fault.ts";
import { isRecord, Unusable } from "../../lib/host/schemaContract.ts";
import type { CheckedFile } from "./checks.ts";
import { domainsIn, wrongDomain } from "./domains.ts";
import { itemsOf, keyIn, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { expectedOneOf, withNearest, type Problem } from "./problem.ts";
import { connectorRoot } from "./schema.ts";

/** What a set of permissions with options exports. */
interface OptionSet {
  /** Throws a fault for wrong options, whose cause has the places. */
  listedOptions(data: unknown): unknown;
}

/** What is wrong in `permissions/<set>/options.json`. */
export async function optionsProblems({ file, domains, sets }: CheckedFile): Promise<Problem[]> {
  const set = setOf(file.name) ?? "";
  if (!sets.includes(set))
    return [
      file.problem(
        0,
        `No set of permissions with options is called ${set}; ${expectedOneOf(sets, set)}.`,
      ),
    ];
  const rules = (await import(`../../lib/entitlements/${set}.ts`)) as OptionSet;
  return [
    ...schemaKeyProblems(file),
    ...ruleProblems(file, rules),
    ...domainProblems(file, domains),
  ];
}

/** The set of permissions of a file with options. */
export function setOf(name: string): string | undefined {
  return /^permissions\/([^/]+)\/options\.json$/.exec(name)?.[1];
}

function ruleProblems(file: JsonFile, { listedOptions }: OptionSet): Problem[] {
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

/** A rule of a set is about an option, and its message starts with the property. */
function named(option: Node | undefined, message: string): Node | undefined {
  const [word = ""] = message.split(" ");
  const isOption = option?.type === "object";
  return (isOption ? member(option, word) : undefined) ?? option;
}

/** Editors follow `$schema`. The one that belongs to a file is in .vscode/settings.json. */
function schemaKeyProblems(file: JsonFile): Problem[] {
  const node = member(file.root, "$schema");
  const written = textIn(node);
  const schema = schemaOf(file.name);
  if (written === undefined || schema === undefined) return [];
  const expected = path.posix.relative(path.posix.dirname(file.name), schema);
  if (path.posix.normalize(written) === expected) return [];
  return [file.problem(node, `$schema is "${written}"; expected "${expected}".`)];
}

function schemaOf(name: string): string | undefined {
  const text = readFileSync(path.join(connectorRoot, ".vscode/settings.json"), "utf8");
  const settings: unknown = JSON.parse(text);
  const entries: unknown = isRecord(settings) ? settings["json.schemas"] : [];
  const entry = [entries]
    .flat()
    .find(
      (one): one is { url: string } =>
        isRecord(one) && Array.isArray(one["fileMatch"]) && one["fileMatch"].includes(`/${name}`),
    );
  return entry?.url.replace(/^\.\//, "");
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

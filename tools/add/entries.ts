/** The entry of a new set in each list that is kept by hand. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { applyEdits, modify, parse } from "jsonc-parser";
import { filled } from "../build/template.ts";
import { NotPossible } from "./notPossible.ts";

export interface Edit {
  file: string;
  /** The whole file with the entry. */
  text: string;
}

type Values = Readonly<Record<string, string>>;

/** Every list with its new entry. Throws `NotPossible` when a list is not as expected. */
export function entriesOf(root: string, values: Values): Edit[] {
  return Object.entries(lists).map(([file, withEntry]) => ({
    file,
    text: withEntry(readFileSync(path.join(root, file), "utf8"), values, file),
  }));
}

const lists: Readonly<Record<string, (text: string, values: Values, file: string) => string>> = {
  "schemas/options.schema.json": withSchema,
  ".vscode/settings.json": withEditor,
  "tools/check/options.ts": both(
    before(
      "import { Unusable, type Shape }",
      'import { {{name}}Options } from "../../lib/generated/validators/{{name}}Options.ts";\n',
    ),
    before(
      "};\n\n/** What is wrong in `permissions/<set>/options.json`. */",
      `  {{name}}: {
    schema: "{{name}}Options",
    shape: {{name}}Options.shape,
    rules: () => import("../../lib/entitlements/{{name}}.ts"),
  },
`,
    ),
  ),
  "test/fixtures/scenarios.ts": both(
    before(
      'import { updateScenarios } from "./updateScenarios.ts";\n',
      'import { {{name}}Scenarios } from "./{{name}}Scenarios.ts";\n',
    ),
    before("  ...documentedScenarios,\n", "  ...{{name}}Scenarios,\n"),
  ),
  "README.md": before(
    "| `dist/resources/`",
    "| `dist/permissions/{{name}}/` | `permissions`, `grantPermission`, `revokePermission`, `importPermission` | " +
      "{{label}} |\n",
  ),
  "docs/behaviour/permissions.md": both(
    before(
      "\nBoth forms of shared mailbox references",
      "| {{words}} | `{{firstReference}}` | as in `options.json` |\n",
    ),
    before(
      "## Options\n",
      readFileSync(path.join(import.meta.dirname, "behaviour.md.txt"), "utf8"),
    ),
  ),
};

/** Adds a filled text before a mark, which occurs once. */
function before(mark: string, addition: string) {
  return (text: string, values: Values, file: string): string => {
    if (text.split(mark).length !== 2)
      throw new NotPossible(`${file} does not have ${JSON.stringify(mark)} exactly once.`);
    return text.replace(mark, () => filled(addition, values) + mark);
  };
}

function both(...steps: ((text: string, values: Values, file: string) => string)[]) {
  return (text: string, values: Values, file: string): string =>
    steps.reduce((result, step) => step(result, values, file), text);
}

const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };

function withSchema(text: string, { name, Name, parameter = "" }: Values): string {
  const definition = {
    title: `${Name}Options`,
    type: "object",
    required: ["options"],
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      options: {
        type: "array",
        items: {
          title: `${Name}Option`,
          type: "object",
          required: ["Id", "DisplayName", parameter],
          additionalProperties: false,
          properties: {
            Id: {
              type: "string",
              pattern: "\\S",
              expected: "a string that is not blank",
              description:
                "Part of the permission reference that identifies entitlements. Never change it.",
            },
            DisplayName: {
              type: "string",
              pattern: "^(?=[^]*\\S)[^]{1,100}$",
              expected: "a name of 1 to 100 characters",
            },
            [parameter]: {
              type: "string",
              pattern: "\\S",
              expected: `a value of Set-Mailbox -${parameter}, as text`,
              description: `The value of Set-Mailbox -${parameter}.`,
            },
          },
        },
      },
    },
  };
  return applyEdits(
    text,
    modify(text, ["$defs", `${name}Options`], definition, { formattingOptions }),
  );
}

function withEditor(text: string, { name }: Values): string {
  const { "json.schemas": entries } = parse(text) as {
    "json.schemas": { fileMatch: string[] }[];
  };
  const last = entries.findLastIndex(({ fileMatch }) => fileMatch[0]?.startsWith("/permissions/"));
  const entry = {
    fileMatch: [`/permissions/${name}/options.json`],
    url: `./schemas/editor/${name}Options.schema.json`,
  };
  return applyEdits(
    text,
    modify(text, ["json.schemas", last + 1], entry, { formattingOptions, isArrayInsertion: true }),
  );
}

/** `exo-connector add permission` in a copy of the tree: what it makes is green. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const copy = mkdtempSync(path.join(tmpdir(), "add-permission-"));
const parts = [
  ...["lifecycle", "permissions", "resources", "lib", "tools", "schemas", "test", "docs"],
  ...[".vscode", "configuration.json", "fieldMapping.json", "README.md"],
  ...["package.json", "tsconfig.json", ".prettierignore"],
];

beforeAll(() => {
  for (const part of parts)
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs a program of Node in the copy, and returns what it wrote. */
function run(script: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: copy,
    encoding: "utf8",
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  return stdout;
}
const exo = (...args: string[]): string =>
  run("node_modules/tsx/dist/cli.mjs", "tools/cli/main.ts", ...args);

it("makes a set whose types, form and generated files are right", () => {
  const values = ["--value", "10 MB", "25 MB", "--after-revoke", "35 MB"];
  const written = exo("add", "permission", "sendSize", "--parameter", "MaxSendSize", ...values);
  const files = [...written.matchAll(/^(?:new|changed) +(.+)$/gm)].map(([, file = ""]) => file);
  expect(files).toContain("permissions/sendSize/grantPermission.ts");
  run("node_modules/typescript/bin/tsc", "--project", ".");
  run("node_modules/prettier/bin/prettier.cjs", "--check", ...files);
  run("node_modules/tsx/dist/cli.mjs", "tools/build/generate.ts", "--check");
  const code = files.filter((file) => file.endsWith(".ts"));
  run("node_modules/eslint/bin/eslint.js", "--config", "tools/eslint.config.js", ...code);
});

it("makes a set that the command line runs, and that its own tests hold", () => {
  const account = ["--account", "chris.bakker@contoso.com", "--permission", "10 MB"];
  expect(exo("run", "sendSize/grantPermission", ...account)).toContain("MaxSendSize");
  const vitest = (config: string, ...rest: string[]): string =>
    run("node_modules/vitest/vitest.mjs", "run", "--config", config, ...rest);
  const covering = ["-t", "sendSize|covers every action|in the table|knows one schema|lists every"];
  vitest("test/vitest.config.ts", "test/permissions/sendSize.test.ts");
  vitest(
    "test/vitest.config.ts",
    ...["test/replay.test.ts", "test/editor.test.ts", "test/readme.test.ts"],
    ...["test/behaviour.test.ts", ...covering],
  );
  vitest(
    "test/long.config.ts",
    ...["test/declarations.long.test.ts", "test/behaviour.long.test.ts", ...covering],
  );
});

/**
 * Plants the faults in planted/ one at a time in a copy of the project, runs the tests that
 * should notice, and writes the score to docs/mutants.md.
 *
 *   npm run mutants                            all faults, and the report
 *   npm run mutants -- lib/host "if (dryRun)"  only those whose file or text contains one of these; no report
 */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { format } from "prettier";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";
import type { PlantedFault } from "./planted/fault.ts";
import { plantedFaults } from "./plantedFaults.ts";

const root = path.resolve(import.meta.dirname, "../..");
const report = path.join(root, "docs/mutants.md");
/** One worker runs while the other one waits for a process to start. */
const workers = 2;
const timeoutMs = 180_000;

type Result = "caught" | "survived" | "caught (endless)" | "could not run";

/** Tests need neither bundles nor a shared process here: a fault has a process of its own. */
const vitestConfig = `export default {
  test: { include: ["test/**/*.test.ts"], isolate: false, testTimeout: 60_000, bail: 1 },
};
`;

function testsOf({ file, tests = [] }: PlantedFault): string[] {
  const own = file.replace(/^lib\//, "test/").replace(/\.ts$/, ".test.ts");
  return [...new Set([...(existsSync(path.join(root, own)) ? [own] : []), ...tests])];
}

/** Throws when a fault no longer fits the code: one that is not planted proves nothing. */
function assertPlantable(faults: readonly PlantedFault[]): void {
  const problems = faults.flatMap((fault) => {
    const where = `${fault.file}: ${JSON.stringify(fault.find)}`;
    if (!existsSync(path.join(root, fault.file))) return [`${where}: no such file`];
    const count = readFileSync(path.join(root, fault.file), "utf8").split(fault.find).length - 1;
    if (count !== 1) return [`${where}: occurs ${count} times; expected once`];
    return testsOf(fault).length === 0 ? [`${where}: no test to run`] : [];
  });
  if (problems.length > 0)
    throw new Error(`The planted faults no longer fit the code:\n${problems.join("\n")}`);
}

/** A copy of the files that git knows, or would know. */
function copyOfProject(): string {
  const copy = mkdtempSync(path.join(tmpdir(), "mutants-"));
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  for (const file of listed.split("\0").filter((name) => existsSync(path.join(root, name)))) {
    if (file === "" || file.startsWith("test/fixtures/")) continue;
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(copy, file));
  }
  cpSync(path.join(root, "test/fixtures"), path.join(copy, "test/fixtures"), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  writeFileSync(path.join(copy, "mutants.vitest.config.js"), vitestConfig);
  return copy;
}

interface TestRun {
  failedTests: string[];
  isEndless: boolean;
  output: string;
}

function runTests(copy: string, tests: readonly string[]): Promise<TestRun> {
  const results = path.join(copy, "mutants.results.json");
  rmSync(results, { force: true });
  const vitest = path.join(copy, "node_modules/vitest/vitest.mjs");
  const options = ["--config", "mutants.vitest.config.js", "--reporter=json"];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [vitest, "run", ...options, `--outputFile=${results}`, ...tests],
      { cwd: copy, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({
          failedTests: existsSync(results) ? failedIn(readFileSync(results, "utf8")) : [],
          isEndless: error?.killed === true,
          output: `${stdout}\n${stderr}`,
        });
      },
    );
  });
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

function failedIn(results: string): string[] {
  return (JSON.parse(results) as Report).testResults.flatMap(
    ({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((one) => one.status === "failed");
      // A file that cannot be loaded fails without any test of its own.
      if (status === "failed" && failed.length === 0) return [`${name}: ${message}`];
      return failed.map(({ fullName }) => `${name}: ${fullName}`);
    },
  );
}

async function planted(copy: string, fault: PlantedFault): Promise<Result> {
  const file = path.join(copy, fault.file);
  const original = readFileSync(file, "utf8");
  writeFileSync(
    file,
    original.replace(fault.find, () => fault.replace),
  );
  try {
    const { failedTests, isEndless, output } = await runTests(copy, testsOf(fault));
    const broken = failedTests.find((one) => /Transform failed|SyntaxError/.test(one));
    if (broken !== undefined || output.includes("No test files found")) return "could not run";
    if (failedTests.length > 0) return "caught";
    return isEndless ? "caught (endless)" : "survived";
  } finally {
    writeFileSync(file, original);
  }
}

const wanted = process.argv.slice(2);
const isAll = wanted.length === 0;
const faults = plantedFaults.filter(
  ({ file, find }) => isAll || wanted.some((text) => file.includes(text) || find.includes(text)),
);
// Without a fault, all tests would run to prove nothing.
if (faults.length === 0)
  throw new Error(`No planted fault has ${wanted.join(" or ")} in its file or text.`);
assertPlantable(faults);
const results = new Map<PlantedFault, Result>();
const queue = [...faults];
const copies = Array.from({ length: workers }, copyOfProject);
const start = performance.now();
const terminal = processTerminal();
const done = counter(terminal, { what: "faults", total: faults.length });
try {
  const [first = ""] = copies;
  const all = [...new Set(faults.flatMap(testsOf))];
  const { failedTests, isEndless, output } = await runTests(first, all);
  if (failedTests.length > 0 || isEndless)
    throw new Error(
      `The tests fail without any fault planted:\n${failedTests.join("\n") || output}`,
    );
  await Promise.all(
    copies.map(async (copy) => {
      for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
        const result = await planted(copy, fault);
        results.set(fault, result);
        const mark = result === "survived" && fault.equivalent !== undefined ? " (equivalent)" : "";
        done();
        terminal.line(`${result}${mark}: ${fault.file}: ${fault.find} -> ${fault.replace}`);
      }
    }),
  );
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
}

const unrun = faults.filter((fault) => results.get(fault) === "could not run");
const ran = faults.filter((fault) => !unrun.includes(fault));
const real = ran.filter(({ equivalent }) => equivalent === undefined);
const survivors = real.filter((fault) => results.get(fault) === "survived");
const equivalents = ran.filter(({ equivalent }) => equivalent !== undefined);
const caught = real.length - survivors.length;
const percent = ((100 * caught) / real.length).toFixed(1);
console.log(`${caught} of ${real.length} faults caught (${percent} %).`);
for (const fault of equivalents.filter((one) => results.get(one) !== "survived"))
  console.log(`Not equivalent after all: ${fault.file}: ${fault.find}`);
if (isAll) {
  writeFileSync(report, await format(reportText(), { parser: "markdown", printWidth: 100 }));
  console.log(`Wrote ${path.relative(root, report)}.`);
}
for (const fault of unrun) console.log(`Could not run: ${fault.file}: ${fault.find}`);
if (caught / real.length < 0.95 || unrun.length > 0) process.exitCode = 1;

function reportText(): string {
  const minutes = Math.round((performance.now() - start) / 60_000);
  const code = (text: string): string => {
    const line = text.replace(/\s+/g, " ").trim() || "(nothing)";
    return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
  };
  const row = ({ file, find, replace }: PlantedFault, judgement: string): string =>
    `- \`${file}\`: ${code(find)} becomes ${code(replace)}. ${judgement}`;
  const today = new Date().toISOString().slice(0, 10);
  return `# Planted faults

\`npm run mutants\` plants faults in \`lib/\`, one at a time, and runs the unit tests that should
notice. The faults are in \`tools/campaigns/planted/\`, each with what would go wrong in a
tenant. People chose them, so the score is about these faults only. A run over all of them writes
this page.

**${caught} of ${real.length} faults are caught (${percent} %)**, on ${today}, with Node ${process.versions.node},
in ${minutes} minutes. The goal is 95 %. ${equivalents.length} more faults change nothing that anyone
can notice; they are not counted.

## Survivors

${survivors.length === 0 ? "None." : survivors.map((fault) => row(fault, fault.why)).join("\n")}

## Faults that could not be run

${unrun.length === 0 ? "None." : unrun.map((fault) => row(fault, fault.why)).join("\n")}

## Equivalent faults

${equivalents.map((fault) => row(fault, fault.equivalent ?? "")).join("\n")}

## Faults by file

| File | Caught | Planted |
| --- | --- | --- |
${[...new Set(real.map(({ file }) => file))].map(rowOfFile).join("\n")}
`;
}

function rowOfFile(file: string): string {
  const own = real.filter((fault) => fault.file === file);
  const alive = own.filter((fault) => survivors.includes(fault));
  return `| \`${file}\` | ${own.length - alive.length} | ${own.length} |`;
}

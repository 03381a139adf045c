import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { story } from "../tools/cli/demoEvents.ts";
import { ran } from "./cli/terminal.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";
import { block, readme } from "./readmeBlocks.ts";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());

describe("the README", () => {
  it("shows what npm start prints for that event", async () => {
    const { lines } = await ran(["demo", "--dist", inject("dist")]);
    const second = lines.findIndex((line) => line.startsWith("2. "));
    const printed = lines.slice(1, second).join("\n").trim();
    expect(block("start")).toContain(printed);
    expect(lines.filter((line) => /^\d+\. /.test(line))).toEqual(
      story(running).map(({ title }, index) => `${index + 1}. ${title}`),
    );
  });

  it("shows what plan prints for the example, by the command that it names", async () => {
    const commands = block("plan").trim().split("\n");
    const args = /^npm run exo -- (.+)$/.exec(commands.at(-1) ?? "")?.[1]?.split(" ") ?? [];
    expect(args[0]).toBe("plan");
    // The mapping as it is shipped: implementers edit the one that is.
    const mapping = path.join(import.meta.dirname, "check/sample/fieldMapping.json");
    const { code, lines } = await ran([...args, "--mapping", mapping]);
    expect(code).toBe(0);
    expect(readme).toContain(`\`\`\`console\n${lines.join("\n")}\n\`\`\``);
  });
});

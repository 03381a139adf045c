import { describe, expect, it } from "vitest";
import { processTerminal } from "../../tools/cli/terminal.ts";

const escape = "\u001b";

/** A stream that keeps what is written to it. */
function recorder(isTTY: boolean) {
  const texts: string[] = [];
  const write = (text: string): number => texts.push(text);
  return { texts, output: { isTTY, write, on: () => undefined } };
}

interface Surroundings {
  watched?: boolean;
  errorsWatched?: boolean;
  env?: Record<string, string>;
}

function terminalOn({ watched = true, errorsWatched = true, env = {} }: Surroundings = {}) {
  const [out, err] = [recorder(watched), recorder(errorsWatched)];
  const terminal = processTerminal({ stdout: out.output, stderr: err.output, env });
  return { terminal, out: out.texts, err: err.texts };
}

describe("the terminal of the process", () => {
  it.each([true, false])(
    "shows what would steer it, and does not obey (watched: %s)",
    (watched) => {
      const { terminal, out, err } = terminalOn({ watched, errorsWatched: watched });
      const hostile = `${escape}[2J${escape}]0;owned\u0007\r\u009b1A\u007f\u202eeman`;
      terminal.line(hostile);
      terminal.note(hostile);
      const shown = "\\u001b[2J\\u001b]0;owned\\u0007\\u000d\\u009b1A\\u007f\\u202eeman\n";
      expect(out).toEqual([shown]);
      expect(err).toEqual([shown]);
    },
  );

  it("keeps a text in its line, whatever line breaks it has", () => {
    const { terminal, out, err } = terminalOn();
    const forged = "Anna\nresult   changes\r\n\u0085\u2028\u2029end";
    terminal.line(forged);
    terminal.note(terminal.styled("red", forged));
    expect(out.join("").split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(2);
    expect(err.join("").split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(2);
    expect(out[0]).toMatch(/^Anna\\u000aresult/);
  });

  it("cleans progress, which a terminal would obey as well", () => {
    const { terminal, err } = terminalOn();
    terminal.progress(`1 of 2: ${escape}[2J`);
    expect(err.join("")).toMatch(/1 of 2: \\u001b\[2J$/);
  });

  it("keeps JSON the same JSON", () => {
    const { terminal, out } = terminalOn();
    const value = { name: `${escape}[2J\u009b\u2028\u202e\t\n` };
    terminal.line(JSON.stringify(value));
    expect(JSON.parse(out.join(""))).toEqual(value);
  });

  it("styles its own text, in which nothing foreign is a style", () => {
    const { terminal, out } = terminalOn();
    terminal.line(terminal.styled("red", `a${escape}[32mb`));
    expect(out).toEqual([`${escape}[31ma\\u001b[32mb${escape}[39m\n`]);
  });

  it("has colours where someone watches that stream, and NO_COLOR is not set", () => {
    const piped = terminalOn({ errorsWatched: false });
    piped.terminal.note(piped.terminal.styled("red", "wrong"));
    expect(piped.err).toEqual(["wrong\n"]);
    const plain = terminalOn({ env: { NO_COLOR: "1" } });
    plain.terminal.line(plain.terminal.styled("red", "wrong"));
    expect(plain.out).toEqual(["wrong\n"]);
  });
});

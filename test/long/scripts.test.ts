import { afterAll, describe, expect, it } from "vitest";
import { scriptLimits } from "../../tools/mapping/scriptRequest.ts";
import { openScripts } from "../../tools/mapping/scripts.ts";

const scripts = openScripts();
/** A busy machine must not reach the limit of time before the limit that a test is about. */
const patientScripts = openScripts({ ...scriptLimits, ms: 120_000 });
afterAll(() => Promise.all([scripts.close(), patientScripts.close()]));

const person = JSON.stringify({ Name: { GivenName: "Zoë" } });
const evaluated = (script: string, iteration = 0) =>
  scripts.evaluate({ script, person, iteration });

describe("a script of a mapping", () => {
  it("has the value of its last expression", async () => {
    expect(await evaluated("function f() { return Person.Name.GivenName; }\nf();")).toEqual({
      json: '"Zoë"',
    });
    expect(await evaluated("['a', 'b']")).toEqual({ json: '["a","b"]' });
    for (const nothing of ["null", "undefined", "var x = 1;"])
      expect(await evaluated(nothing)).toEqual({ json: "null" });
  });

  it("has the globals of the platform", async () => {
    expect(await evaluated("deleteDiacriticalMarks(Person.Name.GivenName) + Iteration", 2)).toEqual(
      { json: '"Zoe2"' },
    );
  });

  it("reports what it throws with its line", async () => {
    expect(await evaluated("var a = 1;\n\nPerson.Location.Name;")).toEqual({
      fault: "TypeError: cannot read property 'Name' of undefined",
      line: 3,
    });
    expect(await evaluated("var a = ;")).toMatchObject({ line: 1 });
    expect(await evaluated("throw 'no name'")).toEqual({
      fault: "It throws no name.",
      line: undefined,
    });
    expect(await evaluated("(function () {})")).toMatchObject({
      fault: "The last value is a function; expected a call of it.",
    });
  });

  it("reaches no file, network or process", async () => {
    for (const script of [
      "constructor.constructor('return process')()",
      "this.constructor.constructor('return globalThis.process.env')()",
      "require('fs')",
      "fetch('http://localhost')",
      "console.log(1)",
      "setTimeout(function () {}, 1)",
    ])
      expect(await evaluated(script), script).toHaveProperty("fault");
    expect(await evaluated("import('fs').toString()")).toEqual({ json: '"[object Promise]"' });
  });

  it("cannot change what the next one finds", async () => {
    const games =
      "Object.prototype.toString = String.prototype.normalize = JSON.parse = JSON.stringify = null;" +
      "Person.Name.GivenName = 'x'; deleteDiacriticalMarks = null; 'done'";
    expect(await evaluated(games)).toEqual({ json: '"done"' });
    expect(await evaluated("deleteDiacriticalMarks(Person.Name.GivenName)")).toEqual({
      json: '"Zoe"',
    });
  });

  it.each([
    ["a loop", "// one\nlet x = 0;\n\nwhile (true) { x++; }", 4],
    [
      "a loop in a function",
      "// one\nfunction f() {\n  let x = 0;\n\n  while (true) x++;\n}\n\nf();",
      5,
    ],
    [
      "a loop that grows a list",
      "let a = [];\n\nwhile (true) {\n  a.push(1);\n  a.length = 0;\n}",
      3,
    ],
    ["a getter", "const o = {\n  toJSON() {\n    while (true);\n  },\n};\no", 3],
    ["a loop in a loop", "let i = 0;\nwhile (true) {\n  for (i = 0; i < 9; i++);\n}", 3],
    [
      "a loop with an arrow",
      "const l = [1];\nfor (;;) {\n  l.map((x) => {\n    return x;\n  });\n}",
      2,
    ],
    ["a pattern", "let x = 1;\n\n/^(a+)+$/.test('a'.repeat(40) + 'b')", 3],
    ["one of two loops", "let x = 0;\nfor (; x < 9; x++);\nwhile (true);", undefined],
    [
      "recursion",
      "function f(n) {\n  return n < 2 ? 1 : f(n - 1) + f(n - 2);\n}\nf(60);",
      undefined,
    ],
  ])("names the line in which it was stopped, if it is known: %s", async (_what, script, line) => {
    expect(await evaluated(script)).toEqual({ fault: tooLong, line });
  });

  const tooLong = "The script ran for more than 1000 ms and was stopped.";
  it.each([
    ["an endless loop", "while (true);"],
    ["a getter that never returns", "({ toJSON: function () { while (true); } })"],
    ["a pattern that backtracks", "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
    [
      "instructions of a millisecond each",
      "let t = 'a'.repeat(1e6); for (let i = 0; i < 1e9; i++) t.lastIndexOf('b');",
    ],
  ])("is stopped when its time is over: %s", async (_what, script) => {
    expect(await evaluated(script)).toMatchObject({ fault: tooLong });
    expect(await evaluated("1 + 1")).toEqual({ json: "2" });
  });

  const tooMuch = "The script needed more than 64 MB of memory and was stopped.";
  const tooDeep = "The script nests too deeply.";
  it.each([
    ["a text of a gigabyte", "let t = 'x'; while (true) t += t;", tooMuch],
    ["a list of a billion", "Array(1e9).fill(1).length", tooMuch],
    ["deep recursion", "function f() { return f() + 1; }\nf();", tooDeep],
    ["deep source", "eval('('.repeat(5000) + '1' + ')'.repeat(5000))", tooDeep],
    ["deep JSON", "let o = {}; for (let i = 0; i < 2e4; i++) o = { o }; o", tooDeep],
    [
      "a long value",
      "'x'.repeat(200000)",
      "The script returns 200002 characters; expected at most 100000.",
    ],
  ])("is stopped within its limits: %s", async (_what, script, fault) => {
    const patient = (text: string) =>
      patientScripts.evaluate({ script: text, person, iteration: 0 });
    expect(await patient(script)).toMatchObject({ fault });
    expect(await patient("1 + 1")).toEqual({ json: "2" });
  });
});

import { describe, expect, it } from "vitest";
import { outputTo } from "../../lib/host/output.ts";
import { Redaction } from "../../lib/host/redaction.ts";

function opened(...secrets: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const redaction = new Redaction();
  for (const secret of secrets) redaction.add(secret);
  const output = outputTo(
    (text) => Promise.resolve(out.push(text) > 0),
    (text) => void err.push(text),
    redaction,
  );
  return { output, out, err };
}

describe("the output of a bundle", () => {
  it("is one line of JSON on stdout for each document", async () => {
    const { output, out, err } = opened();
    await output.document({ text: "two\nlines\u2028" });
    await output.document([1]);
    expect(out).toEqual(['{"text":"two\\nlines\\u2028"}\n', "[1]\n"]);
    expect(err).toEqual([]);
  });

  it("is one line of JSON on stderr for each log message", () => {
    const { output, out, err } = opened();
    output.log("warning", 'a "quoted"\r\nline');
    expect(err).toEqual(['{"level":"warning","message":"a \\"quoted\\"\\r\\nline"}\n']);
    expect(out).toEqual([]);
  });

  it("is plain ASCII, so that no code page can change it", async () => {
    const { output, out, err } = opened();
    const text = "Zoë Łukasz 日本 😀 \u0007 \u007f \ud800";
    await output.document({ [text]: text });
    output.log("information", text);
    expect(out[0]).toMatch(/^[\x20-\x7e]*\n$/);
    expect(err[0]).toMatch(/^[\x20-\x7e]*\n$/);
    expect(JSON.parse(out[0] ?? "")).toEqual({ [text]: text });
    expect(JSON.parse(err[0] ?? "")).toEqual({ level: "information", message: text });
  });

  it("has no secret in its log, and documents as they are", async () => {
    const { output, out, err } = opened('hunter"2!');
    await output.document({ UserName: 'hunter"2!' });
    output.log("error", '{"password":"hunter\\"2!"}');
    expect(out).toEqual(['{"UserName":"hunter\\"2!"}\n']);
    expect(err).toEqual(['{"level":"error","message":"{\\"password\\":\\"[secret]\\"}"}\n']);
  });

  it("waits for the reader of stdout", async () => {
    let release: (isWritten: boolean) => void = () => undefined;
    const output = outputTo(
      () => new Promise((resolve) => (release = resolve)),
      () => undefined,
      new Redaction(),
    );
    let written = false;
    const writing = output.document({}).then((isWritten) => (written = isWritten));
    await new Promise(setImmediate);
    expect(written).toBe(false);
    release(true);
    await writing;
    expect(written).toBe(true);
  });
});

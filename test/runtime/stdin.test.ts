import { describe, expect, it } from "vitest";
import { Unusable } from "../../lib/host/schemaContract.ts";
import { maxBytes, readDocument } from "../../lib/runtime/stdin.ts";
import { stdinOf } from "../host/world.ts";

async function refusal(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const thrown: unknown = await readDocument(stdinOf(...chunks)).catch((reason: unknown) => reason);
  if (!(thrown instanceof Unusable)) return expect.unreachable("it was accepted");
  return thrown.faults;
}

const utf16le = (text: string): Buffer => Buffer.from(text, "utf16le");
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const event = { name: "Zoë 😀", nested: { list: [1, null, "}]{["] } };

describe("an event on stdin", () => {
  it("is read as one JSON document", async () => {
    expect(await readDocument(stdinOf(JSON.stringify(event)))).toEqual(event);
  });

  it("may begin with a byte order mark and have space around it", async () => {
    expect(await readDocument(stdinOf(`\uFEFF\r\n ${JSON.stringify(event)}\r\n`))).toEqual(event);
  });

  it("may arrive byte by byte, also inside a character", async () => {
    expect(
      await readDocument(
        stdinOf(...[...Buffer.from(JSON.stringify(event))].map((byte) => Uint8Array.of(byte))),
      ),
    ).toEqual(event);
  });

  it("may be nested as deep as 64 levels, and have brackets in its texts", async () => {
    const deep = `${'{"a":'.repeat(63)}{"b":"${"[{".repeat(500)}\\"["}${"}".repeat(63)}`;
    expect(await readDocument(stdinOf(deep))).toHaveProperty("a");
  });

  it("may be wide", async () => {
    expect(
      await readDocument(stdinOf(JSON.stringify({ list: Array(10_000).fill({ a: [] }) }))),
    ).toHaveProperty("list.9999.a");
  });

  it("may have dates in each form that PowerShell writes", async () => {
    const forms = {
      iso: "2026-03-01T00:00:00Z",
      windows: "\\/Date(1772323200000)\\/",
      local: "\\/Date(1772323200000+0100)\\/",
      object: {
        value: "\\/Date(1772323200000)\\/",
        DisplayHint: 2,
        DateTime: "Sunday 1 March 2026",
      },
      isoObject: { value: "2026-03-01T00:00:00Z", DisplayHint: 2, DateTime: "Sunday 1 March 2026" },
      list: ["\\/Date(1772323200000)\\/"],
      other: { value: "a", DateTime: "b", more: "c" },
      far: "\\/Date(9999999999999999)\\/",
    };
    const json = JSON.stringify(forms).replaceAll("\\\\/", "\\/");
    const date = "2026-03-01T00:00:00.000Z";
    expect(await readDocument(stdinOf(json))).toEqual({
      iso: "2026-03-01T00:00:00Z",
      windows: date,
      local: date,
      object: date,
      isoObject: "2026-03-01T00:00:00Z",
      list: [date],
      other: forms.other,
      far: "/Date(9999999999999999)/",
    });
  });

  it("may have DryRun once, and the word elsewhere", async () => {
    const one = { actionContext: { DryRun: true }, note: '"DryRun": false', deep: { dryRun: 1 } };
    expect(await readDocument(stdinOf(JSON.stringify(one)))).toEqual(one);
  });

  it.each([
    '{"actionContext":{"DryRun":true,"DryRun":false}}',
    '{"actionContext":{"DryRun":true},"a":{"dryrun" : 1,"dryrun": 2}}',
  ])("is refused when DryRun appears more than once: %s", async (text) => {
    expect(await refusal(text)).toEqual([
      "DryRun appears more than once in the event; expected once.",
    ]);
  });

  it("keeps a key called __proto__ as data", async () => {
    const read = (await readDocument(stdinOf('{"__proto__":{"polluted":true}}'))) as Record<
      string,
      unknown
    >;
    expect(Object.keys(read)).toEqual(["__proto__"]);
    expect(read["polluted"]).toBeUndefined();
  });
});

describe("input that is not an event", () => {
  it.each([[""], [" \r\n\t "], ["\uFEFF"]])("is reported as empty: %j", async (text) => {
    expect(await refusal(text)).toEqual(["stdin is empty; expected one event as JSON."]);
  });

  it.each<[string, Buffer]>([
    ["little endian with a byte order mark", utf16le('\uFEFF{"a":1}')],
    ["big endian with a byte order mark", utf16be('\uFEFF{"a":1}')],
    ["little endian", utf16le('{"a":1}')],
    ["big endian", utf16be('{"a":1}')],
  ])("is called UTF-16: %s", async (_name, bytes) => {
    expect(await refusal(bytes)).toEqual(["stdin is UTF-16 text; expected UTF-8."]);
  });

  it.each<[string, Buffer]>([
    ["a byte that is none of UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["a character that is cut off", Buffer.from('{"a":"é').subarray(0, -1)],
    ["Latin-1", Buffer.from('{"a":"Zoë"}', "latin1")],
  ])("is not taken for UTF-8: %s", async (_name, bytes) => {
    expect(await refusal(bytes)).toEqual([
      "stdin is not UTF-8 text; expected one event as JSON in UTF-8.",
    ]);
  });

  it.each(["hunter2", "{", '{"a":1}{"b":2}', "{'a':1}", '{"a":1,}', "@{a=b; c=d}"])(
    "is not quoted when it is not JSON: %s",
    async (text) => {
      expect(await refusal(text)).toEqual([
        `stdin is not JSON (${text.length} bytes were read); expected one event as JSON.`,
      ]);
    },
  );

  it.each(["[]", "null", "1", '"text"', '[{"actionContext":{}}]'])(
    "is refused when it is not an object: %s",
    async (text) => {
      expect(await refusal(text)).toEqual([
        "stdin is JSON, but not an object; expected one event.",
      ]);
    },
  );

  it.each<[string, string]>([
    ["65 levels", `${'{"a":'.repeat(64)}{}${"}".repeat(64)}`],
    ["100,000 lists", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["100,000 objects that never end", '{"a":'.repeat(100_000)],
  ])("is refused before it is parsed when it is nested too deep: %s", async (_name, text) => {
    expect(await refusal(text)).toEqual(["The event on stdin is nested deeper than 64 levels."]);
  });

  it("is read to its end but not kept when it is too large", async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    expect(await refusal(...Array<Buffer>(50).fill(megabyte))).toEqual([
      `The event on stdin has 52428800 bytes; expected at most ${maxBytes}.`,
    ]);
  });

  it("is reported as broken when stdin breaks", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      throw new Error("EIO: i/o error, read");
    }
    await expect(readDocument(broken())).rejects.toThrow("EIO: i/o error, read");
  });
});

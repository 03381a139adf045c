import { createServer } from "node:net";
import { EventEmitter, once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { openerFor, openInBrowser } from "../../tools/cli/browser.ts";
import { usualPort } from "../../tools/session/control.ts";
import { requestLine } from "../../tools/cli/requestLine.ts";
import { serveEmulator, type EmulatorOptions } from "../../tools/cli/verbs/emulator.ts";
import type { Entry } from "../emulator/journal.ts";
import { ran, recordingTerminal, type RecordingTerminal } from "./terminal.ts";

interface Served extends RecordingTerminal {
  url: string;
  /** Ends the emulator; resolves when it has closed. */
  stop(): Promise<void>;
}

/** `emulator` in this process, on a terminal that someone watches. */
async function served(options: EmulatorOptions): Promise<Served> {
  const terminal = { ...recordingTerminal(), isWatched: true };
  const end = new EventEmitter();
  const done = serveEmulator(options, terminal, once(end, "end"));
  const lastLine = /^Ctrl\+C|^\{/;
  await vi.waitFor(() => expect(terminal.lines.at(-1)).toMatch(lastLine), { interval: 5 });
  const url = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(terminal.lines.join("\n"))?.[0] ?? "";
  const stop = async (): Promise<void> => {
    end.emit("end");
    await done;
  };
  return { ...terminal, url, stop };
}

describe("exo-connector emulator on a terminal", () => {
  it("shows its page, what to type next, and a line for each request", async () => {
    const { url, lines, stop } = await served({ port: "0" });
    try {
      expect(lines[0]).toBe("Contoso (emulated), 226 objects");
      expect(lines).toContain(`  page      ${url}/`);
      const command = lines.find((line) => line.includes("npm run exo -- run update"));
      const args = command?.trim().split(" ").slice(4) ?? [];
      const before = lines.length;
      expect(await ran(args)).toMatchObject({ code: 0 });
      expect(lines.slice(before).map((line) => line.slice(10).replace(/\d+ ms$/, "N ms"))).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^token +c11e4700-0000-4000-8000-00000000c0de +200 +N ms$/),
          expect.stringMatching(/^Set-Mailbox +0b1ec700-[-\w]+ +200 +N ms$/),
        ]),
      );
    } finally {
      await stop();
    }
  });

  it("takes free ports, and says so, when the usual one is in use", async () => {
    const other = createServer().listen(usualPort, "127.0.0.1");
    // Someone else may have it: then it is in use as well.
    await once(other, "listening").catch(() => undefined);
    const { url, lines, stop } = await served({});
    try {
      expect(url).not.toContain(`:${usualPort}`);
      expect(lines.join("\n")).toContain(`Port ${usualPort} or the next one is in use`);
    } finally {
      await stop();
      other.close();
    }
  });

  it("prints only the addresses with --json, also on a terminal", async () => {
    const { lines, stop } = await served({ port: "0", json: true });
    const { exchangeUrl } = JSON.parse(lines[0] ?? "") as { exchangeUrl: string };
    await fetch(`${exchangeUrl}/adminapi`);
    await stop();
    expect(lines).toHaveLength(1);
  });
});

describe("the line of a request", () => {
  const entry: Entry = {
    at: "2026-06-01T12:34:56.000Z",
    side: "exchange",
    method: "POST",
    path: "/adminapi/beta/x/InvokeCommand",
    query: "",
    cmdlet: "Get-Mailbox",
    parameters: { Identity: "anna" },
    page: 1,
    headers: {},
    credential: "bearer",
    status: 200,
    ms: 7,
    applied: true,
  };
  const line = (changes: Partial<Entry>): string =>
    requestLine({ ...entry, ...changes }, { styled: (style, text) => `<${style} ${text.trim()}>` });

  it.each<[Partial<Entry>, RegExp]>([
    [{}, /^<dim 12:34:56> {2}Get-Mailbox +anna +<green 200> +7 ms$/],
    [{ page: 2 }, /Get-Mailbox page 2 /],
    [{ status: 429, fault: "throttled" }, /<yellow 429> +7 ms {2}<yellow throttled>$/],
    [{ status: 503 }, /<red 503>/],
    [{ status: null, fault: "cut after" }, /<red cut> +7 ms {2}<red cut after>$/],
    [{ parameters: { Filter: "Alias -eq 'a'" } }, / Alias -eq 'a' /],
    [{ parameters: { Identity: "a\n\tb" } }, / a b /],
    [{ cmdlet: "$batch", parameters: {}, items: [] }, /\$batch +0 commands/],
  ])("is readable: %j", (changes, expected) => {
    expect(line(changes)).toMatch(expected);
  });

  it("names what is not a cmdlet by its method and path", () => {
    const { cmdlet: _, ...other } = entry;
    expect(requestLine(other, { styled: (_style, text) => text })).toContain(
      "POST /adminapi/beta/x/InvokeCommand",
    );
  });
});

describe("emulator --open", () => {
  it.each([
    ["darwin", ["open", ["http://127.0.0.1:1/"]]],
    ["win32", ["rundll32", ["url.dll,FileProtocolHandler", "http://127.0.0.1:1/"]]],
    ["linux", ["xdg-open", ["http://127.0.0.1:1/"]]],
  ])("uses the opener of %s", (platform, expected) => {
    expect(openerFor(platform, "http://127.0.0.1:1/")).toEqual(expected);
  });

  it("reports whether that worked", async () => {
    const node = process.execPath;
    expect(await openInBrowser("", [node, ["-e", ""]])).toBe(true);
    expect(await openInBrowser("", [node, ["-e", "process.exit(3)"]])).toBe(false);
    expect(await openInBrowser("", ["no-such-opener", []])).toBe(false);
  });
});

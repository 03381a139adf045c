import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listen, type Listener } from "../../tools/link/listener.ts";
import { openerFor } from "../../tools/cli/browser.ts";

let listener: Listener;
beforeEach(async () => void (listener = await listen(0, "the-state")));
afterEach(() => listener.close());

const post = (fields: Record<string, string>) =>
  fetch(listener.redirectUri, { method: "POST", body: new URLSearchParams(fields) });

describe("the listener for the answer of the sign-in page", () => {
  it("takes the answer as a form and as an address", async () => {
    const answer = listener.answer(5_000);
    expect((await post({ state: "the-state", code: "the code" })).status).toBe(200);
    expect((await answer)?.get("code")).toBe("the code");
    await listener.close();
    listener = await listen(0, "the-state");
    const other = listener.answer(5_000);
    await fetch(`${listener.redirectUri}?state=the-state&error=access_denied`);
    expect((await other)?.get("error")).toBe("access_denied");
  });

  it("turns away the answer of another sign-in, and waits on", async () => {
    const answer = listener.answer(5_000);
    for (const state of ["another-state", ""])
      expect((await post({ state, code: "planted" })).status).toBe(400);
    expect((await fetch(`${listener.redirectUri}?code=planted`)).status).toBe(400);
    await post({ state: "the-state", code: "right" });
    expect((await answer)?.get("code")).toBe("right");
  });

  it("turns away every other path, method, size and host", async () => {
    const answer = listener.answer(700);
    const { redirectUri } = listener;
    expect((await fetch(`${redirectUri}favicon.ico`)).status).toBe(404);
    expect((await fetch(redirectUri, { method: "PUT" })).status).toBe(404);
    expect((await post({ state: "the-state", code: "x".repeat(70_000) })).status).toBe(413);
    const { port } = new URL(redirectUri);
    const status = await new Promise((resolve) =>
      request(
        {
          host: "127.0.0.1",
          port,
          path: "/?state=the-state&code=x",
          headers: { host: `rebound.example:${port}` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      ).end(),
    );
    expect(status).toBe(404);
    expect(await answer).toBeUndefined();
  });

  it("takes a call without parameters for an answer, and reports when none comes", async () => {
    expect(await listener.answer(20)).toBeUndefined();
    const answer = listener.answer(5_000);
    await fetch(listener.redirectUri);
    expect([...((await answer) ?? ["none"])]).toEqual([]);
  });

  it("shows nothing of the answer", async () => {
    const response = await post({ state: "the-state", code: "<b>canary" });
    expect(await response.text()).not.toContain("canary");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

it("opens an address with & on Windows without a command line", () => {
  expect(openerFor("win32", "https://a/?b=1&c=2")).toEqual([
    "rundll32",
    ["url.dll,FileProtocolHandler", "https://a/?b=1&c=2"],
  ]);
});

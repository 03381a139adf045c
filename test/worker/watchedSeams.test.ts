import { expect, it } from "vitest";
import { machineSeams } from "../../lib/connector.ts";
import type { HttpReply } from "../../lib/net/transport.ts";
import { watchedSeams } from "../../tools/queue/watchedSeams.ts";

/** The waits that are noted when this is the answer to a request. */
async function notedFor(path: string, reply: Partial<HttpReply>): Promise<number[]> {
  const noted: number[] = [];
  const whole: HttpReply = { status: 200, headers: {}, text: "", ...reply };
  const seams = watchedSeams(
    { noted: (ms) => void noted.push(ms) },
    {
      ...machineSeams,
      transport: () => ({ send: () => Promise.resolve(whole), close: () => undefined }),
    },
  );
  const url = `https://graph.microsoft.com${path}`;
  const signal = new AbortController().signal;
  const answer = await seams
    .transport(undefined)
    .send({ method: "POST", url, headers: {} }, signal);
  expect(answer).toBe(whole);
  return noted;
}

const batch = (...responses: readonly object[]): Partial<HttpReply> => ({
  text: JSON.stringify({ responses }),
});

it("notes the wait of a request", async () => {
  const headers = { "retry-after": "7" };
  expect(await notedFor("/v1.0/users", { status: 429, headers })).toEqual([7_000]);
  expect(await notedFor("/v1.0/users", { status: 503, headers })).toEqual([7_000]);
  expect(await notedFor("/v1.0/users", { status: 404, headers })).toEqual([]);
  expect(await notedFor("/v1.0/users", { status: 429 })).toEqual([]);
});

it("notes the waits inside the answer to a batch", async () => {
  const refused = { id: "2", status: 429, headers: { "Retry-After": "12" } };
  const passed = { id: "1", status: 200, headers: { "Retry-After": "99" }, body: { status: 429 } };
  expect(await notedFor("/v1.0/$batch", batch(passed, refused))).toEqual([12_000]);
  expect(await notedFor("/v1.0/$batch", batch(passed))).toEqual([]);
  expect(await notedFor("/v1.0/users", batch(refused))).toEqual([]);
  expect(await notedFor("/v1.0/$batch", { text: '{"responses":[{"status":429' })).toEqual([]);
});

/** The same emulator for a client that fetches in the test's own process. */
import { http, type RequestHandler } from "msw";
import type { Emulator } from "./emulator.ts";
import { bytesOf, type Answer } from "./message.ts";

/** msw handlers for the three hosts (by default the real hosts of the emulated cloud). */
export function handlersFor(emulator: Emulator): RequestHandler[] {
  const { login, exchange, graph } = emulator.baseUrls();
  const answered = fetchFrom(emulator);
  return [login, exchange, graph].map((origin) =>
    http.all(`${origin}/*`, ({ request }) => answered(request)),
  );
}

/** `fetch` from an emulator. A connection that is cut is `Response.error()`. */
export function fetchFrom(emulator: Emulator): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url, signal } = request;
    const headers = Object.fromEntries(request.headers);
    const text = await request.text();
    return responseTo(await emulator.handle({ method, url, headers, text, signal }));
  };
}

function responseTo(answer: Answer): Response {
  const { status, headers, cut } = answer;
  if (cut === "before") return Response.error();
  const bytes = bytesOf(answer);
  if (bytes.length === 0) return new Response(null, { status, headers });
  return new Response(cut === undefined ? bytes : half(bytes), { status, headers });
}

/** A body that breaks after half of its bytes. */
function half(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) controller.error(new TypeError("terminated"));
      else controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      isSent = true;
    },
  });
}

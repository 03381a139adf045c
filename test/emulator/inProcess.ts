/** The same emulator as msw handlers, for a client that fetches in the test's own process. */
import { http, type RequestHandler } from "msw";
import type { Emulator } from "./emulator.ts";

/** Handlers for both hosts (by default the real hosts of the emulated cloud). */
export function handlersFor(emulator: Emulator): RequestHandler[] {
  const { login, exchange } = emulator.baseUrls();
  return [login, exchange].map((origin) =>
    http.all(`${origin}/*`, ({ request }) => emulator.handle(request)),
  );
}

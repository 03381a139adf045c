import { UsageError } from "./usageError.ts";

/** The port of an emulator's Exchange side when none is given; the sign-in side has the next one. */
export const usualPort = 8750;

export const usualAddress = `http://127.0.0.1:${usualPort}`;

/** A request to the control API of an emulator that runs. */
export interface Control {
  method?: "GET" | "PUT" | "PATCH" | "DELETE";
  /** What follows `/_emulator/`. */
  path: string;
  body?: unknown;
}

/** Asks an emulator that runs; the result is the JSON that it answers, if any. Throws what it refuses. */
export async function askEmulator(
  address: string,
  { method = "GET", path, body }: Control,
): Promise<unknown> {
  const response = await fetch(urlOf(address, path), {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new UsageError(
      `No emulator answers at ${address}: ${cause instanceof Error ? cause.message : String(cause)}. Start one with ` +
        "`exo-connector emulator`, or give the address that it printed with --emulator.",
    );
  });
  if (response.status === 204) return undefined;
  const text = await response.text();
  if (response.ok) return parsed(text, address);
  const { problems } = (parsed(text, address) ?? {}) as { problems?: string[] };
  throw new UsageError(...(problems ?? [`${address} answers ${response.status}: ${text}`]));
}

function urlOf(address: string, path: string): URL {
  if (!URL.canParse(address))
    throw new UsageError(`${address} is not an address; expected one such as ${usualAddress}.`);
  return new URL(`/_emulator/${path}`, address);
}

function parsed(text: string, address: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`What answers at ${address} is not an emulator.`);
  }
}

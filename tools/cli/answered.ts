import { recordedOriginOf } from "./recording.ts";
import type { Answered, Asked } from "../session/traffic.ts";

/** Headers of an answer that a client reads. */
const headersThatMatter = [
  "content-type",
  "retry-after",
  "www-authenticate",
  "x-exceptiontype",
  "x-ms-diagnostics",
  "location",
  "request-id",
];

/** An answer's headers, without those that change nothing. */
export function headersThatMatterOf(
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    headersThatMatter.flatMap((header) => {
      const value = headers[header];
      return value === undefined ? [] : [[header, value]];
    }),
  );
}

/** An answer as a recording has it; `origin` is the host that gave it to what was asked. */
export function answeredOf(
  {
    status,
    headers,
    body,
  }: { status: number; headers: Readonly<Record<string, string>>; body: string },
  { origin, asked }: { origin: string; asked: Asked },
): Answered {
  const { "content-type": type = "", "request-id": requestId, ...others } = headers;
  const isJson = type.startsWith("application/json");
  // People see a request id when something went wrong.
  const shown = {
    ...(isJson || type === "" ? {} : { "content-type": type }),
    ...others,
    ...(status >= 400 && requestId !== undefined ? { "request-id": requestId } : {}),
  };
  const recorded = (text: string): string => text.replaceAll(origin, recordedOriginOf(asked));
  const content = recorded(body);
  return {
    status,
    ...(Object.keys(shown).length > 0 ? { headers: mappedHeaders(shown, recorded) } : {}),
    body: isJson ? (JSON.parse(content) as unknown) : content,
  };
}

/** Headers with every value changed. */
export function mappedHeaders(
  headers: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}

import { UsageError } from "../session/usageError.ts";

/** For an option that can be repeated. */
export function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The `name=value` pairs of an option. */
export function pairsIn(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text): [string, string] => {
      const at = text.indexOf("=");
      if (at < 1) throw new UsageError(`${option} ${text}: expected name=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

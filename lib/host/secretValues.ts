/** The secrets of an event: the texts where its schema says `secret`. */
import { isRecord } from "../record.ts";
import { nameOf, namesOf, type Shape } from "./schemaContract.ts";

/** The secrets in an event. */
export function secretsIn(event: unknown, shape: Shape): string[] {
  return [...textsIn(event, shape)].flatMap(({ isSecret, text }) => (isSecret ? [text] : []));
}

/**
 * What is wrong with an event in which the value of a secret is also the value or the name of something else. The
 * platform would store it, and nothing that the platform stores is masked.
 */
export function repeatedSecrets(event: unknown, shape: Shape): string[] {
  const texts = [...textsIn(event, shape)];
  const secrets = new Map(
    texts.filter(({ isSecret }) => isSecret).map(({ text, path }) => [text.trim(), path]),
  );
  const faults = texts.flatMap(({ path, text, isSecret, isName }) => {
    const secret = isSecret ? undefined : secrets.get(text.trim());
    if (secret === undefined) return [];
    const where = isName ? `a name in ${nameOf(path, shape)}` : nameOf(path, shape);
    return [`${nameOf(secret, shape)} is a secret, but ${where} has the same value.`];
  });
  return [...new Set(faults)];
}

interface Text {
  /** A JSON pointer. */
  path: string;
  text: string;
  isSecret: boolean;
  /** The name of a member of `path` that the schema does not know. */
  isName?: true;
}

/** Every text and number of an event that is not blank, and every name that the schema does not know. */
function* textsIn(value: unknown, shape: Shape, path = ""): Generator<Text, void, undefined> {
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    if (text.trim() !== "") yield { path, text, isSecret: shape.secret === true };
  } else if (Array.isArray(value)) {
    // A value in the wrong form is refused later, but it is still secret: lists and objects in the place of a secret
    // are searched too.
    for (const [index, item] of value.entries())
      yield* textsIn(item, shape.items ?? shape, `${path}/${index}`);
  } else if (isRecord(value)) {
    const known = namesOf(shape);
    for (const [key, member] of Object.entries(value)) {
      const name = known.get(key.toLowerCase());
      if (name === undefined) yield { path, text: key, isSecret: false, isName: true };
      const own = shape.properties?.[name ?? ""] ?? {};
      const step = (name ?? key).replaceAll("~", "~0").replaceAll("/", "~1");
      yield* textsIn(member, shape.secret ? shape : own, `${path}/${step}`);
    }
  }
}

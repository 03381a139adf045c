/** Replaces a secret. */
export const mask = "[secret]";

/** So much of the beginning of a secret is recognised, also when a text was cut off after it. */
const recognisableLength = 20;

/** More of a secret is not compared: a text that contains so much of one is masked to its end. */
const maxLength = 8_192;

/** What was encoded more often than this was not encoded by accident. */
const maxDecodings = 4;

/**
 * A shorter secret is masked only where it is a separate word, with all its punctuation: a password "contoso" must not
 * remove a part of every sentence.
 */
const minLengthInside = 8;

/** A shorter encoding, of one or two characters, would also be a word of its own. */
const minEncodedLength = 4;

/**
 * Masks secrets in texts that people read, in every form from which they could be restored. A text is decoded step by
 * step (URLs, JSON, HTML), and in each step its letters and digits alone are searched, without regard to case: so
 * spaces, line breaks and punctuation hide nothing. Data that the platform stores is not masked, because a changed
 * value would do damage: see secretValues.ts.
 */
export class Redaction {
  readonly #forms = new Map<string, Form>();

  /** From now on `secret` is masked. A blank text is not a secret. */
  add(secret: string): void {
    for (const [text, form] of knownForms(secret)) this.#forms.set(text, form);
  }

  /** Text for people, without secrets. */
  text(text: string): string {
    if (this.#forms.size === 0) return text;
    const found: Range[] = [];
    for (const step of decodings(text)) found.push(...this.#rangesIn(step));
    return withoutRanges(text, found);
  }

  /** A copy of `value`, as JSON has it, with every text and key as `text` returns it. */
  deep(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [this.text(key), this.deep(member)]),
    );
  }

  /** Where the secrets are, as positions in the original text. */
  #rangesIn({ text, starts }: Decoded): Range[] {
    const letters = lettersOf(text);
    const folded = lowerCase(text);
    let places: Uint32Array | undefined;
    const place = (letter: number): number => (places ??= placesOf(text))[letter] ?? 0;
    const found: Range[] = [];
    for (const form of this.#forms.values()) {
      const ranges = form.isWord ? wordsIn(folded, form) : insideOf(text, { letters, place }, form);
      for (const [start, end] of ranges) found.push([starts[start] ?? 0, starts[end] ?? 0]);
    }
    return found;
  }
}

type Forms = ReadonlyMap<string, Form>;

/**
 * The forms of the secrets that were used last: a process with many events has the same ones again and again, a few for
 * each tenant.
 */
const latestForms = new Map<string, Forms>();
const maxLatest = 64;

function knownForms(secret: string): Forms {
  const forms = latestForms.get(secret) ?? allFormsOf(secret);
  latestForms.delete(secret);
  latestForms.set(secret, forms);
  for (const oldest of latestForms.keys())
    if (latestForms.size > maxLatest) latestForms.delete(oldest);
  return forms;
}

function allFormsOf(secret: string): Forms {
  const isCut = secret.length > maxLength;
  const trimmed = secret.trim().slice(0, maxLength);
  // The signature of a token is a secret by itself.
  const [, , signature = ""] = /^[\w-]+(\.[\w-]+){2}$/.test(trimmed) ? trimmed.split(".") : [];
  const texts = [trimmed, signature].filter((text) => text !== "");
  return new Map(texts.flatMap(formsOf).map((text) => [text, { ...formOf(text), isCut }]));
}

/** A form that a secret may have. */
interface Form {
  /** As it is written, in lower case. */
  text: string;
  /** Its letters and digits. */
  letters: string;
  /** The letters and digits of its recognisable beginning. */
  beginning: string;
  isWord: boolean;
  /** The secret goes on after it. */
  isCut: boolean;
  /** The punctuation around the letters. */
  before: string;
  after: string;
}

function formOf(text: string): Omit<Form, "isCut"> {
  const letters = lettersOf(text);
  const { length } = lettersOf(text.slice(0, recognisableLength));
  const isLetter = (index: number): boolean => lettersOfOne(text.charCodeAt(index)) !== "";
  let first = 0;
  while (first < text.length && !isLetter(first)) first++;
  let end = text.length;
  while (end > first && !isLetter(end - 1)) end--;
  return {
    text: lowerCase(text),
    letters,
    beginning: letters.slice(0, Math.max(length, minLengthInside)),
    isWord: letters.length < minLengthInside,
    before: text.slice(0, first),
    after: text.slice(end),
  };
}

/** The secret as it is, and in the encodings of bytes. */
function formsOf(secret: string): string[] {
  const utf8 = Buffer.from(secret, "utf8");
  const utf16 = Buffer.from(secret, "utf16le");
  const all = [secret, utf8.toString("hex")];
  for (const encoding of ["base64", "base64url"] as const)
    all.push(utf8.toString(encoding), utf16.toString(encoding));
  if (secret.length >= minLengthInside) all.push(...insideBase64(utf8), ...insideBase64(utf16));
  // What looks like an escape may be decoded together with the text around it.
  for (const { text } of decodings(secret)) all.push(text);
  return all.filter((text) => text === secret || text.length >= minEncodedLength);
}

/** The bytes in base64 as a part of a longer text, which shifts them by one or two bytes. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)),
  );
}

/** From (included) and to (excluded). */
type Range = [start: number, end: number];

/** A text, and for each of its characters (and its end) where it starts in the original. */
interface Decoded {
  text: string;
  starts: Uint32Array;
}

/** The text as it is, decoded once, twice and so on, as long as that changes it. */
function* decodings(text: string): Generator<Decoded, void, undefined> {
  const starts = new Uint32Array(text.length + 1);
  for (let index = 0; index < starts.length; index++) starts[index] = index;
  let step: Decoded | undefined = { text, starts };
  for (let times = 0; step && times <= maxDecodings; times++) {
    yield step;
    step = decoded(step);
  }
}

/** One character in a URL (UTF-8), in JSON or in HTML. Each is found nested too: `%2522`, `\\u0022`, `&amp;quot;`. */
const escape = new RegExp(
  [
    "(?<url>P[0-7]X|P[c-f]X(?:P[89ab]X){1,3})".replaceAll("P", "%(?:25){0,8}"),
    String.raw`\\{1,16}(?:u(?<unit>XXXX)|(?<letter>[nrtbf])|(?<quote>["'/]))|(?<backslash>\\{2,16})`,
    String.raw`&(?:amp;){0,8}(?:#x(?<hex>X{1,6})|#(?<number>\d{1,7})|(?<name>quot|apos|lt|gt|amp|nbsp));`,
  ]
    .join("|")
    .replaceAll("X", "[0-9a-f]"),
  "gi",
);

/** The text with its escapes decoded once; undefined when it has none. */
function decoded({ text, starts }: Decoded): Decoded | undefined {
  const parts: string[] = [];
  // No escape is shorter than the character that it is for.
  const newStarts = new Uint32Array(starts.length);
  let length = 0;
  let done = 0;
  const copyTo = (end: number): void => {
    parts.push(text.slice(done, end));
    newStarts.set(starts.subarray(done, end), length);
    length += end - done;
  };
  for (const { 0: escaped, index, groups = {} } of text.matchAll(escape)) {
    copyTo(index);
    const character = characterOf(groups);
    parts.push(character);
    newStarts.fill(starts[index] ?? 0, length, (length += character.length));
    done = index + escaped.length;
  }
  if (done === 0) return undefined;
  copyTo(text.length);
  newStarts[length] = starts.at(-1) ?? 0;
  return { text: parts.join(""), starts: newStarts.subarray(0, length + 1) };
}

const namedCharacters: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  amp: "&",
  nbsp: "\u00a0",
};

function characterOf({
  url,
  unit,
  quote,
  backslash,
  hex,
  number,
  letter,
  name,
}: Readonly<Record<string, string | undefined>>): string {
  if (url !== undefined) return inUtf8(url);
  if (quote !== undefined) return quote;
  if (backslash !== undefined) return "\\";
  if (unit !== undefined) return String.fromCharCode(parseInt(unit, 16));
  const named = namedCharacters[(letter ?? name ?? "").toLowerCase()];
  if (named !== undefined) return named;
  const code = hex === undefined ? Number(number) : parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/** The character of `%C3%A9`, or of `%25C3%25A9`. */
function inUtf8(escaped: string): string {
  const digits = escaped.replace(/%(?:25)*([0-9a-f]{2})(?=%|$)/gi, "$1");
  return Buffer.from(digits, "hex").toString("utf8");
}

/** The letters and digits of a text, in lower case and without accents. */
function lettersOf(text: string): string {
  if (ascii.test(text)) return text.toLowerCase().replace(noLetters, "");
  const letters = new Uint16Array(mostLetters * text.length);
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const found = lettersOfOne(text.charCodeAt(index));
    for (let each = 0; each < found.length; each++) letters[count++] = found.charCodeAt(each);
  }
  return Buffer.from(letters.buffer, 0, 2 * count).toString("utf16le");
}

/** Where each letter of `lettersOf` is in the text. */
function placesOf(text: string): Uint32Array {
  const places = new Uint32Array(mostLetters * text.length);
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const { length } = lettersOfOne(text.charCodeAt(index));
    for (let each = 0; each < length; each++) places[count++] = index;
  }
  return places.subarray(0, count);
}

/** Nearly every text, and faster: by regular expressions as a whole. */
const ascii = /^[\x00-\x7f]*$/;
const noLetters = /[^a-z0-9]+/g;
/** Of one character: a Hangul syllable has three, and nothing has more. */
const mostLetters = 3;

function lettersOfOne(unit: number): string {
  return (knownLetters[unit] ??= String.fromCharCode(unit)
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, ""));
}

const knownLetters: string[] = [];

/** In lower case, with each character in its place. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** Where a form is, from its beginning as far as the text agrees with it. */
function insideOf(
  text: string,
  { letters, place }: { letters: string; place: (letter: number) => number },
  form: Form,
): Range[] {
  const ranges: Range[] = [];
  for (let from = 0; ;) {
    const start = letters.indexOf(form.beginning, from);
    if (start < 0) return ranges;
    let length = form.beginning.length;
    while (length < form.letters.length && letters[start + length] === form.letters[length])
      length++;
    from = start + length;
    const first = place(start);
    const end = place(from - 1) + 1;
    const isWhole = length === form.letters.length;
    if (isWhole && form.isCut) return [...ranges, [first, text.length]];
    ranges.push([
      text.endsWith(form.before, first) ? first - form.before.length : first,
      isWhole && text.startsWith(form.after, end) ? end + form.after.length : end,
    ]);
  }
}

const letterOrDigit = /[\p{L}\p{N}]/u;

/** Where a form is a word, or several: no letter or digit goes on before or after it. */
function wordsIn(folded: string, form: Form): Range[] {
  const ranges: Range[] = [];
  for (let start = folded.indexOf(form.text); start >= 0;) {
    const end = start + form.text.length;
    const isWord =
      !letterOrDigit.test(folded.charAt(start - 1)) && !letterOrDigit.test(folded.charAt(end));
    if (isWord) ranges.push([start, end]);
    start = folded.indexOf(form.text, isWord ? end : start + 1);
  }
  return ranges;
}

function withoutRanges(text: string, ranges: Range[]): string {
  let result = "";
  let done = 0;
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    if (start >= done) result += text.slice(done, start) + mask;
    done = Math.max(done, end);
  }
  return result + text.slice(done);
}

/** Replaces a secret. */
const mask = "[secret]";

/**
 * A shorter secret is masked only where it is a separate word, and only in texts that people read: a
 * password "contoso" must not remove a part of every sentence, and must not change an address that the
 * platform stores.
 */
const minLengthInside = 8;
const forPeople = new Set(["Message", "message", "sentence"]);

/** A longer secret (a certificate, a token) is recognised by its beginning, even if the text was cut off after it. */
const recognisableStart = 64;

/** An account reference must not change because a password happens to occur in it. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The words that an answer consists of. A password that equals one of them must not break the answer,
 * and the word does not reveal it.
 */
const answerWords = new Set(
  `outputContext outcome plan stats
  Success AuditLogs Action Message IsError Data PreviousData AccountReference AccountCorrelated
  Permissions Identification SubPermissions Reference Id
  target exchange graph activeDirectory operation cmdlet parameters sentence before sent
  version requests retries waitedMs totalMs
  record PermissionReference SubPermissionReference AccountReferences
  DisplayName UserName Enabled Description SubPermissionDisplayName
  level message information warning error verbose
  done alreadySo notYet gone masteredOnPremises notLicensed ambiguous forbidden throttled invalid unknown
  CreateAccount EnableAccount UpdateAccount DisableAccount MoveAccount DeleteAccount CorrelateAccount
  GrantMembership RevokeMembership GrantPermission UpdatePermission RevokePermission
  CreateResource UpdateResource CreateMailbox`.split(/\s+/),
);

/** Masks secrets in everything that is written, in every form in which they may be encoded. */
export class Redaction {
  readonly #forms = new Set<string>();
  #found: { all: RegExp; long: RegExp; shortest: number } | undefined;

  /** From now on `secret` is masked. A blank text is not a secret. */
  add(secret: string): void {
    for (const form of [secret, secret.trim(), secret.replace(/\s+/g, "")]) {
      if (form.trim() === "") continue;
      for (const one of [form, ...inBase64(form)]) this.#forms.add(one);
    }
    this.#found = undefined;
  }

  /** Text for people, without secrets. */
  text(text: string): string {
    return this.#masked(text, "all");
  }

  #masked(text: string, which: "all" | "long"): string {
    if (this.#forms.size === 0 || answerWords.has(text)) return text;
    if (guid.test(text) && !this.#forms.has(text)) return text;
    const { shortest, ...patterns } = (this.#found ??= this.#compiled());
    return text.length < shortest ? text : text.replace(patterns[which], mask);
  }

  /** A copy of `value`, as JSON has it, with every text and key redacted. */
  deep(value: unknown, name = ""): unknown {
    if (typeof value === "string") return this.#masked(value, forPeople.has(name) ? "all" : "long");
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        this.#masked(key, "long"),
        this.deep(member, key),
      ]),
    );
  }

  #compiled(): { all: RegExp; long: RegExp; shortest: number } {
    const forms = [...this.#forms].sort((a, b) => b.length - a.length);
    const anyOf = (some: string[]): RegExp =>
      new RegExp(some.length === 0 ? "(?!)" : some.map(needle).join("|"), "gu");
    return {
      all: anyOf(forms),
      long: anyOf(forms.filter(({ length }) => length >= minLengthInside)),
      shortest: Math.min(recognisableStart, forms.at(-1)?.length ?? 0),
    };
  }
}

/**
 * The text in base64: alone, and (when it is long enough to be recognised) as part of a longer text, which
 * shifts it by zero, one or two bytes.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  return (["base64", "base64url"] as const).flatMap((encoding) => {
    const inside = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)),
    );
    return [bytes.toString(encoding), ...(text.length < minLengthInside ? [] : inside)];
  });
}

/** A pattern that finds `form` in a text. */
function needle(form: string): string {
  const start = form.slice(0, recognisableStart).replace(/[\ud800-\udbff]$/u, ""); // whole characters only
  const pattern = [...start.matchAll(/\\+|[^\\]/gu)].map(([part]) => patternOf(part)).join("");
  if (form.length < minLengthInside) return `${beforeWord}${pattern}${afterWord}`;
  if (form.length <= recognisableStart) return pattern;
  const ends = Array.from(" \n\r\t\"'<>&")
    .filter((end) => !form.includes(end))
    .join("");
  return `${pattern}[^${ends}]*`;
}

/** A word also begins after an escape: the `n` of `\n` and the `3D` of `%3D` are not part of it. */
const beforeWord = String.raw`(?<=^|[^\p{L}\p{N}]|\\[bfnrt]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})`;
const afterWord = String.raw`(?![\p{L}\p{N}])`;

/** A pattern for one character, or for a run of backslashes, in every form below. */
function patternOf(part: string): string {
  if (/^[A-Za-z0-9]$/.test(part)) return part;
  const char = part.startsWith("\\") ? "\\" : part;
  const forms = escapedForms.flatMap((form) => form(char) ?? []);
  if (char !== "\\") return `(?:${[...forms, plainForm(char)].join("|")})`;
  // JSON doubles a backslash, and doubles it again in JSON in JSON: 16 for one after four times.
  const count = part.length;
  return String.raw`(?:\\{${count},${count * 16}}|(?:${forms.join("|")}){${count}})`;
}

/**
 * The ways to escape a character. Each is found nested too: JSON in JSON puts more backslashes before
 * an escape, and a URL in a URL writes its `%` as `%25`.
 */
const escapedForms: readonly ((char: string) => string | undefined)[] = [
  // é in a URL: %C3%A9, and in a URL in a URL: %25c3%25a9
  (char) => [...utf8(char)].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(""),
  // é in ASCII JSON: \u00e9, and in JSON in JSON: \\u00E9
  (char) => char.replace(/[^]/g, (unit) => `${backslashes}u${hex(unit.charCodeAt(0), 4)}`),
  // a line break in JSON: \n
  (char) => (char in namedEscapes ? `${backslashes}${namedEscapes[char]}` : undefined),
  // a space in a form: +
  (char) => (char === " " ? String.raw`\+` : undefined),
];

const backslashes = String.raw`\\{1,15}`;
const namedEscapes: Readonly<Record<string, string>> = {
  "\n": "n",
  "\r": "r",
  "\t": "t",
  "\b": "b",
  "\f": "f",
};

/**
 * The character itself, after any backslashes (`"` in JSON: `\"`). Half a surrogate pair has no UTF-8
 * form and leaves as U+FFFD.
 */
function plainForm(char: string): string {
  const forms = [...new Set([char, utf8(char).toString("utf8")])];
  const literals = forms.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return String.raw`\\{0,15}(?:${literals.join("|")})`;
}

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

/** A number in hexadecimal digits, of either case. */
function hex(number: number, digits: number): string {
  return number
    .toString(16)
    .padStart(digits, "0")
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

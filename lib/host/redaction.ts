/** What stands in the place of a secret. */
const mask = "[secret]";

/**
 * A shorter secret is masked only where it stands as a word, and only in what is written for
 * people: a password "contoso" must not empty every sentence, and must not change an address that
 * the platform stores.
 */
const longEnough = 8;
const forPeople = new Set(["Message", "message", "sentence"]);

/** A longer secret (a certificate, a token) is told by its beginning, also where a text was cut off in its midst. */
const tellTale = 64;

/** An account reference must never be maimed because a password happens to occur in it. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The words an answer is made of. A password that is one of them must not take the answer apart,
 * and is not betrayed by them.
 */
const answerWords = new Set(
  `outputContext outcome plan stats
  Success AuditLogs Action Message IsError Data PreviousData AccountReference AccountCorrelated
  Permissions Identification SubPermissions Reference Id
  target exchange graph activeDirectory operation cmdlet parameters sentence before sent
  requests retries waitedMs totalMs
  record PermissionReference SubPermissionReference AccountReferences
  DisplayName UserName Enabled Description SubPermissionDisplayName
  level message information warning error verbose
  done alreadySo notYet gone masteredOnPremises notLicensed ambiguous forbidden throttled invalid unknown
  CreateAccount EnableAccount UpdateAccount DisableAccount MoveAccount DeleteAccount CorrelateAccount
  GrantMembership RevokeMembership GrantPermission UpdatePermission RevokePermission
  CreateResource UpdateResource CreateMailbox`.split(/\s+/),
);

/** Takes secrets out of whatever is about to be written, in every form they may have been put into on the way. */
export class Redaction {
  readonly #forms = new Set<string>();
  #found: { all: RegExp; long: RegExp; shortest: number } | undefined;

  /** From now on `secret` is masked. Blank texts are no secrets. */
  add(secret: string): void {
    for (const form of [secret, secret.trim(), secret.replace(/\s+/g, "")]) {
      if (form.trim() === "") continue;
      for (const one of [form, ...inBase64(form)]) this.#forms.add(one);
    }
    this.#found = undefined;
  }

  /** Text for people, without any secret. */
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
    const patternOf = (some: string[]): RegExp =>
      new RegExp(some.length === 0 ? "(?!)" : some.map(needle).join("|"), "gu");
    return {
      all: patternOf(forms),
      long: patternOf(forms.filter(({ length }) => length >= longEnough)),
      shortest: Math.min(tellTale, forms.at(-1)?.length ?? 0),
    };
  }
}

/**
 * The text in base64: on its own, and (when it is long enough to be told) as part of a longer text,
 * which shifts it by no, one or two bytes.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  return (["base64", "base64url"] as const).flatMap((encoding) => {
    const inside = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)),
    );
    return [bytes.toString(encoding), ...(text.length < longEnough ? [] : inside)];
  });
}

/** What finds `form` in a text. */
function needle(form: string): string {
  const start = form.slice(0, tellTale).replace(/[\ud800-\udbff]$/u, ""); // whole characters only
  const spelled = [...start.matchAll(/\\+|[^\\]/gu)].map(([part]) => spellings(part)).join("");
  // A word also begins behind an escape: the `n` of `\n` and the `3D` of `%3D` are no part of it.
  if (form.length < longEnough)
    return `(?<=^|[^\\p{L}\\p{N}]|\\\\[bfnrt]|\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})${spelled}(?![\\p{L}\\p{N}])`;
  if (form.length <= tellTale) return spelled;
  const ends = Array.from(" \n\r\t\"'<>&")
    .filter((end) => !form.includes(end))
    .join("");
  return `${spelled}[^${ends}]*`;
}

/**
 * A pattern for one character (or a run of backslashes) in all spellings that JSON and URLs have
 * for it, also inside each other.
 */
function spellings(part: string): string {
  if (/^[A-Za-z0-9]$/.test(part)) return part;
  const char = part.startsWith("\\") ? "\\" : part;
  const count = part.length;
  // Half a surrogate pair has no UTF-8 form and leaves as U+FFFD.
  const bytes = Buffer.from(char, "utf8");
  const literals = [...new Set([char, bytes.toString("utf8")])].map((one) =>
    one.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"),
  );
  const units = Array.from(
    { length: char.length },
    (_, index) => `\\\\{1,15}u${hex(char.charCodeAt(index), 4)}`,
  ).join("");
  const named = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f" }[char];
  const escaped = [
    [...bytes].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(""),
    units,
    ...(named === undefined ? [] : [`\\\\{1,15}${named}`]),
    ...(char === " " ? ["\\+"] : []),
  ];
  if (char === "\\") return `(?:\\\\{${count},${count * 16}}|(?:${escaped.join("|")}){${count}})`;
  return `(?:${escaped.join("|")}|\\\\{0,15}(?:${literals.join("|")}))`;
}

/** A number in hexadecimal digits, of either case. */
function hex(number: number, digits: number): string {
  return number
    .toString(16)
    .padStart(digits, "0")
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

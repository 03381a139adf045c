/** What stands in the place of a secret. */
const mask = "[secret]";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Takes secrets out of whatever is about to be written, in every form they may have been put into on the way. */
export class Redaction {
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;

  /** From now on `secret` is masked. Blank texts are no secrets. */
  add(secret: string): void {
    for (const form of [secret, secret.trim(), secret.replace(/\s+/g, "")]) {
      if (form.trim() === "") continue;
      this.#forms.add(form).add(JSON.stringify(form).slice(1, -1)).add(encoded(form)).add(encoded(form).replaceAll("%20", "+")).add(Buffer.from(form, "utf8").toString("base64"));
    }
    this.#pattern = undefined;
  }

  text(text: string): string {
    if (this.#forms.size === 0) return text;
    // An account reference must never be maimed because a short password happens to occur in it.
    if (guid.test(text) && !this.#forms.has(text)) return text;
    this.#pattern ??= new RegExp([...this.#forms].sort((a, b) => b.length - a.length).map(needle).join("|"), "gu");
    return text.replace(this.#pattern, mask);
  }

  /** A copy of `value` with every text and key redacted. */
  deep(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.text(key), this.deep(member)]));
  }
}

/** Half a surrogate pair cannot be URL-encoded; it leaves as U+FFFD, as it would on the wire. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text, "utf8").toString("utf8"));
}

/** A short secret is masked only where it stands as a word: a password "a" must not empty every sentence. */
function needle(form: string): string {
  const literal = form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return form.length >= 8 ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
}

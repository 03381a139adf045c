/** Messages as the service stores them: it wraps a message in html and body elements, and changes white space. */

/** The message without the surrounding html and body elements. */
export function unwrapped(html: string): string {
  return (/<body[^>]*>([^]*?)<\/body>/i.exec(html)?.[1] ?? html).trim();
}

/** The visible part of a message. */
export function seenOf(html: string): string {
  return unwrapped(html).replace(/\s+/g, " ").replace(/> </g, "><").trim();
}

/** Whether two messages look the same. */
export function sameHtml(one: string, other: string): boolean {
  return seenOf(one) === seenOf(other);
}

/** A plain text as it stands between the tags of HTML. */
export function escapedHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

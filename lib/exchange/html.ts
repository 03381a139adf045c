/**
 * Messages as the service keeps them: it wraps what it is given in html and body, and keeps its own idea of white
 * space.
 */

/** The message without the tags around it: as it was given. */
export function unwrapped(html: string): string {
  return (/<body[^>]*>([^]*?)<\/body>/i.exec(html)?.[1] ?? html).trim();
}

/** What of a message people see. */
export function seenOf(html: string): string {
  return unwrapped(html).replace(/\s+/g, " ").replace(/> </g, "><").trim();
}

/** Whether people see the same. */
export function sameHtml(one: string, other: string): boolean {
  return seenOf(one) === seenOf(other);
}

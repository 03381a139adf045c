/**
 * Text as the service stores it: `html` and `body` tags are added (documented); this exact form is
 * assumed. Text that has them keeps one pair.
 */
export function asHtml(text: string): string {
  const body = /<body[^>]*>([\s\S]*)<\/body>/i.exec(text)?.[1] ?? text;
  return body.trim() === "" ? "" : `<html>\n<body>\n${body.trim()}\n</body>\n</html>\n`;
}

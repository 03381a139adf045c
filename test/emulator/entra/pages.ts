/** The pages of the sign-in service: plain forms, which work in a browser without scripts. */
import { answerOf, type Answer } from "../message.ts";

/** A text inside HTML. */
export const html = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page of Contoso. `content` is HTML. */
export function page(title: string, content: string, status = 200): Answer {
  return answerOf(
    status,
    {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
    },
    `<!doctype html><html lang="en"><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
      `<title>${html(title)}</title><main><h1>${html(title)}</h1>${content}` +
      `<p><small>This is an emulator: no password is asked for, and none is checked.</small></p></main></html>`,
  );
}

/** A form that goes to the address of the page itself. `fields` and the names of the buttons are HTML already. */
export const form = (fields: string, buttons: readonly (readonly [string, string])[]): string =>
  `<form method="post">${fields}${buttons
    .map(([value, label]) => `<button name="decision" value="${value}">${label}</button>`)
    .join(" ")}</form>`;

export const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${html(value)}">`;

/** What stays on the page: Entra ID shows it, and never redirects it (documented for 50011). */
export const errorPage = (message: string, status = 400): Answer =>
  page(
    "Sorry, but we're having trouble signing you in",
    `<p role="alert">${html(message)}</p>`,
    status,
  );

/** The way back to the application with these parameters: in the address, or as a form that sends itself. */
export function redirect(
  uri: string,
  parameters: Readonly<Record<string, string>>,
  mode: string,
): Answer {
  if (mode === "form_post") {
    const fields = Object.entries(parameters).map(([name, value]) => hidden(name, value));
    return page(
      "Working...",
      `<form method="post" action="${html(uri)}">${fields.join("")}<button>Continue</button></form>` +
        "<script>document.forms[0].submit()</script>",
    );
  }
  const target = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  return answerOf(302, { Location: target.href, "Cache-Control": "no-store" });
}

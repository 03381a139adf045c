/** A person in front of the sign-in page, without a browser: fills forms, and follows the way back. */

/** What the person enters on one page after the other. */
export type Answers = readonly Readonly<Record<string, string>>[];

/** Resolves to what the last page shows. */
export async function signInOn(address: string, answers: Answers): Promise<string> {
  let shown = "";
  for (const answer of answers) shown = await sent(address, answer);
  return shown;
}

async function sent(address: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams(fields);
  const response = await fetch(address, { method: "POST", body, redirect: "manual" });
  const location = response.headers.get("location");
  if (location !== null) return (await fetch(location)).text();
  const text = await response.text();
  const target = /<form method="post" action="([^"]+)">/.exec(text)?.[1];
  if (target === undefined) return text;
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  const fieldsBack = new URLSearchParams();
  for (const [, name = "", value = ""] of hidden) fieldsBack.set(name, plain(value));
  return (await fetch(plain(target), { method: "POST", body: fieldsBack })).text();
}

const plain = (html: string): string =>
  html.replace(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));

/** Pages in one file, without anything to load: they are attached to a ticket, or opened where there is no network. */

const style = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 90rem; padding: 1rem; }
h1 { font-size: 1.3rem; }
.scroll { overflow-x: auto; margin-block: 1rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; }
th { position: sticky; top: 0; background: Canvas; }
summary { cursor: pointer; padding: .3rem; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid Highlight; }
details { border-bottom: 1px solid #8886; }
mark { background: #b3261e; color: #fff; white-space: pre-wrap; overflow-wrap: anywhere; }
td { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 5rem; }
`;

/** A page with a title and parts that are HTML. */
export function pageOf(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${style}</style></head>`,
    `<body><main><h1>${escaped(title)}</h1>${parts.join("\n")}</main></body></html>\n`,
  ].join("\n");
}

/** A table of texts. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return (
    '<div class="scroll" tabindex="0" role="region" aria-label="Table">' +
    `<table><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`
  );
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

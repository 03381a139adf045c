import { columns, type Cell, type Failure, type Summary } from "./tally.ts";

/** What each number of a rule means, for people. */
export const rules: Readonly<Record<string, string>> = {
  I1: "Every run ends with an answer of the right form.",
  I2: "The exit code agrees with the answer.",
  I3: "A success of a revoke, disable or delete leaves no access, membership or visibility.",
  "I3+": "A success of anything else means that it is so.",
  I4: "A list that succeeds is whole, and has each entry once.",
  I5: "What was applied is in the plan.",
  I6: "What the account still holds is on record.",
  I7: "Nothing is lost, and nothing is made twice.",
  I8: "A dry run writes nothing.",
  I10: "The answer arrives within the deadline, and nothing is sent after it.",
  I11: "No secret is in the output.",
  I12: "The same event converges once the tenant is well.",
  I13: "What is said to have failed was not applied.",
  I14: "Nothing changes that the event does not name.",
};

/**
 * The matrix for a terminal: `.` met and right, a digit for so many runs that broke a rule, blank where the
 * trouble was never met.
 */
export function matrixText({ matrix }: Summary): string {
  const width = Math.max(...Object.keys(matrix).map(({ length }) => length));
  const heads = columns.map((_, index) => String(index + 1).padStart(3));
  const rows = Object.entries(matrix).map(
    ([action, cells]) =>
      `${action.padEnd(width)}${columns.map((name) => cellText(cells[name]).padStart(3)).join("")}`,
  );
  const legend = columns.map((name, index) => `${String(index + 1).padStart(3)} ${name}`);
  const half = Math.ceil(legend.length / 2);
  const two = legend
    .slice(0, half)
    .map((left, index) => `${left.padEnd(46)}${legend[half + index] ?? ""}`);
  return [`${" ".repeat(width)}${heads.join("")}`, ...rows, "", ...two].join("\n");
}

function cellText(cell: Cell | undefined): string {
  if (!cell || cell.met === 0) return "";
  return cell.violated === 0 ? "." : String(Math.min(cell.violated, 99));
}

/** The same as a page of its own: no script, nothing from elsewhere, in light and in dark. */
export function pageOf(summaries: readonly Summary[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Campaign</title>
<style>${style}</style>
</head>
<body>
<h1>Campaign: every action under every trouble</h1>
${summaries.map(sectionOf).join("\n")}
<h2>Rules</h2>
<dl>${Object.entries(rules)
    .map(([rule, text]) => `<dt>${rule}</dt><dd>${escaped(text)}</dd>`)
    .join("")}</dl>
</body>
</html>
`;
}

function sectionOf(summary: Summary): string {
  const { tenant, seed, runs, events, troubled, seconds, violating } = summary;
  const broken = Object.entries(summary.rules).sort(([a], [b]) => (a < b ? -1 : 1));
  return `<section>
<h2>Tenant: ${escaped(tenant)}</h2>
<p class="${violating === 0 ? "right" : "wrong"}">${violating} of ${grouped(runs)} runs broke a rule.</p>
<p>Seed ${seed}, ${grouped(events)} events, ${grouped(troubled)} runs met a trouble, ${seconds.toFixed(0)} s.</p>
<ul>${broken.map(brokenRule).join("")}</ul>
${tableOf(summary)}
${failuresOf(summary.failures)}
</section>`;
}

function brokenRule([rule, times]: [rule: string, times: number]): string {
  return `<li><b>${rule}</b>: ${times} runs. ${escaped(rules[rule] ?? "")}</li>`;
}

function tableOf({ matrix, tenant }: Summary): string {
  const head = columns.map((name) => `<th><span>${escaped(name)}</span></th>`).join("");
  const rows = Object.entries(matrix).map(
    ([action, cells]) =>
      `<tr><th>${escaped(action)}</th>${rowOf(cells, `${tenant}/${action}`)}</tr>`,
  );
  return `<div class="scroll"><table>
<thead><tr><td></td>${head}</tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table></div>
<p class="note">A cell holds how many runs met the trouble; in red, how many of them broke a rule.
"pair" counts runs that met two.</p>`;
}

function rowOf(cells: Readonly<Record<string, Cell>>, anchor: string): string {
  return columns.map((name) => cellOf(cells[name], anchor)).join("");
}

function cellOf(cell: Cell | undefined, anchor: string): string {
  if (!cell || cell.met === 0) return '<td class="unmet"></td>';
  if (cell.violated === 0) return `<td class="right">${cell.met}</td>`;
  return `<td class="wrong"><a href="#${escaped(anchor)}">${cell.violated}</a><small> of ${cell.met}</small></td>`;
}

function failuresOf(failures: readonly Failure[]): string {
  const byAction = new Map<string, Failure[]>();
  for (const failure of failures)
    byAction.set(failure.action, [...(byAction.get(failure.action) ?? []), failure]);
  return [...byAction]
    .map(([action, own]) => {
      const id = `${escaped(own[0]?.tenant ?? "")}/${escaped(action)}`;
      const summary = `<summary>${escaped(action)}: ${own.length} of its failures</summary>`;
      return `<details id="${id}">${summary}\n<ol>${own.map(failureOf).join("\n")}</ol></details>`;
    })
    .join("\n");
}

function failureOf({ troubles, outcome, violations, replay }: Failure): string {
  const broken = violations.map(
    ({ rule, what, phase }) => `<li><b>${rule}</b> (${phase}) ${escaped(what)}</li>`,
  );
  const met = escaped(troubles.join(", then ") || "no trouble");
  return `<li><code>${escaped(replay)}</code>
<p>Answered <i>${escaped(outcome)}</i>; met ${met}.</p><ul>${broken.join("")}</ul></li>`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const style = `
:root {
  color-scheme: light dark; --ground: #fff; --text: #1b1b1b; --line: #d6d6d6;
  --good: #d9f2df; --bad: #b3261e; --on-bad: #fff; --none: #f4f4f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161616; --text: #eee; --line: #3b3b3b;
    --good: #173d22; --bad: #b3261e; --none: #202020;
  }
}
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 100rem; padding: 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid var(--line); padding: 0.15rem 0.4rem; text-align: right; white-space: nowrap; }
tbody th { background: var(--ground); font-weight: normal; left: 0; position: sticky; text-align: left; }
thead th { font-weight: normal; height: 15rem; padding: 0; vertical-align: bottom; }
thead span { display: inline-block; padding: 0.4rem 0.1rem; transform: rotate(180deg); writing-mode: vertical-rl; }
td.right { background: var(--good); }
td.wrong { background: var(--bad); color: var(--on-bad); }
td.wrong a { color: inherit; font-weight: bold; }
td.unmet { background: var(--none); }
p.right { background: var(--good); } p.wrong { background: var(--bad); color: var(--on-bad); }
p.right, p.wrong { display: inline-block; font-size: 1.2rem; padding: 0.3rem 0.8rem; }
.note { opacity: 0.8; }
details { border: 1px solid var(--line); margin: 0.5rem 0; padding: 0.4rem 0.8rem; }
dt { float: left; font-weight: bold; width: 3.5rem; }
`;

import { runCase } from "./case.ts";
import { conditionsOf, type Campaign } from "./run.ts";
import type { Made } from "./wire.ts";

/** One case of a campaign in full: the state, every call, every answer, and what is wrong. */
export async function replay(
  campaign: Pick<Campaign, "product" | "tenant" | "seed" | "only"> & { index: number },
): Promise<string> {
  const lines: string[] = [];
  const report = await runCase(campaign.seed, campaign.index, {
    ...conditionsOf(campaign),
    onRun({ action, event, ambushes, execution, violations }, state) {
      if (lines.length === 0) lines.push(`State: ${JSON.stringify(state)}`);
      lines.push(
        "",
        `Event for ${action}: ${JSON.stringify(event)}`,
        ...ambushes.map(({ trouble, on, nth, behind, isLasting }) =>
          [
            `In wait: "${trouble.name}"`,
            behind ? `behind "${behind.trouble.name}"` : `for ${on} ${nth}`,
            isLasting ? "and from then on" : "",
          ].join(" "),
        ),
        ...execution.made.map(callText),
        `Answer: ${execution.stdout.trim()}`,
        execution.stderr.trim(),
        ...violations.map(({ rule, what }) => `BROKEN ${rule}: ${what}`),
      );
    },
  });
  const count = report.violations.length;
  return [...lines, "", `${report.action}: ${count} times a rule was broken.`].join("\n");
}

function callText({ at, cmdlet, parameters, trouble, reply, isApplied }: Made): string {
  const answer = typeof reply === "string" ? reply : `${reply.status} ${reply.text}`;
  const [met, applied] = [trouble ? ` [${trouble}]` : "", isApplied ? " APPLIED" : ""];
  const time = (at / 1000).toFixed(1).padStart(6);
  return `${time} s ${cmdlet} ${JSON.stringify(parameters)}${met}${applied}\n         ${answer.slice(0, 700)}`;
}

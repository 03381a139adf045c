import path from "node:path";
import { runBundle } from "../cli/run.ts";
import { withBundles } from "./built.ts";
import { earlierBundles, earlierCommit } from "./earlier.ts";
import type { Findings, Part } from "./part.ts";
import { playedScenario } from "./played.ts";

/** The events of a person's life with the most requests. */
const scenarios = [
  "lifecycle/create/found-and-hidden",
  "lifecycle/update/changed",
  "lifecycle/enable/the-leavers-reply-is-switched-off",
  "lifecycle/disable/changed",
  "lifecycle/delete/changed",
  "permissions/groups/grantPermission/granted",
  "permissions/groups/revokePermission/revoked",
  "permissions/sharedMailboxes/grantPermission/every-right-without-auto-mapping",
  "permissions/sharedMailboxes/revokePermission/revoked",
  "permissions/folderPermission/grantPermission/granted",
  "permissions/regionalConfiguration/grantPermission/granted",
  "permissions/litigationHold/grantPermission/granted",
];

/** Requests of an event. */
export const requests: Part = {
  title: "Requests of an event",
  measure: (_effort, log) =>
    withBundles(async ({ folder, dist }) => {
      const earlier = earlierBundles(path.join(folder, "earlier"));
      const rows: { name: string; before: number; now: number }[] = [];
      for (const name of scenarios) {
        rows.push({ name, before: await sent(name, earlier), now: await sent(name, dist) });
        log(name);
      }
      return findingsOf(rows);
    }),
};

/** The number of requests that a scenario sends, token requests aside. It has to succeed. */
async function sent(name: string, dist: string): Promise<number> {
  const { action, event, tenant } = await playedScenario(name);
  try {
    const { code, stdout, stderr } = await runBundle(action, event, { dist, env: tenant.env });
    if (code !== 0) throw new Error(`${name} failed in ${dist}: ${stdout}${stderr}`);
    return tenant.emulator.journal().filter(({ side }) => side !== "login").length;
  } finally {
    await tenant.close();
  }
}

function findingsOf(rows: { name: string; before: number; now: number }[]): Findings {
  return {
    about: [
      "Requests to Exchange Online, token requests aside. A `$batch` is one request. Since the earlier commit, every " +
        "revoke, disable and delete looks at the state once more before it reports success.",
    ],
    tables: [
      {
        title: "Requests",
        columns: ["Scenario", `Bundle of ${earlierCommit}`, "Now"],
        rows: rows.map(({ name, before, now }) => [name, before, now]),
      },
    ],
    limits: [],
    pictures: [],
  };
}

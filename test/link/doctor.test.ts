/** doctor for a linked account. */
import { describe, expect, it } from "vitest";
import { machineSeams } from "../../lib/connector.ts";
import { examine } from "../../tools/doctor/checks.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { allGraphSets, allSets } from "../doctor/clinic.ts";
import { accepts, anyone, openLinking, operator, signsIn } from "./linking.ts";

const { running, link, stateFolder } = openLinking();
const linkArgs = ["--no-browser", "--timeout", "20"];

async function findings(): Promise<Finding[]> {
  const { tenantId, clientId, clientSecret, env } = running();
  const all: Finding[] = [];
  for await (const finding of examine({
    isEmulated: true,
    form: {
      Organization: "contoso.onmicrosoft.com",
      TenantID: tenantId,
      AppId: clientId,
      AppSecret: clientSecret,
      Connection: "linkedAccount",
      StateFolder: stateFolder(),
    },
    env,
    nodeVersion: "v24.11.0",
    seams: machineSeams,
    sets: allSets.filter(({ name }) => name === "account"),
    graphSets: allGraphSets.filter(({ name }) => name === "entra"),
    directorySets: [],
  }))
    all.push(finding);
  return all;
}

const messageOf = (all: readonly Finding[], check: string): string => {
  const found = all.find((one) => one.check === check);
  return `${found?.status}: ${found?.message}`;
};

describe("doctor for a linked account", () => {
  it("examines the account: its scopes, its role, and who it is", async () => {
    await link(linkArgs, accepts);
    await link(linkArgs, signsIn(operator));
    const all = await findings();
    expect(messageOf(all, "sign-in")).toContain(`for the linked account ${operator}`);
    expect(messageOf(all, "application permission")).toBe("fine: The token has Exchange.Manage.");
    expect(messageOf(all, "role")).toMatch(new RegExp(`The linked account ${operator} has`));
    expect(messageOf(all, "role in Entra ID")).toMatch(/^fine: User Administrator/);
    expect(messageOf(all, "set entra")).toMatch(/^fine: /);
    expect(messageOf(all, "linked account")).toContain(`works as ${operator}`);
    expect(all.filter(({ status }) => status === "wrong")).toEqual([]);
  });

  it("names the role that the account lacks, and the link that has ended", async () => {
    await link([...linkArgs, "--resources", "graph"], accepts);
    await link([...linkArgs, "--resources", "graph"], signsIn(anyone));
    const all = await findings();
    expect(messageOf(all, "role in Entra ID")).toContain(
      "does not have the role User Administrator",
    );
    expect(messageOf(all, "sign-in")).toContain("was linked without Exchange Online");
    running().emulator.advance(91 * 24 * 3_600_000);
    expect(messageOf(await findings(), "sign-in to Microsoft Graph")).toContain("has expired");
  });
});

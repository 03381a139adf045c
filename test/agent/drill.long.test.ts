/** The story of an account, once with domain controllers in the form and once through an agent: nothing differs. */
import { afterEach, beforeAll, expect, it } from "vitest";
import { connectorWith, type ConnectorSeams } from "../../lib/connector.ts";
import { isRecord } from "../../lib/record.ts";
import { startDemoDirectory } from "../../tools/cli/demoHybrid.ts";
import { loadAction } from "../../tools/session/actions.ts";
import { runInProcess } from "../inProcess.ts";
import { newPair, type Pair } from "./keys.ts";
import { openSite, realTime } from "./siteInProcess.ts";

let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const tenant = {
  tenantId: "7e4a4700-0000-4000-8000-00000000c0de",
  clientId: "c11e4700-0000-4000-8000-00000000c0de",
  clientSecret: "not-used",
};

/** A new password is another one each time. */
function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isRecord(value)) return value;
  const own = Object.entries(value).filter(([key]) => !/password|unicodePwd/i.test(key));
  return Object.fromEntries(own.map(([key, one]) => [key, withoutPasswords(one)]));
}

async function played(way: "direct" | "agent"): Promise<{ answers: unknown[]; writes: string[] }> {
  let count = 0;
  const newId = (): string => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}`;
  const directory = await startDemoDirectory(newId);
  closing.push(() => directory.close());
  const chapters = directory.chapters(tenant);
  const form = configurationOf(chapters[0]?.eventFor(""));
  const { Host, Port, BaseDN, Username, Password, CertificateAuthorityFile, ...others } = form;
  let configuration = form;
  let seams = (own: ConnectorSeams): ConnectorSeams => own;
  if (way === "agent") {
    const site = await openSite({
      pair,
      time: realTime,
      domains: [{ baseDn: String(BaseDN), hosts: [String(Host)], port: Number(Port) }],
      account: {
        username: String(Username),
        password: String(Password),
        authorityFile: String(CertificateAuthorityFile),
      },
    });
    closing.push(() => site.close());
    await site.start();
    configuration = { ...others, AgentConnection: site.connectionId };
    seams = (own) => ({ ...own, agents: site.front.directory });
  }
  const answers: unknown[] = [];
  let reference = "";
  for (const { action, eventFor } of chapters) {
    const event = eventFor(reference);
    const context = { ...event.actionContext, Configuration: configuration };
    const ended = await runInProcess(
      await loadAction(action),
      { ...event, actionContext: context },
      {},
      { connectorOf: (own) => connectorWith(seams(own)) },
    );
    const { outcome, plan, outputContext } = ended.answer as Record<string, unknown>;
    answers.push(withoutPasswords({ action, outcome, plan, outputContext }));
    const made = isRecord(outputContext) ? outputContext["AccountReference"] : undefined;
    if (action.endsWith("create") && typeof made === "string") reference = made;
  }
  const writes = directory
    .takeRequests()
    .filter((line) => !/^LDAP (search|bind|unbind)/.test(line))
    // A password is sealed, and comes after the others.
    .map((line) =>
      line
        .split(/[(), ]+/)
        .sort()
        .join(" "),
    );
  return { answers, writes };
}

function configurationOf(event: unknown): Record<string, unknown> {
  const context = isRecord(event) ? event["actionContext"] : undefined;
  const form = isRecord(context) ? context["Configuration"] : undefined;
  return isRecord(form) ? form : {};
}

it("every event has the same answer through an agent, and the domain gets the same changes", async () => {
  const [direct, throughAgent] = [await played("direct"), await played("agent")];
  expect(direct.answers.length).toBeGreaterThan(8);
  expect(direct.writes.length).toBeGreaterThan(6);
  expect(throughAgent).toEqual(direct);
});

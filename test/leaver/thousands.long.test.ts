import { afterAll, beforeAll, expect, it } from "vitest";
import { deleting } from "../../lifecycle/delete.ts";
import { enabling } from "../../lifecycle/enable.ts";
import { changeEventFor } from "../events.ts";
import { Bench } from "../bench.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { callsTo } from "../declared.ts";
import { runInProcess } from "../inProcess.ts";
import { accessOf } from "./compared.ts";

/** `LEAVER_MAILBOXES` is for a larger tenant. */
const mailboxes = Number(process.env["LEAVER_MAILBOXES"] ?? 2_000);
const withAccess = mailboxes / 40;
/** `LEAVER_DEADLINE_MS` is for events that have more time, as a worker can give them. */
const deadline = process.env["LEAVER_DEADLINE_MS"];
/** How long the service takes for a request, in the time of the run. */
const requestMs = 300;

const policies = {
  MarkerProperty: "ExtensionCustomAttribute5",
  policies: [{ Id: "all", Event: "delete", Steps: [{ Step: "EndAccess" }] }],
};

let bench: Bench;
let leaver: string;
beforeAll(async () => {
  bench = await Bench.open();
  const seeded = manyMailboxes(mailboxes + 1);
  const [own, ...others] = seeded.objects.map(({ Guid }) => String(Guid));
  leaver = String(own);
  const held = others.filter((_, index) => index % 40 === 11);
  for (const object of seeded.objects)
    if (held.indexOf(String(object["Guid"])) % 5 === 4) object["GrantSendOnBehalfTo"] = [leaver];
  bench.emulator.replaceState({
    ...seeded,
    mailboxPermissions: held.map((mailbox) => ({
      mailbox,
      trustee: leaver,
      rights: ["FullAccess"],
    })),
    recipientPermissions: held
      .filter((_, index) => index % 2 === 0)
      .map((recipient) => ({ recipient, trustee: leaver, rights: ["SendAs"] })),
    folderPermissions: held
      .filter((_, index) => index % 3 === 0)
      .map((mailbox) => ({ mailbox, folder: "Calendar", user: leaver, rights: ["Reviewer"] })),
  });
}, 120_000);
afterAll(() => bench.close());

interface Answered {
  outputContext: { Success: boolean; AuditLogs: { Message: string }[] };
}

const env = (): Record<string, string> => ({
  ...bench.urls,
  ...(deadline !== undefined && { EXO_CONNECTOR_DEADLINE_MS: deadline }),
});
const event = (): unknown => changeEventFor(bench.running, { reference: leaver });

it("ends the access to many mailboxes among thousands, an event after the other, and returns it", async () => {
  const before = accessOf(bench, leaver);
  expect(before.length).toBeGreaterThanOrEqual(withAccess);
  const left = await untilDone(deleting(policies));
  if (deadline === undefined) expect(left.events).toBeGreaterThan(1);
  expect(accessOf(bench, leaver)).toEqual([]);
  // Each mailbox was looked at once; again those to be changed, and in each event those created last.
  expect(left.looks).toBeGreaterThanOrEqual(mailboxes);
  expect(left.looks).toBeLessThan(2 * mailboxes);
  const back = await untilDone(enabling(policies));
  expect(accessOf(bench, leaver)).toEqual(before);
  process.stderr.write(
    `${mailboxes} mailboxes, access to ${withAccess}: ${left.events} events with ${left.looks} looks to end it, ` +
      `${back.events} to return it\n${left.said.join("\n")}\n${back.said.join("\n")}\n`,
  );
}, 3_000_000);

/** Sends the event until it succeeds. A success leaves no access, and a failure says how far it came. */
async function untilDone(action: Parameters<typeof runInProcess>[0]) {
  const said: string[] = [];
  let looks = 0;
  for (let events = 1; events < 400; events++) {
    bench.emulator.clearJournal();
    const { answer } = await runInProcess(action, event(), env(), { requestMs });
    const { Success, AuditLogs } = (answer as Answered).outputContext;
    looks += callsTo(bench.emulator).filter(
      ({ operation }) => operation === "Get-MailboxPermission",
    ).length;
    if (Success) return { events, looks, said };
    const progress = AuditLogs.find(({ Message }) => / of \d+ mailboxes /.test(Message));
    expect(progress, JSON.stringify(AuditLogs.slice(-3))).toBeDefined();
    said.push(String(progress?.Message));
  }
  throw new Error(`it never succeeded\n${said.join("\n")}`);
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedState } from "../emulator/seed.ts";
import { Bench, sentence, shown } from "../bench.ts";
import { createEventFor, type CreateChoices } from "../events.ts";
import { create, here, mailbox } from "./creating.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const tokenRequests = (): number =>
  bench.emulator.journal().filter(({ side }) => side === "login").length;

const stored = (guid: unknown): Record<string, unknown> | undefined =>
  bench.emulator.state().objects.find(({ Guid }) => Guid === guid);

describe("a failure during the run", () => {
  const needed =
    "The application needs the permission Exchange\\.ManageAsApp .* and an Entra role such as Exchange Recipient " +
    "Administrator";
  const page = {
    status: 200,
    headers: { "Content-Type": "text/html" },
    body: "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>",
  };
  const unused = "http://127.0.0.1:9"; // the discard port: nothing listens there
  it.each<[string, () => void, CreateChoices, Record<string, string>, string, string | RegExp]>([
    [
      "a wrong secret",
      () => undefined,
      { configuration: { AppSecret: "not-the-secret-at-all" } },
      {},
      "forbidden",
      /^The app secret \(AppSecret\) is not a secret of application .* \(AADSTS7000215\)/,
    ],
    [
      "an expired secret",
      () => undefined,
      { configuration: { AppSecret: "emulated-secret-expired" } },
      {},
      "forbidden",
      /has expired.*AADSTS7000222/,
    ],
    [
      "a wrong tenant",
      () => undefined,
      { configuration: { TenantID: "11111111-2222-4333-8444-555555555555" } },
      {},
      "invalid",
      /^Tenant 11111111-2222-4333-8444-555555555555 \(TenantID\) does not exist in this cloud\..*AADSTS90002/,
    ],
    [
      "a wrong application",
      () => undefined,
      { configuration: { AppId: "11111111-2222-4333-8444-555555555555" } },
      {},
      "invalid",
      /^Application 11111111-2222-4333-8444-555555555555 \(AppId\) does not exist in tenant/,
    ],
    [
      "another cloud than the tenant's",
      () => undefined,
      { configuration: { Cloud: "china" } },
      {},
      "invalid",
      /Cloud/,
    ],
    [
      "a missing role",
      () => change((app) => (app.directoryRoles = [])),
      {},
      {},
      "forbidden",

      new RegExp(`^The application may not run Get-Mailbox \\(status 403\\)\\. ${needed}`),
    ],
    [
      "a missing permission",
      () => change((app) => (app.appRoles = [])),
      {},
      {},
      "forbidden",

      new RegExp(`^Exchange Online does not accept the application's rights\\. ${needed}`),
    ],
    [
      "a login host that cannot be reached",
      () => undefined,
      {},
      { EXO_CONNECTOR_LOGIN_URL: unused, EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from 127\.0\.0\.1:9: the connection was refused\./,
    ],
    [
      "an Exchange host that cannot be reached",
      () => undefined,
      {},
      { EXO_CONNECTOR_EXCHANGE_URL: unused, EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from 127\.0\.0\.1:9: the connection was refused\./,
    ],
    [
      "half an answer, again and again",
      () => bench.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, cut: "half" }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "2500" },
      "unknown",
      /^No complete answer arrived from .*: the connection was cut\./,
    ],
    [
      "a web page instead of JSON",
      () => bench.emulator.setFaults([{ match: { side: "exchange" }, answer: page }]),
      {},
      {},
      "unknown",
      /web page instead of JSON/,
    ],
    [
      "a web page instead of a token",
      () => bench.emulator.setFaults([{ match: { side: "login" }, answer: page }]),
      {},
      {},
      "unknown",
      /^The address of the sign-in service returned a web page instead of JSON/,
    ],
    [
      "a token that is refused for good",
      () =>
        bench.emulator.setFaults([
          { match: { side: "exchange" }, named: "tokenRefused", times: 9 },
        ]),
      {},
      {},
      "forbidden",
      /^Exchange Online does not accept the application's token for Get-Mailbox \(status 401\)/,
    ],
    [
      "throttling that lasts",
      () =>
        bench.emulator.setFaults([
          { match: { side: "exchange" }, named: "throttled", retryAfter: "300" },
        ]),
      {},
      {},
      "throttled",
      /throttling.*Trying again in 300 s would exceed the remaining time/,
    ],
    [
      "a refusal that claims to be gzip and is not",
      () => bench.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, named: "falseGzip" }]),
      {},
      {},
      "invalid",
      /^Exchange Online refused Get-Mailbox \(status 400\)\. It said: Not compressed, whatever the header says/,
    ],
    [
      "silence",
      () => bench.emulator.setFaults([{ match: { side: "exchange" }, hang: true }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "1200" },
      "unknown",
      /^The time for one event \(1200 ms\) ran out\.$/,
    ],
    [
      "silence at the door",
      () => bench.emulator.setFaults([{ match: { side: "login" }, hang: true }]),
      {},
      { EXO_CONNECTOR_DEADLINE_MS: "1200" },
      "unknown",
      /^The time for one event \(1200 ms\) ran out\.$/,
    ],
  ])("says so: %s", async (_name, arrange, choices, env, outcome, message) => {
    arrange();
    const { answer, messages, ms } = await create(bench, choices, env);
    expect(messages).toEqual([sentence(message)]);
    expect(answer).toMatchObject({ outcome, outputContext: { Success: false } });
    const deadline = Number(env["EXO_CONNECTOR_DEADLINE_MS"] ?? 25_000);
    expect(ms).toBeLessThan(deadline + 1_000);
  });

  it.each<[string, () => void]>([
    [
      "a token that is refused once",
      () => bench.emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused" }]),
    ],
    [
      "a throttled request",
      () =>
        bench.emulator.setFaults([
          { match: { cmdlet: "Get-Mailbox" }, named: "throttled", retryAfter: "0.2", times: 1 },
        ]),
    ],
    [
      "a connection cut before the request took effect",
      () =>
        bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, cut: "before", times: 1 }]),
    ],
    [
      "a connection cut after the request took effect",
      () =>
        bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, cut: "after", times: 1 }]),
    ],
    [
      "half an answer",
      () => bench.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, cut: "half", times: 1 }]),
    ],
    [
      "a concurrency refusal that is no JSON",
      () =>
        bench.emulator.setFaults([
          { match: { cmdlet: "Get-Mailbox" }, named: "concurrency", times: 1 },
        ]),
    ],
  ])("recovers from %s", async (_name, arrange) => {
    arrange();
    const { answer } = await create(bench);
    expect(answer.outputContext).toMatchObject({
      Success: true,
      AccountReference: mailbox("CustomAttribute1", "E100001")["Guid"],
    });
    expect(stored(answer.outputContext.AccountReference)?.["HiddenFromAddressListsEnabled"]).toBe(
      true,
    );
  });

  it("fetches exactly one new token after a refusal", async () => {
    bench.emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused" }]);
    await create(bench);
    expect(tokenRequests()).toBe(2);
  });

  it("reports that a change was sent when its answer never came", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, hang: true }]);
    const { answer, messages } = await create(bench, {}, { EXO_CONNECTOR_DEADLINE_MS: "1500" });
    expect(answer.plan).toMatchObject([{ cmdlet: "Set-Mailbox", sent: true }]);
    expect(messages.at(-1)).toBe(
      `Hide mailbox ${shown("Aoife O'Brien", "aoife.obrien@contoso.com")} from the address lists: ` +
        "was sent; it is unknown whether it was applied. The time for one event (1500 ms) ran out.",
    );
  });

  it("reports what masters a synchronised mailbox", async () => {
    const { answer, messages } = await create(bench, {
      field: "DisplayName",
      value: "Dirk Synced",
    });
    expect(answer.outcome).toBe("masteredOnPremises");
    expect(messages).toEqual([
      `Mailbox ${shown("Dirk Synced", "dirk.synced@contoso.com")} is synchronised from Active Directory, which ` +
        "masters HiddenFromAddressListsEnabled (attribute msExchHideFromAddressLists): change it there.",
    ]);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it.each([
    "https://evil.example",
    "http://192.168.1.5:80",
    "http://localhost.evil.example",
    "ftp://127.0.0.1",
    "not a url",
    "http://user:pass@127.0.0.1",
  ])("refuses to send secrets to %s", async (url) => {
    const run = await here(bench, createEventFor(bench.running), { EXO_CONNECTOR_LOGIN_URL: url });
    expect(run.code).toBe(2);
    expect(run.answer).toMatchObject({
      outcome: "invalid",
      outputContext: {
        Success: false,
        AuditLogs: [
          {
            Message: expect.stringContaining(
              "EXO_CONNECTOR_LOGIN_URL does not point at this machine",
            ) as string,
          },
        ],
      },
    });
    expect(bench.emulator.journal()).toEqual([]);
  });
});

function change(edit: (app: ReturnType<typeof seedState>["apps"][number]) => void): void {
  const state = seedState();
  for (const app of state.apps) edit(app);
  bench.emulator.replaceState(state);
}

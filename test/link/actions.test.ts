/** Actions that work as a linked account. */
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { holderOf } from "../../lib/auth/holder.ts";
import { linkStore, type Link } from "../../lib/auth/linkedAccount.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import type { Answer } from "../../lib/host/answer.ts";
import deleteUser from "../../lifecycle/entra/delete.ts";
import disable from "../../lifecycle/entra/disable.ts";
import update from "../../lifecycle/entra/update.ts";
import updateMailbox from "../../lifecycle/update.ts";
import { changeEventFor, type ChangeChoices } from "../events.ts";
import { runInProcess } from "../inProcess.ts";
import { accepts, administrator, anyone, openLinking, operator, signsIn } from "./linking.ts";

const linking = openLinking();
const { running, link, idOf, stateFolder } = linking;
const noBrowser = ["--no-browser", "--timeout", "20"];

async function linked(account = operator): Promise<void> {
  await link(noBrowser, accepts);
  const { code, text } = await link(noBrowser, signsIn(account));
  expect(code, text).toBe(0);
  running().emulator.clearJournal();
}

async function run(
  action: Parameters<typeof runInProcess>[0],
  choices: ChangeChoices,
): Promise<{ answer: Answer; code: number; text: string }> {
  const configuration = {
    Connection: "linkedAccount",
    StateFolder: stateFolder(),
    exchangeOnlineIntegration: false,
    ...choices.configuration,
  };
  const event = changeEventFor(running(), { ...choices, configuration });
  const { answer, code, stdout, stderr } = await runInProcess(action, event, running().env);
  return { answer: answer as Answer, code, text: stdout + stderr };
}

const messagesOf = ({ outputContext }: Answer): string =>
  outputContext.AuditLogs.map(({ Message }) => Message).join("\n");

async function storedLink(): Promise<Link | undefined> {
  const { tenantId, clientId, clientSecret } = running();
  const place = { folder: stateFolder(), cloud: "worldwide", tenantId, clientId } as const;
  return await linkStore(place, await holderOf({ secret: clientSecret }), thisAccount()).read();
}

const ofUser = (name: string) => ({ reference: idOf(name), data: { department: "Research" } });

describe("an action of a linked account", () => {
  it("works with the rights of the account, and keeps the new refresh token", async () => {
    await linked();
    const before = (await storedLink())?.tokens.graph;
    const { answer, code, text } = await run(update, ofUser(anyone));
    expect(messagesOf(answer)).toMatch(/done/);
    expect(code).toBe(0);
    const grants = running()
      .emulator.journal()
      .map(({ parameters }) => parameters?.["grant_type"]);
    expect(grants.filter((grant) => grant !== undefined)).toEqual(["refresh_token"]);
    const after = (await storedLink())?.tokens.graph;
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
    for (const canary of [before?.refreshToken, after?.refreshToken, "eyJ"])
      expect(text).not.toContain(canary);
    // The next event uses it.
    running()
      .emulator.signIns()
      .refreshTokens.delete(before?.refreshToken ?? "");
    expect((await run(update, ofUser(anyone))).code).toBe(0);
  });

  it("changes mailboxes as the role group of the account permits", async () => {
    await linked();
    const { code, answer } = await run(updateMailbox, { data: { CustomAttribute7: "linked" } });
    expect(messagesOf(answer)).toContain("CustomAttribute7");
    expect(code).toBe(0);
    expect(running().emulator.state().objects[0]).toMatchObject({ CustomAttribute7: "linked" });
  });

  it("is refused what the account may not do, whatever the scopes are", async () => {
    await linked();
    const administrators = { reference: idOf(administrator), data: { accountEnabled: "false" } };
    const { answer, code } = await run(update, administrators);
    expect([code, answer.outcome]).toEqual([1, "forbidden"]);
  });

  it.each<[string, () => void, RegExp]>([
    [
      "has expired",
      () => running().emulator.advance(91 * 24 * 3_600_000),
      /has expired: it was not used for 90 days.*Link the account again: exo-connector link\. \(AADSTS700082\)/,
    ],
    [
      "was revoked",
      () =>
        running()
          .emulator.signIns()
          .refreshTokens.forEach((one) => (one.endedAt = Date.now())),
      /was revoked: its sessions were ended.*\(AADSTS50173\)/,
    ],
    [
      "is blocked",
      () => running().emulator.setBehaviour({ signInPolicy: "block" }),
      /may not sign in: .* has to prove itself anew.*\(AADSTS53003\)/,
    ],
    [
      "has lost its consent",
      () => delete running().emulator.state().apps[0]?.consented,
      /^The consent for the linked account bas\.smit@contoso\.com is missing.*\(AADSTS65001\)/,
    ],
  ])("says what to do when the link %s", async (_title, change, expected) => {
    await linked();
    change();
    const { answer, code } = await run(update, ofUser(anyone));
    expect(messagesOf(answer)).toMatch(expected);
    expect([code, answer.outcome]).toEqual([1, "forbidden"]);
  });

  it("says so when no account is linked, or not for this resource", async () => {
    await link([...noBrowser, "--resources", "exchange"], accepts);
    const other = await run(update, ofUser(anyone));
    expect(messagesOf(other.answer)).toBe(
      "The account anna.bakker@contoso.com was linked without Microsoft Graph: link it again with exo-connector link.",
    );
    await link(["remove"]);
    const none = await run(update, ofUser(anyone));
    expect(messagesOf(none.answer)).toMatch(
      /^No account is linked with application .* on this server\.$/,
    );
    rmSync(stateFolder(), { recursive: true });
    const nowhere = await run(update, ofUser(anyone));
    expect(messagesOf(nowhere.answer)).toMatch(
      /^There is no folder .*exo-connector link makes it\.$/,
    );
    expect(nowhere.answer.outcome).toBe("invalid");
  });

  it("needs a state folder in the form or in the environment", async () => {
    const { answer, code } = await run(update, { configuration: { StateFolder: "" } });
    expect(code).toBe(2);
    expect(messagesOf(answer)).toContain(
      'A linked account needs "State folder" (StateFolder), or EXO_CONNECTOR_STATE in the environment',
    );
  });

  it("goes on with the token of another process when its own was ended meanwhile", async () => {
    await linked();
    const old = (await storedLink())?.tokens.graph?.refreshToken ?? "";
    const { emulator } = running();
    // The account is linked anew between the read of the token and its use.
    emulator.setFaults([{ match: { side: "login" }, delayMs: 300, times: 1 }]);
    const action = run(update, ofUser(anyone));
    while (emulator.journal().length === 0) await new Promise(setImmediate);
    const { tenantId, clientId, clientSecret } = running();
    const place = { folder: stateFolder(), cloud: "worldwide", tenantId, clientId } as const;
    const store = linkStore(place, await holderOf({ secret: clientSecret }), thisAccount());
    const current = await store.read();
    const tokens = emulator.signIns().refreshTokens;
    const held = tokens.get(old);
    if (!current || !held) throw new Error("linked");
    tokens.set("of-another-process", { ...held });
    await store.write({
      ...current,
      tokens: { graph: { refreshToken: "of-another-process", receivedAt: Date.now(), scopes: [] } },
    });
    held.endedAt = Date.now();
    const { code, answer } = await action;
    expect(messagesOf(answer)).toContain("done");
    expect(code).toBe(0);
  });

  it("never brings back a link that was removed meanwhile", async () => {
    await linked();
    running().emulator.setFaults([{ match: { side: "login" }, delayMs: 300, times: 1 }]);
    const action = run(update, ofUser(anyone));
    while (running().emulator.journal().length === 0) await new Promise(setImmediate);
    await link(["remove"]);
    expect((await action).code).toBe(0);
    expect(await storedLink()).toBeUndefined();
  });
});

describe("the linked account itself", () => {
  it.each([
    ["disable", disable, {}],
    ["delete", deleteUser, { configuration: { deleteAccount: true } }],
    ["disable", deleteUser, {}],
    ["disable", update, { data: { accountEnabled: "false" } }],
  ] as const)("is never ended: %s", async (what, action, choices) => {
    await linked();
    for (const dryRun of [true, false]) {
      const { answer, code } = await run(action, { reference: idOf(operator), ...choices, dryRun });
      expect(messagesOf(answer)).toContain(
        `This would ${what} ${operator}, the linked account that the connector itself works as.`,
      );
      expect([code, answer.outcome]).toEqual([1, "invalid"]);
    }
    const writes = running()
      .emulator.journal()
      .filter(({ side, method }) => side === "graph" && method !== "GET" && method !== "POST");
    expect(writes).toEqual([]);
    expect((await link(["status"])).code).toBe(0);
  });

  it("may be changed otherwise, and others may be disabled", async () => {
    await linked();
    expect((await run(update, ofUser(operator))).code).toBe(0);
    expect((await run(disable, { reference: idOf(anyone), data: {} })).code).toBe(0);
  });
});

/**
 * The sets of Exchange Online that are about the account's own mailbox, for accounts of a real directory: the mailbox
 * is found through what the synchronisation has linked, and nothing is written in the directory.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { runAction, runWithCloud, type RunOptions } from "./runAction.ts";
import type { Samba } from "./samba.ts";
import { baseDn, people } from "./sambaContent.ts";
import { Synchronised, type Known } from "./synchronised.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let bench: EntraBench;
let both: Synchronised;
beforeAll(async () => {
  bench = await EntraBench.open();
  both = new Synchronised(samba, bench, "Own mailbox");
});
afterAll(() => bench.close());

const licensed = { PersistedCapabilities: ["BPOS_S_Enterprise"] };
const hold = { Id: "LitigationHold-365", Duration: 365 };
const calendar = {
  ...{ Id: "3", DisplayName: "Mailbox folder permissions - Reviewer" },
  ...{ mailboxFolderUser: "Default", mailboxFolderAccessRight: "Reviewer" },
};

async function changes(
  action: string,
  account: Known,
  permission: object,
  options: RunOptions = {},
): ReturnType<typeof runWithCloud> {
  return await runWithCloud(samba, `permissions/${action}`, bench, {
    ...{ id: account.id, permission, ...options },
  });
}

/** The right of Default on the calendar of a mailbox; undefined as long as nobody has changed it. */
const rightOfDefault = ({ guid }: Known): unknown =>
  bench.running.emulator
    .state()
    .folderPermissions?.find(({ mailbox, user }) => mailbox === guid && user === "Default")?.rights;

describe.skipIf(provided === "")("the mailbox of an account of Active Directory", () => {
  it("is placed on hold and released, once, and nothing is written in the directory", async () => {
    const account = both.newPerson();
    both.bring([{ ...account, own: licensed }]);
    const planned = await changes("hybridLitigationHold/grantPermission", account, hold, {
      dryRun: true,
    });
    expect(bench.writes()).toEqual([]);
    const granted = await changes("hybridLitigationHold/grantPermission", account, hold);
    expect(granted).toMatchObject({ code: 0, answer: { outcome: "done" } });
    const sentences = ({ answer }: typeof granted): string[] =>
      answer.plan.map(({ target, sentence }) => `${target} ${sentence}`);
    expect(sentences(granted)).toEqual(sentences(planned));
    expect(both.online(account, "LitigationHoldEnabled")).toBe(true);
    const again = await changes("hybridLitigationHold/grantPermission", account, hold);
    expect([again.code, again.answer.plan]).toEqual([0, []]);
    const revoked = await changes("hybridLitigationHold/revokePermission", account, hold);
    expect(revoked.code).toBe(0);
    expect(both.online(account, "LitigationHoldEnabled")).toBe(false);
  });

  it("stays on hold when its user was deleted, which is no success of a revoke", async () => {
    const account = both.newPerson();
    const left = { WhenSoftDeleted: "2026-11-20T00:00:00Z", IsSoftDeletedByRemove: true };
    both.bring([{ ...account, own: { ...licensed, ...left, LitigationHoldEnabled: true } }]);
    const { code, answer, messages } = await changes(
      "hybridLitigationHold/revokePermission",
      account,
      hold,
    );
    expect([code, answer.outcome]).toEqual([1, "notYet"]);
    expect(messages.join()).toMatch(
      /was deleted\. Exchange Online keeps a mailbox that is on hold/,
    );
    const gone = await changes("hybridFolderPermission/revokePermission", account, calendar);
    expect([gone.code, gone.answer.plan]).toEqual([0, []]);
  });

  it("has a right on its calendar and loses it", async () => {
    const account = both.newPerson();
    both.bring([account]);
    const granted = await changes("hybridFolderPermission/grantPermission", account, calendar);
    expect([granted.code, granted.messages.join()]).toEqual([0, expect.any(String)]);
    expect(rightOfDefault(account)).toEqual(["Reviewer"]);
    const revoked = await changes("hybridFolderPermission/revokePermission", account, calendar);
    expect(revoked.code).toBe(0);
    expect(rightOfDefault(account)).not.toEqual(["Reviewer"]);
  });

  it("gets a regional configuration", async () => {
    const account = both.newPerson();
    both.bring([account]);
    const region = { Id: "MailboxRegionalConfiguration-NL" };
    const action = "hybridRegionalConfiguration/grantPermission";
    const { code, messages } = await changes(action, account, region);
    expect([code, messages.join()]).toEqual([0, expect.any(String)]);
    expect(both.online(account, "Language")).toBe("nl-NL");
  });

  it.each([
    ["hybridLitigationHold/grantPermission", hold],
    ["hybridFolderPermission/grantPermission", calendar],
    ["hybridRegionalConfiguration/grantPermission", { Id: "MailboxRegionalConfiguration-NL" }],
  ])(
    "waits for the synchronisation, and is not changed with Exchange Online off: %s",
    async (action, permission) => {
      const account = both.newPerson();
      both.bring([]);
      const waiting = await changes(action, account, permission);
      expect([waiting.code, waiting.answer.outcome]).toEqual([1, "notYet"]);
      both.bring([account]);
      const off = await changes(action, account, permission, {
        form: { exchangeOnlineIntegration: false },
      });
      expect(off.code).toBe(1);
      expect(off.messages[0]).toContain("(exchangeOnlineIntegration) is off");
      expect(bench.writes()).toEqual([]);
    },
  );

  it("is imported as the account, by the built bundles", async () => {
    const [held, other] = [both.newPerson(), both.newPerson(`OU=Elsewhere,${baseDn}`)];
    const onHold = { LitigationHoldEnabled: true, LitigationHoldDuration: "365.00:00:00" };
    both.bring([
      { ...held, own: onHold },
      { ...other, own: onHold },
    ]);
    const { tenantId, clientId, clientSecret, env } = bench.running;
    const form = {
      ...{ TenantID: tenantId, AppId: clientId, AppSecret: clientSecret },
      ...{ exchangeOnlineIntegration: true, BaseDN: people },
    };
    const set = "permissions/hybridLitigationHold";
    const { records, code } = await runAction(samba, `${set}/importPermission`, { form, env });
    expect(code).toBe(0);
    const references = (records as { AccountReferences: string[] }[]).flatMap(
      ({ AccountReferences }) => AccountReferences,
    );
    expect(references).toEqual([held.id]);
    const listed = await runAction(samba, `${set}/permissions`, { form, env });
    expect(listed.all).toContain("Litigation Hold - 365 days");
  });
});

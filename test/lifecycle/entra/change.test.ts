/** Update, enable, disable and delete of an account of Entra ID. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import deleteAction from "../../../lifecycle/entra/delete.ts";
import disableAction from "../../../lifecycle/entra/disable.ts";
import enableAction from "../../../lifecycle/entra/enable.ts";
import updateAction from "../../../lifecycle/entra/update.ts";
import { runnerOf } from "../../bench.ts";
import {
  deleteAnswer,
  disableAnswer,
  enableAnswer,
  updateAnswer,
} from "../../generated/answers.ts";
import { anna, cloudOnly, EntraBench, ids } from "./entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

type Choices = Parameters<EntraBench["changeEvent"]>[0];
const updating = runnerOf("lifecycle/entra/update", updateAction, updateAnswer);
const enabling = runnerOf("lifecycle/entra/enable", enableAction, enableAnswer);
const disabling = runnerOf("lifecycle/entra/disable", disableAction, disableAnswer);
const deleting = runnerOf("lifecycle/entra/delete", deleteAction, deleteAnswer);
const update = (choices?: Choices) => updating.here(bench, bench.changeEvent(choices));
const enable = (choices?: Choices) => enabling.here(bench, bench.changeEvent(choices));
const disable = (choices?: Choices) => disabling.here(bench, bench.changeEvent(choices));
const remove = (choices?: Choices) => deleting.here(bench, bench.changeEvent(choices));

const missing = "00000000-0000-4000-8000-00000000dead";
const withExchange = { exchangeOnlineIntegration: "true" };
const operations = (plan: readonly { operation: string }[]) =>
  plan.map(({ operation }) => operation);

describe("updating", () => {
  it("sets what differs, and reports before and after as mapped", async () => {
    const event = bench.changeEvent({
      data: { jobtitle: "Head nurse", department: "Care", employeeOrgData: { division: "North" } },
      outputData: { id: null, displayName: null },
    });
    const { answer, messages } = await updating.here(bench, event);
    expect(messages).toEqual([
      `Set jobTitle, department, employeeOrgData of user ${cloudOnly}: done.`,
    ]);
    expect(bench.user(ids.cloudOnly)).toMatchObject({
      jobTitle: "Head nurse",
      department: "Care",
      employeeOrgData: { division: "North", costCenter: null },
    });
    expect(answer.outputContext).toMatchObject({
      PreviousData: { id: ids.cloudOnly, jobtitle: "Nurse", department: null },
      Data: {
        displayName: "Cloud Only",
        jobtitle: "Head nurse",
        employeeOrgData: { division: "North" },
      },
    });
  });

  it("sends what needs more rights separately", async () => {
    const { answer } = await update({
      data: { jobTitle: "Head nurse", mobilePhone: "+31 6 12345678" },
    });
    expect(answer.plan.map(({ parameters }) => Object.keys(parameters))).toEqual([
      ["user", "jobTitle"],
      ["user", "mobilePhone"],
    ]);
  });

  it("says so when nothing differs, and sends nothing", async () => {
    const { answer, messages } = await update({ data: { jobTitle: "Nurse", mobilePhone: "" } });
    expect(answer.outcome).toBe("alreadySo");
    expect(messages).toEqual([
      `Nothing to change: user ${cloudOnly} already has the mapped settings.`,
    ]);
    expect(bench.writes()).toEqual([]);
  });

  it("leaves to Active Directory what it masters, and sets the rest", async () => {
    const { answer, messages } = await update({
      reference: ids.dirk,
      data: { jobTitle: "x", usageLocation: "DE" },
    });
    expect(answer.outcome).toBe("masteredOnPremises");
    expect(messages.join()).toContain("which masters jobTitle (attribute title): change it there.");
    expect(bench.user(ids.dirk)?.["usageLocation"]).toBe("DE");
  });

  it("writes the extension attributes of a mailbox through Exchange", async () => {
    const { answer } = await update({
      reference: ids.anna,
      configuration: withExchange,
      data: { onPremisesExtensionAttributes: { extensionAttribute7: "seven" } },
    });
    expect(answer.plan).toMatchObject([
      { target: "exchange", operation: "Set-Mailbox", parameters: { CustomAttribute7: "seven" } },
    ]);
    expect(bench.object(ids.anna)?.["CustomAttribute7"]).toBe("seven");
    expect(answer.outputContext.Data).toEqual({
      onPremisesExtensionAttributes: { extensionAttribute7: "seven" },
    });
  });

  it("writes them through Graph for a user without a mailbox", async () => {
    const { answer } = await update({
      configuration: withExchange,
      data: { onPremisesExtensionAttributes: { extensionAttribute7: "seven" } },
    });
    expect(operations(answer.plan)).toEqual(["PATCH /users/{user}"]);
  });

  it("says so when there is no mailbox for mapped settings", async () => {
    const { messages } = await update({
      configuration: withExchange,
      data: { jobTitle: "x", exchangeOnline: { CustomAttribute1: "y" } },
    });
    expect(messages).toContain(
      `User ${cloudOnly} has no mailbox, so no setting of one was changed.`,
    );
  });

  it("sends nothing to Exchange unless it is integrated", async () => {
    const { answer } = await update({
      reference: ids.anna,
      data: { jobTitle: "x", exchangeOnline: { CustomAttribute1: "y" } },
    });
    expect(answer.outcome).toBe("done");
    expect(bench.emulator.journal().map(({ side }) => side)).not.toContain("exchange");
  });

  it("changes nothing while persons are only correlated", async () => {
    const { messages } = await update({
      data: { jobTitle: "x" },
      configuration: { CorrelateOnly: "true" },
    });
    expect(messages).toEqual([
      `User ${cloudOnly} was not changed: "Correlate only" (CorrelateOnly) is on.`,
    ]);
    expect(bench.writes()).toEqual([]);
  });

  it("fails for a user who does not exist", async () => {
    const { answer, messages } = await update({ reference: missing, data: { jobTitle: "x" } });
    expect([answer.outcome, answer.outputContext.Success]).toEqual(["gone", false]);
    expect(messages[0]).toContain(`User ${missing} does not exist.`);
  });

  it("names the permission that is missing, and sets what is allowed", async () => {
    bench.fresh((state) => {
      for (const app of state.apps) app.graphRoles = ["User.Read.All", "User-Phone.ReadWrite.All"];
    });
    const { answer, messages } = await update({ data: { jobTitle: "x", mobilePhone: "+31 6" } });
    expect(answer.outcome).toBe("forbidden");
    expect(messages.join()).toContain("The application lacks the permission");
    expect(bench.user(ids.cloudOnly)).toMatchObject({ jobTitle: "Nurse", mobilePhone: "+31 6" });
  });
});

describe("the manager", () => {
  const configuration = { updateManagerOnUpdate: "true" };

  it("is set, is already so, and is removed with the person's manager", async () => {
    const set = await update({ configuration, manager: ids.anna, outputData: { managerId: null } });
    expect(bench.managerOf(ids.cloudOnly)).toBe(ids.anna);
    expect(set.answer.outputContext).toMatchObject({
      PreviousData: { managerId: null },
      Data: { managerId: ids.anna },
    });
    expect((await update({ configuration, manager: ids.anna.toUpperCase() })).answer.outcome).toBe(
      "alreadySo",
    );
    const gone = await update({ configuration });
    expect(gone.messages).toEqual([`Remove the manager of ${cloudOnly}: done.`]);
    expect(bench.managerOf(ids.cloudOnly)).toBeUndefined();
  });

  it("stays without the setting", async () => {
    await update({ configuration, manager: ids.anna });
    await update();
    expect(bench.managerOf(ids.cloudOnly)).toBe(ids.anna);
  });
});

describe("disabling", () => {
  it("ends sign-in and sessions, and hides the mailbox", async () => {
    const before = await bench.shown(ids.anna, ["signInSessionsValidFromDateTime"]);
    const { answer, messages } = await disable({
      reference: ids.anna,
      configuration: withExchange,
    });
    expect(messages).toHaveLength(3);
    expect(answer.outputContext.AuditLogs.map(({ Action }) => Action)).toEqual(
      Array.from({ length: 3 }, () => "DisableAccount"),
    );
    expect(await bench.shown(ids.anna, ["accountEnabled"])).toMatchObject({
      accountEnabled: false,
    });
    const sessions = "signInSessionsValidFromDateTime";
    expect((await bench.shown(ids.anna, [sessions]))[sessions]).not.toBe(before[sessions]);
    expect(bench.object(ids.anna)?.["HiddenFromAddressListsEnabled"]).toBe(true);
    // Two tokens and two reads. Both changes of the user in one request, and the looks after them in another one; the
    // change of the mailbox and its look.
    expect(answer.stats.requests).toBe(8);
  });

  it("hides the mailbox also when two cmdlets find nothing at first", async () => {
    bench.emulator.setFaults(
      ["Get-Mailbox", "Get-User"].map((cmdlet) => ({
        match: { side: "exchange" as const, cmdlet },
        answer: { status: 200, body: { value: [] } },
        times: 1,
      })),
    );
    const { answer } = await disable({ reference: ids.anna, configuration: withExchange });
    expect(answer.outputContext.Success).toBe(true);
    expect(bench.object(ids.anna)?.["HiddenFromAddressListsEnabled"]).toBe(true);
  });

  it("revokes the sessions also of an account that is disabled already", async () => {
    await disable();
    const { answer, messages } = await disable();
    expect(answer.outcome).toBe("alreadySo");
    expect(messages).toEqual([`Revoke the sign-in sessions of user ${cloudOnly}: was already so.`]);
    expect(operations(bench.writes()).slice(-1)).toEqual([
      "POST /users/{user}/revokeSignInSessions",
    ]);
  });

  it("still ends sign-in when the profile may not be changed", async () => {
    bench.fresh((state) => {
      for (const app of state.apps)
        app.graphRoles = [
          "User.Read.All",
          "User.EnableDisableAccount.All",
          "User.RevokeSessions.All",
        ];
    });
    const { answer } = await disable({ data: { jobTitle: "Gone" } });
    expect(answer.outcome).toBe("forbidden");
    expect(bench.user(ids.cloudOnly)?.["accountEnabled"]).toBe(false);
  });

  it("is done for a user who is proven not to exist", async () => {
    const { answer } = await disable({ reference: missing });
    expect([answer.outcome, answer.outputContext.Success]).toEqual(["gone", true]);
  });

  it.each([
    ["accepted", true, "accepted; its lists do not show it yet"],
    ["strict", false, "it is unknown whether it was applied"],
  ])(
    "says when the tenant does not show what it accepted: %s",
    async (ConfirmRevokes, isDone, end) => {
      bench.emulator.setFaults([
        {
          match: { side: "graph", operation: "PATCH /users/{user}", item: true },
          answer: { status: 204 },
        },
      ]);
      const { answer, messages } = await disable({ configuration: { ConfirmRevokes } });
      expect(answer.outputContext.Success).toBe(isDone);
      expect(messages[0]).toContain(end);
      expect(bench.user(ids.cloudOnly)?.["accountEnabled"]).not.toBe(false);
    },
  );
});

describe("enabling", () => {
  it("undoes what disabling did", async () => {
    await disable({ reference: ids.anna, configuration: withExchange });
    const { messages } = await enable({ reference: ids.anna, configuration: withExchange });
    expect(messages[0]).toBe(`Enable the account ${anna}: done.`);
    expect(await bench.shown(ids.anna, ["accountEnabled"])).toMatchObject({ accountEnabled: true });
    expect(bench.object(ids.anna)?.["HiddenFromAddressListsEnabled"]).toBe(false);
  });

  it("keeps to what is mapped", async () => {
    const { answer } = await enable({ data: { accountEnabled: "FALSE" } });
    expect(answer.plan).toMatchObject([{ parameters: { accountEnabled: false } }]);
  });
});

describe("deleting", () => {
  it("deletes the user if configured", async () => {
    const { answer, messages } = await remove({ configuration: { deleteAccount: "true" } });
    expect(messages).toEqual([`Delete user ${cloudOnly}: done.`]);
    expect(answer.outputContext.AuditLogs[0]?.Action).toBe("DeleteAccount");
    expect(bench.user(ids.cloudOnly)?.["deletedDateTime"]).toBeDefined();
    const again = await remove({ configuration: { deleteAccount: "true" } });
    expect([again.answer.outcome, again.answer.outputContext.Success]).toEqual(["gone", true]);
  });

  it("disables the account otherwise, and sets what is mapped", async () => {
    const { messages } = await remove({ data: { department: "Left" } });
    expect(messages).toHaveLength(3);
    expect(bench.user(ids.cloudOnly)).toMatchObject({ accountEnabled: false, department: "Left" });
  });

  it("never deletes while persons are only correlated", async () => {
    await remove({ configuration: { deleteAccount: "true", CorrelateOnly: "true" } });
    expect(bench.user(ids.cloudOnly)?.["deletedDateTime"]).toBeUndefined();
  });

  it("is refused for an administrator, and the reason is told", async () => {
    const { answer, messages } = await remove({
      reference: ids.administrator,
      configuration: { deleteAccount: "true" },
    });
    expect(answer.outcome).toBe("forbidden");
    expect(messages.join()).toContain("a user who has a directory role");
  });
});

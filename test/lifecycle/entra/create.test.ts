import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import action from "../../../lifecycle/entra/create.ts";
import deleteAction from "../../../lifecycle/entra/delete.ts";
import { runnerOf } from "../../bench.ts";
import { createAnswer, deleteAnswer } from "../../generated/answers.ts";
import type { Fault } from "../../emulator/faults.ts";
import { anna, cloudOnly, EntraBench, ids, newcomer } from "./entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const runner = runnerOf("lifecycle/entra/create", action, createAnswer);
const deleteRunner = runnerOf("lifecycle/entra/delete", deleteAction, deleteAnswer);
type Choices = Parameters<EntraBench["createEvent"]>[0];
const create = (choices: Choices = {}) => runner.here(bench, bench.createEvent(choices));

/** The users with an employee ID, as Entra ID keeps them. */
function usersWith(employeeId: string) {
  const users = bench.emulator.state().entra?.users ?? {};
  return Object.entries(users).filter(([, user]) => user["employeeId"] === employeeId);
}

const created = `Create user "Nora New" <nora.new@contoso.com>: done.`;
const passwordField = { passwordProfile: { password: null } };

describe("a person without an account", () => {
  it("gets one, disabled, with a password that only the answer has", async () => {
    const event = bench.createEvent({ outputData: { ...passwordField, id: null } });
    const { answer, messages, stderr } = await runner.here(bench, event);
    const { Data, AccountReference, AccountCorrelated } = answer.outputContext;
    expect(messages).toEqual([created]);
    expect(answer.outputContext.AuditLogs[0]?.Action).toBe("CreateAccount");
    const [made] = usersWith("2001");
    expect([AccountReference, AccountCorrelated]).toEqual([made?.[0], false]);
    expect(await bench.shown(String(made?.[0]), ["displayName", "accountEnabled"])).toMatchObject({
      displayName: "Nora New",
      accountEnabled: false,
    });
    const { password } = Data?.["passwordProfile"] as { password: string };
    expect(password).toMatch(/^[!-~]{16}$/);
    const { outputContext: _, ...others } = answer;
    expect(stderr + JSON.stringify([others, messages])).not.toContain(password);
    expect(Data).toMatchObject({ id: made?.[0], userPrincipalName: "nora.new@contoso.com" });
  });

  it("gets the password that is mapped, and it is written nowhere else", async () => {
    const password = "Mapped-by-hand-42";
    const data = { ...newcomer, passwordProfile: { password } };
    const { answer, messages, stderr } = await create({ data });
    expect(answer.outputContext.Data?.["passwordProfile"]).toEqual({ password });
    expect(JSON.stringify([answer.plan, messages, stderr])).not.toContain(password);
    expect(answer.plan[0]?.parameters["passwordProfile"]).toMatchObject({
      forceChangePasswordNextSignIn: true,
    });
  });

  it("gets a passphrase if configured", async () => {
    const { answer } = await create({
      configuration: { PasswordPolicy: "passphrase" },
      outputData: passwordField,
    });
    expect(answer.outputContext.Data?.["passwordProfile"]).toMatchObject({
      password: expect.stringMatching(/^[A-Z][a-z]{3}(-[a-z]{4}){3}-\d{3}$/) as string,
    });
  });

  it("gets no password in the answer when its field is not mapped", async () => {
    const { answer } = await create();
    expect(answer.outputContext.Data?.["passwordProfile"]).toEqual({
      forceChangePasswordNextSignIn: "TRUE",
    });
  });

  it("gets one that is disabled, also when nothing is mapped for that", async () => {
    const { accountEnabled: _, ...data } = newcomer;
    await create({ data });
    const [made] = usersWith("2001");
    expect(await bench.shown(String(made?.[0]), ["accountEnabled"])).toMatchObject({
      accountEnabled: false,
    });
  });

  it("gets the value that correlation looks for, also when it is not mapped", async () => {
    const { employeeId: _, ...data } = newcomer;
    await create({ data });
    expect(usersWith("2001")).toHaveLength(1);
  });

  it("gets the manager if configured", async () => {
    const { answer, messages } = await create({
      configuration: { setManagerOnCreate: "true" },
      manager: ids.anna,
      outputData: { managerId: null },
    });
    const id = String(answer.outputContext.AccountReference);
    expect(bench.managerOf(id)).toBe(ids.anna);
    expect(answer.outputContext.Data?.["managerId"]).toBe(ids.anna);
    expect(messages).toHaveLength(2);
  });

  it("gets no manager without the setting", async () => {
    const { answer } = await create({ manager: ids.anna });
    expect(bench.managerOf(String(answer.outputContext.AccountReference))).toBeUndefined();
  });

  it("costs four requests with its manager: a token, one search, the user and the manager", async () => {
    const configuration = { setManagerOnCreate: "true" };
    const { answer } = await create({ configuration, manager: ids.anna });
    expect(answer.stats.requests).toBe(4);
  });

  it("is planned in a preview, and nothing is sent", async () => {
    const { answer } = await create({
      dryRun: true,
      configuration: { setManagerOnCreate: "true", exchangeOnlineIntegration: "true" },
      manager: ids.anna,
      data: { ...newcomer, exchangeOnline: { CustomAttribute1: "x" } },
    });
    expect(answer.plan.map(({ operation, sent }) => [operation, sent])).toEqual([
      ["POST /users", false],
      ["PUT /users/{user}/manager/$ref", false],
    ]);
    expect(answer.outputContext.AccountReference).toBe("preview");
    expect(usersWith("2001")).toEqual([]);
  });
});

describe("a person who gets a licence", () => {
  const directly = { ...newcomer, license: { skuPartNumber: "ENTERPRISEPACK" } };
  const byGroup = { ...newcomer, license: { group: "Office users" } };
  const office = "e47ad000-0000-4000-8000-000000009301";
  const complete = {
    configuration: { setManagerOnCreate: "true", exchangeOnlineIntegration: "true" },
    manager: ids.anna,
  };
  const setting = { exchangeOnline: { CustomAttribute9: "new" } };
  const withOffice = (licences: string[] = [ids.e3], behaviour = {}) =>
    bench.fresh((state) => {
      Object.assign(state.behaviour, behaviour);
      ((state.entra ??= {}).groups ??= {})[office] = {
        displayName: "Office users",
        mailNickname: "office",
        members: [],
        assignedLicenses: licences.map((skuId) => ({ skuId, disabledPlans: [] })),
      };
    });
  const licencesOf = async (id: string): Promise<unknown> =>
    (await bench.shown(id, ["licenseAssignmentStates"]))["licenseAssignmentStates"];

  it("directly has it, the manager and the settings of the mailbox, in eight requests", async () => {
    const data = { ...directly, ...setting };
    const { answer, messages } = await create({ ...complete, data });
    const id = String(answer.outputContext.AccountReference);
    expect(answer.outcome).toBe("done");
    expect(await licencesOf(id)).toMatchObject([{ skuId: ids.e3, assignedByGroup: null }]);
    expect(bench.object(id)?.["CustomAttribute9"]).toBe("new");
    expect(messages[2]).toContain("Assign licence ENTERPRISEPACK to ");
    // A token for each of two resources, the look-ups, the user, the manager, the licence, the mailbox, its settings.
    expect(answer.stats.requests).toBe(8);
  });

  it("through a group has it as well, in eight requests", async () => {
    withOffice();
    const data = { ...byGroup, ...setting };
    const { answer } = await create({ ...complete, data });
    const id = String(answer.outputContext.AccountReference);
    expect(answer.outcome).toBe("done");
    expect(await licencesOf(id)).toMatchObject([{ skuId: ids.e3, assignedByGroup: office }]);
    expect(bench.object(id)?.["CustomAttribute9"]).toBe("new");
    expect(answer.stats.requests).toBe(8);
  });

  it("is planned in a preview, and nothing is sent", async () => {
    const { answer } = await create({ data: directly, dryRun: true });
    expect(answer.plan.map(({ operation }) => operation)).toEqual([
      "POST /users",
      "POST /users/{user}/assignLicense",
    ]);
    expect(bench.writes()).toEqual([]);
  });

  it.each([
    ["directly", directly],
    ["through a group", byGroup],
  ])("%s is finished by the next run when the mailbox takes longer", async (_way, own) => {
    withOffice([ids.e3], { mailboxAfterMs: 60_000 });
    const choices = { ...complete, data: { ...own, ...setting } };
    const first = await create(choices);
    expect(first.answer.outcome).toBe("notYet");
    expect(usersWith("2001")).toHaveLength(1);
    bench.emulator.advance(60_000);
    const next = await create(choices);
    expect(next.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    // What the first run did is not done again.
    expect(next.answer.plan.map(({ operation }) => operation)).toEqual(["Set-Mailbox"]);
    expect(usersWith("2001")).toHaveLength(1);
  });

  it("that an earlier run did not assign has it after the next one", async () => {
    withOffice();
    const data = { ...newcomer, license: { skuPartNumber: "enterprisepack", group: office } };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "POST /users/{user}/assignLicense" },
        answer: { status: 403, body: { error: { code: "Authorization_RequestDenied" } } },
        times: 1,
      },
    ]);
    expect((await create({ data })).answer.outcome).toBe("forbidden");
    const { answer } = await create({ data });
    expect(answer).toMatchObject({ outcome: "done", outputContext: { AccountCorrelated: true } });
    const id = String(usersWith("2001")[0]?.[0]);
    expect(await licencesOf(id)).toMatchObject([
      { assignedByGroup: null },
      { assignedByGroup: office },
    ]);
    expect(usersWith("2001")).toHaveLength(1);
  });

  it("has it already, and nothing is sent", async () => {
    const { answer } = await create({ value: "1031", data: { ...directly, employeeId: "1031" } });
    expect(answer.plan).toHaveLength(1);
    const again = await create({ value: "1031", data: { ...directly, employeeId: "1031" } });
    expect(again.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
  });

  it("gets none while persons are only correlated", async () => {
    const { answer } = await create({
      value: "1031",
      configuration: { CorrelateOnly: "true" },
      data: { ...directly, employeeId: "1031" },
    });
    expect(answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(answer.outputContext.Data?.["license"]).toEqual({ skuPartNumber: null });
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "a licence that the tenant does not have",
      { license: { skuPartNumber: "SPE_E5" } },
      "invalid",
      /^license\.skuPartNumber is mapped with "SPE_E5", which is .* one of ENTERPRISEPACK, TEAMS_EXPLORATORY\.$/,
    ],
    [
      "no usage location",
      { usageLocation: null, license: { skuPartNumber: "ENTERPRISEPACK" } },
      "invalid",
      /^The new user has no usageLocation, so licence ENTERPRISEPACK cannot be assigned;/,
    ],
    [
      "a group that assigns none",
      { license: { group: "Care staff" } },
      "invalid",
      /^license\.group is mapped with group "Care staff" \(.*\), which assigns no licence;/,
    ],
    [
      "a group that does not exist",
      { license: { group: "Nowhere" } },
      "invalid",
      /^license\.group is mapped with "Nowhere", but no group has this displayName\.$/,
    ],
    [
      "a group that Active Directory masters",
      { license: { group: ids.synced } },
      "masteredOnPremises",
      /^Group "From on-premises" .* is synchronised from Active Directory/,
    ],
    [
      "a field that does not exist",
      { license: { sku: "ENTERPRISEPACK" } },
      "invalid",
      /^license\.sku is mapped; expected license\.skuPartNumber or license\.group\.$/,
    ],
  ])("with %s is not created", async (_what, own, outcome, message) => {
    const { answer, messages } = await create({ data: { ...newcomer, ...own } });
    expect([answer.outcome, messages[0]]).toEqual([outcome, expect.stringMatching(message)]);
    expect(usersWith("2001")).toEqual([]);
  });

  it("with a name that two groups have is not created", async () => {
    withOffice();
    const again = { displayName: "Office users", mailNickname: "office2", members: [] };
    bench.fresh((state) => {
      const groups = ((state.entra ??= {}).groups ??= {});
      groups[office] = again;
      groups["e47ad000-0000-4000-8000-000000009302"] = again;
    });
    const { answer, messages } = await create({ data: byGroup });
    expect(answer.outcome).toBe("ambiguous");
    expect(messages[0]).toContain(
      'license.group is mapped with "Office users", and 2 groups have this displayName',
    );
  });
});

describe("an account that exists", () => {
  it.each<[string, string, string, string]>([
    ["employeeId", "1031", ids.anna, `Correlated with user ${anna}: its employeeId is "1031".`],
    [
      "userprincipalname",
      "CLOUD.ONLY@contoso.com",
      ids.cloudOnly,
      `Correlated with user ${cloudOnly}: its userPrincipalName is "CLOUD.ONLY@contoso.com".`,
    ],
  ])("is correlated by its %s and not changed", async (field, value, id, sentence) => {
    const { answer, messages } = await create({ field, value, outputData: passwordField });
    expect(messages).toEqual([sentence]);
    expect(answer.outputContext).toMatchObject({ AccountReference: id, AccountCorrelated: true });
    expect(answer.outputContext.Data?.["passwordProfile"]).toMatchObject({ password: null });
    expect(answer.plan).toEqual([]);
  });

  it("gets what an earlier run did not finish: manager and mailbox", async () => {
    const { answer } = await create({
      value: "1031",
      configuration: { setManagerOnCreate: "true", exchangeOnlineIntegration: "true" },
      manager: ids.bas,
      data: { ...newcomer, employeeId: "1031", exchangeOnline: { CustomAttribute9: "new" } },
    });
    expect(answer.plan.map(({ operation }) => operation)).toEqual([
      "PUT /users/{user}/manager/$ref",
      "Set-Mailbox",
    ]);
    expect(bench.managerOf(ids.anna)).toBe(ids.bas);
    expect(answer.outputContext.Data?.["exchangeOnline"]).toEqual({ CustomAttribute9: "new" });
  });

  it("keeps its mailbox as it is while persons are only correlated", async () => {
    const before = bench.emulator.state().objects;
    const { answer } = await create({
      value: "1031",
      configuration: { CorrelateOnly: "true", exchangeOnlineIntegration: "true" },
      data: { ...newcomer, employeeId: "1031", exchangeOnline: { CustomAttribute9: "new" } },
    });
    expect(answer).toMatchObject({ outputContext: { Success: true }, plan: [] });
    expect(bench.emulator.state().objects).toEqual(before);
  });

  it("gets its settings also when the mailbox cannot be found for a moment", async () => {
    const hidden: Fault = {
      match: { side: "exchange", cmdlet: "Get-Mailbox" },
      times: 1,
      answer: { status: 200, body: { value: [] } },
    };
    bench.emulator.setFaults([hidden, { ...hidden, match: { ...hidden.match, item: true } }]);
    const { answer } = await create({
      value: "1031",
      configuration: { exchangeOnlineIntegration: "true" },
      data: { ...newcomer, employeeId: "1031", exchangeOnline: { CustomAttribute9: "new" } },
    });
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(answer.outputContext.Data?.["exchangeOnline"]).toEqual({ CustomAttribute9: "new" });
  });

  it("is ambiguous when there are two", async () => {
    bench.fresh((state) => {
      Object.assign(state.entra?.users?.[ids.cloudOnly] ?? {}, { employeeId: "1031" });
    });
    const { answer } = await create({ value: "1031" });
    expect(answer.outcome).toBe("ambiguous");
    expect(answer.plan).toEqual([]);
  });

  it("has a mailbox later: the next run goes on", async () => {
    const { answer, messages } = await create({
      configuration: { exchangeOnlineIntegration: "true" },
      data: { ...newcomer, exchangeOnline: { CustomAttribute9: "new" } },
    });
    expect(answer.outcome).toBe("notYet");
    expect(messages.join()).toContain("The mailbox of user");
    expect(usersWith("2001")).toHaveLength(1);
    const next = await create();
    expect(next.answer.outputContext.AccountCorrelated).toBe(true);
    expect(usersWith("2001")).toHaveLength(1);
  });
});

describe("an account that was deleted", () => {
  it("is restored, with its ID", async () => {
    const { answer: first } = await create();
    const id = String(first.outputContext.AccountReference);
    await deleteRunner.here(
      bench,
      bench.changeEvent({ reference: id, configuration: { deleteAccount: "true" } }),
    );
    expect(bench.object(id)?.["IsSoftDeletedByRemove"]).toBe(true);
    const { answer } = await create();
    expect(answer.plan.map(({ operation }) => operation)).toEqual([
      "POST /directory/deletedItems/{item}/restore",
    ]);
    expect(answer.outputContext).toMatchObject({ AccountReference: id, AccountCorrelated: true });
    expect(bench.object(id)?.["IsSoftDeletedByRemove"]).toBe(false);
  });
});

describe("what cannot be created", () => {
  it.each<[string, Choices, RegExp]>([
    [
      "without a name",
      { data: { employeeId: "2001" } },
      /^A new user needs displayName, userPrinc/,
    ],
    [
      "with accents in its name",
      { data: { ...newcomer, userPrincipalName: "zoë@contoso.com" } },
      /^The userPrincipalName is "zoë@contoso\.com"/,
    ],
    [
      "with another value than correlation looks for",
      { data: { ...newcomer, employeeId: "2002" } },
      /^employeeId is mapped with "2002", and correlation looks for "2001"/,
    ],
    [
      "with a field that no user has",
      { data: { ...newcomer, jobTitel: "x" } },
      /^jobTitel is mapped, but is not a property of a user to set; the most similar name is jobTitle\.$/,
    ],
    ["by a field that no user has", { field: "Shoe" }, /^The account correlation field is "Shoe"/],
    [
      "by an index that lags",
      { field: "officeLocation", value: "Nowhere" },
      /finds this property in an index that lags/,
    ],
    [
      "without correlation",
      { correlation: { Enabled: false } },
      /^Correlation is turned off: turn it on/,
    ],
  ])("%s is refused by name", async (_what, choices, message) => {
    const { answer, messages } = await create(choices);
    expect(answer.outcome).toBe("invalid");
    expect(messages[0]).toMatch(message);
    expect(bench.writes()).toEqual([]);
  });

  it("while persons are only correlated", async () => {
    const { answer, messages } = await create({ configuration: { CorrelateOnly: "true" } });
    expect([answer.outcome, messages]).toEqual(["gone", ['No user has "2001" as employeeId.']]);
    expect(usersWith("2001")).toEqual([]);
  });

  it("with a name that another user has names that user", async () => {
    const userPrincipalName = "cloud.only@contoso.com";
    const { answer, messages } = await create({ data: { ...newcomer, userPrincipalName } });
    expect(answer.outcome).toBe("invalid");
    expect(messages.join()).toContain(
      `belongs to user ${cloudOnly}, whose employeeId is not "2001"`,
    );
  });
});

describe("the same account", () => {
  it("is not made twice when the answer is lost", async () => {
    bench.emulator.setFaults([
      { match: { side: "graph", operation: "POST /users" }, cut: "after", times: 1 },
    ]);
    const { answer, messages } = await create({ outputData: passwordField });
    expect(answer.outcome).toBe("done");
    expect(messages[0]).toContain("does not know its password");
    expect(answer.outputContext.Data?.["passwordProfile"]).toMatchObject({ password: null });
    expect(usersWith("2001")).toHaveLength(1);
  });

  it("is no success when the tenant accepts it and does not do it", async () => {
    bench.emulator.setFaults([
      { match: { side: "graph", operation: "POST /users" }, answer: { status: 204 } },
    ]);
    const { answer, messages } = await create();
    expect([answer.outcome, answer.outputContext.Success]).toEqual(["unknown", false]);
    expect(messages.join()).toContain("did not return the user that it created");
  });

  it("is not made twice when the search does not show it yet", async () => {
    await create();
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "GET /users", item: true },
        answer: { status: 200, body: { value: [] } },
        times: 2,
      },
    ]);
    const { answer } = await create();
    expect(answer.outputContext).toMatchObject({ Success: true, AccountCorrelated: true });
    expect(usersWith("2001")).toHaveLength(1);
  });
});

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import action from "../../../lifecycle/entra/uniquenessCheck.ts";
import { runnerOf } from "../../bench.ts";
import { uniquenessCheckAnswer } from "../../generated/answers.ts";
import { EntraBench, ids } from "./entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const runner = runnerOf("lifecycle/entra/uniquenessCheck", action, uniquenessCheckAnswer);

function eventFor(Data: Record<string, unknown>, account: string | null = null): unknown {
  const { actionContext } = bench.changeEvent() as { actionContext: { Configuration: object } };
  const { Configuration } = actionContext;
  return {
    actionContext: { Configuration, Operation: "create", Data, References: { Account: account } },
  };
}

const check = (data: Record<string, unknown>, account?: string) =>
  runner.here(bench, eventFor(data, account));

it.each<[string, Record<string, unknown>, string[]]>([
  ["a name that is free", { userPrincipalName: "nora.new@contoso.com" }, []],
  ["nothing that must be unique", { displayName: "Anna Bakker" }, []],
  [
    "a name that a user has",
    { userprincipalname: "ANNA.BAKKER@contoso.com" },
    ["userprincipalname"],
  ],
  ["an address that a user has", { mail: "anna.bakker@contoso.com" }, ["mail"]],
  [
    "an address that a group has, in a list",
    {
      exchangeOnline: { EmailAddresses: ["SMTP:nora@contoso.com", "smtp:newsletter@contoso.com"] },
    },
    ["exchangeOnline.EmailAddresses"],
  ],
  ["a nickname that a user has", { mailNickname: "cloud.only", mail: "" }, ["mailNickname"]],
  [
    "several at once",
    {
      userPrincipalName: "cloud.only@contoso.com",
      mailNickname: "cloud.only",
      mail: "x@contoso.com",
    },
    ["userPrincipalName", "mailNickname"],
  ],
])("reports %s", async (_what, data, fields) => {
  const { answer } = await check(data);
  expect(answer.outputContext).toMatchObject({ Success: true, NonUniqueFields: fields });
});

it("leaves out the account itself, and the person's half-made one", async () => {
  const data = { userPrincipalName: "cloud.only@contoso.com" };
  expect((await check(data, ids.cloudOnly)).answer.outputContext).toMatchObject({
    NonUniqueFields: [],
  });
  const own = { userPrincipalName: "anna.bakker@contoso.com", employeeId: "1031" };
  expect((await check(own)).answer.outputContext).toMatchObject({ NonUniqueFields: [] });
  const other = { ...own, employeeId: "1032" };
  expect((await check(other)).answer.outputContext).toMatchObject({
    NonUniqueFields: ["userPrincipalName"],
  });
});

it("costs two requests: a token, and all names at once", async () => {
  const data = { userPrincipalName: "a@contoso.com", mail: "b@contoso.com", mailNickname: "c" };
  const { answer, messages } = await runner.here(bench, eventFor(data));
  expect(answer.stats.requests).toBe(2);
  expect(messages).toEqual(["All values are unique."]);
});

it("names the holder in the log", async () => {
  const { stderr } = await check({ mailNickname: "cloud.only" });
  expect(stderr).toContain("mailNickname is not unique: user");
});

it("is no success when a search fails", async () => {
  bench.emulator.setFaults([
    {
      match: { side: "graph", operation: "GET /groups", item: true },
      answer: { status: 400, body: { error: { code: "Request_BadRequest", message: "no" } } },
    },
  ]);
  const { answer } = await check({ mail: "b@contoso.com" });
  expect(answer.outputContext.Success).toBe(false);
});

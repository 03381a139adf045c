/** Who masters a property of a user with a mailbox, and what is said of fields that nothing changes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import update from "../../../lifecycle/entra/update.ts";
import { runnerOf } from "../../bench.ts";
import { updateAnswer } from "../../generated/answers.ts";
import { anna, EntraBench, ids } from "./entraBench.ts";

const runner = runnerOf("lifecycle/entra/update", update, updateAnswer);

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const event = (
  reference: string,
  data: Record<string, unknown>,
  configuration: Record<string, unknown> = {},
): unknown => bench.changeEvent({ reference, data, configuration });
const withExchange = { exchangeOnlineIntegration: true };
const titleOf = async (id: string): Promise<unknown> =>
  (await bench.shown(id, ["jobTitle", "mail"]))["jobTitle"];

describe("the mail of a user", () => {
  it("with a mailbox is not sent to Graph, and the rest is", async () => {
    const data = { jobTitle: "Nurse", mail: "other@contoso.com" };
    const { answer, messages } = await runner.here(bench, event(ids.anna, data, withExchange));
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages.join()).toContain(`The mail of user ${anna} follows its mailbox`);
    expect(bench.writes().map(({ parameters }) => Object.keys(parameters))).toEqual([
      ["user", "jobTitle"],
    ]);
    expect(await titleOf(ids.anna)).toBe("Nurse");
  });

  it("with a mailbox that has it already is fine", async () => {
    const { mail } = await bench.shown(ids.anna, ["mail"]);
    const { answer } = await runner.here(bench, event(ids.anna, { mail }, withExchange));
    expect(answer.outcome).toBe("alreadySo");
  });

  it("is refused alone when no one looked for a mailbox", async () => {
    const data = { jobTitle: "Nurse", mail: "other@contoso.com" };
    const { answer, messages } = await runner.here(bench, event(ids.anna, data));
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join()).toContain("Exchange Online masters this");
    expect(await titleOf(ids.anna)).toBe("Nurse");
  });

  it("without a mailbox is Graph's", async () => {
    const data = { mail: "cloud@contoso.com" };
    const { answer } = await runner.here(bench, event(ids.cloudOnly, data, withExchange));
    expect(answer.outcome).toBe("done");
    expect(await bench.shown(ids.cloudOnly, ["mail"])).toMatchObject(data);
  });
});

it("a mapped setting is named when Exchange Online is off", async () => {
  const data = { jobTitle: "Nurse", exchangeOnline: { CustomAttribute1: "x" } };
  const { answer, messages } = await runner.here(bench, event(ids.anna, data));
  expect(answer.outcome).toBe("done");
  expect(messages.join()).toContain("exchangeOnline.CustomAttribute1: mapped, and not used");
  expect(bench.object(ids.anna)?.["CustomAttribute1"]).not.toBe("x");
});

import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import type { Deadline } from "../../lib/host/deadline.ts";
import { openGate, type Connection } from "../../lib/host/gate.ts";
import { connectionOf, guid, step } from "./world.ts";

function opened({ invoke, dryRun = false }: { invoke?: Connection["invoke"]; dryRun?: boolean } = {}) {
  const controller = new AbortController();
  const deadline: Deadline = { signal: controller.signal, remaining: () => 1, bound: (work) => work, interrupt: (reason) => controller.abort(reason), stop: () => undefined };
  const said: string[] = [];
  const connection = connectionOf(invoke);
  return { gate: openGate({ connection, dryRun, deadline, talk: (level, message) => said.push(`${level}: ${message}`) }), connection, deadline, said };
}

const timeUp = new Fault({ kind: "unavailable", message: "The time ran out." });
const thrown = (work: Promise<unknown>): Promise<unknown> => work.then(() => "nothing was thrown", (reason: unknown) => reason);

describe("a change", () => {
  it("is sent as it was described, and recorded", async () => {
    const commands: unknown[] = [];
    const { gate } = opened({
      invoke: (command) => {
        commands.push(command);
        return Promise.resolve({ notices: [] });
      },
    });
    await gate.change(step("Hidden"));
    expect(commands).toEqual([{ cmdlet: "Set-Mailbox", parameters: { Identity: guid, Hidden: true } }]);
    expect(gate.taken).toEqual([{ step: { ...step("Hidden"), sent: true }, result: "done" }]);
  });

  it("is recorded as it was when it was made, whatever becomes of its parameters", async () => {
    const { gate } = opened();
    const members = ["a"];
    const before = { Members: ["x"] };
    await gate.change({ ...step("Members", members), before });
    members.push("b");
    before.Members.pop();
    expect(gate.taken[0]?.step).toMatchObject({ parameters: { Members: ["a"] }, before: { Members: ["x"] } });
  });

  it("was already so when the service changed nothing, or says that it is in place", async () => {
    const { gate, said } = opened({ invoke: ({ parameters }) => ("A" in parameters ? Promise.resolve({ notices: [{ kind: "alreadySo", text: "no settings were modified" }] }) : Promise.reject(new Fault({ kind: "already", message: "is a member already" }))) });
    await gate.change(step("A"));
    await gate.change(step("B"));
    expect(gate.taken.map(({ result, step: { sent } }) => [result, sent])).toEqual([["alreadySo", true], ["alreadySo", true]]);
    expect(said).toEqual([]);
  });

  it("has what the service said beside it passed on, unless it is understood", async () => {
    const { gate, said } = opened({ invoke: () => Promise.resolve({ notices: [{ kind: "moreResults", text: "more" }, { text: "takes an hour" }] }) });
    await gate.change(step("A"));
    expect(said).toEqual(["warning: takes an hour"]);
  });

  it("has failed when the service refused it", async () => {
    const fault = new Fault({ kind: "denied", message: "may not" });
    const { gate } = opened({ invoke: () => Promise.reject(fault) });
    expect(await thrown(gate.change(step("A")))).toBe(fault);
    expect(gate.taken).toMatchObject([{ result: "failed", fault, step: { sent: true } }]);
  });

  it("may have been applied when no answer came", async () => {
    const fault = new Fault({ kind: "unavailable", message: "cut" });
    const { gate } = opened({ invoke: () => Promise.reject(fault) });
    expect(await thrown(gate.change(step("A")))).toBe(fault);
    expect(gate.taken).toMatchObject([{ result: "unknown", fault }]);
  });

  it("may have been applied when the run ended while it was on its way", async () => {
    const { gate, deadline } = opened({
      invoke: () => {
        deadline.interrupt(timeUp);
        return Promise.reject(new Error("The operation was aborted"));
      },
    });
    expect(await thrown(gate.change(step("A")))).toBe(timeUp);
    expect(gate.taken).toEqual([{ step: { ...step("A"), sent: true }, result: "unknown" }]);
  });

  it("is not known to be applied while it is on its way", () => {
    const { gate } = opened({ invoke: () => new Promise(() => undefined) });
    void gate.change(step("A"));
    expect(gate.taken).toMatchObject([{ result: "unknown", step: { sent: true } }]);
  });

  it.each([undefined, "text", null])("may have been applied when %j was thrown: only a refusal says that it was not", async (value) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const { gate } = opened({ invoke: () => Promise.reject(value) });
    expect(await thrown(gate.change(step("A")))).toMatchObject({ kind: "unexpected" });
    expect(gate.taken).toMatchObject([{ result: "unknown" }]);
  });
});

describe("a dry run", () => {
  it("sends nothing, and records the steps that a run takes", async () => {
    const [dry, wet] = [opened({ dryRun: true }), opened()];
    for (const { gate } of [dry, wet]) for (const name of ["A", "B", "C"]) await gate.change(step(name));
    expect(dry.connection.sent).toEqual([]);
    expect(wet.connection.sent).toEqual(["A", "B", "C"]);
    expect(dry.gate.taken.map(({ step: { sent, ...rest } }) => [sent, rest])).toEqual(wet.gate.taken.map(({ step: { sent, ...rest } }) => [!sent, rest]));
    expect(dry.gate.taken.map(({ result }) => result)).toEqual(["planned", "planned", "planned"]);
  });

  it("reads", async () => {
    const { gate, connection } = opened({ dryRun: true });
    expect(await gate.read((given) => Promise.resolve(given === connection))).toBe(true);
  });
});

describe("behind the answer", () => {
  it("nothing is changed, planned or read", async () => {
    const { gate, deadline, connection } = opened();
    deadline.interrupt(timeUp);
    expect(await thrown(gate.change(step("A")))).toBe(timeUp);
    let asked = false;
    expect(await thrown(gate.read(() => Promise.resolve((asked = true))))).toBe(timeUp);
    expect([connection.sent, gate.taken, asked]).toEqual([[], [], false]);
  });
});

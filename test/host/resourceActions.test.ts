import { describe, expect, it } from "vitest";
import { Fault, type FaultKind } from "../../lib/fault.ts";
import { resourcesAnswer } from "../generated/answers.ts";
import type { ResourcesAnswer } from "../../lib/generated/types.ts";
import type { Step, StepResult } from "../../lib/step.ts";
import {
  onResources,
  type ResourceOutcome,
  type ItemContext,
  type ResourceItem,
  type ResourcesInput,
} from "../../lib/host/resourceActions.ts";
import { ran, type Ran, type Started } from "./running.ts";
import { configuration, undeclared, type TestTargets } from "./world.ts";

const source = (count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => ({
    ExternalId: `K${index}`,
    DisplayName: `Name ${index}`,
  }));
const eventOf = (
  SourceData: unknown,
  { dryRun = false, own = {} }: { dryRun?: boolean; own?: Record<string, unknown> } = {},
) => ({
  actionContext: { Configuration: { ...configuration, ...own }, DryRun: dryRun },
  resourceContext: { SourceData },
});
const step = (
  cmdlet: string,
  { key }: ResourceItem,
  own: Partial<Pick<Step, "recover">> = {},
): Parameters<ItemContext<TestTargets>["change"]> => [
  {
    target: "exchange",
    operation: cmdlet,
    parameters: { Identity: key },
    sentence: `${cmdlet} ${key}`,
    before: {},
    ...own,
  },
  cmdlet.startsWith("New") ? "CreateResource" : "UpdateResource",
];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Work = (item: ResourceItem, context: ItemContext<TestTargets>) => Promise<ResourceOutcome>;
function run(
  work: Work,
  started: Started,
  seen?: (input: ResourcesInput<TestTargets>) => void,
): Promise<Ran<ResourcesAnswer, never>> {
  const action = onResources({
    ...undeclared,
    handle: (input) => {
      seen?.(input);
      return Promise.resolve(work);
    },
  });
  return ran(action, { answer: resourcesAnswer }, started);
}

const make: Work = async (item, { change }) => {
  await change(...step("New-X", item));
  await change(...step("Set-X", item));
  return "created";
};
const failing = (kind: FaultKind, message = "No."): Fault => new Fault({ kind, message });

describe("resources", () => {
  it("are counted by outcome, and reported in order even when processed in parallel", async () => {
    const fates: ResourceOutcome[] = ["existing", "created", "completed", "renamed"];
    const { answer, audit } = await run(
      async (item, { change }) => {
        const index = Number(item.key.slice(1));
        for (let turns = 20 - index; turns > 0; turns--) await turn();
        if (index % 4 !== 0) await change(...step("Set-X", item));
        return fates[index % 4] ?? "existing";
      },
      { event: eventOf([...source(11), null, source(1)[0]]) },
    );
    expect(answer.outcome).toBe("done");
    expect(audit[0]).toEqual([
      undefined,
      "Resources: 11, already exist: 3, created: 3, completed: 3, renamed: 2, failed: 0, " +
        "ignored as blank or duplicate: 2.",
      false,
    ]);
    expect(audit.slice(1)).toEqual(
      [1, 2, 3, 5, 6, 7, 9, 10].map((index) => [
        "UpdateResource",
        `Set-X K${index} for "Name ${index}" (K${index}): done.`,
        false,
      ]),
    );
    expect(answer.plan.map(({ parameters }) => parameters["Identity"])).toEqual(
      [1, 2, 3, 5, 6, 7, 9, 10].map((index) => `K${index}`),
    );
  });

  it("that all exist change nothing", async () => {
    const { answer, code, connection } = await run(() => Promise.resolve("existing"), {
      event: eventOf(source(2)),
    });
    expect([code, answer.outcome, answer.plan, connection.sent]).toEqual([0, "alreadySo", [], []]);
  });

  it("are processed five at a time", async () => {
    let now = 0;
    let most = 0;
    await run(
      async () => {
        most = Math.max(most, ++now);
        await turn();
        now--;
        return "existing";
      },
      { event: eventOf(source(50)) },
    );
    expect(most).toBe(5);
  });

  it("that fail do not stop others from being created, and each fault names its item once", async () => {
    const { audit, answer } = await run(
      async (item, context) => {
        if (item.key === "K1") throw failing("ambiguous", "Two of them.");
        return await make(item, context);
      },
      {
        event: eventOf([...source(4), { DisplayName: "Keyless" }]),
        send: ({ operation, parameters }) =>
          operation === "New-X" && parameters["Identity"] === "K2"
            ? Promise.reject(failing("denied", "Not allowed."))
            : Promise.resolve({ notices: [] }),
      },
    );
    expect(answer.outcome).toBe("ambiguous");
    expect(audit).toEqual([
      [
        undefined,
        "Resources: 5, already exist: 0, created: 2, completed: 0, renamed: 0, failed: 3.",
        false,
      ],
      ["CreateResource", 'New-X K0 for "Name 0" (K0): done.', false],
      ["UpdateResource", 'Set-X K0 for "Name 0" (K0): done.', false],
      ["CreateResource", 'New-X K2 for "Name 2" (K2): failed. Not allowed.', true],
      ["CreateResource", 'New-X K3 for "Name 3" (K3): done.', false],
      ["UpdateResource", 'Set-X K3 for "Name 3" (K3): done.', false],
      [undefined, '"Name 1" (K1): Two of them.', true],
      [
        undefined,
        'Entry 5 of the source data ("Keyless") has no ExternalId, so nothing identifies it.',
        true,
      ],
      [undefined, expect.stringContaining("Only partly done"), true],
    ]);
  });

  it("in a preview are the first ten, planned and not sent, after all were compared", async () => {
    let all = 0;
    let worked = 0;
    const { audit, answer, connection } = await run(
      (item, context) => (worked++, make(item, context)),
      { event: eventOf([{ DisplayName: "Keyless" }, ...source(20)], { dryRun: true }) },
      ({ items, isPreview }) => {
        all = items.length;
        expect(isPreview).toBe(true);
      },
    );
    expect([
      all,
      worked,
      answer.plan.length,
      answer.plan.some(({ sent }) => sent),
      connection.sent,
    ]).toEqual([20, 9, 18, false, []]);
    expect(audit[0]?.[1]).toBe(
      "Resources in this preview: 10 (the first of 21; a preview is limited to these), already " +
        "exist: 0, to be created: 9, to be completed: 0, to be renamed: 0, cannot be created: 1.",
    );
  });

  it("take their key and name from the configured fields", async () => {
    const items: ResourceItem[] = [];
    await run((item) => (items.push(item), Promise.resolve("existing")), {
      event: eventOf([{ Code: "C", Title: "T" }], {
        own: { ResourceKeyField: "code", ResourceNameField: "title" },
      }),
    });
    expect(items).toEqual([{ key: "C", name: "T", label: '"T" (C)' }]);
  });

  it("are not created when the tenant cannot be read", async () => {
    const { audit, answer } = await ran(
      onResources({ ...undeclared, handle: () => Promise.reject(failing("invalid", "No owner.")) }),
      { answer: resourcesAnswer },
      { event: eventOf(source(3)) },
    );
    expect(answer.outcome).toBe("invalid");
    expect(audit).toEqual([[undefined, "No owner.", true]]);
  });

  it("are reported as far as they were processed when the time runs out", async () => {
    const { audit, answer } = await run(make, {
      event: eventOf([{ DisplayName: "Keyless" }, ...source(40)]),
      env: { EXO_CONNECTOR_DEADLINE_MS: "400" },
      send: ({ parameters }) =>
        Number(String(parameters["Identity"]).slice(1)) < 3
          ? Promise.resolve({ notices: [] })
          : new Promise(() => undefined),
    });
    expect(answer.outcome).toBe("unknown");
    expect(audit[0]).toEqual([
      undefined,
      "Resources: 41, already exist: 0, created: 3, completed: 0, renamed: 0, failed: 1, not processed: 37.",
      false,
    ]);
    expect(audit.filter(([, message]) => message.includes("K3)"))).toEqual([
      [
        "CreateResource",
        'New-X K3 for "Name 3" (K3): was sent; it is unknown whether it was applied. ' +
          "The time for one event (400 ms) ran out.",
        true,
      ],
    ]);
    expect(
      audit.map(([, message]) => message).filter((message) => message.startsWith("Entry 1")),
    ).toHaveLength(1);
    expect(
      audit.filter(([, message]) => message === "The time for one event (400 ms) ran out."),
    ).toEqual([]);
  });
});

describe("a failed change that is verified", () => {
  const unknown = failing("unavailable", "No answer.");
  const looked = (
    recover: (fault: Fault) => Promise<StepResult>,
    fault = unknown,
  ): Promise<Ran<ResourcesAnswer, never>> =>
    run(
      async (item, { change }) => {
        const became = await change(...step("New-X", item, { recover }));
        return became === "alreadySo" ? "completed" : "created";
      },
      { event: eventOf(source(1)), send: () => Promise.reject(fault) },
    );

  it.each<[StepResult, string, string]>([
    ["done", "done", "created: 1"],
    ["alreadySo", "alreadySo", "completed: 1"],
  ])("counts as %s when it is found so", async (became, outcome, count) => {
    const { answer, audit } = await looked(
      (fault) => (expect(fault).toBe(unknown), Promise.resolve(became)),
    );
    expect(answer).toMatchObject({ outcome, outputContext: { Success: true } });
    expect(audit[0]?.[1]).toContain(count);
    expect(audit[1]).toEqual([
      "CreateResource",
      `New-X K0 for "Name 0" (K0): ${became === "done" ? "done" : "was already so"}.`,
      false,
    ]);
  });

  it("reports the fault of the read, and that the step failed if the read shows so", async () => {
    const ending = async (kind: FaultKind): Promise<unknown> =>
      (await looked(() => Promise.reject(failing(kind, "Looked.")))).audit[1];
    expect(await ending("unavailable")).toEqual([
      "CreateResource",
      'New-X K0 for "Name 0" (K0): was sent; it is unknown whether it was applied. Looked.',
      true,
    ]);
    // A look that was refused itself says nothing about the step.
    expect(await ending("invalid")).toEqual([
      "CreateResource",
      'New-X K0 for "Name 0" (K0): was sent; it is unknown whether it was applied. ' +
        "No answer. It could not be confirmed: Looked.",
      true,
    ]);
    expect(await ending("taken")).toEqual([
      "CreateResource",
      'New-X K0 for "Name 0" (K0): failed. Looked.',
      true,
    ]);
  });

  it("is not verified in a preview, nor when it is in place already", async () => {
    const never = (): Promise<StepResult> => Promise.reject(new Error("looked"));
    const work: Work = async (item, { change }) => (
      await change(...step("New-X", item, { recover: never })),
      "created"
    );
    expect((await run(work, { event: eventOf(source(1), { dryRun: true }) })).answer.outcome).toBe(
      "done",
    );
    expect(
      (
        await run(work, {
          event: eventOf(source(1)),
          send: () => Promise.resolve({ notices: [{ kind: "alreadySo", text: "x" }] }),
        })
      ).answer.outcome,
    ).toBe("alreadySo");
  });
});

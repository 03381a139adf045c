import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ResourcesAnswer } from "../../lib/generated/types.ts";
import { Bench, guidOf, type Run } from "../bench.ts";
import { resourcesEventFor, type ResourceChoices } from "../events.ts";
import { domain, errors, kinds, made, prepare, seededOwner, wholeOf, type Made } from "./kinds.ts";

const department = (ExternalId: string, DisplayName: string) => ({ ExternalId, DisplayName });
const departments = (count: number) =>
  Array.from({ length: count }, (_, index) => department(`D-${index}`, `Department ${index}`));

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

describe.each(kinds)("$name", (kind) => {
  const { runner, prefix, marker, create, set } = kind;
  const eventOf = (choices: ResourceChoices): unknown => resourcesEventFor(bench.running, choices);
  const run = (
    choices: ResourceChoices,
    env: Record<string, string> = {},
  ): Promise<Run<ResourcesAnswer>> => runner.here(bench, eventOf(choices), env);
  const whole = (name: string, key: string, own: Partial<Made> = {}) =>
    wholeOf(kind, name, key, own);

  it("are created with their key and marker, and the second run writes nothing", async () => {
    const source = [
      department("D-1", "Care"),
      department("D-2", "Ökonomie & Recht"),
      department(kind.marked.key, "Sales"),
    ];
    const first = await run({ source, configuration: { ResourceDomain: "contoso.com" } });
    expect(first.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(first.messages[0]).toBe(
      "Resources: 3, already exist: 1, created: 2, completed: 0, renamed: 0, failed: 0.",
    );
    expect(made(bench, kind)).toEqual([
      whole("Care", "D-1", { address: `${prefix}Care@contoso.com` }),
      whole("", "D-2", {
        Name: `${prefix}Okonomie & Recht`,
        DisplayName: `${prefix}Ökonomie & Recht`,
        address: `${prefix}Okonomie__Recht@contoso.com`,
      }),
    ]);
    if (kind.name === "groups")
      expect(bench.emulator.state().objects.at(-1)?.["ManagedBy"]).toEqual([seededOwner]);
    expect(first.answer.plan.map(({ cmdlet }) => cmdlet)).toEqual([create, set, create, set]);
    expect(first.answer.outputContext.AuditLogs.map(({ Action }) => Action)).toEqual([
      undefined,
      "CreateResource",
      "UpdateResource",
      "CreateResource",
      "UpdateResource",
    ]);

    const second = await run({ source, configuration: { ResourceDomain: "contoso.com" } });
    expect(second.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(second.messages).toEqual([
      "Resources: 3, already exist: 3, created: 0, completed: 0, renamed: 0, failed: 0.",
    ]);
  });

  it("in a dry run of twenty are ten that are planned, and nothing is written", async () => {
    const source = [department(kind.marked.key, "Sales"), ...departments(19)];
    const { answer, messages } = await run({ source, dryRun: true });
    expect(messages[0]).toBe(
      "Resources in this preview: 10 (the first of 20; a preview is limited to these), already " +
        "exist: 1, to be created: 9, to be completed: 0, to be renamed: 0, cannot be created: 0.",
    );
    expect(
      answer.plan.map(({ cmdlet, parameters }) => [
        cmdlet,
        parameters["Name"] ?? parameters["Identity"],
      ]),
    ).toEqual(
      departments(9).flatMap(({ DisplayName }) => [
        [create, `${prefix}${DisplayName}`],
        [set, `${prefix}${DisplayName.replace(" ", "_")}@${domain}`],
      ]),
    );
    expect(bench.writes()).toEqual([]);
    // No id of anything that does not exist.
    expect(
      JSON.stringify([
        answer.plan.map(({ parameters: { ManagedBy: _, ...own } }) => own),
        messages,
      ]),
    ).not.toMatch(/[0-9a-f]{8}-0000-4000/);
    const wet = await run({ source: source.slice(0, 10) });
    expect(
      wet.answer.plan.map(({ cmdlet, parameters: { Identity: _, ...own } }) => [cmdlet, own]),
    ).toEqual(answer.plan.map(({ cmdlet, parameters: { Identity: _, ...own } }) => [cmdlet, own]));
  });

  it("can be plain values, which are key and name in one", async () => {
    await run({ source: ["Nijmegen", 42, " ", null, "Nijmegen"] });
    expect(made(bench, kind)).toEqual([whole("42", "42"), whole("Nijmegen", "Nijmegen")]);
  });

  it("use the configured attributes, prefixes, markers and fields", async () => {
    const configuration = {
      SubPermissionAttribute: "CustomAttribute7",
      MarkerAttribute: "CustomAttribute1",
      GroupMarker: "m",
      SharedMailboxMarker: "m",
      GroupNamePrefix: "x.",
      SharedMailboxNamePrefix: "x.",
      ResourceKeyField: "code",
      ResourceNameField: "title.name",
    };
    await run({ source: [{ Code: "C", Title: { Name: "Nurse" } }], configuration });
    expect(bench.emulator.state().objects.at(-1)).toMatchObject({
      Name: "x.Nurse",
      CustomAttribute7: "C",
      CustomAttribute1: "m",
    });
    expect(
      (await run({ source: [{ Code: "c", Title: { Name: "Other" } }], configuration })).answer
        .outcome,
    ).toBe("alreadySo");
  });

  it("without a name that Exchange accepts are named by their key, or not created", async () => {
    const ran = await run({
      source: [
        department("D-1", "東京"),
        department("大阪", "🦊"),
        "神戸",
        department("K".repeat(1_025), "Long"),
      ],
    });
    expect(made(bench, kind)).toEqual([
      {
        Name: `${prefix}D-1`,
        DisplayName: `${prefix}東京`,
        address: `${prefix}D-1@${domain}`,
        key: "D-1",
        marker,
        hidden: undefined,
      },
    ]);
    expect(errors(ran)).toEqual([
      expect.stringMatching(/^"🦊" \(大阪\): Neither/),
      expect.stringMatching(/^"神戸": Neither/),
      expect.stringMatching(/^"Long" .*: The key "K+\.\.\." has 1025 characters/),
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "no custom attribute for the key",
      { SubPermissionAttribute: "Alias" },
      '"Matching attribute" (SubPermissionAttribute), which is Alias',
    ],
    [
      "one attribute for key and marker",
      { MarkerAttribute: "CustomAttribute1" },
      "are both CustomAttribute1",
    ],
  ])("are not made with %s", async (_what, configuration, message) => {
    const ran = await run({ source: departments(2), configuration });
    expect([ran.answer.outcome, errors(ran)]).toEqual([
      "invalid",
      [expect.stringContaining(message)],
    ]);
    expect(bench.cmdlets()).toEqual([]);
  });

  it("continue after one that is refused", async () => {
    const broken = {
      status: 400,
      body: {
        error: {
          code: "BadRequest",
          message: "x",
          details: [
            {
              code: "Context",
              target: "",
              message:
                "Ex6F9304|System.InvalidOperationException|The operation couldn't be completed.",
            },
          ],
        },
      },
    };
    bench.emulator.setFaults([{ match: { cmdlet: create }, skip: 2, times: 1, answer: broken }]);
    const ran = await run({ source: departments(8) });
    expect(ran.messages[0]).toContain("created: 7, completed: 0, renamed: 0, failed: 1");
    expect(errors(ran)).toEqual([
      expect.stringMatching(
        /^Create .* for "Department \d" \(D-\d\): failed\. .*couldn't be completed/,
      ),
    ]);
    bench.emulator.setFaults([]);
    expect((await run({ source: departments(8) })).messages[0]).toContain(
      "already exist: 7, created: 1",
    );
  });

  it("that are not found at once are waited for, while others are created", async () => {
    prepare(bench, { behaviour: { createLagMs: 1_500 } });
    const ran = await run({ source: departments(30) });
    expect(ran.messages[0]).toContain("created: 30");
    expect(
      made(bench, kind).filter(({ key, marker: own }) => key !== undefined && own === marker),
    ).toHaveLength(30);
    // Five at a time that wait where they stand would keep the sixth from being made before the first is found.
    const writes = bench.writes().map(({ operation }) => operation);
    expect(writes.slice(0, writes.indexOf(set)).length).toBeGreaterThan(5);
    expect(ran.answer.plan.filter(({ cmdlet }) => cmdlet === create)).toHaveLength(30);
  });

  it("that were just created and are not listed yet are waited for and finished", async () => {
    prepare(bench, { behaviour: { createLagMs: 4_000 } });
    bench.emulator.setFaults([
      {
        match: { cmdlet: set },
        answer: { status: 400, body: { error: { code: "BadRequest", message: "refused" } } },
      },
    ]);
    await run({ source: departments(3) }, { EXO_CONNECTOR_DEADLINE_MS: "600" });
    bench.emulator.setFaults([]);
    bench.emulator.clearJournal();
    const ran = await run({ source: departments(3) });
    expect(ran.messages[0]).toBe(
      "Resources: 3, already exist: 0, created: 0, completed: 3, renamed: 0, failed: 0.",
    );
    expect(ran.messages.filter((message) => message.startsWith("Create"))).toEqual(
      departments(3).map(
        ({ ExternalId }) =>
          expect.stringMatching(new RegExp(`\\(${ExternalId}\\): was already so\\.$`)) as string,
      ),
    );
    expect(made(bench, kind).map(({ key }) => key)).toEqual(["D-0", "D-1", "D-2"]);
  });

  it.each(["after", "half"] as const)(
    "are created once when the answer is lost (%s)",
    async (cut) => {
      bench.emulator.setFaults([{ match: { cmdlet: create }, cut }]);
      const ran = await run({ source: departments(4) });
      expect(ran.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
      expect(ran.messages[0]).toContain("created: 4");
      expect(bench.cmdlets().filter((cmdlet) => cmdlet === create)).toHaveLength(4);
    },
  );

  it("whose creation stays unknown are left to the next run", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: create }, named: "unavailable" }]);
    // Far from the end of any of the waits between two looks, which come after 0.5, 1.5 and 3.5 s and up to a quarter
    // later.
    const ran = await run({ source: departments(1) }, { EXO_CONNECTOR_DEADLINE_MS: "3000" });
    expect(ran.answer.outcome).toBe("unknown");
    const [error, ...others] = errors(ran);
    expect(others).toEqual([]);
    expect(error).toMatch(
      /^Create .* for "Department 0" \(D-0\): was sent; it is unknown whether it was applied\. /,
    );
    expect(error).toMatch(/so it was not sent again\. .*if not, the next run creates it\./);
    expect(bench.cmdlets().filter((cmdlet) => cmdlet === create)).toHaveLength(1);
    bench.emulator.setFaults([]);
    expect((await run({ source: departments(1) })).messages[0]).toContain("created: 1");
  });
});

describe("groups", () => {
  const [{ runner }] = kinds as [(typeof kinds)[number]];
  const run = (configuration: Record<string, unknown>): Promise<Run<ResourcesAnswer>> =>
    runner.here(bench, resourcesEventFor(bench.running, { source: departments(2), configuration }));

  it.each<[string, unknown, string]>([
    [
      "does not exist",
      "nobody@contoso.com",
      'The "Group owner", nobody@contoso.com, does not exist.',
    ],
    [
      "can own none",
      "newsletter@contoso.com",
      "is a MailUniversalDistributionGroup; expected a mailbox",
    ],
  ])("are not made when their owner %s", async (_what, ResourceOwner, message) => {
    const { answer, messages } = await run({ ResourceOwner });
    expect([answer.outcome, answer.plan, messages]).toEqual([
      "invalid",
      [],
      [expect.stringContaining(message)],
    ]);
    expect(bench.writes()).toEqual([]);
  });

  it("are requested without ManagedBy when no owner is configured, and Exchange decides", async () => {
    const { answer } = await run({ ResourceOwner: " " });
    expect(answer.outcome).toBe("done");
    const creations = bench
      .writes()
      .filter(({ operation }) => operation === "New-DistributionGroup");
    expect(creations).toHaveLength(2);
    for (const { parameters } of creations) expect(parameters).not.toHaveProperty("ManagedBy");
  });

  it("that Exchange refuses without an owner name its reason and the setting", async () => {
    prepare(bench, { behaviour: { groupWithoutOwner: "refuse" } });
    const { answer, messages } = await run({ ResourceOwner: "" });
    expect(answer.outputContext.Success).toBe(false);
    expect(messages).toContainEqual(
      expect.stringMatching(/must have at least one owner.*"Group owner" \(ResourceOwner\)/),
    );
    expect(bench.emulator.state().objects.map(({ DisplayName }) => DisplayName)).not.toContain(
      "dg_Department 1",
    );
  });

  it("accept an id as their owner", async () => {
    expect((await run({ ResourceOwner: guidOf("Dora Double") })).answer.outcome).toBe("done");
  });

  it("that are security groups get their marker by the bypass", async () => {
    prepare(bench, { changed: { "Finance rights": { CustomAttribute2: "" } } });
    const { messages } = await runner.here(
      bench,
      resourcesEventFor(bench.running, { source: [department("D-FINANCE", "Finance")] }),
    );
    expect(messages[0]).toContain("completed: 1");
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ResourcesAnswer } from "../../lib/generated/types.ts";
import { Bench, type Run } from "../bench.ts";
import { resourcesEventFor, type ResourceChoices } from "../events.ts";
import { domain, errors, kinds, made, madeAs, prepare, wholeOf, type Made } from "./kinds.ts";

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
  const { runner, prefix, marker, create, get, noun } = kind;
  const eventOf = (choices: ResourceChoices): unknown => resourcesEventFor(bench.running, choices);
  const run = (
    choices: ResourceChoices,
    env: Record<string, string> = {},
  ): Promise<Run<ResourcesAnswer>> => runner.here(bench, eventOf(choices), env);
  const whole = (name: string, key: string, own: Partial<Made> = {}) =>
    wholeOf(kind, name, key, own);

  it("that conflict with others are reported by a preview, for any item", async () => {
    prepare(bench, { changed: { "Cor Contact": { Name: `${prefix}Care` } } });
    const dry = await run({
      source: [
        department("K-1", "Care"),
        department("K-2", "R&D"),
        ...departments(12),
        department("K-3", "RD"),
      ],
      dryRun: true,
    });
    const message = [
      expect.stringMatching(
        /^"Care" \(K-1\): .*is taken by "Cor Contact" <.*>.*, a MailContact\.$/,
      ),
      expect.stringMatching(
        /^"R&D" \(K-2\): "R&D" \(K-2\) and "RD" \(K-3\) result in the same address/,
      ),
    ];
    expect(errors(dry)).toEqual(message);
    expect(
      errors(
        await run({
          source: [department("K-1", "Care"), department("K-2", "R&D"), department("K-3", "RD")],
        }),
      ),
    ).toEqual([
      expect.stringMatching(/^Create .* for "Care" \(K-1\): failed\. .*is taken by "Cor Contact"/),
      message[1],
      expect.stringMatching(/^"RD" \(K-3\): /),
    ]);
  });

  it("that a killed run left unfinished are found by their names, and finished", async () => {
    prepare(bench, { objects: [madeAs(kind, "Care")] });
    const { messages } = await run({ source: [department("D-1", "Care")] });
    expect(messages).toEqual([
      "Resources: 1, already exist: 0, created: 0, completed: 1, renamed: 0, failed: 0.",
      expect.stringMatching(
        /^Set CustomAttribute1, CustomAttribute2 of .* for "Care" \(D-1\): done\.$/,
      ),
    ]);
    expect(made(bench, kind)).toEqual([whole("Care", "D-1")]);
    expect(bench.cmdlets()).not.toContain(create);
  });

  it("whose marker is missing get it, and one that another has keeps it", async () => {
    prepare(bench, {
      objects: [
        madeAs(kind, "Care", { CustomAttribute1: "d-1" }),
        madeAs(kind, "Cure", { CustomAttribute1: "D-2", CustomAttribute2: "Mine" }, 0x9002),
      ],
    });
    const ran = await run({ source: [department("D-1", "Care"), department("D-2", "Cure")] });
    expect(ran.messages[0]).toContain("completed: 1, renamed: 0, failed: 1");
    expect(errors(ran)).toEqual([
      expect.stringMatching(
        /^"Cure" \(D-2\): .* has this key, but "Mine" as CustomAttribute2; expected "HelloID/,
      ),
    ]);
    expect(made(bench, kind).map(({ key, marker: own }) => [key, own])).toEqual([
      ["d-1", marker],
      ["D-2", "Mine"],
    ]);
  });

  it("with one key are an error that names them all", async () => {
    prepare(bench, {
      objects: [
        madeAs(kind, "Care", { CustomAttribute1: "D-1" }),
        madeAs(kind, "Cure", { CustomAttribute1: "D-1" }, 0x9002),
      ],
    });
    const ran = await run({ source: [department("D-1", "Care"), department("D-2", "Other")] });
    expect(ran.answer.outcome).toBe("ambiguous");
    expect(errors(ran)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^"Care" \\(D-1\\): More than one object has "D-1" as CustomAttribute1: "${prefix}Care" .*, "${prefix}Cure" `,
        ),
      ),
    ]);
    expect(made(bench, kind).map(({ key }) => key)).toEqual(["D-1", "D-1", "D-2"]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["another's key", { CustomAttribute1: "D-9", CustomAttribute2: "x" }],
    ["a marker and no key", { CustomAttribute2: "x" }],
    ["another name", { Name: "Somebody's" }],
    ["another address", { EmailAddresses: ["SMTP:somebody@contoso.com"] }],
    [
      "nothing but the alias",
      { Name: "Somebody's", EmailAddresses: ["SMTP:somebody@contoso.com"] },
    ],
    [
      "nothing but the address, and that beside another",
      {
        Name: "Somebody's",
        Alias: "somebody",
        EmailAddresses: ["SMTP:somebody@contoso.com", `smtp:${prefix}Care@${domain}`],
      },
    ],
  ])(
    "are not made, and are not taken, when what is there has their names and %s",
    async (_what, own) => {
      prepare(bench, { objects: [madeAs(kind, "Care", own as never)] });
      const before = structuredClone(bench.emulator.state().objects);
      const ran = await run({ source: [department("D-1", "Care")] });
      expect(ran.answer.outcome).toBe("invalid");
      expect(errors(ran)).toEqual([
        expect.stringMatching(
          new RegExp(
            `^"Care" \\(D-1\\): The name "${prefix}Care" or the address ${prefix}Care@${domain} ` +
              `is taken by "${prefix}Care" .*${kind.type}\\.$`,
          ),
        ),
      ]);
      expect(bench.emulator.state().objects).toEqual(before);
      expect(bench.writes()).toEqual([]);
    },
  );

  it("are not taken from another key that was set between the list and the creation", async () => {
    prepare(bench, {
      objects: [madeAs(kind, "Care", { CustomAttribute1: "D-9", CustomAttribute2: marker })],
    });
    bench.emulator.setFaults([
      // The list, and the second look at an empty list.
      { match: { cmdlet: get }, times: 3, answer: { status: 200, body: { value: [] } } },
      {
        match: { cmdlet: "Get-Recipient" },
        // The owner of a group is looked up first.
        skip: get === "Get-DistributionGroup" ? 1 : 0,
        times: 3,
        answer: { status: 200, body: { value: [] } },
      },
    ]);
    const ran = await run({ source: [department("D-1", "Care")] });
    expect(errors(ran)).toEqual([
      expect.stringMatching(
        new RegExp(`^Create .* for "Care" \\(D-1\\): failed\\. .*is taken by "${prefix}Care"`),
      ),
    ]);
    expect(made(bench, kind)).toEqual([whole("Care", "D-9")]);
  });

  it("are found by any name that the service assigned", async () => {
    prepare(bench, {
      objects: [madeAs(kind, "Care", { Name: "e47ad000-0000-4000-8000-000000009001" })],
    });
    expect((await run({ source: [department("D-1", "Care")] })).messages[0]).toContain(
      "completed: 1",
    );
    const renamed = await run({
      source: [department("D-1", "Cure")],
      configuration: { RenameResources: true },
    });
    expect(
      renamed.answer.plan.map(
        ({ parameters: { Identity: _, IgnoreNamingPolicy: __, ...own } }) => own,
      ),
    ).toEqual([{ DisplayName: `${prefix}Cure` }]);
  });

  it("of which two share one name are not created, except the one that exists", async () => {
    prepare(bench, {
      objects: [madeAs(kind, "Old", { CustomAttribute1: "D-2", CustomAttribute2: marker })],
    });
    const ran = await run({
      source: [
        department("D-1", "Café"),
        department("D-2", "Cafe"),
        department("D-3", "One"),
        department("D-3", "Two"),
        department("D-4", "Other"),
      ],
      configuration: { RenameResources: true },
    });
    expect(ran.messages[0]).toBe(
      "Resources: 5, already exist: 1, created: 1, completed: 0, renamed: 0, failed: 3.",
    );
    const [one, other] = [
      '"Café" (D-1) and "Cafe" (D-2) result in the same name',
      '"One" (D-3) and "Two" (D-3) have the same key',
    ];
    expect(errors(ran)).toEqual([
      expect.stringContaining(one),
      expect.stringContaining(other),
      expect.stringContaining(other),
    ]);
    expect(ran.stderr).toContain("and was not renamed");
    expect(made(bench, kind)).toEqual([whole("Old", "D-2"), whole("Other", "D-4")]);
  });

  it("are renamed when that is configured, with their addresses left as they are", async () => {
    const old = madeAs(kind, "Old", { CustomAttribute1: "D-1", CustomAttribute2: marker });
    prepare(bench, { objects: [old] });
    expect((await run({ source: [department("D-1", "Nouveau été")] })).answer.outcome).toBe(
      "alreadySo",
    );
    const ran = await run({
      source: [department("D-1", "Nouveau été")],
      configuration: { RenameResources: true },
    });
    expect(ran.messages).toEqual([
      "Resources: 1, already exist: 0, created: 0, completed: 0, renamed: 1, failed: 0.",
      expect.stringMatching(
        new RegExp(
          `^Rename ${noun} "${prefix}Old" .* to "${prefix}Nouveau été" for "Nouveau été" \\(D-1\\): done\\.$`,
        ),
      ),
    ]);
    expect(ran.answer.plan[0]?.before).toEqual({
      DisplayName: `${prefix}Old`,
      Name: `${prefix}Old`,
    });
    expect(made(bench, kind)).toEqual([
      {
        Name: `${prefix}Nouveau ete`,
        DisplayName: `${prefix}Nouveau été`,
        address: `${prefix}Old@${domain}`,
        key: "D-1",
        marker,
        hidden: undefined,
      },
    ]);
    expect(
      (
        await run({
          source: [department("D-1", "Nouveau été")],
          configuration: { RenameResources: true },
        })
      ).answer.outcome,
    ).toBe("alreadySo");
  });

  it("are not renamed to another one's name", async () => {
    prepare(bench, {
      objects: [
        madeAs(kind, "Old", { CustomAttribute1: "D-1", CustomAttribute2: marker }),
        madeAs(kind, "StepRecord", {}, 0x9002),
      ],
    });
    expect(
      errors(
        await run({
          source: [department("D-1", "StepRecord")],
          configuration: { RenameResources: true },
        }),
      ),
    ).toEqual([
      expect.stringMatching(
        new RegExp(
          `^"StepRecord" \\(D-1\\): The name "${prefix}StepRecord" or .* is taken by "${prefix}StepRecord"`,
        ),
      ),
    ]);
    expect(bench.writes()).toEqual([]);
  });

  it("are hidden when they are created or finished, and left alone when they exist", async () => {
    prepare(bench, {
      objects: [
        madeAs(kind, "Half"),
        madeAs(kind, "There", { CustomAttribute1: "D-3", CustomAttribute2: marker }, 0x9002),
      ],
    });
    await run({
      source: [department("D-1", "New"), department("D-2", "Half"), department("D-3", "There")],
      configuration: { ResourcesHidden: "true" },
    });
    expect(made(bench, kind).map(({ key, hidden }) => [key, hidden])).toEqual([
      ["D-2", true],
      ["D-1", true],
      ["D-3", undefined],
    ]);
  });

  it("beyond the first page of the list are found", async () => {
    prepare(bench, {
      objects: Array.from({ length: 1_010 }, (_, index) =>
        madeAs(
          kind,
          `Department_${index}`,
          { CustomAttribute1: `D-${index}`, CustomAttribute2: marker },
          0xa000 + index,
        ),
      ),
    });
    const ran = await run({ source: departments(1_010) });
    expect(ran.messages).toEqual([
      "Resources: 1010, already exist: 1010, created: 0, completed: 0, renamed: 0, failed: 0.",
    ]);
    expect(bench.cmdlets().filter((cmdlet) => cmdlet === get).length).toBeGreaterThan(1);
  });
});

describe("shared mailboxes", () => {
  it("that Active Directory masters are neither duplicated nor changed", async () => {
    const kind = kinds[1];
    if (!kind) throw new Error("no such kind");
    const synced = { CustomAttribute1: "D-1", IsDirSynced: true, ImmutableId: "x" };
    prepare(bench, { objects: [madeAs(kind, "Synced", synced)] });
    const { answer, messages } = await kind.runner.here(
      bench,
      resourcesEventFor(bench.running, { source: [department("D-1", "Synced")] }),
    );
    expect([answer.outcome, messages.at(-1)]).toEqual([
      "masteredOnPremises",
      expect.stringMatching(/^"Synced" \(D-1\): .*Active Directory/),
    ]);
    expect(bench.writes()).toEqual([]);
  });
});

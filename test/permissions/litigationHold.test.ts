import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Bench, guidOf, shown } from "../bench.ts";
import { permissionEventFor, readingEventFor, reconciledRevokeFor } from "../events.ts";
import { prepare } from "./sets.ts";
import { holdersIn, imported, listed, recordsOf, refusal, settings } from "./settings.ts";

const { grant, revoke, holders } = settings.litigationHold;
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const year = { Id: "LitigationHold-365", Duration: 365 };
const sevenYears = { Id: "LitigationHold-2555", Duration: 2555 };
const forEver = { Id: "LitigationHold-Unlimited", Duration: "Unlimited" };
const anna = guidOf("Anna Bakker");
const ike = guidOf("Inactive Ike");
const mayShorten = { LitigationHoldMayShorten: true };
const offInactive = { LitigationHoldOffInactive: true };

interface Choices {
  account?: unknown;
  configuration?: Record<string, unknown>;
  dryRun?: boolean;
}
const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const revoked = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  revoke.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
function holdOf(guid = anna): unknown {
  const { LitigationHoldEnabled: enabled = false, LitigationHoldDuration: duration = "Unlimited" } =
    bench.stored(guid);
  return enabled === true ? duration : "none";
}
const reads = { 365: "365.00:00:00", 2555: "2555.00:00:00" } as Record<string, string>;

describe("grant, grant, revoke, revoke, grant", () => {
  const steps = [
    ["grant", "done"],
    ["grant", "alreadySo"],
    ["revoke", "done"],
    ["revoke", "alreadySo"],
    ["grant", "done"],
  ] as const;

  it.each([year, sevenYears, forEver, { id: "x", duration: "30" }] as const)(
    "%j",
    async (permission) => {
      const duration = String("Duration" in permission ? permission.Duration : permission.duration);
      for (const [index, [verb, outcome]] of steps.entries()) {
        const where = `step ${index + 1}, ${verb}`;
        const event = (dryRun: boolean): unknown =>
          permissionEventFor(bench.running, { account: anna, permission, dryRun });
        const stood = holdOf();
        const dry = await settings.litigationHold[verb].here(bench, event(true));
        expect(holdOf(), where).toBe(stood);
        const wet = await settings.litigationHold[verb].here(bench, event(false));
        expect(wet.answer, where).toMatchObject({ outcome, outputContext: { Success: true } });
        expect(wet.answer.plan, where).toHaveLength(outcome === "done" ? 1 : 0);
        expect([dry.answer.outcome, dry.answer.plan], where).toEqual([
          outcome,
          wet.answer.plan.map((step) => ({ ...step, sent: false })),
        ]);
        expect(holdOf(), where).toBe(
          verb === "revoke"
            ? "none"
            : (reads[duration] ?? (duration === "Unlimited" ? duration : `${duration}.00:00:00`)),
        );
      }
      expect(
        bench
          .writes()
          .every(
            ({ operation, parameters }) =>
              operation === "Set-Mailbox" &&
              parameters["InactiveMailbox"] === undefined &&
              !("Confirm" in parameters),
          ),
      ).toBe(true);
    },
  );
});

describe("an existing hold", () => {
  const hella = guidOf("Hella Hold");
  const guus = guidOf("Guus Bakker");
  const [hellaShown, guusShown] = [
    shown("Hella Hold", "hella.hold@contoso.com"),
    shown("Guus Bakker", "guus.bakker@contoso.com"),
  ];

  it.each<[string, unknown, string]>([
    ["a longer one", sevenYears, "2555.00:00:00"],
    ["one without end", forEver, "Unlimited"],
  ])("becomes %s", async (_name, permission, after) => {
    const { answer } = await granted(permission, { account: hella });
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [{ before: { LitigationHoldEnabled: true, LitigationHoldDuration: "365.00:00:00" } }],
    });
    expect(holdOf(hella)).toBe(after);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      "of more days",
      hella,
      { Id: "x", Duration: 30 },
      `Mailbox ${hellaShown} is already on a litigation hold of 365 days, which is longer than ` +
        `one of 30 days; it was not changed.`,
    ],
    [
      "without end",
      guus,
      sevenYears,
      `Mailbox ${guusShown} is already on a litigation hold without end, which is longer than ` +
        `one of 2555 days; it was not changed.`,
    ],
  ])(
    "%s is not made shorter, unless the configuration allows it",
    async (_name, account, permission, message) => {
      const before = holdOf(account);
      for (const dryRun of [true, false]) {
        const { answer, messages } = await granted(permission, { account, dryRun });
        expect(answer).toMatchObject({
          outcome: "alreadySo",
          plan: [],
          outputContext: { Success: true },
        });
        expect(messages).toEqual([message]);
      }
      expect([bench.writes(), holdOf(account)]).toEqual([[], before]);
      expect(
        (await granted(permission, { account, configuration: mayShorten, dryRun: true })).answer,
      ).toMatchObject({ outcome: "done", plan: [{ sent: false }] });
      expect(
        (await granted(permission, { account, configuration: mayShorten })).answer.outcome,
      ).toBe("done");
      expect(holdOf(account)).toBe(`${String(permission["Duration"])}.00:00:00`);
    },
  );

  it.each<[string, string, unknown, string]>([
    [
      "that is longer",
      hella,
      { Id: "x", Duration: 30 },
      `Mailbox ${hellaShown} is on a litigation hold of 365 days, but this entitlement is one ` +
        `of 30 days; it was not changed.`,
    ],
    [
      "that is shorter",
      hella,
      sevenYears,
      `Mailbox ${hellaShown} is on a litigation hold of 365 days, but this entitlement is one ` +
        `of 2555 days; it was not changed.`,
    ],
    [
      "without end",
      guus,
      year,
      `Mailbox ${guusShown} is on a litigation hold without end, but this entitlement is one ` +
        `of 365 days; it was not changed.`,
    ],
    [
      "with an end",
      hella,
      forEver,
      `Mailbox ${hellaShown} is on a litigation hold of 365 days, but this entitlement is one ` +
        `without end; it was not changed.`,
    ],
  ])(
    "%s is another entitlement's, and left when one is revoked",
    async (_name, account, permission, message) => {
      for (const dryRun of [true, false]) {
        const { answer, messages } = await revoked(permission, {
          account,
          dryRun,
          configuration: { ...mayShorten, ...offInactive },
        });
        expect(answer).toMatchObject({
          outcome: "alreadySo",
          plan: [],
          outputContext: { Success: true },
        });
        expect(messages).toEqual([message]);
      }
      expect(bench.writes()).toEqual([]);
    },
  );

  it("stays with the longer grant when both are revoked", async () => {
    await granted(year);
    await granted(sevenYears);
    expect((await revoked(year)).answer.outcome).toBe("alreadySo");
    expect(holdOf()).toBe("2555.00:00:00");
    expect((await revoked(sevenYears)).answer.outcome).toBe("done");
    expect(holdOf()).toBe("none");
  });

  it("that cannot be compared is not a success, and is left", async () => {
    bench.reset(
      (object) => object["Guid"] === hella && (object["LitigationHoldDuration"] = "364.12:00:00"),
    );
    for (const run of [granted, revoked])
      expect((await run(year, { account: hella })).answer).toMatchObject({
        outcome: "unknown",
        plan: [],
        outputContext: { Success: false },
      });
    expect(bench.writes()).toEqual([]);
  });
});

describe("an inactive mailbox", () => {
  const ikeShown = shown("Inactive Ike", "inactive.ike@contoso.com");

  it("is put on hold with the switch, without which nothing would happen", async () => {
    expect((await granted(forEver, { account: ike })).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
    const { answer } = await granted(year, { account: ike, configuration: mayShorten });
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        { parameters: { Identity: ike, InactiveMailbox: true, LitigationHoldDuration: "365" } },
      ],
    });
    expect(holdOf(ike)).toBe("365.00:00:00");
  });

  it("keeps its hold, because it would be deleted without it", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await revoked(forEver, { account: ike, dryRun });
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `Mailbox ${ikeShown} is inactive: its user no longer exists, and Exchange keeps it ` +
          `only while it is on hold. Removing the litigation hold may delete it permanently. To ` +
          `allow that, turn on "Allow removing holds from inactive mailboxes" ` +
          `(LitigationHoldOffInactive).`,
      ]);
    }
    expect([bench.writes(), holdOf(ike)]).toEqual([[], "Unlimited"]);
  });

  it("loses its hold when the configuration allows that, with the switch", async () => {
    expect(
      (await revoked(forEver, { account: ike, configuration: offInactive, dryRun: true })).answer,
    ).toMatchObject({ outcome: "done", plan: [{ sent: false }] });
    expect(
      (await revoked(forEver, { account: ike, configuration: offInactive })).answer,
    ).toMatchObject({
      outcome: "done",
      plan: [
        { parameters: { Identity: ike, LitigationHoldEnabled: false, InactiveMailbox: true } },
      ],
    });
    // It was the last one, and the mailbox is gone with it.
    expect(
      (await revoked(forEver, { account: ike, configuration: offInactive })).answer,
    ).toMatchObject({ outcome: "gone", outputContext: { Success: true } });
  });

  it("with another entitlement's hold is left alone before anything is refused", async () => {
    expect((await revoked(year, { account: ike })).answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true },
    });
  });
});

describe("a refusal of the service", () => {
  it("for lack of a licence has its own outcome", async () => {
    const { answer, messages } = await granted(year, { account: guidOf("Kees Kiosk") });
    expect(answer).toMatchObject({
      outcome: "notLicensed",
      plan: [{ sent: true }],
      outputContext: { Success: false },
    });
    expect(messages.join(" ")).toContain(
      "license doesn't permit you to put a litigation hold on this mailbox",
    );
    expect(holdOf(guidOf("Kees Kiosk"))).toBe("none");
    // What a preview cannot know.
    expect(
      (await granted(year, { account: guidOf("Kees Kiosk"), dryRun: true })).answer.outcome,
    ).toBe("done");
  });

  it.each(["Get-Mailbox", "Set-Mailbox"])("is reported for %s", async (cmdlet) => {
    await granted(year);
    bench.emulator.setFaults([{ match: { cmdlet }, answer: refusal }]);
    expect((await granted(sevenYears)).answer).toMatchObject({
      outcome: "forbidden",
      outputContext: { Success: false },
    });
    expect((await revoked(year)).answer).toMatchObject({
      outcome: "forbidden",
      outputContext: { Success: false },
    });
    expect(holdOf()).toBe("365.00:00:00");
  });
});

describe("a missing account or object", () => {
  it.each<[string, unknown]>([
    ["never was", "0b1ec700-0000-4000-8000-00000000dead"],
    ["is deleted, and not kept", guidOf("Gone Gerda")],
  ])("an account that %s gets no hold, and loses none", async (_name, account) => {
    for (const dryRun of [true, false]) {
      expect((await granted(year, { account, dryRun })).answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      const { answer, messages } = await revoked(year, { account, dryRun });
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(messages).toEqual([
        `Mailbox ${String(account)} does not exist. There is nothing left to revoke.`,
      ]);
    }
  });

  it("a person is not needed for a revoke", async () => {
    await granted(year);
    expect(
      (
        await revoke.here(
          bench,
          reconciledRevokeFor(bench.running, { account: anna, permission: year }),
        )
      ).answer.outcome,
    ).toBe("done");
  });
});

describe("references", () => {
  it.each<[string, unknown]>([
    ["no duration", { Id: "LitigationHold-365" }],
    ["nothing", {}],
    ["null", { ...year, Duration: null }],
    ["zero", { ...year, Duration: 0 }],
    ["less than nothing", { ...year, Duration: -365 }],
    ["half a day", { ...year, Duration: 0.5 }],
    ["a text of a number with a point", { ...year, Duration: "365.0" }],
    ["a span", { ...year, Duration: "365.00:00:00" }],
    ["days in words", { ...year, Duration: "365 days" }],
    ["a misspelt Unlimited", { ...year, Duration: "Unlimted" }],
    ["more than there can be", { ...year, Duration: 10_675_200 }],
    ["a truth value", { ...year, Duration: true }],
    ["a list", { ...year, Duration: [365] }],
    ["an empty text", { ...year, Duration: "" }],
  ])("with %s are refused before anything is requested", async (_name, permission) => {
    for (const run of [granted, revoked]) {
      expect((await run(permission)).answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect((await run(year, { account: "E100001" })).answer).toMatchObject({
        outcome: "invalid",
        plan: [],
      });
    }
    expect(bench.emulator.journal()).toEqual([]);
  });

  it("of existing installations are accepted, in any case", async () => {
    for (const permission of [
      { Id: "LitigationHold-365", Duration: 365 },
      { id: "LitigationHold-365", duration: "365" },
      { ID: "x", DURATION: " unlimited " },
    ]) {
      expect((await granted(permission)).answer.outcome).toBe("done");
      expect((await revoked(permission)).answer.outcome).toBe("done");
    }
  });
});

describe("an import", () => {
  const talkOf = (stderr: string): string[] =>
    stderr
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { message: string }).message);

  it("yields accounts on hold for a listed duration, found by the service", async () => {
    const run = await holders.here(bench, readingEventFor(bench.running));
    expect(run.answer).toMatchObject({
      outcome: "done",
      plan: [],
      outputContext: { Success: true },
    });
    expect(recordsOf(run)).toEqual([
      {
        PermissionReference: year,
        Description: "Litigation Hold - 365 days",
        DisplayName: "Litigation Hold - 365 days",
        AccountReferences: [guidOf("Hella Hold")],
      },
      {
        PermissionReference: forEver,
        Description: "Litigation Hold - Unlimited",
        DisplayName: "Litigation Hold - Unlimited",
        AccountReferences: [guidOf("Guus Bakker")],
      },
    ]);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
    expect(bench.emulator.journal().at(-1)?.parameters).toMatchObject({
      Filter: "LitigationHoldEnabled -eq 'True'",
      ResultSize: "Unlimited",
    });
  });

  it("counts holds of durations that no option lists", async () => {
    await granted({ Id: "x", Duration: 30 });
    const run = await imported(bench, "litigationHold");
    expect(Object.values(holdersIn(run)).flat()).not.toContain(anna);
    expect(talkOf(run.stderr).join("\n")).toContain(
      "Not imported: 1 mailbox on hold for a duration that is not listed.",
    );
  });

  it("yields exactly what was listed, granted and not revoked", async () => {
    const permissions = await listed(bench, "litigationHold");
    const accounts = ["Anna Bakker", "Bas Bakker", "Chris Bakker"].map(guidOf);
    const before = holdersIn(await imported(bench, "litigationHold"));
    for (const [index, { Identification }] of permissions.entries())
      expect((await granted(Identification, { account: accounts[index] })).answer.outcome).toBe(
        "done",
      );
    const run = await imported(bench, "litigationHold");
    for (const [index, { Identification, DisplayName }] of permissions.entries()) {
      const own = recordsOf(run).filter(({ AccountReferences }) =>
        AccountReferences.includes(accounts[index] ?? ""),
      );
      expect(
        own.map((record) => ({
          Identification: record.PermissionReference,
          DisplayName: record.DisplayName,
        })),
      ).toEqual([{ Identification, DisplayName }]);
      expect(
        (await revoked(own[0]?.PermissionReference, { account: accounts[index] })).answer.outcome,
      ).toBe("done");
    }
    expect(holdersIn(await imported(bench, "litigationHold"))).toEqual(before);
  });

  it("includes the configured types", async () => {
    await granted(year, { account: guidOf("Sales") });
    expect(Object.values(holdersIn(await imported(bench, "litigationHold"))).flat()).not.toContain(
      guidOf("Sales"),
    );
    expect(
      holdersIn(await imported(bench, "litigationHold", { RecipientTypeDetails: "SharedMailbox" })),
    ).toEqual({ "LitigationHold-365": [guidOf("Sales")] });
  });

  it("names a mailbox whose hold is unknown, imports the others, and fails", async () => {
    bench.reset(
      (object) =>
        object["DisplayName"] === "Hella Hold" &&
        (object["LitigationHoldDuration"] = "364.12:00:00"),
    );
    const run = await imported(bench, "litigationHold");
    expect(run.answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(run.messages.join(" ")).toContain(
      `The import is incomplete: 1 mailbox could not be read (${shown("Hella Hold", "hella.hold@contoso.com")}).`,
    );
    expect(holdersIn(run)).toEqual({ "LitigationHold-Unlimited": [guidOf("Guus Bakker")] });
  });

  it("that cannot get its list fails", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, answer: refusal }]);
    expect((await imported(bench, "litigationHold")).answer).toMatchObject({
      outcome: "forbidden",
      outputContext: { Success: false },
    });
  });

  it("of a tenant without holds yields nothing", async () => {
    bench.reset((object) => (object["LitigationHoldEnabled"] = false));
    const run = await imported(bench, "litigationHold");
    expect([run.answer.outcome, run.records]).toEqual(["done", []]);
  });
});

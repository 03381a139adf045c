/** Rules that hold for any input: answers of the service, events, configurations and references are drawn at random. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../lib/fault.ts";
import { readReply } from "../lib/exchange/client/replies.ts";
import { revokePermissionEvent } from "../lib/generated/validators/revokePermissionEvent.ts";
import { readAs, Unusable } from "../lib/host/schemaContract.ts";
import { updateEvent } from "../lib/generated/validators/updateEvent.ts";
import { Bench, guidOf } from "./bench.ts";
import { permissionEventFor } from "./events.ts";
import { prepare, sets } from "./permissions/sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom("", " ", "*", "'", "${x}", "null", "NaN", "../..", "\u200b", "S-1-5-21-1-2-3-4"),
);
const json = fc.jsonValue({ maxDepth: 3 });
/** Texts and JSON, and envelopes that are almost right. */
const body = fc.oneof(
  text,
  json.map((value) => JSON.stringify(value)),
  fc
    .record(
      {
        value: json,
        error: json,
        "@adminapi.warnings": json,
        "@odata.nextLink": json,
        Message: json,
        errors: json,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);
const reply = fc.record({
  status: fc.integer({ min: 100, max: 599 }),
  headers: fc.dictionary(fc.constantFrom("retry-after", "content-type", "request-id"), text),
  text: body,
});
const reading = { continued: false, now: 0 };

describe("any answer of the service", () => {
  it("to a read is a fault, or a list of objects", () => {
    fc.assert(
      fc.property(reply, (answer) => {
        const read = readReply(answer, {
          command: { cmdlet: "Get-Mailbox", parameters: {} },
          ...reading,
        });
        if ("fault" in read) {
          expect(read.fault).toBeInstanceOf(Fault);
          return;
        }
        expect(answer.status >= 200 && answer.status < 300).toBe(true);
        const { value } = JSON.parse(answer.text) as { value: unknown[] };
        expect(read.value.rows).toHaveLength(value.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it("to a write is a fault, a known envelope, or in doubt", () => {
    fc.assert(
      fc.property(reply, (answer) => {
        const command = { cmdlet: "Remove-MailboxPermission", parameters: {} };
        const read = readReply(answer, { command, ...reading });
        if ("fault" in read) return;
        const envelope: unknown = answer.text.trim() === "" ? {} : JSON.parse(answer.text);
        const isKnown =
          typeof envelope === "object" &&
          envelope !== null &&
          "value" in envelope &&
          Array.isArray(envelope.value);
        // A notice that is not understood makes the gate look at the state.
        if (!isKnown) expect(read.value.notices.some(({ kind }) => kind === undefined)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("any event", () => {
  it.each([
    ["update", updateEvent],
    ["revokePermission", revokePermissionEvent],
  ] as const)("of %s is read, or refused with a list of what is wrong", (_name, contract) => {
    const actionContext = fc.record(
      { Configuration: json, DryRun: json, Data: json, References: json, Origin: json },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          fc.record({ actionContext: fc.oneof(json, actionContext), personContext: json }),
        ),
        (event) => {
          try {
            expect(readAs<unknown>(contract, event)).toBeTypeOf("object");
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(Unusable);
            expect((thrown as Unusable).faults.length).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("any reference and configuration", () => {
  const names = Object.keys(sets) as (keyof typeof sets)[];
  // Half of them are right, so that the other parts of the event are reached.
  const permission = fc.oneof(
    fc.constantFrom(
      { Id: guidOf("Newsletter") },
      { Id: guidOf("Sales"), Permission: "FullAccess" },
      { Id: guidOf("Sales") },
    ),
    fc.dictionary(
      fc.constantFrom("Id", "Permission", "Reference", "mailboxFolderUser", "Other"),
      fc.oneof(text, fc.constantFrom(guidOf("Sales"), guidOf("Newsletter"), "SendAs")),
    ),
    json,
  );
  const account = fc.oneof(fc.constant(guidOf("Anna Bakker")), text);
  const configuration = fc.dictionary(
    fc.constantFrom("ConfirmRevokes", "SharedMailboxRights", "SharedMailboxTypes", "Unknown"),
    text,
    { maxKeys: 1 },
  );

  it("in a dry run ends with an answer of the form and writes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom("grant" as const, "revoke" as const),
        permission,
        account,
        configuration,
        async (set, verb, own, who, form) => {
          const stood = structuredClone(bench.emulator.state());
          // The runner checks the form of the answer.
          await sets[set][verb].here(
            bench,
            permissionEventFor(bench.running, {
              account: who,
              permission: own as Record<string, unknown>,
              configuration: form,
              dryRun: true,
            }),
          );
          expect(bench.emulator.state()).toEqual(stood);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/**
 * The catalogue of messages that `npm run generate` writes to docs/operator.md: nothing is missing, and each message is
 * one that comes.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../lib/generated/types.ts";
import { outcomeOf } from "../../lib/host/answer.ts";
import answerSchema from "../../schemas/answer.schema.json" with { type: "json" };
import { assign } from "../../tools/messages/assigned.ts";
import { catalogue, sections } from "../../tools/messages/catalogue.ts";
import { readSources } from "../../tools/messages/sentences.ts";
import { fileOf, namesOfFixtures, readFixture } from "../../tools/cli/recording.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { texts, passedOn } = readSources(root);
const { assigned, faults } = assign(catalogue, texts);
const shown = assigned.flatMap((one) => one.texts);

describe("the catalogue", () => {
  it("has one reason for each message that is thrown, and a message for each reason", () => {
    expect(faults).toEqual([]);
    expect(assigned.filter((one) => one.texts.length === 0)).toEqual([]);
    expect(shown.length).toBeGreaterThan(200);
  });

  it("notices a new message, a message that is gone, and one that has two reasons", () => {
    const added = { file: "lib/x.ts", text: "A new thing went wrong.", kinds: ["denied"] as const };
    expect(assign(catalogue, [...texts, added]).faults).toEqual([
      expect.stringMatching(
        /^lib\/x\.ts: "A new thing went wrong\." \(forbidden\) belongs to none/,
      ),
    ]);
    const lacking = texts.filter(({ text }) => !text.startsWith("No mailbox has"));
    expect(assign(catalogue, lacking).faults).toEqual(['No message contains "No mailbox has".']);
    const twice = { outcome: "gone", why: "Twice.", mend: "", of: ["No mailbox has"] } as const;
    expect(assign([...catalogue, twice], texts).faults).toEqual([
      expect.stringMatching(/belongs to ".*", "Twice\."; expected one entry/),
    ]);
  });

  it("has a section for each outcome of a failure, and an entry for each kind of fault", () => {
    const failures = answerSchema.$defs.Outcome.enum.filter(
      (outcome) => !["done", "alreadySo"].includes(outcome),
    );
    expect(sections.map(({ outcome }) => outcome).sort()).toEqual(failures.sort());
    const outcomes = new Set<Outcome>(catalogue.map(({ outcome }) => outcome));
    for (const [kind, outcome] of Object.entries(outcomeOf))
      expect(outcomes, kind).toContain(outcome);
  });
});

/** Faults whose whole message comes from elsewhere. A new one here needs its parts in the catalogue (`also`). */
it("the places that pass on the message of another are known", () => {
  const counts = new Map<string, number>();
  for (const { file } of passedOn) counts.set(file, (counts.get(file) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    "lib/activeDirectory/userValues.ts": 1,
    "lib/agent/site/network.ts": 1,
    "lib/agent/site/worker.ts": 2,
    "lib/auth/signInErrors.ts": 1,
    "lib/auth/signInNetwork.ts": 1,
    "lib/connector.ts": 1,
    "lib/entitlements/options.ts": 1,
    "lib/exchange/client/errors.ts": 1,
    "lib/exchange/client/replies.ts": 3,
    "lib/exchange/creation.ts": 1,
    "lib/exchange/group.ts": 1,
    "lib/exchange/settings.ts": 1,
    "lib/exchange/tenantList.ts": 1,
    "lib/fault.ts": 3,
    "lib/graph/group.ts": 1,
    "lib/graph/groupOwner.ts": 1,
    "lib/graph/userFields.ts": 1,
    "lib/host/resourceActions.ts": 1,
    "lib/host/run.ts": 1,
    "lib/host/schemaContract.ts": 1,
    "lib/host/sourceData.ts": 1,
    "lib/host/subPermissionActions.ts": 1,
    "lib/leaver/leave.ts": 1,
    "lib/leaver/policies.ts": 1,
    "lib/resources/clashes.ts": 1,
    "lib/resources/provision.ts": 1,
    "lib/runtime/queue/eventQueue.ts": 2,
    "lib/runtime/queue/http/routes.ts": 1,
  });
});

const fixtures = namesOfFixtures().flatMap((name) => {
  const { outputContext } = readFixture(fileOf(name)).answer as {
    outputContext: { AuditLogs: { Message: string; IsError: boolean }[] };
  };
  return outputContext.AuditLogs.filter(({ IsError }) => IsError).map(({ Message }) => Message);
});

/** The catalogue's text as a pattern: `…` is anything. */
function patternOf(text: string): RegExp {
  const parts = text.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join("[^]*?"));
}

it("each error of a fixture is in the catalogue", () => {
  const patterns = shown.map(patternOf);
  const unknown = fixtures.filter((message) => !patterns.some((pattern) => pattern.test(message)));
  expect(fixtures.length).toBeGreaterThan(100);
  expect(unknown).toEqual([]);
});

describe("each message of the catalogue", () => {
  /** What tests expect, without the signs of patterns and of string literals. */
  const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N}-]+/gu, " ");
  const tests = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|ps1)$/.test(file) && !file.startsWith("messages"))
    .map((file) => plain(readFileSync(path.join(root, "test", file), "utf8")))
    .join("\n");
  const wordsInRow = 3;

  /** Whether a test names some words of it that follow each other. */
  function isExpected(text: string): boolean {
    // Tests name the numbers of the sign-in service, and look for the number and some words.
    const [, number] = /\(AADSTS(\d+)\)$/.exec(text) ?? [];
    if (number !== undefined) return tests.includes(number);
    return text.split("…").some((part) => {
      const words = plain(part).trim().split(" ");
      const count = Math.min(wordsInRow, words.length);
      if (count < 2) return false;
      return words.some(
        (_, index) =>
          index + count <= words.length &&
          tests.includes(words.slice(index, index + count).join(" ")),
      );
    });
  }

  /** What only another version of the sign-in library could bring about. */
  const unreachable = "The sign-in library requested …, which this connector never needs.";

  it.each(shown.filter((text) => text !== unreachable))(
    "is in a fixture, or a test expects it: %s",
    (text) => {
      const pattern = patternOf(text);
      expect(fixtures.some((message) => pattern.test(message)) || isExpected(text)).toBe(true);
    },
  );
});

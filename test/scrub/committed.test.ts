import { describe, expect, it } from "vitest";
import {
  fileOf,
  namesOfFixtures,
  notScrubbed,
  readFixture,
  type Fixture,
} from "../../tools/cli/recording.ts";
import { identifiersOf } from "../../tools/scrub/identifiers.ts";
import { scrubbedRecording } from "../../tools/scrub/scrub.ts";
import { contractWords, formWords, sentenceWords } from "../../tools/scrub/words.ts";
import { seedState } from "../emulator/seed.ts";

const names = namesOfFixtures();

/** The invented people and objects of the emulator's tenant. */
const seeded = identifiersOf({ data: seedState().objects, traffic: [] }).names;
/** What the scenarios add to it. */
const invented = new Set(
  [
    "nobody two called hand now defined folder availability develo grote 東京 zorg cure rd cafe okonomie recht cie",
    "e100031 e100777 e999999 hosted organizations eurpr01a001 am0pr01mb0001 0b1ec7 00000000001f",
    "noor starter sam starter ada administrators ward teams teams1 m365 e100950 e100960 e100990 byrule rule",
    "someone old enterprise enterprisepack exploratory e47ad000000040008000000000009001sam",
    "0000000003e9 0000000003ea 0000000003eb 0000000003ec 0000000003ed 0000000003ee 0000000003ef 0000000003f0",
  ]
    .join(" ")
    .split(" "),
);
const known = [seeded, invented, contractWords, sentenceWords, formWords];

/** What is in a fixture and is not a stand-in. */
function strange({ source, event, traffic, answer, records }: Fixture): unknown {
  const recording = { data: event, traffic };
  if (/^(tenant|emulator): recorded/.test(source)) return leftOf(recording);
  const all = { data: [event, answer, records], traffic };
  const { ids, domains, secrets } = notScrubbed(all);
  const others = [...identifiersOf(all).names].filter(
    (name) => !known.some((words) => words.has(name)),
  );
  return [...ids, ...domains, ...secrets, ...others];
}

function leftOf(recording: { data: unknown; traffic: Fixture["traffic"] }): unknown {
  const scrubbed = scrubbedRecording(recording);
  const isClean = JSON.stringify(scrubbed) === JSON.stringify(recording);
  return isClean ? [] : ["a recording of a tenant that scrubbing changes"];
}

describe("the committed fixtures", () => {
  it.each(names)("have nothing but stand-ins: %s", (name) => {
    expect(strange(readFixture(fileOf(name)))).toEqual([]);
  });

  const fixture = readFixture(fileOf("lifecycle/update/changed"));
  const withName = (source: string, DisplayName: string): Fixture => ({
    ...fixture,
    source,
    event: { ...(fixture.event as object), personContext: { Person: { DisplayName } } },
  });
  it.each([
    ["a person who is not in the seeds", withName("emulator", "Wilhelmus Zonneveld")],
    ["an address", withName("emulator", "w.zonneveld@zonneveld.example.nl")],
    ["an id", withName("emulator", "3f2504e0-4f89-41d3-9a0c-0305e82c3301")],
    [
      "a seeded name in a tenant's",
      withName("tenant: recorded 2026-11-29, scrubbed", "Chris Bakker"),
    ],
  ])("would not be accepted with %s", (_what, one) => {
    expect(strange(one)).not.toEqual([]);
  });
});

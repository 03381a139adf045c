import { describe, expect, it } from "vitest";
import type { Contract } from "../../lib/host/schemaContract.ts";
import { folderPermissionOptions } from "../../lib/generated/validators/folderPermissionOptions.ts";
import { HolderBatches } from "../../lib/entitlements/holderBatches.ts";
import { optionById, optionsIn } from "../../lib/entitlements/options.ts";
import { Fault } from "../../lib/fault.ts";
import { liveTenant } from "../exchange/live.ts";
import { faultOf } from "../exchange/scripted.ts";
import {
  absent,
  fileWith,
  noTexts,
  slips,
  spoilt,
  strayFiles,
  strayKeys,
  type Mutation,
} from "./mutations.ts";
import { type DataFile, files, type Option } from "./dataFiles.ts";

/** Everything that is done to one field of one option. */
function mutationsOf(option: Option, field: string, also: readonly unknown[]): Mutation[] {
  const value = option[field];
  const written =
    typeof value === "string" || typeof value === "number" ? slips(String(value)) : [];
  const asNumbers =
    typeof value === "number"
      ? written.flatMap((one): Mutation[] =>
          Number.isNaN(Number(one.value))
            ? []
            : [{ how: `${one.how}, as a number`, value: Number(one.value) }],
        )
      : [];
  const foreign = noTexts.filter(
    (one) => one.value !== value && (one.value !== absent || value !== undefined),
  );
  return [
    ...written,
    ...asNumbers,
    ...(typeof value === "number" ? foreign.filter(({ how }) => how !== "a number") : foreign),
    ...also.map((one): Mutation => ({ how: `as ${JSON.stringify(one)}`, value: one })),
  ];
}

interface Case {
  name: string;
  /** The option's own Id, or its place where the Id is what was spoilt. */
  option: RegExp;
  data: unknown;
  mutated: Option;
  why: string | undefined;
}

function casesOf({ data, also, stillValid }: DataFile): Case[] {
  return data.options.flatMap((shipped, index) => {
    const option = shipped as Option;
    const fields = [...new Set([...Object.keys(option), ...Object.keys(also)])];
    return fields.flatMap((field) =>
      mutationsOf(option, field, also[field] ?? []).map((mutation): Case => {
        const mutated = spoilt(option, field, mutation);
        // What is told by the form of the file has the place; what only the set knows has the Id.
        const optionNamed = new RegExp(`item ${index + 1}\\b|option "${String(option["Id"])}":`);
        return {
          name:
            `${field} of ${String(option["Id"])} ${mutation.how}: ` +
            (mutation.value === absent ? "" : JSON.stringify(mutation.value)),
          option: optionNamed,
          data: fileWith(data, index, mutated),
          mutated,
          why: stillValid(field, mutation.value),
        };
      }),
    );
  });
}

/** What is thrown, whatever it is; undefined when nothing is. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

describe.each(files)("$file", (dataFile) => {
  const { file, data, check } = dataFile;
  const cases = casesOf(dataFile);

  it("is valid as it is shipped", () => {
    expect(check()).toEqual(data.options);
    expect(check(data)).toEqual(data.options);
    expect(data.$schema).toMatch(/^\.\.\/\.\.\/schemas\/editor\/\w+Options\.schema\.json$/);
  });

  it("is refused with any value of it mutated, and the option is named", () => {
    const wrong = cases.filter(({ why }) => why === undefined);
    expect(wrong.length).toBeGreaterThan(100);
    for (const { name, data: mutated, option } of wrong) {
      const thrown = thrownBy(() => check(mutated));
      expect(thrown, name).toBeInstanceOf(Fault);
      const { kind, message } = thrown as Fault;
      expect([kind, message.startsWith(`${file} cannot be used. `)], name).toEqual([
        "invalid",
        true,
      ]);
      expect(message, name).toMatch(option);
    }
  });

  it("is accepted with valid values, which the service accepts too", async () => {
    const sound = cases.filter(({ why }) => why !== undefined);
    expect(sound.length).toBeGreaterThan(20);
    // None of them is one only because no one looked: each is what its reason says, and the service takes what it comes
    // to.
    const meanings = new Map<string, Option>();
    for (const { name, data: mutated, mutated: option } of sound) {
      expect(
        thrownBy(() => check(mutated)),
        name,
      ).toBeUndefined();
      meanings.set(JSON.stringify(dataFile.meaning(option)), option);
    }
    const live = await liveTenant();
    try {
      for (const [meaning, option] of meanings) {
        live.reset();
        await expect(dataFile.send(live, option), meaning).resolves.toBeUndefined();
      }
    } finally {
      await live.close();
    }
  });

  it("is refused with unknown keys, and with options that are not objects", () => {
    for (const [index, shipped] of data.options.entries()) {
      for (const { how, option } of strayKeys(shipped as Option)) {
        const thrown = thrownBy(() => check(fileWith(data, index, option)));
        expect(thrown, how).toMatchObject({
          kind: "invalid",
          message: expect.stringMatching(new RegExp(`item ${index + 1}\\b`)) as string,
        });
      }
    }
  });

  it("is accepted with keys in any letter case, like everything from the platform", () => {
    const [first = {}] = data.options;
    expect(
      check(
        fileWith(
          data,
          0,
          Object.fromEntries(
            Object.entries(first).map(([key, value]) => [key.toLowerCase(), value as unknown]),
          ),
        ),
      ),
    ).toEqual(data.options);
  });

  it.each(strayFiles(data))("is refused when it is $how", ({ data: mutated }) => {
    expect(thrownBy(() => check(mutated))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(new RegExp(`^${file} cannot be used\\. `)) as string,
    });
  });

  it("is refused with one Id twice, in any spelling", () => {
    const [first = {}] = data.options;
    const id = String((first as Option)["Id"]);
    for (const same of [id, id.toUpperCase(), id.toLowerCase(), ` ${id}`, `${id}\t`]) {
      expect(
        thrownBy(() =>
          check({ options: [...data.options, { ...first, Id: same, DisplayName: "Another one" }] }),
        ),
        same,
      ).toMatchObject({
        kind: "invalid",
        message:
          `${file} cannot be used. option "${same}": the Id is used twice. option "${same}": it ` +
          `has the same meaning as option "${id}".`,
      });
    }
  });

  it("may be empty", () => {
    expect(check({ options: [] })).toEqual([]);
  });
});

describe("the options of a data file", () => {
  const contract = folderPermissionOptions as Contract<{
    options: { Id: string; DisplayName: string }[];
  }>;
  const options = (...ids: unknown[]): unknown => ({
    options: ids.map((Id) => ({
      Id,
      DisplayName: `Option ${String(Id)}`,
      mailboxFolderUser: "Default",
      mailboxFolderAccessRight: "Reviewer",
    })),
  });

  it("report everything that is wrong at once", async () => {
    const fault = await faultOf(() =>
      optionsIn("some.json", contract, options("a", "b", "A", "c"), ({ Id }) => {
        if (Id !== "b") throw new Fault({ kind: "invalid", message: `Not ${Id}.` });
        return Id;
      }),
    );
    expect(fault).toMatchObject({
      kind: "invalid",
      message:
        'some.json cannot be used. option "a": Not a. option "A": the Id is used twice. option ' +
        '"A": Not A. option "c": Not c.',
    });
    expect(
      (await faultOf(() => optionsIn("some.json", contract, options(1, "", "b"), ({ Id }) => Id)))
        .message,
    ).toMatch(/item 1,.*item 2,/);
  });

  it("report any thrown error", async () => {
    expect(
      await faultOf(() =>
        optionsIn("some.json", contract, options("a"), () => {
          throw new TypeError("x is not a function");
        }),
      ),
    ).toMatchObject({
      kind: "invalid",
      message: 'some.json cannot be used. option "a": x is not a function',
    });
  });

  it("do not change the data they were read from", () => {
    const data = Object.freeze(options("a"));
    const [read] = optionsIn("some.json", contract, data, ({ Id }) => Id);
    expect(read).toEqual((data as { options: unknown[] }).options[0]);
  });

  it("are found by the Id, in any letter case and without the blanks", async () => {
    const known = [{ Id: " One " }, { Id: "two" }];
    expect(optionById("some.json", known, "one")).toBe(known[0]);
    expect(optionById("some.json", known, "TWO")).toBe(known[1]);
    expect(await faultOf(() => optionById("some.json", known, "three"))).toMatchObject({
      kind: "invalid",
      message:
        'The permission reference has the Id "three", which is not in some.json; expected one of " One ", "two".',
    });
    expect((await faultOf(() => optionById("some.json", [], "x".repeat(1_000)))).message).toBe(
      `The permission reference has the Id "${"x".repeat(100)}...", which is not in some.json; expected one of none.`,
    );
  });
});

describe("collected holders", () => {
  const permission = (Id: string) => ({ identification: { Id }, name: Id });
  const collected = (...options: string[]): HolderBatches<string> =>
    new HolderBatches(
      options.map((option) => ({
        option,
        permission: permission(option),
        description: `About ${option}`,
      })),
    );
  const given = (held: Iterable<{ accountReferences: Iterable<string> }>): unknown[] =>
    [...held].map((one) => ({ ...one, accountReferences: [...one.accountReferences].length }));

  it("are yielded in blocks of 500, and the rest at the end", () => {
    const all = collected("a", "b", "c");
    const blocks = Array.from({ length: 1_001 }, (_, index) =>
      given(all.add("a", `${index}`)),
    ).flatMap((block, index) => block.map((one) => [index, one]));
    expect(blocks).toEqual(
      [499, 999].map((index) => [
        index,
        { permission: permission("a"), description: "About a", accountReferences: 500 },
      ]),
    );
    expect(given(all.add("b", "x"))).toEqual([]);
    expect(given(all.rest())).toEqual([
      { permission: permission("a"), description: "About a", accountReferences: 1 },
      { permission: permission("b"), description: "About b", accountReferences: 1 },
    ]);
  });

  it("are yielded once each", () => {
    const all = collected("a");
    const seen = Array.from({ length: 1_250 }, (_, index) => [...all.add("a", `${index}`)])
      .flat()
      .concat(...all.rest())
      .flatMap(({ accountReferences }) => [...accountReferences]);
    expect(seen).toEqual(Array.from({ length: 1_250 }, (_, index) => `${index}`));
  });

  it("of options that were not requested are ignored", () => {
    const all = collected("a");
    expect([...all.add("b", "x"), ...all.rest()]).toEqual([]);
  });
});

/** Runs an import of permissions, and reads its records. */
import { expect } from "vitest";
import type { Contract } from "../../lib/host/schemaContract.ts";
import { permissionRecord, subPermissionRecord } from "../generated/answers.ts";
import type { SubPermissionRecordBody } from "../../lib/generated/types.ts";
import { seedState } from "../emulator/seed.ts";
import { readingEventFor } from "../events.ts";
import { guidOf, type Run, type Bench } from "../bench.ts";
import { sets } from "./sets.ts";

export type SetName = keyof typeof sets;
export type ImportName = "holders" | "partHolders";
export type Imported = Omit<
  SubPermissionRecordBody,
  "SubPermissionReference" | "SubPermissionDisplayName"
> &
  Partial<SubPermissionRecordBody>;

export const separate = { SharedMailboxReference: "separate" };
/** The people whom the seeded tenant knows by one name each. */
export const [anna, bas, chris, daan, femke] = [
  "Anna Bakker",
  "Bas Bakker",
  "Chris Bakker",
  "Daan Bakker",
  "Femke Bakker",
].map(guidOf) as [string, string, string, string, string];

function recordsOf(name: ImportName, { records }: Pick<Run<unknown>, "records">): Imported[] {
  const contract: Contract<unknown> = name === "holders" ? permissionRecord : subPermissionRecord;
  for (const record of records)
    expect(
      contract.check({ record }),
      `${JSON.stringify(contract.check.errors)} in ${JSON.stringify(record)}`,
    ).toBe(true);
  return records as Imported[];
}

interface Options {
  dryRun?: boolean;
}

export async function imported(
  on: Bench,
  set: SetName,
  name: ImportName,
  configuration: Record<string, unknown> = {},
  { dryRun = false }: Options = {},
): Promise<{
  records: Imported[];
  run: Run<{ outcome: string; outputContext: { Success: boolean } }>;
}> {
  const run = await sets[set][name].here(
    on,
    readingEventFor(on.running, { configuration, dryRun }),
  );
  return { records: recordsOf(name, run), run };
}

/** The same, which has to go well. */
export async function allRecords(
  on: Bench,
  set: SetName,
  name: ImportName,
  configuration?: Record<string, unknown>,
  options?: Options,
): Promise<Imported[]> {
  const { records, run } = await imported(on, set, name, configuration, options);
  expect(run.answer).toMatchObject({ outcome: "done", plan: [], outputContext: { Success: true } });
  const references = records.flatMap(({ AccountReferences }) => AccountReferences).length;
  expect(run.messages).toEqual([
    `Records ${options?.dryRun ? "shown as a sample (an import returns all)" : "imported"}: ${records.length}, ` +
      `with ${references} account ${references === 1 ? "reference" : "references"}.`,
  ]);
  return records;
}

export const talkOf = async (
  on: Bench,
  set: SetName,
  name: ImportName,
  configuration?: Record<string, unknown>,
): Promise<string[]> =>
  (await imported(on, set, name, configuration)).run.stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { level: string; message: string })
    .map(({ level, message }) => `${level}: ${message}`);
export const sorted = (records: readonly Imported[]): Imported[] =>
  records
    .map((record) => ({
      ...record,
      AccountReferences: [...record.AccountReferences].sort() as Imported["AccountReferences"],
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
export const keyOf = (record: Imported): string =>
  JSON.stringify([record.PermissionReference, record.SubPermissionReference]);
/** Who has what is on the record of one permission or sub-permission. */
export const holdersOf = (
  records: readonly Imported[],
  reference: Record<string, unknown>,
): string[] =>
  records
    .filter(
      ({ PermissionReference, SubPermissionReference = PermissionReference }) =>
        JSON.stringify(SubPermissionReference) === JSON.stringify(reference),
    )
    .flatMap(({ AccountReferences }) => AccountReferences)
    .sort();
export const people = (...indexes: number[]): string[] =>
  indexes.map((index) => String(seedState().objects[index - 1]?.["Guid"]));

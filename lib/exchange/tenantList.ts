import { Fault } from "../fault.ts";
import type { Row } from "./client/encoding.ts";
import type { Exchange, ReplyPage } from "./client/exchange.ts";
import type { WantedNames } from "./wantedNames.ts";

/** So many rows are held before it is known which of them are wanted: about 10 MB. */
const maxHeld = 10_000;

interface Settings {
  cmdlet: string;
  select: string[];
  /** The names of a row. Throws a fault for a row that lacks something, whether it is wanted or not. */
  namesOf(row: Row): readonly string[];
  /** The rows with these names are kept. */
  wanted: WantedNames;
  keep(row: Row): void;
  /** The fault of a list without rows, which would look complete. Absent: it can be empty. */
  whenEmpty?: string;
}

/**
 * A list of the whole tenant, which is never held when it is long: all rows of at most 10,000 are kept, as soon as the
 * list ends; of a longer list only those with a wanted name. Until those names are complete, no further page is read.
 */
export class TenantList {
  readonly #settings: Settings;
  #reading: Promise<void> | undefined;
  #isWhole = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Whether every row of the tenant is kept. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether it is read, for the names that are wanted now or before they are complete. */
  get isRead(): boolean {
    return this.#isWhole || this.#reading !== undefined;
  }

  /**
   * Reads the list, once. `isLeft` decides after its first page whether the others are left: then the list counts as
   * not read. Throws what reading it throws.
   */
  async read(
    exchange: Exchange,
    isLeft: (first: ReplyPage) => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<void> {
    this.#reading ??= this.#read(exchange, isLeft);
    await this.#reading;
  }

  /** Names that are wanted from now on need another reading, unless every row was kept. */
  forget(): void {
    if (!this.#isWhole) this.#reading = undefined;
  }

  async #read(exchange: Exchange, isLeft: (first: ReplyPage) => Promise<boolean>): Promise<void> {
    const { cmdlet, select, namesOf, wanted, keep, whenEmpty } = this.#settings;
    const isWanted = (row: Row): boolean => namesOf(row).some((name) => wanted.has(name));
    let count = 0;
    let held: Row[] = [];
    for await (const page of exchange.pages({
      cmdlet,
      parameters: { ResultSize: "Unlimited" },
      select,
    })) {
      const isFirst = count === 0;
      count += page.rows.length;
      held.push(...page.rows);
      if (isFirst && (await isLeft(page))) {
        held.forEach(keep);
        this.#reading = undefined;
        return;
      }
      if (count <= maxHeld) continue;
      await wanted.areComplete;
      held.filter(isWanted).forEach(keep);
      held = [];
    }
    held.forEach(keep);
    this.#isWhole = count <= maxHeld;
    if (count === 0 && whenEmpty !== undefined)
      throw new Fault({ kind: "unexpected", message: whenEmpty });
  }
}

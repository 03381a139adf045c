/** What readers see late: by id, in lists, and as members. Each has a lag of its own. */
import { Lag } from "../lag.ts";
import type { Behaviour } from "../state.ts";
import type { Seen } from "./directory.ts";

export class Replication {
  readonly #lag = new Lag();
  readonly #behaviour: Behaviour;

  /** The switches may change at any time. */
  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  settle(now: number): void {
    this.#lag.settle(now);
  }

  get isNeeded(): boolean {
    return this.#behaviour.graphIdLagMs + this.#behaviour.graphListLagMs > 0;
  }

  /** Call this before a write; `before` is undefined for a new object. */
  keep(id: string, before: Seen | undefined): void {
    this.#lag.keep(`id/${id}`, before, this.#behaviour.graphIdLagMs);
    this.#lag.keep(`list/${id}`, before, this.#behaviour.graphListLagMs);
  }

  keepMembers(group: string, before: readonly string[]): void {
    this.#lag.keep(`members/${group}`, before, this.#behaviour.graphMemberLagMs);
  }

  byId(id: string, now: Seen | undefined): Seen | undefined {
    return this.#lag.seen(`id/${id}`, now);
  }

  /** Those of the objects that are seen, and objects of any kind that were deleted and still are. */
  inLists(now: readonly Seen[]): readonly Seen[] {
    if (this.#lag.isEmpty) return now;
    const ids = new Set(now.map(({ id }) => id));
    const deleted = [...this.#lag.keys()]
      .filter((key) => key.startsWith("list/") && !ids.has(key.slice("list/".length)))
      .map((key) => this.#lag.seen<Seen | undefined>(key, undefined));
    const there = now.map((one) => this.#lag.seen<Seen | undefined>(`list/${one.id}`, one));
    return [...there, ...deleted].filter((one) => one !== undefined);
  }

  members(group: string, now: string[]): string[] {
    return this.#lag.seen(`members/${group}`, now);
  }
}

import type { Behaviour, DirectoryObject, TenantState } from "./model.ts";

interface Version {
  at: number;
  object: DirectoryObject;
}

/** All objects in all their versions: a reader sees the latest one that its controller has heard of. */
export class Store {
  readonly behaviour: Behaviour;
  /** Goes up with every change. */
  revision = 0;
  readonly #versions = new Map<string, Version[]>();
  readonly #now: () => number;
  readonly #first: DirectoryObject[];
  #made = 0;

  constructor({ objects, behaviour }: TenantState, now: () => number) {
    this.behaviour = behaviour;
    this.#now = now;
    this.#first = objects;
    for (const object of objects) this.#versions.set(object.guid, [{ at: -Infinity, object }]);
  }

  /** The objects as they really are. */
  truth(): DirectoryObject[] {
    return [...this.#versions.values()].flatMap((versions) => versions.at(-1)?.object ?? []);
  }

  /** The objects as a controller's readers see them. */
  seenBy(controller: number): DirectoryObject[] {
    const now = this.#now();
    if (this.revision === 0) return this.#first;
    return [...this.#versions].flatMap(([guid, versions]) => {
      const lag = Math.max(
        this.behaviour.lagMs[controller] ?? 0,
        this.behaviour.slowObjects[guid] ?? 0,
      );
      return versions.findLast(({ at }) => at + lag <= now)?.object ?? [];
    });
  }

  /** Changes an object as it really is. */
  change(guid: string, change: (draft: DirectoryObject) => void): void {
    const versions = this.#versions.get(guid);
    const latest = versions?.at(-1);
    if (!versions || !latest) throw new Error(`The fake has no object ${guid}.`);
    const draft = structuredClone(latest.object);
    change(draft);
    this.revision++;
    versions.push({ at: this.#now(), object: draft });
  }

  add(object: DirectoryObject): void {
    this.revision++;
    this.#versions.set(object.guid, [{ at: this.#now(), object }]);
  }

  newGuid(): string {
    this.#made++;
    return `feedc0de-0000-4000-8000-${this.#made.toString(16).padStart(12, "0")}`;
  }
}

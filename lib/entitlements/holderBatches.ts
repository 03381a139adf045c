import { maxReferences, type Holders, type Permission } from "../host/permissionActions.ts";

/** Collects the holders of permissions one by one, and yields them in batches. */
export class HolderBatches<O> {
  readonly #held = new Map<
    O,
    Omit<Holders, "accountReferences"> & { accountReferences: string[] }
  >();

  constructor(permissions: readonly { option: O; permission: Permission; description: string }[]) {
    for (const { option, permission, description } of permissions)
      this.#held.set(option, { permission, description, accountReferences: [] });
  }

  *add(option: O, accountReference: string): Generator<Holders, void, undefined> {
    const held = this.#held.get(option);
    if (held && held.accountReferences.push(accountReference) >= maxReferences)
      yield { ...held, accountReferences: held.accountReferences.splice(0) };
  }

  *rest(): Generator<Holders, void, undefined> {
    for (const held of this.#held.values()) if (held.accountReferences.length > 0) yield held;
  }
}

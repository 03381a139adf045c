import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import { guidBytes, type AttributeName, type Entry } from "./client/attributes.ts";
import type { Directory, Look } from "./client/directory.ts";
import type { DirectoryQuery } from "./target.ts";

/** What `objectById` sends, with these attributes. */
export function lookup(...attributes: readonly AttributeName[]): Operations {
  return { search: ["objectGUID", "isDeleted", ...attributes] };
}

/**
 * The object with this objectGUID. Throws a `missing` fault when there is none. It is proven only if the controller
 * shows the deleted object: an object that the account of the connector must not see looks like one that does not
 * exist. `what`: the kind of object, for messages.
 */
export function objectById({ what, ...look }: Look & { what: string }): DirectoryQuery<Entry> {
  const { id, attributes } = look;
  return async ({ activeDirectory }) => {
    const found = await activeDirectory.get(look);
    if (found) return found;
    const filter = { attribute: "objectGUID", equals: guidBytes(id) } as const;
    const [again] = await activeDirectory.list({ filter, attributes });
    if (again) return again;
    throw await absence(id, what, activeDirectory);
  };
}

async function absence(id: string, what: string, activeDirectory: Directory): Promise<Fault> {
  const attributes = ["isDeleted"] as const;
  const deleted = await activeDirectory.get({ id, attributes, isDeletedShown: true });
  if (deleted?.["isDeleted"] === true)
    return new Fault({
      kind: "missing",
      isProven: true,
      message: `The ${what} ${id} was deleted in Active Directory.`,
    });
  return new Fault({
    kind: "missing",
    message:
      `Active Directory shows no ${what} ${id} to the connector, and no deleted one either, so it is not known ` +
      "whether it exists.",
  });
}

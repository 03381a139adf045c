import { Fault } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import type { ListOperation } from "./client/operations.ts";
import type { Read } from "./client/reads.ts";
import { contactForms, contactIn, contactLookup, type ContactKind } from "./contactMethod.ts";
import { settled } from "./ownedList.ts";
import type { GraphStream } from "./target.ts";
import { passIn, passLookup, passOperation } from "./temporaryAccessPass.ts";
import { allUsers, userById, userList, type User } from "./user.ts";

/** A kind of authentication method that can be granted. */
export type MethodKind = ContactKind | "temporaryAccessPass";

/** What `methodsOfAll` sends. */
export const methodList: Operations = mergedOperations(userList, contactLookup, passLookup);

/** Some of the authentication methods of a user, as they arrive; or why they could not be read. */
export type UserMethods = { user: User } & ({ kinds: MethodKind[] } | { fault: Fault });

/**
 * The authentication methods of these kinds of every user of the tenant, in the order of their arrival. Graph has no
 * list of them, so each user costs one to three reads, of which twenty go out in one request. Only the lists of these
 * kinds are read: each has a permission of its own. A pass that was used or has expired is left out. The fault of a
 * user who no longer exists is a proven `missing`.
 */
export function methodsOfAll(wanted: readonly MethodKind[]): GraphStream<UserMethods> {
  const lists = [...new Set(wanted.map(listOf))];
  return async function* (targets) {
    async function* reads(): AsyncGenerator<{ user: User; list: ListOperation }> {
      for await (const user of allUsers([])(targets))
        for (const list of lists) yield { user, list };
    }
    for await (const piece of targets.graph.each(reads(), readOf)) {
      const { user, list } = piece.item;
      if ("fault" in piece) {
        yield { user, fault: await settled(piece.fault, userById(user.id))(targets) };
        continue;
      }
      try {
        const found = piece.page.objects.flatMap((object): MethodKind[] => {
          if (list === passOperation) return passIn(object).isUsable ? ["temporaryAccessPass"] : [];
          return contactIn(object, user).map(({ kind }) => kind);
        });
        yield { user, kinds: found.filter((kind) => wanted.includes(kind)) };
      } catch (thrown) {
        yield { user, fault: Fault.of(thrown) };
      }
    }
  };
}

function listOf(kind: MethodKind): ListOperation {
  return kind === "temporaryAccessPass" ? passOperation : contactForms[kind].list;
}

function readOf({ user, list }: { user: User; list: ListOperation }): Read {
  return { operation: list, ids: { user: user.id }, query: { select: [] } };
}

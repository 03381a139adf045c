/** Faults to plant in entitlements. */
import type { Faults } from "./fault.ts";

export const entitlementFaults: readonly Faults[] = [
  {
    file: "lib/entitlements/importFailures.ts",
    faults: [
      {
        find: 'if (!(fault.kind === "missing" && fault.isProven))',
        replace: "if (true)",
        why: "A mailbox that is deleted during an import would fail it.",
      },
      {
        find: "if (!first) return;",
        replace: "return;",
        why: "An import that lacks something would be a success, and rights would be revoked.",
      },
    ],
  },
  {
    file: "lib/entitlements/holderBatches.ts",
    faults: [
      {
        find: ">= maxReferences",
        replace: ">= maxReferences + 1",
        why: "A record of more than 500 references is refused.",
      },
      {
        find: "held.accountReferences.splice(0)",
        replace: "held.accountReferences",
        why: "References would be imported twice.",
      },
      {
        find: "if (held.accountReferences.length > 0) yield held;",
        replace: "if (false) yield held;",
        why: "The last references of an import would be lost.",
      },
    ],
  },
  {
    file: "lib/entitlements/sharedMailboxes.ts",
    faults: [
      {
        find: 'named === "" ? Object.values(rights)',
        replace: 'named === "" ? [rights.FullAccess]',
        why: "A revoke of a combined permission would leave rights that are no longer configured.",
      },
      {
        find: "if (types.includes(mailbox.RecipientTypeDetails)) return;",
        replace: "return;",
        why: "A right could be granted on a mailbox of a type that is not configured.",
      },
    ],
  },
];

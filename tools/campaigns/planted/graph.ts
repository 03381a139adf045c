/** Faults to plant in the nouns of Microsoft Graph and in what uses them. */
import type { Faults } from "./fault.ts";

const groups = ["test/permissions/entraOwners.test.ts"];
const resources = ["test/resources/entraGroups.test.ts"];
const accounts = ["test/lifecycle/entra/mastery.test.ts"];

export const graphFaults: readonly Faults[] = [
  {
    file: "lib/graph/group.ts",
    tests: ["test/graph/group.test.ts", ...groups],
    faults: [
      {
        find: "if (group.onPremisesSyncEnabled === true)",
        replace: "if (false)",
        why: "Members of a synchronised group would be changed in vain.",
      },
      {
        find: 'if (route.target === "exchange" && !hasExchange)',
        replace: "if (false)",
        why: "A distribution list would be sent to Graph, or to Exchange Online without a connection.",
      },
    ],
  },
  {
    file: "lib/graph/membership.ts",
    tests: groups,
    faults: [
      {
        find: 'operation: "DELETE /groups/{group}/owners/{owner}/$ref"',
        replace: 'operation: "POST /groups/{group}/owners/$ref"',
        why: "A revoked owner would stay one.",
      },
    ],
  },
  {
    file: "lib/graph/groupCreation.ts",
    tests: resources,
    faults: [
      {
        find: "...(ownerId !== undefined && { owner: ownerId }),",
        replace: "",
        why: "A new group would have no owner.",
      },
      {
        find: "if (isByKey) holders.known = groups[0];",
        replace: "if (false) holders.known = groups[0];",
        why: "A group that exists would be created again.",
      },
      {
        find: 'if (!(isByKey && piece.fault.kind === "missing")) holders.fault ??= piece.fault;',
        replace: "",
        why: "A group would be created where it is unknown whether it exists.",
      },
    ],
  },
  {
    file: "lib/graph/uniqueNames.ts",
    tests: [...resources, "test/permissions/entraParts.test.ts"],
    faults: [
      {
        find: "return `${prefix}-${kind}-`;",
        replace: "return `${prefix}-`;",
        why: "A department could have one group of either kind, not both.",
      },
    ],
  },
  {
    file: "lib/resources/hiddenGroups.ts",
    tests: resources,
    faults: [
      {
        find: "if (shown.HiddenFromAddressListsEnabled) return outcome;",
        replace: 'if (outcome === "existing") return outcome;',
        why: "A group whose run ended before it was hidden would stay in the address lists.",
      },
    ],
  },
  {
    file: "lib/entitlements/entraGroups.ts",
    tests: groups,
    faults: [
      {
        find: 'const role = named.toLowerCase() === owner.toLowerCase() ? "owners" : "members";',
        replace: 'const role = "members" as Role;',
        why: "Revoking an ownership would take the membership, and leave the ownership.",
      },
    ],
  },
  {
    file: "lib/entitlements/entraGroupParts.ts",
    tests: ["test/permissions/entraParts.test.ts"],
    faults: [
      {
        find: "if (uniqueNameIn(group).toLowerCase() === name.toLowerCase()) return group;",
        replace: "",
        why: "One look that denies a group would revoke what belongs to the person.",
      },
    ],
  },
  {
    file: "lib/accounts/entra.ts",
    tests: accounts,
    faults: [
      {
        find: "if (ignored.length > 0) audit.push({ Message: ignoredFields(ignored) });",
        replace: "",
        why: "Fields that nothing changes would be silently ignored.",
      },
      {
        find: "const fault = faults[0] ?? refused;",
        replace: "const fault = faults[0];",
        why: "A mail that was not changed would count as changed.",
      },
    ],
  },
];

/** Faults to plant in resources. */
import type { Faults } from "./fault.ts";

export const resourceFaults: readonly Faults[] = [
  {
    file: "lib/resources/classify.ts",
    faults: [
      {
        find: "object && others.length > 0",
        replace: "false",
        why: "The first of several objects with one key would be changed.",
      },
      {
        find: "isDirSynced && !isExchangeCloudManaged",
        replace: "false",
        why: "A group that Active Directory masters would be changed.",
      },
      {
        find: "folded(current) !== folded(marker)",
        replace: "false",
        why: "An object of another connector would be taken over.",
      },
      {
        find: "holders.length > (unfinished ? 1 : 0)",
        replace: "holders.length > 1",
        why: "A new object would take the name of another one.",
      },
      {
        find: "if (clash) throw clash;",
        replace: "",
        why: "Two items of one name would become one object.",
      },
    ],
  },
  {
    file: "lib/resources/clashes.ts",
    faults: [
      {
        find: "folded(item.key)",
        replace: "item.key",
        why: "Keys that differ by case find the same object.",
      },
      {
        find: "length > 1",
        replace: "length > 2",
        why: "Two items of one name would become one object.",
      },
    ],
  },
];

/** Faults to plant in the process. */
import type { Faults } from "./fault.ts";

export const runtimeFaults: readonly Faults[] = [
  {
    file: "lib/runtime/stdin.ts",
    faults: [
      {
        find: "depthOf(text) > maxDepth",
        replace: "depthOf(text) > maxDepth + 1",
        why: "A document that is nested too deep could end the process.",
      },
      {
        find: "else chunks.length = 0;",
        replace: "",
        why: "A document of any size would be kept in memory.",
        equivalent: "Only the use of memory differs: what is too large is refused either way.",
      },
      {
        find: "if (code === 0x5c) index++;",
        replace: "if (code === 0x5c) void 0;",
        why: "A quote inside a text would end it, and a valid event would be refused.",
      },
    ],
  },
];

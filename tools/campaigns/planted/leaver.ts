import type { Faults } from "./fault.ts";

export const leaverFaults: readonly Faults[] = [
  {
    file: "lib/leaver/elsewhere.ts",
    tests: ["test/leaver/elsewhere.test.ts"],
    faults: [
      {
        find: "return guid > upTo || again.has(guid) ||",
        replace: "return guid > upTo ||",
        why: "A mailbox that could not be looked at would never be looked at.",
      },
      {
        find: "!(createdAt(mailbox) < begun)",
        replace: "false",
        why: "A mailbox that was created while others were looked at would be left out.",
      },
      {
        find: "progress?.policy === policy ? progress : undefined",
        replace: "progress",
        why: "A policy would go on where another one had stood.",
      },
      {
        find: "const isDone = failed.size === 0 && rest.length === 0 && found.length === 0;",
        replace: "const isDone = rest.length === 0 && found.length === 0;",
        why: "The progress would be forgotten although mailboxes are left.",
      },
      {
        find: "const [refused] = await record.add(held.map(changeFor));",
        replace: "const refused = undefined;",
        why: "What is ended would not be on record, and no return could undo it.",
      },
      {
        find: "  else if (!sameRight(present, wanted))",
        replace: "  else if (sameRight(present, wanted))",
        why: "A right on a calendar that was granted since would not be told.",
      },
    ],
  },
  {
    file: "lib/exchange/heldElsewhere.ts",
    tests: ["test/leaver/elsewhere.test.ts"],
    faults: [
      {
        find: "if (!isHeld && possibleSids.length > 0)",
        replace: "if (false)",
        why: "An entry that may be the leaver's would be left without a word.",
      },
      {
        find: "elsewhere: names.filter((name) => !known.has(nameKey(name))),",
        replace: "elsewhere: [],",
        why: "Send As on a group would stay, and the leave succeed.",
      },
    ],
  },
  {
    file: "lib/leaver/steps.ts",
    tests: ["test/leaver/leave.test.ts"],
    faults: [
      {
        find: "gigabytes < maxSharedGigabytes",
        replace: "gigabytes > maxSharedGigabytes",
        why: "No one would learn that a large mailbox still needs its licence.",
      },
      {
        find: 'if (record?.changes.some(({ kind }) => kind === "meetings")) return nothing;',
        replace: "",
        why: "Each event would cancel the meetings again.",
      },
      {
        find: "all = (steps: Steps): Steps => steps.map((step) => ({ ...step, mustShow: true }));",
        replace: "all = (steps: Steps): Steps => steps;",
        why: "What was accepted and not done would count as done.",
      },
    ],
  },
];

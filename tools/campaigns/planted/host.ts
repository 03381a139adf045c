/** Faults to plant in the host. */
import type { Faults } from "./fault.ts";

export const hostFaults: readonly Faults[] = [
  {
    file: "lib/host/gate.ts",
    tests: ["test/host/looks.test.ts"],
    faults: [
      {
        find: "if (dryRun) return begun.map(({ asRead }) => asRead);",
        replace: "",
        why: "A dry run would change the tenant.",
      },
      {
        find: "record.step.sent = true;",
        replace: "",
        why: "The plan would claim that nothing was sent.",
      },
      {
        find: 'if (isRefusal(fault)) record.result = "failed";',
        replace: 'record.result = "failed";',
        why: "A change of unknown outcome would be reported as not applied.",
      },
      {
        find: "(doubt === undefined && !confirm)",
        replace: "doubt === undefined",
        why: "A revoke would be believed without a look at the list.",
      },
      {
        find: "if (unknown.length > 0)",
        replace: "if (false)",
        why: "A warning that the connector does not know would pass for a plain answer.",
      },
      {
        find: 'return wasRetried ? "The request had to be sent again." : undefined;',
        replace: "return undefined;",
        why: "A change that was sent twice would be believed without a look.",
      },
      {
        find: "if (isAlreadySo) return",
        replace: "if (false) return",
        why: '"Nothing to change" would be believed of a right that the account still holds.',
      },
      {
        find: "isInEffect && isMissing)",
        replace: "false)",
        why: "A controller that lags would make a write to an existing object fail at once.",
      },
      {
        find: "return await judge(step, record, answer, { confirm: true, isDoubted: true });",
        replace: 'return (record.result = "done");',
        why: "A step that was sent again after a contradiction would be believed without a look.",
      },
      {
        find: "const mayLag = !isDoubted && ",
        replace: "const mayLag = ",
        why: "A step that was sent again after a contradiction would be a success though nothing shows it.",
      },
      {
        find: "isRefusal(fault) || decides(found) ||",
        replace: "isRefusal(fault) || isRefusal(found) ||",
        why: "A creation that was carried out would be told as failed because the look at it was refused.",
      },
      {
        find: "(isMissing || !isRefusal(fault)) && (await",
        replace: "(await",
        why: "A refused change would be a success when it was in place before.",
      },
      {
        find: "isAlreadySo || wasSilentlySo",
        replace: "isAlreadySo",
        why: "A right that was not there to revoke would be reported as revoked.",
      },
      {
        find: '|| auditAction === "RevokePermission"',
        replace: "",
        why: "A revoke inside a dynamic permission would be believed without a look.",
      },
      {
        find: 'isAlreadySo && shown === 0 ? alternativeTo(step, "alreadySo") : undefined',
        replace: "undefined",
        why: "A right that is listed under another name would not be revoked.",
      },
      {
        find: "({ after }) => after === answer",
        replace: "() => true",
        why: "An alternative for another answer would be sent.",
      },
      {
        find: "alternatives: others, isInPlace: false",
        replace: "alternatives: others",
        why: "After a contradiction the plan would still claim that nothing had to be done.",
      },
    ],
  },
  {
    file: "lib/fault.ts",
    faults: [
      {
        find: 'kind !== "unavailable" && kind !== "unexpected"',
        replace: 'kind !== "unavailable"',
        why: "An unforeseen answer would prove that nothing was done.",
      },
    ],
  },
  {
    file: "lib/host/faults.ts",
    tests: ["test/host/looks.test.ts"],
    faults: [
      {
        find: 'kind === "missing" && isProven',
        replace: 'kind === "missing"',
        why: 'One "not found" would prove that a mailbox no longer exists.',
      },
    ],
  },
  {
    file: "lib/host/stepRecord.ts",
    tests: ["test/host/gate.test.ts"],
    faults: [
      {
        find: "before: structuredClone(before)",
        replace: "before",
        why: "The plan would change after the step.",
      },
    ],
  },
  {
    file: "lib/host/looks.ts",
    faults: [
      {
        find: "fault === undefined && !strict",
        replace: "!strict",
        why: "A doubtful change that never shows would be reported as accepted.",
      },
      {
        find: " && !strict",
        replace: "",
        why: "The setting that counts a change which does not show as failed would do nothing.",
      },
      {
        find: "if (isProvenAbsence(fault)) throw fault;",
        replace: "",
        why: "A step on a deleted object would wait for an effect that cannot come.",
      },
      {
        find: "isRemoval && isDoubtful ? 2 : 1",
        replace: "1",
        why: "One wrong look after a doubtful answer would be a successful revoke that leaves access.",
      },
      {
        find: "? one.looks + 1 : 0",
        replace: "? one.looks + 1 : one.looks",
        why: "A look that shows the access would not count against an earlier one that did not.",
      },
      {
        find: "deadline.remaining() < ms + reserveMs",
        replace: "false",
        why: "The looks would use up the time for the answer.",
      },
    ],
  },
  {
    file: "lib/host/deadline.ts",
    faults: [
      {
        find: "allowed - now()",
        replace: "allowed",
        why: "The time before the event arrived would not count.",
      },
      {
        find: "if (max >= allowed) return;",
        replace: "if (max > allowed) return;",
        why: "A timer would be set anew for the same moment.",
        equivalent: "The new timer ends at the same moment as the old one.",
      },
      {
        find: "if (max >= allowed) return;",
        replace: "",
        why: "A limit for previews could give an event more time than it has.",
      },
      {
        find: "Promise.race([work, ended])",
        replace: "work",
        why: "Work that never settles would never be answered.",
      },
      {
        find: "milliseconds < 1 ||",
        replace: "milliseconds < 0 ||",
        why: "A deadline of 0 or of a text would be accepted.",
      },
    ],
  },
  {
    file: "lib/host/redaction.ts",
    faults: [
      {
        find: "const minLengthInside = 8;",
        replace: "const minLengthInside = 80;",
        why: "A usual secret would be masked only as a word of its own.",
      },
      {
        find: "const recognisableLength = 20;",
        replace: "const recognisableLength = 100_000;",
        why: "A long secret that was cut off would not be recognised.",
      },
      {
        find: "[this.text(key), this.deep(member)]",
        replace: "[key, this.deep(member)]",
        why: "A secret as a key would be written.",
      },
      {
        find: "utf8.toString(encoding), utf16.toString(encoding)",
        replace: "utf8.toString(encoding)",
        why: "A secret in base64 of UTF-16 would be written.",
      },
      {
        find: "[trimmed, signature]",
        replace: "[trimmed]",
        why: "The signature of a token would be written.",
      },
      {
        find: "for (const step of decodings(text))",
        replace: "for (const step of [...decodings(text)].slice(0, 1))",
        why: "A secret in a URL, in JSON or in HTML would be written.",
      },
      {
        find: "done = Math.max(done, end);",
        replace: "done = end;",
        why: "The end of a long secret would remain behind the mask of a short one.",
      },
    ],
  },
  {
    file: "lib/host/secretValues.ts",
    tests: ["test/host/run.test.ts", "test/host/schemaContract.test.ts"],
    faults: [
      {
        find: "secrets.get(text.trim())",
        replace: "secrets.get(text)",
        why: "A secret with a space after it would be stored by the platform.",
      },
      {
        find: 'typeof value === "string" || typeof value === "number"',
        replace: 'typeof value === "string"',
        why: "A secret as a number would be stored by the platform.",
      },
    ],
  },
  {
    file: "lib/host/run.ts",
    faults: [
      {
        find: "redaction.add(secret);\n  const repeated",
        replace: "void secret;\n  const repeated",
        why: "A fault about the event could quote a secret of it.",
      },
      {
        find: "(a.rank ?? 0) - (b.rank ?? 0)",
        replace: "(b.rank ?? 0) - (a.rank ?? 0)",
        why: "Audit lines of items would come in another order than the items.",
        tests: ["test/host/resourceActions.test.ts"],
      },
      {
        find: "code = 2;",
        replace: "code = 1;",
        why: "An event that cannot be used would look like one that failed.",
      },
      {
        find: "state.connection?.close();",
        replace: "",
        why: "Sockets would stay open after the answer.",
      },
      {
        find: "++count < sampleSize",
        replace: "++count <= sampleSize",
        why: "A preview would show one record too many.",
        tests: ["test/host/accountActions.test.ts"],
      },
      {
        find: 'return frozen(readAs(action.contract, document, (text) => output.log("warning", text)));',
        replace: 'return readAs(action.contract, document, (text) => output.log("warning", text));',
        why: "An action could change its event.",
      },
      {
        find: "message.length <= maxMessageLength",
        replace: "true",
        why: "An audit message could be of any length.",
      },
      {
        find: "if (event.actionContext.DryRun && action.verb.previewMs !== undefined)",
        replace: "if (action.verb.previewMs !== undefined)",
        why: "A real import would be cut off after the time of a preview.",
      },
    ],
  },
  {
    file: "lib/host/answer.ts",
    faults: [
      {
        find: "taken.every(isSettled)",
        replace: "true",
        why: "A change of unknown outcome would be reported as success because the object is gone.",
      },
      {
        find: 'verb.whenMissing === "success" && ',
        replace: "",
        why: "A missing mailbox would be a success for every verb.",
      },
      {
        find: 'IsError: result === "failed" || result === "unknown"',
        replace: 'IsError: result === "failed"',
        why: "A change of unknown outcome would look like a success in the audit log.",
      },
      {
        find: "fault ? isGone(fault) : result",
        replace: "fault ? true : result",
        why: "A step that failed would count as settled.",
      },
      {
        find: "wereAttempts && ",
        replace: "",
        why: "Every run that ended early would be reported as partly done.",
      },
      {
        find: "verb.onlyReads || taken.some(",
        replace: "taken.some(",
        why: "An import would answer that it was already so.",
      },
      {
        find: 'fault.kind === "missing" && whenMissing === "success" && !fault.isProven',
        replace: "false",
        why: "A mailbox whose absence is not proven would be reported as gone.",
      },
      {
        find: "const isGone = isProvenAbsence;",
        replace: 'const isGone = ({ kind }: Fault): boolean => kind === "missing";',
        why: 'A leaver would count as removed after one "not found".',
      },
      {
        find: '["done", "planned", "accepted"]',
        replace: '["done", "planned"]',
        why: "An accepted change would be reported as already so.",
      },
    ],
  },
  {
    file: "lib/host/correlation.ts",
    faults: [
      {
        find: "Number.isSafeInteger",
        replace: "Number.isFinite",
        why: "An employee number that JSON rounded would find another person's mailbox.",
      },
      {
        find: "if (!Enabled)",
        replace: "if (false)",
        why: "A person could be correlated although correlation is switched off.",
      },
    ],
  },
  {
    file: "lib/host/createAction.ts",
    tests: ["test/host/accountActions.test.ts"],
    faults: [
      {
        find: 'accountReference.trim() === ""',
        replace: "false",
        why: "A create could answer without a reference.",
      },
      {
        find: "mapped.get(correlation.field) === undefined",
        replace: "false",
        why: "The correlation field could be missing from the account's data.",
      },
    ],
  },
  {
    file: "lib/host/accountActions.ts",
    faults: [
      {
        find: '(actionContext.Origin ?? "").toLowerCase()',
        replace: '(actionContext.Origin ?? "")',
        why: "A reconciliation in another casing would be treated as an event of a person.",
      },
    ],
  },
  {
    file: "lib/host/importAction.ts",
    tests: ["test/host/accountActions.test.ts"],
    faults: [
      {
        find: "if (!(await record(recordOf(account, importFields)))) break;",
        replace: "await record(recordOf(account, importFields));",
        why: "A preview of an import would read the whole tenant.",
      },
    ],
  },
  {
    file: "lib/host/personContracts.ts",
    faults: [
      {
        find: "all || isTrue(",
        replace: "true || isTrue(",
        why: "Contracts out of scope would give permissions.",
      },
      {
        find: "!all &&\n    !isPreview &&",
        replace: "!all && isPreview &&",
        why: "Unknown conditions would pass for false, and permissions would be revoked.",
      },
    ],
  },
  {
    file: "lib/host/permissionActions.ts",
    faults: [
      {
        find: "from += maxReferences",
        replace: "from += maxReferences + 1",
        why: "An import would lose holders between records.",
      },
      {
        find: "[...new Set(held.accountReferences)]",
        replace: "[...held.accountReferences]",
        why: "An account would be listed twice.",
      },
      {
        find: "export const maxReferences = 500;",
        replace: "export const maxReferences = 501;",
        why: "The platform refuses a record of more than 500 references.",
      },
    ],
  },
  {
    file: "lib/host/subPermissionActions.ts",
    tests: ["test/host/partsOnRecord.test.ts"],
    faults: [
      {
        find: "if (!isWhole) {",
        replace: "if (false) {",
        why: "Parts would be revoked although it is unknown what belongs to the person.",
      },
      {
        find: "!isOnRecord && isRefusal(fault)",
        replace: "!isOnRecord",
        why: "A part that may have been granted would be on no record.",
      },
      {
        find: "fault !== undefined && !isProvenAbsence(fault)",
        replace: "fault !== undefined",
        why: "A part whose group is gone would stay on record for ever.",
      },
      {
        find: "isWhole = false;\n  }",
        replace: "}",
        why: "A value that could not be read would take away what the person holds.",
      },
      {
        find: "fault !== undefined && !isProvenAbsence(fault)",
        replace: 'fault !== undefined && fault.kind !== "missing"',
        why: "A part would leave the record although its absence is not proven.",
      },
      {
        find: 'if (steps.some(({ result }) => result === "pending"))',
        replace: "if (false)",
        why: "A part whose revocation does not show would leave the record.",
      },
      {
        find: 'return fault === undefined ? result !== "accepted" : isProvenAbsence(fault);',
        replace: "return true;",
        why: "A part whose revocation never showed would leave the record.",
      },
      {
        find: "!isRevoke || !isProvenAbsence(fault)",
        replace: "!isRevoke",
        why: "An account that was not found once would lose its record, and keep its rights.",
      },
    ],
  },
  {
    file: "lib/host/partsOnRecord.ts",
    faults: [
      {
        find: '(CurrentPermissions ?? undefined) === undefined && Operation !== "grant"',
        replace: "false",
        why: "An event without a record would be taken for one of a person who holds nothing.",
      },
      {
        find: "(CurrentPermissions ?? undefined) === undefined",
        replace: "CurrentPermissions === undefined",
        why: "An event with null for its record would be taken for one of a person who holds nothing.",
      },
    ],
  },
  {
    file: "lib/host/sourceData.ts",
    faults: [
      {
        find: "if (seen.has(known)) return [];",
        replace: "",
        why: "An entry that occurs twice would clash with itself.",
      },
      {
        find: 'if (key === "")',
        replace: 'if (key === "never")',
        why: "A resource without a key could never be found again.",
      },
    ],
  },
  {
    file: "lib/host/itemPool.ts",
    tests: ["test/host/resourceActions.test.ts"],
    faults: [
      {
        find: "      free();\n      try",
        replace: "      try",
        why: "An item that waits would keep others from going on.",
      },
      {
        find: "const slots = slotsOf(max);",
        replace: "const slots = slotsOf(max + 1);",
        why: "More items at once than allowed.",
      },
    ],
  },
  {
    file: "lib/host/output.ts",
    faults: [
      {
        find: "redaction.text(message)",
        replace: "message",
        why: "Secrets would be written.",
      },
      {
        find: "/[^\\x20-\\x7e]/g",
        replace: "/[^\\x20-\\xff]/g",
        why: "A Windows code page would change accented letters.",
      },
    ],
  },
];

/** Faults to plant in signing in. */
import type { Faults } from "./fault.ts";

export const authFaults: readonly Faults[] = [
  {
    file: "lib/auth/pkcs12.ts",
    tests: ["test/auth/certificate.test.ts"],
    faults: [
      {
        find: "count > 1_000_000",
        replace: "count > 10_000_000",
        why: "A certificate with ten million rounds would stop everything, the deadline too.",
      },
      {
        find: "count > 1_000_000",
        replace: "count >= 1_000_000",
        why: "A certificate with exactly a million rounds would be refused.",
      },
      {
        find: "if (verified !== false) return contents;",
        replace: "return contents;",
        why: "A container that was changed would be accepted.",
      },
      {
        find: '["", undefined]',
        replace: '[""]',
        why: "Containers without a password could not be read.",
      },
    ],
  },
  {
    file: "lib/auth/certificate.ts",
    faults: [
      {
        find: "now > notAfter",
        replace: "now < notAfter",
        why: "Valid certificates would be refused as expired.",
      },
      {
        find: "if (now < notBefore)",
        replace: "if (false)",
        why: "A certificate that is not valid yet would fail without a reason.",
      },
      {
        find: "length > der.length",
        replace: "length > der.length + 100",
        why: "A certificate that was cut off would pass for a damaged one.",
      },
      {
        find: ".filter((each) => each.checkPrivateKey(key))",
        replace: "",
        why: "The certificate of another key would be presented.",
      },
      {
        find: "Date.parse(b.certificate.validTo) - Date.parse(a.certificate.validTo)",
        replace: "Date.parse(a.certificate.validTo) - Date.parse(b.certificate.validTo)",
        why: "After a renewal the old certificate would be used.",
      },
    ],
  },
  {
    file: "lib/auth/token.ts",
    faults: [
      {
        find: "const marginMs = 120_000;",
        replace: "const marginMs = 0;",
        why: "A token would be used until it is refused.",
      },
      {
        find: "if (current?.token === refused?.token) current = undefined;",
        replace: "",
        why: "A refused token would be sent again.",
      },
      {
        find: "keepSecret(token);",
        replace: "",
        why: "An access token could be logged.",
      },
      {
        find: "pending ??= fetchNew",
        replace: "pending = fetchNew",
        why: "Every request that starts at once would fetch a token of its own.",
      },
    ],
  },
  {
    file: "lib/auth/signInNetwork.ts",
    tests: ["test/auth/token.test.ts", "test/secrets.test.ts"],
    faults: [
      {
        find: "for (const name of secretFields) form.getAll(name).forEach(keepSecret);",
        replace: "",
        why: "An assertion, a code or a refresh token could be logged.",
      },
      {
        find: "if (!url.startsWith(`${origin}/`))",
        replace: "if (false)",
        why: "The sign-in library could send the secret to another host.",
        equivalent:
          "A second lock: msal takes its addresses from the settings, even when MSAL_FORCE_REGION names a region.",
      },
      {
        find: "status === 429 || status === 408 || status >= 500",
        replace: "status === 429 || status >= 500",
        why: "A sign-in that timed out would not be tried again.",
      },
    ],
  },
  {
    file: "lib/store/answerJournal.ts",
    tests: ["test/resumed/ends.long.test.ts", "test/resumed/dropped.test.ts"],
    faults: [
      {
        find: "isList ? maxListAgeMs : maxAnswerAgeMs",
        replace: "maxAnswerAgeMs",
        why: "A list of an hour ago would be taken for that of today, and its next link no longer works.",
      },
      {
        find: "age >= 0 && age <= maxAnswerAgeMs",
        replace: "true",
        why: "Answers of any age would be used.",
      },
      {
        find: 'found["configuration"] !== configuration',
        replace: "false",
        why: "Answers of another configuration would be used.",
      },
      {
        find: "settings.owner.checkFile(names.resting, handle.fd);",
        replace: "",
        why: "Answers that another account may have written would be used.",
      },
    ],
  },
  {
    file: "lib/store/journalFile.ts",
    tests: ["test/resumed/dropped.test.ts"],
    faults: [
      {
        find: "`answer at ${place}`",
        replace: '"answer"',
        why: "Someone with access to the file could exchange answers.",
      },
    ],
  },
  {
    file: "lib/store/sealedStore.ts",
    tests: ["test/store/sealedStore.test.ts"],
    faults: [
      {
        find: "await owner.checkFolder(folder);\n    for",
        replace: "for",
        why: "A folder that others can read would be used.",
      },
      {
        find: 'if (codeOf(error) === "EEXIST") return false;',
        replace: 'if (codeOf(error) === "EEXIST") return true;',
        why: "What another process wrote would be taken for what this one wrote.",
      },
      {
        find: "text === removed ? undefined : ",
        replace: "",
        why: "A link that was removed would be reported as damaged.",
      },
    ],
  },
  {
    file: "lib/auth/sharedTokens.ts",
    faults: [
      {
        find: "own.keepSecret(token);",
        replace: "",
        why: "An event that waited for the token of another could write it to its log.",
      },
      {
        find: "if (before === undefined || before.pace.signal.aborted) payer = own;",
        replace: "payer ??= own;",
        why: "A sign-in would belong to an event that has ended.",
      },
      {
        find: "if (!hasEnded || own.pace.signal.aborted) throw thrown;",
        replace: "throw thrown;",
        why: "An event would fail because another one was ended.",
      },
      {
        find: "for (const warning of warnings) own.warn?.(warning);",
        replace: "",
        why: "Only one event would say that the certificate ends soon.",
      },
    ],
  },
  {
    file: "lib/store/storeOwner.ts",
    tests: ["test/store/sealedStore.test.ts"],
    faults: [
      {
        find: "if (stats.uid !== uid)",
        replace: "if (false)",
        why: "A store of another account would be believed.",
      },
      {
        find: "if ((stats.mode & others) !== 0)",
        replace: "if (false)",
        why: "A store that everyone can read would be used.",
      },
      {
        find: 'if (entries.length === 0) return "everyone";',
        replace: "",
        why: "A folder without an access list would count as private.",
      },
      {
        find: "!always.has(one) && one !== sid",
        replace: "false",
        why: "Any account in the access list would be permitted.",
      },
      {
        find: "fchmodSync(descriptor, 0o600);",
        replace: "",
        why: "The mode of a new file would depend on the umask.",
        equivalent: "A second lock: the file is opened with that mode.",
      },
    ],
  },
  {
    file: "lib/auth/linkedToken.ts",
    tests: ["test/link/actions.test.ts"],
    faults: [
      {
        find: "if (successor !== undefined)",
        replace: "if (false)",
        why: "The link would expire although it is used every day.",
      },
      {
        find: "renewed === undefined || renewed === refreshToken",
        replace: "true",
        why: "An event would fail although the account was linked again meanwhile.",
      },
    ],
  },
  {
    file: "lib/graph/cutOff.ts",
    tests: ["test/link/actions.test.ts"],
    faults: [
      {
        find: 'parameters["accountEnabled"] === false',
        replace: "false",
        why: "The linked account could be disabled.",
      },
    ],
  },
];

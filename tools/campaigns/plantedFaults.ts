/**
 * Faults to plant in lib/, one at a time, to see whether a test notices. Each is a mistake that
 * someone could make: a lost guard, a limit that is off by one, a condition the other way round.
 * `npm run mutants` plants them.
 */
export interface PlantedFault {
  /** Path from the root of the project. */
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
  /** What would go wrong in a tenant. */
  why: string;
  /** Test files to run, in addition to the one of the same name. */
  tests?: readonly string[];
  /** Why nothing can notice it, when that is so. */
  equivalent?: string;
}

interface Faults {
  file: string;
  tests?: readonly string[];
  faults: readonly Omit<PlantedFault, "file">[];
}

const lists: readonly Faults[] = [
  {
    file: "lib/connector.ts",
    faults: [
      {
        find: "!== (exchangeUrl === undefined)",
        replace: "!== (loginUrl === undefined)",
        why: "With one address set, the secret of a test reaches the real sign-in service.",
      },
      {
        find: "/^https?:$/",
        replace: "/^/",
        why: "Another protocol would be accepted.",
      },
      {
        find: 'url.username !== ""',
        replace: "false",
        why: "Credentials in an address would be accepted.",
      },
      {
        find: 'url.password !== ""',
        replace: "false",
        why: "A password in an address would be accepted.",
      },
      {
        find: "return url.origin;",
        replace: "return text;",
        why: "A path in the address would be put in front of every path.",
      },
      {
        find: "return UseCertificate\n",
        replace: "return !UseCertificate\n",
        why: "The wrong credential would be sent.",
      },
    ],
  },
  {
    file: "lib/fault.ts",
    faults: [
      {
        find: "retryable = false",
        replace: "retryable = true",
        why: "Every fault would be tried again.",
      },
      {
        find: 'thrown.message.trim() !== ""',
        replace: "true",
        why: "A fault without a message would leave an empty audit line.",
      },
      {
        find: 'if (fault.kind !== "invalid") throw fault;',
        replace: "",
        why: "An unforeseen error would pass for a wrong setting.",
      },
    ],
  },
  {
    file: "lib/net/retry.ts",
    faults: [
      {
        find: "retries >= maxRetries",
        replace: "retries > maxRetries",
        why: "One try too many.",
      },
      {
        find: "!fault.retryable || ",
        replace: "",
        why: "A refusal would be sent again.",
      },
      {
        find: "wait >= pace.remaining()",
        replace: "wait > pace.remaining()",
        why: "The run would wait until its very end and report nothing.",
      },
      {
        find: "afterMs ?? firstWaitMs",
        replace: "firstWaitMs",
        why: "Retry-After would be ignored.",
      },
      {
        find: "2 ** retries",
        replace: "2 * retries",
        why: "The waits would not double.",
      },
      {
        find: "const maxTransportRetries = 2;",
        replace: "const maxTransportRetries = 20;",
        why: "A host that cannot be reached would be tried until time is up.",
      },
      {
        find: "ms > 0 ? ms : undefined",
        replace: "ms >= 0 ? ms : undefined",
        why: "Retry-After: 0 would mean no wait at all.",
      },
      {
        find: "if (pace.signal.aborted) throw Fault.of(pace.signal.reason);",
        replace: "",
        why: "A run that has ended would send another request.",
      },
    ],
  },
  {
    file: "lib/net/polling.ts",
    tests: ["test/exchange/creation.test.ts", "test/exchange/client/exchange.test.ts"],
    faults: [
      {
        find: "> maxMs;",
        replace: ">= maxMs * 10;",
        why: "A created object would be waited for ten times as long.",
      },
      {
        find: "Math.min(2 * next, maxWaitMs)",
        replace: "2 * next",
        why: "The waits would grow without limit.",
      },
      {
        find: "if (found !== undefined)",
        replace: "if (found === undefined)",
        why: "Nothing would pass for a finding.",
      },
    ],
  },
  {
    file: "lib/net/requestSlots.ts",
    faults: [
      {
        find: "Math.max(1, ",
        replace: "Math.max(0, ",
        why: "After enough complaints nothing would be sent any more.",
      },
      {
        find: "slots.size < max",
        replace: "slots.size <= max",
        why: "There would be more requests at once than allowed.",
      },
      {
        find: "slots.size / 2",
        replace: "slots.size",
        why: "A busy service would get as many requests as before.",
      },
    ],
  },
  {
    file: "lib/net/proxy.ts",
    tests: ["test/net/proxy.test.ts"],
    faults: [
      {
        find: 'hostname === "localhost"',
        replace: "false",
        why: "localhost no longer counts as this machine.",
      },
      {
        find: 'hostname === "[::1]"',
        replace: "false",
        why: "IPv6 loopback no longer counts as this machine.",
      },
      {
        find: "/^127(\\.\\d{1,3}){3}$/",
        replace: "/^127(\\.\\d{1,3}){3}/",
        why: "127.0.0.1.example.com would receive the client secret.",
      },
      {
        find: "[env[name], env[name.toUpperCase()]]",
        replace: "[env[name.toUpperCase()], env[name]]",
        why: "The wrong one of two proxies would be used.",
      },
      {
        find: "[password, credentials]",
        replace: "[]",
        why: "The password of a proxy would be written.",
      },
    ],
  },
  {
    file: "lib/net/proxyAgent.ts",
    tests: ["test/net/proxy.test.ts"],
    faults: [
      {
        find: "if (answer.statusCode === 200) return answer;",
        replace: "return answer;",
        why: "TLS would be spoken with a proxy that refused.",
      },
      {
        find: "noProxy: exceptions,",
        replace: 'noProxy: "",',
        why: "Hosts in NO_PROXY would be asked for through the proxy.",
      },
    ],
  },
  {
    file: "lib/net/connectionFault.ts",
    tests: ["test/net/proxy.test.ts"],
    faults: [
      {
        find: "status >= 500",
        replace: "status >= 400",
        why: "A proxy that refuses would be asked again.",
      },
      {
        find: "if (reason !== undefined) return untrusted(`The connection to ${target.host}`, reason, thrown);",
        replace: "",
        why: "A certificate that is not trusted would be tried again, and a write called unknown.",
      },
    ],
  },
  {
    file: "lib/net/transport.ts",
    faults: [
      {
        find: "isLoopback(target) ? direct : proxied",
        replace: "proxied",
        why: "An emulator on this machine would be looked for behind the proxy.",
        tests: ["test/net/proxy.test.ts"],
      },
      {
        find: "const connectTimeoutMs = 8_000;",
        replace: "const connectTimeoutMs = 80_000;",
        why: "A host that does not answer would take the whole event.",
      },
      {
        find: "if (signal.aborted) throw Fault.of(signal.reason);",
        replace: "",
        why: "The end of the run would pass for a network fault.",
      },
      {
        find: "bytes[0] === 0x1f",
        replace: "true",
        why: "Plain errors that claim gzip could not be read.",
      },
      {
        find: '.replaceAll("\\0", "")',
        replace: "",
        why: "A refusal of NUL bytes would become an audit line of NUL bytes.",
      },
      {
        find: '.replace(/^\\uFEFF/, "")',
        replace: "",
        why: "An answer with a byte order mark would not be JSON.",
      },
    ],
  },
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
        find: "seams.keepSecret(token);",
        replace: "",
        why: "An access token could be logged.",
      },
      {
        find: "if (assertion !== null) keepSecret(assertion);",
        replace: "",
        why: "A signed assertion could be logged.",
      },
      {
        find: "if (!url.startsWith(`${origin}/`))",
        replace: "if (false)",
        why: "The sign-in library could send the secret to another host.",
        equivalent:
          "A second lock: msal takes its addresses from the settings, even when MSAL_FORCE_REGION names a region.",
      },
      {
        find: "pending ??= fetchNew",
        replace: "pending = fetchNew",
        why: "Every request that starts at once would fetch a token of its own.",
      },
      {
        find: "status === 429 || status === 408 || status >= 500",
        replace: "status === 429 || status >= 500",
        why: "A sign-in that timed out would not be tried again.",
      },
    ],
  },
  {
    file: "lib/host/gate.ts",
    faults: [
      {
        find: "if (dryRun) return asRead;",
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
        find: 'kind !== "unavailable" && kind !== "unexpected"',
        replace: 'kind !== "unavailable"',
        why: "An unforeseen answer would prove that nothing was done.",
      },
      {
        find: "before: structuredClone(before)",
        replace: "before",
        why: "The plan would change after the step.",
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
        find: "doubt === undefined && !trust.strict",
        replace: "!trust.strict",
        why: "A doubtful change that never shows would be reported as accepted.",
      },
      {
        find: " && !trust.strict",
        replace: "",
        why: "The setting that counts a change which does not show as failed would do nothing.",
      },
      {
        find: 'step.isInEffect && fault.kind === "missing"',
        replace: "false",
        why: "A controller that lags would make a write to an existing object fail at once.",
      },
      {
        find: "return await judge(step, record, answer, true);",
        replace: 'return (record.result = "done");',
        why: "A step that was sent again after a contradiction would be believed without a look.",
      },
      {
        find: "!isRefusal(fault) && (await",
        replace: "(await",
        why: "A refused change would be a success when it was in place before.",
      },
      {
        find: "if (isProvenAbsence(fault)) throw fault;",
        replace: "",
        why: "A step on a deleted object would wait for an effect that cannot come.",
      },
      {
        find: 'kind === "missing" && isProven',
        replace: 'kind === "missing"',
        why: 'One "not found" would prove that a mailbox no longer exists.',
      },
      {
        find: "isAlreadySo || wasSilentlySo",
        replace: "isAlreadySo",
        why: "A right that was not there to revoke would be reported as revoked.",
      },
      {
        find: '|| placement.auditAction === "RevokePermission"',
        replace: "",
        why: "A revoke inside a dynamic permission would be believed without a look.",
      },
      {
        find: 'isAlreadySo ? alternativeTo(step, "alreadySo") : undefined',
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
        find: "return frozen(readAs(action.contract, document));",
        replace: "return readAs(action.contract, document);",
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
    file: "lib/host/accountActions.ts",
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
      {
        find: '(actionContext.Origin ?? "").toLowerCase()',
        replace: '(actionContext.Origin ?? "")',
        why: "A reconciliation in another casing would be treated as an event of a person.",
      },
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
        find: '(CurrentPermissions ?? undefined) === undefined && Operation !== "grant"',
        replace: "false",
        why: "An event without a record would be taken for one of a person who holds nothing.",
      },
      {
        find: "(CurrentPermissions ?? undefined) === undefined",
        replace: "CurrentPermissions === undefined",
        why: "An event with null for its record would be taken for one of a person who holds nothing.",
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
        find: "return fault === undefined || isProvenAbsence(fault);",
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
  {
    file: "lib/exchange/client/errors.ts",
    tests: ["test/exchange/client/replies.test.ts", "test/exchange/client/exchange.test.ts"],
    faults: [
      {
        find: "&& !isAboutIdentity(text, command)",
        replace: "&& false",
        why: "Another object that does not exist would pass for the mailbox, and a revoke for a success.",
      },
      {
        find: "by: /^Add-/,",
        replace: "",
        why: "'Already exists' of another cmdlet would be a success.",
      },
      {
        find: "/matches multiple entries|multiple recipients matching/i",
        replace: "/multiple recipients matching/i",
        why: "An ambiguous identity that is labelled not-found would pass for a missing one.",
      },
      {
        find: "!quotes &&",
        replace: "true &&",
        why: "A not-found that quotes another name would be believed.",
      },
      {
        find: "/^\\W*You have reached",
        replace: "/^You have reached",
        why: "The refusal of too many requests would not be recognised behind a mark.",
      },
      {
        find: "/There are more results available than are currently displayed/i.test(warning)",
        replace: "false",
        why: "A list that is not whole would pass for whole.",
      },
      {
        find: '{ type: awayForNow, kind: "unavailable", retryable: true },',
        replace: "",
        why: "A mailbox that is being moved would fail an event for good.",
      },
      {
        find: '{ type: dualWrite, kind: "unavailable", retryable: true },',
        replace: "",
        why: "A change that Entra ID failed to take over once would not be sent again.",
      },
    ],
  },
  {
    file: "lib/exchange/client/replies.ts",
    tests: ["test/exchange/client/errors.test.ts", "test/exchange/client/pages.test.ts"],
    faults: [
      {
        find: "if (!listExpected)\n",
        replace: "if (true)\n",
        why: "An empty answer to a read would pass for an empty list.",
      },
      {
        find: "continued ? notTheEnd(read, command) : read",
        replace: "read",
        why: "A page that does not exist any more would end a list early.",
      },
      {
        find: " && value.every(isRecord)",
        replace: "",
        why: "Rows that are no objects would be left out in silence.",
      },
      {
        find: "!== undefined) return errorOf(reply, command,",
        replace: "=== null) return errorOf(reply, command,",
        why: "An error inside an answer of status 200 would be a success.",
      },
      {
        find: "status === 408 || ",
        replace: "",
        why: "A request that timed out would be a refusal.",
      },
      {
        find: "status >= 400 && status < 500",
        replace: "status >= 400",
        why: "A defect of the service would prove that nothing was done.",
      },
      {
        find: "isList ? notices :",
        replace: "true ? notices :",
        why: "An answer to a write that is not understood would pass for a plain one.",
      },
    ],
  },
  {
    file: "lib/exchange/client/exchange.ts",
    tests: ["test/exchange/client/pages.test.ts"],
    faults: [
      {
        find: "repeatable(command) ? result :",
        replace: "true ? result :",
        why: "A mailbox could be created twice.",
      },
      {
        find: 'result.fault.kind === "throttled")',
        replace: 'result.fault.kind === "missing")',
        why: "A throttled creation would not be tried again.",
      },
      {
        find: "if (seen.has(where))",
        replace: "if (false)",
        why: "A list whose pages go in a circle would never end.",
      },
      {
        find: 'parameters["ResultSize"] === "Unlimited" &&',
        replace: "false &&",
        why: "A list that is not whole would pass for whole.",
      },
      {
        find: "wasRetried: unknownOutcome.length > 0",
        replace: "wasRetried: false",
        why: "A change that was sent twice would be believed without a look.",
      },
      {
        find: "all.wasRetried ||= wasRetried;",
        replace: "",
        why: "A change that was sent twice would be believed without a look.",
      },
    ],
  },
  {
    file: "lib/exchange/client/endpoint.ts",
    tests: ["test/exchange/client/pages.test.ts"],
    faults: [
      {
        find: "`.${target.hostname}`.endsWith(",
        replace: "target.hostname.endsWith(",
        why: "The token would be sent to eviloutlook.office365.com.",
      },
      {
        find: 'target.protocol === "https:" &&',
        replace: "",
        why: "The token would be sent without encryption.",
      },
      {
        find: "++redirects > maxRedirects",
        replace: "++redirects > maxRedirects + 100",
        why: "Hosts that send to each other would be followed for ever.",
      },
      {
        find: "reply.status === 401 && refused === undefined",
        replace: "reply.status === 401",
        why: "A token that is refused would be fetched anew for ever.",
      },
      {
        find: "slots.halve();",
        replace: "void 0;",
        why: "A busy service would get as many requests as before.",
      },
      {
        find: 'target.port = "";',
        replace: "",
        why: "Port 446 of a region is closed to us.",
      },
    ],
  },
  {
    file: "lib/exchange/client/batch.ts",
    faults: [
      {
        find: "own.length !== 1 ||",
        replace: "",
        why: "Two answers under one id: one of them would be attributed by chance.",
      },
      {
        find: "const perRequest = 10;",
        replace: "const perRequest = 11;",
        why: "The service takes ten commands in a batch.",
      },
      {
        find: "if (writing)",
        replace: "if (false)",
        why: "A change could be sent in a batch, where its outcome is not attributable.",
      },
      {
        find: "if (first && first.nextLink === undefined) return;",
        replace: "if (first) return;",
        why: "Only the first page of each list would be read.",
      },
    ],
  },
  {
    file: "lib/exchange/client/command.ts",
    faults: [
      {
        find: "/^(Get|Set|Add|Remove)-/i",
        replace: "/^(Get|Set|Add|Remove|New)-/i",
        why: "A creation of unknown outcome would be sent again.",
      },
      {
        find: "/^Get-/i",
        replace: "/^(Get|Set)-/i",
        why: "A change without output would be a fault.",
      },
    ],
  },
  {
    file: "lib/exchange/client/encoding.ts",
    faults: [
      {
        find: "choosing.test(name) &&",
        replace: "false &&",
        why: "A blank Identity means every object.",
      },
      {
        find: 'value.trim() === ""',
        replace: 'value === ""',
        why: "An Identity of blanks means every object.",
      },
      {
        find: '!name.includes("@")',
        replace: "true",
        why: "Annotations of the protocol would pass for properties.",
      },
    ],
  },
  {
    file: "lib/exchange/client/opath.ts",
    faults: [
      {
        find: '.replaceAll("\'", "\'\'")',
        replace: "",
        why: "A quote in a value would become part of the filter.",
      },
      {
        find: "if (found === undefined)",
        replace: "if (false)",
        why: "A property that was not returned would pass for another value.",
      },
      {
        find: 'if (value.trim() === "")',
        replace: "if (false)",
        why: "A filter on nothing finds something else.",
      },
    ],
  },
  {
    file: "lib/exchange/client/lookUp.ts",
    tests: [
      "test/exchange/mailbox.test.ts",
      "test/exchange/group.test.ts",
      "test/exchange/user.test.ts",
      "test/exchange/account.test.ts",
      "test/exchange/creation.test.ts",
    ],
    faults: [
      {
        find: "!row || others.length > 0",
        replace: "!row",
        why: "The first of several objects would be changed.",
      },
      {
        find: "!hasGuid(wanted.guid)(row)",
        replace: "false",
        why: "Another object than the one asked for would be changed.",
      },
      {
        find: "if (!meaningNone.includes(fault.kind)) throw fault;",
        replace: "",
        why: "A look-up that failed would pass for one that found nothing.",
      },
    ],
  },
  {
    file: "lib/exchange/accessList.ts",
    tests: ["test/exchange/mailboxRight.test.ts", "test/exchange/rightHolders.test.ts"],
    faults: [
      {
        find: "IncludeUnresolvedPermissions: true,",
        replace: "",
        why: "The list would seem to have room that it does not have.",
      },
      {
        find: "|| /^NT AUTHORITY\\\\/i.test(trustee)",
        replace: "",
        why: "The mailbox's own entry would count as somebody's.",
      },
      {
        find: '.toLowerCase() === "deny"',
        replace: '=== "deny"',
        why: "A denied right would pass for a granted one.",
      },
    ],
  },
  {
    file: "lib/exchange/mailboxRight.ts",
    faults: [
      {
        find: "isHeld: own.some(({ isDenied }) => !isDenied)",
        replace: "isHeld: own.length > 0",
        why: "A denied right would pass for a granted one, and nothing would be granted.",
      },
      {
        find: 'InheritanceType: "All",\n        AutoMapping',
        replace: "AutoMapping",
        why: "The right would not cover subfolders.",
      },
      {
        find: "isDenied: own.some(({ isDenied }) => isDenied)",
        replace: "isDenied: false",
        why: "A right would be granted that a Deny entry makes useless.",
      },
      {
        find: "(await hasNamesake(account)({ exchange })) ? [] : uncertain",
        replace: "[]",
        why: "A right that is listed under a display name would seem revoked.",
      },
      {
        find: "(await hasNamesake(account)({ exchange })) ? [] : uncertain",
        replace: "uncertain",
        why: "The right of another person of the same name would count as this account's.",
      },
      {
        find: "if (found.length > 0) return found;",
        replace: "",
        why: "A right of an account that shares its name would not be seen.",
      },
      {
        find: ".some(({ trustee }) => isSid(trustee))",
        replace: ".some(() => false)",
        why: "A right that is listed under a security identifier would seem not to exist.",
      },
      {
        find: "entries.filter(({ hasFullAccess }) => hasFullAccess)",
        replace: "[...entries]",
        why: "Read permission would pass for Full Access.",
      },
    ],
  },
  {
    file: "lib/exchange/rightChange.ts",
    tests: ["test/exchange/mailboxRight.test.ts"],
    faults: [
      {
        find: "isInPlace: !isHeld",
        replace: "isInPlace: isHeld",
        why: "A silent revoke of a right that is held would be reported as already so.",
      },
      {
        find: "account.DistinguishedName : account.UserPrincipalName",
        replace: "account.DistinguishedName : account.Guid",
        why: "A right that is listed under the sign-in name would not be revoked.",
      },
      {
        find: "if (standing.isDenied)",
        replace: "if (false)",
        why: "A right would be granted that a Deny entry makes useless.",
      },
      {
        find: "!isHeld && entries >= maxEntries",
        replace: "!isHeld && entries > maxEntries",
        why: "A grant to a full list would be sent to be refused.",
      },
    ],
  },
  {
    file: "lib/exchange/rightHolders.ts",
    faults: [
      {
        find: "isInherited || isDenied ? undefined",
        replace: "isDenied ? undefined",
        why: "Inherited rights would be imported as granted.",
      },
      {
        find: "isInherited || isDenied ? undefined",
        replace: "isInherited ? undefined",
        why: "Denied rights would be imported as granted.",
      },
    ],
  },
  {
    file: "lib/exchange/account.ts",
    tests: ["test/exchange/mailboxRight.test.ts"],
    faults: [
      {
        find: 'listed !== "" &&',
        replace: "",
        why: "A blank trustee would be every account without a name.",
      },
      {
        find: 'textOf(found["DistinguishedName"]) === ""',
        replace: "false",
        why: "A filter on a blank name finds nothing, which would pass for 'no member'.",
      },
      {
        find: "rows.some((row) => !hasGuid(Guid)(row))",
        replace: "rows.length > 0",
        why: "An account would be its own namesake, and its right would seem revoked.",
      },
      {
        find: "/^\\w*Mailbox$/",
        replace: "/^/",
        why: "A leaver without a mailbox would be granted rights.",
      },
    ],
  },
  {
    file: "lib/exchange/absence.ts",
    tests: [
      "test/exchange/account.test.ts",
      "test/exchange/mailbox.test.ts",
      "test/exchange/group.test.ts",
    ],
    faults: [
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asRecipient, asDeleted]",
        why: "A leaver whose licence was removed would pass for gone.",
      },
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asRecipient, asUser]",
        why: "A mailbox that can be restored would pass for one that never existed.",
      },
      {
        find: "[asRecipient, asUser, asDeleted]",
        replace: "[asUser, asDeleted]",
        why: "An object of another type would pass for gone.",
      },
      {
        find: "if (row) return row;",
        replace: "return row;",
        why: "An empty list from a controller that lags would prove an absence.",
      },
      {
        find: 'if (fault.kind !== "missing") throw fault;',
        replace: "",
        why: "A look that failed would prove an absence.",
      },
      {
        find: "isSoftDeleted: command === asDeleted",
        replace: "isSoftDeleted: false",
        why: "A deleted mailbox would pass for one whose licence was removed.",
      },
    ],
  },
  {
    file: "lib/exchange/formerMailbox.ts",
    faults: [
      {
        find: "if (isDeleted(former))",
        replace: "if (false)",
        why: "Settings would be sent for a deleted mailbox.",
      },
      {
        find: 'former.RecipientTypeDetails !== "User"',
        replace: "true",
        why: "A mail user's cmdlet would be sent for a user who is no recipient.",
      },
      {
        find: "isInPlace: isHidden(former)",
        replace: "isInPlace: false",
        why: "A dry run would announce to hide what is hidden.",
      },
      {
        find: "!hides || !isInAddressLists(former)",
        replace: "!isInAddressLists(former)",
        why: "A leaver would be hidden although the configuration does not want it.",
      },
    ],
  },
  {
    file: "lib/exchange/group.ts",
    faults: [
      {
        find: "type === securityGroup ? { BypassSecurityGroupManagerCheck: true } : {}",
        replace: "{ BypassSecurityGroupManagerCheck: true }",
        why: "Every group would need the rights of an Exchange Administrator.",
      },
      {
        find: "if (value === undefined || value === null)",
        replace: "if (false)",
        why: "A group of unknown master would pass for one of the cloud.",
      },
      {
        find: "if (isSynced(group)) continue;",
        replace: "",
        why: "Groups that cannot be changed here would be listed.",
      },
    ],
  },
  {
    file: "lib/exchange/emailAddresses.ts",
    faults: [
      {
        find: "const asSecondary = existing.find((entry) => isSmtp(entry) && same(entry, primary));",
        replace: "const asSecondary = existing.find((entry) => same(entry, primary));",
        why: "A SIP address of the same text would be removed.",
      },
      {
        find: 'return prefix === "SMTP";',
        replace: 'return prefix.toLowerCase() === "smtp";',
        why: "Any address would count as the primary one.",
      },
      {
        find: 'add.push({ prefix: "smtp", address: old.address });',
        replace: "",
        why: "A mailbox would lose its old address, and mail to it.",
      },
    ],
  },
  {
    file: "lib/exchange/mailboxChange.ts",
    faults: [
      {
        find: "if (current === undefined)",
        replace: "if (false)",
        why: "A property that was not returned would be overwritten.",
      },
      {
        find: "if (refused) throw refused;",
        replace: "",
        why: "A setting that Active Directory masters would be reported as set.",
      },
      {
        find: ".toLowerCase() !== parameters.Identity.toLowerCase() &&",
        replace: ".toLowerCase() === parameters.Identity.toLowerCase() &&",
        why: "A mailbox could take another one's address.",
      },
      {
        find: "IncludeSoftDeletedRecipients: true,",
        replace: "",
        why: "The holder of an address that was deleted would not be named.",
      },
      {
        find: "await read(addressesAreFree(needed));",
        replace: "",
        why: "The holder of an address would not be named.",
      },
    ],
  },
  {
    file: "lib/exchange/litigationHold.ts",
    faults: [
      {
        find: "days > maxDays",
        replace: "days > maxDays + 1",
        why: "A duration that .NET cannot hold would be sent.",
      },
      {
        find: "isInactive(mailbox) ? { InactiveMailbox: true } : {}",
        replace: "{}",
        why: "An inactive mailbox would keep its hold, and answer with a success.",
      },
      {
        find: "a > b",
        replace: "a >= b",
        why: "An equal hold would count as a longer one.",
        equivalent: "Equal durations were answered before: a !== b comes first.",
      },
    ],
  },
  {
    file: "lib/exchange/autoReply.ts",
    faults: [
      {
        find: "StartTime >= EndTime",
        replace: "StartTime > EndTime",
        why: "A reply that ends when it starts would be sent to be refused.",
      },
      {
        find: 'ExternalMessage === "" ? "None" : audience',
        replace: "audience",
        why: "People outside would get an empty reply.",
      },
      {
        find: '.replaceAll("&", "&amp;")',
        replace: "",
        why: "An ampersand in a text could become something else.",
      },
    ],
  },
  {
    file: "lib/exchange/region.ts",
    faults: [
      {
        find: "dateFormat === null || ",
        replace: "",
        why: "Settings that are in place would be written on every run.",
      },
      {
        find: 'given === null || given.trim() === ""',
        replace: "given === null",
        why: "A blank format would be refused instead of left to the language.",
      },
    ],
  },
  {
    file: "lib/exchange/units.ts",
    faults: [
      {
        find: "1024 **",
        replace: "1000 **",
        why: "A quota would differ on every run.",
      },
      {
        find: "seconds % day !== 0",
        replace: "false",
        why: "Half a day would be rounded.",
      },
      {
        find: "!== Number(date.slice(-2))",
        replace: "=== 99",
        why: "30 February would become 2 March.",
      },
    ],
  },
  {
    file: "lib/exchange/freeNames.ts",
    tests: ["test/exchange/creation.test.ts"],
    faults: [
      {
        find: "present.filter(isOther)",
        replace: "[]",
        why: "A preview would announce a resource whose name is taken.",
      },
      {
        find: "IncludeSoftDeletedRecipients: true }",
        replace: "}",
        why: "The address of a deleted mailbox would seem free.",
      },
    ],
  },
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
  {
    file: "lib/entitlements/importFailures.ts",
    faults: [
      {
        find: 'if (fault.kind !== "missing")',
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

export const plantedFaults: readonly PlantedFault[] = lists.flatMap(
  ({ file, tests = [], faults }) =>
    faults.map((fault) => ({ file, ...fault, tests: [...tests, ...(fault.tests ?? [])] })),
);

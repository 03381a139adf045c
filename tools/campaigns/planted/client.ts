/** Faults to plant in the client of Exchange Online. */
import type { Faults } from "./fault.ts";

export const clientFaults: readonly Faults[] = [
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
    file: "lib/net/outcome.ts",
    tests: ["test/exchange/client/pages.test.ts", "test/exchange/client/exchange.test.ts"],
    faults: [
      {
        find: "isRepeatable ? result :",
        replace: "true ? result :",
        why: "A mailbox could be created twice.",
      },
      {
        find: 'result.fault.kind === "throttled")',
        replace: 'result.fault.kind === "missing")',
        why: "A throttled creation would not be tried again.",
      },
    ],
  },
  {
    file: "lib/exchange/client/exchange.ts",
    tests: ["test/exchange/client/pages.test.ts"],
    faults: [
      {
        find: "asked.continued || isWholeList(asked.command)",
        replace: "isWholeList(asked.command)",
        why: "An empty page at the end would make an import shorter than it is.",
        tests: ["test/exchange/client/pages.test.ts"],
      },
      {
        find: "if (this.#links.has(link)) throw this.#twice();",
        replace: "",
        why: "A list whose pages go in a circle would never end.",
      },
      {
        find: "isWholeList({ cmdlet, parameters }) &&",
        replace: "false &&",
        why: "A list that is not whole would pass for whole.",
      },
      {
        find: "wasRetried: sent > 1",
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
        find: '"status" in reply && isBusy(reply.text),',
        replace: '"status" in reply && reply.status === 600,',
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
        find: "response && others.length === 0",
        replace: "response",
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
        find: "if (fault.retryable || ways.seams.pace.signal.aborted) throw fault;",
        replace: "throw fault;",
        why: "A service that takes no batch would take no event.",
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
];

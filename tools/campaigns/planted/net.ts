/** Faults to plant in the network. */
import type { Faults } from "./fault.ts";

export const netFaults: readonly Faults[] = [
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
        why: "After a refusal of all requests nothing would be sent any more.",
      },
      {
        find: "Math.min(max, slots.size + 2, 3 * mostInProgress)",
        replace: "Math.min(slots.size + 2, 3 * mostInProgress)",
        why: "There would be more requests at once than allowed.",
      },
      {
        find: "Math.min(slots.size, inProgress)",
        replace: "slots.size",
        why: "A busy service would get as many requests as before.",
      },
      {
        find: "Math.min(slots.size, inProgress)",
        replace: "inProgress",
        why: "A refusal that arrives late would allow more requests than before.",
      },
      {
        find: "if (!wasRefused) {",
        replace: "if (wasRefused) {",
        why: "An import would take minutes to find out what the tenant allows.",
      },
      {
        find: "calmRounds * slots.size",
        replace: "1",
        why: "A busy service would refuse another request all the time.",
      },
      {
        find: "Math.min(max, slots.size + 2, 3 * mostInProgress);",
        replace: "Math.min(max, slots.size + 2);",
        why: "A service with single events would send a burst that the tenant was never seen to allow.",
      },
    ],
  },
  {
    file: "lib/net/requestSlots.ts",
    tests: ["test/exchange/client/cmdletPace.test.ts", "test/exchange/client/endpoint.test.ts"],
    faults: [
      {
        find: "else if (outcome.refused === 0)",
        replace: "else",
        why: "A refusal of the pace would allow more requests at once.",
      },
      {
        find: "  function forEvent(): RequestSlots {\n    const place = slotsOf(1);",
        replace: "  const place = slotsOf(1);\n  function forEvent(): RequestSlots {",
        why: "An event would wait for all that an import of the same service has ready.",
      },
      {
        find: "outcome = paced.outcomeOf(reply);",
        replace: "paced.outcomeOf(reply);",
        why: "Refusals of the pace would teach nothing.",
      },
    ],
  },
  {
    file: "lib/net/turns.ts",
    tests: ["test/net/pacer.test.ts"],
    faults: [
      {
        find: "if (maxPerSecond !== undefined) loading ??= load();",
        replace: "",
        why: "A maximum would count for nothing before the first refusal.",
      },
      {
        find: "if (outcome.refused > 0) loading ??= load();",
        replace: "",
        why: "No refusal would teach a pace.",
      },
      {
        find: "turn.passed = outcome.passed;",
        replace: "",
        why: "What passed before the first refusal would be unknown.",
      },
      {
        find: "turns[0].at < turn.at - memoryMs",
        replace: "turns[0].at < turn.at",
        why: "The pace would be that of the latest request.",
      },
    ],
  },
  {
    file: "lib/net/pacer.ts",
    tests: ["test/net/pacer.test.ts"],
    faults: [
      {
        find: "const refusalsOfLimit = 2;",
        replace: "const refusalsOfLimit = 1;",
        why: "One refusal for any reason would hold a whole import up.",
      },
      {
        find: "if (isFirst && !isNews) return;",
        replace: "",
        why: "Late refusals of one limit would count as another one.",
      },
      {
        find: "openAt ?? (lastRefusedAt + trial.at) / 2",
        replace: "(lastRefusedAt + trial.at) / 2",
        why: "The pace would be twice what the service takes.",
      },
      {
        find: "afterMs ?? trialMs",
        replace: "trialMs",
        why: "The time that the service requests would not be kept.",
      },
      {
        find: "Math.max(1, Math.min(perSecond, fastest))",
        replace: "Math.max(1, perSecond)",
        why: "No pace would be learned.",
      },
      {
        find: "Math.min(maxPerSecond, perSecond * (1 + step))",
        replace: "perSecond * (1 + step)",
        why: "The setting would be exceeded after a while.",
      },
      {
        find: "step *= 2;",
        replace: "",
        why: "An import would stay slow after a pace that was learned by mistake.",
      },
      {
        find: "if (calmOperations < calmSeconds * perSecond) return;",
        replace: "",
        why: "The service would refuse requests all the time.",
      },
      {
        find: "if (isLost && isTrying)",
        replace: "if (isTrying && passed > 1)",
        why: "After a request that got no answer the others would wait for ten seconds.",
      },
      {
        find: "trialAt = clock() + patienceMs;",
        replace: "trialAt = Infinity;",
        why: "A request that is never answered would hold all others up for good.",
      },
      {
        find: "Math.max(0, atOnce - operations)",
        replace: "0",
        why: "An event of a few cmdlets would wait for its own.",
      },
      {
        find: "      } finally {\n        leave();\n      }",
        replace: "      } catch (thrown) {\n        throw thrown;\n      }\n      leave();",
        why: "An event that ends while it waits would hold all others up for good.",
      },
    ],
  },
  {
    file: "lib/net/keep.ts",
    faults: [
      {
        find: "isClosed || now() - openedAt >= maxAgeMs",
        replace: "isClosed || now() - openedAt > maxAgeMs",
        why: "What must not be kept at all would be kept.",
      },
      {
        find: "if (one.users === 0) one.value.close();",
        replace: "one.value.close();",
        why: "A connection would be closed under an event that still uses it.",
      },
      {
        find: "if (isOld(one)) drop(key, one);\n        },",
        replace: "},",
        why: "Old connections would never be closed.",
      },
      {
        find: "isClosed = true;",
        replace: "",
        why: "A service would not end while a connection is kept.",
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
];

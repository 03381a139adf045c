/** Faults to plant in the connector and its faults. */
import type { Faults } from "./fault.ts";

export const connectorFaults: readonly Faults[] = [
  {
    file: "lib/connector.ts",
    faults: [
      {
        find: "if (!isComplete && ",
        replace: "if (false && ",
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
];

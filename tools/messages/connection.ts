import type { Entry } from "./catalogue.ts";

/** Machine, network, sign-in and the answers of Exchange Online. */
export const connection: readonly Entry[] = [
  {
    outcome: "forbidden",
    why: "The client secret is wrong or has expired.",
    mend: "Create a secret on the app registration, and enter its value (not its ID).",
    of: ["The app secret (AppSecret)"],
  },
  {
    outcome: "forbidden",
    why: "The app registration does not know the certificate.",
    mend: "Upload the public part of the certificate to the app registration.",
    of: ["is not registered on application"],
  },
  {
    outcome: "forbidden",
    why: "The clock of the server is wrong by more than five minutes.",
    mend: "Synchronise the clock.",
    of: ["the assertion signed with the certificate"],
  },
  {
    outcome: "forbidden",
    why: "The tenant does not let the application sign in.",
    mend:
      "Enable the enterprise application, or exclude it from the Conditional Access policy. For another number, " +
      "search Microsoft's list of AADSTS errors.",
    of: [
      "A Conditional Access policy prevents",
      "is disabled in the tenant",
      "could not sign in to tenant",
    ],
  },
  {
    outcome: "forbidden",
    why: "A proxy or firewall opens TLS connections, or the certificate of the host is wrong.",
    mend:
      "Name the PEM file of its authority in `NODE_EXTRA_CA_CERTS` " +
      "([setup](setup.md#proxies-and-private-certificate-authorities)).",
    of: ["is not trusted, so nothing was sent"],
  },
  {
    outcome: "forbidden",
    why: "The proxy refuses the connection.",
    mend: "Allow the host on the proxy, or correct the user name and password in `HTTPS_PROXY`.",
    of: ["refused it with status"],
  },
  {
    outcome: "forbidden",
    why: "The permission, the admin consent or the role is missing, or was assigned a moment ago.",
    mend: "Run `doctor`: it names the smallest role that suffices. Wait up to an hour after an assignment.",
    of: [
      "does not accept the application's rights",
      "The application may not run",
      "does not accept the application's token",
    ],
  },
  {
    outcome: "forbidden",
    why: "Only managers of a mail-enabled security group may change its members.",
    mend:
      "Assign Exchange Administrator, or add the application to a role group with Security Group Creation and " +
      "Membership.",
    of: ["The members of a mail-enabled security group"],
  },
  {
    outcome: "throttled",
    why: "The tenant's limit for requests is reached, often by other programs as well.",
    mend:
      "Spread large imports and resources over the day. If it lasts, look for another program with " +
      "the same application.",
    of: ["Exchange Online is throttling", "would exceed the remaining time"],
  },
  {
    outcome: "unknown",
    why: "The network, the proxy or the host did not answer.",
    mend: "Run `doctor` on the server. Open the firewall to both hosts, or correct `HTTPS_PROXY`.",
    of: ["No complete answer arrived from", "no answer arrived from"],
  },
  {
    outcome: "unknown",
    why: "The sign-in service fails at the moment.",
    mend: "Wait. If it lasts, look at Microsoft's service health.",
    of: [
      "The sign-in service is unavailable",
      "The sign-in service cannot answer",
      "could not sign in to tenant",
    ],
  },
  {
    outcome: "unknown",
    why: "Exchange Online fails at the moment, or an answer was cut off on its way.",
    mend: "Wait. If it lasts, look at Microsoft's service health, and at the proxy.",
    of: [
      "is not available for",
      "was empty (status",
      "was cut off or is not JSON",
      "is truncated or not JSON",
      "is larger than",
    ],
  },
  {
    outcome: "unknown",
    why: "Something else than Microsoft's service answered: a proxy with a page of its own, or a wrong address.",
    mend: "Run `doctor` on the server. Let the proxy pass the host unchanged.",
    of: ["there may be a proxy in between", "which is not part of this cloud"],
    also: ["with a web page instead of JSON"],
  },
  {
    outcome: "unknown",
    why: "Exchange Online answered in a way that contradicts itself or its documentation, so it was not believed.",
    mend:
      "Retry. If it lasts, report the message with its request ID: to Microsoft, or to the " +
      "maintainers of the connector.",
    of: [
      "Exchange Online did not return",
      "Exchange Online returned",
      "Exchange Online listed",
      "Exchange Online answered",
      "Exchange Online redirected",
      "Exchange Online reports more results",
      "Exchange Online only checked",
      "has no list of",
      "The next page of",
      "The answer of the sign-in service has no token",
    ],
    also: ["is not understood (status"],
  },
  {
    outcome: "unknown",
    why: "Exchange Online refused it for a reason that the connector does not know.",
    mend: "Read what it said. If it names nothing to mend, quote the request ID in a support case at Microsoft.",
    of: ["Exchange Online refused …: …", "Exchange Online refused … (status …)"],
  },
  {
    outcome: "unknown",
    why: "The event took longer than it may, or was ended from outside.",
    mend: "Retry. Look at the waits in `stats`: throttling and a slow proxy take the time.",
    of: [
      "The time for one event (",
      "The service ended before the event",
      "The run was ended by a signal",
      "The event has been answered",
    ],
    also: ["the connector was too busy to stop"],
  },
  {
    outcome: "unknown",
    why: "The agent stopped reading, or its disk is full.",
    mend: "Look at the agent and at the disk of its server.",
    of: ["The records could not be written to stdout"],
  },
  {
    outcome: "unknown",
    why: "The connector met something that it does not foresee.",
    mend: "Report it to the maintainers, with the `verbose` lines of the log.",
    of: [
      "was about to be sent in a batch",
      "An account was found, but it has no reference",
      "An error without a message",
      "A value that cannot be read was thrown",
    ],
    also: [
      "A value that is not an error was thrown",
      "The sign-in library",
      "failed while it was answering",
    ],
  },
  {
    outcome: "unknown",
    why: "The script on the agent got no proper answer from the connector.",
    mend: "Read the log of the agent for what the connector wrote, and retry. If it lasts, install the version again.",
    of: [],
    also: [
      "The connector did not end within",
      "something that is not an answer",
      "ended without an answer",
      "answers; expected one",
      "has no Success of true or false",
      "reported success, but ended with",
    ],
  },
  {
    outcome: "invalid",
    why:
      "EXO_CONNECTOR_STATE does not name a folder that can keep access tokens and answers. The event signs in " +
      "instead, and an import that ends early begins again.",
    mend: "Name an absolute path, of a folder that only the account of the agent may read.",
    of: ["Expected an absolute path."],
    also: [
      "Tokens are not kept in",
      "The answers of this import are not kept in",
      "No more answers of this import are kept in",
    ],
  },
  {
    outcome: "invalid",
    why: "An earlier run of the import ended early, and what it left is not used. This import reads everything.",
    mend: "Nothing.",
    of: [
      "Another version of the connector has written them",
      "The configuration has changed since.",
      "They are older than an hour",
    ],
    also: ["The answers of an earlier run of this import are not used"],
  },
  {
    outcome: "invalid",
    why: "The connector or its Node.js is not where the configuration says.",
    mend:
      "Install the version again ([setup](setup.md#install-or-upgrade)), or correct _Connector path_ " +
      "and _Node path_.",
    of: [],
    also: [
      "expected an absolute path on the agent server",
      'is "…"; expected an absolute path',
      "does not name a version",
      "but there is no folder",
      "The connector was not found",
      "expected the program in it",
      "Node.js was not found: there is no file",
      "Node.js could not be started",
      "A file of the connector is missing",
      "are not all of version",
      "The connector could not be loaded",
      "is too old for the connector",
    ],
  },
  {
    outcome: "invalid",
    why: "The app registration or the tenant in the form does not exist.",
    mend: "Correct _Application ID_, _Tenant ID_ or _Cloud_.",
    of: [
      "(AppId) does not exist in tenant",
      "(TenantID) does not exist in this cloud",
      "in the selected cloud (Cloud)",
    ],
  },
  {
    outcome: "invalid",
    why: "The certificate has expired, or is not valid yet.",
    mend: "[Renew it](setup.md#renew-the-certificate): `exo-connector certificate new` makes another.",
    of: ["expired on", "is not valid before"],
  },
  {
    outcome: "invalid",
    why: "What was entered is not a PFX with its private key that the connector can open.",
    mend: "Export the certificate with its key as PFX (AES256-SHA256), and enter it as base64, with its password.",
    of: [
      "(AppCertificateBase64String) is base64,",
      "(AppCertificateBase64String) is not base64",
      "(AppCertificateBase64String) is empty",
      "(AppCertificateBase64String) is PEM text",
      "(AppCertificateBase64String) is truncated",
      "(AppCertificateBase64String) is a certificate without its private key",
      "The PFX in",
      "The private key in",
      "does not open the PFX in",
    ],
  },
  {
    outcome: "invalid",
    why: "An environment variable of the server is wrong. The connector refuses to guess.",
    mend: "Correct or remove it for the agent's account.",
    of: ["EXO_CONNECTOR_DEADLINE_MS is not"],
    also: [
      "NODE_TLS_REJECT_UNAUTHORIZED=0 is set",
      "An address of an emulator is set, but not",
      "does not point at this machine",
      "HTTPS_PROXY (or https_proxy) is not the address",
    ],
  },
];

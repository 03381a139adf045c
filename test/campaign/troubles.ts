import type { WireReply } from "./fake/exchange.ts";

/** One call on its way: a request of its own, or an item of a batch. */
export interface Call {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
  isWrite: boolean;
}

/** What the way does with a call: `pass` carries it to the tenant, and may be left out, before or after. */
export type Way = (call: Call, pass: () => WireReply) => WireReply | "cut" | "silence";

export interface Trouble {
  name: string;
  /** What it happens to. */
  to: "read" | "write" | "any" | "token";
  way: Way;
}

const jsonHeaders = { "content-type": "application/json; charset=utf-8", "request-id": "trouble" };

function json(status: number, body: unknown, headers: Record<string, string> = {}): WireReply {
  return { status, headers: { ...jsonHeaders, ...headers }, text: JSON.stringify(body) };
}

function plain(status: number, text: string, headers: Record<string, string> = {}): WireReply {
  return { status, headers: { "content-type": "text/plain", ...headers }, text };
}

/** An error of a cmdlet, in the encoding that most reports show. */
function refusal(status: number, type: string, text: string): WireReply {
  const message = `Ex6F9304|${type}|${text}`;
  return json(status, {
    error: {
      code: "BadRequest",
      message: "Error executing cmdlet",
      details: [{ code: "Context", target: "", message }],
    },
  });
}

function success(extra: Record<string, unknown> = {}): WireReply {
  return json(200, { "@odata.context": "https://outlook.office365.com/", value: [], ...extra });
}

const warned = (warning: string): WireReply => success({ "@adminapi.warnings": [warning] });
const identityOf = ({ parameters }: Call): string =>
  typeof parameters["Identity"] === "string" ? parameters["Identity"] : "";

const unavailable = (): WireReply => plain(503, "The service is unavailable.");
const exchangeNames = "Microsoft.Exchange";

function entryMissing(call: Call): WireReply {
  return call.cmdlet.includes("DistributionGroupMember")
    ? refusal(
        400,
        `${exchangeNames}.Management.Tasks.MemberNotFoundException`,
        `The recipient isn't a member of the group.`,
      )
    : refusal(
        400,
        `${exchangeNames}.Management.StoreTasks.UserNotFoundInPermissionEntryException`,
        "There is no existing permission entry found for user.",
      );
}

/** The answer that says that a change was so already. */
function alreadySo(call: Call): WireReply {
  if (/Remove-(Distribution|MailboxFolder)/.test(call.cmdlet)) return entryMissing(call);
  if (/^Add-DistributionGroupMember$/.test(call.cmdlet))
    return refusal(
      400,
      `${exchangeNames}.Management.Tasks.MemberAlreadyExistsException`,
      "The recipient is already a member of the group.",
    );
  if (call.cmdlet.startsWith("Add-MailboxFolder"))
    return refusal(
      400,
      `${exchangeNames}.Management.StoreTasks.UserAlreadyExistsInPermissionEntryException`,
      "An existing permission entry was found for user.",
    );
  return warned(alreadySoWarning(call));
}

function alreadySoWarning({ cmdlet, parameters }: Call): string {
  const [object, user] = [
    String(parameters["Identity"]),
    String(parameters["User"] ?? parameters["Trustee"]),
  ];
  if (cmdlet.startsWith("Add-"))
    return `The appropriate access control entry is already present on the object "${object}" for account "${user}".`;
  if (cmdlet.startsWith("Remove-"))
    return (
      `Can't remove the access control entry on the object "${object}" for the user account ` +
      `"${user}" because the ACE doesn't exist on the object.`
    );
  return `The command completed successfully but no settings of '${object}' have been modified.`;
}

/** A change of the rows of an answer that went well. */
function withRows(
  reply: WireReply,
  change: (rows: Record<string, unknown>[], envelope: Record<string, unknown>) => unknown,
): WireReply {
  if (reply.status !== 200) return reply;
  const envelope = JSON.parse(reply.text) as Record<string, unknown>;
  const rows = envelope["value"] as Record<string, unknown>[];
  return { ...reply, text: JSON.stringify({ ...envelope, value: change(rows, envelope) }) };
}

/** Leaves a property out of every row; which one follows from how many there are. */
function withoutProperty(reply: WireReply, which: number): WireReply {
  return withRows(reply, (rows) => {
    const names = Object.keys(rows[0] ?? {});
    const left = names[which % Math.max(1, names.length)];
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => name !== left)),
    );
  });
}

const lost: readonly Trouble[] = [
  { name: "503 before", to: "any", way: unavailable },
  {
    name: "503 after",
    to: "any",
    way: (_, pass) => (pass(), unavailable()),
  },
  { name: "cut before", to: "any", way: () => "cut" },
  { name: "cut after", to: "any", way: (_, pass) => (pass(), "cut") },
  { name: "silence after", to: "any", way: (_, pass) => (pass(), "silence") },
];

const passing: readonly Trouble[] = [
  {
    name: "429, Retry-After",
    to: "any",
    way: () => plain(429, "Too many requests.", { "retry-after": "2.5" }),
  },
  { name: "429", to: "any", way: () => plain(429, "Too many requests.") },
  {
    name: "too many at once",
    to: "any",
    way: () =>
      plain(
        400,
        "You have reached the maximum number of concurrent requests per tenant. Please wait and try again.",
      ),
  },
  {
    name: "transient class",
    to: "any",
    way: () =>
      refusal(
        500,
        `${exchangeNames}.Data.Directory.ADTransientException`,
        "Active Directory server is not available. Please retry at a later time.",
      ),
  },
  {
    name: "store class",
    to: "any",
    way: () =>
      refusal(
        500,
        `${exchangeNames}.Data.Storage.MailboxInTransitException`,
        "Mailbox is being moved.",
      ),
  },
  {
    name: "401",
    to: "any",
    way: () => ({
      status: 401,
      headers: { "www-authenticate": 'Bearer error="invalid_token"' },
      text: "",
    }),
  },
  {
    name: "dual write",
    to: "write",
    way: () =>
      refusal(
        500,
        `${exchangeNames}.Configuration.DualWrite.LocStrings.UnableToWriteToAadException`,
        "An Azure Active Directory call was made to keep object in sync between Azure Active " +
          "Directory and Exchange Online. However, it failed. The issue may be transient and " +
          "please retry a couple of minutes later.",
      ),
  },
];

const absent: readonly Trouble[] = [
  {
    name: "not found here",
    to: "any",
    way: (call) =>
      refusal(
        404,
        `${exchangeNames}.Configuration.Tasks.ManagementObjectNotFoundException`,
        `The operation couldn't be performed because object '${identityOf(call)}' couldn't be ` +
          "found on 'AM4PR01A001DC07.EURPR01A001.PROD.OUTLOOK.COM'.",
      ),
  },
  { name: "entry missing", to: "read", way: entryMissing },
  { name: "no rows", to: "read", way: () => success() },
  ...[0, 1, 2, 3, 4, 5].map((which): Trouble => ({
    name: "property missing",
    to: "read",
    way: (_, pass) => withoutProperty(pass(), which),
  })),
  {
    name: "page twice",
    to: "read",
    way: (_, pass) => withRows(pass(), (rows) => [...rows, ...rows]),
  },
];

/** Said of a write that was not carried out. */
const ignored: readonly Trouble[] = [
  { name: "ignored, plain", to: "write", way: () => success() },
  { name: "ignored, already so", to: "write", way: alreadySo },
  {
    name: "ignored, already so (typographic)",
    to: "write",
    way: (call) => warned(alreadySoWarning(call).replaceAll("'", "’")),
  },
  {
    name: "ignored, warning (German)",
    to: "write",
    way: ({ parameters }) =>
      warned(
        `Der Zugriffssteuerungseintrag für das Objekt "${String(parameters["Identity"])}" kann ` +
          "nicht entfernt werden, da er für das Objekt nicht vorhanden ist.",
      ),
  },
  {
    name: "ignored, warning (inherited)",
    to: "write",
    way: ({ parameters }) =>
      warned(
        "An inherited access control entry has been specified: [Rights: CreateChild, Delete, " +
          `ControlType: Allow] and was ignored on object "${String(parameters["Identity"])}".`,
      ),
  },
  {
    name: "ignored, warning (unknown)",
    to: "write",
    way: () => warned("The object is being provisioned. The change was queued."),
  },
  { name: "ignored, {}", to: "write", way: () => json(200, {}) },
  {
    name: "ignored, {Message}",
    to: "write",
    way: () => json(200, { Message: "Authorization has been denied for this request." }),
  },
  { name: "ignored, {errors}", to: "write", way: () => json(200, { errors: [] }) },
  {
    name: "ignored, other casing",
    to: "write",
    way: () => json(200, { Value: [], "@adminapi.Errors": ["The write was refused."] }),
  },
  { name: "ignored, empty body", to: "write", way: () => plain(200, "") },
  { name: "ignored, 204", to: "write", way: () => plain(204, "") },
];

/** Said of a write that was carried out. */
const carriedOut: readonly Trouble[] = [
  { name: "done, {}", to: "write", way: (_, pass) => instead(pass(), json(200, {})) },
  { name: "done, 204", to: "write", way: (_, pass) => instead(pass(), plain(204, "")) },
  {
    name: "done, warning (unknown)",
    to: "write",
    way: (_, pass) => instead(pass(), warned("The change takes effect after some time.")),
  },
  {
    name: "done, next link",
    to: "write",
    way: (_, pass) =>
      instead(
        pass(),
        success({ "@odata.nextLink": "https://outlook.office365.com/adminapi/beta/next" }),
      ),
  },
];

/** Only what went well is told otherwise. */
function instead(reply: WireReply, other: WireReply): WireReply {
  return reply.status === 200 && !reply.text.includes("@adminapi.warnings") ? other : reply;
}

const signIn: readonly Trouble[] = [
  { name: "sign-in 503", to: "token", way: unavailable },
  { name: "sign-in cut", to: "token", way: () => "cut" },
  {
    name: "sign-in AADSTS90033",
    to: "token",
    way: () =>
      json(400, {
        error: "temporarily_unavailable",
        error_description: "AADSTS90033: A transient error has occurred. Please try again.",
        error_codes: [90033],
      }),
  },
];

export const troubles: readonly Trouble[] = [
  ...lost,
  ...passing,
  ...absent,
  ...ignored,
  ...carriedOut,
  ...signIn,
];

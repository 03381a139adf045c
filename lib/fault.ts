/**
 * What can go wrong, as a closed list. It says what happened to the request, never what an action makes of it:
 * a `missing` mailbox is a failure for one verb and a success for another, and the host decides that.
 */
export type FaultKind =
  /** The object that was named does not exist. Said only after the name in the error was compared. */
  | "missing"
  /** The object that was named has no entry for the user that was named. */
  | "noEntry"
  /** The application is no manager of the group, and the service asks for one. */
  | "notManager"
  /** The object exists but is not ready to be worked on; asking again later can succeed. */
  | "notReady"
  /** More than one object answers to the name. */
  | "ambiguous"
  /**
   * The name or address of what was to be made is another object's; or this one's own, made a
   * moment ago and not shown yet.
   */
  | "taken"
  /** The object is directory-synchronised: the change belongs on premises. */
  | "onPremises"
  /** The mailbox's licence does not include what was asked. */
  | "unlicensed"
  /** The application may not do this, or could not sign in. */
  | "denied"
  /** What was asked is wrong in itself; asking again changes nothing. */
  | "invalid"
  /** The service asked to slow down, for longer than there was time. */
  | "throttled"
  /** No usable answer came: network, gateway, time. Whether a change was applied may be unknown. */
  | "unavailable"
  /** Anything that was not foreseen. */
  | "unexpected";

export interface FaultDetails {
  kind: FaultKind;
  /** One sentence for the person who reads the audit log. No secret, no stack. */
  message: string;
  /** True when sending the same request again can succeed. */
  retryable?: boolean;
  cause?: unknown;
  /** With `missing`: two independent looks agree that the object does not exist. */
  isProven?: boolean;
  /** The service's own id of the failed request, to quote in a support case. */
  requestId?: string | undefined;
}

/** The one error class of this project. Everything else that is thrown is a defect or comes from outside. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly retryable: boolean;
  readonly isProven: boolean;
  readonly requestId: string | undefined;

  constructor({
    kind,
    message,
    retryable = false,
    isProven = false,
    cause,
    requestId,
  }: FaultDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Fault";
    this.kind = kind;
    this.retryable = retryable;
    this.isProven = isProven;
    this.requestId = requestId;
  }

  /** What was asked is wrong in itself. The most frequent kind, so it has a short form. */
  static invalid(message: string, cause?: unknown): Fault {
    return new Fault({ kind: "invalid", message, cause });
  }

  /**
   * Makes a fault of whatever was thrown, also of what is no error, says nothing, or cannot be
   * looked at. Never throws.
   */
  static of(thrown: unknown): Fault {
    try {
      if (thrown instanceof Fault && thrown.message.trim() !== "") return thrown;
      const message =
        thrown instanceof Error
          ? thrown.message.trim()
          : `Something that is no error was thrown (${typeof thrown}).`;
      const { kind, retryable, requestId } =
        thrown instanceof Fault
          ? thrown
          : { kind: "unexpected" as const, retryable: false, requestId: undefined };
      return new Fault({
        kind,
        retryable,
        requestId,
        message: message === "" ? "An error without a message was thrown." : message,
        cause: thrown,
      });
    } catch {
      return new Fault({
        kind: "unexpected",
        message: "Something that cannot be read was thrown.",
      });
    }
  }

  /**
   * Runs them all, and gives what they give; if any is refused as `invalid`, throws one fault that
   * tells of all that were.
   */
  static together<T extends readonly unknown[]>(...parts: { [Part in keyof T]: () => T[Part] }): T {
    const refused: Fault[] = [];
    const results = parts.map((part: () => unknown) => {
      try {
        return part();
      } catch (thrown) {
        const fault = Fault.of(thrown);
        if (fault.kind !== "invalid") throw fault;
        refused.push(fault);
        return undefined;
      }
    });
    if (refused.length > 0) throw Fault.invalid(refused.map(({ message }) => message).join(" "));
    // One result for each part, in the order of the parts.
    return results as readonly unknown[] as T;
  }
}

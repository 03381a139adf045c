/**
 * What can go wrong, as a closed list. A kind describes what happened to the request, not the result of the action:
 * a `missing` mailbox is a failure for one verb and a success for another, which the host decides.
 */
export type FaultKind =
  /** The named object does not exist. Used only after the name in the error was compared. */
  | "missing"
  /** The named object has no entry for the named user. */
  | "noEntry"
  /** The application is not a manager of the group, and the service requires one. */
  | "notManager"
  /** The object exists but is not ready yet; trying again later can succeed. */
  | "notReady"
  /** More than one object has the name. */
  | "ambiguous"
  /**
   * The name or address of a new object belongs to another object, or to the new object itself, which
   * was created a moment ago and does not appear yet.
   */
  | "taken"
  /** The object is directory-synchronised: it has to be changed on premises. */
  | "onPremises"
  /** The licence of the mailbox does not include the feature. */
  | "unlicensed"
  /** The application is not allowed to do this, or could not sign in. */
  | "denied"
  /** The request itself is wrong; trying again changes nothing. */
  | "invalid"
  /** The service requires a wait that is longer than the remaining time. */
  | "throttled"
  /** No usable answer arrived: network, gateway, time. Whether a change was applied may be unknown. */
  | "unavailable"
  /** Anything else. */
  | "unexpected";

export interface FaultDetails {
  kind: FaultKind;
  /** One sentence for readers of the audit log. No secret, no stack. */
  message: string;
  /** True when sending the same request again can succeed. */
  retryable?: boolean;
  cause?: unknown;
  /** With `missing`: two independent looks agree that the object does not exist. */
  isProven?: boolean;
  /** The service's ID of the failed request, to quote in a support case. */
  requestId?: string | undefined;
}

/** The error class of this project. Any other thrown value is a defect or comes from outside. */
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

  /** The request itself is wrong. The most frequent kind, so it has a short form. */
  static invalid(message: string, cause?: unknown): Fault {
    return new Fault({ kind: "invalid", message, cause });
  }

  /** Converts any thrown value to a fault, even one that is not an error or cannot be read. Never throws. */
  static of(thrown: unknown): Fault {
    try {
      if (thrown instanceof Fault && thrown.message.trim() !== "") return thrown;
      const message =
        thrown instanceof Error
          ? thrown.message.trim()
          : `A value that is not an error was thrown (${typeof thrown}).`;
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
        message: "A value that cannot be read was thrown.",
      });
    }
  }

  /** Runs all parts and returns their results. Throws one fault with all messages if parts throw `invalid` faults. */
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

/** Only a refusal proves that nothing was done. */
export function isRefusal({ kind }: Fault): boolean {
  return kind !== "unavailable" && kind !== "unexpected";
}

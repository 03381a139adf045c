import { Fault } from "../fault.ts";

/** `Fault.of` for whatever may be thrown, also for what cannot be looked at and for what says nothing. Never throws. */
export function faultOf(thrown: unknown): Fault {
  try {
    const fault = Fault.of(thrown);
    if (fault.message.trim() !== "") return fault;
    return new Fault({ kind: fault.kind, retryable: fault.retryable, message: "An error without a message was thrown.", cause: fault.cause, requestId: fault.requestId });
  } catch {
    return new Fault({ kind: "unexpected", message: "Something that cannot be read was thrown." });
  }
}

/** Where an unforeseen error came from, for whoever mends the connector. Never throws. */
export function originOf({ kind, cause }: Fault): string | undefined {
  try {
    return kind === "unexpected" && cause instanceof Error && typeof cause.stack === "string" ? cause.stack : undefined;
  } catch {
    return undefined;
  }
}

import { describe, expect, it } from "vitest";
import { Fault, isRefusal, type FaultKind } from "../lib/fault.ts";

const refuse = (message: string) => (): never => {
  throw new Fault({ kind: "invalid", message });
};

describe("a fault", () => {
  it("has its kind, message, request id and cause, and may not be retried unless it says so", () => {
    const cause = new Error("below");
    const fault = new Fault({ kind: "denied", message: "No.", cause, requestId: "r-1" });
    expect(fault).toBeInstanceOf(Error);
    expect([fault.name, fault.kind, fault.message, fault.retryable, fault.requestId]).toEqual([
      "Fault",
      "denied",
      "No.",
      false,
      "r-1",
    ]);
    expect(fault.cause).toBe(cause);
  });

  it("has no cause when there is none", () => {
    expect("cause" in new Fault({ kind: "invalid", message: "No." })).toBe(false);
  });
});

describe("Fault.of", () => {
  it("returns a fault unchanged", () => {
    const fault = new Fault({ kind: "throttled", message: "Slow down.", retryable: true });
    expect(Fault.of(fault)).toBe(fault);
  });

  it("keeps everything of a fault without a message but the empty message", () => {
    const silent = new Fault({ kind: "missing", message: " ", retryable: true, requestId: "r-1" });
    const fault = Fault.of(silent);
    expect(fault).toMatchObject({ kind: "missing", retryable: true, requestId: "r-1" });
    expect(fault.message.trim()).not.toBe("");
    expect(fault.cause).toBe(silent);
  });

  it("takes the message of an error, and keeps the error as cause", () => {
    const error = new TypeError("  x is not a function \n");
    const fault = Fault.of(error);
    expect(fault).toMatchObject({
      kind: "unexpected",
      message: "x is not a function",
      retryable: false,
    });
    expect(fault.cause).toBe(error);
  });

  it("adds a message to an error without one", () => {
    expect(Fault.of(new Error("")).message).toMatch(/^\w.*\.$/);
  });

  it.each([["text"], [42], [true], [{ message: "not an error" }]])(
    "names the type, and never the content, of a value that is not an error: %j",
    (thrown) => {
      const fault = Fault.of(thrown);
      expect(fault.kind).toBe("unexpected");
      expect(fault.message).toContain(`(${typeof thrown})`);
      expect(fault.message).not.toContain(JSON.stringify(thrown));
    },
  );

  it("never throws, even when the error cannot be inspected", () => {
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(Fault.of(hostile)).toMatchObject({ kind: "unexpected", retryable: false });
  });
});

describe("Fault.together", () => {
  it("returns the results in the order of the parts", () => {
    expect(
      Fault.together(
        () => 1,
        () => "two",
        () => undefined,
      ),
    ).toEqual([1, "two", undefined]);
  });

  it("throws one fault with the messages of all refused parts, in order", () => {
    const thrown = (): unknown => Fault.together(refuse("First."), () => 1, refuse("Second."));
    expect(thrown).toThrow(
      expect.objectContaining({ kind: "invalid", message: "First. Second." }) as Error,
    );
  });

  it("runs the parts after a refused one", () => {
    let ran = false;
    expect(() => Fault.together(refuse("First."), () => (ran = true))).toThrow("First.");
    expect(ran).toBe(true);
  });

  it("throws any other fault unchanged, and at once", () => {
    const denied = new Fault({ kind: "denied", message: "No." });
    let ran = false;
    const thrown = (): unknown =>
      Fault.together(
        refuse("First."),
        () => {
          throw denied;
        },
        () => (ran = true),
      );
    expect(thrown).toThrow(denied);
    expect(ran).toBe(false);
  });
});

describe("an attempt", () => {
  it.each<[FaultKind, boolean]>([
    ["missing", true],
    ["notReady", true],
    ["ambiguous", true],
    ["taken", true],
    ["onPremises", true],
    ["unlicensed", true],
    ["denied", true],
    ["invalid", true],
    ["throttled", true],
    ["unavailable", false],
    ["unexpected", false],
  ])("that ended as %s was refused: %s", (kind, refused) => {
    expect(isRefusal(new Fault({ kind, message: "x" }))).toBe(refused);
  });
});

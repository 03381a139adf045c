import { describe, expect, it } from "vitest";
import { signInFault } from "../../lib/auth/signInErrors.ts";
import { Fault } from "../../lib/fault.ts";
import { clientId, tenantId } from "../exchange/scripted.ts";

const about = { tenantId, clientId, resource: "exchange" } as const;
const said = (number: string, text = "Something the service says.", separator = " "): unknown => ({
  errorCode: "invalid_client",
  errorMessage:
    `Error(s): ${number} - Timestamp: 2026-11-22 08:00:00Z - Description: ` +
    `AADSTS${number}: ${text}${separator}Trace ID: t${separator}Correlation ID: ` +
    `c${separator}Timestamp: 2026 - Correlation ID: c - Trace ID: t`,
  correlationId: "c",
});

describe("an error of the sign-in service", () => {
  it("names the resource that the tenant lacks", () => {
    const message = (resource: "exchange" | "graph"): string =>
      signInFault(said("500011"), { ...about, resource }).message;
    expect(message("exchange")).toContain("has no Exchange Online in");
    expect(message("graph")).toContain("has no Microsoft Graph in");
  });

  it.each([
    ["7000215", "denied", ["(AppSecret)", clientId, "not its ID"]],
    ["7000222", "denied", ["(AppSecret)", clientId, "expired"]],
    ["700016", "invalid", ["(AppId)", "(TenantID)", clientId, tenantId]],
    ["90002", "invalid", ["(TenantID)", "(Cloud)", tenantId]],
    ["700027", "denied", ["(AppCertificateBase64String)", "(AppId)", clientId]],
    ["700024", "denied", ["(AppCertificateBase64String)", "clock of this machine"]],
    ["500011", "invalid", ["(Cloud)", tenantId]],
    ["53003", "denied", ["Conditional Access", "(AppId)"]],
    ["7000112", "denied", ["(AppId)", "disabled"]],
  ])("AADSTS%s is explained in the words of the form", (number, kind, words) => {
    const fault = signInFault(said(number), about);
    expect(fault).toMatchObject({ kind, retryable: false, requestId: "c" });
    for (const word of [...words, `(AADSTS${number})`]) expect(fault.message).toContain(word);
    expect(fault.message).not.toContain("Something the service says");
  });

  it.each([" ", "\r\n"])("with an unknown number is quoted without ids and times", (separator) => {
    const fault = signInFault(said("999999", "It is Sunday.", separator), about);
    expect(fault).toMatchObject({
      kind: "denied",
      message:
        `Application ${clientId} (AppId) could not sign in to tenant ${tenantId} ` +
        "(TenantID): AADSTS999999: It is Sunday.",
    });
  });

  it("is not mistaken for a number that starts with the same digits", () => {
    expect(signInFault(said("7000160"), about).message).toContain("(TenantID): AADSTS7000160:");
  });

  it("without a number keeps its code or its text", () => {
    expect(
      signInFault({ errorCode: "invalid_request", errorMessage: "", correlationId: "" }, about),
    ).toMatchObject({
      kind: "denied",
      requestId: undefined,
      message: expect.stringContaining("(TenantID): invalid_request") as string,
    });
    expect(signInFault(new Error("Cannot find module\nRequire stack"), about)).toMatchObject({
      kind: "unexpected",
      message: expect.stringMatching(/\(TenantID\): Cannot find module$/) as string,
    });
    expect(signInFault("a text", about).message).toContain("no reason was reported");
  });

  it("that is a fault stays the same", () => {
    const fault = new Fault({ kind: "throttled", message: "x" });
    expect(signInFault(fault, about)).toBe(fault);
  });
});

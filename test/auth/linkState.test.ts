import { describe, expect, it } from "vitest";
import { stateFolder } from "../../lib/auth/linkPlace.ts";
import { stateAfter } from "../../lib/auth/linkState.ts";
import { cutOff } from "../../lib/graph/cutOff.ts";

describe("the state that a refusal proves", () => {
  it.each<[string, string, string | undefined]>([
    ["consent_required", "AADSTS65004: User declined to consent to access the app.", "declined"],
    ["access_denied", "AADSTS65004: User declined.", "declined"],
    ["access_denied", "", "approvalRequested"],
    ["access_denied", "AADSTS90094: The grant requires admin permission.", "approvalRequested"],
    ["invalid_grant", "AADSTS65001: The user or administrator has not consented", "consentMissing"],
    ["invalid_grant", "AADSTS700082: The refresh token has expired", "expired"],
    ["invalid_grant", "1 - AADSTS70043: The refresh token has expired", "expired"],
    [
      "invalid_grant",
      "AADSTS50173: The provided grant has expired due to it being revoked",
      "revoked",
    ],
    ["invalid_grant", "", "revoked"],
    ["interaction_required", "AADSTS50076: you must use multi-factor authentication", "blocked"],
    ["access_denied", "AADSTS53003: Access has been blocked", "blocked"],
    ["invalid_grant", "AADSTS50057: The user account is disabled.", "blocked"],
    // About the application or the request, and not about the link.
    ["invalid_client", "AADSTS7000215: Invalid client secret provided.", undefined],
    ["invalid_grant", "AADSTS501481: The Code_Verifier does not match", undefined],
    ["unauthorized_client", "AADSTS700016: Application was not found", undefined],
    ["server_error", "", undefined],
  ])("%s, %s: %s", (error, text, expected) => {
    expect(stateAfter({ error, text })).toBe(expected);
  });
});

describe("the state folder", () => {
  it.each<[string | undefined, string | undefined, string]>([
    ["/of/the/form", "/of/the/environment", "/of/the/form"],
    [undefined, "/of/the/environment", "/of/the/environment"],
  ])("of %s and %s is %s", (form, environment, expected) => {
    expect(stateFolder(form, environment)).toBe(expected);
  });
  it.each([
    [undefined, undefined, "A linked account needs"],
    [undefined, "", "A linked account needs"],
    ["state", undefined, 'is "state"; expected an absolute path'],
  ])("is not %s and %s", (form, environment, expected) => {
    expect(() => stateFolder(form, environment)).toThrow(expected);
  });
});

describe("a step that ends every sign-in of its user", () => {
  const of = (operation: string, parameters: Record<string, unknown> = {}) =>
    cutOff({ target: "graph", operation, parameters: { user: "u", ...parameters } })?.what;
  it.each([
    ["DELETE /users/{user}", {}, "delete"],
    ["POST /users/{user}/revokeSignInSessions", {}, "end the sessions of"],
    ["PATCH /users/{user}", { accountEnabled: false }, "disable"],
    ["PATCH /users/{user}", { passwordProfile: {} }, "reset the password of"],
    ["PATCH /users/{user}", { accountEnabled: true, department: "IT" }, undefined],
    ["DELETE /users/{user}/manager/$ref", {}, undefined],
  ])("%s %j: %s", (operation, parameters, expected) => {
    expect(of(operation, parameters)).toBe(expected);
  });
});

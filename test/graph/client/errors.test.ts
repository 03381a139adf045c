import { describe, expect, it } from "vitest";
import type { Call } from "../../../lib/graph/client/operations.ts";
import type { FaultKind } from "../../../lib/fault.ts";
import { absent, clientOf, faultOf, idOf, refusal, reply } from "../scripted.ts";

const [user, group, member] = [idOf(1), idOf(2), idOf(3)] as const;
const update: Call = { operation: "PATCH /users/{user}", parameters: { user, jobTitle: "Nurse" } };
const creation: Call = { operation: "POST /users", parameters: { displayName: "Ann" } };
const licence: Call = {
  operation: "POST /users/{user}/assignLicense",
  parameters: { user, addLicenses: [], removeLicenses: [] },
};
const addition: Call = {
  operation: "POST /groups/{group}/members/$ref",
  parameters: { group, member },
};
const removal: Call = {
  operation: "DELETE /groups/{group}/members/{member}/$ref",
  parameters: { group, member },
};
const managerRemoval: Call = {
  operation: "DELETE /users/{user}/manager/$ref",
  parameters: { user },
};
const bad = "Request_BadRequest";

describe("an error of Microsoft Graph", () => {
  it.each<[string, number, string, Call, FaultKind, string?]>([
    ["Access token is empty.", 401, "InvalidAuthenticationToken", update, "denied"],
    [
      "Insufficient privileges to complete the operation.",
      403,
      "Authorization_RequestDenied",
      update,
      "denied",
      "a group with dynamic membership",
    ],
    [
      "The identity of the calling application could not be established.",
      403,
      "Authorization_IdentityNotFound",
      update,
      "denied",
    ],
    [
      "Neither tenant is B2C or tenant doesn't have premium license",
      403,
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      update,
      "unlicensed",
    ],
    [
      "Unable to read the company information from the directory.",
      404,
      "Directory_ObjectNotFound",
      update,
      "notReady",
    ],
    [
      "The directory object quota limit for the Principal has been exceeded.",
      403,
      "Directory_QuotaExceeded",
      creation,
      "invalid",
    ],
    [
      "The change would exceed the maximum quota count '100' for forward-link currentValue of 'owners'.",
      403,
      bad,
      addition,
      "invalid",
    ],
    ["Request was throttled.", 403, "Request_ThrottledPermanently", update, "throttled"],
    [
      "AADSTS53003: Access has been blocked by Conditional Access policies.",
      400,
      bad,
      update,
      "denied",
    ],
    [
      "Another object with the same value for property userPrincipalName already exists.",
      400,
      bad,
      creation,
      "taken",
    ],
    [
      "Another object with the same value for property userPrincipalName already exists.",
      400,
      bad,
      update,
      "invalid",
    ],
    [
      "A conflicting object with one or more of the specified property values is present in the directory.",
      400,
      bad,
      creation,
      "taken",
    ],
    [
      "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects " +
        "currently undergoing migration.",
      400,
      bad,
      update,
      "onPremises",
    ],
    [
      "Unable to update the specified properties for objects that have originated within an external service.",
      400,
      bad,
      update,
      "invalid",
      "Exchange Online masters this",
    ],
    [
      "Cannot Update a mail-enabled security groups and or distribution list.",
      400,
      bad,
      addition,
      "invalid",
      "Exchange Online masters this",
    ],
    [
      "License assignment cannot be done for user with invalid usage location.",
      400,
      bad,
      licence,
      "invalid",
      "(usageLocation)",
    ],
    [
      "The group must have at least one owner, hence this owner cannot be removed.",
      400,
      bad,
      removal,
      "invalid",
    ],
    ["Property 'proxyAddresses' is read-only and cannot be set.", 400, bad, update, "invalid"],
    ["Not a valid reference update.", 400, bad, addition, "invalid"],
    ["", 400, "", update, "invalid"],
    ["", 500, "UnknownError", update, "unexpected"],
    ["", 418, "", update, "invalid"],
  ])("%j with %i and %s is %#", async (text, status, code, call, kind, hint = "") => {
    const { graph, sent } = clientOf([refusal(status, code, text)], { forever: true });
    const fault = await faultOf(graph.invoke(call));
    expect(fault).toMatchObject({ kind, retryable: false, requestId: "of-the-service" });
    for (const part of [call.operation, text, hint]) expect(fault.message).toContain(part);
    // Only a refused token is replaced, once.
    expect(sent).toHaveLength(status === 401 ? 2 : 1);
  });

  it("about a conflict is recognised by its details, whatever its text is", async () => {
    const details = [{ code: "ObjectConflict", message: "m", target: "userPrincipalName" }];
    const { graph } = clientOf([refusal(400, bad, "Un autre objet existe.", { details })]);
    expect((await faultOf(graph.invoke(creation))).kind).toBe("taken");
  });

  it.each<[string, Call]>([
    [
      "One or more added object references already exist for the following modified properties: 'members'.",
      addition,
    ],
    [
      "One or more removed object references do not exist for the following modified properties: 'members'.",
      removal,
    ],
    ["User does not have a corresponding license.", licence],
  ])("%j is an answer: it is already so", async (text, call) => {
    const { graph } = clientOf([refusal(400, bad, text)]);
    expect((await graph.invoke(call)).notices).toEqual([{ kind: "alreadySo", text }]);
  });

  it("that it is already so counts only for the operation that it is about", async () => {
    const text =
      "One or more added object references already exist for the following modified properties: 'members'.";
    const { graph } = clientOf([refusal(400, bad, text)]);
    expect((await faultOf(graph.invoke(removal))).kind).toBe("invalid");
  });

  it.each<[string, string, Call, FaultKind]>([
    ["the user in the path", user, update, "missing"],
    ["the group in the path", group, addition, "missing"],
    ["the reference, in capitals", member.toUpperCase(), addition, "missing"],
    ["something else", idOf(9), update, "unexpected"],
    ["a property that was sent", "Nurse", update, "unexpected"],
  ])("that quotes %s", async (_what, name, call, kind) => {
    const { graph } = clientOf([absent(name)]);
    expect(await faultOf(graph.invoke(call))).toMatchObject({ kind, isProven: false });
  });

  it("that quotes the relationship is about that, not about the user", async () => {
    const { graph } = clientOf([absent("manager"), absent("manager"), absent(user)]);
    const read = {
      operation: "GET /users/{user}/manager",
      ids: { user },
      query: { select: [] },
    } as const;
    expect((await faultOf(graph.get(read))).kind).toBe("noEntry");
    expect((await graph.invoke(managerRemoval)).notices).toMatchObject([{ kind: "alreadySo" }]);
    expect((await faultOf(graph.get(read))).kind).toBe("missing");
  });

  it.each<[string, unknown]>([
    [
      "odata.error",
      { "odata.error": { code: bad, message: { lang: "en", value: "It is Sunday." } } },
    ],
    [
      "a message with a language",
      { error: { code: bad, message: { lang: "en", value: "It is Sunday." } } },
    ],
    [
      "one detail instead of a list",
      { error: { code: bad, message: "It is Sunday.", details: { code: "x" } } },
    ],
    [
      "the real error inside",
      { error: { code: "", message: "", innererror: { code: bad, message: "It is Sunday." } } },
    ],
    ["plain text", "It is  Sunday."],
  ])("as %s is read", async (_form, body) => {
    const { graph } = clientOf([reply(400, body)]);
    expect(await faultOf(graph.invoke(update))).toMatchObject({
      kind: "invalid",
      message: "Microsoft Graph refused PATCH /users/{user} (status 400): It is Sunday.",
    });
  });

  it("names the request as the service does, also when only the body has its ID", async () => {
    const body = { error: { code: "", message: "", innerError: { "request-id": "in-the-body" } } };
    const { graph } = clientOf([{ status: 400, headers: {}, text: JSON.stringify(body) }]);
    expect((await faultOf(graph.invoke(update))).requestId).toBe("in-the-body");
  });

  it("as a web page names the likely cause, and no tag", async () => {
    for (const status of [200, 403, 404]) {
      const { graph } = clientOf([reply(status, "<html>blocked</html>")]);
      const fault = await faultOf(graph.invoke(update));
      expect(fault.kind).toBe("unexpected");
      expect(fault.message).toMatch(/is a web page: there may be a proxy in between/);
      expect(fault.message).not.toContain("<html>");
    }
  });
});

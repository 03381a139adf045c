import { expect, it } from "vitest";
import { differencesOf, linesOf } from "../../tools/session/differences.ts";

it.each([
  ["assigned", [], ["a-sku"], false, ["~ isAssigned: false -> true"]],
  ["taken away", ["a-sku"], [], true, ["~ isAssigned: true -> false"]],
  ["taken away again", ["a-sku"], [], false, []],
] as const)("a licence that is %s", (_what, removeLicenses, addLicenses, isAssigned, lines) => {
  const step = {
    target: "graph" as const,
    operation: "POST /users/{user}/assignLicense",
    parameters: { user: "1", addLicenses, removeLicenses },
    sentence: "",
    before: { isAssigned, disabledPlans: [] },
    sent: true,
  };
  expect(differencesOf(step).flatMap(linesOf)).toEqual(lines);
});

it.each([
  ["addMember", { isMember: false }, ["~ isMember: false -> true"]],
  ["removeMember", { isMember: true }, ["~ isMember: true -> false"]],
  ["delete", { distinguishedName: "CN=Jan" }, ['- distinguishedName: "CN=Jan"']],
])("%s of Active Directory is shown", (operation, before, lines) => {
  const step = {
    target: "activeDirectory" as const,
    operation,
    parameters: { objectGUID: "1", member: "CN=Jan" },
    sentence: "",
    before,
    sent: true,
  };
  expect(differencesOf(step).flatMap(linesOf)).toEqual(lines);
});

import { expect, it } from "vitest";
import type { PlanStep } from "../../lib/generated/types.ts";
import { inverseOf } from "../../tools/undo/inverse.ts";

const phones = "/users/{user}/authentication/phoneMethods";
const emails = "/users/{user}/authentication/emailMethods";
const user = "e47ad000-0000-4000-8000-000000000022";
const office = "e37fc753-ff3b-4958-9484-eaa9425c82bc";
const mobile = "3179e48a-750b-4051-897c-87b9720928f7";

const step = (
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, unknown>>,
): PlanStep => ({
  target: "graph",
  operation,
  parameters: { user, ...parameters },
  sentence: "",
  before,
  sent: true,
});

it("gives back an e-mail address through the field of the person that its option names", () => {
  const removed = step(
    `DELETE ${emails}/{method}`,
    { method: "3ddfcfc8-9383-446f-83cc-3ab9be4be18f" },
    { emailAddress: "daan@contoso.com" },
  );
  expect(inverseOf(removed)).toEqual({
    event: {
      action: "permissions/authenticationMethods/grantPermission",
      account: user,
      permission: { Type: "email" },
      person: { Contact: { Personal: { Email: "daan@contoso.com" } } },
    },
    leavesOthers: true,
  });
});

it.each([
  [
    "of a number that is masked",
    step(`DELETE ${phones}/{method}`, { method: office }, { phoneNumber: "+31 XXXXXXX67" }),
    "the record has only a part of the office phone before: +31 XXXXXXX67",
  ],
  [
    "of a number that was masked when it was changed",
    step(`PATCH ${phones}/{method}`, { method: office }, { phoneNumber: "+31 *******67" }),
    "the record has only a part of the office phone before: +31 *******67",
  ],
  [
    "of a number that was not read",
    step(`PATCH ${phones}/{method}`, { method: office }, { phoneNumber: null }),
    "the office phone before is not in the record",
  ],
  [
    "of a change that a grant would not make",
    step(`PATCH ${phones}/{method}`, { method: mobile }, { phoneNumber: "+31 612345678" }),
    "a grant overwrites no other value: OnlySetWhenEmpty is true in permissions/authenticationMethods/options.json",
  ],
  [
    "of a method without an option",
    step(`DELETE ${phones}/{method}`, { method: "unknown" }, { phoneNumber: "+31 612345678" }),
    "permissions/authenticationMethods/options.json has no option for it",
  ],
])("there is no inverse %s", (_name, sent, reason) => {
  expect(inverseOf(sent)).toEqual({ reason });
});

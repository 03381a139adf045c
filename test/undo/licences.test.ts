import { expect, it } from "vitest";
import type { PlanStep } from "../../lib/generated/types.ts";
import { inverseOf } from "../../tools/undo/inverse.ts";

const user = "e47ad000-0000-4000-8000-00000000001f";
const skuId = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/** A step of a plan that was sent. */
const step = (
  change: { add?: string[]; remove?: string[] },
  isAssigned: boolean,
  disabledPlans: string[] = [],
): PlanStep => ({
  target: "graph",
  operation: "POST /users/{user}/assignLicense",
  parameters: {
    user,
    addLicenses: (change.add ?? []).map((id) => ({ skuId: id, disabledPlans: [] })),
    removeLicenses: change.remove ?? [],
  },
  sentence: "",
  before: { isAssigned, disabledPlans },
  sent: true,
});

it.each([
  ["an assignment is revoked", step({ add: [skuId] }, false), "revokePermission"],
  ["a removal is granted again", step({ remove: [skuId] }, true), "grantPermission"],
])("%s", (_name, sent, verb) => {
  expect(inverseOf(sent)).toEqual({
    event: {
      action: `permissions/licences/${verb}`,
      account: user,
      permission: { SkuId: skuId },
    },
  });
});

it.each([
  ["of what was not assigned", step({ remove: [skuId] }, false), "it changed nothing"],
  [
    "of what was assigned already",
    step({ add: [skuId] }, true),
    "it changed service plans at most",
  ],
  [
    "of a licence with service plans that were off",
    step({ remove: [skuId] }, true, ["57ff2da0-773e-42df-b2af-ffb7a2317929"]),
    "some service plans of the licence were off, and a grant would turn them on",
  ],
])("there is no inverse %s", (_name, sent, reason) => {
  expect(inverseOf(sent)).toEqual({ reason });
});

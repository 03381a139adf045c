/**
 * The compiler checks the names and types that this room uses against Microsoft's own declarations: a property that
 * Graph does not have, or of another type, does not compile.
 */
import type * as Microsoft from "@microsoft/microsoft-graph-types";
import { expect, expectTypeOf, it } from "vitest";
import { advancedProperties } from "../../lib/graph/client/odata.ts";
import { groupProperties, type Group } from "../../lib/graph/group.ts";
import { identifyingProperties, type User } from "../../lib/graph/user.ts";
import { sessionsValidFrom } from "../../lib/graph/userChange.ts";
import {
  extensionAttributes,
  readOnlyProperties,
  type UserPropertyName,
} from "../../lib/graph/userProperties.ts";

const ofUser = [
  "id",
  "displayName",
  "userPrincipalName",
] as const satisfies (keyof Microsoft.User)[];
const ofGroup = [
  "id",
  "displayName",
  "groupTypes",
  "mailEnabled",
  "securityEnabled",
  "onPremisesSyncEnabled",
  "isAssignableToRole",
] as const satisfies (keyof Microsoft.Group)[];
const advanced = [
  "companyName",
  "employeeHireDate",
  "employeeType",
  "mobilePhone",
  "officeLocation",
  "onPremisesExtensionAttributes",
  "onPremisesImmutableId",
  "onPremisesLastSyncDateTime",
  "onPremisesSamAccountName",
  "passwordPolicies",
  "postalCode",
  "preferredLanguage",
  "showInAddressList",
  "streetAddress",
] as const satisfies (keyof Microsoft.User)[];
const time = "signInSessionsValidFromDateTime" satisfies keyof Microsoft.User;

it("a user and a group have Microsoft's types", () => {
  expectTypeOf<Pick<User, (typeof ofUser)[number]>>().toExtend<Microsoft.User>();
  expectTypeOf<Pick<Group, (typeof ofGroup)[number]>>().toExtend<Microsoft.Group>();
});

it("the properties of a mapping have Microsoft's names", () => {
  expectTypeOf<UserPropertyName>().toExtend<keyof Microsoft.User>();
  expectTypeOf<(typeof readOnlyProperties)[number]>().toExtend<keyof Microsoft.User>();
  type Extension = keyof Microsoft.OnPremisesExtensionAttributes;
  expectTypeOf<"extensionAttribute15">().toExtend<Extension>();
  expect(extensionAttributes).toHaveLength(15);
});

it("every property that is named here is one of Microsoft's", () => {
  expect(identifyingProperties).toEqual(ofUser);
  expect(groupProperties).toEqual(ofGroup);
  expect([...advancedProperties]).toEqual(advanced);
  expect(sessionsValidFrom).toBe(time);
});

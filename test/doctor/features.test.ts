/** The table of features, and role groups of the tenant's own. */
import { describe, expect, it } from "vitest";
import { features } from "../../tools/doctor/features.ts";
import { missingFrom, permissionsFor } from "../../tools/doctor/graphPermissions.ts";
import { isMet, managementRolesIn, needsOf } from "../../tools/doctor/roles.ts";
import { allGraphSets, allSets, checksOf, openClinic, type Mistake } from "./clinic.ts";

const { examined } = openClinic();

const rolesFor = (set: string): string[] => [
  ...new Set(
    features.filter(({ sets }) => sets.includes(set)).flatMap((one) => one.exchange ?? []),
  ),
];
const permissionsOf = (set: string): string[] => [
  ...new Set(features.filter(({ sets }) => sets.includes(set)).flatMap((one) => one.graph ?? [])),
];

describe("the table of features", () => {
  const exchangeSets = [...allSets, ...allGraphSets.flatMap(({ exchange }) => exchange ?? [])]
    // What the licences read is part of each management role.
    .filter(({ name }) => name !== "licences with Exchange Online");

  it.each(exchangeSets.map((set) => [set.name, set] as const))(
    "has the roles that the actions of %s need, and no other",
    (name, set) => {
      const roles = rolesFor(name);
      const needs = needsOf(set);
      expect(needs.filter((need) => !isMet(need, managementRolesIn(roles)))).toEqual([]);
      for (const role of roles) expect(needs.map((need) => need.role)).toContain(role);
    },
  );

  it.each(allGraphSets.map((set) => [set.name, set] as const))(
    "has the permissions that the operations of %s need, and no other",
    (name, { operations }) => {
      const { needs } = permissionsFor(operations);
      const permissions = permissionsOf(name);
      expect(missingFrom(needs, permissions)).toEqual([]);
      // Those of one feature can be a part of another's.
      const useful = needs.flatMap(({ alternatives }) => alternatives);
      expect(permissions.filter((one) => !useful.includes(one))).toEqual([]);
    },
  );
});

describe("a role group of the tenant's own", () => {
  const withRoles = (...roles: string[]): Mistake => ({
    app: { directoryRoles: [], roleGroups: ["Provisioning"] },
    state: (state) => void (state.roleGroups = { Provisioning: roles }),
  });
  const reading = "View-Only Configuration";

  it("that has what the sets need is fine", async () => {
    const roles = ["Distribution Groups", "Security Group Creation and Membership", reading];
    const findings = await examined({ ...withRoles(...roles), sets: ["groups"] });
    expect(findings.filter(({ status }) => status !== "fine")).toEqual([]);
    expect(findings.find(({ check }) => check === "role")?.message).toBe(
      "The application has role groups with Distribution Groups, Security Group Creation and Membership.",
    );
  });

  it("that lacks a role is named with the features that need it", async () => {
    const findings = await examined({
      ...withRoles("Mail Recipients", reading),
      sets: ["account", "groups"],
    });
    expect(checksOf(findings, "wrong")).toEqual(["set groups"]);
    expect(findings.find(({ check }) => check === "set groups")).toMatchObject({
      message:
        "The role group does not include the management role Distribution Groups (Add-DistributionGroupMember) and " +
        "the management role Security Group Creation and Membership (Add-DistributionGroupMember " +
        "-BypassSecurityGroupManagerCheck). Needed for: Distribution lists, Mail-enabled security groups.",
      mend: "Add the management role Distribution Groups, Security Group Creation and Membership to the role group.",
    });
  });

  it("that may only read is wrong", async () => {
    const findings = await examined({
      ...withRoles("View-Only Recipients", reading),
      sets: ["account"],
    });
    expect(checksOf(findings, "wrong")).toEqual(["role"]);
    expect(findings.find(({ check }) => check === "role")?.message).toBe(
      "The application has no Entra role, and its Exchange role groups may only read.",
    );
  });

  it("that has more than the sets need is a warning", async () => {
    const findings = await examined({
      ...withRoles("Mail Recipients", "Legal Hold", reading),
      sets: ["account"],
    });
    expect(findings.filter(({ status }) => status !== "fine")).toEqual([
      {
        check: "least privilege",
        status: "warning",
        message: "The role group has more than the sets in use need: Legal Hold.",
        mend: "Remove Legal Hold from the role group.",
      },
    ]);
  });

  it("adds to an Entra role", async () => {
    const both = withRoles("Legal Hold", reading);
    const app = { ...both.app, directoryRoles: ["Exchange Recipient Administrator"] };
    const findings = await examined({ ...both, app, sets: ["litigationHold"] });
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(findings.find(({ check }) => check === "role")?.message).toBe(
      "The application has the role Exchange Recipient Administrator, and role groups with Legal Hold.",
    );
  });

  it("whose roles cannot be read is not known, and never fine", async () => {
    const findings = await examined({ ...withRoles("Mail Recipients"), sets: ["account"] });
    expect(checksOf(findings, "unknown")).toEqual([
      "role",
      "set account",
      "write scope",
      "least privilege",
    ]);
    expect(findings.find(({ check }) => check === "role")?.mend).toBe(
      "Add the management role View-Only Configuration to the role group, and check again.",
    );
  });
});

describe("Exchange Online for accounts of Entra ID", () => {
  const graphRoles = ["User.ReadWrite.All", "User.EnableDisableAccount.All"];
  const roleGroups = ["Provisioning"];
  const state: Mistake["state"] = (one) =>
    void (one.roleGroups = { Provisioning: ["Distribution Groups", "View-Only Configuration"] });
  const form = { exchangeOnlineIntegration: "true" };

  it("is examined when it is on in the form", async () => {
    const app = { graphRoles, directoryRoles: [], roleGroups };
    const findings = await examined({ app, state, form, sets: ["entra"] });
    expect(findings.find(({ check }) => check === "set entra with Exchange Online")).toMatchObject({
      status: "wrong",
      message: expect.stringMatching(
        /Mail Recipients \(Set-Mailbox\)\. Needed for: Settings of a user's mailbox\.$/,
      ) as string,
    });
  });

  it("is not when it is off", async () => {
    const findings = await examined({ app: { graphRoles }, sets: ["entra"] });
    expect(findings.map(({ check }) => check).join()).not.toContain("Exchange Online");
  });
});

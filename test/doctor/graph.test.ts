import { describe, expect, it } from "vitest";
import { missingFrom, permissionsFor } from "../../tools/doctor/graphPermissions.ts";
import { graphSetsInUse } from "../../tools/doctor/sets.ts";
import { allGraphSets, checksOf, openClinic, type Mistake } from "./clinic.ts";

const { examined } = openClinic();
const sets = ["entra", "entraGroups", "microsoft365Groups"];
const least = [
  ...["User.ReadWrite.All", "User.EnableDisableAccount.All"],
  ...["GroupMember.ReadWrite.All", "GroupMember.Read.All", "LicenseAssignment.ReadWrite.All"],
];
const examinedGraph = (mistake: Mistake & { app: NonNullable<Mistake["app"]> }) =>
  examined({ sets, ...mistake });

describe("doctor for Microsoft Graph", () => {
  it("is fine with the least permissions, and sends nothing to Exchange Online", async () => {
    const findings = await examinedGraph({
      app: { graphRoles: [...least, "Group.ReadWrite.All"] },
    });
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["Microsoft Graph host", "sign-in to Microsoft Graph", "set entra"]),
    );
    expect(findings.map(({ check }) => check)).not.toContain("Exchange Online host");
  });

  it.each([
    ["User.ReadWrite.All", "set entra"],
    ["User.EnableDisableAccount.All", "set entra"],
    ["GroupMember.ReadWrite.All", "set entraGroups"],
  ])("names %s when it is missing", async (permission, check) => {
    const graphRoles = least.filter((one) => one !== permission);
    const findings = await examinedGraph({ app: { graphRoles } });
    const found = findings.find((one) => one.check === check);
    expect(found).toMatchObject({
      status: "wrong",
      message: expect.stringContaining(permission) as string,
      mend: expect.stringContaining(permission) as string,
    });
  });

  it("warns of Global Administrator, and is not asked unless a set of Graph is named", async () => {
    const findings = await examinedGraph({
      app: { graphRoles: least, directoryRoles: ["Global Administrator"] },
    });
    expect(findings.find(({ check }) => check === "role in Entra ID")?.status).toBe("warning");
    const others = await examined({ sets: ["account"] });
    expect(others.map(({ check }) => check).join()).not.toContain("Graph");
  });

  it("says what is wrong when no account is linked", async () => {
    const findings = await examinedGraph({
      app: { graphRoles: least },
      form: { Connection: "linkedAccount", StateFolder: "/nowhere/at/all" },
    });
    const found = findings.find(({ check }) => check === "sign-in to Microsoft Graph");
    expect(found).toMatchObject({
      status: "wrong",
      message: expect.stringContaining("There is no folder") as string,
    });
  });
});

it("only warns of what a licence on create needs", async () => {
  const graphRoles = least.filter((one) => !one.startsWith("LicenseAssignment"));
  const findings = await examinedGraph({ app: { graphRoles } });
  const found = findings.find(({ check }) => check === "set entra");
  expect(found).toMatchObject({ status: "warning" });
});

it("examines licences without being asked when their options name one", () => {
  expect(graphSetsInUse(allGraphSets, [])).toEqual([]);
  const inUse = graphSetsInUse(allGraphSets, [{ Id: "ENTERPRISEPACK" }]);
  expect(inUse.map(({ name }) => name)).toEqual(["licences"]);
});

describe("the table of permissions", () => {
  it("knows every operation that an action declares", () => {
    expect(allGraphSets.map(({ name }) => name)).toEqual(expect.arrayContaining(sets));
    for (const { operations } of allGraphSets)
      expect(permissionsFor(operations).unknown).toEqual([]);
  });

  it("takes any alternative, and everything for an account that may do all", () => {
    const { needs } = permissionsFor({ "GET /groups/{group}": ["group"] });
    expect(missingFrom(needs, ["Group.ReadWrite.All"])).toEqual([]);
    expect(missingFrom(needs, ["Directory.AccessAsUser.All"])).toEqual([]);
    expect(missingFrom(needs, ["User.Read.All"])).toHaveLength(1);
  });
});

/** Owners of the application and the last Global Administrator: whose accounts no event may end. */
import { describe, expect, it } from "vitest";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import type { State } from "../emulator/state.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { checksOf, openClinic, type Mistake } from "./clinic.ts";

const { examined } = openClinic();
const readers = [
  ...["Application.Read.All", "RoleManagement.Read.Directory"],
  ...["User.Read.All", "GroupMember.Read.All"],
];

type Owners = State["apps"][number]["owners"];
type Records = NonNullable<State["entra"]>;

/** An application with these permissions and owners, and what is different in Entra ID. */
async function found(
  check: string,
  { owners, graphRoles = readers, entra }: Partial<Case> = {},
): Promise<Finding | undefined> {
  const mistake: Mistake = {
    sets: ["entra"],
    app: { graphRoles, ...(owners && { owners }) },
    state: (state) => {
      const { entra: records } = graphState();
      state.entra = { ...records };
      entra?.(state.entra);
    },
  };
  return (await examined(mistake)).find((one) => one.check === check);
}

const withEntra = (state: State): void => {
  state.entra = { ...graphState().entra };
};

interface Case {
  owners: Owners;
  graphRoles: string[];
  entra(records: Records): void;
}

describe("owners of the application", () => {
  const check = "owners of the application";

  it("none is fine", async () => {
    expect(await found(check)).toMatchObject({
      status: "fine",
      message: "The application has no owner: only administrators can add a credential.",
    });
  });

  it("the only one is named, once, though both lists have it", async () => {
    const owners = { application: [ids.cloudOnly], servicePrincipal: [ids.cloudOnly] };
    expect(await found(check, { owners })).toMatchObject({
      status: "warning",
      message:
        "The application has one owner, Cloud Only cloud.only@contoso.com, who can add a credential, and work as the " +
        "connector.",
      mend: expect.stringContaining("it is the only one") as string,
    });
  });

  it("each is named, of the registration and of the service principal", async () => {
    const owners = { application: [ids.cloudOnly], servicePrincipal: [ids.administrator] };
    const { status, message } = (await found(check, { owners })) ?? {};
    expect(status).toBe("warning");
    expect(message).toContain("Cloud Only cloud.only@contoso.com, Ada Admin ada.admin@contoso.com");
  });

  it("one who may not be read is named by the ID", async () => {
    const owners = { application: [ids.cloudOnly] };
    const graphRoles = ["Application.Read.All"];
    expect((await found(check, { owners, graphRoles }))?.message).toContain(
      `one owner, ${ids.cloudOnly}, who`,
    );
  });

  it("are named where only sets of Exchange Online are in use", async () => {
    const app = { owners: { application: [ids.cloudOnly] } };
    const findings = await examined({ app, sets: ["account"], state: withEntra });
    expect(findings.find((one) => one.check === check)).toMatchObject({
      status: "warning",
      message: expect.stringContaining("one owner, Cloud Only cloud.only@contoso.com") as string,
    });
    expect(findings.map((one) => one.check).join()).not.toContain("Graph");
  });

  it.each<[string, Mistake, RegExp]>([
    [
      "no token for Microsoft Graph is issued",
      { app: { graphRoles: undefined } },
      /^Not found out: .*AADSTS/,
    ],
    [
      "Microsoft Graph is out of reach",
      { env: { EXO_CONNECTOR_GRAPH_URL: "http://127.0.0.1:9" } },
      /^Not found out: No complete answer arrived from 127\.0\.0\.1:9/,
    ],
    [
      "the permission is missing",
      { app: { graphRoles: [] } },
      /^Not examined: it needs Application\.Read\.All/,
    ],
  ])(
    "are not examined beside Exchange Online when %s, which is nothing wrong",
    async (_, mistake, message) => {
      const findings = await examined({ ...mistake, sets: ["account"] });
      expect(checksOf(findings, "wrong")).toEqual([]);
      const finding = findings.find((one) => one.check === check);
      expect(finding?.status).toBe("unknown");
      expect(finding?.message).toMatch(message);
    },
  );

  it("without the permission it is not examined, and never fine", async () => {
    const graphRoles = readers.filter((one) => one !== "Application.Read.All");
    expect(await found(check, { graphRoles })).toMatchObject({
      status: "unknown",
      message:
        "Not examined: it needs Application.Read.All or Directory.Read.All of Microsoft Graph.",
      mend: "Add Application.Read.All with admin consent, or look in the Entra admin center.",
    });
  });
});

describe("the last Global Administrator", () => {
  const check = "last administrator";
  const makeAdministrator =
    (id: string, accountEnabled: boolean) =>
    ({ users = {} }: Records): void => {
      users[id] = { ...users[id], accountEnabled, directoryRoles: ["Global Administrator"] };
    };

  it("is named", async () => {
    expect(await found(check)).toMatchObject({
      status: "warning",
      message:
        "Ada Admin ada.admin@contoso.com is the last Global Administrator; eligible ones are not examined.",
      mend: expect.stringContaining("assign the role to a second one") as string,
    });
  });

  it("is the last one also beside one who cannot sign in", async () => {
    const entra = makeAdministrator(ids.cloudOnly, false);
    expect((await found(check, { entra }))?.message).toContain("Ada Admin");
  });

  it("is fine when there are two", async () => {
    const entra = makeAdministrator(ids.cloudOnly, true);
    expect(await found(check, { entra })).toMatchObject({
      status: "fine",
      message: "2 users who can sign in are Global Administrator.",
    });
  });

  it.each<[string, Case["entra"], RegExp]>([
    [
      "a group assigns the role",
      ({ groups = {} }) => {
        const { [ids.roleAssignable]: group } = groups;
        groups[ids.roleAssignable] = { ...group, directoryRoles: ["Global Administrator"] };
      },
      /^The members of Admins, who are Global Administrator, are not examined\.$/,
    ],
    [
      "the only one cannot sign in",
      makeAdministrator(ids.administrator, false),
      /^No user who can sign in is Global Administrator; eligible ones are not examined\.$/,
    ],
    [
      "no one has the role",
      ({ users = {} }) => Reflect.deleteProperty(users, ids.administrator),
      /^No user who can sign in is Global Administrator/,
    ],
  ])("is not known when %s", async (_, entra, message) => {
    const finding = await found(check, { entra });
    expect(finding?.status).toBe("unknown");
    expect(finding?.message).toMatch(message);
  });

  it.each([
    ["RoleManagement.Read.Directory", "RoleManagement.Read.Directory"],
    ["User.Read.All", "User.Read.All"],
  ])("is not examined without %s", async (permission, needed) => {
    const graphRoles = readers.filter((one) => one !== permission);
    const finding = await found(check, { graphRoles });
    expect(finding?.status).toBe("unknown");
    expect(finding?.message).toMatch(new RegExp(`^Not examined: it needs ${needed} or`));
  });
});

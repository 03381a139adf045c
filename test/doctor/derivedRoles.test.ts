/** Management roles that are derived from built-in ones, and write scopes of role groups. */
import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../../tools/doctor/finding.ts";
import type { State } from "../emulator/state.ts";
import { checksOf, openClinic, type Mistake } from "./clinic.ts";

const { emulated, examined } = openClinic();
const reading = "View-Only Configuration";

/** What the role group of the application has. */
interface Group {
  roles: string[];
  derivedRoles?: State["derivedRoles"];
  scope?: Record<string, string>;
  directoryRoles?: string[];
}

const withGroup = ({ roles, derivedRoles = {}, scope, directoryRoles = [] }: Group): Mistake => ({
  app: { directoryRoles, roleGroups: ["Provisioning"] },
  state: (state) => {
    state.roleGroups = { Provisioning: [...roles, reading] };
    state.derivedRoles = derivedRoles;
    state.writeScopes = scope ? { Provisioning: scope } : {};
  },
});

async function found(
  check: string,
  group: Group,
  sets = ["account"],
): Promise<Finding | undefined> {
  const findings = await examined({ ...withGroup(group), sets });
  return findings.find((one) => one.check === check);
}

const ours = (...removed: string[]): Group => ({
  roles: ["Our Mailboxes"],
  derivedRoles: { "Our Mailboxes": { parent: "Mail Recipients", removed } },
});

const withoutReading = (cmdlet: string): void => {
  emulated().emulator.setFaults([{ match: { cmdlet }, named: "forbiddenNul", times: 99 }]);
};
afterEach(() => emulated().emulator.setFaults([]));

describe("a management role derived from a built-in one", () => {
  it("counts as the one it is derived from", async () => {
    const findings = await examined({
      ...withGroup(ours("Set-MailUser")),
      sets: ["folderPermission"],
    });
    expect(findings.filter(({ status }) => status !== "fine")).toEqual([]);
    expect(findings.find(({ check }) => check === "role")?.message).toBe(
      "The application has role groups with Our Mailboxes (derived from Mail Recipients).",
    );
  });

  it("counts at any distance", async () => {
    const { derivedRoles } = ours();
    const roles = ["Theirs"];
    const theirs = { parent: "Our Mailboxes", removed: ["Set-Mailbox"] };
    const group = { roles, derivedRoles: { ...derivedRoles, Theirs: theirs } };
    expect(await found("set account", group)).toMatchObject({
      status: "wrong",
      message:
        "Theirs (derived from Mail Recipients) does not have Set-Mailbox. Needed for: Mailboxes of accounts.",
      mend: "Add what is missing to the derived role, or assign Mail Recipients instead.",
    });
  });

  it.each([
    ["a cmdlet", "Set-MailboxAutoReplyConfiguration", "Set-MailboxAutoReplyConfiguration"],
    ["a parameter", "Set-Mailbox -GrantSendOnBehalfTo", "Set-Mailbox -GrantSendOnBehalfTo"],
    ["a cmdlet that reads", "Get-Recipient", "Get-Recipient"],
  ])("is named with %s that was removed", async (_, removed, name) => {
    const sets = ["account", "sharedMailboxes", "regionalConfiguration"];
    const group = { ...ours(removed), roles: ["Our Mailboxes"] };
    const findings = await examined({ ...withGroup(group), sets });
    const wrong = findings.filter(({ status }) => status === "wrong");
    expect(wrong.map(({ message }) => message).join()).toContain(`does not have ${name}`);
  });

  it("has what another role of the group has", async () => {
    const group = ours("Set-Mailbox");
    expect(
      await found("set account", { ...group, roles: ["Our Mailboxes", "Mail Recipients"] }),
    ).toMatchObject({
      status: "fine",
    });
    const without = ours("Get-Mailbox");
    const both = { ...without, roles: ["Our Mailboxes", "View-Only Recipients"] };
    expect(await found("set account", both)).toMatchObject({ status: "fine" });
  });

  it("names what is missing only if someone maps it", async () => {
    expect(await found("set account", ours("Set-Mailbox -CustomAttribute7"))).toMatchObject({
      status: "fine",
      message: expect.stringContaining(
        "but not a mapped LitigationHoldEnabled, Set-Mailbox -CustomAttribute7",
      ) as string,
    });
  });

  it("whose entries cannot be read is not examined, and never fine", async () => {
    withoutReading("Get-ManagementRoleEntry");
    expect(await found("set account", ours())).toMatchObject({
      status: "unknown",
      message:
        "Not examined: what was removed from Our Mailboxes (derived from Mail Recipients). The entries of the roles " +
        "cannot be read.",
    });
  });

  it("is not examined when it cannot be read what it is derived from", async () => {
    withoutReading("Get-ManagementRole");
    const { roles, derivedRoles } = ours();
    const more = { roles: [...roles, "Legal Hold"], derivedRoles };
    const findings = await examined({ ...withGroup(more), sets: ["account"] });
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(findings.find(({ check }) => check === "set account")?.message).toBe(
      "Not examined: whether one of Our Mailboxes, View-Only Configuration is derived from Mail Recipients. What the " +
        "roles are derived from cannot be read.",
    );
    expect(await found("role", { roles, derivedRoles })).toMatchObject({
      status: "unknown",
      message: expect.stringMatching(
        /^Not examined: whether Our Mailboxes, .* may write/,
      ) as string,
    });
  });

  it("that is not needed is named by its own name", async () => {
    const derivedRoles = { "Our Holds": { parent: "Legal Hold", removed: [] } };
    const group = { roles: ["Mail Recipients", "Our Holds"], derivedRoles };
    expect(await found("least privilege", group)).toMatchObject({
      status: "warning",
      mend: "Remove Our Holds from the role group.",
    });
  });
});

describe("the write scope of a role group", () => {
  const check = "write scope";

  it.each<[string, Record<string, string>, string]>([
    [
      "a scope of the tenant's own",
      { RecipientWriteScope: "CustomRecipientScope", CustomRecipientWriteScope: "Netherlands" },
      "Mail Recipients in Netherlands (CustomRecipientScope)",
    ],
    [
      "an exclusive scope",
      { RecipientWriteScope: "ExclusiveRecipientScope", CustomRecipientWriteScope: "Board" },
      "Mail Recipients in Board (ExclusiveRecipientScope)",
    ],
    [
      "an organizational unit",
      { RecipientWriteScope: "OU", CustomRecipientWriteScope: "contoso.com/Staff" },
      "Mail Recipients in contoso.com/Staff (OU)",
    ],
    ["a relative scope", { RecipientWriteScope: "Self" }, "Mail Recipients in Self"],
    [
      "a scope of the configuration",
      { ConfigWriteScope: "CustomConfigScope", CustomConfigWriteScope: "Databases" },
      "Mail Recipients in Databases (CustomConfigScope)",
    ],
  ])("is a warning that names %s", async (_, scope, text) => {
    expect(await found(check, { roles: ["Mail Recipients"], scope })).toEqual({
      check,
      status: "warning",
      message: `These roles may not write in the whole organization: ${text}.`,
      mend: "Assign them without a write scope, or leave everyone outside of it out of the business rules.",
    });
  });

  it("is fine when a second assignment has the whole organization", async () => {
    const narrow = withGroup({
      roles: ["Mail Recipients"],
      scope: { RecipientWriteScope: "OU", CustomRecipientWriteScope: "contoso.com/Staff" },
    });
    const findings = await examined({
      app: { ...narrow.app, roleGroups: ["Provisioning", "Recipient Management"] },
      state: (state) => narrow.state?.(state),
      sets: ["account"],
    });
    expect(findings.find((one) => one.check === check)?.status).toBe("fine");
  });

  it("does not count for a role that the Entra role includes, or that only reads", async () => {
    const scope = { RecipientWriteScope: "Self" };
    const directoryRoles = ["Exchange Recipient Administrator"];
    const roles = ["Mail Recipients", "Legal Hold"];
    const group = { roles, scope, directoryRoles };
    expect((await found(check, group, ["account"]))?.status).toBe("fine");
    expect((await found(check, group, ["litigationHold"]))?.message).toBe(
      "These roles may not write in the whole organization: Legal Hold in Self.",
    );
  });

  it("that the answer does not have is not examined", async () => {
    const group = { roles: ["Mail Recipients"], scope: { RecipientWriteScope: "" } };
    expect(await found(check, group)).toMatchObject({
      status: "unknown",
      message: "Not examined: the answer has no write scope of Mail Recipients.",
    });
  });

  it("of assignments that cannot be read is not examined", async () => {
    withoutReading("Get-ManagementRoleAssignment");
    expect(await found(check, { roles: ["Mail Recipients"] })).toMatchObject({
      status: "unknown",
      message: "Not examined: the assignments of the role group cannot be read.",
    });
  });
});

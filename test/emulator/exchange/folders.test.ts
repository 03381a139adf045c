import { beforeEach, describe, expect, it } from "vitest";
import type { Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import { readState, type Behaviour } from "../state.ts";
import { refusal, type Reply, seededClient, type TestClient } from "../testClient.ts";

type Row = Record<string, unknown>;

let emulator: Emulator;
let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}): void {
  client = seededClient(behaviour);
  ({ emulator } = client);
}

beforeEach(() => start());

const folders = async (identity: string, FolderScope?: string): Promise<Row[]> =>
  (
    await client.invoke("Get-MailboxFolderStatistics", {
      Identity: identity,
      ...(FolderScope ? { FolderScope } : {}),
    })
  ).json.value;
const calendar = async (identity: string): Promise<Row> =>
  (await folders(identity, "Calendar")).find((row) => row["FolderType"] === "Calendar") ?? {};
const permission = (verb: string, identity: string, parameters: Row = {}): Promise<Reply> =>
  client.invoke(`${verb}-MailboxFolderPermission`, { Identity: identity, ...parameters });
const entries = async (identity: string): Promise<Row[]> =>
  (await permission("Get", identity)).json.value;
const entry = async (identity: string, user: string): Promise<Row | undefined> =>
  (await entries(identity)).find((row) => row["User"] === user);
async function done(answer: Promise<Reply>): Promise<Reply> {
  const reply = await answer;
  expect([reply.status, reply.status === 200 ? "" : refusal(reply)]).toEqual([200, ""]);
  return reply;
}
const storeTasks = "Microsoft.Exchange.Management.StoreTasks.";

describe("a calendar folder", () => {
  it.each([
    ["aoife.obrien", "Calendar"],
    ["mia.married", "Agenda"],
    ["jurgen.muller", "Kalender"],
    ["una.principal", "Calendrier"],
    ["jose.garcia", "Calendario"],
    ["hella.hold", "Calendario"],
    ["star", "Calendário"],
    ["lukasz.wisniewski", "Kalendarz"],
    ["finn.oneil", "Kalender"],
    ["robin.vos", "Kalender"],
    ["percy.hundred", "予定表"],
    ["quinn.quote", "Kalenteri"],
    ["sales", "Calendar"],
    ["petra.proxies", "Petra's planning"],
  ])("of %s is called %s, and is found under that name and by its id", async (alias, name) => {
    const row = await calendar(alias);
    expect(row).toMatchObject({
      Name: name,
      FolderPath: `/${name}`,
      FolderType: "Calendar",
      ContainerClass: "IPF.Appointment",
    });
    for (const identity of [
      `${alias}:\\${name}`,
      `${alias}@contoso.com:\\${name.toUpperCase()}`,
      `${alias}:${String(row["FolderId"])}`,
    ]) {
      expect(
        (await entries(identity)).map((one) => [one["FolderName"], one["User"]]),
      ).toContainEqual([name, "Default"]);
    }
  });

  it("is one among several, and not always the first or the last", async () => {
    const lists = await Promise.all(
      ["sales", "info", "mia.married", "long.fox", "dora.double", "doug.double"].map((alias) =>
        folders(alias, "Calendar"),
      ),
    );
    const places = lists.map((list) => list.map((row) => row["FolderType"]).indexOf("Calendar"));
    expect(
      new Set(
        places.map((place, index) => {
          if (place === 0) return "first";
          return place === (lists[index]?.length ?? 0) - 1 ? "last" : "between";
        }),
      ).size,
    ).toBeGreaterThan(1);
    for (const list of lists)
      expect(list.filter((row) => row["FolderType"] === "Calendar")).toHaveLength(1);
    expect((await folders("long.fox", "Calendar")).map((row) => row["FolderPath"]).sort()).toEqual([
      "/Absences",
      "/Calendar",
      "/Calendar/Birthdays",
      "/Calendar/Holidays",
      "/Calendar/Team",
    ]);
  });

  it("is not found by a name in another language, nor by an id in another mailbox", async () => {
    for (const identity of [
      "mia.married:\\Calendar",
      "mia.married:Agenda",
      `sales:${String((await calendar("info"))["FolderId"])}`,
      `sales:${String((await calendar("sales"))["FolderId"]).toLowerCase()}`,
    ]) {
      const answer = await permission("Get", identity);
      expect([answer.status, refusal(answer)]).toEqual([
        404,
        "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation " +
          `couldn't be performed because object '${identity}' couldn't be found on ` +
          "'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
      ]);
    }
    expect(refusal(await permission("Get", "nobody:\\Calendar"))).toContain(
      "object 'nobody' couldn't be found",
    );
    expect((await permission("Get", "gone.gerda:\\Calendar")).status).toBe(404);
  });
});

describe("folder statistics", () => {
  it("list every folder, the root first, or one kind for a scope", async () => {
    const all = await folders("long.fox");
    expect(all[0]).toMatchObject({ FolderType: "Root", FolderPath: "/Top of Information Store" });
    expect(all).toHaveLength(16);
    expect((await folders("long.fox", "Inbox")).map((row) => row["FolderPath"])).toEqual([
      "/Inbox",
    ]);
    expect((await folders("mia.married", "SentItems")).map((row) => row["Name"])).toEqual([
      "Verzonden items",
    ]);
    expect((await folders("dora.double", "Personal")).map((row) => row["Name"])).toEqual([
      "Agenda",
    ]);
    expect(
      (await client.invoke("Get-MailboxFolderStatistics", { Identity: "sales", ResultSize: 3 }))
        .json["@adminapi.warnings"],
    ).toHaveLength(1);
  });

  it.each([
    [{ Identity: "nobody" }, 404],
    [{ Identity: "allstaff" }, 404],
    [{ Identity: null }, 501],
    [{ Identity: "sales", FolderScope: "RecoverableItems" }, 501],
    [{ Identity: "sales", FolderScope: "Agenda" }, 400],
  ])("of %j are refused", async (parameters, status) => {
    expect((await client.invoke("Get-MailboxFolderStatistics", parameters)).status).toBe(status);
  });
});

describe("folder permissions", () => {
  const at = "sales:\\Calendar";

  it("are the defaults until they change", async () => {
    expect(
      (await entries(at)).map((row) => [
        row["User"],
        row["AccessRights"],
        row["SharingPermissionFlags"],
      ]),
    ).toEqual([
      ["Default", ["AvailabilityOnly"], null],
      ["Anonymous", ["None"], null],
    ]);
    expect((await entries("sales:\\Inbox")).map((row) => row["AccessRights"])).toEqual([
      ["None"],
      ["None"],
    ]);
    expect((await entries("sales"))[0]).toMatchObject({ FolderName: "Top of Information Store" });
  });

  it("are added, replaced and removed; only Add returns something", async () => {
    const made = await done(
      permission("Add", at, {
        User: "dora.double@contoso.com",
        AccessRights: ["Editor"],
        SharingPermissionFlags: "Delegate,CanViewPrivateItems",
      }),
    );
    const row = {
      Identity: "Dora Double",
      FolderName: "Calendar",
      User: "Dora Double",
      AccessRights: ["Editor"],
      SharingPermissionFlags: "Delegate, CanViewPrivateItems",
      IsValid: true,
    };
    expect(made.json.value).toEqual([{ ...row, "AccessRights@odata.type": "#Collection(String)" }]);
    expect(await entry(at, "Dora Double")).toMatchObject(row);
    expect(
      (await done(permission("Set", at, { User: "Dora Double", AccessRights: "Reviewer" }))).json
        .value,
    ).toEqual([]);
    expect(await entry(at, "Dora Double")).toMatchObject({
      AccessRights: ["Reviewer"],
      SharingPermissionFlags: null,
    });
    expect((await permission("Get", at, { User: "dora.double" })).json.value).toHaveLength(1);
    expect(
      (await done(permission("Remove", at, { User: "dora.double", Confirm: false }))).json.value,
    ).toEqual([]);
    expect(await entry(at, "Dora Double")).toBeUndefined();
  });

  it("of Default and Anonymous are replaced, never added or removed", async () => {
    await done(permission("Set", at, { User: "default", AccessRights: ["LimitedDetails"] }));
    await done(permission("Set", at, { User: "Anonymous", AccessRights: ["AvailabilityOnly"] }));
    expect((await entries(at)).map((row) => row["AccessRights"])).toEqual([
      ["LimitedDetails"],
      ["AvailabilityOnly"],
    ]);
    expect(
      refusal(await permission("Add", at, { User: "Default", AccessRights: ["Reviewer"] })),
    ).toBe(
      `${storeTasks}UserAlreadyExistsInPermissionEntryException|An existing permission entry was ` +
        "found for user: Default.",
    );
    for (const User of ["Default", "Anonymous"])
      expect(refusal(await permission("Remove", at, { User }))).toContain(
        `${storeTasks}CannotRemoveSpecialUserException|`,
      );
    expect(await entries(at)).toHaveLength(2);
  });

  it("distinguish users with an entry from those without", async () => {
    await done(permission("Add", at, { User: "financerights", AccessRights: ["Reviewer"] }));
    for (const User of ["financerights", "Finance rights", "financerights@contoso.com"]) {
      const again = await permission("Add", at, { User, AccessRights: ["Editor"] });
      expect([again.status, refusal(again)]).toEqual([
        400,
        `${storeTasks}UserAlreadyExistsInPermissionEntryException|An existing permission entry was ` +
          "found for user: Finance rights.",
      ]);
    }
    const missing =
      `${storeTasks}UserNotFoundInPermissionEntryException|There is no existing permission entry ` +
      "found for user: Dora Double.";
    for (const [verb, parameters] of [
      ["Set", { AccessRights: ["Editor"] }],
      ["Remove", {}],
      ["Get", {}],
    ] as const) {
      const answer = await permission(verb, at, { User: "dora.double", ...parameters });
      expect([answer.status, refusal(answer)]).toEqual([400, missing]);
    }
    expect((await entry(at, "Finance rights"))?.["AccessRights"]).toEqual(["Reviewer"]);
  });

  it.each([
    "nobody@fabrikam.com",
    "salesteam",
    "cor@fabrikam.com",
    "gone.gerda",
    "nina.newcomer@contoso.com",
  ])("are not available to %s", async (User) => {
    const answer = await permission("Add", at, { User, AccessRights: ["Reviewer"] });
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      `${storeTasks}InvalidExternalUserIdException|The user "${User}" is either not valid SMTP ` +
        "address, or there is no matching information.",
    ]);
    expect(await entries(at)).toHaveLength(2);
  });

  it("keep the last known name of a deleted user, until they are removed by that name", async () => {
    const left =
      (await entries("leo.leaver:\\Calendar"))
        .map((row) => String(row["User"]))
        .find((user) => user.startsWith("NT:S-1-5-21-")) ?? "";
    expect(left).not.toBe("");
    expect(
      (await permission("Remove", "leo.leaver:\\Calendar", { User: "gone.gerda" })).status,
    ).toBe(400);
    await done(permission("Remove", "leo.leaver:\\Calendar", { User: left }));
    expect((await entries("leo.leaver:\\Calendar")).map((row) => row["User"])).toEqual([
      "Default",
      "Anonymous",
      "Jan de Vries",
      "Dora Double",
      "Finance rights",
    ]);
  });

  it("outlive a deleted group", async () => {
    await done(
      client.invoke("Remove-DistributionGroup", {
        Identity: "financerights",
        BypassSecurityGroupManagerCheck: true,
      }),
    );
    expect(
      (await entries("leo.leaver:\\Calendar"))
        .map((row) => String(row["User"]))
        .filter((user) => user.startsWith("NT:S-1-5-21-")),
    ).toHaveLength(2);
  });

  it("follow a renamed calendar", async () => {
    await done(
      permission("Add", "info:\\Calendar", { User: "dora.double", AccessRights: ["Editor"] }),
    );
    await done(
      client.invoke("Set-MailboxRegionalConfiguration", {
        Identity: "info",
        Language: "nl-NL",
        LocalizeDefaultFolderName: true,
      }),
    );
    expect(await entry("info:\\Agenda", "Dora Double")).toMatchObject({
      FolderName: "Agenda",
      AccessRights: ["Editor"],
    });
    expect((await permission("Get", "info:\\Calendar")).status).toBe(404);
  });

  it("appear late to readers when writes lag, and at once to writers", async () => {
    start({ permissionLagMs: 60_000 });
    await done(permission("Add", at, { User: "dora.double", AccessRights: ["Editor"] }));
    emulator.advance(59_999);
    expect(await entry(at, "Dora Double")).toBeUndefined();
    expect(
      refusal(await permission("Add", at, { User: "dora.double", AccessRights: ["Editor"] })),
    ).toContain("An existing permission entry");
    emulator.advance(1);
    expect(await entry(at, "Dora Double")).toMatchObject({ AccessRights: ["Editor"] });
  });
});

describe("access rights", () => {
  const at = "sales:\\Calendar";
  it.each([
    [["FolderVisible", "ReadItems"], ["Reviewer"]],
    [["CreateItems", "FolderVisible"], ["Contributor"]],
    ["editor", ["Editor"]],
    [
      ["ReadItems", "CreateItems", "ReadItems"],
      ["CreateItems", "ReadItems"],
    ],
    [["None"], ["None"]],
    [["LimitedDetails"], ["LimitedDetails"]],
  ])("%j read back as %j", async (AccessRights, read) => {
    await done(permission("Add", at, { User: "dora.double", AccessRights }));
    expect((await entry(at, "Dora Double"))?.["AccessRights"]).toEqual(read);
  });

  it.each([
    [at, { AccessRights: ["Editor", "ReadItems"] }, "can't be combined"],
    [at, { AccessRights: ["AvailabilityOnly", "FolderVisible"] }, "can't be combined"],
    [at, { AccessRights: ["None", "ReadItems"] }, "can't be combined"],
    ["sales:\\Inbox", { AccessRights: ["AvailabilityOnly"] }, "applies only to calendar folders"],
    [at, { AccessRights: [] }, "can't be empty"],
    [at, { AccessRights: ["FullAccess"] }, "AvailabilityOnly, LimitedDetails"],
    [at, {}, "missing mandatory parameters: AccessRights"],
    [at, { AccessRights: ["Reviewer"], SharingPermissionFlags: "Delegate" }, "Editor role"],
    [
      "sales:\\Inbox",
      { AccessRights: ["Editor"], SharingPermissionFlags: "Delegate" },
      "on a calendar folder",
    ],
    [
      at,
      { AccessRights: ["Editor"], SharingPermissionFlags: ["CanViewPrivateItems"] },
      "needs the flag Delegate",
    ],
    [
      at,
      { AccessRights: ["Editor"], SharingPermissionFlags: "Delegate,Everything" },
      "None, Delegate, CanViewPrivateItems",
    ],
    [
      at,
      { AccessRights: ["Author"], SendNotificationToUser: true },
      "AvailabilityOnly, LimitedDetails, Reviewer, Editor",
    ],
    [
      "sales:\\Inbox",
      { AccessRights: ["Reviewer"], SendNotificationToUser: true },
      "only to calendar folders",
    ],
  ])("on %s: %j is refused", async (identity, parameters, text) => {
    const answer = await permission("Add", identity, { User: "dora.double", ...parameters });
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining(text)]);
    expect(await entry(identity, "Dora Double")).toBeUndefined();
  });
});

describe("the flags of a delegate", () => {
  it.each([
    ["sales", [], 400, "InvalidExternalUserIdException"],
    [
      "sales",
      ["Delegate"],
      400,
      "Delegate user 'Sales' is not valid security principal recipient.",
    ],
    ["Room 1.01", [], 200, ""],
    ["Room 1.01", ["Delegate"], 400, "Delegate user 'Room 1.01' is not valid"],
    ["financerights", ["Delegate"], 200, ""],
  ])("%s with %j", async (User, SharingPermissionFlags, status, text) => {
    const parameters = {
      Identity: "anna.bakker:\\Calendar",
      User,
      AccessRights: ["Editor"],
      ...(SharingPermissionFlags.length > 0 ? { SharingPermissionFlags } : {}),
    };
    const answer = await client.invoke("Add-MailboxFolderPermission", parameters);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
  });

  const at = "leo.leaver:\\Calendar";
  const jan = { User: "jan.devries", AccessRights: ["Editor"] };
  const flags = async (): Promise<unknown> =>
    (await entry(at, "Jan de Vries"))?.["SharingPermissionFlags"];

  it("stay with the role, and are removed by None or by any notification parameter", async () => {
    await done(permission("Set", at, jan));
    expect(await flags()).toBe("Delegate, CanViewPrivateItems");
    await done(permission("Set", at, { ...jan, SharingPermissionFlags: ["Delegate"] }));
    expect(await flags()).toBe("Delegate");
    await done(permission("Set", at, { ...jan, SendNotificationToUser: false }));
    expect(await flags()).toBe("None");
    await done(permission("Set", at, { ...jan, SharingPermissionFlags: ["Delegate"] }));
    await done(permission("Set", at, { ...jan, SharingPermissionFlags: "None" }));
    expect(await flags()).toBe("None");
  });

  it("can stick, so that only removing and adding the user helps", async () => {
    start({ delegateFlagSticks: true });
    await done(permission("Set", at, { ...jan, SharingPermissionFlags: "None" }));
    expect(await flags()).toBe("Delegate, CanViewPrivateItems");
    await done(permission("Remove", at, { User: "jan.devries" }));
    await done(permission("Add", at, jan));
    expect(await flags()).toBe("None");
  });
});

describe("a state with folders", () => {
  const mailbox = "0b1ec700-0000-4000-8000-000000000001";
  it.each([
    [{ folders: [{ mailbox, language: "xx" }] }, "folders[0].language: must be one of en, nl"],
    [{ folders: [{ mailbox: "me" }] }, "folders[0].mailbox: must be the GUID"],
    [{ folders: [{ mailbox }, { mailbox }] }, "folders[1].mailbox: is used twice"],
    [
      { folders: [{ mailbox, renamed: { Agenda: "x" } }] },
      "folders[0].renamed: must be texts under Inbox",
    ],
    [{ folders: [{ mailbox, created: [{ name: "x" }] }] }, "folders[0].created: must be a list of"],
    [{ folders: {} }, "folders: must be a list"],
    [
      { folderPermissions: [{ mailbox, folder: "Agenda", user: "Default", rights: ["Editor"] }] },
      "folderPermissions[0].folder: must be one of Inbox",
    ],
    [
      { folderPermissions: [{ mailbox, folder: "Calendar", user: "", rights: ["Editor"] }] },
      "folderPermissions[0].user: must be",
    ],
    [
      {
        folderPermissions: [
          { mailbox, folder: "Calendar", user: "Default", rights: ["Editor", "Owned"] },
        ],
      },
      "folderPermissions[0].rights: must be a list out of None",
    ],
    [
      {
        folderPermissions: [
          { mailbox, folder: "Calendar", user: "Default", rights: ["Editor"], flags: ["None"] },
        ],
      },
      "folderPermissions[0].flags: must be a list out of Delegate",
    ],
    [
      {
        folderPermissions: [
          { mailbox, folder: "Calendar", user: "Default", rights: ["Editor"], deny: true },
        ],
      },
      "folderPermissions[0].deny: is not a part",
    ],
  ])("%j is refused", (parts, problem) => {
    const read = readState({ ...seedState(), ...parts });
    expect("problems" in read ? read.problems : []).toEqual([expect.stringContaining(problem)]);
  });

  it("may omit them", () => {
    const { folders: _, folderPermissions: __, ...rest } = seedState();
    expect(readState(rest)).toHaveProperty("state");
    expect(readState(seedState())).toHaveProperty("state");
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import { guidOfSid, sidOf } from "../sid.ts";
import { readState, type Behaviour, type State } from "../state.ts";
import { linkOf, refusal, TestClient, type Reply } from "../testClient.ts";

type Row = Record<string, unknown>;

let emulator: Emulator;
let client: TestClient;

function start(behaviour: Partial<Behaviour> = {}, state: State = seedState()): void {
  Object.assign(state.behaviour, behaviour);
  emulator = createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") });
  client = new TestClient(emulator);
}

beforeEach(() => start());

const pressGuid = String(
  seedState().objects.find((object) => object["Alias"] === "press")?.["Guid"],
);
const gone = "S-1-5-21-3735928559-3735928559-3735928559-1000";
const self = "NT AUTHORITY\\SELF";
const rows = async (cmdlet: string, parameters: Row): Promise<Row[]> =>
  (await client.invoke(cmdlet, parameters)).json.value;
/** Who was given something on a mailbox: without what every mailbox has. */
const who = async (mailbox: string, more: Row = {}): Promise<string[]> =>
  (await rows("Get-MailboxPermission", { Identity: mailbox, ResultSize: "Unlimited", ...more }))
    .filter(({ IsInherited, User }) => IsInherited === false && User !== self)
    .map(
      ({ User, Deny, AccessRights }) =>
        `${String(User)} ${Deny === "True" ? "not " : ""}${String(AccessRights)}`,
    );
const senders = async (recipient: string): Promise<unknown[]> =>
  (await rows("Get-RecipientPermission", { Identity: recipient }))
    .map(({ Trustee }) => Trustee)
    .filter((trustee) => trustee !== self);
const full = (mailbox: string, user: string, more: Row = {}): Row => ({
  Identity: mailbox,
  User: user,
  AccessRights: ["FullAccess"],
  ...more,
});
const add = (mailbox: string, user: string, more: Row = {}): Promise<Reply> =>
  client.invoke("Add-MailboxPermission", full(mailbox, user, more));
const remove = (mailbox: string, user: string, more: Row = {}): Promise<Reply> =>
  client.invoke("Remove-MailboxPermission", full(mailbox, user, { Confirm: false, ...more }));
const sendAs = (
  verb: "Add" | "Remove",
  recipient: string,
  trustee: string,
  more: Row = {},
): Promise<Reply> =>
  client.invoke(`${verb}-RecipientPermission`, {
    Identity: recipient,
    Trustee: trustee,
    AccessRights: ["SendAs"],
    Confirm: false,
    ...more,
  });
const done = (answer: Reply): unknown[] => [answer.status, answer.json["@adminapi.warnings"]];
const present = [
  200,
  [
    expect.stringMatching(
      /^The appropriate access control entry is already .+ "CN=Sales,OU=.+" .+ "EURPR01A001\\\$0B1EC7-00000000001F"\.$/,
    ),
  ],
];
const missing = (why: string) => [
  200,
  [
    expect.stringMatching(
      new RegExp(
        `^Can't remove the access control entry on the object "CN=.+" for account ".+" because the ACE ${why}\\.$`,
      ),
    ),
  ],
];

describe("Get-MailboxPermission", () => {
  it("shows explicit, implicit and inherited entries, including a Deny", async () => {
    const list = await rows("Get-MailboxPermission", { Identity: "sales@contoso.com" });
    expect(list.slice(0, 2)).toEqual([
      expect.objectContaining({
        Identity: "Sales",
        User: self,
        AccessRights: ["FullAccess", "ReadPermission"],
        IsInherited: false,
        Deny: "False",
        InheritanceType: "All",
      }),
      expect.objectContaining({
        Identity: "Sales",
        User: "anna.bakker@contoso.com",
        AccessRights: ["FullAccess"],
        IsInherited: false,
        Deny: "False",
        InheritanceType: "All",
      }),
    ]);
    expect(
      list.filter(({ IsInherited, Deny }) => IsInherited === true && Deny === "True").length,
    ).toBeGreaterThan(0);
    expect(
      (await rows("Get-MailboxPermission", { Identity: "jan.devries" })).filter(
        ({ IsInherited }) => IsInherited === false,
      ),
    ).toHaveLength(1);
  });

  it("shows the seeded rights: one right, a group, a deleted user, a Deny, a guest, long lists", async () => {
    expect(await who("info")).toEqual(["chris.bakker@contoso.com FullAccess"]);
    expect(await who("financedesk")).toEqual(["Finance rights FullAccess"]);
    expect(await who("hrpayroll")).toEqual([
      `${gone} FullAccess`,
      "daan.bakker@contoso.com FullAccess",
    ]);
    expect(await who("servicedesk")).toEqual([
      "emma.bakker@contoso.com not FullAccess",
      "femke.bakker@contoso.com FullAccess",
    ]);
    expect(await who("reception")).toEqual([
      "gale_fabrikam.com#EXT#@contoso.onmicrosoft.com FullAccess",
    ]);
    expect([(await who("privacy")).length, (await who("archive2019")).length]).toEqual([405, 500]);
  });

  it.each([
    ["DisplayName", "Anna Bakker"],
    ["Name", "Anna Bakker"],
    ["Guid", "0b1ec700-0000-4000-8000-00000000001f"],
    ["ExternalDirectoryObjectId", "e47ad000-0000-4000-8000-00000000001f"],
    ["Sid", sidOf("0b1ec700-0000-4000-8000-00000000001f")],
  ] as const)("shows trustees by %s when the state says so", async (trusteesShownAs, shown) => {
    start({ trusteesShownAs });
    expect([await who("sales"), await senders("sales")]).toEqual([
      [`${shown} FullAccess`],
      [shown],
    ]);
  });

  it("shows a deleted trustee as a SID", async () => {
    const state = seedState();
    const anna = state.objects.find(({ Alias }) => Alias === "anna.bakker") ?? {};
    state.objects = state.objects.filter((object) => object !== anna);
    start({}, state);
    expect(await who("sales")).toEqual([`${sidOf(String(anna["Guid"]))} FullAccess`]);
  });

  it("finds a user by any name, but only by its exact spelling", async () => {
    for (const user of [
      "anna.bakker@contoso.com",
      "Anna Bakker",
      "0b1ec700-0000-4000-8000-00000000001f",
      sidOf("0b1ec700-0000-4000-8000-00000000001f"),
    ])
      expect(await who("sales", { User: user })).toHaveLength(1);
    for (const user of ["Anna.Bakker@contoso.com", "nobody"])
      expect(await who("sales", { User: user })).toEqual([]);
  });

  it("needs a mailbox", async () => {
    expect((await client.invoke("Get-MailboxPermission", {})).status).toBe(400);
    for (const identity of ["salesteam", "gone.gerda", "allstaff"])
      expect((await client.invoke("Get-MailboxPermission", { Identity: identity })).status).toBe(
        404,
      );
    expect(
      (await client.invoke("Get-MailboxPermission", { Identity: "sales", Owner: true })).status,
    ).toBe(501);
  });
});

describe("a mailbox permission", () => {
  it("is granted, and the entry is returned", async () => {
    const answer = await add("press", "DORA.DOUBLE@contoso.com", {
      AutoMapping: false,
      InheritanceType: "All",
    });
    expect([done(answer), answer.json.value]).toEqual([
      [200, undefined],
      [
        expect.objectContaining({
          Identity: "Press",
          User: "dora.double@contoso.com",
          AccessRights: ["FullAccess"],
          IsInherited: false,
          Deny: "False",
        }),
      ],
    ]);
    expect(emulator.state().mailboxPermissions?.at(-1)).toMatchObject({
      mailbox: "0b1ec700-0000-4000-8000-0000000003f0",
      trustee: "0b1ec700-0000-4000-8000-000000000017",
      autoMapping: false,
      inheritanceType: "All",
    });
  });

  it("that exists already causes a warning, and so does one that every mailbox has", async () => {
    expect(done(await add("sales", "anna.bakker"))).toEqual(present);
    expect(done(await sendAs("Add", "sales", "anna.bakker"))).toEqual(present);
    expect((await add("sales", self)).json["@adminapi.warnings"]).toHaveLength(1);
    expect(await who("sales")).toHaveLength(1);
  });

  it("grows by further rights and keeps its mapping, and shrinks when rights are removed", async () => {
    await add("press", "dora.double");
    expect(
      done(
        await add("press", "Dora Double", {
          AccessRights: ["ReadPermission", "FullAccess"],
          AutoMapping: false,
        }),
      ),
    ).toEqual([200, undefined]);
    expect([await who("press"), emulator.state().mailboxPermissions?.at(-1)?.autoMapping]).toEqual([
      ["dora.double@contoso.com FullAccess,ReadPermission"],
      true,
    ]);
    await remove("press", "dora.double");
    expect(await who("press")).toEqual(["dora.double@contoso.com ReadPermission"]);
  });

  it("is removed once, under any spelling of its holder", async () => {
    expect(done(await remove("Sales", "ANNA.BAKKER@CONTOSO.COM"))).toEqual([200, undefined]);
    expect(await who("sales")).toEqual([]);
    expect(done(await remove("sales", "anna.bakker"))).toEqual(
      missing("doesn't exist on the object"),
    );
    expect(done(await sendAs("Remove", "sales", "e47ad000-0000-4000-8000-00000000001f"))).toEqual([
      200,
      undefined,
    ]);
    expect(done(await sendAs("Remove", "sales", "e47ad000-0000-4000-8000-00000000001f"))).toEqual(
      missing("isn't present"),
    );
  });

  it("that denies is separate, and is added and removed with Deny only", async () => {
    expect(done(await remove("servicedesk", "emma.bakker"))).toEqual(
      missing("doesn't exist on the object"),
    );
    await add("servicedesk", "emma.bakker");
    expect(await who("servicedesk")).toEqual([
      "emma.bakker@contoso.com not FullAccess",
      "femke.bakker@contoso.com FullAccess",
      "emma.bakker@contoso.com FullAccess",
    ]);
    await remove("servicedesk", "emma.bakker", { Deny: true });
    await add("servicedesk", "femke.bakker", { Deny: true });
    expect(await who("servicedesk")).toEqual([
      "femke.bakker@contoso.com FullAccess",
      "emma.bakker@contoso.com FullAccess",
      "femke.bakker@contoso.com not FullAccess",
    ]);
  });

  it("of a deleted user is removed by its SID", async () => {
    expect(done(await remove("hrpayroll", gone))).toEqual([200, undefined]);
    expect(await who("hrpayroll")).toEqual(["daan.bakker@contoso.com FullAccess"]);
    expect((await remove("hrpayroll", gone)).status).toBe(404);
  });

  it("of a deleted user can stay, or prevent other removals", async () => {
    start({ orphanKeepsEntry: true });
    expect(done(await remove("hrpayroll", gone))).toEqual(missing("doesn't exist on the object"));
    expect(done(await sendAs("Remove", "hrpayroll", gone))).toEqual(missing("isn't present"));
    expect(done(await remove("hrpayroll", "daan.bakker"))).toEqual([200, undefined]);
    expect([await who("hrpayroll"), await senders("hrpayroll")]).toEqual([
      [`${gone} FullAccess`],
      [gone],
    ]);
    start({ orphanBlocksRemoval: true });
    expect(done(await remove("hrpayroll", "daan.bakker"))).toEqual(
      missing("doesn't exist on the object"),
    );
    expect(await who("hrpayroll")).toHaveLength(2);
    await remove("hrpayroll", gone);
    expect(done(await remove("hrpayroll", "daan.bakker"))).toEqual([200, undefined]);
    expect(await who("hrpayroll")).toEqual([]);
  });

  it.each(["CONTOSO\\old.name", "S-1-5-21-1-2-3-4", "dora.old@contoso.com"])(
    "that is listed as %s is found and removed under that name only",
    async (listedAs) => {
      const dora = "0b1ec700-0000-4000-8000-000000000017";
      const state = seedState();
      const entry = { trustee: dora, listedAs };
      state.mailboxPermissions?.push({ mailbox: pressGuid, rights: ["FullAccess"], ...entry });
      state.recipientPermissions?.push({ recipient: pressGuid, rights: ["SendAs"], ...entry });
      start({}, state);
      expect([await who("press"), await senders("press")]).toEqual([
        [`${listedAs} FullAccess`],
        [listedAs],
      ]);
      for (const name of ["dora.double@contoso.com", dora]) {
        expect(done(await remove("press", name))).toEqual(missing("doesn't exist on the object"));
        expect(done(await sendAs("Remove", "press", name))).toEqual(missing("isn't present"));
        expect(await rows("Get-RecipientPermission", { Identity: "press", Trustee: name })).toEqual(
          [],
        );
      }
      expect(
        await rows("Get-MailboxPermission", { Identity: "press", User: listedAs }),
      ).toHaveLength(1);
      expect(done(await remove("press", listedAs))).toEqual([200, undefined]);
      expect(done(await sendAs("Remove", "press", listedAs))).toEqual([200, undefined]);
      expect([await who("press"), await senders("press")]).toEqual([[], []]);
    },
  );

  it("that is inherited is ignored by a removal, with a warning of its own", async () => {
    const state = seedState();
    state.mailboxPermissions?.push({
      mailbox: pressGuid,
      trustee: "0b1ec700-0000-4000-8000-000000000017",
      rights: ["FullAccess"],
      inherited: true,
    });
    start({}, state);
    expect(done(await remove("press", "dora.double"))).toEqual([
      200,
      [
        expect.stringMatching(
          /^An inherited access control entry .* was ignored on object "CN=Press/,
        ),
      ],
    ]);
    expect(emulator.state().mailboxPermissions).toEqual(state.mailboxPermissions);
    expect(state.mailboxPermissions?.at(-1)).toMatchObject({ inherited: true });
  });

  it("of another inheritance type is not the one that is removed by default", async () => {
    await add("press", "dora.double", { InheritanceType: "Children" });
    expect(done(await remove("press", "dora.double"))).toEqual(
      missing("doesn't exist on the object"),
    );
    expect(await who("press")).toHaveLength(1);
    expect(done(await remove("press", "dora.double", { InheritanceType: 4 }))).toEqual([
      200,
      undefined,
    ]);
    expect(await who("press")).toEqual([]);
  });

  it("is one of at most five hundred; further rights of a listed user still fit", async () => {
    const answer = await add("archive2019", "reception");
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      expect.stringMatching(
        /^System\.\w+\|The mailbox 0b1ec700-0000-4000-8000-0000000003f4 has reached the limit .+ of 500\./,
      ),
    ]);
    expect(
      (await add("archive2019", "aoife.obrien", { AccessRights: ["ReadPermission"] })).status,
    ).toBe(200);
    await remove("archive2019", gone);
    expect((await add("archive2019", "reception")).status).toBe(200);
    expect((await add("archive2019", "sales")).status).toBe(400);
  });

  it.each([
    [
      "press",
      "nobody@contoso.com",
      404,
      'ManagementObjectNotFoundException|User or group "nobody@contoso.com" wasn\'t found.',
    ],
    ["press", "salesteam", 404, '"salesteam"'],
    ["press", "cor.contact", 404, '"cor.contact"'],
    ["press", "gone.gerda", 404, '"gone.gerda"'],
    ["press", gone, 404, gone],
    ["nobox", "anna.bakker", 404, "object 'nobox' couldn't be found"],
    ["salesteam", "anna.bakker", 404, "object 'salesteam'"],
  ])("on %s for %s is refused", async (mailbox, user, status, text) => {
    for (const answer of [await add(mailbox, user), await remove(mailbox, user)])
      expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
  });

  it("needs all its parameters, and is not granted while Confirm is on", async () => {
    expect(
      refusal(
        await client.invoke("Remove-MailboxPermission", { Identity: "sales", User: "anna.bakker" }),
      ),
    ).toContain("AccessRights");
    expect(
      (
        await client.invoke("Add-MailboxPermission", {
          Identity: "sales",
          AccessRights: ["FullAccess"],
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await client.invoke(
          "Add-MailboxPermission",
          full("press", "dora.double", { AccessRights: ["Everything"] }),
        )
      ).status,
    ).toBe(400);
    expect(
      (await remove("sales", "anna.bakker", { Confirm: true })).json[
        "@adminapi.confirmationmessage"
      ],
    ).toContain("Are you sure");
    expect(
      (
        await client.invoke("Remove-MailboxPermission", {
          Identity: "sales",
          ClearAutoMapping: true,
        })
      ).status,
    ).toBe(501);
    expect([await who("sales"), await who("press")]).toEqual([
      ["anna.bakker@contoso.com FullAccess"],
      [],
    ]);
  });
});

describe("Get-RecipientPermission", () => {
  it("shows who may send as one recipient", async () => {
    expect(await rows("Get-RecipientPermission", { Identity: "sales" })).toEqual([
      expect.objectContaining({
        Identity: "Sales",
        Trustee: self,
        AccessControlType: "Allow",
        AccessRights: ["SendAs"],
        IsInherited: false,
        InheritanceType: "None",
      }),
      expect.objectContaining({
        Identity: "Sales",
        Trustee: "anna.bakker@contoso.com",
        AccessControlType: "Allow",
        AccessRights: ["SendAs"],
      }),
    ]);
    await sendAs("Add", "newsletter", "anna.bakker");
    expect(await rows("Get-RecipientPermission", { Identity: "newsletter" })).toEqual([
      expect.objectContaining({ Identity: "Newsletter", Trustee: "anna.bakker@contoso.com" }),
    ]);
  });

  it("lists every recipient's entries, in pages, and finds those of one trustee or right", async () => {
    const first = await client.invoke(
      "Get-RecipientPermission",
      {},
      { headers: { prefer: "odata.maxpagesize=100" } },
    );
    const next = await client.invoke(
      "Get-RecipientPermission",
      {},
      { url: linkOf(first), headers: { prefer: "odata.maxpagesize=100" } },
    );
    expect([first.json.value.length, next.json.value.length, first.json.value[0]]).toEqual([
      100,
      expect.any(Number),
      expect.objectContaining({ Identity: "Aoife O'Brien", Trustee: self }),
    ]);
    const all = [
      ...first.json.value,
      ...next.json.value,
      ...(await client.invoke("Get-RecipientPermission", {}, { url: linkOf(next) })).json.value,
    ];
    const given = all
      .filter(({ Trustee }) => Trustee !== self)
      .map(({ Identity, Trustee }) => `${String(Identity)}: ${String(Trustee)}`);
    expect(given).toEqual([
      "Sales: anna.bakker@contoso.com",
      "Finance desk: Finance rights",
      `HR & Payroll: ${gone}`,
      "Reception: gale_fabrikam.com#EXT#@contoso.onmicrosoft.com",
    ]);
    expect(
      (
        await rows("Get-RecipientPermission", {
          Trustee: "ANNA.BAKKER@contoso.com",
          AccessRights: ["SendAs"],
        })
      ).map(({ Identity }) => Identity),
    ).toEqual(["Sales"]);
    expect(
      (await rows("Get-RecipientPermission", { Trustee: gone })).map(({ Identity }) => Identity),
    ).toEqual(["HR & Payroll"]);
    expect((await client.invoke("Get-RecipientPermission", { Trustee: "nobody" })).status).toBe(
      404,
    );
    expect(
      (await client.invoke("Get-RecipientPermission", { AccessRights: ["FullAccess"] })).status,
    ).toBe(400);
  });
});

describe("permissionLagMs", () => {
  it("shows former permissions, while writes see the truth", async () => {
    start({ permissionLagMs: 20_000 });
    await add("sales", "dora.double");
    await remove("sales", "anna.bakker");
    await sendAs("Add", "sales", "dora.double");
    expect([
      await who("sales"),
      await senders("sales"),
      await rows("Get-RecipientPermission", { Trustee: "dora.double" }),
    ]).toEqual([["anna.bakker@contoso.com FullAccess"], ["anna.bakker@contoso.com"], []]);
    expect((await add("sales", "dora.double")).json["@adminapi.warnings"]).toHaveLength(1);
    emulator.advance(10_000);
    await remove("sales", "dora.double");
    emulator.advance(9_999);
    expect(await who("sales")).toEqual(["anna.bakker@contoso.com FullAccess"]);
    emulator.advance(1);
    expect([await who("sales"), await senders("sales")]).toEqual([
      ["dora.double@contoso.com FullAccess"],
      ["anna.bakker@contoso.com", "dora.double@contoso.com"],
    ]);
    emulator.advance(10_000);
    expect(await who("sales")).toEqual([]);
    expect(
      emulator
        .state()
        .mailboxPermissions?.some(
          ({ mailbox }) => mailbox === "0b1ec700-0000-4000-8000-0000000003e9",
        ),
    ).toBe(false);
  });
});

describe("a SID", () => {
  it("is derived from its GUID, and identifies one object in Get-User", async () => {
    const guid = "0b1ec700-0000-4000-8000-00000000001f";
    expect(guidOfSid(sidOf(guid))).toBe(guid);
    for (const text of [gone, "S-1-5-18", "S-1-5-21-1-2-3", "S-1-5-21-1-2-3-4294967296"])
      expect(text === gone || guidOfSid(text) === undefined).toBe(true);
    expect(
      (await rows("Get-User", { Filter: `Sid -eq '${sidOf(guid)}'` })).map(({ Guid, Sid }) => [
        Guid,
        Sid,
      ]),
    ).toEqual([[guid, sidOf(guid)]]);
    expect(
      (await client.invoke("Get-Recipient", { Filter: `Sid -eq '${sidOf(guid)}'` })).status,
    ).toBe(400);
    expect(done(await add("press", sidOf(guid)))).toEqual([200, undefined]);
    expect(await who("press")).toEqual(["anna.bakker@contoso.com FullAccess"]);
  });

  it("of an object itself replaces the derived one", async () => {
    const state = seedState();
    Object.assign(state.objects.find(({ Alias }) => Alias === "anna.bakker") ?? {}, {
      Sid: "S-1-5-21-1-2-3-4",
    });
    start({ trusteesShownAs: "Sid" }, state);
    expect(await who("sales")).toEqual(["S-1-5-21-1-2-3-4 FullAccess"]);
    expect((await add("press", sidOf("0b1ec700-0000-4000-8000-00000000001f"))).status).toBe(404);
    expect((await add("press", "S-1-5-21-1-2-3-4")).status).toBe(200);
  });
});

describe("permissions in a state", () => {
  it("are checked, and optional", () => {
    const entry = {
      mailbox: "0b1ec700-0000-4000-8000-00000000001f",
      trustee: self,
      rights: ["FullAccess"],
    };
    const wrong = [
      { ...entry, mailbox: "sales" },
      { ...entry, rights: [] },
      { mailbox: entry.mailbox },
      { ...entry, colour: "red" },
      { ...entry, deny: "True" },
      5,
    ];
    const read = readState({
      ...seedState(),
      mailboxPermissions: wrong,
      recipientPermissions: [{ ...entry, recipient: entry.mailbox, autoMapping: true }],
    });
    expect("problems" in read && read.problems.map((problem) => problem.split(":")[0])).toEqual([
      "mailboxPermissions[0].mailbox",
      "mailboxPermissions[1].rights",
      "mailboxPermissions[2].trustee",
      "mailboxPermissions[2].rights",
      "mailboxPermissions[3].colour",
      "mailboxPermissions[4].deny",
      "mailboxPermissions[5]",
      "recipientPermissions[0].mailbox",
      "recipientPermissions[0].autoMapping",
    ]);
    const { mailboxPermissions, recipientPermissions, ...rest } = seedState();
    expect([
      mailboxPermissions?.length,
      recipientPermissions?.length,
      "state" in readState(rest),
    ]).toEqual([913, 4, true]);
  });
});

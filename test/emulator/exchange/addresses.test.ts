import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { seedState } from "../seed.ts";
import { refusal, TestClient, type Reply } from "../testClient.ts";

let emulator: Emulator;
let client: TestClient;

beforeEach(() => {
  emulator = createEmulator({
    state: seedState(),
    clock: () => Date.parse("2026-06-01T12:00:00Z"),
  });
  client = new TestClient(emulator);
});

const set = (parameters: Record<string, unknown>, identity = "sales"): Promise<Reply> =>
  client.invoke("Set-Mailbox", { Identity: identity, ...parameters });
const delta = (changes: Record<string, unknown>): Record<string, unknown> => ({
  EmailAddresses: { "@odata.type": "#Exchange.GenericHashTable", ...changes },
});
const one = async (identity = "sales"): Promise<Record<string, unknown>> =>
  (await client.invoke("Get-Mailbox", { Identity: identity })).json.value[0] ?? {};
const [old, initial] = ["SMTP:sales@contoso.com", "smtp:sales@contoso.onmicrosoft.com"];

async function after(parameters: Record<string, unknown>, identity = "sales"): Promise<unknown> {
  const answer = await set(parameters, identity);
  expect([answer.status, answer.status === 200 ? "" : refusal(answer)]).toEqual([200, ""]);
  return (await one(identity))["EmailAddresses"];
}

describe("a list of addresses", () => {
  it.each([
    [
      "marks its primary",
      ["smtp:a@contoso.com", "SMTP:b@contoso.com"],
      ["smtp:a@contoso.com", "SMTP:b@contoso.com"],
    ],
    [
      "makes the first one primary when none is marked",
      ["smtp:a@contoso.com", "b@contoso.com"],
      ["SMTP:a@contoso.com", "smtp:b@contoso.com"],
    ],
    [
      "takes no prefix for smtp",
      ["a@contoso.com", "SMTP:b@contoso.com"],
      ["smtp:a@contoso.com", "SMTP:b@contoso.com"],
    ],
    [
      "has only one meaning for capitals",
      ["Smtp:a@contoso.com", "SMTP:b@contoso.com"],
      ["smtp:a@contoso.com", "SMTP:b@contoso.com"],
    ],
    [
      "keeps what is no SMTP address as it is",
      ["SIP:S@contoso.com", "SPO:any thing", "X500:/o=A/cn=b:c", "x:y", "SMTP:b@contoso.com"],
      ["SIP:S@contoso.com", "SPO:any thing", "X500:/o=A/cn=b:c", "x:y", "SMTP:b@contoso.com"],
    ],
    ["keeps the case of an address", ["SMTP:Sales@Contoso.com"], ["SMTP:Sales@Contoso.com"]],
  ])("%s", async (_, given, read) => {
    expect(await after({ EmailAddresses: given })).toEqual(read);
  });

  it("moves the primary address and its derived values, but never the user name", async () => {
    await after({ EmailAddresses: ["SMTP:verkoop@contoso.com", "smtp:sales@contoso.com"] });
    expect(await one()).toMatchObject({
      PrimarySmtpAddress: "verkoop@contoso.com",
      WindowsEmailAddress: "verkoop@contoso.com",
      UserPrincipalName: "sales@contoso.com",
      Alias: "sales",
    });
    expect((await one("verkoop@contoso.com"))["Alias"]).toBe("sales");
  });

  it("keeps a user name that was only derived", async () => {
    const state = seedState();
    for (const object of state.objects)
      if (object["Alias"] === "sales") delete object["UserPrincipalName"];
    emulator.replaceState(state);
    await after({ WindowsEmailAddress: "verkoop@contoso.com" });
    expect(await one()).toMatchObject({
      PrimarySmtpAddress: "verkoop@contoso.com",
      UserPrincipalName: "sales@contoso.com",
    });
  });

  it("does not change by another order, but does by another case", async () => {
    expect((await set({ EmailAddresses: [initial, old] })).json["@adminapi.warnings"]).toHaveLength(
      1,
    );
    expect(await after({ EmailAddresses: ["SMTP:Sales@contoso.com", initial] })).toEqual([
      "SMTP:Sales@contoso.com",
      initial,
    ]);
  });

  const conversion = (from: string, why: string): string =>
    "Cannot process argument transformation on parameter 'EmailAddresses'. Cannot convert value " +
    `"System.Collections.Generic.${from}" to type ` +
    `"Microsoft.Exchange.Data.ProxyAddressCollection". Error: "${why}"`;

  it.each([
    [
      ["SMTP:a@contoso.com", "smtp:A@contoso.com"],
      conversion(
        "List`1[System.String]",
        "The value 'smtp:A@contoso.com' is already present in the collection.",
      ),
    ],
    [
      ["SMTP:a@contoso.com", "a@contoso.com"],
      conversion(
        "List`1[System.String]",
        "The value 'SMTP:a@contoso.com' is already present in the collection.",
      ),
    ],
    [["SMTP:a@contoso.com", "SMTP:b@contoso.com"], "only one primary"],
    [["SIP:a@contoso.com"], "no primary"],
    [[], "no primary"],
    [null, "no primary"],
    [["sales@"], "a prefix must be specified"],
    [["SMTP:two@at@contoso.com"], "is invalid"],
    [["SMTP:jürgen@contoso.com"], `"jürgen@contoso.com" isn't a valid SMTP address.`],
    [[old, "zoë@contoso.com"], `"zoë@contoso.com" isn't a valid SMTP address.`],
    [[`SMTP:${"x".repeat(65)}@contoso.com`], "isn't a valid SMTP address."],
    [["SMTP:sales@fabrikam.com"], "not an accepted domain"],
  ])("%j is refused", async (EmailAddresses, text) => {
    const answer = await set({ EmailAddresses });
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining(text)]);
    expect((await one())["EmailAddresses"]).toEqual([old, initial]);
  });

  it("is refused by the inner exception only, when it cannot be bound", async () => {
    const answer = await set({ EmailAddresses: ["SMTP:a@contoso.com", "a@contoso.com"] });
    expect([answer.json.error.details, answer.headers.get("x-exceptiontype")]).toEqual([
      [],
      "ParameterTransformationException",
    ]);
  });
});

describe("an address that cannot be read", () => {
  it.each([
    ["Set-Mailbox", { Identity: "sales", WindowsEmailAddress: "zoë@contoso.com" }],
    ["New-Mailbox", { Name: "Zoe", Shared: true, PrimarySmtpAddress: "zoë@contoso.com" }],
    ["New-DistributionGroup", { Name: "Zoe", PrimarySmtpAddress: "zoë@contoso.com" }],
  ])("is refused by %s %j", async (cmdlet, parameters) => {
    const answer = await client.invoke(cmdlet, parameters);
    expect([answer.status, refusal(answer)]).toEqual([
      400,
      expect.stringContaining(`"zoë@contoso.com" isn't a valid SMTP address.`),
    ]);
  });
});

describe("a change of addresses", () => {
  it.each([
    [
      "adds, as text or as a list",
      { ADD: "extra@contoso.com" },
      [old, initial, "smtp:extra@contoso.com"],
    ],
    [
      "lowers the old primary address under a new one",
      { add: ["SMTP:new@contoso.com"] },
      ["SMTP:new@contoso.com", "smtp:sales@contoso.com", initial],
    ],
    ["removes whatever the case", { Remove: ["SMTP:Sales@contoso.OnMicrosoft.com"] }, [old]],
    [
      "swaps the primary address",
      { add: ["SMTP:new@contoso.com"], remove: "smtp:sales@contoso.com" },
      ["SMTP:new@contoso.com", initial],
    ],
    [
      "raises an address it removes as a secondary one",
      { add: ["SMTP:sales@contoso.onmicrosoft.com"], remove: [initial] },
      ["SMTP:sales@contoso.onmicrosoft.com", "smtp:sales@contoso.com"],
    ],
    [
      "raises an address that is there",
      { add: ["SMTP:sales@contoso.onmicrosoft.com"] },
      ["SMTP:sales@contoso.onmicrosoft.com", "smtp:sales@contoso.com"],
    ],
  ])("%s", async (_, changes, read) => {
    expect(await after(delta(changes))).toEqual(read);
  });

  it("does not touch other kinds of address", async () => {
    const before = (await one("petra.proxies"))["EmailAddresses"] as string[];
    expect(before.map((address) => address.split(":")[0])).toEqual([
      "SMTP",
      "smtp",
      "smtp",
      "SIP",
      "SPO",
      "X500",
      "EUM",
      "X400",
    ]);
    expect(await after(delta({ add: ["SMTP:Petra.Maiden@contoso.com"] }), "petra.proxies")).toEqual(
      [
        "SMTP:Petra.Maiden@contoso.com",
        "smtp:petra.proxies@contoso.com",
        before[1],
        ...before.slice(3),
      ],
    );
    expect(await after(delta({ remove: before[4] }), "petra.proxies")).not.toContain(before[4]);
  });

  it.each([
    [{ remove: [old] }, "no primary"],
    [{ remove: ["sales@contoso.com"] }, "no primary"],
    [{ add: ["SMTP:a@contoso.com", "SMTP:b@contoso.com"] }, "only one primary"],
  ])("%j is refused", async (changes, text) => {
    expect(refusal(await set(delta(changes)))).toContain(text);
  });

  it("that is in place already is no change, unless the state says otherwise", async () => {
    const again = delta({ add: ["smtp:Sales@contoso.com"], remove: ["smtp:never@contoso.com"] });
    expect((await set(again)).json["@adminapi.warnings"]).toHaveLength(1);
    emulator.replaceState({ ...seedState(), behaviour: { addingPresentAddress: "refuse" } });
    expect(refusal(await set(again))).toContain(
      "The value 'SMTP:sales@contoso.com' is already present in the collection.",
    );
  });

  it("can come from WindowsEmailAddress", async () => {
    expect(await after({ WindowsEmailAddress: "new@contoso.com" })).toEqual([
      "SMTP:new@contoso.com",
      "smtp:sales@contoso.com",
      initial,
    ]);
    expect(await after({ WindowsEmailAddress: "Sales@contoso.com" })).toEqual([
      "SMTP:Sales@contoso.com",
      "smtp:new@contoso.com",
      initial,
    ]);
  });
});

describe("an address in use", () => {
  const canonical = (name: string): string =>
    `eurpr01a001.prod.outlook.com/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com/${name}`;
  const taken = (address: string, name: string): string =>
    "Microsoft.Exchange.Management.Tasks.ProxyAddressExistsException|The proxy address " +
    `"${address}" is already being used by the proxy addresses or LegacyExchangeDN of ` +
    `"${canonical(name)}". Please choose another proxy address.`;

  it.each([
    ["smtp:INFO@contoso.com", "Info"],
    ["smtp:salesteam@contoso.com", "Sales team"],
    ["smtp:wanted@contoso.com", "Otto Once"],
    ["smtp:inactive.ike@contoso.com", "Inactive Ike"],
    ["smtp:cor@fabrikam.com", "Cor Contact"],
    ["SIP:petra.proxies@contoso.com", "Petra Proxies"],
    ["x500:/o=contoso/ou=first administrative group/cn=recipients/cn=Petra", "Petra Proxies"],
    [
      "X500:/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=0b1ec70000004000800000000000001f",
      "Anna Bakker",
    ],
  ])("by %s is refused, and %s named", async (address, name) => {
    expect(refusal(await set(delta({ add: [address] })))).toBe(taken(address, name));
    expect(refusal(await set({ EmailAddresses: [old, address] }))).toBe(taken(address, name));
  });

  it("as a user name only is refused without a name", async () => {
    expect(refusal(await set(delta({ add: ["smtp:nina.newcomer@contoso.com"] })))).toBe(
      "Microsoft.Exchange.Management.Tasks.WLCDManagedMemberExistsException|The proxy address " +
        '"smtp:nina.newcomer@contoso.com" is already being used by the proxy addresses or ' +
        "LegacyExchangeDN. Please choose another proxy address.",
    );
  });

  it("is free again when its holder drops it, and never conflicts with its own mailbox", async () => {
    await after(delta({ remove: ["smtp:petra.maiden@contoso.com"] }), "petra.proxies");
    expect(await after(delta({ add: ["smtp:petra.maiden@contoso.com"] }))).toContain(
      "smtp:petra.maiden@contoso.com",
    );
    // Mia's user name is an address nobody has, and it is hers to have; Rita's address is also that
    // of her former mailbox.
    expect(
      await after(delta({ add: ["smtp:mia.maiden@contoso.com"] }), "mia.married"),
    ).toHaveLength(3);
    expect(
      await after(delta({ add: ["SMTP:rita@contoso.com"] }), "rita.rehired@contoso.com"),
    ).toHaveLength(3);
  });

  it("can stay reserved for a while after its holder drops it", async () => {
    emulator.replaceState({ ...seedState(), behaviour: { addressReleaseMs: 3_600_000 } });
    const [give, take] = [
      delta({ remove: "smtp:petra.maiden@contoso.com" }),
      delta({ add: "smtp:petra.maiden@contoso.com" }),
    ];
    await after(give, "petra.proxies");
    expect(refusal(await set(take))).toBe(taken("smtp:petra.maiden@contoso.com", "Petra Proxies"));
    emulator.advance(3_600_000);
    await client.signIn();
    expect(await after(take)).toContain("smtp:petra.maiden@contoso.com");
  });

  it("may be in use in another form", async () => {
    expect(await after(delta({ add: ["SIP:info@contoso.com"] }))).toHaveLength(3);
  });
});

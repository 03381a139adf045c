import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { application } from "../scenario.ts";
import { fakeExchange, type FakeExchange } from "./exchange.ts";
import { directoryObject, plainBehaviour, type Behaviour, type DirectoryObject } from "./model.ts";

const desk = "5eed0000-0000-4000-8000-000000000016";
const pat = "5eed0000-0000-4000-8000-000000000001";
const list = "5eed0000-0000-4000-8000-000000000032";

/** A tenant with one person, one shared mailbox and one list, and a clock to turn. */
function tenant(
  mailbox: Partial<DirectoryObject> = {},
  behaviour: Partial<Behaviour> = {},
): { fake: FakeExchange; clock: { now: number } } {
  const clock = { now: 0 };
  const objects = [
    directoryObject(pat, "UserMailbox", "Pat"),
    directoryObject(desk, "SharedMailbox", "Desk", mailbox),
    directoryObject(list, "MailUniversalDistributionGroup", "List", { members: [pat] }),
  ];
  const state = { objects, behaviour: { ...plainBehaviour, ...behaviour } };
  return { clock, fake: fakeExchange(state, application, () => clock.now) };
}

interface Envelope {
  value: Record<string, unknown>[];
  "@adminapi.warnings"?: string[];
  error?: { details: { message: string }[] };
}

function call(fake: FakeExchange, cmdlet: string, parameters: Record<string, unknown>) {
  const { tenantId, clientId, clientSecret } = application;
  const signedIn = fake.handle({
    method: "POST",
    url: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    headers: {},
    body: `client_id=${clientId}&client_secret=${encodeURIComponent(clientSecret)}`,
  });
  const { access_token: token } = JSON.parse(signedIn.text) as { access_token: string };
  const { status, text } = fake.handle({
    method: "POST",
    url: `https://outlook.office365.com/adminapi/beta/${tenantId}/InvokeCommand`,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } }),
  });
  return { status, ...(JSON.parse(text) as Envelope) };
}

test("an entry that is kept under a name is only removed by that name", () => {
  const entry = { trustee: pat, form: "upn", isStubborn: true, rights: ["FullAccess"] } as const;
  const { fake } = tenant({ fullAccess: [{ ...entry, rights: [...entry.rights] }] });
  const revoke = (User: string) =>
    call(fake, "Remove-MailboxPermission", { Identity: desk, User, AccessRights: ["FullAccess"] });
  const left = () => fake.truth().find(({ guid }) => guid === desk)?.fullAccess.length;

  expect(revoke(pat)["@adminapi.warnings"]?.[0]).toContain("the ACE doesn't exist");
  expect(left()).toBe(1);
  expect(revoke("pat@contoso.com")["@adminapi.warnings"]).toBeUndefined();
  expect(left()).toBe(0);
});

test("readers hear of a change only after the lag", () => {
  const { fake, clock } = tenant({}, { lagMs: [10_000] });
  call(fake, "Remove-DistributionGroupMember", { Identity: list, Member: pat });
  const listed = () => call(fake, "Get-DistributionGroupMember", { Identity: list }).value.length;

  clock.now = 9_999;
  expect(listed()).toBe(1);
  clock.now = 10_000;
  expect(listed()).toBe(0);
});

test("a mail user is not a mailbox, but a recipient and a user", () => {
  const { fake } = tenant({ kind: "MailUser" });
  const statuses = ["Get-Mailbox", "Get-Recipient", "Get-User"].map(
    (cmdlet) => call(fake, cmdlet, { Identity: desk }).status,
  );

  expect(statuses).toEqual([404, 200, 200]);
});

test("a German tenant refuses in German, with the same class", () => {
  const { fake } = tenant({}, { language: "de" });
  const { error } = call(fake, "Get-Mailbox", { Identity: "nobody@contoso.com" });

  expect(error?.details[0]?.message).toMatch(/ManagementObjectNotFoundException\|Der Vorgang/);
});

test("a filter on members compares distinguished names", () => {
  const { fake } = tenant();
  const [row] = call(fake, "Get-Mailbox", { Identity: pat }).value;
  const Filter = `Members -eq '${String(row?.["DistinguishedName"])}'`;

  expect(call(fake, "Get-DistributionGroup", { Filter }).value).toHaveLength(1);
  expect(call(fake, "Get-DistributionGroup", { Filter: "Members -eq 'Pat'" }).value).toEqual([]);
});

test("a parameter that the cmdlet does not have is refused", () => {
  const { fake } = tenant();

  expect(call(fake, "Get-Mailbox", { Identity: pat, Nonsense: true }).status).toBe(400);
});

test("the fake shares no code with the connector, the emulator or the campaign", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith(".test.ts"));
  const imported = files.flatMap((file) =>
    [
      ...readFileSync(`${import.meta.dirname}/${file}`, "utf8").matchAll(
        /(?:from|import) "([^"]+)"/g,
      ),
    ].map(([, from = ""]) => from),
  );

  expect(imported.filter((from) => !from.startsWith("./"))).toEqual([
    "../../../schemas/cmdlets.json",
  ]);
});

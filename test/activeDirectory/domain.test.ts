/**
 * The domain in memory, judged by a real controller: each of these requests has the same result from both, and leaves
 * the same behind. The requests are those of a foreign client and not of the connector.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AndFilter,
  Attribute,
  Change,
  Client,
  Control,
  EqualityFilter,
  ExtensibleFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  type Filter,
} from "ldapts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Domain, personIn } from "../emulator/directory/domain.ts";
import { ldapDouble, type LdapDouble } from "../emulator/directory/ldapDouble.ts";
import { newAuthority } from "./certificates.ts";
import { modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, person, serviceAccount } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;
const unit = `OU=Judged,OU=People,${baseDn}`;
const elsewhere = `OU=Elsewhere,${baseDn}`;
const serverName = "dc1.example.test";

/** What both begin with: a unit with two people and two groups, and a person where the account may not write. */
const names = { anna: "Judged Anna", jose: "Judged José", away: "Judged Away" };
const startingLdif = [
  `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`,
  person(names.anna, unit),
  person(names.jose, unit)
    .replace(/^dn: .*$/m, `dn:: ${Buffer.from(`CN=${names.jose},${unit}`).toString("base64")}`)
    .replace(/^displayName: .*$/m, `displayName:: ${Buffer.from(names.jose).toString("base64")}`)
    .replace(/^(sAMAccountName|mailNickname): .*$/gm, "$1: Judged.Jose")
    .replace(/^userPrincipalName: .*$/m, "userPrincipalName: Judged.Jose@example.test"),
  person(names.away, elsewhere),
  `dn: CN=Judged Inner,${unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: Judged Inner\n` +
    `groupType: -2147483646\nmember: CN=${names.anna},${unit}\n`,
  `dn: CN=Judged Outer,${unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: Judged Outer\n` +
    `groupType: -2147483646\nmember: CN=Judged Inner,${unit}\n`,
].join("\n");

const own = (name: string, account = name.replaceAll(" ", ".")) => ({
  displayName: name,
  sAMAccountName: account,
  userPrincipalName: `${account}@example.test`,
  mailNickname: account,
});
const group = (name: string, member: string) =>
  ({
    dn: `CN=${name},${unit}`,
    objectClass: "group",
    values: { sAMAccountName: name, groupType: "-2147483646", member },
  }) as const;

function domain(): Domain {
  return new Domain({
    baseDn,
    delegated: { [serviceAccount.name]: `OU=People,${baseDn}` },
    administrators: ["Administrator"],
    objects: [
      { dn: `OU=People,${baseDn}`, objectClass: "organizationalUnit" },
      { dn: elsewhere, objectClass: "organizationalUnit" },
      {
        ...personIn(elsewhere, serviceAccount.name, {
          userPrincipalName: serviceAccount.userPrincipalName,
          userAccountControl: "66048",
        }),
        password: serviceAccount.password,
      },
      {
        ...personIn(`CN=Users,${baseDn}`, "Administrator", {
          userPrincipalName: "Administrator@example.test",
        }),
        password: "Passw0rd.Adm1n",
      },
      { dn: unit, objectClass: "organizationalUnit" },
      personIn(unit, names.anna, own(names.anna)),
      personIn(unit, names.jose, own(names.jose, "Judged.Jose")),
      personIn(elsewhere, names.away, own(names.away)),
      group("Judged Inner", `CN=${names.anna},${unit}`),
      group("Judged Outer", `CN=Judged Inner,${unit}`),
    ],
  });
}

const folder = mkdtempSync(path.join(tmpdir(), "judged-"));
let double: LdapDouble;
const clients: Client[] = [];

beforeAll(async () => {
  const authority = newAuthority();
  writeFileSync(path.join(folder, "ca.pem"), authority.pem);
  const inMemory = domain();
  double = await ldapDouble(authority.issue(["127.0.0.1", serverName]), (request) =>
    inMemory.answer(request),
  );
  const ca = authority.pem;
  clients.push(clientOf(`ldaps://127.0.0.1:${double.port}`, ca));
  if (provided === "") return;
  modifyDatabase(samba.folder, startingLdif);
  clients.push(clientOf(`ldaps://${samba.address}:636`));
});
afterAll(async () => {
  for (const client of clients) await client.unbind();
  await double.close();
  rmSync(folder, { recursive: true });
});

function clientOf(url: string, ca?: string): Client {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  return new Client({ url, tlsOptions: { ...trust, servername: serverName } });
}

type Ask = (client: Client) => Promise<unknown>;

/** What came of it: the answer, or the result code and the Windows error of its text. */
async function resultOf(client: Client, ask: Ask): Promise<unknown> {
  try {
    return (await ask(client)) ?? "done";
  } catch (thrown) {
    const { code, message } = thrown as { code?: number; message: string };
    const [, data] = /\bdata ([0-9a-f]{3,8})\b/i.exec(message) ?? [];
    return { code, ...(data !== undefined && { data }) };
  }
}

/** Asks both, and expects the same. Returns the result. */
async function both(ask: Ask, what = ""): Promise<unknown> {
  const results: unknown[] = [];
  for (const client of clients) results.push(await resultOf(client, ask));
  const [inMemory, real = inMemory] = results;
  expect([what, inMemory]).toEqual([what, real]);
  return inMemory;
}

const equal = (attribute: string, value: string | Buffer): Filter =>
  new EqualityFilter({ attribute, value });

/** The values of attributes of what is found, by name, with lists sorted. */
function search(
  filter: Filter,
  attributes: string[],
  {
    base = unit,
    scope = "sub",
    controls = [],
  }: { base?: string; scope?: "sub" | "one"; controls?: Control[] } = {},
): Ask {
  return async (client) => {
    const { searchEntries } = await client.search(base, { scope, filter, attributes }, controls);
    return searchEntries
      .map(({ dn, ...values }) => ({
        dn,
        ...Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, [value].flat().map(String).sort()]),
        ),
      }))
      .sort((one, other) => (one.dn < other.dn ? -1 : 1));
  };
}

const modify =
  (
    dn: string,
    ...changes: (readonly ["add" | "delete" | "replace", string, ...(string | Buffer)[]])[]
  ): Ask =>
  async (client) =>
    await client.modify(
      dn,
      changes.map(
        ([operation, type, ...values]) =>
          new Change({
            operation,
            modification: new Attribute({ type, values: values.map((one) => Buffer.from(one)) }),
          }),
      ),
    );

const add =
  (dn: string, values: Record<string, string | string[] | Buffer>): Ask =>
  async (client) =>
    await client.add(
      dn,
      Object.entries(values).map(
        ([type, value]) =>
          new Attribute({
            type,
            values: Buffer.isBuffer(value)
              ? [value]
              : [value].flat().map((one) => Buffer.from(one)),
          }),
      ),
    );

const anna = `CN=${names.anna},${unit}`;
const password = (text: string): Buffer => Buffer.from(`"${text}"`, "utf16le");
const newUser = (name: string) => ({
  objectClass: ["top", "person", "organizationalPerson", "user"],
  ...own(name),
  userAccountControl: "514",
  unicodePwd: password("Nieuw.2026x"),
  pwdLastSet: "0",
});
const shown = ["displayName", "userAccountControl", "memberOf", "cn", "name", "mail"];

describe("the domain in memory answers as a real controller", () => {
  it.each([
    ["with a wrong password", serviceAccount.userPrincipalName, "wrong", { code: 49, data: "52e" }],
    ["as no one", "nobody@example.test", "wrong", { code: 49, data: "52e" }],
    ["by its name", `EXAMPLE\\${serviceAccount.name}`, serviceAccount.password, "done"],
    ["by its place", `CN=${serviceAccount.name},${elsewhere}`, serviceAccount.password, "done"],
    ["by its user name", serviceAccount.userPrincipalName, serviceAccount.password, "done"],
  ])("to a sign-in %s", async (_, name, word, expected) => {
    expect(await both((client) => client.bind(name, word))).toEqual(expected);
  });

  it.each<[string, Ask]>([
    ["one value", search(equal("displayName", names.anna), shown)],
    ["a value in other letters", search(equal("sAMAccountName", "JUDGED.ANNA"), shown)],
    ["a class", search(equal("objectClass", "person"), ["cn"])],
    ["a category", search(equal("objectCategory", "person"), ["cn"])],
    ["a group", search(equal("objectClass", "group"), ["member", "groupType", "name"])],
    ["a member", search(equal("member", anna), ["cn"])],
    ["members", search(equal("memberOf", `CN=Judged Inner,${unit}`), ["cn"])],
    [
      "members over others",
      search(
        new ExtensibleFilter({
          matchType: "memberOf",
          rule: "1.2.840.113556.1.4.1941",
          value: `CN=Judged Outer,${unit}`,
        }),
        ["cn"],
      ),
    ],
    [
      "several conditions",
      search(
        new AndFilter({
          filters: [
            new OrFilter({ filters: [equal("cn", names.anna), equal("cn", names.jose)] }),
            new NotFilter({ filter: equal("mailNickname", "Judged.Jose") }),
            new PresenceFilter({ attribute: "userPrincipalName" }),
          ],
        }),
        shown,
      ),
    ],
    ["those directly below", search(equal("objectClass", "*"), ["cn"], { scope: "one" })],
    ["a place that does not exist", search(equal("cn", "x"), ["cn"], { base: `OU=None,${unit}` })],
    ["the policy", search(equal("objectClass", "domainDNS"), ["minPwdLength"], { base: baseDn })],
  ])("to a search for %s", async (_, ask) => {
    await both(ask);
  });

  it("finds a value without its accent, as Windows does (MS-ADTS) and Samba does not (measured)", async () => {
    const look = search(equal("displayName", "Judged Jose"), ["cn"]);
    const [inMemory, real] = await Promise.all(clients.map(look));
    expect(inMemory).toHaveLength(1);
    if (real) expect(real).toEqual([]);
  });

  it("to changes, each judged by what is found afterwards", async () => {
    const look = search(equal("objectClass", "user"), [
      ...["displayName", "department", "description", "proxyAddresses", "manager"],
      ...["userAccountControl", "userPrincipalName", "sAMAccountName", "memberOf", "mail", "cn"],
    ]);
    const steps: [string, Ask, unknown][] = [
      ["a new value", modify(anna, ["replace", "department", "Sales"]), "done"],
      ["a value that is cleared", modify(anna, ["replace", "mail"]), "done"],
      ["a value that is not there", modify(anna, ["delete", "department", "R+D"]), { code: 16 }],
      [
        "one that is compared",
        modify(anna, ["delete", "department", "Sales"], ["add", "department", "R+D"]),
        "done",
      ],
      [
        "none of two, when one is refused",
        modify(anna, ["replace", "department", "None"], ["delete", "mail", "x"]),
        { code: 16 },
      ],
      ["a value that is there", modify(anna, ["add", "proxyAddresses", "smtp:a@x"]), "done"],
      ["the same again", modify(anna, ["add", "proxyAddresses", "smtp:a@x"]), { code: 20 }],
      ["a manager", modify(anna, ["replace", "manager", `CN=${names.jose},${unit}`]), "done"],
      [
        "the bits",
        modify(anna, ["delete", "userAccountControl", "512"], ["add", "userAccountControl", "514"]),
        "done",
      ],
      [
        "the bits that changed",
        modify(
          anna,
          ["delete", "userAccountControl", "512"],
          ["add", "userAccountControl", "66048"],
        ),
        { code: 16 },
      ],
      [
        "where it may not",
        modify(`CN=${names.away},${elsewhere}`, ["replace", "mail", "x"]),
        { code: 50 },
      ],
      ["a member again", modify(`CN=Judged Inner,${unit}`, ["add", "member", anna]), { code: 68 }],
      ["a new member", modify(`CN=Judged Outer,${unit}`, ["add", "member", anna]), "done"],
      [
        "a member that is gone",
        modify(`CN=Judged Outer,${unit}`, ["delete", "member", anna]),
        "done",
      ],
      ["once more", modify(`CN=Judged Outer,${unit}`, ["delete", "member", anna]), { code: 53 }],
      ["a new user", add(`CN=Judged New,${unit}`, newUser("Judged New")), "done"],
      ["the same name", add(`CN=Judged New,${unit}`, newUser("Judged Other")), { code: 68 }],
      ["the same account", add(`CN=Judged Two,${unit}`, newUser("Judged New")), { code: 68 }],
      [
        "the same user name",
        add(`CN=Judged Two,${unit}`, {
          ...newUser("Judged Two"),
          userPrincipalName: "judged.new@example.test",
        }),
        { code: 19 },
      ],
      [
        "a weak password",
        add(`CN=Judged Two,${unit}`, {
          ...newUser("Judged Two"),
          unicodePwd: password("aaaaaaaaaa"),
        }),
        { code: 19 },
      ],
      ["no such place", add(`CN=Judged Two,OU=None,${unit}`, newUser("Judged Two")), { code: 32 }],
      ["a place of others", add(`CN=Judged Two,${elsewhere}`, newUser("Judged Two")), { code: 50 }],
      [
        "a new name",
        async (client) =>
          await client.modifyDN(`CN=Judged New,${unit}`, `CN=Judged\\2c Renamed,${unit}`),
        "done",
      ],
      [
        "a name that is taken",
        async (client) => await client.modifyDN(`CN=Judged\\2c Renamed,${unit}`, anna),
        { code: 68 },
      ],
      ["a unit", async (client) => await client.del(unit), { code: 50 }],
      ["a deletion", async (client) => await client.del(`CN=${names.jose},${unit}`), "done"],
      ["once more", async (client) => await client.del(`CN=${names.jose},${unit}`), { code: 32 }],
    ];
    for (const [what, ask, expected] of steps) {
      expect([what, await both(ask, what)]).toEqual([what, expected]);
      await both(look, `after ${what}`);
    }
  });

  it("with deleted objects only to those who may see them", async () => {
    const show = new Control("1.2.840.113556.1.4.417", { critical: true });
    const look = search(equal("sAMAccountName", "Judged.Jose"), ["isDeleted"], {
      base: baseDn,
      controls: [show],
    });
    const counted: Ask = async (client) => ((await look(client)) as unknown[]).length;
    expect(await both(counted)).toBe(0);
    await both((client) => client.bind("Administrator@example.test", "Passw0rd.Adm1n"));
    expect(await both(counted)).toBe(1);
    // As an administrator: a unit that has others below it.
    expect(await both((client) => client.del(unit))).toEqual({ code: 66 });
  });
});

it("answers in pages, the last of which is empty when the others are whole", async () => {
  const [client] = clients;
  const sizes: number[] = [];
  const pages = client?.searchPaginated(
    baseDn,
    {
      scope: "sub",
      filter: equal("objectClass", "group"),
      attributes: ["cn"],
      paged: { pageSize: 1 },
    },
    [],
  );
  for await (const { searchEntries } of pages ?? []) sizes.push(searchEntries.length);
  expect(sizes).toEqual([1, 1, 0]);
});

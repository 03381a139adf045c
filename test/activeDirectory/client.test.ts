/** The client of Active Directory against a scripted controller: what a real one does not do on request. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { guidBytes, guidIn } from "../../lib/activeDirectory/client/attributes.ts";
import { activeDirectory, type Directory } from "../../lib/activeDirectory/client/directory.ts";
import { settingsFrom, type DirectoryForm } from "../../lib/activeDirectory/client/settings.ts";
import { Fault } from "../../lib/fault.ts";
import {
  ldapDouble,
  type Answer,
  type LdapDouble,
  type Request,
} from "../emulator/directory/ldapDouble.ts";
import { lastYear, newAuthority, type Authority } from "./certificates.ts";
import { faultOf } from "../exchange/scripted.ts";

const base = "DC=example,DC=test";
const id = "96e3f1ae-88b2-4fde-9c1d-fff0e1d2c3b4";
const account = "svc@example.test";
const person = { displayName: ["Zoë"], objectGUID: [guidBytes(id)] };
const done: Answer = { result: 0 };

let authority: Authority;
let folder: string;
const opened: { close(): unknown }[] = [];

beforeAll(() => {
  authority = newAuthority();
  folder = mkdtempSync(path.join(tmpdir(), "directory-"));
  writeFileSync(path.join(folder, "ca.pem"), authority.pem);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A controller that accepts every sign-in, and answers all else as the test says. */
async function controller(
  answer: (request: Request) => readonly Answer[],
  certificate = authority.issue(["127.0.0.1"]),
): Promise<LdapDouble> {
  const double = await ldapDouble(certificate, (request) =>
    request.kind === "bind" ? [done] : answer(request),
  );
  opened.push(double);
  return double;
}

interface Session {
  directory: Directory;
  warnings: string[];
  abort: AbortController;
}

function session(form: DirectoryForm, remainingMs = 20_000): Session {
  const abort = new AbortController();
  const warnings: string[] = [];
  const settings = settingsFrom({
    Host: ["127.0.0.1"],
    BaseDN: base,
    Username: account,
    Password: "Geheim.1",
    CertificateAuthorityFile: path.join(folder, "ca.pem"),
    ...form,
  });
  const directory = activeDirectory(settings, {
    pace: {
      signal: abort.signal,
      remaining: () => remainingMs,
      sleep: async () => await delay(1),
      random: () => 0,
      stats: { requests: 0, retries: 0, waitedMs: 0 },
    },
    warn: (sentence) => warnings.push(sentence),
  });
  opened.push(directory);
  return { directory, warnings, abort };
}

const everyone = {
  filter: { attribute: "objectClass", equals: "user" },
  attributes: ["displayName", "objectGUID"],
} as const;

describe("a sign-in", () => {
  it("is the first request, over TLS, with the name and the password of the form", async () => {
    const { port, requests } = await controller(() => [done]);
    await session({ Port: port }).directory.get({ id, attributes: ["displayName"] });
    const [first] = requests;
    expect(first).toMatchObject({ kind: "bind", dn: account, password: "Geheim.1" });
  });

  it.each([
    ["52e", "the user name or the password is wrong"],
    ["533", "the account is disabled"],
    ["775", "the account is locked out"],
  ])("that is refused with %s says why, and asks no other host", async (windows, reason) => {
    const text = `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${windows}, v4563`;
    const double = await ldapDouble(authority.issue(["127.0.0.1", "localhost"]), () => [
      { result: 49, text },
    ]);
    opened.push(double);
    const { directory } = session({ Host: ["127.0.0.1", "localhost"], Port: double.port });
    const fault = await faultOf(directory.list(everyone));
    expect(fault).toMatchObject({ kind: "denied", retryable: false });
    expect(fault.message).toContain(`was refused by 127.0.0.1:${double.port}: ${reason}`);
    expect(fault.message).not.toContain("Geheim");
    expect(double.requests).toHaveLength(1);
  });

  it("is not sent to a host with a certificate of another authority", async () => {
    const double = await controller(() => [done], newAuthority().issue(["127.0.0.1"]));
    const fault = await faultOf(session({ Port: double.port }).directory.list(everyone));
    expect(fault).toMatchObject({ kind: "denied" });
    expect(fault.message).toContain("unknown certificate authority");
    expect(double.requests).toEqual([]);
  });

  it("is not sent to a host with a certificate that has expired", async () => {
    const double = await controller(() => [done], authority.issue(["127.0.0.1"], lastYear));
    const fault = await faultOf(session({ Port: double.port }).directory.list(everyone));
    expect(fault.message).toContain("has expired");
    expect(double.requests).toEqual([]);
  });

  it("to an IP address takes the name in the certificate from ServerName", async () => {
    const named = authority.issue(["dc1.example.test"]);
    const double = await controller(() => [done], named);
    const fault = await faultOf(session({ Port: double.port }).directory.list(everyone));
    expect(fault.message).toContain("for another host");
    expect(double.requests).toEqual([]);
    const { directory } = session({ Port: double.port, ServerName: "dc1.example.test" });
    expect(await directory.list(everyone)).toEqual([]);
  });

  it("is not sent without TLS", async () => {
    const bytes: Buffer[] = [];
    const server = createServer((socket) => {
      socket
        .on("error", () => undefined)
        .on("data", (data: Buffer) => {
          bytes.push(data);
          // What an LDAP server answers to a message it does not understand: it ends.
          socket.end("0");
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push(server);
    const { port } = server.address() as AddressInfo;
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault.message).toContain("No domain controller could be used");
    // A TLS record, and nothing of the password.
    expect(bytes[0]?.[0]).toBe(0x16);
    expect(Buffer.concat(bytes).toString("latin1")).not.toContain("Geheim");
  });

  it("is never without a password, which a server would take as anonymous", () => {
    expect(() => session({ Password: " " })).toThrow(/"Password" \(Password\)/);
  });
});

describe("hosts", () => {
  it("are tried in order, and what was wrong with the others is reported", async () => {
    const { port } = await controller(
      ({ kind }) => (kind === "search" ? [{ entry: `CN=Zoë,${base}`, values: person }, done] : []),
      authority.issue(["127.0.0.1"]),
    );
    const { directory, warnings } = session({
      Host: ["no-such-host.invalid", "localhost", "127.0.0.1"],
      Port: port,
    });
    expect(await directory.get({ id, attributes: ["displayName"] })).toMatchObject({
      displayName: "Zoë",
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(`no-such-host.invalid:${port} could not be used`);
    expect(warnings[1]).toContain(
      `localhost:${port} could not be used (its TLS certificate is for`,
    );
  });

  it.each([
    ["ldap://dc1.example.test"],
    ["ldaps://dc1.example.test"],
    ["dc1.example.test:389"],
    ["dc1 example"],
  ])("such as %s are refused", (host) => {
    expect(() => session({ Host: [host] })).toThrow(/only uses LDAPS/);
  });

  it.each([["dc1.example.test"], ["10.0.0.1"], ["fd00::1"]])("such as %s are accepted", (host) => {
    expect(() => session({ Host: [host] })).not.toThrow();
  });
});

describe("the form", () => {
  it.each([
    [
      { BaseDN: "contoso.com" },
      /"Base DN" \(BaseDN\) of the configuration is "contoso.com"; expected/,
    ],
    [{ BaseDN: "OU=People" }, /ends with DC=/],
    [{ Username: "svc" }, /expected a user name such as/],
    // The library would take this name for a way to sign in.
    [{ Username: "EXTERNAL" }, /expected a user name such as/],
    [{ ServerName: "https://dc1" }, /expected a host name such as/],
  ])("with %j is refused", (form, message) => {
    expect(() => session(form)).toThrow(message);
  });

  it.each([
    [{ BaseDN: "OU=People,dc=contoso,dc=com" }],
    [{ Username: "CONTOSO\\svc" }],
    [{ Username: "CN=svc,OU=Service,DC=contoso,DC=com" }],
    [{ ServerName: "dc1.contoso.com" }],
  ])("with %j is accepted", (form) => {
    expect(() => session(form)).not.toThrow();
  });
});

describe("a connection", () => {
  it("that was closed is replaced by one that is signed in", async () => {
    let searches = 0;
    const { port, requests } = await controller(() => {
      if (searches++ === 1) return ["cut"];
      return [{ entry: `CN=Zoë,${base}`, values: person }, done];
    });
    const { directory } = session({ Port: port });
    for (let look = 0; look < 3; look++)
      expect(await directory.get({ id, attributes: ["displayName"] })).toBeDefined();
    expect(requests.filter(({ kind, account: as }) => kind === "search" && as === "")).toEqual([]);
    expect(requests.map(({ kind }) => kind).filter((kind) => kind === "bind")).toHaveLength(2);
  });

  it("that ends during a change leaves its outcome unknown, and the change is not sent again", async () => {
    const { port, requests } = await controller(({ kind }) => (kind === "modify" ? ["cut"] : []));
    const { directory } = session({ Port: port });
    const fault = await faultOf(
      directory.invoke("modify", { objectGUID: id, userAccountControl: 514 }),
    );
    expect(fault).toMatchObject({ kind: "unavailable" });
    expect(requests.filter(({ kind }) => kind === "modify")).toHaveLength(1);
  });

  it("without an answer ends with the time of the run", async () => {
    const { port } = await controller(() => ["silence"]);
    const fault = await faultOf(session({ Port: port }, 300).directory.list(everyone));
    expect(fault).toMatchObject({ kind: "unavailable" });
    expect(fault.message).toContain(
      `got no answer from 127.0.0.1:${port}: no answer within the time`,
    );
  }, 5_000);

  it("ends at once when the run does", async () => {
    const { port, requests } = await controller(() => ["silence"]);
    const { directory, abort } = session({ Port: port });
    const listed = faultOf(directory.list(everyone));
    while (requests.length < 2) await delay(5);
    abort.abort(new Fault({ kind: "unavailable", message: "The time is over." }));
    expect((await listed).message).toBe("The time is over.");
  }, 5_000);
});

describe("a list", () => {
  const entry = (name: string): Answer => ({
    entry: `CN=${name},${base}`,
    values: { displayName: [name], objectGUID: [guidBytes(id)] },
  });

  it("is read to its last page", async () => {
    const { port, requests } = await controller(({ cookie }) =>
      cookie === "" ? [entry("A"), { result: 0, cookie: "next" }] : [entry("B"), done],
    );
    const found = await session({ Port: port }).directory.list(everyone);
    expect(found.map(({ displayName }) => displayName)).toEqual(["A", "B"]);
    expect(requests.at(-1)).toMatchObject({ cookie: "next", account });
  });

  it.each([
    ["in the middle", (cookie: string) => cookie !== ""],
    ["at the start", (cookie: string) => cookie === ""],
  ])("with an empty page %s is a failure", async (_, isEmpty) => {
    const { port } = await controller(({ cookie }) => {
      if (cookie === undefined) return [entry("A"), { result: 4 }];
      const rest: Answer = { result: 0, cookie: `${cookie}x` };
      return isEmpty(cookie) ? [rest] : [entry("A"), rest];
    });
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault.message).toContain("may not be complete");
  });

  it.each([
    ["the same objects by pages of another size is whole", ["A"], 1],
    ["more objects by pages of another size is a failure", ["A", "B"], undefined],
  ])("that ends with an empty page, and has %s", async (_, again, length) => {
    let lists = 0;
    const { port } = await controller(({ cookie }) => {
      if (cookie !== "") return [{ result: 0, cookie: "" }];
      return ++lists === 1
        ? [entry("A"), { result: 0, cookie: "next" }]
        : [...again.map(entry), { result: 0, cookie: "" }];
    });
    const list = session({ Port: port }).directory.list(everyone);
    if (length !== undefined) expect(await list).toHaveLength(length);
    else expect((await faultOf(list)).message).toContain("may not be complete");
    expect(lists).toBe(2);
  });

  it("whose controller ends in the middle is a failure", async () => {
    const { port } = await controller(({ cookie }) =>
      cookie === "" ? [entry("A"), { result: 0, cookie: "next" }] : ["cut"],
    );
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault.message).toContain("the connection was cut");
  });

  it("that reaches a limit of the controller is a failure", async () => {
    const { port } = await controller(() => [entry("A"), { result: 4 }]);
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault).toMatchObject({ kind: "unexpected" });
    expect(fault.message).toContain("size limit 4");
  });

  it("with a part in another domain is a failure", async () => {
    const { port } = await controller(() => [
      entry("A"),
      { reference: "ldap://child.example.test/DC=child,DC=example,DC=test" },
      done,
    ]);
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault.message).toContain("part in another domain");
  });

  it("that the controller refers elsewhere names the domain, and the password goes nowhere", async () => {
    const text =
      "0000202B: RefErr: DSID-0310082F, data 0, 1 access points\n\tref 1: 'other.test'\n";
    const { port, requests } = await controller(() => [{ result: 10, text }]);
    const fault = await faultOf(session({ Port: port }).directory.list(everyone));
    expect(fault).toMatchObject({ kind: "invalid" });
    expect(fault.message).toContain("the domain other.test");
    expect(requests.filter(({ kind }) => kind === "bind")).toHaveLength(1);
  });
});

describe("values", () => {
  it("in parts are read to the end", async () => {
    const member = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `CN=${from + index},${base}`);
    const { port } = await controller(({ attributes: [first = ""] }) => {
      const values: Record<string, string[]> =
        first === "member;range=1500-*"
          ? { "member;range=1500-*": member(1500, 3) }
          : { member: [], "member;range=0-1499": member(0, 1500) };
      return [{ entry: `CN=Group,${base}`, values }, done];
    });
    const found = await session({ Port: port }).directory.get({ id, attributes: ["member"] });
    expect(found?.["member"]).toHaveLength(1503);
  });

  it("in parts that end too early are a failure", async () => {
    const values = { "member;range=0-1499": [`CN=A,${base}`] };
    const { port } = await controller(() => [{ entry: `CN=Group,${base}`, values }, done]);
    const fault = await faultOf(
      session({ Port: port }).directory.get({ id, attributes: ["member"] }),
    );
    expect(fault.message).toContain("there are more");
  });

  it.each([
    ["a text for a number", { userAccountControl: ["abc"] }],
    ["two values for one", { userAccountControl: ["512", "514"] }],
    ["another spelling of true", { msExchHideFromAddressLists: ["true"] }],
    ["bytes for a text", { displayName: [Buffer.from([0xff, 0xfe, 0xff])] }],
  ])("with %s are a failure", async (_, values) => {
    const { port } = await controller(() => [{ entry: `CN=Zoë,${base}`, values }, done]);
    const fault = await faultOf(
      session({ Port: port }).directory.get({
        id,
        attributes: ["userAccountControl", "msExchHideFromAddressLists", "displayName"],
      }),
    );
    expect(fault).toMatchObject({ kind: "unexpected" });
    expect(fault.message).toMatch(/^Active Directory returned .+; expected one value/);
  });

  it("that are binary are sent in filters byte by byte", async () => {
    const bytes = guidBytes(id);
    const { port, requests } = await controller(() => [done]);
    await session({ Port: port }).directory.list({
      filter: { attribute: "objectGUID", equals: bytes },
      attributes: ["displayName"],
    });
    expect(requests[1]?.filter.content.includes(bytes)).toBe(true);
  });

  it("of a filter cannot become a part of it", async () => {
    const { port, requests } = await controller(() => [done]);
    await session({ Port: port }).directory.list({
      filter: { attribute: "mail", equals: "*)(objectClass=*" },
      attributes: ["displayName"],
    });
    expect(requests[1]?.filter.content.toString()).toContain("*)(objectClass=*");
    expect(requests[1]?.filter.content.subarray(0, 6).toString("latin1")).toBe("\x04\x04mail");
  });

  it("of a GUID keep their bytes in the order of Active Directory", () => {
    expect(guidBytes(id).toString("hex")).toBe("aef1e396b288de4f9c1dfff0e1d2c3b4");
    expect(guidIn(guidBytes(id))).toBe(id);
  });

  it("outside of the base DN are refused", async () => {
    const { port } = await controller(() => [
      { entry: "CN=Zoë,DC=other,DC=test", values: person },
      done,
    ]);
    const fault = await faultOf(
      session({ Port: port }).directory.get({ id, attributes: ["displayName"] }),
    );
    expect(fault.message).toContain(`not below the base DN ${base}`);
  });
});

describe("a change", () => {
  it("with a value that must still be there deletes it and adds the new one", async () => {
    const { port, requests } = await controller(() => [done]);
    await session({ Port: port }).directory.invoke("modify", {
      objectGUID: id,
      userAccountControl: 514,
      msExchHideFromAddressLists: true,
      was: { userAccountControl: 512 },
    });
    expect(requests.at(-1)).toMatchObject({
      dn: `<GUID=${id}>`,
      changes: [
        { operation: 1, attribute: "userAccountControl", values: [Buffer.from("512")] },
        { operation: 0, attribute: "userAccountControl", values: [Buffer.from("514")] },
        { operation: 2, attribute: "msExchHideFromAddressLists", values: [Buffer.from("TRUE")] },
      ],
    });
  });

  it.each([
    [50, "00002098: SecErr: DSID-03150F94, problem 4003", "denied", "right to write mail"],
    [16, "00002085: AtrErr", "invalid", "no attribute mail"],
    [53, "00002035: SvcErr", "invalid", "unwilling"],
    [80, "00000001: other", "unexpected", "LDAP result 80"],
  ])("that is refused with %i", async (result, text, kind, message) => {
    const { port } = await controller(() => [{ result, text }]);
    const fault = await faultOf(
      session({ Port: port }).directory.invoke("modify", {
        objectGUID: id,
        mail: "a@example.test",
      }),
    );
    expect(fault).toMatchObject({ kind });
    expect(fault.message).toContain(message);
  });

  it("of an attribute that the connector does not know is not sent", async () => {
    const { port, requests } = await controller(() => [done]);
    const fault = await faultOf(
      session({ Port: port }).directory.invoke("modify", {
        objectGUID: id,
        nTSecurityDescriptor: "x",
      }),
    );
    expect(fault).toMatchObject({ kind: "unexpected" });
    expect(requests).toEqual([]);
  });
});

describe("the Global Catalog", () => {
  const other = "5ab1e000-0000-4000-8000-000000000002";
  const search = {
    filter: { attribute: "userPrincipalName", equals: "zoe@example.test" },
    attributes: ["displayName", "objectGUID"],
    isOfForest: true,
  } as const;
  const own: Answer = { entry: `CN=Zoe,${base}`, values: person };
  /** A real one of Samba spans one domain. */
  const elsewhere = {
    entry: "CN=Other,DC=sub,DC=example,DC=test",
    values: { objectGUID: [guidBytes(other)] },
  };

  it("adds the objects of other domains to those of the domain, each once", async () => {
    const { port } = await controller(() => [own, done]);
    const catalogue = await controller(() => [own, elsewhere, done]);
    const form = { Port: port, UseGlobalCatalog: true, GlobalCatalogPort: catalogue.port };
    const found = await session(form).directory.list(search);
    expect(found.map(({ dn }) => dn)).toEqual([`CN=Zoe,${base}`, elsewhere.entry]);
    expect(found[0]).toMatchObject({ displayName: "Zoë" });
    const [signIn, asked] = catalogue.requests;
    expect(signIn).toMatchObject({ kind: "bind", dn: account });
    expect(asked).toMatchObject({ kind: "search", dn: "" });
  });

  it("is not asked for anything else, and not at all when the form does not have it", async () => {
    const { port } = await controller(() => [own, done]);
    const catalogue = await controller(() => [own, done]);
    const form = { Port: port, GlobalCatalogPort: catalogue.port };
    await session({ ...form, UseGlobalCatalog: true }).directory.list(everyone);
    expect(await session(form).directory.list(search)).toHaveLength(1);
    expect(catalogue.requests).toEqual([]);
  });

  it("that cannot be reached is a fault, and never the end of the list", async () => {
    const { port } = await controller(() => [own, done]);
    const form = { Port: port, UseGlobalCatalog: true, GlobalCatalogPort: 1 };
    const fault = await faultOf(session(form).directory.list(search));
    expect(fault).toMatchObject({ kind: "unavailable" });
    const refusing = await controller(() => [{ result: 10, text: "0000202B: RefErr" }]);
    const refused = session({ ...form, GlobalCatalogPort: refusing.port });
    expect((await faultOf(refused.directory.list(search))).message).toContain(
      "The search in the Global Catalog was refused",
    );
  });
});

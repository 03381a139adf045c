/** The import of a large directory, a scripted one: a real one takes ten minutes to make 100,000 users. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, inject, it } from "vitest";
import { guidBytes } from "../../lib/activeDirectory/client/attributes.ts";
import { runBundle } from "../../tools/cli/run.ts";
import { ldapDouble, type Answer, type LdapDouble } from "../emulator/directory/ldapDouble.ts";
import { newAuthority, type Authority } from "./certificates.ts";

const pageSize = 500;
let authority: Authority;
let folder: string;
const opened: LdapDouble[] = [];

beforeAll(() => {
  authority = newAuthority();
  folder = mkdtempSync(path.join(tmpdir(), "directory-"));
  writeFileSync(path.join(folder, "ca.pem"), authority.pem);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function user(index: number): Answer {
  const id = `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
  return {
    entry: `CN=User ${index},OU=People,DC=example,DC=test`,
    values: {
      objectGUID: [guidBytes(id)],
      displayName: [`User ${index}`],
      sAMAccountName: [`user${index}`],
      userPrincipalName: [`user${index}@example.test`],
      userAccountControl: ["512"],
      department: ["Sales"],
    },
  };
}

/** A controller with so many users. `endsAt`: the page after which it ends the connection. */
async function controller(count: number, endsAt = Infinity): Promise<LdapDouble> {
  const double = await ldapDouble(authority.issue(["127.0.0.1"]), ({ kind, cookie = "" }) => {
    if (kind !== "search") return [{ result: 0 }];
    const from = Number(cookie === "" ? 0 : cookie);
    if (from / pageSize >= endsAt) return ["cut"];
    const to = Math.min(from + pageSize, count);
    const page = Array.from({ length: to - from }, (_, index) => user(from + index));
    return [...page, { result: 0, cookie: to < count ? String(to) : "" }];
  });
  opened.push(double);
  return double;
}

interface Imported {
  code: number | null;
  message: string;
  accounts: number;
  megabytes: number;
}

/** The greatest memory of the process: Linux tells it in a file that is gone with the process, so it writes it. */
const preload = `
import { readFileSync, writeFileSync } from "node:fs";
process.on("exit", () => {
  const [, kilobytes] = /VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  writeFileSync(process.env.PEAK_FILE, kilobytes ?? "");
});
`;

async function imported({ port }: LdapDouble): Promise<Imported> {
  const peakFile = path.join(folder, "peak");
  const preloadFile = path.join(folder, "peak.mjs");
  writeFileSync(preloadFile, preload);
  const event = {
    actionContext: {
      Configuration: {
        Organization: "contoso.onmicrosoft.com",
        TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
        AppId: "c11e4700-0000-4000-8000-00000000c0de",
        AppSecret: "not-used",
        Host: "127.0.0.1",
        Port: String(port),
        BaseDN: "DC=example,DC=test",
        Username: "svc@example.test",
        Password: "Geheim.1",
        CertificateAuthorityFile: path.join(folder, "ca.pem"),
      },
      DryRun: false,
      Operation: "import",
      ImportFields: ["displayName", "department", "sAMAccountName"],
    },
  };
  const ended = await runBundle("lifecycle/hybrid/import", event, {
    dist: inject("dist"),
    preload: preloadFile,
    env: { PEAK_FILE: peakFile },
  });
  const { outputContext } = ended.answer as {
    outputContext: { AuditLogs: { Message: string }[] };
  };
  const references = ended.records.map(
    (record) => (record as { AccountReference: string }).AccountReference,
  );
  return {
    code: ended.code,
    message: outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
    accounts: new Set(references).size,
    megabytes: Number(readFileSync(peakFile, "utf8")) / 1024,
  };
}

it("imports 100,000 users in the memory of 10,000", async () => {
  const small = await imported(await controller(10_000));
  expect(small).toMatchObject({ code: 0, accounts: 10_000 });
  const large = await imported(await controller(100_000));
  expect(large).toMatchObject({ code: 0, accounts: 100_000 });
  console.info(
    `10,000 users: ${small.megabytes.toFixed(0)} MB, 100,000: ${large.megabytes.toFixed(0)} MB`,
  );
  expect(large.megabytes).toBeLessThan(1.3 * small.megabytes);
}, 120_000);

it("of a controller that ends in the seventh page is a failure, and never a shorter list", async () => {
  const ended = await imported(await controller(10_000, 7));
  expect(ended).toMatchObject({ code: 1, accounts: 7 * pageSize });
  expect(ended.message).toContain("the connection was cut");
});

it("of a number of whole pages is whole, and is read a second time only if its last page is empty", async () => {
  const double = await controller(2 * pageSize);
  expect(await imported(double)).toMatchObject({ code: 0, accounts: 2 * pageSize });
  expect(double.requests.filter(({ kind }) => kind === "search")).toHaveLength(2);
});

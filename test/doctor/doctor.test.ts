import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../tools/doctor/finding.ts";
import { privateAuthority, tlsServer } from "../net/privateNetwork.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import {
  certificateFor,
  cmdletsSentTo,
  findingsOf,
  pfxPassword,
  withCertificate,
  type Mistake,
} from "./clinic.ts";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector doctor "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const textFile = path.join(folder, "text.pem");
writeFileSync(textFile, "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n");

const sound = certificateFor(-1, 300);
const other = certificateFor(-2, 300);
const expired = certificateFor(-20, -1);
const ending = certificateFor(-300, 10.5);
const short = certificateFor(-1, 300, 1024);
const early = certificateFor(1, 300);
const unknownId = "00000000-0000-4000-8000-000000000001";

async function examined(mistake: Mistake): Promise<Finding[]> {
  const findings = await findingsOf(running, mistake);
  const text = JSON.stringify(findings);
  for (const secret of [
    running.clientSecret,
    pfxPassword,
    sound.pfx.slice(0, 40),
    "hunter2",
    "eyJ",
  ])
    expect(text).not.toContain(secret);
  for (const cmdlet of cmdletsSentTo(running)) expect(cmdlet).toMatch(/^Get-/);
  return findings;
}

const ofStatus = (findings: readonly Finding[], wanted: Finding["status"]): string[] =>
  findings.filter(({ status }) => status === wanted).map(({ check }) => check);

describe("a healthy tenant", () => {
  it.each<[string, Mistake]>([
    ["with a secret", {}],
    [
      "with a certificate",
      { form: withCertificate(sound.pfx), app: { certificates: [sound.pem] } },
    ],
    [
      "with Exchange Recipient Administrator and sets that need no more",
      {
        app: { directoryRoles: ["Exchange Recipient Administrator"] },
        sets: ["account", "folderPermission", "sharedMailboxes", "regionalConfiguration"],
      },
    ],
    [
      "with Exchange Recipient Administrator and without mail-enabled security groups",
      {
        app: { directoryRoles: ["Exchange Recipient Administrator"] },
        state: withoutSecurityGroups,
        sets: ["account", "groups", "resources"],
      },
    ],
  ])("%s is fine", async (_, mistake) => {
    const findings = await examined(mistake);
    expect(findings.filter(({ status }) => status !== "fine")).toEqual([]);
    expect(findings.map(({ check }) => check)).toContain("set account");
  });
});

function withoutSecurityGroups(state: Parameters<NonNullable<Mistake["state"]>>[0]): void {
  state.objects = state.objects.filter(
    ({ RecipientTypeDetails }) => RecipientTypeDetails !== "MailUniversalSecurityGroup",
  );
}

/** The mistake, the check that names it, its cause, and the mend. */
type Case = [title: string, mistake: Mistake, check: string, cause: RegExp, mend: RegExp];

const cases: Case[] = [
  [
    "a wrong secret",
    { form: { AppSecret: "hunter2-hunter2-hunter2" } },
    "sign-in",
    /^The app secret \(AppSecret\) is not a secret of application/,
    /copy its value \(not its Secret ID\)/,
  ],
  [
    "the ID of a secret",
    { form: { AppSecret: unknownId } },
    "sign-in",
    /What is entered has the form of an ID\.$/,
    /copy its value \(not its Secret ID\)/,
  ],
  [
    "an expired secret",
    { app: { secrets: [{ value: "emulated-secret-not-a-real-one", expires: "2026-01-01" }] } },
    "sign-in",
    /has expired/,
    /^Create a new client secret/,
  ],
  [
    "an unknown application",
    { form: { AppId: unknownId } },
    "sign-in",
    /does not exist in tenant/,
    /^Enter the Application \(client\) ID/,
  ],
  [
    "an unknown tenant",
    { form: { TenantID: unknownId } },
    "tenant",
    /^There is no tenant 00000000-0000-4000-8000-000000000001 \(TenantID\) in the cloud worldwide/,
    /^Enter the Directory \(tenant\) ID/,
  ],
  [
    "a certificate that has expired",
    { form: withCertificate(expired.pfx), app: { certificates: [expired.pem] } },
    "credential",
    /^The certificate "CN=doctor test" in .* expired on/,
    /^Create a new certificate/,
  ],
  [
    "a certificate that is not valid yet",
    { form: withCertificate(early.pfx), app: { certificates: [early.pem] } },
    "credential",
    /is not valid before/,
    /^Wait until then/,
  ],
  [
    "a certificate without its private key",
    { form: withCertificate(derOf(sound.pem)), app: { certificates: [sound.pem] } },
    "credential",
    /is a certificate without its private key/,
    /^Export the certificate with its private key/,
  ],
  [
    "the wrong password of a certificate",
    { form: withCertificate(sound.pfx, "hunter2"), app: { certificates: [sound.pem] } },
    "credential",
    /password/,
    /^Enter the password of the PFX/,
  ],
  [
    "a certificate that is not registered",
    { form: withCertificate(sound.pfx), app: { certificates: [other.pem] } },
    "sign-in",
    /is not registered on application/,
    /^Upload the public part/,
  ],
  [
    "a certificate as PEM",
    { form: withCertificate(sound.pem) },
    "credential",
    /is PEM text \(CERTIFICATE\)/,
    /^Export the certificate with its private key/,
  ],
  [
    "a key that is too short",
    { form: withCertificate(short.pfx), app: { certificates: [short.pem] } },
    "credential",
    /\(RSA, 1024 bits\) has a key that is too short; expected 2048 bits or more\.$/,
    /^Create a new certificate/,
  ],
  [
    "no application permission",
    { app: { appRoles: [] } },
    "application permission",
    /does not have the application permission Exchange\.ManageAsApp; it has none\.$/,
    /^Add Exchange\.ManageAsApp of Office 365 Exchange Online .* grant admin consent\.$/,
  ],
  [
    "no Entra role",
    { app: { directoryRoles: [] }, sets: ["account"] },
    "role",
    /has no role that Exchange Online accepts\.$/,
    /^Assign the Entra role Exchange Recipient Administrator to the application\.$/,
  ],
  [
    "only Global Reader",
    { app: { directoryRoles: ["Global Reader"] }, sets: ["groups"] },
    "role",
    /only the role Global Reader, which may only read/,
    /Exchange Recipient Administrator .* or Exchange Administrator if mail-enabled security groups/,
  ],
  [
    "Recipient Administrator with mail-enabled security groups",
    { app: { directoryRoles: ["Exchange Recipient Administrator"] } },
    "set groups",
    /does not include the management role Security Group Creation and Membership \(Add-DistributionGroupMember/,
    /^Assign the Entra role Exchange Administrator instead/,
  ],
  [
    "the domain of another tenant",
    { form: { Organization: "fabrikam.onmicrosoft.com" } },
    "organization",
    /^No tenant has the domain fabrikam\.onmicrosoft\.com \(Organization\)\.$/,
    /^Enter the \.onmicrosoft\.com domain/,
  ],
  [
    "a clock that is two hours fast",
    { fastMs: 7_200_000 },
    "clock",
    /^The clock of this machine is 7\d\d\d seconds fast/,
    /^Set the clock/,
  ],
  [
    "a clock that is two hours slow",
    { fastMs: -7_200_000 },
    "clock",
    /^The clock of this machine is 7\d\d\d seconds slow/,
    /^Set the clock/,
  ],
  [
    "a proxy that is not an address",
    { env: { HTTPS_PROXY: "http://user:hunter2@[proxy" } },
    "proxy",
    /^HTTPS_PROXY \(or https_proxy\) is not the address of an HTTP proxy/,
    /^Correct the address/,
  ],
  [
    "a file of authorities that does not exist",
    { env: { NODE_EXTRA_CA_CERTS: path.join(folder, "none.pem") } },
    "private authorities",
    /none\.pem, which does not exist\.$/,
    /^Name a PEM file/,
  ],
  [
    "a file of authorities that holds none",
    { env: { NODE_EXTRA_CA_CERTS: textFile } },
    "private authorities",
    /text\.pem, which cannot be read/,
    /^Name a PEM file/,
  ],
  [
    "hosts that could be anyone",
    { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } },
    "TLS",
    /^NODE_TLS_REJECT_UNAUTHORIZED=0 is set/,
    /^Remove NODE_TLS_REJECT_UNAUTHORIZED/,
  ],
  [
    "an Exchange host that cannot be reached",
    { env: { EXO_CONNECTOR_EXCHANGE_URL: "http://127.0.0.1:9" } },
    "Exchange Online host",
    /from 127\.0\.0\.1:9: the connection was refused/,
    /^Allow this machine to connect to 127\.0\.0\.1:9/,
  ],
  [
    "a sign-in host that cannot be reached",
    { env: { EXO_CONNECTOR_LOGIN_URL: "http://127.0.0.1:9" } },
    "sign-in host",
    /from 127\.0\.0\.1:9: the connection was refused/,
    /^Allow this machine to connect to 127\.0\.0\.1:9/,
  ],
  [
    "a key that is almost a switch",
    { form: { CorrelateOny: true } },
    "configuration",
    /^The configuration has the unknown key "CorrelateOny"; expected CorrelateOnly\.$/,
    /^Correct these values/,
  ],
  [
    "several values of the wrong form",
    { form: { TenantID: "contoso", Cloud: "mars" } },
    "configuration",
    /"Tenant ID" \(TenantID\) is "contoso".*"Cloud" \(Cloud\) is "mars"/,
    /^Correct these values/,
  ],
  [
    "only one address of an emulator",
    { env: { EXO_CONNECTOR_EXCHANGE_URL: undefined } },
    "addresses",
    /^Only one of EXO_CONNECTOR_LOGIN_URL and EXO_CONNECTOR_EXCHANGE_URL is set/,
    /^Remove EXO_CONNECTOR_LOGIN_URL/,
  ],
  [
    "a Node.js that is too old",
    { nodeVersion: "v20.18.3" },
    "Node.js",
    /^Node\.js v20\.18\.3 is too old; expected 20\.19\.0 or later\.$/,
    /^Install Node\.js 24/,
  ],
];

/** The certificate alone, as a .cer file in base64. */
function derOf(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----|\s/g, "");
}

describe("a mistake is the only thing that is wrong", () => {
  it.each(cases)("%s", async (_, mistake, check, cause, mend) => {
    const findings = await examined(mistake);
    expect(ofStatus(findings, "wrong")).toEqual([check]);
    const found = findings.find(({ status }) => status === "wrong");
    expect(found?.message).toMatch(cause);
    expect(found?.mend).toMatch(mend);
  });
});

describe("what is not wrong, but should be known", () => {
  it.each<Case>([
    [
      "a Node.js past its end of life",
      { nodeVersion: "v20.20.2" },
      "Node.js",
      /^Node\.js v20\.20\.2 is past its end of life \(2026-04-30\)/,
      /^Install Node\.js 24/,
    ],
    [
      "a Node.js without long-term support",
      { nodeVersion: "v23.1.0" },
      "Node.js",
      /^Node\.js v23\.1\.0 is past its end of life/,
      /^Install Node\.js 24/,
    ],
    [
      "a variable that is not used",
      { env: { HTTP_PROXY: "http://proxy.example.com" } },
      "proxy",
      /^HTTP_PROXY is set, and has no effect/,
      /^Set HTTPS_PROXY/,
    ],
    [
      "an exception to the proxy that is no host",
      {
        env: {
          HTTPS_PROXY: "http://user:hunter2@proxy.example.com",
          NO_PROXY: "a.example.com,https://b.example.com",
        },
      },
      "proxy",
      /^NO_PROXY has the entry https:\/\/b\.example\.com/,
      /^Enter host names/,
    ],
    [
      "a real configuration that goes to an emulator",
      { isEmulated: false },
      "addresses",
      /^Everything goes to an emulator: http:\/\/127\.0\.0\.1:\d+, http:\/\/127\.0\.0\.1:\d+\.$/,
      /^Remove EXO_CONNECTOR_LOGIN_URL/,
    ],
    [
      "an unknown key",
      { form: { ResourceKeyFild: "Code" } },
      "configuration",
      /^The configuration has the unknown key "ResourceKeyFild", .* nearest is ResourceKeyField\.$/,
      /^Correct these keys/,
    ],
    [
      "a certificate that ends soon",
      { form: withCertificate(ending.pfx), app: { certificates: [ending.pem] } },
      "credential",
      /is valid until .*: 10 days are left\.$/,
      /^Create a new certificate/,
    ],
    [
      "Global Administrator",
      { app: { directoryRoles: ["Global Administrator"] } },
      "least privilege",
      /^Global Administrator is more than the sets in use need\.$/,
      /^Assign Exchange Administrator to/,
    ],
    [
      "Exchange Administrator for sets that need less",
      { sets: ["account", "sharedMailboxes"] },
      "least privilege",
      /^Exchange Administrator is more than the sets in use need\.$/,
      /^Assign Exchange Recipient Administrator to/,
    ],
  ])("%s", async (_, mistake, check, cause, mend) => {
    const findings = await examined(mistake);
    expect(findings.filter(({ status }) => status !== "fine").map((each) => each.check)).toEqual([
      check,
    ]);
    const found = findings.find(({ status }) => status === "warning");
    expect(found?.message).toMatch(cause);
    expect(found?.mend).toMatch(mend);
  });
});

describe("what is not known is not fine", () => {
  it("when a secret is wrong: everything that needs a token", async () => {
    const findings = await examined({ form: { AppSecret: "hunter2-hunter2" }, sets: ["groups"] });
    expect(findings.filter(({ status }) => status === "unknown")).toEqual(
      ["application permission", "role", "set groups", "least privilege"].map((check) => ({
        check,
        status: "unknown",
        message: 'Not checked, because "sign-in" is not fine.',
      })),
    );
  });

  it.each([
    ["the service refuses the signature", { aheadMs: 7_200_000, fastMs: 0 }],
    ["the certificate is not valid yet", { aheadMs: 0, fastMs: -7 * 86_400_000 }],
  ])("when the clock is wrong, so that %s", async (_, { aheadMs, fastMs }) => {
    running.emulator.advance(aheadMs);
    const findings = await examined({
      form: withCertificate(sound.pfx),
      app: { certificates: [sound.pem] },
      fastMs,
    });
    running.emulator.advance(-aheadMs);
    expect(ofStatus(findings, "wrong")).toEqual(["clock"]);
    expect(findings.find(({ check }) => check === "sign-in")).toMatchObject({
      status: "unknown",
      message: 'Not checked, because "clock" is not fine.',
    });
  });

  it("when the rights come from a role group: whether they suffice", async () => {
    const app = { directoryRoles: [], roleGroups: ["Provisioning"] };
    const findings = await examined({ app, sets: ["groups"] });
    expect(ofStatus(findings, "wrong")).toEqual([]);
    expect(ofStatus(findings, "unknown")).toEqual(["role", "set groups", "least privilege"]);
    expect(findings.find(({ check }) => check === "set groups")?.mend).toBe(
      "Compare the roles of the group with View-Only Recipients, Distribution Groups, Security Group Creation and " +
        "Membership.",
    );
  });

  it("when resources may be mail-enabled security groups, which is a warning", async () => {
    const app = { directoryRoles: ["Exchange Recipient Administrator"] };
    const findings = await examined({ app, sets: ["resources"] });
    expect(ofStatus(findings, "wrong")).toEqual([]);
    expect(ofStatus(findings, "warning")).toEqual(["set resources"]);
  });

  it("when a litigation hold needs a role that may be missing", async () => {
    const app = { directoryRoles: ["Exchange Recipient Administrator"] };
    const findings = await examined({ app, sets: ["litigationHold"] });
    expect(ofStatus(findings, "unknown")).toEqual(["set litigationHold"]);
  });

  it("when the service does not answer for a while", async () => {
    running.emulator.setFaults([
      { match: { side: "login", after: 3 }, named: "signInUnavailable" },
    ]);
    const findings = await examined({ sets: ["groups"] });
    running.emulator.setFaults([]);
    expect(ofStatus(findings, "wrong")).toEqual([]);
    expect(ofStatus(findings, "unknown")).toContain("sign-in");
  });
});

it("names a role that has not reached Exchange Online yet", async () => {
  running.emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, named: "forbiddenNul" }]);
  const findings = await examined({ sets: ["account"] });
  running.emulator.setFaults([]);
  expect(ofStatus(findings, "wrong")).toEqual(["role"]);
  expect(findings.find(({ check }) => check === "role")).toMatchObject({
    message: expect.stringMatching(
      /^The application has the role Exchange Administrator, and Exchange Online refuses it/,
    ) as string,
    mend: expect.stringMatching(/^Wait until the assignment has reached Exchange Online/) as string,
  });
});

describe("a host with a certificate of a private authority", () => {
  async function behindTls(env: Mistake["env"]): Promise<Finding[]> {
    const port = Number(new URL(running.loginUrl).port);
    const server = await tlsServer("localhost", port, privateAuthority());
    const EXO_CONNECTOR_LOGIN_URL = `https://localhost:${server.port}`;
    const findings = await examined({ env: { EXO_CONNECTOR_LOGIN_URL, ...env } });
    server.close();
    return findings;
  }

  it("is not trusted, and the mend is to name the authority", async () => {
    const findings = await behindTls({});
    expect(ofStatus(findings, "wrong")).toEqual(["sign-in host"]);
    const found = findings.find(({ status }) => status === "wrong");
    expect(found?.message).toMatch(/^The connection to localhost:\d+ is not trusted/);
    expect(found?.mend).toMatch(/^Name the PEM file of the private CA in NODE_EXTRA_CA_CERTS/);
  });

  it("is not judged when the file of authorities is wrong", async () => {
    const findings = await behindTls({ NODE_EXTRA_CA_CERTS: path.join(folder, "none.pem") });
    expect(ofStatus(findings, "wrong")).toEqual(["private authorities"]);
    expect(findings.find(({ check }) => check === "sign-in host")?.message).toBe(
      'Not checked, because "private authorities" is not fine.',
    );
  });
});

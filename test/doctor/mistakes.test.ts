import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  certificateFor,
  checksOf,
  openClinic,
  withCertificate,
  wrongSecret,
  type Case,
} from "./clinic.ts";

const { examined } = openClinic();

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector doctor "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const textFile = path.join(folder, "text.pem");
writeFileSync(textFile, "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n");

const sound = certificateFor(-1, 300);
const other = certificateFor(-2, 300);
const expired = certificateFor(-20, -1);
const short = certificateFor(-1, 300, 1024);
const early = certificateFor(1, 300);
const unknownId = "00000000-0000-4000-8000-000000000001";

const cases: Case[] = [
  [
    "a wrong secret",
    { form: { AppSecret: wrongSecret } },
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
    { app: { directoryRoles: ["Exchange Recipient Administrator"] }, sets: ["groups"] },
    "set groups",
    /does not include the management role Security Group Creation and Membership \(Add-DistributionGroupMember/,
    /^Assign the Entra role Exchange Administrator instead/,
  ],
  [
    "Recipient Administrator with litigation holds",
    { app: { directoryRoles: ["Exchange Recipient Administrator"] }, sets: ["litigationHold"] },
    "set litigationHold",
    /does not include the management role Legal Hold/,
    /Legal Hold|Exchange Administrator/,
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
    "not all addresses of an emulator",
    { env: { EXO_CONNECTOR_EXCHANGE_URL: undefined } },
    "addresses",
    /^An address of an emulator is set, but not EXO_CONNECTOR_EXCHANGE_URL;/,
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
    expect(checksOf(findings, "wrong")).toEqual([check]);
    const found = findings.find(({ status }) => status === "wrong");
    expect(found?.message).toMatch(cause);
    expect(found?.mend).toMatch(mend);
  });
});

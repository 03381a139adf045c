import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../tools/doctor/finding.ts";
import { openings, privateAuthority, proxyAccount, tlsServer } from "../net/privateNetwork.ts";
import {
  certificateFor,
  checksOf,
  openClinic,
  withCertificate,
  wrongSecret,
  type Case,
  type Mistake,
} from "./clinic.ts";

const { emulated, examined } = openClinic();
const { proxyWith } = openings();

const owners = "owners of the application";
const sound = certificateFor(-1, 300);
const ending = certificateFor(-300, 10.5);
const valid = certificateFor(-300, 30.5);

describe("a healthy tenant", () => {
  it.each<[string, Mistake]>([
    ["with a secret", {}],
    [
      "with a certificate",
      { form: withCertificate(sound.pfx), app: { certificates: [sound.pem] } },
    ],
    [
      "with a certificate that is valid for more than 30 days",
      { form: withCertificate(valid.pfx), app: { certificates: [valid.pem] } },
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
      /^Everything goes to an emulator: (http:\/\/127\.0\.0\.1:\d+(, |\.$)){3}/,
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
    const findings = await examined({ form: { AppSecret: wrongSecret }, sets: ["groups"] });
    expect(findings.filter(({ status }) => status === "unknown")).toEqual(
      [
        "application permission",
        "role",
        "set groups",
        "write scope",
        "least privilege",
        owners,
      ].map((check) => ({
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
    emulated().emulator.advance(aheadMs);
    const findings = await examined({
      form: withCertificate(sound.pfx),
      app: { certificates: [sound.pem] },
      fastMs,
    });
    emulated().emulator.advance(-aheadMs);
    expect(checksOf(findings, "wrong")).toEqual(["clock"]);
    expect(findings.find(({ check }) => check === "sign-in")).toMatchObject({
      status: "unknown",
      message: 'Not checked, because "clock" is not fine.',
    });
  });

  it("when the rights come from a role group: whether they suffice", async () => {
    const app = { directoryRoles: [], roleGroups: ["Recipient Management"] };
    const findings = await examined({ app, sets: ["groups"] });
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(checksOf(findings, "unknown")).toEqual([
      "role",
      "set groups",
      "write scope",
      "least privilege",
    ]);
    expect(findings.find(({ check }) => check === "set groups")?.mend).toBe(
      "Compare the roles of the group with View-Only Recipients, Distribution Groups, Security Group Creation and " +
        "Membership.",
    );
  });

  it("when resources may be mail-enabled security groups, which is a warning", async () => {
    const app = { directoryRoles: ["Exchange Recipient Administrator"] };
    const findings = await examined({ app, sets: ["resources"] });
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(checksOf(findings, "warning")).toEqual(["set resources"]);
  });

  it("when a litigation hold needs the management role Legal Hold, which docs/setup.md says too", async () => {
    const app = { directoryRoles: ["Exchange Recipient Administrator"] };
    const findings = await examined({ app, sets: ["litigationHold"] });
    expect(checksOf(findings, "wrong")).toEqual(["set litigationHold"]);
    const { message, mend } = findings.find(({ check }) => check === "set litigationHold") ?? {};
    expect(message).toContain("does not include the management role Legal Hold");
    expect(mend).toContain("Assign the Entra role Exchange Administrator instead");
    const setup = readFileSync(new URL("../../docs/setup.md", import.meta.url), "utf8");
    expect(setup).toMatch(/^\| Exchange Recipient Administrator +\| .*litigation holds/m);
    expect(setup).toMatch(/^\| Exchange Administrator +\| .*management role Legal Hold/m);
  });

  it("when the service does not answer for a while", async () => {
    emulated().emulator.setFaults([
      { match: { side: "login", after: 3 }, named: "signInUnavailable" },
    ]);
    const findings = await examined({ sets: ["groups"] });
    emulated().emulator.setFaults([]);
    expect(checksOf(findings, "wrong")).toEqual([]);
    expect(checksOf(findings, "unknown")).toContain("sign-in");
  });
});

it("names a role that has not reached Exchange Online yet", async () => {
  emulated().emulator.setFaults([{ match: { cmdlet: "Get-Mailbox" }, named: "forbiddenNul" }]);
  const findings = await examined({ sets: ["account"] });
  emulated().emulator.setFaults([]);
  expect(checksOf(findings, "wrong")).toEqual(["role"]);
  expect(findings.find(({ check }) => check === "role")).toMatchObject({
    message: expect.stringMatching(
      /^The application has the role Exchange Administrator, and Exchange Online refuses it/,
    ) as string,
    mend: expect.stringMatching(/^Wait until the assignment has reached Exchange Online/) as string,
  });
});

describe("a host with a certificate of a private authority", () => {
  async function behindTls(env: Mistake["env"]): Promise<Finding[]> {
    const port = Number(new URL(emulated().loginUrl).port);
    const server = await tlsServer("localhost", port, privateAuthority());
    const EXO_CONNECTOR_LOGIN_URL = `https://localhost:${server.port}`;
    const findings = await examined({ env: { EXO_CONNECTOR_LOGIN_URL, ...env } });
    server.close();
    return findings;
  }

  it("is not trusted, and the mend is to name the authority", async () => {
    const findings = await behindTls({});
    expect(checksOf(findings, "wrong")).toEqual(["sign-in host"]);
    const found = findings.find(({ status }) => status === "wrong");
    expect(found?.message).toMatch(/^The connection to localhost:\d+ is not trusted/);
    expect(found?.mend).toMatch(/^Name the PEM file of the private CA in NODE_EXTRA_CA_CERTS/);
  });

  it("is not judged when the file of authorities is wrong", async () => {
    const findings = await behindTls({ NODE_EXTRA_CA_CERTS: "/none.pem" });
    expect(checksOf(findings, "wrong")).toEqual(["private authorities"]);
    expect(findings.find(({ check }) => check === "sign-in host")?.message).toBe(
      'Not checked, because "private authorities" is not fine.',
    );
  });
});

it("names the proxy that refuses, and keeps its password", async () => {
  const proxy = await proxyWith({}, "Basic other");
  const findings = await examined({
    env: {
      EXO_CONNECTOR_LOGIN_URL: undefined,
      EXO_CONNECTOR_EXCHANGE_URL: undefined,
      EXO_CONNECTOR_GRAPH_URL: undefined,
      HTTPS_PROXY: `http://${proxyAccount.credentials}@127.0.0.1:${proxy.port}`,
    },
  });
  expect(checksOf(findings, "wrong")).toEqual(["sign-in host", "Exchange Online host"]);
  expect(findings.find(({ check }) => check === "sign-in host")).toMatchObject({
    message:
      `No connection to login.microsoftonline.com: the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) refused it with ` +
      "status 407; it does not accept the user name and password.",
    mend: expect.stringMatching(/^Let the proxy connect to login\.microsoftonline\.com/) as string,
  });
  expect(JSON.stringify(findings)).not.toContain(proxyAccount.password);
});

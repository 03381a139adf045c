import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import create from "../../lifecycle/create.ts";
import { readCertificate } from "../../lib/auth/certificate.ts";
import type { Answer } from "../../lib/host/answer.ts";
import { makeCertificate, type MadeCertificate } from "../../tools/certificate/made.ts";
import { lastMoment } from "../../tools/certificate/wishes.ts";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { createEventFor } from "../events.ts";
import { runInProcess } from "../inProcess.ts";

const now = new Date();
const make = (days: number, commonName = "Exchange connector"): Promise<MadeCertificate> =>
  makeCertificate({ commonName, now, notAfter: lastMoment(String(days), now) });
const [made, other, ending] = await Promise.all([make(365), make(31, "Contoso, é😀"), make(30)]);

const certificate = new X509Certificate(made.cer);
const day = (days: number): string =>
  new Date(now.getTime() + days * 24 * 3_600_000).toISOString().slice(0, 10);

describe("a new certificate", () => {
  it("opens with the connector's own reader, and holds its key", async () => {
    const { pfx, password } = made;
    const read = await readCertificate({ pfxBase64: pfx.toString("base64"), password, now });
    expect(read).toMatchObject({
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
      subject: "CN=Exchange connector",
    });
    expect(read.notAfter.toISOString().slice(0, 10)).toBe(day(365));
  });

  it("does not open with another password", async () => {
    const source = { pfxBase64: made.pfx.toString("base64"), password: other.password, now };
    await expect(readCertificate(source)).rejects.toThrow("the password is wrong");
  });

  it("is signed by itself, for RSA signatures of 3072 bits, and is no authority", () => {
    const { publicKey, ca, subject, issuer } = certificate;
    expect(certificate.verify(publicKey)).toBe(true);
    expect([publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.modulusLength]).toEqual([
      "rsa",
      3072,
    ]);
    expect([ca, subject, issuer]).toEqual([
      false,
      "CN=Exchange connector",
      "CN=Exchange connector",
    ]);
  });

  it("is valid at once, even where the clock is some minutes slow, and for the days that were asked for", () => {
    const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    expect(from).toBeLessThan(now.getTime() - 9 * 60_000);
    expect(Math.round((until - now.getTime()) / 60_000)).toBe(365 * 24 * 60);
  });

  it("is described by what the Entra admin center shows", () => {
    expect(made.facts).toEqual({
      subject: "CN=Exchange connector",
      thumbprint: certificate.fingerprint.replaceAll(":", ""),
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
      validFrom: new Date(now.getTime() - 10 * 60_000).toISOString().slice(0, 10),
      validUntil: day(365),
    });
    expect(made.facts.thumbprint).toMatch(/^[0-9A-F]{40}$/);
  });

  it("may have a name beyond ASCII", () => {
    expect(new X509Certificate(other.cer).toLegacyObject().subject).toEqual({ CN: "Contoso, é😀" });
    expect(other.facts.subject).toContain("é😀");
  });

  it("shares neither its key nor its serial number nor its password with another", () => {
    const others = [other, ending].map(({ cer }) => new X509Certificate(cer));
    const values = [certificate, ...others].flatMap(({ publicKey, serialNumber }) => [
      publicKey.export({ type: "spki", format: "pem" }),
      serialNumber,
    ]);
    values.push(...[made, other, ending].map(({ password }) => password));
    expect(new Set(values).size).toBe(9);
    expect(made.password).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is protected as Windows Server 2016 can read it: with TripleDES-SHA1, and not with PBES2", () => {
    const hex = made.pfx.toString("hex");
    const [tripleDesSha1, pbes2] = ["2a864886f70d010c0103", "2a864886f70d01050d"];
    expect([hex.includes(tripleDesSha1), hex.includes(pbes2)]).toEqual([true, false]);
  });
});

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector certificate "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

it.skipIf(!hasOpenssl)("a new certificate opens with openssl, without its legacy provider", () => {
  const file = path.join(folder, "new.pfx");
  writeFileSync(file, made.pfx);
  const opened = (password: string) =>
    spawnSync("openssl", ["pkcs12", "-in", file, "-passin", "stdin", "-nodes"], {
      input: `${password}\n`,
      encoding: "utf8",
    });
  const { status, stdout } = opened(made.password);
  expect(status).toBe(0);
  expect(new X509Certificate(stdout.slice(stdout.indexOf("-----BEGIN CERT"))).raw).toEqual(
    made.cer,
  );
  expect(stdout).toContain("PRIVATE KEY-----");
  expect(opened(other.password).status).not.toBe(0);
});

describe("an event that signs in with it", () => {
  let running: RunningEmulator;
  beforeAll(async () => void (running = await startEmulator()));
  afterAll(() => running.close());

  /** The answer to an event of an application with these certificates. */
  async function answered(registered: MadeCertificate[], used: MadeCertificate): Promise<Answer> {
    const state = seedState();
    for (const app of state.apps) {
      app.secrets = [];
      app.certificates = registered.map(({ cer }) => new X509Certificate(cer).toString());
    }
    running.emulator.replaceState(state);
    const event = createEventFor(running, {
      configuration: {
        AppSecret: "",
        UseCertificate: true,
        AppCertificateBase64String: used.pfx.toString("base64"),
        AppCertificatePassword: used.password,
      },
    });
    const { answer } = await runInProcess(create, event, running.env);
    return answer as Answer;
  }

  const warningsIn = ({ outputContext }: Answer) =>
    outputContext.AuditLogs.filter(({ Message }) => Message.includes("expires on"));

  it("succeeds, alone and beside an older one", async () => {
    for (const registered of [[made], [other, made]]) {
      const answer = await answered(registered, made);
      expect(answer.outputContext.Success).toBe(true);
      expect(warningsIn(answer)).toEqual([]);
    }
  });

  it("fails with the reason before it is uploaded", async () => {
    const { outputContext } = await answered([other], made);
    expect(outputContext.Success).toBe(false);
    expect(outputContext.AuditLogs[0]?.Message).toContain("is not registered on application");
  });

  it("has one line in its audit log, which is not an error, when 30 days or less are left", async () => {
    const answer = await answered([ending], ending);
    expect(answer.outputContext.Success).toBe(true);
    expect(warningsIn(answer)).toEqual([
      {
        Message:
          'The certificate "CN=Exchange connector" in "App certificate" (AppCertificateBase64String) ' +
          `expires on ${day(30)}. Renew it before then (exo-connector certificate new).`,
        IsError: false,
      },
    ]);
    expect(warningsIn(await answered([other], other))).toEqual([]);
  });
});

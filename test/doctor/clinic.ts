/** Examines an emulated tenant over sockets, with mistakes in its state, its form or its surroundings. */
import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { afterAll, beforeAll, expect } from "vitest";
import { machineSeams } from "../../lib/connector.ts";
import { listActions, loadAction } from "../../tools/session/actions.ts";
import { examine } from "../../tools/doctor/checks.ts";
import type { Premises } from "../../tools/doctor/check.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { directorySetsOf, graphSetsOf, setsOf } from "../../tools/doctor/sets.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { seedState } from "../emulator/seed.ts";
import type { App, State } from "../emulator/state.ts";

/** What is wrong in one case; nothing: a healthy tenant. */
export interface Mistake {
  /** Values of the form; undefined removes one. */
  form?: Record<string, unknown>;
  app?: { [Key in keyof App]?: App[Key] | undefined };
  state?: (state: State) => void;
  env?: Premises["env"];
  nodeVersion?: string;
  /** Milliseconds by which the clock of this machine is fast. */
  fastMs?: number;
  sets?: readonly string[];
  /** Default: an emulated one is meant. */
  isEmulated?: boolean;
}

const actions = await Promise.all(
  listActions().map(async (name) => [name, await loadAction(name)] as const),
);
export const allSets = setsOf(new Map(actions));
export const allGraphSets = graphSetsOf(new Map(actions));
export const allDirectorySets = directorySetsOf(new Map(actions));

async function findingsOf(running: RunningEmulator, mistake: Mistake): Promise<Finding[]> {
  const {
    form = {},
    app = {},
    env = {},
    nodeVersion = "v24.11.0",
    fastMs = 0,
    sets,
    isEmulated = true,
  } = mistake;
  const state = seedState();
  Object.assign(state.apps[0] ?? {}, app);
  mistake.state?.(state);
  running.emulator.replaceState(state);
  running.emulator.clearJournal();
  const findings: Finding[] = [];
  for await (const finding of examine({
    isEmulated,
    form: { ...formFor(running), ...form },
    env: { ...running.env, ...env },
    nodeVersion,
    seams: {
      ...machineSeams,
      sleep: () => Promise.resolve(),
      clock: () => Date.now() + fastMs,
    },
    sets: allSets.filter(({ name }) => sets?.includes(name) ?? true),
    graphSets: allGraphSets.filter(({ name }) => sets?.includes(name) ?? false),
    directorySets: allDirectorySets.filter(({ name }) => sets?.includes(name) ?? false),
  }))
    findings.push(finding);
  return findings;
}

export const formFor = ({ tenantId, clientId, clientSecret }: RunningEmulator) => ({
  Organization: "contoso.onmicrosoft.com",
  TenantID: tenantId,
  AppId: clientId,
  AppSecret: clientSecret,
});

/** The cmdlets that reached the emulator since the examination began. */
const cmdletsSentTo = ({ emulator }: RunningEmulator): string[] =>
  emulator.journal().flatMap(({ cmdlet }) => (cmdlet === undefined ? [] : [cmdlet]));

const keysOf = (modulusLength: number) =>
  generateKeyPairSync("rsa", {
    modulusLength,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const usualKeys = keysOf(2048);

export const pfxPassword = "correct horse";
const dayMs = 24 * 3_600_000;

/** A certificate that is valid between two days from now: for the application (PEM), and for the form (PFX). */
export function certificateFor(
  fromDays: number,
  untilDays: number,
  bits = 2048,
): { pem: string; pfx: string } {
  const keys = bits === 2048 ? usualKeys : keysOf(bits);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = "0a";
  certificate.validity.notBefore = new Date(Date.now() + fromDays * dayMs);
  certificate.validity.notAfter = new Date(Date.now() + untilDays * dayMs);
  const name = [{ name: "commonName", value: "doctor test" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  const key = forge.pki.privateKeyFromPem(keys.privateKey);
  certificate.sign(key, forge.md.sha256.create());
  const pfx = forge.pkcs12.toPkcs12Asn1(key, [certificate], pfxPassword, { algorithm: "3des" });
  return {
    pem: forge.pki.certificateToPem(certificate),
    pfx: forge.util.encode64(forge.asn1.toDer(pfx).getBytes()),
  };
}

/** The values of the form for a certificate. */
export const withCertificate = (pfx: string, password = pfxPassword) => ({
  AppSecret: undefined,
  UseCertificate: true,
  AppCertificateBase64String: pfx,
  AppCertificatePassword: password,
});

/** Typed in the place of a secret. */
export const wrongSecret = "hunter2-hunter2-hunter2";

/** An emulator for a file of tests, and its examination, which never shows a secret and never writes. */
export function openClinic() {
  let running: RunningEmulator | undefined;
  beforeAll(async () => void (running = await startEmulator()));
  afterAll(() => running?.close());
  const emulated = (): RunningEmulator => {
    if (running) return running;
    throw new Error("The emulator runs in tests only.");
  };
  return {
    emulated,
    async examined(mistake: Mistake): Promise<Finding[]> {
      const findings = await findingsOf(emulated(), mistake);
      const { AppCertificateBase64String: pfx, AppSecret: secret } = mistake.form ?? {};
      const text = JSON.stringify(findings);
      for (const kept of [emulated().clientSecret, secret, pfx, pfxPassword, "hunter2", "eyJ"])
        if (typeof kept === "string") expect(text).not.toContain(kept.slice(0, 40));
      for (const cmdlet of cmdletsSentTo(emulated())) expect(cmdlet).toMatch(/^Get-/);
      return findings;
    },
  };
}

export const checksOf = (findings: readonly Finding[], wanted: Finding["status"]): string[] =>
  findings.filter(({ status }) => status === wanted).map(({ check }) => check);

/** The mistake, the check that names it, its cause, and the mend. */
export type Case = [title: string, mistake: Mistake, check: string, cause: RegExp, mend: RegExp];

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import create from "../lifecycle/create.ts";
import type { Answer } from "../lib/host/answer.ts";
import { runBundle, type BundleRun } from "../tools/cli/run.ts";
import { seedState } from "./emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "./emulator/server.ts";
import { createEventFor, type CreateChoices } from "./events.ts";
import { runInProcess } from "./inProcess.ts";

/** Everything that must never be written: planted here, and looked for in all that a run writes. */
const secret = 'CaNaRy-"quoted"\\back slash%+&=é🦊-secret';
const pfx = readFileSync(
  new URL("./auth/certificates/openssl-modern.pfx.txt", import.meta.url),
  "utf8",
).trim();
const pfxPassword = "correct horse";
const token = "CaNaRy.access.token-0123456789abcdef";
const certificate = readFileSync(new URL("./auth/certificates/leaf.crt", import.meta.url), "utf8");

let running: RunningEmulator;
/** What the bundle sent to the sign-in service: the assertion is a secret that only exists then. */
let sent: URLSearchParams[] = [];
let echo: Server;
let echoUrl = "";

beforeAll(async () => {
  running = await startEmulator();
  // A sign-in service that repeats everything it was given, as careless proxies and error pages do.
  echo = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      sent.push(new URLSearchParams(body));
      response.writeHead(400, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          error: "invalid_request",
          error_description: `AADSTS900144: body was ${body} and decoded ${[...new URLSearchParams(body)].join(" ")}`,
          error_codes: [900144],
        }),
      );
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await running.close();
  echo.close();
});
beforeEach(() => {
  sent = [];
  const state = seedState();
  for (const app of state.apps) {
    app.secrets = [{ value: secret }];
    app.certificates = [certificate];
  }
  running.emulator.replaceState(state);
  running.emulator.setFaults([]);
});

const withCertificate = {
  UseCertificate: true,
  AppCertificateBase64String: pfx,
  AppCertificatePassword: pfxPassword,
};
const withSecret = { AppSecret: secret };

/** All that a process wrote. */
async function written(
  choices: CreateChoices,
  env: Record<string, string> = {},
  raw?: (event: string) => string,
): Promise<Written> {
  const event = JSON.stringify(createEventFor(running, choices));
  const options = { dist: inject("dist"), env: { ...urls(), ...env } };
  return seenIn(await runBundle("lifecycle/create", raw ? raw(event) : event, options));
}

/** All that a run wrote, without a process of its own: for long tables of cases. */
async function writtenHere(
  choices: CreateChoices,
  env: Record<string, string> = {},
): Promise<Written> {
  const event = createEventFor(running, choices);
  return seenIn(await runInProcess(create, event, { ...urls(), ...env }));
}

interface Written {
  text: string;
  code: number | null;
  messages: string;
}

const urls = (): Record<string, string> => running.env;

function seenIn(run: Pick<BundleRun, "answer" | "code" | "stdout" | "stderr">): Written {
  const { outputContext } = run.answer as Answer;
  return {
    text: run.stdout + run.stderr,
    code: run.code,
    messages: outputContext.AuditLogs.map(({ Message }) => Message).join("\n"),
  };
}

/** Every form a text can take on its way through JSON, URLs and encodings. */
function formsOf(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  return [
    text,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll("%20", "+"),
    Buffer.from(text).toString("base64"),
  ];
}

/** The lines as they were written, in pure ASCII, and as whoever reads them sees them. */
function readable(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.startsWith("{") ? `${line}\n${JSON.stringify(JSON.parse(line))}` : line))
    .join("\n");
}

function expectNoSecretIn(written: string, ...more: string[]): void {
  const text = readable(written);
  const assertions = sent.flatMap((form) => form.getAll("client_assertion"));
  for (const canary of [
    secret,
    pfx,
    pfxPassword,
    token,
    "BEGIN PRIVATE KEY",
    ...assertions,
    ...more,
  ]) {
    for (const form of formsOf(canary))
      expect(
        text.includes(form),
        `something of "${form.slice(0, 12)}..." was written:\n${text}`,
      ).toBe(false);
  }
}

describe("no secret is written", () => {
  it("the canaries are found when they are present", () => {
    expect(() => expectNoSecretIn(`x${encodeURIComponent(secret)}x`)).toThrow();
    expect(() => expectNoSecretIn(JSON.stringify({ a: JSON.stringify({ secret }) }))).toThrow();
    expect(() => expectNoSecretIn("my password is correct horse")).toThrow();
    expect(() =>
      expectNoSecretIn(
        JSON.stringify({ secret }).replace(
          /[^\x20-\x7e]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
        ),
      ),
    ).toThrow();
  });

  it.each([
    ["a secret", withSecret],
    ["a certificate", withCertificate],
  ])("in a successful run with %s", async (_name, configuration) => {
    const { text, code } = await written({ configuration });
    expect(code, text).toBe(0);
    expectNoSecretIn(text);
  });

  it.each([
    ["the secret", withSecret],
    ["the assertion", withCertificate],
  ])("when the sign-in service repeats %s", async (_name, configuration) => {
    const { text, messages } = await written(
      { configuration },
      { EXO_CONNECTOR_LOGIN_URL: echoUrl },
    );
    expect(sent).toHaveLength(1);
    expect(messages).toContain("AADSTS900144");
    expect(messages).toContain("[secret]");
    expectNoSecretIn(text);
  });

  it.each<[string, unknown]>([
    [
      "a JSON error",
      {
        error: {
          code: "BadRequest",
          message: "Error executing cmdlet",
          details: [
            {
              code: "Context",
              target: "",
              message: `|System.Exception|Authorization: Bearer ${token} for ${secret}`,
            },
          ],
        },
      },
    ],
    [
      "plain text",
      `denied: Bearer ${token}, ${JSON.stringify(secret)}, ${encodeURIComponent(secret)}`,
    ],
    ["a warning", { value: [], "@adminapi.warnings": [`token ${token} and ${secret}`] }],
  ])("when Exchange repeats the token in %s", async (_name, body) => {
    running.emulator.setFaults([
      {
        match: { side: "login" },
        answer: {
          status: 200,
          body: { token_type: "Bearer", expires_in: 3599, access_token: token },
        },
      },
      {
        match: { side: "exchange" },
        answer: {
          status: typeof body === "object" && body !== null && "value" in body ? 200 : 400,
          body,
        },
      },
    ]);
    const { text } = await writtenHere({ configuration: withSecret });
    expectNoSecretIn(text);
  });

  it("when Exchange repeats a secret as a property of the mailbox, except in data", async () => {
    const state = running.emulator.state();
    running.emulator.replaceState({
      ...state,
      objects: state.objects.map((object, index) =>
        index === 0 ? { ...object, DisplayName: secret } : object,
      ),
    });
    const event = createEventFor(running, {
      configuration: withSecret,
      outputData: { DisplayName: null },
    });
    const { code, answer, stderr } = await runInProcess(create, event, urls());
    const { outputContext, plan } = answer as Answer;
    expect(code).toBe(0);
    expect(outputContext["Data"]).toMatchObject({ DisplayName: secret });
    expect(stderr).toContain("[secret]");
    expectNoSecretIn(`${stderr}\n${JSON.stringify([outputContext.AuditLogs, plan])}`);
  });

  it("when it is a value of the event, which is refused", async () => {
    const { text, code, messages } = await written({
      configuration: withSecret,
      outputData: { DisplayName: secret, [secret]: null },
    });
    expect(code).toBe(2);
    expect(messages).toContain('"App secret" (AppSecret) is a secret, but outputContext.Data.Disp');
    expectNoSecretIn(text);
  });

  it.each<[string, CreateChoices, Record<string, string>]>([
    ["the wrong secret", { configuration: { AppSecret: `${secret}-wrong` } }, {}],
    [
      "the wrong PFX password",
      { configuration: { ...withCertificate, AppCertificatePassword: `${pfxPassword} battery` } },
      {},
    ],
    [
      "a PFX that is cut off",
      { configuration: { ...withCertificate, AppCertificateBase64String: pfx.slice(0, 900) } },
      {},
    ],
    [
      "a secret in the place of the certificate",
      { configuration: { ...withCertificate, AppCertificateBase64String: secret } },
      {},
    ],
    [
      "a secret in the place of an ID",
      {
        configuration: {
          TenantID: secret,
          AppId: secret,
          Organization: secret,
          Cloud: secret,
          UseCertificate: secret,
          RecipientTypeDetails: secret,
          AppSecret: secret,
        },
      },
      {},
    ],
    [
      "a secret under a key of another casing",
      { configuration: { AppSecret: undefined, appsecret: secret, TENANTID: secret } },
      {},
    ],
    ["a secret as a list", { configuration: { AppSecret: [secret], TenantID: [secret] } }, {}],
    ["a secret as the correlation field", { field: secret, configuration: withSecret }, {}],
    ["a secret as the correlation value", { value: secret, configuration: withSecret }, {}],
    [
      "a secret as a mapped value",
      { data: { HiddenFromAddressListsEnabled: secret }, configuration: withSecret },
      {},
    ],
    [
      "a host that cannot be reached",
      { configuration: withSecret },
      { EXO_CONNECTOR_LOGIN_URL: "http://127.0.0.1:9", EXO_CONNECTOR_DEADLINE_MS: "1500" },
    ],
    [
      "a secret in an address",
      { configuration: withSecret },
      { EXO_CONNECTOR_LOGIN_URL: `http://${encodeURIComponent(secret)}@example.com` },
    ],
    [
      "a secret as the deadline",
      { configuration: withSecret },
      { EXO_CONNECTOR_DEADLINE_MS: secret },
    ],
  ])("when there is %s", async (_name, choices, env) => {
    const { text, code } = await writtenHere(choices, env);
    expect(code).not.toBe(0);
    expectNoSecretIn(text);
  });

  it.each<[string, (event: string) => string]>([
    ["cut off in the middle", (event) => event.slice(0, event.indexOf("CaNaRy") + 20)],
    ["no JSON behind the secret", (event) => event.replace('"UseCertificate"', "UseCertificate")],
    ["an action context that is a list", (event) => `{"actionContext":[${event}]}`],
    [
      "a configuration that is a text",
      (event) => JSON.stringify({ actionContext: { Configuration: event, DryRun: false } }),
    ],
    [
      "an event inside an event",
      (event) => `{"actionContext":{"actionContext":${event}},"${encodeURIComponent(secret)}":1}`,
    ],
  ])("when the event is %s", async (_name, raw) => {
    const { text, code } = await written({ configuration: withSecret }, {}, raw);
    expect(code).toBe(2);
    expectNoSecretIn(text);
  });
});

/** Nothing that opens an account is in what link, its status, or an event writes. */
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import update from "../../lifecycle/entra/update.ts";
import { changeEventFor } from "../events.ts";
import { runInProcess } from "../inProcess.ts";
import { accepts, administrator, anyone, openLinking, signsIn } from "./linking.ts";

const { running, link, kept, idOf, stateFolder } = openLinking();

/** Between the command and the emulator: what passes, and an echo of it where the test asks for one. */
let proxy: Server;
let address = "";
let isEchoing = false;
let secrets: string[] = [];
beforeAll(async () => {
  proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const sent = new URLSearchParams(body);
      secrets.push(
        ...["code", "code_verifier", "refresh_token"].flatMap((name) => sent.getAll(name)),
      );
      const isToken = (request.url ?? "").includes("/token");
      if (isEchoing && isToken) {
        response.writeHead(400, { "content-type": "application/json" });
        const echo = `AADSTS50173: ${body} ${[...sent].flat().join(" ")}`;
        response.end(JSON.stringify({ error: "invalid_grant", error_description: echo }));
        return;
      }
      const url = `${running().loginUrl}${request.url ?? ""}`;
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      void fetch(url, { method: "POST", headers, body }).then(async (answer) => {
        const text = await answer.text();
        const json = (isToken ? JSON.parse(text) : {}) as Record<string, unknown>;
        for (const name of ["refresh_token", "access_token", "id_token"])
          if (typeof json[name] === "string") secrets.push(json[name]);
        const type = answer.headers.get("content-type") ?? "";
        response.writeHead(answer.status, { "content-type": type });
        response.end(text);
      });
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const bound = proxy.address();
  address = typeof bound === "object" && bound ? `http://127.0.0.1:${bound.port}` : "";
});
afterAll(() => proxy.close());

/** Every form that a secret can take on its way. */
function expectNoneIn(text: string): void {
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of secrets)
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
      expect(text.includes(form), `${form.slice(0, 14)}... was written`).toBe(false);
}

async function event(): Promise<string> {
  const configuration = { Connection: "linkedAccount", StateFolder: stateFolder() };
  const choices = { reference: idOf(anyone), data: { department: "Research" }, configuration };
  const env = { ...running().env, EXO_CONNECTOR_LOGIN_URL: address };
  const { stdout, stderr } = await runInProcess(update, changeEventFor(running(), choices), env);
  return stdout + stderr;
}

describe("codes, verifiers and tokens", () => {
  it("are in no output, and in the file only sealed", async () => {
    secrets = [];
    const linked = await link(["--no-browser", "--timeout", "20"], accepts, {
      EXO_CONNECTOR_LOGIN_URL: address,
    });
    expect(linked.text).toContain("granted");
    const status = await link(["status"], [], { EXO_CONNECTOR_LOGIN_URL: address });
    const audit = await event();
    expect(audit).toContain('"Success":true');
    expect(secrets.length).toBeGreaterThan(10);
    expectNoneIn([linked.text, linked.page, status.text, audit, ...kept()].join("\n"));
  });

  it("are masked when the sign-in service repeats them", async () => {
    secrets = [];
    await link(["--no-browser", "--timeout", "20"], accepts, { EXO_CONNECTOR_LOGIN_URL: address });
    isEchoing = true;
    try {
      const status = await link(["status"], [], { EXO_CONNECTOR_LOGIN_URL: address });
      expect(status.text).toContain("revoked");
      const audit = await event();
      const again = await link(["--no-browser", "--timeout", "20"], signsIn(administrator), {
        EXO_CONNECTOR_LOGIN_URL: address,
      });
      expect(again.code).toBe(1);
      expectNoneIn([status.text, audit, again.text].join("\n"));
    } finally {
      isEchoing = false;
    }
  });
});

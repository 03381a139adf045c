/** Raw fetch against an emulator, for the tests of this room. Knows nothing that a real client would have to know better. */
import type { Emulator } from "./emulator.ts";
import { startEmulator, type RunningEmulator, type ServerOptions } from "./server.ts";

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON, or undefined. Tests look into it freely, hence the loose type. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads whatever the wire holds
  json: any;
}

type Fetch = (request: Request) => Promise<Response>;

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

export class TestClient {
  readonly emulator: Emulator;
  readonly #fetch: Fetch;
  token = "";

  constructor(emulator: Emulator, via: Fetch = (request) => emulator.handle(request)) {
    this.emulator = emulator;
    this.#fetch = via;
  }

  async send(url: string, init: RequestInit = {}): Promise<Reply> {
    return reply(await this.#fetch(new Request(url, init)));
  }

  /** Asks for a token; `changes` replaces form fields (null leaves one out). */
  async signIn(changes: Record<string, string | null> = {}, tenant = this.emulator.credentials.tenantId): Promise<Reply> {
    const { clientId, clientSecret } = this.emulator.credentials;
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, scope: "https://outlook.office365.com/.default" });
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) form.delete(name);
      else form.set(name, value);
    }
    const answer = await this.send(`${this.emulator.baseUrls().login}/${tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
    if (answer.status === 200) this.token = answer.json.access_token;
    return answer;
  }

  get endpoint(): string {
    return `${this.emulator.baseUrls().exchange}/adminapi/beta/${this.emulator.credentials.tenantId}/InvokeCommand`;
  }

  async invoke(cmdlet: string, parameters: Record<string, unknown> = {}, more: { url?: string; headers?: Record<string, string>; select?: string } = {}): Promise<Reply> {
    if (!this.token) await this.signIn();
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json", ...more.headers };
    const url = (more.url ?? this.endpoint) + (more.select ? `?$select=${more.select}` : "");
    return this.send(url, { method: "POST", headers, body: JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } }) });
  }
}

/** `class|text` of a refusal in the default encoding. */
export function refusal(answer: Reply): string {
  const message = String(answer.json?.error?.details?.[0]?.message ?? answer.text);
  return message.slice(message.indexOf("|") + 1);
}

/** A served emulator with a client that goes through the sockets. Close it. */
export async function served(options: ServerOptions = {}): Promise<{ running: RunningEmulator; client: TestClient }> {
  const running = await startEmulator(options);
  return { running, client: new TestClient(running.emulator, (request) => fetch(request)) };
}

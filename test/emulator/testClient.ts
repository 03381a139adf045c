/**
 * Raw fetch against an emulator, for the tests of this folder. It lacks everything that a real
 * client must know.
 */
import { createEmulator, type Emulator } from "./emulator.ts";
import { fetchFrom } from "./inProcess.ts";
import { seedState } from "./seed.ts";
import { startEmulator, type RunningEmulator, type ServerOptions } from "./server.ts";
import type { Behaviour } from "./state.ts";

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: Wire;
}

/** All properties that a body may have; a test knows which kind it requested. */
export interface Wire {
  value: Record<string, unknown>[];
  "@odata.context": string;
  "@odata.nextLink": string | undefined;
  "@adminapi.warnings": string[] | undefined;
  "@adminapi.confirmationmessage": string | undefined;
  error: {
    code: string;
    details: { message: string }[];
    innererror: { internalexception: { message: string; type: string } };
  };
  error_codes: number[];
  error_description: string;
  access_token: string;
  problems: string[];
  responses: Item[];
  now: number;
}

/** One response inside a batch. */
export interface Item {
  id: string;
  status: number;
  headers: Record<string, string>;
  body: Wire;
}

type Fetch = (request: Request) => Promise<Response>;

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const json =
    /^[[{]/.test(text) && text.endsWith(text.startsWith("{") ? "}" : "]")
      ? (JSON.parse(text) as Wire)
      : ({} as Wire);
  return { status: response.status, headers: response.headers, text, json };
}

export class TestClient {
  readonly emulator: Emulator;
  readonly #fetch: Fetch;
  token = "";

  constructor(emulator: Emulator, via: Fetch = fetchFrom(emulator)) {
    this.emulator = emulator;
    this.#fetch = via;
  }

  async send(url: string, init: RequestInit = {}): Promise<Reply> {
    return reply(await this.#fetch(new Request(url, init)));
  }

  /** Requests a token; `changes` replaces form fields (null removes one). */
  async signIn(
    changes: Record<string, string | null> = {},
    tenant = this.emulator.credentials.tenantId,
  ): Promise<Reply> {
    const { clientId, clientSecret } = this.emulator.credentials;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "https://outlook.office365.com/.default",
    });
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) form.delete(name);
      else form.set(name, value);
    }
    const answer = await this.send(
      `${this.emulator.baseUrls().login}/${tenant}/oauth2/v2.0/token`,
      { method: "POST", body: form },
    );
    if (answer.status === 200) this.token = answer.json.access_token;
    return answer;
  }

  get endpoint(): string {
    return `${this.emulator.baseUrls().exchange}/adminapi/beta/${this.emulator.credentials.tenantId}/InvokeCommand`;
  }

  async invoke(
    cmdlet: string,
    parameters: Record<string, unknown> = {},
    more: { url?: string; headers?: Record<string, string>; select?: string } = {},
  ): Promise<Reply> {
    if (!this.token) await this.signIn();
    const headers = {
      authorization: `Bearer ${this.token}`,
      "content-type": "application/json",
      ...more.headers,
    };
    const url = (more.url ?? this.endpoint) + (more.select ? `?$select=${more.select}` : "");
    return this.send(url, {
      method: "POST",
      headers,
      body: JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } }),
    });
  }

  /** An item of a batch, with its differences from the default. */
  item(
    id: string,
    cmdlet: string,
    parameters: Record<string, unknown> = {},
    changes: Record<string, unknown> = {},
  ): Record<string, unknown> {
    return {
      id,
      method: "POST",
      url: this.endpoint,
      headers: { authorization: `Bearer ${this.token}` },
      body: { CmdletInput: { CmdletName: cmdlet, Parameters: parameters } },
      ...changes,
    };
  }

  async batch(
    requests: unknown,
    headers: Record<string, string> = { prefer: "odata.maxpagesize=1000;odata.continue-on-error" },
  ): Promise<Reply> {
    const url = this.endpoint.replace("InvokeCommand", "$batch");
    return this.send(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.token}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ requests }),
    });
  }
}

/**
 * `class|text` of a refusal in the default encoding, or of its inner exception when there are no
 * details.
 */
export function refusal(answer: Reply): string {
  const { details, innererror } = answer.json.error;
  const message =
    details[0]?.message ??
    `|${innererror.internalexception.type}|${innererror.internalexception.message}`;
  return message.slice(message.indexOf("|") + 1);
}

/** The link to the next page; throws when there is none. */
export function linkOf(answer: Reply): string {
  const link = answer.json["@odata.nextLink"];
  if (link === undefined) throw new Error("There is no next page.");
  return link;
}

/** A client of its own seeded tenant, whose clock does not move. */
export function seededClient(behaviour: Partial<Behaviour> = {}): TestClient {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  return new TestClient(createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") }));
}

/** A served emulator with a client that uses its sockets. Close it. */
export async function served(
  options: ServerOptions = {},
): Promise<{ running: RunningEmulator; client: TestClient }> {
  const running = await startEmulator(options);
  return { running, client: new TestClient(running.emulator, (request) => fetch(request)) };
}

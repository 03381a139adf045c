import type { WireReply, WireRequest } from "./fake/exchange.ts";
import type { Call, Trouble } from "./troubles.ts";

/** A tenant as the campaign drives it: the fake one, or the project's emulator. */
export interface Tenant {
  handle(request: WireRequest): WireReply | Promise<WireReply>;
  /** Goes up, or changes, with every change of the tenant. */
  revision(): number | string;
}

export type Side = "read" | "write" | "token";

/**
 * A trouble that waits for the n-th read, write or sign-in; or, behind another one, for the next call of the
 * cmdlet that one met: the retry.
 */
export interface Ambush {
  trouble: Trouble;
  on: Side;
  nth: number;
  behind?: Ambush;
  /** Also for every later call of the cmdlet that it met. */
  isLasting: boolean;
}

/** A call that was made, and what became of it. */
export interface Made extends Call {
  at: number;
  trouble: string | undefined;
  reply: WireReply | "cut" | "silence";
  /** The tenant is another one since. */
  isApplied: boolean;
}

/** The way between the connector and a tenant, with everything that lies in wait on it. */
export class Wire {
  readonly made: Made[] = [];
  /** The ambushes that were met, each with the cmdlet that met it first. */
  readonly met = new Map<Ambush, string>();
  readonly tokens: string[] = [];
  ambushes: readonly Ambush[] = [];
  readonly #tenant: Tenant;
  readonly #now: () => number;
  #counts = new Map<string, number>();

  constructor(tenant: Tenant, now: () => number) {
    this.#tenant = tenant;
    this.#now = now;
  }

  /** Forgets what was made, and counts anew. */
  begin(ambushes: readonly Ambush[]): void {
    this.ambushes = ambushes;
    this.made.length = 0;
    this.met.clear();
    this.#counts = new Map();
  }

  async send(request: WireRequest): Promise<WireReply | "cut" | "silence"> {
    const { pathname, hostname } = new URL(request.url);
    if (hostname.startsWith("login.")) return await this.#signIn(request);
    if (pathname.endsWith("/$batch")) return await this.#batch(request);
    return await this.#meet(callIn(JSON.parse(request.body)), request);
  }

  async #signIn(request: WireRequest): Promise<WireReply | "cut" | "silence"> {
    const call = { cmdlet: "token", parameters: {}, isWrite: false };
    const reply = await this.#meet(call, request);
    if (typeof reply === "object") {
      const token = /"access_token":"([^"]+)"/.exec(reply.text)?.[1];
      if (token !== undefined) this.tokens.push(token);
    }
    return reply;
  }

  /** Each item meets what waits for it; one that is cut is left out of the answer. */
  async #batch(request: WireRequest): Promise<WireReply | "cut" | "silence"> {
    const { requests } = JSON.parse(request.body) as {
      requests: { id: string; url: string; headers: Record<string, string>; body: unknown }[];
    };
    const responses: unknown[] = [];
    for (const { id, url, headers, body } of requests) {
      const item = { method: "POST", url, headers, body: JSON.stringify(body) };
      const reply = await this.#meet(callIn(body), item);
      if (typeof reply === "string") continue;
      responses.push({ id, status: reply.status, headers: reply.headers, body: bodyOf(reply) });
    }
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      text: JSON.stringify({ responses }),
    };
  }

  async #meet(call: Call, request: WireRequest): Promise<WireReply | "cut" | "silence"> {
    const ambush = this.#ambushFor(call);
    const before = this.#tenant.revision();
    // The tenant answers at once, or the call does not reach it: a way that is not taken must leave no trace.
    const passed: (WireReply | Promise<WireReply>)[] = [];
    const reply = ambush
      ? await this.#waylaid(ambush, call, request, passed)
      : await this.#tenant.handle(request);
    this.made.push({
      ...call,
      at: this.#now(),
      trouble: ambush?.trouble.name,
      reply,
      isApplied: this.#tenant.revision() !== before,
    });
    return reply;
  }

  #ambushFor({ cmdlet, isWrite }: Call): Ambush | undefined {
    const side: Side = sideOf(cmdlet, isWrite);
    const count = (this.#counts.get(side) ?? 0) + 1;
    this.#counts.set(side, count);
    const found = this.ambushes.find((ambush) => {
      const metBy = this.met.get(ambush);
      if (metBy !== undefined) return ambush.isLasting && metBy === cmdlet;
      return ambush.behind
        ? this.met.get(ambush.behind) === cmdlet
        : ambush.on === side && ambush.nth === count;
    });
    if (found && !this.met.has(found)) this.met.set(found, cmdlet);
    return found;
  }

  /**
   * A way asks for the tenant's answer in the middle; one that comes later is awaited, and the way is taken
   * again with it.
   */
  async #waylaid(
    ambush: Ambush,
    call: Call,
    request: WireRequest,
    passed: (WireReply | Promise<WireReply>)[],
  ): Promise<WireReply | "cut" | "silence"> {
    const unanswered: WireReply = { status: 200, headers: {}, text: '{"value":[]}' };
    const first = ambush.trouble.way(call, () => {
      const reply = this.#tenant.handle(request);
      passed.push(reply);
      return reply instanceof Promise ? unanswered : reply;
    });
    const [reply] = passed;
    if (!(reply instanceof Promise)) return first;
    const answer = await reply;
    return ambush.trouble.way(call, () => answer);
  }
}

function sideOf(cmdlet: string, isWrite: boolean): Side {
  if (cmdlet === "token") return "token";
  return isWrite ? "write" : "read";
}

function bodyOf({ text }: WireReply): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function callIn(body: unknown): Call {
  const { CmdletInput: input } = body as {
    CmdletInput: { CmdletName: string; Parameters?: Record<string, unknown> };
  };
  return {
    cmdlet: input.CmdletName,
    parameters: input.Parameters ?? {},
    isWrite: !input.CmdletName.startsWith("Get-"),
  };
}

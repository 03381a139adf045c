import type { HttpReply, HttpRequest, Transport } from "../../lib/net/transport.ts";
import { answeredOf, headersThatMatterOf } from "./answered.ts";
import { PageNames } from "./pageNames.ts";
import { askedIn, targetOf } from "./asked.ts";
import type { Exchange } from "../session/traffic.ts";

/** Writes down what a connection asks Exchange and Graph, with the answers. What signs in passes unseen. */
export class Tape {
  readonly #exchanges: (Exchange | { request: Exchange["request"] })[] = [];
  #pages = 0;
  readonly #names = new PageNames(({ page = 1 }) => {
    // No part of a name comes from the tenant.
    const number = (++this.#pages).toString(16).padStart(8, "0");
    return `page-${page + 1}-${number}`;
  });

  /** What was asked and answered, in the order in which it was asked. */
  get traffic(): Exchange[] {
    return this.#exchanges.filter((exchange): exchange is Exchange => "response" in exchange);
  }

  /** A transport that records what passes. */
  over(send: Transport): Transport {
    return async (request, signal) => {
      const url = new URL(request.url);
      if (targetOf(url) === undefined) return await send(request, signal);
      return await this.#recorded(request, url, (sent) => send(sent, signal));
    };
  }

  async #recorded(
    request: HttpRequest,
    url: URL,
    send: (request: HttpRequest) => Promise<HttpReply>,
  ): Promise<HttpReply> {
    const asked = askedIn({ method: request.method, url, body: request.body ?? "" });
    const at = this.#exchanges.push({ request: asked }) - 1;
    const sent = { ...request, url: this.#names.realUrl(request.url) };
    const reply = await send(sent).catch((error: unknown) => {
      this.#exchanges[at] = { request: asked, response: { cut: true } };
      throw error;
    });
    const text = this.#names.named(reply.text, asked);
    const headers = headersThatMatterOf(reply.headers);
    // A replay waits as long as it is told to.
    if (headers["retry-after"] !== undefined) headers["retry-after"] = "0.1";
    const { status } = reply;
    const response = answeredOf({ status, headers, body: text }, { origin: url.origin, asked });
    this.#exchanges[at] = { request: asked, response };
    return { ...reply, text };
  }
}

/** Microsoft's own Graph client for JavaScript, in front of the emulator instead of the network. */
import {
  AuthenticationHandler,
  Client,
  RetryHandler,
  RetryHandlerOptions,
  type Context,
  type Middleware,
} from "@microsoft/microsoft-graph-client";
import type { Emulator } from "../emulator/emulator.ts";
import type { GraphClient } from "../emulator/graph/graphClient.ts";
import { fetchFrom } from "../emulator/inProcess.ts";

/** The last of its handlers, which would send to the network. */
class ToEmulator implements Middleware {
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(emulator: Emulator) {
    this.#fetch = fetchFrom(emulator);
  }

  async execute(context: Context): Promise<void> {
    const request: unknown = context.request;
    if (typeof request !== "string") throw new Error("Its requests are addresses.");
    context.response = await this.#fetch(new Request(request, context.options));
  }
}

export function microsoftClient(client: GraphClient): Client {
  const signIn = new AuthenticationHandler({
    getAccessToken: () => client.tokenFor("https://graph.microsoft.com"),
  });
  const retry = new RetryHandler(new RetryHandlerOptions(0.01, 2));
  signIn.setNext(retry);
  retry.setNext(new ToEmulator(client.emulator));
  return Client.initWithMiddleware({ middleware: signIn });
}

/**
 * What the types refuse. `npm run types` is the test: it fails when a line below an expected error compiles.
 * Nothing here runs.
 */
import type { ExchangeGate, ExchangeTarget } from "../../lib/exchange/target.ts";
import { cmdlets } from "../../lib/exchange/target.ts";
import { mailboxById } from "../../lib/exchange/mailbox.ts";
import { mailboxesOf } from "../../lib/exchange/mailboxList.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import type { Gate, Need, Query, Step, StreamQuery } from "../../lib/step.ts";

/** Another target, with a client of its own. */
interface GraphTarget {
  graph: { get(path: string): Promise<unknown> };
}
declare const userOf: (id: string) => Query<GraphTarget, string>;
declare const usersOf: () => StreamQuery<GraphTarget, string>;
declare const ofGraph: Step<"graph", GraphTarget>;
declare const ofExchange: Step<"exchange", ExchangeTarget>;
declare const graphNeed: Need<GraphTarget["graph"]>;

export async function gateOfExchange({ read, stream, change }: ExchangeGate): Promise<void> {
  await read(mailboxById("id", []));
  stream(mailboxesOf([], []));
  await change(ofExchange);
  // @ts-expect-error -- a query for Graph
  await read(userOf("id"));
  // @ts-expect-error -- a stream of Graph
  stream(usersOf());
  // @ts-expect-error -- a step for Graph
  await change(ofGraph);
}

export async function gateOfGraph({ read, stream, change }: Gate<GraphTarget>): Promise<void> {
  await read(userOf("id"));
  stream(usersOf());
  await change(ofGraph);
  // @ts-expect-error -- a query for Exchange
  await read(mailboxById("id", []));
  // @ts-expect-error -- a stream of Exchange
  stream(mailboxesOf([], []));
  // @ts-expect-error -- a step for Exchange
  await change(ofExchange);
}

export async function gateOfBoth({
  read,
  change,
}: Gate<GraphTarget & Parameters<ReturnType<typeof mailboxById>>[0]>): Promise<void> {
  await read(mailboxById("id", []));
  await read(userOf("id"));
  await change(ofExchange);
  await change(ofGraph);
}

/** The declared targets decide what a handler may read. */
export const undeclaredTarget = onPermissions({
  needs: { exchange: cmdlets() },
  configuration: [],
  handle: async function* ({ read }) {
    await read(mailboxById("id", []));
    // @ts-expect-error -- Graph is not declared
    yield { identification: { Id: await read(userOf("id")) }, name: "" };
  },
});

export const otherTarget = onPermissions({
  needs: { graph: graphNeed },
  configuration: [],
  handle: async function* ({ read }) {
    yield { identification: { Id: await read(userOf("id")) }, name: "" };
    // @ts-expect-error -- Exchange is not declared
    await read(mailboxById("id", []));
  },
});

/** The declared keys decide which settings a handler may read. */
export const undeclaredKey = onPermissions({
  needs: { exchange: cmdlets() },
  configuration: ["GroupMarker"],
  // eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream
  handle: async function* ({ configuration }) {
    yield { identification: { Id: configuration.GroupMarker ?? "" }, name: "" };
    // @ts-expect-error -- the key is not declared
    yield { identification: { Id: String(configuration.MarkerAttribute) }, name: "" };
  },
});

export const unknownKey = onPermissions({
  needs: { exchange: cmdlets() },
  // @ts-expect-error -- the configuration has no such key
  configuration: ["NoSuchKey"],
  // eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream
  handle: async function* () {
    yield { identification: { Id: "" }, name: "" };
  },
});

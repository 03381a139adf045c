/**
 * A scripted domain controller: a test decides what it answers. It is for what a real directory does not do on request:
 * a referral, an empty page, a limit, silence, an end in the middle. It speaks RFC 4511 over TLS (documented), with the
 * paged results of RFC 2696 (documented), on a port of this machine. It checks nothing and knows no objects.
 */
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { element, elementsIn, firstIn, integer, numberIn, tags, type Element } from "./ber.ts";

export interface Request {
  kind: "bind" | "search" | "modify" | "unbind" | "other";
  /** The name of a sign-in, the base of a search, the object of a change. */
  dn: string;
  /** The password of a sign-in. */
  password: string;
  /** The attributes of a search. */
  attributes: string[];
  /** The bytes of a filter. */
  filter: Buffer;
  /** The changes of a modify: operation (0 add, 1 delete, 2 replace), attribute, values. */
  changes: { operation: number; attribute: string; values: string[] }[];
  /** The object identifiers of the controls. */
  controls: string[];
  /** The cookie of a search for a page; undefined when no pages are asked for. */
  cookie: string | undefined;
  /** The number of its connection, from 1. */
  connection: number;
  /** The account that the connection is signed in as; blank when it is anonymous. */
  account: string;
}

type Values = Readonly<Record<string, readonly (string | Buffer)[]>>;

/** One message of an answer, or what becomes of the connection. */
export type Answer =
  | { entry: string; values: Values }
  | { reference: string }
  | { result: number; text?: string; cookie?: string }
  | "silence"
  | "cut";

export interface LdapDouble {
  port: number;
  /** Every request, in the order of arrival. */
  requests: Request[];
  close(): Promise<void>;
}

const kinds: Readonly<Record<number, Request["kind"]>> = {
  0x60: "bind",
  0x63: "search",
  0x66: "modify",
  0x42: "unbind",
};
/** The tag of the last message of an answer. */
const endTags: Readonly<Record<string, number>> = { bind: 0x61, search: 0x65, modify: 0x67 };
const pagedResults = "1.2.840.113556.1.4.319";

export async function ldapDouble(
  tls: { key: string; cert: string },
  answer: (request: Request) => readonly Answer[],
): Promise<LdapDouble> {
  const requests: Request[] = [];
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(tls, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    const connection = { number: ++connections, account: "" };
    let received = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (let next = firstIn(received); next; next = firstIn(received)) {
        received = Buffer.from(next.rest);
        const { id, request } = requestIn(next.element, connection);
        requests.push(request);
        if (request.kind === "unbind") socket.end();
        else send(socket, { id, request, connection }, answer(request));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Connection {
  number: number;
  account: string;
}

function requestIn(
  message: Element,
  { number, account }: Connection,
): { id: number; request: Request } {
  const [id, operation, controls] = elementsIn(message.content);
  const kind = kinds[operation?.tag ?? 0] ?? "other";
  const parts = kind === "unbind" ? [] : elementsIn(operation?.content ?? Buffer.alloc(0));
  const text = (index: number): string => parts[index]?.content.toString() ?? "";
  const sent = elementsIn(controls?.content ?? Buffer.alloc(0)).map(({ content }) =>
    elementsIn(content),
  );
  const names = sent.map(([name]) => name?.content.toString() ?? "");
  const paged = sent[names.indexOf(pagedResults)]?.at(-1);
  const isSearch = kind === "search";
  return {
    id: id ? numberIn(id) : 0,
    request: {
      kind,
      dn: kind === "bind" ? text(1) : text(0),
      password: kind === "bind" ? text(2) : "",
      filter: isSearch ? (parts[6]?.content ?? Buffer.alloc(0)) : Buffer.alloc(0),
      attributes: isSearch ? textsIn(parts[7]) : [],
      changes: kind === "modify" ? changesIn(parts[1]) : [],
      controls: names,
      cookie: paged && cookieIn(paged),
      connection: number,
      account,
    },
  };
}

function textsIn(list: Element | undefined): string[] {
  return elementsIn(list?.content ?? Buffer.alloc(0)).map(({ content }) => content.toString());
}

function changesIn(list: Element | undefined): Request["changes"] {
  return elementsIn(list?.content ?? Buffer.alloc(0)).map(({ content }) => {
    const [operation, change] = elementsIn(content);
    const [attribute, values] = elementsIn(change?.content ?? Buffer.alloc(0));
    return {
      operation: operation ? numberIn(operation) : -1,
      attribute: attribute?.content.toString() ?? "",
      values: textsIn(values),
    };
  });
}

function cookieIn({ content }: Element): string {
  const [, cookie] = elementsIn(elementsIn(content)[0]?.content ?? Buffer.alloc(0));
  return cookie?.content.toString() ?? "";
}

function send(
  socket: TLSSocket,
  { id, request, connection }: { id: number; request: Request; connection: Connection },
  answers: readonly Answer[],
): void {
  const message = (...parts: Buffer[]): void =>
    void socket.write(element(tags.sequence, integer(id), ...parts));
  for (const one of answers) {
    if (one === "silence") continue;
    if (one === "cut") socket.destroy();
    else if ("entry" in one) message(entryMessage(one));
    else if ("reference" in one) message(element(0x73, element(tags.octets, one.reference)));
    else {
      if (request.kind === "bind" && one.result === 0) connection.account = request.dn;
      message(...endMessage(endTags[request.kind] ?? 0x65, one));
    }
  }
}

function entryMessage({ entry, values }: { entry: string; values: Values }): Buffer {
  const list = Object.entries(values).map(([name, own]) =>
    element(
      tags.sequence,
      element(tags.octets, name),
      element(tags.set, ...own.map((value) => element(tags.octets, value))),
    ),
  );
  return element(0x64, element(tags.octets, entry), element(tags.sequence, ...list));
}

function endMessage(
  tag: number,
  { result, text = "", cookie }: { result: number; text?: string; cookie?: string },
): Buffer[] {
  const code = element(tags.enumerated, Buffer.from([result]));
  const end = element(tag, code, element(tags.octets), element(tags.octets, text));
  if (cookie === undefined) return [end];
  const value = element(tags.sequence, integer(0), element(tags.octets, cookie));
  const control = element(
    tags.sequence,
    element(tags.octets, pagedResults),
    element(tags.octets, value),
  );
  return [end, element(0xa0, control)];
}

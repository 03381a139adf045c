/**
 * A domain controller whose answers come from a function: those of a test, for what a real directory does not do on
 * request (a referral, an empty page, a limit, silence, an end in the middle), or those of a `Domain`. It speaks RFC
 * 4511 over TLS (documented), with the paged results of RFC 2696 (documented), on a port of this machine. It checks
 * nothing and knows no objects.
 */
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { element, elementsIn, firstIn, integer, numberIn, tags, type Element } from "./ber.ts";

export interface Request {
  kind: "bind" | "search" | "modify" | "add" | "delete" | "move" | "unbind" | "other";
  /** The name of a sign-in, the base of a search, the object of a change. */
  dn: string;
  /** The password of a sign-in. */
  password: string;
  /** Of a search: 0 the object itself, 1 those directly below it, 2 itself and all below. */
  scope: number;
  /** The attributes of a search. */
  attributes: string[];
  filter: Element;
  /** The changes of a modify: operation (0 add, 1 delete, 2 replace), attribute, values. */
  changes: (Written & { operation: number })[];
  /** The attributes of a new object. */
  values: Written[];
  /** The first part of the new name of an object that moves, and its new place if it has another one. */
  newName: string;
  newPlace: string | undefined;
  /** The object identifiers of the controls. */
  controls: string[];
  /** The cookie of a search for a page; undefined when no pages are asked for. */
  cookie: string | undefined;
  /** The greatest number of objects in a page; 0 when no pages are asked for. */
  pageSize: number;
  /** The number of its connection, from 1. */
  connection: number;
  /** The account that the connection is signed in as; blank when it is anonymous. */
  account: string;
}

/** An attribute that a change or a new object has. */
export interface Written {
  attribute: string;
  values: Buffer[];
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
  0x68: "add",
  0x4a: "delete",
  0x6c: "move",
  0x42: "unbind",
};
/** The tag of the last message of an answer. */
const endTags: Readonly<Record<string, number>> = {
  bind: 0x61,
  search: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  move: 0x6d,
};
const pagedResults = "1.2.840.113556.1.4.319";

export async function ldapDouble(
  tls: { key: string; cert: string },
  answer: (request: Request) => readonly Answer[],
  { host = "127.0.0.1", port = 0 } = {},
): Promise<LdapDouble> {
  const requests: Request[] = [];
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(tls, (socket) => {
    sockets.add(socket);
    // The messages of an answer are written one by one.
    socket.setNoDelay(true);
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
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
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
  const content = operation?.content ?? nothing;
  // Of a deletion, the name is not in an element of its own.
  const parts = kind === "unbind" || kind === "delete" ? [] : elementsIn(content);
  const text = (index: number): string => parts[index]?.content.toString() ?? "";
  const sent = elementsIn(controls?.content ?? Buffer.alloc(0)).map(({ content }) =>
    elementsIn(content),
  );
  const names = sent.map(([name]) => name?.content.toString() ?? "");
  const paged = sent[names.indexOf(pagedResults)]?.at(-1);
  const isSearch = kind === "search";
  const isMove = kind === "move";
  const page = paged && pageIn(paged);
  return {
    id: id ? numberIn(id) : 0,
    request: {
      kind,
      dn: nameIn(kind, content, text),
      password: kind === "bind" ? text(2) : "",
      scope: isSearch && parts[1] ? numberIn(parts[1]) : 0,
      filter: (isSearch ? parts[6] : undefined) ?? { tag: 0, content: nothing },
      attributes: isSearch ? textsIn(parts[7]) : [],
      changes: kind === "modify" ? changesIn(parts[1]) : [],
      values: kind === "add" ? elementsOf(parts[1]).map(writtenIn) : [],
      newName: isMove ? text(1) : "",
      newPlace: isMove ? parts[3]?.content.toString() : undefined,
      controls: names,
      cookie: page?.cookie,
      pageSize: page?.size ?? 0,
      connection: number,
      account,
    },
  };
}

const nothing = Buffer.alloc(0);

function nameIn(kind: Request["kind"], content: Buffer, text: (index: number) => string): string {
  if (kind === "delete") return content.toString();
  return text(kind === "bind" ? 1 : 0);
}

function elementsOf(list: Element | undefined): Element[] {
  return elementsIn(list?.content ?? nothing);
}

function textsIn(list: Element | undefined): string[] {
  return elementsOf(list).map(({ content }) => content.toString());
}

function changesIn(list: Element | undefined): Request["changes"] {
  return elementsOf(list).map((change) => {
    const [operation, written] = elementsOf(change);
    return { operation: operation ? numberIn(operation) : -1, ...writtenIn(written) };
  });
}

function writtenIn(one: Element | undefined): Written {
  const [attribute, values] = elementsOf(one);
  return {
    attribute: attribute?.content.toString() ?? "",
    values: elementsOf(values).map(({ content }) => content),
  };
}

function pageIn(value: Element): { size: number; cookie: string } {
  const [size, cookie] = elementsOf(elementsOf(value)[0]);
  return { size: size ? numberIn(size) : 0, cookie: cookie?.content.toString() ?? "" };
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

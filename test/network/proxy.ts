/**
 * A proxy as a process, on a port of its own: CONNECT, with or without sign-in. With an inspection it opens TLS with
 * certificates of its own authority. The settings are one JSON argument; it writes a line with its port.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";

interface Settings {
  address: string;
  /** `user:password`. */
  signIn?: string;
  inspection?: { key: string; cert: string; ca: string };
}

const settings = JSON.parse(process.argv[2] ?? "{}") as Settings;
const { address, signIn, inspection } = settings;

const server = createServer((_, response) => response.writeHead(405).end());
server.on("connect", (request: IncomingMessage, client: Socket) => {
  client.on("error", () => client.destroy());
  const given = request.headers["proxy-authorization"];
  const wanted = signIn && `Basic ${Buffer.from(signIn).toString("base64")}`;
  if (wanted !== undefined && given !== wanted) {
    client.end(
      'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n',
    );
    return;
  }
  const [host = "", port = ""] = (request.url ?? "").split(":");
  const opened = (): void => void client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  if (inspection) {
    const { key, cert, ca } = inspection;
    const inner = new TLSSocket(client, {
      isServer: true,
      key: readFileSync(key),
      cert: readFileSync(cert),
    });
    const outer = connectTls({ host, port: Number(port), ca: readFileSync(ca) }, opened);
    joined(inner, outer);
  } else {
    const outer = connect(Number(port), host, opened);
    joined(client, outer);
  }
});
server.listen(0, address, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});

function joined(one: Socket, other: Socket): void {
  const end = (): void => {
    one.destroy();
    other.destroy();
  };
  for (const socket of [one, other]) socket.on("error", end).on("close", end);
  one.pipe(other).pipe(one);
}

/**
 * An HTTP proxy, as a process of its own: `node connectProxy.js SETTINGS`, with settings in JSON:
 * `routes`, the local port or the status for each `host:port`, and `authorization`, the header to require.
 * It prints its port, and then a line of JSON for each CONNECT.
 */
import { createServer } from "node:http";
import { connect } from "node:net";

const { routes, authorization } = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const server = createServer((request, response) => response.writeHead(405).end());
server.on("connect", (request, socket) => {
  socket.on("error", () => undefined);
  const given = request.headers["proxy-authorization"];
  const isWelcome = authorization === undefined || given === authorization;
  const route = isWelcome ? (routes[request.url] ?? 403) : 407;
  print({ host: request.url, isWelcome });
  if (route === "silent") return;
  if (route === "cut") return socket.destroy();
  if (route < 600) return socket.end(`HTTP/1.1 ${route} No\r\nContent-Length: 0\r\n\r\n`);
  const target = connect(route, "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    target.pipe(socket).pipe(target);
  });
  target.on("error", () => socket.destroy());
  socket.on("close", () => target.destroy());
});
server.listen(0, "127.0.0.1", () => print(server.address().port));

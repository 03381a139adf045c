/** Tries every TCP port of an address, and prints those that take a connection, as JSON. */
import { connect } from "node:net";

const [address = ""] = process.argv.slice(2);
const open: number[] = [];
let next = 1;

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: address, port });
  const taken = await new Promise<boolean>((resolve) => {
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
  });
  // The own end of a connection to oneself is not a listener.
  const isOwn = socket.localPort === port;
  socket.destroy();
  return taken && !isOwn;
}

await Promise.all(
  Array.from({ length: 256 }, async () => {
    for (let port = next++; port < 65_536; port = next++) if (await isOpen(port)) open.push(port);
  }),
);
console.log(JSON.stringify(open.sort((one, other) => one - other)));

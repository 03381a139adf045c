/**
 * Tries every TCP port of an address, and prints those that take a connection, as JSON. A port that neither takes nor
 * refuses one ends it with an error: nothing is known of that port.
 */
import { connect } from "node:net";

const [host = ""] = process.argv.slice(2);
const open: number[] = [];
let next = 1;

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    const isTaken = await new Promise<boolean>((resolve, reject) => {
      socket.on("connect", () => resolve(true));
      socket.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "ECONNREFUSED" ? resolve(false) : reject(error),
      );
    });
    // A connection to oneself has no listener.
    return isTaken && socket.localPort !== port;
  } finally {
    socket.destroy();
  }
}

await Promise.all(
  Array.from({ length: 256 }, async () => {
    for (let port = next++; port < 65_536; port = next++) if (await isOpen(port)) open.push(port);
  }),
);
console.log(JSON.stringify(open.sort((one, other) => one - other)));

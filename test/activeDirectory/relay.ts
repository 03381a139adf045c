/** A relay in front of a server. It looks at no content, but at where the messages of the client begin and end. */
import { connect, createServer, type AddressInfo } from "node:net";

export interface Relay {
  port: number;
  /** The messages that the client has sent, the greeting of TLS left out. */
  sent(): number;
  close(): Promise<void>;
}

/** The type of a TLS record with data of the application (RFC 8446). Before it, the client only greets. */
const applicationData = 23;

/**
 * Passes everything on to the port of the address, LDAPS unless it is another one, which speaks without TLS, and calls
 * `onMessage` with the number of each message that the client sends, from 1. It is passed on if that returns true.
 */
export async function relayTo(
  address: string,
  onMessage: (number: number) => boolean,
  port = 636,
): Promise<Relay> {
  let sent = 0;
  const server = createServer((client) => {
    const controller = connect(port, address);
    const end = (): void => {
      client.destroy();
      controller.destroy();
    };
    for (const socket of [client, controller]) socket.on("error", end).on("close", end);
    controller.pipe(client);
    client.on("data", (bytes: Buffer) => {
      // The end of the greeting has this type as well in TLS 1.3, and is counted, too: one message more to end at.
      const isGreeting = port === 636 && bytes[0] !== applicationData;
      if (isGreeting || onMessage(++sent)) controller.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The way of an agent to its service: over the proxy of the environment, with its own authorities and certificate. */
import { Fault } from "../../fault.ts";
import { proxyFrom, type HostTls } from "../../net/proxy.ts";
import { httpTransport, type Transport } from "../../net/transport.ts";

export interface Network {
  send: Transport;
  close(): void;
}

/**
 * `tls`: with `ca`, only these authorities are trusted; without, those that Node.js knows, and those of
 * NODE_EXTRA_CA_CERTS. Throws an `invalid` fault when HTTPS_PROXY is not the address of a proxy.
 */
export function networkOf(
  env: Readonly<Record<string, string | undefined>>,
  tls: HostTls,
): Network {
  const { proxy, fault } = proxyFrom(env);
  if (fault !== undefined) throw Fault.invalid(fault);
  if (Object.keys(tls).length === 0) return httpTransport(proxy);
  return httpTransport(proxy && { ...proxy, hostTls: tls }, async () => {
    const undici = await import("../../net/undici.ts");
    class OwnAgent extends undici.Agent {
      constructor(options: ConstructorParameters<typeof undici.Agent>[0]) {
        super({ ...options, connect: { ...tls } });
      }
    }
    return { ...undici, Agent: OwnAgent };
  });
}

/** The way of an agent to its service: over the proxy of the environment, with a certificate authority of its own. */
import { Fault } from "../../fault.ts";
import { proxyFrom } from "../../net/proxy.ts";
import { httpTransport, type Transport } from "../../net/transport.ts";

export interface Network {
  send: Transport;
  close(): void;
}

/**
 * `certificateAuthority`: PEM; then only these authorities are trusted. Undefined: those that Node.js knows, and those
 * of NODE_EXTRA_CA_CERTS. Throws an `invalid` fault when HTTPS_PROXY is not the address of a proxy.
 */
export function networkOf(
  env: Readonly<Record<string, string | undefined>>,
  certificateAuthority: string | undefined,
): Network {
  const { proxy, fault } = proxyFrom(env);
  if (fault !== undefined) throw Fault.invalid(fault);
  if (certificateAuthority === undefined) return httpTransport(proxy);
  return httpTransport(proxy && { ...proxy, hostCa: certificateAuthority }, async () => {
    const undici = await import("../../net/undici.ts");
    class TrustingAgent extends undici.Agent {
      constructor(options: ConstructorParameters<typeof undici.Agent>[0]) {
        super({ ...options, connect: { ca: certificateAuthority } });
      }
    }
    return { ...undici, Agent: TrustingAgent };
  });
}

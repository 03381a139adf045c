/**
 * The waits that a tenant asks for (`Retry-After`). The answer of an event has no place for them, so they are noticed
 * where its requests are sent, and belong to the event in whose course that was.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface TenantWaits {
  /** Runs an event of a tenant. */
  during<T>(tenant: string, run: () => Promise<T>): Promise<T>;
  /** The answer to a request asked for a wait. */
  noted(ms: number): void;
  /** Calls this with each wait, and the tenant that asked for it. */
  onWait(listener: (tenant: string, ms: number) => void): void;
}

export function tenantWaits(): TenantWaits {
  const current = new AsyncLocalStorage<string>();
  let listener: (tenant: string, ms: number) => void = () => undefined;
  return {
    during: (tenant, run) => current.run(tenant, run),
    noted(ms) {
      const tenant = current.getStore();
      if (tenant !== undefined) listener(tenant, ms);
    },
    onWait(next) {
      listener = next;
    },
  };
}

/** The account of Active Directory that an agent signs in with. It is given on this machine and stays on it, sealed. */
import { siteAccount as contract } from "../../generated/validators/siteAccount.ts";
import type { SiteAccount } from "../../generated/types.ts";
import { readAs } from "../../host/schemaContract.ts";
import { AgentFault } from "../agentFault.ts";
import type { SealedStore } from "../../store/sealedStore.ts";

export interface AccountStore {
  /** Throws an `AgentFault` when no account was given. */
  read(): Promise<SiteAccount>;
  write(account: SiteAccount): Promise<void>;
}

export function accountIn(store: SealedStore): AccountStore {
  return {
    async read() {
      const value = await store.read();
      if (value !== undefined) return readAs(contract, value);
      throw new AgentFault("noAccount", {
        kind: "denied",
        message:
          "The agent has no account of Active Directory yet: run agent account on the agent's machine.",
      });
    },
    async write(account) {
      await store.replace(readAs(contract, account));
    },
  };
}

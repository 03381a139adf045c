/** What an agent keeps on its disk, sealed for its own RSA key: configuration, signing key and what it last heard. */
import { stat } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../fault.ts";
import { siteState as contract } from "../../generated/validators/siteState.ts";
import type { SiteState } from "../../generated/types.ts";
import { readAs } from "../../host/schemaContract.ts";
import { sealedStore } from "../../store/sealedStore.ts";
import type { StoreOwner } from "../../store/storeOwner.ts";
import type { RsaKey } from "../rsaKey.ts";
import { accountIn, type AccountStore } from "./account.ts";

export interface SiteStore {
  /** Undefined: no agent has enrolled from this folder. */
  read(): Promise<SiteState | undefined>;
  write(state: SiteState): Promise<void>;
  account: AccountStore;
}

/** Opens the folder; with `make` it is made when it does not exist. `key`: the private key of the site. */
export async function openSiteStore(
  folder: string,
  { key, owner, make }: { key: RsaKey; owner: StoreOwner; make: boolean },
): Promise<SiteStore> {
  const absolute = path.resolve(folder);
  if (make) await owner.makeFolder(absolute);
  else if (!(await stat(absolute).catch(() => undefined))) throw notEnrolled(absolute);
  const holder = {
    material: key.key.export({ type: "pkcs8", format: "der" }).toString("base64"),
    label: `agent key with the thumbprint ${key.thumbprint}`,
  };
  const place = { folder: absolute, holder, owner };
  const store = sealedStore({ ...place, name: "site", binding: "agent of a site" });
  return {
    account: accountIn(
      sealedStore({
        ...place,
        name: "account",
        binding: "account of Active Directory of an agent",
      }),
    ),
    async read() {
      const value = await store.read();
      return value === undefined ? undefined : readAs(contract, value);
    },
    async write(state) {
      await store.update(() => state);
    },
  };
}

/** No agent has enrolled from this folder. */
export function notEnrolled(folder: string): Fault {
  return Fault.invalid(
    `No agent has enrolled with the state folder ${folder}: run agent enrol first.`,
  );
}

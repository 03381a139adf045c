/** The folder in which the service keeps its signing key and what it knows of its agents, for one account. */
import { randomUUID } from "node:crypto";
import { link, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../fault.ts";
import { sealedStore, textOf, writeWhole, type SealedStore } from "../../store/sealedStore.ts";
import type { StoreOwner } from "../../store/storeOwner.ts";
import { newSigningKey, signingKeyIn, signingKeyText, type SigningKey } from "../signingKey.ts";

export interface FrontFolder {
  /** The key that signs sealed files. Its thumbprint is how agents know the service. */
  signer: SigningKey;
  store: SealedStore;
}

/**
 * Opens the folder. With `make`, a folder that does not exist is made, with a new key: an agent then knows another
 * service. What is stored is sealed with that key, which is in the same folder: the rights on the folder protect it.
 */
export async function openFrontFolder(
  folder: string,
  owner: StoreOwner,
  make: "make" | "existing",
): Promise<FrontFolder> {
  const absolute = path.resolve(folder);
  const file = path.join(absolute, "service-key.pem");
  if (make === "make") await owner.makeFolder(absolute);
  else if (!(await stat(file).catch(() => undefined)))
    throw Fault.invalid(
      `${absolute} is not the state folder of a service of agents: agent seal makes it.`,
    );
  await owner.checkFolder(absolute);
  const signer = await signingKeyIn(textOf(file, owner) ?? (await newKeyFile(file, owner)));
  const holder = {
    material: signingKeyText(signer),
    label: `service key with the thumbprint ${signer.thumbprint}`,
  };
  const store = sealedStore({
    folder: absolute,
    name: "agents",
    binding: "agents of a service",
    holder,
    owner,
  });
  return { signer, store };
}

/** Of two processes that start at the same time, one makes the key. */
async function newKeyFile(file: string, owner: StoreOwner): Promise<string> {
  const incoming = `${file}.${randomUUID()}.incoming`;
  const text = signingKeyText(await newSigningKey());
  writeWhole(incoming, text, owner);
  try {
    await link(incoming, file);
    return text;
  } catch {
    return textOf(file, owner) ?? text;
  } finally {
    await rm(incoming, { force: true });
  }
}

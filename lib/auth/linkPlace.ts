import path from "node:path";
import { Fault } from "../fault.ts";
import type { CloudName } from "./clouds.ts";

/** Where a link is kept, and for whom. */
export interface LinkPlace {
  /** An absolute path. */
  folder: string;
  cloud: CloudName;
  tenantId: string;
  clientId: string;
}

/** The folder of a state: the one of the form, or else of the environment. Throws an `invalid` fault for neither. */
export function stateFolder(ofForm: string | undefined, ofEnvironment: string | undefined): string {
  const folder = ofForm ?? (ofEnvironment === "" ? undefined : ofEnvironment);
  const keys = '"State folder" (StateFolder), or EXO_CONNECTOR_STATE in the environment';
  if (folder === undefined)
    throw Fault.invalid(`A linked account needs ${keys}: the folder that keeps the link.`);
  if (!path.isAbsolute(folder))
    throw Fault.invalid(`${keys}, is ${JSON.stringify(folder)}; expected an absolute path.`);
  return folder;
}

/** What an application signs in with now, and a new certificate is to replace. */
import { openCertificate } from "../../lib/auth/certificate.ts";
import { credentialOf } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import { configuration as contract } from "../../lib/generated/validators/configuration.ts";
import { readAs, Unusable } from "../../lib/host/schemaContract.ts";
import { openTenant } from "../session/tenant.ts";
import { UsageError } from "../session/usageError.ts";
import { factsOf, type CertificateFacts } from "./facts.ts";

export interface Replaced {
  /** The file with the values of the form. */
  file: string;
  appId: string;
  /** Absent: a client secret. It may have expired. */
  certificate?: CertificateFacts;
}

/** Reads the file with the values of the form. Throws a `UsageError` that names what is wrong in it. */
export async function replacedIn(file: string): Promise<Replaced> {
  const { configuration: form } = await openTenant({ config: file });
  try {
    const configuration = readAs(contract, form);
    const { AppId: appId } = configuration;
    const credential = credentialOf(configuration);
    if ("secret" in credential) return { file, appId };
    return { file, appId, certificate: factsOf((await openCertificate(credential)).certificate) };
  } catch (thrown) {
    if (!(thrown instanceof Unusable || thrown instanceof Fault)) throw thrown;
    const faults = thrown instanceof Unusable ? thrown.faults : [thrown.message];
    throw new UsageError(...faults.map((fault) => `${file}: ${fault}`));
  }
}

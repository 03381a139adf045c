/** The one table of checks, in the order in which they build on each other. */
import { Fault } from "../../lib/fault.ts";
import { Redaction } from "../../lib/host/redaction.ts";
import { accessOf, leastPrivilege, writeScope } from "./access.ts";
import type { Check, Examination, Facts, Premises } from "./check.ts";
import { configuration } from "./configuration.ts";
import { credential } from "./credential.ts";
import { role } from "./exchangeRoles.ts";
import { baseDn, directoryAccessOf, domainControllers, passwordPolicy } from "./directoryAccess.ts";
import { unknown, type Finding, type Verdict } from "./finding.ts";
import {
  directoryRole,
  graphAccessOf,
  graphHost,
  graphSignIn,
  linkedAccount,
} from "./graphAccess.ts";
import { administrators, owners } from "./guardians.ts";
import { clock, exchangeHost, signInHost } from "./hosts.ts";
import { Known, NotChecked } from "./known.ts";
import { addresses, authorities, nodeVersion, proxy, tls } from "./machine.ts";
import { organization, permission, signIn, tenant } from "./signIn.ts";

/** A new connection adds its checks here. */
function checksOf({ sets, graphSets, directorySets, form }: Premises): Check[] {
  const usesDirectory = directorySets.length > 0;
  const usesGraph = graphSets.length > 0;
  const usesExchange = sets.length > 0 || (!usesGraph && !usesDirectory);
  const ofMachine = [nodeVersion, authorities, tls, proxy, addresses, configuration];
  const ofDirectory = usesDirectory
    ? [domainControllers, baseDn, passwordPolicy, ...directorySets.map(directoryAccessOf)]
    : [];
  if (!usesGraph && !usesExchange) return [...ofMachine, ...ofDirectory];
  return [
    ...ofMachine,
    ...ofDirectory,
    signInHost,
    clock,
    ...(usesExchange ? [exchangeHost] : []),
    credential,
    tenant,
    organization,
    ...(usesExchange
      ? [signIn, permission, role, ...sets.map(accessOf), writeScope, leastPrivilege]
      : []),
    ...(usesGraph ? [graphHost, graphSignIn, directoryRole, ...graphSets.map(graphAccessOf)] : []),
    ...(usesGraph && isLinked(form) ? [linkedAccount] : []),
    owners,
    ...(usesGraph ? [administrators] : []),
  ];
}

/** As entered, whatever the case: the check of the configuration may find mistakes in it. */
function isEntered(form: Premises["form"], name: string, wanted: string): boolean {
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  return Object.entries(form).some(
    ([key, value]) => same(key, name) && same(String(value), wanted),
  );
}

const isLinked = (form: Premises["form"]): boolean =>
  isEntered(form, "Connection", "linkedAccount");

/**
 * With what the sets of Microsoft Graph send to Exchange Online, if that is on; otherwise without what accounts of
 * Active Directory send to the cloud.
 */
function withExchangeOf(premises: Premises): Premises {
  const { form, sets, graphSets, directorySets } = premises;
  if (!isEntered(form, "exchangeOnlineIntegration", "true"))
    return {
      ...premises,
      graphSets: graphSets.filter((one) => !directorySets.some(({ name }) => name === one.name)),
    };
  return { ...premises, sets: [...sets, ...graphSets.flatMap(({ exchange }) => exchange ?? [])] };
}

/** Milliseconds for all checks. */
const limitMs = 120_000;

/** Carries out every check, and yields what each has found. Nothing is written, and no secret is in a finding. */
export async function* examine(entered: Premises): AsyncGenerator<Finding, void, undefined> {
  const premises = withExchangeOf(entered);
  const redaction = new Redaction();
  const known = new Known<Facts>();
  const examination: Examination = {
    premises,
    known,
    signal: AbortSignal.timeout(limitMs),
    keepSecret: (secret) => redaction.add(secret),
  };
  try {
    for (const check of checksOf(premises)) {
      const { status, message, mend } = await verdictOf(check, examination);
      yield {
        check: check.name,
        status,
        message: redaction.text(message),
        ...(mend !== undefined && { mend: redaction.text(mend) }),
      };
    }
  } finally {
    if (known.has("transport")) known.get("transport").close();
    if (known.has("domains")) for (const { directory } of known.get("domains")) directory.close();
  }
}

async function verdictOf(check: Check, examination: Examination): Promise<Verdict> {
  let because = check.name;
  try {
    return await check.examine(examination);
  } catch (thrown) {
    if (!(thrown instanceof NotChecked))
      return unknown(`Not found out: ${Fault.of(thrown).message}`);
    because = thrown.because;
    return unknown(thrown.message);
  } finally {
    examination.known.explain(check.finds ?? [], because);
  }
}

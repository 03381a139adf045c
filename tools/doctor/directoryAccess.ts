/** What the connection reaches and may do in Active Directory. Nothing is written: the directory says what would be. */
import { activeDirectory, type Directory } from "../../lib/activeDirectory/client/directory.ts";
import type { Entry } from "../../lib/activeDirectory/client/attributes.ts";
import type { Filter } from "../../lib/activeDirectory/client/filter.ts";
import {
  assertLoopback,
  domainsFrom,
  sitePlaceFrom,
  type DirectorySettings,
} from "../../lib/activeDirectory/client/settings.ts";
import { domainOf } from "../../lib/activeDirectory/client/names.ts";
import { leastPasswordLength } from "../../lib/activeDirectory/passwordPolicy.ts";
import { userAttributeNames } from "../../lib/activeDirectory/userAttributes.ts";
import { Fault } from "../../lib/fault.ts";
import type { Check, DomainOfForm, Examination } from "./check.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";
import type { DirectorySet } from "./sets.ts";
import { paceOf } from "./signIn.ts";

export const domainControllers: Check = {
  name: "domain controllers",
  finds: ["domains"],
  async examine(examination) {
    const { known } = examination;
    let domains: DirectorySettings[];
    try {
      const site = sitePlaceFrom(known.get("configuration"));
      if (site)
        return unknown(
          `Active Directory is reached by the agents of the connection ${site.connectionId}, not by this machine: ` +
            "exo-connector agent status shows whether they are alive, and agent account signs in there.",
        );
      domains = domainsFrom(known.get("configuration"));
      if (known.get("emulatorUrls").graphUrl !== undefined) domains.forEach(assertLoopback);
    } catch (thrown) {
      return wrong(Fault.of(thrown).message, "Correct the field in the configuration.");
    }
    known.get("tls");
    const verdict = await worstOf(domains, (settings) => signingIn(settings, examination));
    if (verdict.status === "fine" || verdict.status === "warning")
      known.add({
        domains: domains.map((settings) => ({
          settings,
          directory: directoryAt(settings, examination),
        })),
      });
    return verdict;
  },
};

async function signingIn(settings: DirectorySettings, examination: Examination): Promise<Verdict> {
  const usable: string[] = [];
  const others: string[] = [];
  for (const host of settings.hosts) {
    const directory = directoryAt({ ...settings, hosts: [host] }, examination);
    try {
      await leastPasswordLength()({ activeDirectory: directory });
      usable.push(host);
    } catch (thrown) {
      const { kind, message } = Fault.of(thrown);
      // Each refused sign-in counts towards the lock-out of the account.
      if (kind === "denied")
        return wrong(message, "Correct what the message names; the other hosts were not asked.");
      others.push(message);
    } finally {
      directory.close();
    }
  }
  const advice =
    `Open TCP ${settings.port} from this machine to the hosts, or remove those that no longer exist from ` +
    '"Host" (Host) or "Other domains" (OtherDomains).';
  if (usable.length === 0) return wrong(others.join(" "), advice);
  const taken = `The sign-in as ${settings.username} is taken by ${usable.join(", ")}.`;
  return others.length === 0 ? fine(taken) : warning(`${taken} ${others.join(" ")}`, advice);
}

/** The domains are examined in turn. What is wrong in one ends it: a refused sign-in counts in all of them. */
async function worstOf<T>(
  domains: readonly T[],
  examine: (domain: T) => Promise<Verdict>,
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const domain of domains) {
    verdicts.push(await examine(domain));
    if (verdicts.at(-1)?.status === "wrong") break;
  }
  const status = order.find((one) => verdicts.some((verdict) => verdict.status === one)) ?? "fine";
  const mends = verdicts.flatMap(({ mend }) => mend ?? []);
  return {
    status,
    message: verdicts.map(({ message }) => message).join(" "),
    ...(mends.length > 0 && { mend: mends.join(" ") }),
  };
}

const order = ["wrong", "unknown", "warning"] as const;

function directoryAt(settings: DirectorySettings, { premises, signal }: Examination): Directory {
  const pace = paceOf({ ...premises.seams, signal });
  return activeDirectory(settings, { pace, warn: () => undefined });
}

export const baseDn: Check = {
  name: "base DN",
  finds: ["baseDns"],
  async examine({ known }) {
    const verdict = await worstOf(known.get("domains"), baseOf);
    if (verdict.status === "fine") known.add({ baseDns: true });
    return verdict;
  },
};

async function baseOf({ settings: { baseDn: dn }, directory }: DomainOfForm): Promise<Verdict> {
  const advice =
    'Correct "Base DN" (BaseDN) or "Other domains" (OtherDomains), such as OU=People,DC=contoso,DC=com.';
  const attributes = ["allowedChildClassesEffective"] as const;
  let found: Entry[];
  try {
    const filter = { attribute: "distinguishedName", equals: dn } as const;
    found = await directory.list({ filter, attributes });
  } catch (thrown) {
    const { kind, message } = Fault.of(thrown);
    return kind === "unavailable" ? unknown(message) : wrong(message, advice);
  }
  const [base] = found;
  if (!base) return wrong(`The account of the connector sees no ${dn}.`, advice);
  const isPlace = listOf(base["allowedChildClassesEffective"]).includes("user");
  return fine(
    `${base.dn} exists. The account may ${isPlace ? "" : "not "}create users directly in it` +
      (isPlace ? "." : "; units below it can allow it."),
  );
}

export const passwordPolicy: Check = {
  name: "password policy",
  async examine({ known }) {
    return await worstOf(known.get("domains"), async ({ settings, directory }) => {
      const length = await leastPasswordLength()({ activeDirectory: directory });
      const domain = settings.hasOthers ? domainOf(settings.baseDn) : "the domain";
      return fine(`Passwords of ${domain} have ${length} characters at least.`);
    });
  },
};

/** What the actions of a set have to write, by the objects that they write to. */
const written: Readonly<Record<string, { what: "user" | "group"; names: readonly string[] }>> = {
  hybrid: {
    what: "user",
    names: ["userAccountControl", "manager", "pwdLastSet", ...userAttributeNames],
  },
  activeDirectoryGroups: { what: "group", names: ["member"] },
  hybridGroups: { what: "group", names: ["member"] },
  hybridSharedMailboxes: { what: "user", names: ["publicDelegates"] },
  // They only read the account there.
  hybridFolderPermission: { what: "user", names: [] },
  hybridLitigationHold: { what: "user", names: [] },
  hybridRegionalConfiguration: { what: "user", names: [] },
};

const filters: Readonly<Record<"user" | "group", Filter>> = {
  user: {
    all: [
      { attribute: "objectCategory", equals: "person" },
      { attribute: "objectClass", equals: "user" },
    ],
  },
  group: { attribute: "objectClass", equals: "group" },
};

/** Whether the actions of a set may write what they have to, on one object below the base DN. */
export function directoryAccessOf({ name }: DirectorySet): Check {
  return {
    name: `set ${name} in Active Directory`,
    async examine({ known }): Promise<Verdict> {
      known.get("baseDns");
      const own = written[name];
      if (!own) return unknown("What its actions have to write is not known.");
      return await worstOf(known.get("domains"), (domain) => rightsIn(domain, own));
    },
  };
}

async function rightsIn(
  { settings, directory }: DomainOfForm,
  { what, names }: { what: "user" | "group"; names: readonly string[] },
): Promise<Verdict> {
  const sample = await sampleOf(directory, what);
  if (!sample)
    return unknown(`There is no ${what} below ${settings.baseDn} whose rights could be read.`);
  const schema = namesIn(sample["allowedAttributes"]);
  const allowed = namesIn(sample["allowedAttributesEffective"]);
  const inSchema = names.filter((one) => schema.has(one.toLowerCase()));
  const absent = names.filter((one) => !inSchema.includes(one));
  const lacking = inSchema.filter((one) => !allowed.has(one.toLowerCase()));
  return verdictFor({ settings, what, dn: sample.dn, absent, lacking });
}

interface Rights {
  settings: DirectorySettings;
  what: "user" | "group";
  /** The object that was looked at. */
  dn: string;
  /** Attributes that the schema of the forest does not have, and those that the account may not write. */
  absent: readonly string[];
  lacking: readonly string[];
}

function verdictFor({ settings, what, dn, absent, lacking }: Rights): Verdict {
  const { baseDn: place, username } = settings;
  const most = 5;
  const rights = lacking.length > most ? [""] : lacking;
  const lines = rights.map((one) => `dsacls "${place}" /I:S /G "${username}:RPWP;${one};${what}"`);
  const message = `On ${dn} the account may not write ${lacking.join(", ")}.`;
  const mend = `An administrator of the domain runs: ${lines.join(" and ")}`;
  const isNeeded = lacking.some((one) => ["userAccountControl", "member"].includes(one));
  if (isNeeded) return wrong(message, mend);
  if (lacking.length > 0)
    return warning(`${message} Events with a mapping of one of them fail.`, mend);
  if (absent.length > 0)
    return warning(
      `The schema of the forest has no ${absent.join(", ")}.`,
      "Remove these fields from the mapping. Exchange Server adds its attributes with its setup.",
    );
  return fine(`On ${dn} the account may write every attribute that the actions write.`);
}

/** An object without the protection of administrators, on which inherited rights do not count. */
async function sampleOf(directory: Directory, what: "user" | "group"): Promise<Entry | undefined> {
  const search = {
    filter: filters[what],
    attributes: ["objectGUID", "adminCount", "isCriticalSystemObject"],
  } as const;
  for await (const page of directory.pages(search)) {
    const found = page.find(
      (one) => one["adminCount"] === null && one["isCriticalSystemObject"] !== true,
    );
    if (!found) continue;
    return await directory.get({
      id: String(found["objectGUID"]),
      attributes: ["allowedAttributes", "allowedAttributesEffective"],
      isOnlyRead: true,
    });
  }
  return undefined;
}

function listOf(value: Entry[string] | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function namesIn(value: Entry[string] | undefined): Set<string> {
  return new Set(listOf(value).map((name) => name.toLowerCase()));
}

/**
 * What an agent does at all, whatever the service signs: the agent does not trust it. A site may narrow it, and never
 * widen it.
 */
import type { AttributeName } from "../../activeDirectory/client/attributes.ts";
import { attributes } from "../../activeDirectory/client/attributes.ts";
import type { Operation } from "../../activeDirectory/client/changes.ts";
import type { DirectorySearch, Look } from "../../activeDirectory/client/directory.ts";
import type { Filter } from "../../activeDirectory/client/filter.ts";
import { domainOf, isBelow, isSameName } from "../../activeDirectory/client/names.ts";
import type { AgentDomain, Allowance } from "../../generated/types.ts";
import { isRecord } from "../../record.ts";
import { AgentFault } from "../agentFault.ts";
import type { Change } from "../directoryJson.ts";

/** Never read. */
const unreadable = new Set<string>(["unicodePwd"]);
/** Decided by the directory, or only there to be read. */
const neverWritten = new Set<string>([
  "objectGUID",
  "objectSid",
  "distinguishedName",
  "name",
  "mS-DS-ConsistencyGuid",
  "minPwdLength",
  "groupType",
  "adminCount",
  "isCriticalSystemObject",
  "memberOf",
  "objectClass",
  "isDeleted",
  "allowedAttributes",
  "allowedAttributesEffective",
  "allowedChildClassesEffective",
]);
/** Written by their own operations alone, or with a new account. */
const ofOtherOperations = new Set<string>([
  ...["cn", "member", "publicDelegates"],
  ...["unicodePwd", "pwdLastSet"],
]);

/** ADS_UF_ACCOUNTDISABLE (documented). */
const accountDisable = 0x2;
/** NORMAL_ACCOUNT and ACCOUNTDISABLE (documented): a new account is disabled. */
const newAccount = 0x202;
const userClasses = ["top", "person", "organizationalPerson", "user"].join();

export interface SiteAllowance {
  /** The places that a job means: one of each domain. Throws an `AgentFault` for one outside of the site. */
  placesOf(baseDn: string | undefined): SitePlaces;
  /** Throws an `AgentFault` for an attribute that is never read. */
  assertRead(request: Look | DirectorySearch): void;
  /** Throws an `AgentFault` for a change that is never made. */
  assertChange(change: Change, places: SitePlaces): void;
}

/** Places of different domains, each with its domain. */
export type SitePlaces = readonly [SitePlace, ...SitePlace[]];
export interface SitePlace {
  domain: AgentDomain;
  baseDn: string;
}

export function allowanceOf(
  domains: readonly AgentDomain[],
  { baseDns, operations, attributes: writable }: Allowance = {},
): SiteAllowance {
  const places = baseDns ?? domains.map(({ baseDn }) => baseDn);
  const writableNames = writable && new Set(writable.map((name) => name.toLowerCase()));

  function assertWritten(name: string): void {
    const isKnown = Object.hasOwn(attributes, name) && !neverWritten.has(name);
    if (!isKnown) throw refused(`writes ${JSON.stringify(name.slice(0, 40))}`);
    if (writableNames && !writableNames.has(name.toLowerCase()))
      throw refused(`writes ${name}, which this site does not allow`);
  }

  const checks: Readonly<
    Record<Operation, (parameters: Readonly<Record<string, unknown>>, own: SitePlaces) => void>
  > = {
    add({ parent: _parent, cn: _cn, objectClass, userAccountControl, ...values }) {
      const classes = Array.isArray(objectClass) ? objectClass.join() : "";
      if (classes !== userClasses) throw refused("creates something else than a user");
      if (userAccountControl !== newAccount)
        throw refused("creates an account that is not disabled");
      for (const name of Object.keys(values))
        if (name !== "unicodePwd" && name !== "pwdLastSet") assertWritten(name);
    },
    modify({ objectGUID: _id, was, userAccountControl, ...values }) {
      for (const name of Object.keys(values)) {
        if (ofOtherOperations.has(name)) throw refused(`writes ${name} by modify`);
        assertWritten(name);
      }
      if (userAccountControl === undefined) return;
      const before = isRecord(was) ? was["userAccountControl"] : undefined;
      const isSwitch =
        typeof userAccountControl === "number" &&
        typeof before === "number" &&
        (userAccountControl ^ before) === accountDisable;
      if (!isSwitch)
        throw refused(
          "changes another part of userAccountControl than the bit of a disabled account",
        );
    },
    move: () => undefined,
    addMember: ({ member }, own) => assertInside("a member", member, own),
    removeMember: ({ member }, own) => assertInside("a member", member, own),
    addDelegate: assertDelegate,
    removeDelegate: assertDelegate,
    delete: () => undefined,
  };

  function assertDelegate(
    { publicDelegates }: Readonly<Record<string, unknown>>,
    own: SitePlaces,
  ): void {
    assertWritten("publicDelegates");
    assertInside("a delegate", publicDelegates, own);
  }

  function assertInside(what: string, dn: unknown, own: SitePlaces): void {
    const names = own.map(({ baseDn }) => baseDn);
    if (typeof dn === "string" && names.some((name) => isBelow(dn, name))) return;
    throw refused(`changes ${what} that is not below ${names.join(" or ")}`);
  }

  return {
    placesOf(wanted) {
      const meant = wanted === undefined ? places : [wanted];
      const [first, ...others] = meant.map((baseDn) => {
        // A domain of a forest is also below the one that its name ends with.
        const domain = domains.find((one) => isSameName(domainOf(baseDn), one.baseDn));
        if (domain && places.some((place) => isBelow(baseDn, place))) return { domain, baseDn };
        throw refused(`is about ${baseDn}, which is not below ${places.join(" or ")}`);
      });
      const names = new Set(meant.map((baseDn) => domainOf(baseDn).toLowerCase()));
      if (first && names.size === meant.length) return [first, ...others];
      throw refused(
        `names no base DN, and the agent has several in one domain: ${places.join("; ")}. Enter one in "Base DN" ` +
          "(BaseDN)",
      );
    },
    assertRead(request) {
      const names: readonly string[] = [
        ...request.attributes,
        ...("filter" in request ? attributesIn(request.filter) : []),
      ];
      const wrong = names.find((name) => unreadable.has(name));
      if (wrong !== undefined) throw refused(`reads ${wrong}`);
    },
    assertChange({ operation, parameters }, own) {
      if (operations && !operations.includes(operation))
        throw refused(`is the operation ${operation}, which this site does not allow`);
      checks[operation](parameters, own);
    },
  };
}

function attributesIn(filter: Filter): (AttributeName | "objectClass" | "objectCategory")[] {
  if ("all" in filter) return filter.all.flatMap(attributesIn);
  if ("any" in filter) return filter.any.flatMap(attributesIn);
  return "not" in filter ? attributesIn(filter.not) : [filter.attribute];
}

/** `what`: the rest of a sentence about the job. */
export function refused(what: string): AgentFault {
  return new AgentFault("notAllowed", {
    kind: "denied",
    message: `The agent refuses the job, because it ${what}.`,
  });
}

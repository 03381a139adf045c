import { Fault } from "../fault.ts";
import type { Operations } from "../step.ts";
import type { DirectoryQuery } from "./target.ts";

/** What `leastPasswordLength` sends. */
export const passwordPolicy: Operations = { search: ["minPwdLength"] };

/**
 * How many characters the policy of a domain asks of a password at least: that of the form, or that of a place. A finer
 * policy for single groups is not read: ordinary accounts cannot see it.
 */
export function leastPasswordLength(place?: string): DirectoryQuery<number> {
  return async ({ activeDirectory }) => {
    const filter = { attribute: "objectClass", equals: "domainDNS" } as const;
    const found = await activeDirectory.list({
      filter,
      attributes: ["minPwdLength"],
      isOfDomain: true,
      ...(place !== undefined && { inDomainOf: place }),
    });
    const [domain] = found.sort((one, other) => one.dn.length - other.dn.length);
    const length = domain?.["minPwdLength"];
    if (typeof length === "number") return length;
    throw new Fault({
      kind: "denied",
      message:
        "The account of the connector cannot read minPwdLength, the password policy of the domain.",
    });
  };
}

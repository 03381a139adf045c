/** How Active Directory says what kind of mailbox an account has in Exchange Online. */
import { Fault } from "../fault.ts";
import { nameOf, type User } from "./user.ts";
import type { UserValues } from "./userValues.ts";

/**
 * By the Type of the mailbox: msExchRecipientTypeDetails, and the bits of msExchRemoteRecipientType for it. Microsoft
 * names 100 for a shared mailbox that was migrated (KB 2710029), others 97 for one that was created: the other bits say
 * how the mailbox came to be, and stay.
 */
const types: Readonly<Record<string, { details: string; bits: number }>> = {
  Regular: { details: "2147483648", bits: 0 },
  Room: { details: "8589934592", bits: 32 },
  Equipment: { details: "17179869184", bits: 64 },
  Shared: { details: "34359738368", bits: 96 },
};
const typeBits = 96;
/** ProvisionMailbox, ProvisionArchive, Migrated, DeprovisionMailbox, DeprovisionArchive (documented), and the type. */
const knownBits = 1 | 2 | 4 | 8 | 16 | typeBits;

export const remoteMailboxAttributes = [
  "msExchRecipientTypeDetails",
  "msExchRemoteRecipientType",
] as const;

/**
 * The values for a mailbox of this Type; undefined for a type that Active Directory does not know. No values when the
 * account has none of the attributes: then the synchronisation does not decide the type. The user was read with
 * `remoteMailboxAttributes`. Throws an `invalid` fault for values that the connector does not know.
 */
export function remoteMailboxValues(user: User, type: string): UserValues | undefined {
  const wanted = types[type];
  if (!wanted) return undefined;
  const [details, remote] = remoteMailboxAttributes.map((name) => user[name]);
  if (details === null && remote === null) return {};
  const bits = Number(remote ?? NaN);
  const isKnown =
    Object.values(types).some((known) => known.details === details) && (bits & ~knownBits) === 0;
  if (!isKnown || Number.isNaN(bits))
    throw Fault.invalid(
      `${nameOf(user)} has the msExchRecipientTypeDetails ${String(details)} and the msExchRemoteRecipientType ` +
        `${String(remote)}; expected those of a remote mailbox, so the type of the mailbox was not changed.`,
    );
  return {
    msExchRecipientTypeDetails: wanted.details,
    msExchRemoteRecipientType: String((bits & ~typeBits) | wanted.bits),
  };
}

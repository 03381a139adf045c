/** What a person may choose of a certificate, from the texts that were typed. */
import { UsageError } from "../session/usageError.ts";

const dayMs = 24 * 3_600_000;
const maxDays = 730;

/** The last moment of a certificate that is valid for so many days. Throws a `UsageError`. */
export function lastMoment(days: string, now: Date): Date {
  const count = /^\d{1,6}$/.test(days) ? Number(days) : 0;
  if (count < 1 || count > maxDays)
    throw new UsageError(
      `--days ${days}: expected whole days from 1 to ${maxDays}: anyone who copies the key can sign in until the ` +
        "certificate ends.",
    );
  return new Date(now.getTime() + count * dayMs);
}

/** X.520: ub-common-name. */
const maxCharacters = 64;

/** The common name that a certificate can have. Throws a `UsageError`. */
export function commonNameOf(subject: string): string {
  const name = subject.trim();
  const { length } = Array.from(name);
  if (length >= 1 && length <= maxCharacters && !/[=\p{Cc}]/u.test(name)) return name;
  throw new UsageError(
    `--subject ${subject}: expected a common name alone, without CN=, such as "Exchange connector": at most ` +
      `${maxCharacters} characters.`,
  );
}

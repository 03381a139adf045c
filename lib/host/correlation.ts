import { Fault } from "../fault.ts";
import type { CorrelationConfiguration } from "../generated/types.ts";

/** The field and value by which the platform looks up an account. */
export interface Correlation {
  /** A property of the target account, as spelled in the mapping. */
  field: string;
  /** Never blank. */
  value: string;
}

/** Without white space and characters that no one sees around it, as every other value of an event. */
function trimmed(value: string): string {
  return value.replace(/^[\s\u200b-\u200d\u2060]+|[\s\u200b-\u200d\u2060]+$/g, "");
}

/**
 * The look-up value is `PersonFieldValue`; older set-ups only send `AccountFieldValue`, the mapped value of that field.
 * Throws an `invalid` fault when there is no value to look up: without it, an account that exists would not be
 * found, and a retry would create it twice.
 */
export function correlationFrom({
  Enabled,
  PersonField,
  PersonFieldValue,
  AccountField,
  AccountFieldValue,
}: CorrelationConfiguration): Correlation {
  if (!Enabled)
    throw Fault.invalid(
      "Correlation is turned off: turn it on and select its fields, so that a person is linked to the account that " +
        "exists.",
    );
  const field = (AccountField ?? "").trim();
  if (field === "")
    throw Fault.invalid(
      "Correlation is turned on without an account correlation field (AccountField): select one.",
    );
  const sent = [PersonFieldValue, AccountFieldValue].find(
    (candidate) => String(candidate ?? "").trim() !== "",
  );
  // A number that JSON cannot represent exactly would find the mailbox of another number.
  if (typeof sent === "number" && !Number.isSafeInteger(sent))
    throw Fault.invalid(
      `The correlation value for "${field}" was sent as a number that JSON cannot represent exactly; expected text.`,
    );
  const value = sent === null || sent === undefined ? undefined : trimmed(String(sent));
  if (value === undefined) {
    const personField = PersonField?.trim() ? `"${PersonField}"` : "(none selected)";
    throw Fault.invalid(
      `The correlation value is empty: neither the person field ${personField} ` +
        `nor the mapping of "${field}" has a value for this person.`,
    );
  }
  return { field, value };
}

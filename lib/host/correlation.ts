import { Fault } from "../fault.ts";
import type { CorrelationConfiguration } from "../generated/types.ts";

/** What the platform asks to look an account up by. */
export interface Correlation {
  /** A property of the target account, as spelled in the mapping. */
  field: string;
  /** Never blank. */
  value: string;
}

/**
 * The look-up value is `PersonFieldValue`; older set-ups only send `AccountFieldValue`, the mapped value of that field.
 * Throws an `invalid` fault when there is nothing to look up: this connector links mailboxes and never makes one,
 * so without correlation there is nothing it could do.
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
      "Correlation is switched off. This connector links a person to an existing mailbox " +
        "and never makes one: switch correlation on and choose its fields.",
    );
  const field = (AccountField ?? "").trim();
  if (field === "")
    throw Fault.invalid(
      "Correlation is switched on without an account correlation field (AccountField): choose one.",
    );
  const sent = [PersonFieldValue, AccountFieldValue].find(
    (candidate) => String(candidate ?? "").trim() !== "",
  );
  // A number that JSON could not hold exactly would find the mailbox of a neighbouring number.
  if (typeof sent === "number" && !Number.isSafeInteger(sent))
    throw Fault.invalid(
      `The correlation value for "${field}" was sent as a number that cannot be held exactly; expected a text.`,
    );
  const value = sent === null || sent === undefined ? undefined : String(sent);
  if (value === undefined) {
    const personField = PersonField?.trim() ? `"${PersonField}"` : "(none chosen)";
    throw Fault.invalid(
      `The correlation value is empty: neither the person field ${personField} ` +
        `nor the mapping of "${field}" gives one for this person.`,
    );
  }
  return { field, value };
}

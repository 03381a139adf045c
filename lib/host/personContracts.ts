import { Fault } from "../fault.ts";
import { isRecord } from "./schemaContract.ts";
import { member, memberAt, plainText } from "./members.ts";

/**
 * The values of one field (such as `Department.ExternalId`) on the person's contracts in scope:
 * those the platform's conditions hold for, or all of them. Names are matched without regard to
 * case. Throws an `invalid` fault when the event has no contracts to look at.
 */
export function valuesInScope(
  person: Readonly<Record<string, unknown>> | null | undefined,
  { field, all, isPreview }: { field: string; all: boolean; isPreview: boolean },
): { values: string[]; blank: number } {
  const given = member(person, "contracts");
  if (!isRecord(person) || given === undefined || given === null)
    throw Fault.invalid(
      "The event holds no contracts (personContext.Person.Contracts), so it cannot be " +
        "told what the person is to have.",
    );
  // One contract may arrive as itself instead of a list of one.
  const sent = [given].flat();
  // Something upstream that cut the depth leaves texts such as @{...} behind.
  if (!sent.every((contract) => isRecord(contract) && isWhole(member(contract, "context"))))
    throw Fault.invalid(
      "The person's contracts (personContext.Person.Contracts) did not arrive whole: " +
        "expected a list of objects, whose Context is an object.",
    );
  // Out of conditions is for the platform to say. A preview may not know.
  if (
    !all &&
    !isPreview &&
    sent.some((contract) => (memberAt(contract, ["context", "inconditions"]) ?? null) === null)
  )
    throw Fault.invalid(
      "A contract does not say whether its conditions hold " +
        "(personContext.Person.Contracts, Context.InConditions), so it cannot be told " +
        "what the person is to have.",
    );
  const contracts = sent.filter(
    (contract) => all || isTrue(memberAt(contract, ["context", "inconditions"])),
  );
  const values = contracts.map((contract) => plainText(memberAt(contract, field.split("."))));
  const filled = values.filter((value) => value !== "");
  return { values: [...new Set(filled)], blank: values.length - filled.length };
}

function isWhole(context: unknown): boolean {
  return context === undefined || context === null || isRecord(context);
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

import { Fault } from "../fault.ts";
import { isRecord } from "../record.ts";
import { member, memberAt, plainText } from "./members.ts";

/**
 * The values of one field (such as `Department.ExternalId`) on the person's contracts in scope: the
 * contracts in conditions, or all of them. Names are not case-sensitive. Throws an `invalid` fault
 * when the event has no contracts.
 */
export function valuesInScope(
  person: Readonly<Record<string, unknown>> | null | undefined,
  { field, all, isPreview }: { field: string; all: boolean; isPreview: boolean },
): { values: string[]; blank: number } {
  const given = member(person, "contracts");
  if (!isRecord(person) || given === undefined || given === null)
    throw Fault.invalid(
      "The event has no contracts (personContext.Person.Contracts), so it is unknown what the person " +
        "should have.",
    );
  // A single contract may arrive as an object instead of a list of one.
  const sent = [given].flat();
  // PowerShell replaces objects below its depth limit with text such as @{...}.
  if (!sent.every((contract) => isRecord(contract) && isWhole(member(contract, "context"))))
    throw Fault.invalid(
      "The person's contracts (personContext.Person.Contracts) are incomplete: " +
        "expected a list of objects whose Context is an object.",
    );
  // The platform decides which contracts are in conditions. A preview may not know.
  if (
    !all &&
    !isPreview &&
    sent.some((contract) => (memberAt(contract, ["context", "inconditions"]) ?? null) === null)
  )
    throw Fault.invalid(
      "A contract has no Context.InConditions (personContext.Person.Contracts), so it is unknown what " +
        "the person should have.",
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

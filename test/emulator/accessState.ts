/** Checks the permission lists of a state. */
import { isGuid, isRecord, isText, isTexts } from "./shapes.ts";

const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const fields: Record<string, (value: unknown) => boolean> = {
  trustee: isText,
  rights: (value) => isTexts(value) && value.length > 0,
  deny: isBoolean,
  inherited: isBoolean,
  inheritanceType: isText,
  autoMapping: isBoolean,
  listedAs: isText,
};

/**
 * An entry may refer to an object that does not exist: a state without one of its objects is still
 * a state.
 */
export function checkAccess(
  holder: "mailbox" | "recipient",
  list: unknown,
  report: (path: string, expected: string) => void,
): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) {
    report(`${holder}Permissions`, "must be a list");
    return;
  }
  list.forEach((entry: unknown, index) => {
    const at = `${holder}Permissions[${index}]`;
    if (!isRecord(entry)) {
      report(at, "must be an object");
      return;
    }
    if (!isGuid(entry[holder])) report(`${at}.${holder}`, "must be the GUID of an object");
    for (const name of ["trustee", "rights"])
      if (!(name in entry)) report(`${at}.${name}`, "is missing");
    for (const [name, value] of Object.entries(entry)) {
      const sound =
        name === holder ||
        (name === "autoMapping" && holder === "recipient" ? undefined : fields[name]?.(value));
      if (sound === undefined) report(`${at}.${name}`, "is not a part of an entry");
      else if (!sound) report(`${at}.${name}`, "has the wrong type");
    }
  });
}

/** What happens to a request on its way to the domain controller. */
import type { Answer, Request } from "../../emulator/directory/ldapDouble.ts";

/** `pass` carries the request to the domain; `kill` ends the process of the run. */
export interface DirectoryTrouble {
  name: string;
  to: "read" | "write" | "any";
  way(pass: () => readonly Answer[], kill: () => void): readonly Answer[];
  /** The controller accepts plainly what it does not do. */
  isLie?: true;
}

const refusing =
  (result: number, text: string): DirectoryTrouble["way"] =>
  () => [{ result, text }];

/** The answer with its objects changed. */
function withEntries(
  answers: readonly Answer[],
  change: (entries: readonly Answer[]) => readonly Answer[],
): readonly Answer[] {
  const isEntry = (one: Answer): boolean => typeof one === "object" && "entry" in one;
  return [...change(answers.filter(isEntry)), ...answers.filter((one) => !isEntry(one))];
}

export const directoryTroubles: readonly [DirectoryTrouble, ...DirectoryTrouble[]] = [
  { name: "LDAP cut before", to: "any", way: () => ["cut"] },
  { name: "LDAP cut after", to: "any", way: (pass) => (pass(), ["cut"]) },
  { name: "LDAP killed before", to: "any", way: (_, kill) => (kill(), ["cut"]) },
  { name: "LDAP killed after", to: "any", way: (pass, kill) => (pass(), kill(), ["cut"]) },
  { name: "LDAP busy", to: "any", way: refusing(51, "00002015: SvcErr, problem 5001 (BUSY)") },
  {
    name: "LDAP unavailable",
    to: "any",
    way: refusing(52, "000020EF: SvcErr, problem 5002 (UNAVAILABLE)"),
  },
  { name: "LDAP forbidden", to: "write", way: refusing(50, "00002098: SecErr, problem 4003") },
  { name: "LDAP refused", to: "write", way: refusing(53, "0000001F: SvcErr, problem 5003") },
  { name: "LDAP not signed in", to: "any", way: refusing(1, "00002020: Operation unavailable") },
  { name: "LDAP nothing found", to: "read", way: (pass) => withEntries(pass(), () => []) },
  {
    name: "LDAP found twice",
    to: "read",
    way: (pass) => withEntries(pass(), (entries) => [...entries, ...entries]),
  },
  { name: "LDAP accepted, not done", to: "write", isLie: true, way: () => [{ result: 0 }] },
];

export function strikesDirectory({ to }: DirectoryTrouble, { kind }: Request): boolean {
  if (kind === "unbind") return false;
  if (to === "any") return true;
  if (kind === "bind") return false;
  return (to === "read") === (kind === "search");
}

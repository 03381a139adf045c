import type { Answer } from "../scenario.ts";
import type { Circumstances, Verb } from "./life.ts";
import { password, servicePassword, ward, type Account, type Seen } from "./world.ts";

export interface Violation {
  rule: string;
  what: string;
}

/** An event that was run, or killed, and both systems before and after it. */
export interface Case {
  verb: Verb;
  circumstances: Circumstances;
  isDryRun: boolean;
  isMoved: boolean;
  title: string;
  /** Undefined: the run was killed. */
  answer: Answer | undefined;
  code: number | undefined;
  written: string;
  before: Seen;
  after: Seen;
  /** A write was answered as accepted and not carried out. */
  wasLiedTo: boolean;
  tookMs: number;
  deadlineMs: number;
}

/** The rules, as docs/reliability.md lists them. */
export const rules: Readonly<Record<string, string>> = {
  H1: "No person has two accounts.",
  H2: "No event changes anyone else's account, mailbox or membership.",
  H3: "An account is deleted only by delete, and only if configured.",
  H4: "After a success of disable or delete, nobody signs in: the account is disabled or deleted.",
  H5: "After a success, the account is as mapped.",
  H6: "A dry run changes nothing in either system.",
  H7: "No password is in an output but the answer's data, and the connector's in none.",
  H8: "Every run that is not killed answers in time, with the exit code that belongs to its answer.",
  H9: "The next event succeeds when both systems are well.",
  H10: "After a success of revoke, the user has nothing of what was granted, in either system.",
  H11: "After a success of disable, the mailbox is hidden in the system that masters it.",
};

/** Everything that is wrong with a run. The state is asked, never the answer. */
export function judge(one: Case): Violation[] {
  const found: Violation[] = [];
  const add = (rule: string, what: string): void => void found.push({ rule, what });
  const { before, after, verb, circumstances } = one;
  if (after.accounts.length > 1) add("H1", `${after.accounts.length} accounts`);
  if (before.bystanders !== after.bystanders) add("H2", "something else changed");
  const isDeletion = verb === "delete" && circumstances.deleteAccount;
  if (before.accounts.length > 0 && after.accounts.length === 0 && !isDeletion)
    add("H3", "the account is gone");
  if (one.isDryRun && JSON.stringify(before) !== JSON.stringify(after)) add("H6", "it changed");
  if (one.written.includes(password)) add("H7", "the password of the account");
  if (one.written.includes(servicePassword)) add("H7", "the password of the connector");
  if (one.answer) found.push(...ofAnswer(one, one.answer));
  return found;
}

function ofAnswer(one: Case, answer: Answer): Violation[] {
  const found: Violation[] = [];
  const add = (rule: string, what: string): void => void found.push({ rule, what });
  const { Success } = answer.outputContext;
  const { code, tookMs, deadlineMs, isDryRun, after, wasLiedTo, verb } = one;
  if ((code === 0) !== Success) add("H8", `exit code ${code}`);
  if (tookMs > deadlineMs + 1_000) add("H8", `${tookMs} ms`);
  if (JSON.stringify(answer).includes(servicePassword)) add("H7", "the password of the connector");
  if (!Success || isDryRun) return found;
  const [account] = after.accounts;
  if (verb === "revoke" && account && account.access !== "none")
    add("H10", `the user has ${account.access} of it`);
  if (verb === "disable" || verb === "delete") {
    if (account?.isEnabled) add("H4", "the account is enabled ");
    if (account && verb === "delete" && one.circumstances.deleteAccount)
      add("H4", "the account is not deleted");
  }
  // What is given is confirmed by a plain acceptance, as long as nothing left a doubt.
  if (wasLiedTo) return found;
  for (const missing of missingAfter(one, account)) add("H5", missing);
  const { isMailboxHidden } = after;
  const { exchangeOnlineIntegration, isCloudManaged } = one.circumstances;
  if (verb === "disable" && exchangeOnlineIntegration && account && isMailboxHidden !== undefined) {
    const isHidden = isCloudManaged ? isMailboxHidden : account.isHidden;
    if (!isHidden) add("H11", "the mailbox is shown");
  }
  return found;
}

function missingAfter(one: Case, account: Account | undefined): string[] {
  const { verb, title, isMoved } = one;
  if (verb === "create") return account ? [] : ["there is no account"];
  if (verb === "grant") return account?.access === "all" ? [] : ["the user has not all of it"];
  if (verb === "enable") return account?.isEnabled ? [] : ["the account is not enabled"];
  if (verb !== "update") return [];
  const { setsManager } = one.circumstances;
  return [
    ...(account?.title === title ? [] : ["the title differs"]),
    ...(isMoved && account?.dn !== `CN=Nora Moved,${ward}` ? ["it is elsewhere"] : []),
    ...(setsManager && account?.manager === "" ? ["it has no manager"] : []),
  ];
}

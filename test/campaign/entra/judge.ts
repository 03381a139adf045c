import type { Answer } from "../scenario.ts";
import type { Circumstances, Verb } from "./life.ts";
import { password, type Seen } from "./tenant.ts";

export interface Violation {
  rule: string;
  what: string;
}

/** What a tenant has of the person, of everyone else, and of resources. */
export interface TenantSeen {
  users: readonly Seen[];
  bystanders: string;
  /** The keys of the groups that resources created. */
  groups: readonly string[];
}

/** An event that was run, or killed, and the tenant before and after it. */
export interface Case {
  verb: Verb;
  circumstances: Circumstances;
  isDryRun: boolean;
  /** Undefined: the run was killed. */
  answer: Answer | undefined;
  code: number | undefined;
  written: string;
  jobTitle: string;
  before: TenantSeen;
  after: TenantSeen;
  /** A write was answered as accepted and not carried out. */
  wasLiedTo: boolean;
  tookMs: number;
  deadlineMs: number;
}

/** The rules, as docs/reliability.md lists them. */
export const rules: Readonly<Record<string, string>> = {
  // A deleted user that a search does not show is not restored, and stays restorable: there is no second way to look.
  E1: "No person has two users.",
  E2: "No event changes anyone else's account.",
  E3: "A user is deleted only by delete, and only if configured.",
  E4: "After a success of disable or delete, nobody signs in: the account is disabled or deleted.",
  E5: "After a success, the account is as mapped.",
  E6: "A dry run changes nothing.",
  E7: "The password is in no output but the answer's data.",
  E8: "Every run that is not killed answers in time, with the exit code that belongs to its answer.",
  E9: "The next event on a healthy tenant succeeds.",
  E10: "After a success of revoke, the user is no member, and no owner if that was revoked.",
  E11: "After a success of a revoke of the licence, the user does not have it.",
  E12: "No mailbox on litigation hold loses its licence while Exchange Online is looked at.",
  E13: "No resource has two groups.",
  E14: "After a success of a revoke of a phone or a pass, the user does not have it.",
  E15: "A user never has two passes, and a pass that is handed out is the user's, and in no other output.",
  E16: "A phone that a user has is not overwritten where the option says so.",
};

/** Everything that is wrong with a run. The state is asked, never the answer. */
export function judge(one: Case): Violation[] {
  const found: Violation[] = [];
  const add = (rule: string, what: string): void => void found.push({ rule, what });
  const { verb, answer, before, after, isDryRun } = one;
  const present = after.users.filter(({ isDeleted }) => !isDeleted);
  if (present.length > 1) add("E1", `${present.length} users`);
  if (before.bystanders !== after.bystanders) add("E2", "another account changed");
  if (after.groups.length > 1) add("E13", after.groups.join(", "));
  const wasThere = before.users.some(({ isDeleted }) => !isDeleted);
  if (wasThere && present.length === 0 && !(verb === "delete" && deletes(one)))
    add("E3", "the user is gone");
  const held = before.users.find(
    (user) => !user.isDeleted && isHoldWatched(one.circumstances, user),
  );
  const isLost =
    held && !after.users.some(({ id, hasHeldMailbox }) => id === held.id && hasHeldMailbox);
  if (isLost && verb !== "delete") add("E12", "the mailbox on hold is gone");
  if (isDryRun && JSON.stringify(before) !== JSON.stringify(after)) add("E6", "the tenant changed");
  if (one.written.includes(password)) add("E7", "the password was written");
  for (const user of after.users) {
    const old = before.users.find(({ id }) => id === user.id);
    if (user.passes.length > 1) add("E15", `${user.passes.length} passes`);
    if (user.passes.some((pass) => one.written.includes(pass))) add("E15", "the pass was written");
    if (old && old.phone !== "" && user.phone !== "" && old.phone !== user.phone)
      add("E16", "the phone is another one");
  }
  if (answer) found.push(...ofAnswer(one, answer));
  return found;
}

/** Whether the user has a mailbox on litigation hold that the connector can see. */
export function isHoldWatched(
  { configuration }: Circumstances,
  { hasHeldMailbox }: Pick<Seen, "hasHeldMailbox">,
): boolean {
  return hasHeldMailbox && configuration["exchangeOnlineIntegration"] === true;
}

function deletes({ circumstances: { configuration } }: Case): boolean {
  return configuration["deleteAccount"] === true;
}

function ofAnswer(one: Case, answer: Answer): Violation[] {
  const { isDryRun, code, tookMs, deadlineMs, after } = one;
  const found: Violation[] = [];
  const add = (rule: string, what: string): void => void found.push({ rule, what });
  const { Success, AuditLogs } = answer.outputContext;
  if ((code === 0) !== Success) add("E8", `exit code ${code}`);
  if (tookMs > deadlineMs + 1_000) add("E8", `${tookMs} ms`);
  if (!Success || isDryRun) return found;
  const user = after.users.find(({ isDeleted }) => !isDeleted);
  const isAccepted = AuditLogs.some(({ Message }) =>
    Message.includes("accepted; its lists do not show"),
  );
  const isStrict = one.circumstances.configuration["ConfirmRevokes"] === "strict";
  const isExcused = one.wasLiedTo && isAccepted && !isStrict;
  const rule = rulesOfRevokes[one.verb] ?? "E4";
  for (const left of leftBy(one, user)) if (!isExcused) add(rule, left);
  // What is given is confirmed by a plain acceptance, as long as nothing left a doubt.
  const isTrusted = one.wasLiedTo && one.verb !== "create";
  for (const missing of missingAfter(one, user)) if (!isTrusted) add("E5", missing);
  const { temporaryAccessPass } = (answer.outputContext["Data"] ?? {}) as Record<string, unknown>;
  if (one.verb === "pass" && !isTrusted && user?.passes[0] !== temporaryAccessPass)
    add("E15", "another pass was handed out");
  if (one.verb === "pass" && temporaryAccessPass === undefined) add("E15", "no pass");
  if (one.verb === "resources" && after.groups.length === 0) add("E5", "there is no group");
  return found;
}

const rulesOfRevokes: Readonly<Partial<Record<Verb, string>>> = {
  revoke: "E10",
  disown: "E10",
  unlicense: "E11",
  unphone: "E14",
  unpass: "E14",
};

function leftBy(one: Case, user: Seen | undefined): string[] {
  const { verb } = one;
  if (verb === "revoke") return user?.isMember ? ["the user is a member"] : [];
  if (verb === "disown") return user?.isOwner ? ["the user is an owner"] : [];
  if (verb === "unlicense") return user?.isLicensed ? ["the user has the licence"] : [];
  if (verb === "unphone") return user && user.phone !== "" ? ["the user has the phone"] : [];
  if (verb === "unpass") return user && user.passes.length > 0 ? ["the user has a pass"] : [];
  if (verb !== "disable" && verb !== "delete") return [];
  if (!user) return [];
  if (verb === "delete" && deletes(one)) return ["the user is not deleted"];
  return user.isEnabled ? ["the account is enabled"] : [];
}

function missingAfter(one: Case, user: Seen | undefined): string[] {
  const { verb, circumstances, jobTitle } = one;
  if (verb === "create") return user ? [] : ["there is no user"];
  if (verb === "grant") return user?.isMember ? [] : ["the user is no member"];
  if (verb === "own") return user?.isOwner ? [] : ["the user is no owner"];
  if (verb === "license") return user?.isLicensed ? [] : ["the user has no licence"];
  if (verb === "phone") return user?.phone ? [] : ["the user has no phone"];
  if (verb === "enable") return user?.isEnabled ? [] : ["the account is not enabled"];
  if (verb === "update") return user?.jobTitle === jobTitle ? [] : ["the job title differs"];
  const hides =
    circumstances.hasAccount && circumstances.configuration["exchangeOnlineIntegration"];
  if (verb === "disable" && hides && user && !user.isHidden) return ["the mailbox is not hidden"];
  return [];
}

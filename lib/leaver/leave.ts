import type { Changed } from "../host/accountActions.ts";
import { accountById, type Account } from "../exchange/account.ts";
import { nameOf } from "../exchange/naming.ts";
import type { Mailbox } from "../exchange/mailbox.ts";
import type { Cmdlets } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import type { LeaverPolicies, LeaverPolicy, LeaverStep } from "../generated/types.ts";
import type { Change } from "./marker.ts";
import { isForManager, listedPolicies, policiesFor, policyAmong } from "./policies.ts";
import { recordingOn } from "./recording.ts";
import {
  prepared,
  stepCmdlets,
  stepProperties,
  withoutTrust,
  type LeaverGate,
  type PreparedStep,
} from "./steps.ts";

/** What a policy has done, for the answer of the event. */
export interface Left {
  audit: { Message: string }[];
  faults: Fault[];
  /** The settings that it has set, by name. */
  after?: Readonly<Record<string, unknown>>;
}

/** The policies of an event. */
export interface Leaving {
  /** What they send; nothing without a policy. */
  cmdlets: Cmdlets;
  /** The properties of the mailbox to read for them. Throws an `invalid` fault when the file cannot be used. */
  properties(): string[];
  /** Whether the policy of a mailbox sets the automatic reply, so that the mapped one does not count. */
  setsReply(mailbox: Mailbox): boolean;
  /** Adds what a policy cannot do for a former mailbox: a leaver whose licence was removed first. */
  leaveFormer(former: Mailbox, changed: Changed): Changed;
  /**
   * Carries out the policy of a mailbox, which was read with `properties`, after the changes of the event itself, and
   * whatever becomes of these.
   */
  leave(leaver: LeaverAtHand, changed: Promise<Changed>, gate: LeaverGate): Promise<Changed>;
}

export interface LeaverAtHand {
  mailbox: Mailbox;
  managerReference: string | undefined;
  keepsExistingReply: boolean;
}

/** `data`: the policy file; the one of this installation unless a test has its own. */
export function leavingOn(event: LeaverPolicy["Event"], data?: unknown): Leaving {
  const read = policiesOrFault(data);
  const listed = (): LeaverPolicies => {
    if (read instanceof Fault) throw read;
    return read;
  };
  const own = (): ReturnType<typeof policiesFor> => policiesFor(event, listed());
  const isUsed = read instanceof Fault || own().policies.length > 0;
  async function leftBy(leaver: LeaverAtHand, gate: LeaverGate): Promise<Left> {
    const policy = policyAmong(own().policies, leaver.mailbox);
    if (policy)
      return await carriedOut(policy, listed().MarkerProperty, leaver, withoutTrust(gate));
    const Message = `No leaver's policy applies to mailbox ${nameOf(leaver.mailbox)}.`;
    return { audit: [{ Message }], faults: [] };
  }
  return {
    cmdlets: isUsed ? stepCmdlets : {},
    properties() {
      const { MarkerProperty } = listed();
      const { policies, properties } = own();
      if (policies.length === 0) return [];
      return [...stepProperties, ...properties, ...(MarkerProperty ? [MarkerProperty] : [])];
    },
    setsReply(mailbox) {
      const steps = policyAmong(own().policies, mailbox)?.Steps ?? [];
      return steps.some(({ Step }) => Step === "SetAutomaticReply");
    },
    leaveFormer(former, changed) {
      const { policies } = own();
      if (policies.length === 0) return changed;
      const Message = `${nameOf(former)} has no mailbox, so no leaver's policy was carried out.`;
      const endsAccess = policies.some(({ Steps }) =>
        Steps.some(({ Step }) => Step === "EndMemberships" || Step === "EndAccess"),
      );
      if (!endsAccess) return { ...changed, audit: [...(changed.audit ?? []), { Message }] };
      const kept = new Fault({
        kind: "notReady",
        message:
          `${Message} Its memberships and its access to other mailboxes were not looked at: end them by hand, or by ` +
          "revoking permissions.",
      });
      return { ...changed, faults: [kept] };
    },
    async leave(leaver, changed, gate) {
      const { policies } = own();
      if (policies.length === 0) return await changed;
      const { mailbox } = leaver;
      const first = await changed.catch(Fault.of);
      const left = await leftBy(leaver, gate).catch(failedWith);
      const { audit = [], ...values } =
        first instanceof Fault
          ? { before: mailbox, after: mailbox, subject: `mailbox ${nameOf(mailbox)}` }
          : first;
      return {
        ...values,
        after: { ...values.after, ...left.after },
        audit: [...audit, ...left.audit],
        faults: [...(first instanceof Fault ? [first] : []), ...left.faults],
      };
    },
  };
}

function failedWith(thrown: unknown): Left {
  return { audit: [], faults: [Fault.of(thrown)] };
}

function policiesOrFault(data: unknown): LeaverPolicies | Fault {
  try {
    return listedPolicies(data);
  } catch (thrown) {
    return Fault.of(thrown);
  }
}

/**
 * Compares every step with the mailbox, puts on record what is going to change, and takes the steps in their order:
 * each regardless of the outcome of the others. A run that was ended in the middle, or failed in part, is completed by
 * the next one: what is done already differs no more.
 */
async function carriedOut(
  { Id, Steps }: LeaverPolicy,
  MarkerProperty: LeaverPolicies["MarkerProperty"],
  { mailbox, managerReference, keepsExistingReply }: LeaverAtHand,
  gate: LeaverGate,
): Promise<Left> {
  const manager = Steps.some(isForManager) ? await managerOf(managerReference, gate) : undefined;
  const record = MarkerProperty && recordingOn(mailbox, MarkerProperty, gate);
  const leaver = {
    mailbox,
    manager,
    nameBefore: nameBefore(mailbox, record?.changes ?? [], Steps),
    keepsExistingReply,
    policy: Id,
    record,
  };
  const faults: Fault[] = [];
  const steps: PreparedStep[] = [];
  for (const step of Steps)
    try {
      steps.push(await prepared(step, leaver, gate));
    } catch (thrown) {
      faults.push(inPolicy(Id, Fault.of(thrown)));
    }
  const changes = steps.flatMap((step) => step.changes);
  if (record && changes.length > 0) {
    const refused = await record.add(changes);
    // Without the record nobody could undo the steps, which the file asks for.
    if (refused.length > 0) return { audit: [], faults: [...faults, ...refused] };
  }
  const after: Record<string, unknown> = {};
  for (const step of steps) {
    const failed = await step.take();
    faults.push(...failed.map((fault) => inPolicy(Id, fault)));
    if (failed.length === 0)
      for (const change of step.changes)
        if (change.kind === "setting") after[change.name] = change.after;
  }
  return {
    after,
    audit: steps.flatMap(({ notes }) => notes.map((Message) => ({ Message }))),
    faults,
  };
}

/** The display name before a policy has changed it: the name that people know, for texts. */
function nameBefore(
  mailbox: Mailbox,
  changes: readonly Change[],
  steps: readonly LeaverStep[],
): string {
  const { DisplayName } = mailbox;
  for (const change of changes)
    if (change.kind === "setting" && change.name === "DisplayName") return change.before ?? "";
  const suffix = steps.find(({ Suffix }) => Suffix !== undefined)?.Suffix ?? "";
  return DisplayName.endsWith(suffix)
    ? DisplayName.slice(0, DisplayName.length - suffix.length)
    : DisplayName;
}

/** Undefined: no manager, or one without a mailbox. Throws when that is not known. */
async function managerOf(
  reference: string | undefined,
  { read }: LeaverGate,
): Promise<Account | undefined> {
  if (reference === undefined) return undefined;
  try {
    return await read(accountById(reference));
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind === "notReady" || (fault.kind === "missing" && fault.isProven)) return undefined;
    throw fault;
  }
}

/** A fault with the policy that it is about. A step whose object is missing never means that the leaver is gone. */
function inPolicy(id: string, fault: Fault): Fault {
  const kind = fault.kind === "missing" ? "unavailable" : fault.kind;
  return new Fault({
    kind,
    retryable: fault.retryable,
    message: `Policy "${id}": ${fault.message}`,
    cause: fault,
  });
}

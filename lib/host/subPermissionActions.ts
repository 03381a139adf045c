import { Fault, isRefusal } from "../fault.ts";
import type { Configuration, SubPermissionsEvent } from "../generated/types.ts";
import { subPermissionsEvent } from "../generated/validators/subPermissionsEvent.ts";
import type { Gate } from "../step.ts";
import {
  accountReferenceIn,
  gateOf,
  reads,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Declaration,
  type Settings,
} from "./action.ts";
import { shownName } from "./displayName.ts";
import { faultsOf, isProvenAbsence } from "./faults.ts";
import type { Log } from "./output.ts";
import { HeldParts, nothing, onRecordIn, recordedParts } from "./partsOnRecord.ts";
import { memberOf, textIn } from "./permissionActions.ts";
import { valuesInScope } from "./personContracts.ts";
import type { StepPlacement, StepRecord } from "./stepRecord.ts";
import { verbs } from "./verbs.ts";

export interface SubPermissionInput<
  Targets,
  Key extends ConfigurationKey = never,
> extends Gate<Targets> {
  accountReference: string;
  /**
   * A member of the reference of the permission that the parts belong to; empty when absent, as in a
   * preview.
   */
  permission(name: string): string;
  configuration: Settings<Key>;
  log: Log;
}

/** A part of the permission. Two parts with one key are the same. */
export interface Part {
  key: string;
  name: string;
  reference: { Id: string; Permission?: string };
}

/** What a set of sub-permissions knows of its parts. */
export interface Parts<P extends Part> {
  /** What is searched for, such as `group whose CustomAttribute1 is "D-1"`. */
  description(value: string): string;
  /**
   * The parts that belong to one value of the contract field. Throws a fault that names the candidates
   * when it is unknown which ones belong to it.
   */
  belongingTo: (value: string) => Promise<P[]>;
  /** What has the value and still cannot belong to a person, each as a sentence: asked when nothing belongs to it. */
  unusable(value: string): Promise<string[]>;
  /** The key of a reference on record, or undefined for a reference of another set. */
  keyOf(reference: (name: string) => string): string | undefined;
  /** Whether the account has a part that is already on record, as far as reads show. */
  isHeld(part: P): Promise<boolean>;
  grant(part: P): Promise<void>;
  /** `key`: as `keyOf` returned it. */
  revoke(key: string): Promise<void>;
}

const noConditions =
  " A preview may not know the conditions; the configuration can make it count every contract.";

/** What a run reports in addition to its changes. */
interface Report {
  audit: { Message: string }[];
  faults: Fault[];
}

/** The parts that belong to the person, by key. */
interface Belonging<P> {
  parts: Map<string, P>;
  /** False when it is unknown what one of the values means. Then nothing is revoked. */
  isWhole: boolean;
}

/**
 * Declares grant, update and revoke of a permission whose parts follow from the person's contracts.
 * A preview decides with the same code. The answer lists what the account holds, however the run ends:
 * a part that may have been granted counts as held, and so does one that may not have been revoked, so
 * that no one keeps a right that is not on record.
 */
export function onSubPermissions<Targets, const Key extends ConfigurationKey, P extends Part>({
  needs,
  configuration: keys,
  handle: partsFor,
}: Declaration<
  Targets,
  Key,
  (input: SubPermissionInput<Targets, Key>) => Promise<Parts<P>>
>): Action<SubPermissionsEvent, Targets> {
  return {
    verb: verbs.subPermissions,
    contract: subPermissionsEvent,
    needs,
    configuration: [
      "SubPermissionContractField",
      "SubPermissionNoMatch",
      "SubPermissionPreviewAllContracts",
      ...keys,
    ],
    initialOutput: (document) => ({ SubPermissions: onRecordIn(document) }),
    async run(context) {
      const { event, configuration, log, settle, taken, output } = context;
      const { actionContext } = event;
      const isRevoke = actionContext.Operation === "revoke";
      const report: Report = { audit: [], faults: [] };
      const placement: StepPlacement = {};
      const parts = await partsFor({
        accountReference: accountReferenceIn(actionContext.References.Account),
        permission: (name) => memberOf(actionContext.References.Permission, name),
        configuration: settingsFor(configuration, keys),
        log,
        ...gateOf(context, reads),
        change: (step) => context.change(step, placement),
        changeAll: (steps) => context.changeAll(steps, placement),
        attemptAll: (steps) => context.attemptAll(steps, placement),
      }).catch((thrown: unknown) => reportGone(Fault.of(thrown), isRevoke, report));
      if (!parts) {
        output["SubPermissions"] = [];
        return { audit: report.audit, isGone: true };
      }
      const record = recordedParts(actionContext, parts.keyOf, report.faults);
      if (isRevoke && record.size === 0)
        report.audit.push({ Message: "Nothing to revoke: no sub-permission is on record." });
      const held = new HeldParts(record, (entries) => {
        output["SubPermissions"] = entries.length > 0 || isRevoke ? entries : [nothing];
      });
      const belonging = isRevoke
        ? { parts: new Map<string, P>(), isWhole: true }
        : await partsInScope(event, configuration, parts, report);
      placement.auditAction = "GrantPermission";
      await grantAll(parts, belonging, held, report);
      placement.auditAction = "RevokePermission";
      const pending = await revokeOthers(parts, belonging, held, report, taken);
      report.faults.push(...(await settle()));
      for (const { key, steps } of pending) if (steps.every(hasTakenEffect)) held.remove(key);
      return report;
    },
  };
}

/** When the account no longer exists, it holds nothing. */
function reportGone(fault: Fault, isRevoke: boolean, { audit }: Report): undefined {
  if (!isRevoke || !isProvenAbsence(fault)) throw fault;
  audit.push({ Message: `${fault.message} There is nothing left to revoke.` });
}

/** The parts that belong to the values of the contract field, on the person's contracts in scope. */
async function partsInScope<P extends Part>(
  { actionContext: { DryRun: isPreview }, personContext }: SubPermissionsEvent,
  {
    SubPermissionContractField: field = "",
    SubPermissionNoMatch,
    SubPermissionPreviewAllContracts,
  }: Configuration,
  { belongingTo, unusable, description }: Parts<P>,
  { audit, faults }: Report,
): Promise<Belonging<P>> {
  const reportNoMatch = (message: string): void => {
    if (SubPermissionNoMatch === "skip") audit.push({ Message: `${message} It was skipped.` });
    else faults.push(new Fault({ kind: "missing", message }));
  };
  const all = isPreview && SubPermissionPreviewAllContracts === true;
  const { values, blank } = valuesInScope(personContext?.Person, { field, all, isPreview });
  if (blank > 0)
    reportNoMatch(
      `${blank} of the contracts in scope ${blank === 1 ? "has" : "have"} no ${field}.`,
    );
  if (values.length === 0 && blank === 0)
    audit.push({
      Message:
        `No contract in scope has a ${field}, so nothing belongs to the person.` +
        (isPreview && !all ? noConditions : ""),
    });
  const parts = new Map<string, P>();
  let isWhole = true;
  for (const value of values) {
    const fault = await faultOf(async () => {
      const found = await belongingTo(value);
      if (found.length === 0)
        reportNoMatch(
          [
            `There is no ${description(value)}, which a contract requires (${field}).`,
            ...(await unusable(value)),
          ].join(" "),
        );
      for (const part of found) parts.set(part.key, part);
    });
    if (!fault) continue;
    faults.push(fault);
    isWhole = false;
  }
  // When nothing at all was found, a setting may be wrong, and it would be wrong for every person.
  const mayBeWrong =
    SubPermissionNoMatch !== "skip" && parts.size === 0 && values.length + blank > 0;
  return { parts, isWhole: isWhole && !mayBeWrong };
}

/** Grants every part that belongs to the person. A part counts as held before it is tried, and until it is refused. */
async function grantAll<P extends Part>(
  { isHeld, grant }: Parts<P>,
  belonging: Belonging<P>,
  held: HeldParts,
  { audit, faults }: Report,
): Promise<void> {
  for (const part of belonging.parts.values()) {
    const onRecord = held.get(part.key);
    const isOnRecord = onRecord !== undefined;
    // The reference stays as the platform has it; the name follows the group or mailbox.
    held.add(part.key, {
      DisplayName: shownName(part.name) ?? onRecord?.DisplayName ?? part.reference.Id,
      Reference: onRecord?.Reference ?? part.reference,
    });
    const fault = await faultOf(async () => {
      if (isOnRecord && (await isHeld(part)))
        audit.push({ Message: `"${part.name}" is already held.` });
      else await grant(part);
    });
    if (!fault) continue;
    faults.push(fault);
    if (!isOnRecord && isRefusal(fault)) held.remove(part.key);
  }
}

/** A part whose revocation was sent, and that reads still show. */
interface PendingPart {
  key: string;
  steps: readonly StepRecord[];
}

/**
 * Revokes every part on record that does not belong to the person. It counts as held until a look shows that it is
 * revoked. Returns the parts that reads still show.
 */
async function revokeOthers<P extends Part>(
  { keyOf, revoke }: Parts<P>,
  { parts, isWhole }: Belonging<P>,
  held: HeldParts,
  { audit, faults }: Report,
  taken: readonly StepRecord[],
): Promise<PendingPart[]> {
  const pending: PendingPart[] = [];
  for (const [key, { DisplayName, Reference }] of held.entries) {
    if (parts.has(key) || keyOf((name) => textIn(Reference, name)) === undefined) continue;
    if (!isWhole) {
      audit.push({
        Message:
          `"${DisplayName}" was not revoked: it is unknown whether it still belongs to ` +
          "the person.",
      });
      continue;
    }
    const from = taken.length;
    const fault = await faultOf(() => revoke(key));
    if (fault !== undefined && !isProvenAbsence(fault)) {
      faults.push(fault);
      continue;
    }
    // A group, mailbox or account that no longer exists leaves nothing to revoke.
    if (fault) audit.push({ Message: `${fault.message} There is nothing left to revoke.` });
    const steps = taken.slice(from);
    if (steps.some(({ result }) => result === "pending")) pending.push({ key, steps });
    else held.remove(key);
  }
  return pending;
}

/** A read shows it, or the object no longer exists. What was only accepted stays on record, to be revoked again. */
function hasTakenEffect({ fault, result }: StepRecord): boolean {
  return fault === undefined ? result !== "accepted" : isProvenAbsence(fault);
}

async function faultOf(attempt: () => Promise<void>): Promise<Fault | undefined> {
  const [fault] = await faultsOf([attempt]);
  return fault;
}

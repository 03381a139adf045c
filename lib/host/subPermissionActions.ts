import { Fault } from "../fault.ts";
import type { SubPermissionsEvent } from "../generated/types.ts";
import { subPermissionsEvent } from "../generated/validators/subPermissionsEvent.ts";
import type { Gate } from "../step.ts";
import {
  accountReferenceIn,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Declaration,
  type Settings,
} from "./action.ts";
import { isRecord } from "./schemaContract.ts";
import { valuesInScope } from "./personContracts.ts";
import {
  faultsOf,
  isProvenAbsence,
  isRefusal,
  type StepPlacement,
  type StepRecord,
} from "./gate.ts";
import { member } from "./members.ts";
import { shownName } from "./displayName.ts";
import type { Log } from "./output.ts";
import { memberOf, textIn } from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

export interface SubPermissionInput<
  Targets,
  Key extends ConfigurationKey = never,
> extends Gate<Targets> {
  accountReference: string;
  /**
   * A member of the reference of the permission that the parts belong to; empty when there is no
   * such text, as in a preview.
   */
  permission(name: string): string;
  configuration: Settings<Key>;
  log: Log;
}

/** A part of the permission. Two parts with one key are the same. */
export interface Part {
  key: string;
  name: string;
  reference: { Id: string };
}

/** What a set of sub-permissions knows of its parts. */
export interface Parts<P extends Part> {
  /** What is looked for, such as `group whose CustomAttribute1 is "D-1"`. */
  description(value: string): string;
  /**
   * The parts that belong to one value of the contract field. Throws a fault that names them when
   * they cannot be told.
   */
  belongingTo: (value: string) => Promise<P[]>;
  /** The key of a reference on record, or undefined for one that is none of this set's. */
  keyOf(reference: (name: string) => string): string | undefined;
  /** Whether the account has a part that is on record already, as far as can be read. */
  isHeld(part: P): Promise<boolean>;
  grant(part: P): Promise<void>;
  /** `key` as `keyOf` gave it. */
  revoke(key: string): Promise<void>;
}

const noConditions =
  " A preview may know no conditions; the configuration can let it count every contract.";

interface OnRecord {
  DisplayName: string;
  Reference: Readonly<Record<string, unknown>>;
}

/** Stands for "none": the platform counts a grant or an update without an entry as failed. */
const none = "No permissions defined";
const nothing: OnRecord = { DisplayName: none, Reference: { Id: none } };

/**
 * Declares what grant, update and revoke of a permission do whose parts follow from the person's
 * contracts. A preview decides with the same code. What the account holds is answered however the
 * run ends: a part that may have been granted counts as held, and one that may still be there does
 * too, so that nobody keeps a right that is on no record.
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
    outputAtFirst: (document) => ({ SubPermissions: onRecordIn(document) }),
    async run({
      event: { actionContext, personContext },
      configuration,
      log,
      read,
      stream,
      change,
      settle,
      taken,
      output,
    }) {
      const isRevoke = actionContext.Operation === "revoke";
      const faults: Fault[] = [];
      const audit: { Message: string }[] = [];
      let auditAction: StepPlacement["auditAction"];
      const input: SubPermissionInput<Targets, Key> = {
        accountReference: accountReferenceIn(actionContext.References.Account),
        permission: (name) => memberOf(actionContext.References.Permission, name),
        configuration: settingsFor(configuration, keys),
        log,
        read,
        stream,
        change: (step) => change(step, { auditAction }),
      };
      const parts = await partsFor(input).catch((thrown: unknown): undefined => {
        const fault = Fault.of(thrown);
        if (!isRevoke || !isProvenAbsence(fault)) throw fault;
        audit.push({ Message: `${fault.message} There is nothing left to revoke.` });
      });
      // The account is gone, and whatever it held with it.
      if (!parts) {
        output["SubPermissions"] = [];
        return { audit, isGone: true };
      }

      // Null says no more than a member that is not there.
      const isUnknown = (actionContext.CurrentPermissions ?? undefined) === undefined;
      if (isUnknown && actionContext.Operation !== "grant")
        throw new Fault({
          kind: "invalid",
          message:
            "The event does not say what is on record (CurrentPermissions), so " +
            `${isRevoke ? "there is nothing to revoke by" : "it cannot be told what to take away"}.`,
        });

      const held = new Map<string, OnRecord>();
      for (const { DisplayName, Reference } of actionContext.CurrentPermissions ?? []) {
        if (textIn(Reference, "Id") === none) continue;
        const key = parts.keyOf((name) => textIn(Reference, name));
        held.set(key ?? JSON.stringify(Reference), {
          DisplayName: shownName(DisplayName ?? "") ?? (textIn(Reference, "Id") || "Unknown"),
          Reference,
        });
        if (key === undefined)
          faults.push(
            new Fault({
              kind: "invalid",
              message:
                `"${DisplayName ?? ""}" is on record with a reference that is ` +
                "none of this set's; it was left as it is.",
            }),
          );
      }
      const answer = (): void => {
        output["SubPermissions"] = held.size > 0 || isRevoke ? [...held.values()] : [nothing];
      };
      answer();

      const { wanted, isWhole } = isRevoke
        ? { wanted: new Map<string, P>(), isWhole: true }
        : await wantedParts(parts);
      for (const part of wanted.values()) {
        auditAction = "GrantPermission";
        const isOnRecord = held.has(part.key);
        // Before it is tried, for the run may end in between.
        if (!isOnRecord)
          held.set(part.key, {
            DisplayName: shownName(part.name) ?? part.reference.Id,
            Reference: part.reference,
          });
        answer();
        const fault = await faultOf(async () => {
          if (isOnRecord && (await parts.isHeld(part)))
            audit.push({ Message: `"${part.name}" is held already.` });
          else await parts.grant(part);
        });
        if (!fault) continue;
        faults.push(fault);
        if (!isOnRecord && isRefusal(fault)) held.delete(part.key);
        answer();
      }
      const pending: { key: string; steps: readonly StepRecord[] }[] = [];
      for (const [key, { DisplayName, Reference }] of [...held]) {
        if (wanted.has(key) || parts.keyOf((name) => textIn(Reference, name)) === undefined)
          continue;
        if (!isWhole) {
          audit.push({
            Message: `"${DisplayName}" was not revoked: it is not known whether it still belongs to the person.`,
          });
          continue;
        }
        auditAction = "RevokePermission";
        const from = taken.length;
        const fault = await faultOf(() => parts.revoke(key));
        // Of a group or mailbox that is gone nothing is left to revoke; nor of an account that is gone.
        if (fault && isProvenAbsence(fault))
          audit.push({ Message: `${fault.message} There is nothing left to revoke.` });
        else if (fault) {
          faults.push(fault);
          continue;
        }
        const steps = taken.slice(from);
        if (steps.some(({ result }) => result === "pending")) {
          pending.push({ key, steps });
          continue;
        }
        held.delete(key);
        answer();
      }
      // A part leaves the record only when a look has shown that it is revoked, or Exchange has plainly accepted it.
      faults.push(...(await settle()));
      for (const { key, steps } of pending)
        if (steps.every(({ fault }) => !fault || isProvenAbsence(fault))) held.delete(key);
      answer();
      return { audit, faults };

      /**
       * `isWhole` is false when it could not be told what one of the values stands for: then
       * nothing is taken away on the strength of it.
       */
      async function wantedParts({
        belongingTo,
        description,
      }: Parts<P>): Promise<{ wanted: Map<string, P>; isWhole: boolean }> {
        const wanted = new Map<string, P>();
        let isWhole = true;
        const {
          SubPermissionContractField: field = "",
          SubPermissionNoMatch,
          SubPermissionPreviewAllContracts,
        } = configuration;
        const none = (message: string): void => {
          if (SubPermissionNoMatch === "skip")
            audit.push({ Message: `${message} It was skipped.` });
          else faults.push(new Fault({ kind: "missing", message }));
        };
        const all = actionContext.DryRun && SubPermissionPreviewAllContracts === true;
        const { values, blank } = valuesInScope(personContext?.Person, {
          field,
          all,
          isPreview: actionContext.DryRun,
        });
        if (blank > 0)
          none(`${blank} of the contracts in scope ${blank === 1 ? "has" : "have"} no ${field}.`);
        if (values.length === 0 && blank === 0)
          audit.push({
            Message:
              `No contract in scope gives a ${field}, so nothing belongs to the person.` +
              (actionContext.DryRun && !all ? noConditions : ""),
          });
        for (const value of values) {
          const fault = await faultOf(async () => {
            const belonging = await belongingTo(value);
            if (belonging.length === 0)
              none(`There is no ${description(value)}, which ${field} of a contract asks for.`);
            for (const part of belonging) wanted.set(part.key, part);
          });
          if (!fault) continue;
          faults.push(fault);
          isWhole = false;
        }
        // When nothing at all was found, a setting may be wrong; and every person has the same one.
        const mayBeWrong =
          SubPermissionNoMatch !== "skip" && wanted.size === 0 && values.length + blank > 0;
        return { wanted, isWhole: isWhole && !mayBeWrong };
      }
    },
  };
}

async function faultOf(attempt: () => Promise<void>): Promise<Fault | undefined> {
  const [fault] = await faultsOf([attempt]);
  return fault;
}

/**
 * What is on record for the person, from an event that may not even be valid: nobody loses track of
 * a right because of a bad event.
 */
function onRecordIn(document: unknown): unknown[] {
  const context = member(document, "actioncontext");
  const entries = [member(context, "currentpermissions") ?? []].flat().flatMap((entry) => {
    const given = member(entry, "reference");
    // What cannot be used is given back as far as that is possible.
    const reference = typeof given === "string" ? { Id: given } : given;
    if (!isRecord(reference)) return [];
    const name = member(entry, "displayname");
    return [
      {
        DisplayName:
          shownName(typeof name === "string" ? name : "") ?? (textIn(reference, "Id") || "Unknown"),
        Reference: reference,
      },
    ];
  });
  const isRevoke = String(member(context, "operation")).toLowerCase() === "revoke";
  return entries.length > 0 || isRevoke ? entries : [nothing];
}

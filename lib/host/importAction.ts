import type { ImportEvent } from "../generated/types.ts";
import { importEvent } from "../generated/validators/importEvent.ts";
import type { AccountInput } from "./accountActions.ts";
import { settingsFor, type Action, type ConfigurationKey, type Declaration } from "./action.ts";
import { shownName } from "./displayName.ts";
import { fieldsIn, keyOf } from "./mappedFields.ts";
import { verbs } from "./verbs.ts";

export interface ImportInput<Targets, Key extends ConfigurationKey = never> extends Pick<
  AccountInput<Targets, Key>,
  "configuration" | "log" | "stream"
> {
  /** Names of the fields to return, as spelled in the mapping; a dot nests. */
  importFields: readonly string[];
}

/** One account of an import. */
export interface AccountRecord {
  accountReference: string;
  displayName: string;
  userName: string;
  enabled: boolean;
  account: Readonly<Record<string, unknown>>;
}

/** Declares an import of accounts: it yields one account after the other, as they arrive. */
export function onImport<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: Declaration<
  Targets,
  Key,
  (input: ImportInput<Targets, Key>) => AsyncIterable<AccountRecord>
>): Action<ImportEvent, Targets> {
  return {
    verb: verbs.import,
    contract: importEvent,
    needs,
    configuration: keys,
    async run({ event: { actionContext }, configuration, log, stream, record }) {
      const importFields = actionContext.ImportFields;
      const accounts = handle({
        importFields,
        configuration: settingsFor(configuration, keys),
        log,
        stream,
      });
      let count = 0;
      for await (const account of accounts) {
        count++;
        if (!(await record(recordOf(account, importFields)))) break;
      }
      return {
        audit: [
          {
            Message:
              "Accounts " +
              `${actionContext.DryRun ? "shown as a sample (an import returns all)" : "imported"}: ` +
              `${count}.`,
          },
        ],
      };
    },
  };
}

function recordOf(
  { accountReference, displayName, userName, enabled, account }: AccountRecord,
  importFields: readonly string[],
): Record<string, unknown> {
  const user = shownName(userName) ?? accountReference;
  return {
    AccountReference: accountReference,
    DisplayName: shownName(displayName) ?? user,
    UserName: user,
    Enabled: enabled,
    Data: nested(importFields, account),
  };
}

/**
 * The fields by their names in the mapping; `a.b` becomes `{ a: { b } }`. A field the account lacks
 * is null: the platform expects every field.
 */
function nested(
  names: readonly string[],
  account: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values = new Map(fieldsIn(account).map(({ path, value }) => [keyOf(path), value]));
  const data: Record<string, unknown> = {};
  for (const name of names) {
    const [parent = "", child] = name.split(".", 2);
    const before = data[parent];
    if (child === undefined) data[parent] = values.get(parent.toLowerCase()) ?? null;
    // The fields below a field replace it when both are requested.
    else
      data[parent] = {
        ...(typeof before === "object" && !Array.isArray(before) ? before : {}),
        [child]:
          values.get(`${parent}.${child}`.toLowerCase()) ?? values.get(child.toLowerCase()) ?? null,
      };
  }
  return data;
}

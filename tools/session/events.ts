import path from "node:path";
import type { MappedData, Person } from "../mapping/mapping.ts";
import { atPath } from "../mapping/mapping.ts";

/** How the platform links a person to an account: its correlation tab. */
export interface Correlation {
  /** The field of the person, such as `Person.Accounts.MicrosoftActiveDirectory.userPrincipalName`. */
  personField: string;
  /** The property of the mailbox. */
  accountField: string;
  /** The value to look for. Absent: the value of the person's field. */
  value?: string;
}

/** What an event is made of. */
export interface EventParts {
  configuration: Readonly<Record<string, unknown>>;
  isDryRun: boolean;
  person?: Person | undefined;
  mapped?: Pick<MappedData, "data" | "prefilled"> | undefined;
  correlation?: Correlation | undefined;
  /** The account reference that create returned. */
  account?: string | undefined;
  /** The reference of the manager's account. */
  manager?: string | undefined;
  /** A permission of the set's list. */
  permission?: ListedPermission | undefined;
  /** The fields that an import of accounts reads. */
  fields?: readonly string[] | undefined;
}

export interface ListedPermission {
  DisplayName: string;
  Identification: Readonly<Record<string, unknown>>;
}

/** An event for an action, as the platform sends it. */
export function eventFor(action: string, parts: EventParts): Record<string, unknown> {
  const {
    configuration,
    isDryRun,
    person = {},
    mapped,
    account,
    manager,
    permission,
    fields,
  } = parts;
  const verb = path.posix.basename(action);
  const isAccountEvent = action.startsWith("lifecycle/");
  return {
    actionContext: {
      Configuration: configuration,
      DryRun: isDryRun,
      Operation: verb === "subPermissions" ? "grant" : "undefined",
      Origin: "enforcement",
      ...(verb === "import" && { ImportFields: fields ?? [] }),
      ...(isAccountEvent && { Data: mapped?.data ?? {} }),
      ...(verb === "create" && { CorrelationConfiguration: correlationOf(parts) }),
      ...(verb === "subPermissions" && { CurrentPermissions: [] }),
      References: {
        Account: account ?? null,
        ManagerAccount: manager ?? null,
        ...(permission && { Permission: permission.Identification }),
      },
      ...(permission && { PermissionDisplayName: permission.DisplayName }),
    },
    personContext: { Person: person },
    outputContext: { Data: mapped?.prefilled ?? {} },
  };
}

function correlationOf({ correlation, person = {} }: EventParts): Record<string, unknown> {
  if (!correlation) return { Enabled: false };
  const { personField, accountField, value } = correlation;
  return {
    Enabled: true,
    PersonField: personField,
    PersonFieldValue: value ?? atPath(person, personField) ?? null,
    AccountField: accountField,
    AccountFieldValue: null,
  };
}

interface Catalogue {
  cmdlets: Record<string, { parameters: Record<string, Parameter> }>;
  filterable: { byCmdlet: Record<string, string[]>; properties: Record<string, { value: string }> };
  propertySets: Record<string, Record<string, string[]>>;
  recipientTypeDetails: Record<string, string[]>;
}

interface Parameter {
  type: string;
  values?: string[];
  multiValued?: boolean;
  maxLength?: number;
  range?: number[];
}

/**
 * The source of lib/generated/mailbox.ts: which properties a mailbox has, and which can be filtered
 * on, from the cmdlet catalogue.
 */
export function mailboxFacts(input: unknown): string {
  const catalogue = input as Catalogue;
  const filterable = catalogue.filterable.byCmdlet["Get-Mailbox"] ?? [];
  const inSets = Object.values(catalogue.propertySets["Get-EXOMailbox"] ?? {}).flat();
  // What Set-Mailbox takes can be read back under the same name; switches, and lists of holds to
  // remove, are orders and no properties.
  const settable = Object.entries(catalogue.cmdlets["Set-Mailbox"]?.parameters ?? {}).filter(
    ([name, { type }]) =>
      name !== "Identity" && !["SwitchParameter", "SecureString", "String[]"].includes(type),
  );
  const parameters = Object.fromEntries(
    settable.map(([name, { type, values, maxLength, range }]): [string, Parameter] => [
      name,
      { type, ...(values && { values }), ...(maxLength && { maxLength }), ...(range && { range }) },
    ]),
  );
  const properties = [...new Set([...inSets, ...filterable, ...Object.keys(parameters)])].sort();
  const kinds = Object.fromEntries(
    filterable.map((name) => [name, catalogue.filterable.properties[name]?.value]),
  );
  return [
    "/** Every property a mailbox is known to have: from the property sets, the " +
      "filterable properties and the parameters of Set-Mailbox. */",
    `export const mailboxProperties: readonly string[] = ${JSON.stringify(properties)};`,
    "/** What Get-Mailbox -Filter accepts, with the kind of value each property takes. */",
    `export const filterableMailboxProperties: Readonly<Record<string, string>> = ${JSON.stringify(kinds)};`,
    "/** What Get-User -Filter accepts. */",
    "export const filterableUserProperties: readonly string[] = " +
      `${JSON.stringify(catalogue.filterable.byCmdlet["Get-User"] ?? [])};`,
    "/** What Set-Mailbox can set to a value, with the parameter's type and limits. */",
    "export const setMailboxParameters: Readonly<Record<string, { type: string; values?: " +
      "readonly string[]; maxLength?: number; range?: readonly number[] }>> = " +
      `${JSON.stringify(parameters)};`,
    "/** Every type of recipient that Get-Recipient can be asked for. */",
    "export const recipientTypes: readonly string[] = " +
      `${JSON.stringify(catalogue.recipientTypeDetails["Get-Recipient"] ?? [])};`,
    "",
  ].join("\n");
}

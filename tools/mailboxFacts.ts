interface Catalogue {
  cmdlets: Record<string, { parameters: Record<string, { type: string }> }>;
  filterable: { byCmdlet: Record<string, string[]>; properties: Record<string, { value: string }> };
  propertySets: Record<string, Record<string, string[]>>;
}

/** The source of lib/generated/mailbox.ts: which properties a mailbox has, and which can be filtered on, from the cmdlet catalogue. */
export function mailboxFacts(input: unknown): string {
  const catalogue = input as Catalogue;
  const filterable = catalogue.filterable.byCmdlet["Get-Mailbox"] ?? [];
  const inSets = Object.values(catalogue.propertySets["Get-EXOMailbox"] ?? {}).flat();
  // What Set-Mailbox takes can be read back under the same name; switches are orders, not properties.
  const settable = Object.entries(catalogue.cmdlets["Set-Mailbox"]?.parameters ?? {}).filter(([name, { type }]) => name !== "Identity" && type !== "SwitchParameter" && type !== "SecureString").map(([name]) => name);
  const properties = [...new Set([...inSets, ...filterable, ...settable])].sort();
  const kinds = Object.fromEntries(filterable.map((name) => [name, catalogue.filterable.properties[name]?.value]));
  return [
    "/** Every property a mailbox is known to have: from the property sets, the filterable properties and the parameters of Set-Mailbox. */",
    `export const mailboxProperties: readonly string[] = ${JSON.stringify(properties)};`,
    "/** What Get-Mailbox -Filter accepts, with the kind of value each property takes. */",
    `export const filterableMailboxProperties: Readonly<Record<string, string>> = ${JSON.stringify(kinds)};`,
    "/** What Get-User -Filter accepts. */",
    `export const filterableUserProperties: readonly string[] = ${JSON.stringify(catalogue.filterable.byCmdlet["Get-User"] ?? [])};`,
    "",
  ].join("\n");
}

import { describe, expect, it } from "vitest";
import { compileFilter } from "./opath.ts";
import { seedState } from "../seed.ts";
import { isMailbox, isSoftDeleted, Store } from "../store.ts";

const store = new Store(seedState());
const mailboxes = store.objects.filter(
  (object) =>
    isMailbox(object) &&
    object["RecipientTypeDetails"] !== "GroupMailbox" &&
    !isSoftDeleted(object),
);

/** Display names of the mailboxes a filter finds. Each is among those that the index knows, if it knows any. */
function found(text: string, cmdlet = "Get-Mailbox"): string[] {
  const filter = compileFilter(text, cmdlet, store);
  const objects = (cmdlet === "Get-Mailbox" ? mailboxes : store.objects).filter((object) =>
    filter.matches(object),
  );
  expect(objects.filter((object) => filter.among?.has(object) === false)).toEqual([]);
  return objects.map((object) => String(object["DisplayName"]));
}

describe("a filter", () => {
  it.each([
    ["CustomAttribute1 -eq 'E100777'", ["Dora Double", "Doug Double"]],
    ["customattribute1 -EQ 'e100777' -and -not (DisplayName -like 'Dora*')", ["Doug Double"]],
    ["-not(CustomAttribute1 -ne 'E100777') -and DisplayName -ne 'Doug Double'", ["Dora Double"]],
    ["DisplayName -eq 'Aoife O''Brien'", ["Aoife O'Brien"]],
    ['DisplayName -eq "Aoife O\'Brien"', ["Aoife O'Brien"]],
    ["DisplayName -eq 'x'' -or Guid -ne ''y'", ["x' -or Guid -ne 'y"]],
    ["DisplayName -eq 'Star*'", ["Star*"]],
    ["DisplayName -eq 'Finn O''''Neil'", ["Finn O''Neil"]],
    ["DisplayName -eq 'Jose Garcia'", ["José García", "Jose Garcia"]],
    ["DisplayName -eq 'JÜRGEN MULLER'", ["Jürgen Müller"]],
    ["DisplayName -eq '王伟'", ["王伟"]],
    [
      "Alias -eq 'jan.devries' -or Alias -eq 'jan.devries2' -and DisplayName -eq 'none'",
      ["Jan de Vries"],
    ],
    ["(Alias -eq 'jan.devries' -or Alias -eq 'jan.devries2') -and DisplayName -eq 'none'", []],
    ["Guid -eq '0B1EC700-0000-4000-8000-000000000001'", ["Aoife O'Brien"]],
    ["UserPrincipalName -eq 'u1001@contoso.onmicrosoft.com'", ["Una Principal"]],
    [
      "HiddenFromAddressListsEnabled -eq 'True' -and RecipientTypeDetails -eq 'UserMailbox'",
      ["Hidde Hidden", "Leo Leaver"],
    ],
    [
      "HiddenFromAddressListsEnabled -eq $true -and RecipientTypeDetails -eq 'UserMailbox'",
      ["Hidde Hidden", "Leo Leaver"],
    ],
    ["CustomAttribute1 -eq $null -and RecipientTypeDetails -eq 'UserMailbox'", ["Nora Numberless"]],
    ["GrantSendOnBehalfTo -ne $null -and Alias -like 'sal*'", ["Sales"]],
    ["PrimarySmtpAddress -eq 'sales@contoso.onmicrosoft.com'", ["Sales"]],
    ["EmailAddresses -eq 'sales@contoso.com'", ["Sales"]],
    ["EmailAddresses -eq 'smtp:sales@contoso.com'", ["Sales"]],
    ["EmailAddresses -like 'smtp:sales@*'", ["Sales"]],
    ["EmailAddresses -like 'sales@*'", []],
    ["ResourceType -eq 'Equipment' -and WhenCreated -lt '2024-03-01'", ["Beamer 1"]],
    ["RecipientLimits -ge 500 -and Alias -eq 'sales'", ["Sales"]],
    ["LitigationHoldDate -gt '2025-02-28T00:00:00Z'", ["Hella Hold"]],
  ])("%s", (filter, names) => {
    expect(found(filter)).toEqual(names);
  });

  it("compares references by distinguished name", () => {
    const anna = mailboxes.find((object) => object["DisplayName"] === "Anna Bakker");
    const dn = String(store.property(anna ?? {}, "DistinguishedName"));
    expect(found(`GrantSendOnBehalfTo -eq '${dn}' -and Alias -like 'sales*'`)).toEqual(["Sales"]);
    expect(found(`Members -eq '${dn}'`, "Get-Recipient")).toEqual([
      "Sales team",
      "Newsletter",
      "Finance rights",
    ]);
    expect(
      found("MemberOfGroup -ne $null -and CustomAttribute1 -eq 'E100001'", "Get-Recipient"),
    ).toEqual(["Aoife O'Brien"]);
  });

  it.each([
    ["Nonsense -eq 'x'", "not a recognized filterable property"],
    ["DisplayName -eq ''", "Invalid filter clause"],
    ["   ", "Invalid filter clause"],
    ["DisplayName -eq 'O'Brien'", "missing its closing quote. At position 25"],
    ["DisplayName -eq 'open", "missing its closing quote. At position 17"],
    ["(Alias -eq 'x'", "closing parenthesis"],
    ["Alias 'x'", "comparison operator was expected"],
    ["Alias -eq", "A value was expected"],
    ["Alias -eq 'x' Alias -eq 'y'", "was not expected here"],
    ["Alias -eq sales", "must be in quotes"],
    ["HiddenFromAddressListsEnabled -eq '$true'", "System.Boolean"],
    ["Alias -contains 'x'", "comparison operator was expected"],
    ["Alias -like '*x'", "only supported at the end"],
    ["Guid -like '0b1e*'", "-like is not supported"],
    ["HiddenFromAddressListsEnabled -eq 'yes'", "System.Boolean"],
    ["RecipientTypeDetails -eq 'Mailbox'", "RecipientTypeDetails"],
    ["WhenCreated -gt 'yesterday'", "System.DateTime"],
    ["GrantSendOnBehalfTo -eq 'Anna Bakker'", "not a distinguished name"],
    ["ProhibitSendQuota -eq '50GB'", "Unlimited"],
    ["Alias -gt $null", "$null can only be compared"],
  ])("%s is refused", (filter, text) => {
    expect(() => found(filter)).toThrow(text);
  });

  it("accepts only the properties documented for its cmdlet", () => {
    expect(() => found("UserPrincipalName -eq 'x'", "Get-Recipient")).toThrow(
      '"UserPrincipalName" is not a recognized filterable property',
    );
  });
});

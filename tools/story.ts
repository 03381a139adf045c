import type { CreateEvent } from "../lib/generated/types.ts";

/** One event of the story that `npm start` tells and the README shows. */
export interface Chapter {
  title: string;
  action: string;
  event: CreateEvent;
}

/** What it takes to sign in to the emulated tenant. */
export interface Tenant {
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/** A person of the seeded tenant joins: her mailbox was made when she got a licence, and is linked to her here. */
export function story({ tenantId, clientId, clientSecret }: Tenant): Chapter[] {
  return [
    {
      title: "Aoife O'Brien joins: her mailbox is found by employee number, linked to her, and hidden until her first day.",
      action: "lifecycle/create",
      event: {
        actionContext: {
          Configuration: {
            Organization: "contoso.onmicrosoft.com",
            TenantID: tenantId,
            AppId: clientId,
            AppSecret: clientSecret,
            UseCertificate: false,
            Cloud: "worldwide",
          },
          DryRun: false,
          Operation: "undefined",
          Data: { HiddenFromAddressListsEnabled: "true" },
          CorrelationConfiguration: {
            Enabled: true,
            PersonField: "Person.ExternalId",
            PersonFieldValue: "E100001",
            AccountField: "CustomAttribute1",
            AccountFieldValue: null,
          },
          AccountCorrelated: false,
          References: { Account: null, ManagerAccount: null },
          Origin: "enforcement",
        },
        personContext: { Person: { ExternalId: "E100001", DisplayName: "Aoife O'Brien (E100001)" } },
        outputContext: { Data: { Guid: null, UserPrincipalName: null, HiddenFromAddressListsEnabled: "true" } },
      },
    },
  ];
}

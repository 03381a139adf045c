import { describe, expect, it } from "vitest";
import {
  listedOptions as folderOptions,
  folderPermission,
} from "../../lib/entitlements/folderPermission.ts";
import {
  listedOptions as holdOptions,
  holdPermission,
} from "../../lib/entitlements/litigationHold.ts";
import {
  listedOptions as regionOptions,
  regionPermission,
} from "../../lib/entitlements/regionalConfiguration.ts";

describe("references", () => {
  it("equal those of existing installations", () => {
    expect(folderOptions().map((option) => folderPermission(option))).toEqual([
      {
        identification: {
          Id: "1",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "AvailabilityOnly",
        },
        name: "Mailbox folder permissions - Availability only",
      },
      {
        identification: {
          Id: "2",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "LimitedDetails",
        },
        name: "Mailbox folder permissions - Limited details",
      },
      {
        identification: {
          Id: "3",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "Reviewer",
        },
        name: "Mailbox folder permissions - Reviewer",
      },
      {
        identification: {
          Id: "4",
          mailboxFolderUser: "Default",
          mailboxFolderAccessRight: "Editor",
        },
        name: "Mailbox folder permissions - Editor",
      },
    ]);
    expect(regionOptions().map((option) => regionPermission(option))).toEqual([
      {
        identification: { Id: "MailboxRegionalConfiguration-NL" },
        name: "Mailbox Regional Configuration - NL",
      },
    ]);
    expect(holdOptions().map((option) => holdPermission(option))).toEqual([
      {
        identification: { Id: "LitigationHold-2555", Duration: 2555 },
        name: "Litigation Hold - 2555 days",
      },
      {
        identification: { Id: "LitigationHold-365", Duration: 365 },
        name: "Litigation Hold - 365 days",
      },
      {
        identification: { Id: "LitigationHold-Unlimited", Duration: "Unlimited" },
        name: "Litigation Hold - Unlimited",
      },
    ]);
  });
});

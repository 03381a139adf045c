import { describe, expect, it } from "vitest";
import { setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { masteredAs } from "../../lib/exchange/onPremisesAttributes.ts";
import { refuseOnPremises } from "../emulator/exchange/mastery.ts";

const cloudOnly = { isDirSynced: false, isExchangeCloudManaged: false };
const synced = { isDirSynced: true, isExchangeCloudManaged: false };
const cloudManaged = { isDirSynced: true, isExchangeCloudManaged: true };
const every = Object.keys(setMailboxParameters);

describe("a setting", () => {
  it("is mastered in Exchange Online on a mailbox that is not synchronised, regardless of its other flags", () => {
    expect(
      every.filter(
        (name) =>
          masteredAs(name, cloudOnly) ??
          masteredAs(name, { ...cloudOnly, isExchangeCloudManaged: true }),
      ),
    ).toEqual([]);
  });

  it.each([
    ["HiddenFromAddressListsEnabled", "msExchHideFromAddressLists"],
    ["EmailAddresses", "proxyAddresses"],
    ["WindowsEmailAddress", "mail"],
    ["Alias", "mailNickname"],
    ["CustomAttribute1", "extensionAttribute1"],
    ["CustomAttribute15", "extensionAttribute15"],
    ["ExtensionCustomAttribute5", "msExchExtensionCustomAttribute5"],
    ["AuditOwner", "msExchAuditOwner"],
    [
      "BypassModerationFromSendersOrMembers",
      "msExchBypassModerationLink and msExchBypassModerationFromDLMembersLink",
    ],
    ["ResourceCustom", "msExchResourceMetaData and msExchResourceSearchProperties"],
    ["Type", "msExchRecipientTypeDetails and msExchRemoteRecipientType"],
  ])(
    "of a synchronised mailbox is mastered by Active Directory unless managed in the cloud: %s is %s",
    (name, attribute) => {
      expect([masteredAs(name, synced), masteredAs(name, cloudManaged)]).toEqual([
        attribute,
        undefined,
      ]);
    },
  );

  it.each([
    ["DisplayName", "displayName"],
    ["Name", "cn"],
    ["Office", "physicalDeliveryOfficeName"],
    ["MicrosoftOnlineServicesID", "userPrincipalName"],
    ["AccountDisabled", "userAccountControl"],
  ])(
    "that identifies the person is mastered by Active Directory even then: %s is %s",
    (name, attribute) => {
      expect([masteredAs(name, synced), masteredAs(name, cloudManaged)]).toEqual([
        attribute,
        attribute,
      ]);
    },
  );

  it.each([
    "LitigationHoldEnabled",
    "LitigationHoldDuration",
    "ForwardingSmtpAddress",
    "DeliverToMailboxAndForward",
    "ProhibitSendQuota",
    "RetentionPolicy",
    "MessageCopyForSentAsEnabled",
    "SingleItemRecoveryEnabled",
  ])("that is not synchronised is mastered by Exchange Online on every mailbox: %s", (name) => {
    expect(masteredAs(name, synced)).toBeUndefined();
  });

  it.each([
    [synced, false],
    [cloudManaged, true],
  ])("that a tenant would refuse is never sent (%j)", (sync, IsExchangeCloudManaged) => {
    const refused = every.filter((name) => {
      try {
        refuseOnPremises({ Name: "x", IsDirSynced: true, IsExchangeCloudManaged }, { [name]: "x" });
        return false;
      } catch {
        return true;
      }
    });
    expect(refused.length).toBeGreaterThan(3);
    expect(refused.filter((name) => masteredAs(name, sync) === undefined)).toEqual([]);
  });
});

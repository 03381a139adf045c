/** A policy file with every step that Enable undoes. `helper`: whom the mailbox is shared with, besides the manager. */
export function everyStep(helper: string) {
  return {
    MarkerProperty: "ExtensionCustomAttribute5",
    policies: [
      {
        Id: "office",
        Event: "delete",
        Steps: [
          { Step: "EndMemberships" },
          { Step: "ConvertToShared" },
          {
            Step: "Share",
            With: ["manager", helper],
            Rights: ["FullAccess", "SendAs", "SendOnBehalf"],
            WithoutManager: "skip",
          },
          { Step: "Forward", To: "manager", KeepCopy: true, WithoutManager: "skip" },
          {
            Step: "SetAutomaticReply",
            Messages: [
              { InternalMessage: "<p>{DisplayName} left. Ask {ManagerDisplayName}.</p>" },
              { Language: "nl", InternalMessage: "<p>{DisplayName} is weg.</p>" },
            ],
            WithoutManager: "skip",
          },
          { Step: "ChangeDisplayName", Suffix: " (left)" },
          { Step: "RemoveAliases" },
          { Step: "Hide" },
          { Step: "RemoveMobileDevices" },
          { Step: "CancelMeetings", Days: 365 },
          { Step: "SetRetentionPolicy", Policy: "Leavers" },
          {
            Step: "DisableProtocols",
            Protocols: ["ActiveSyncEnabled", "OWAEnabled", "SmtpClientAuthenticationDisabled"],
          },
          { Step: "EndAccess" },
        ],
      },
    ],
  };
}

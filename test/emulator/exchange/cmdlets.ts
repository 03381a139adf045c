/**
 * Every cmdlet this emulator runs. A documented cmdlet that is missing here answers 501, never an
 * empty success.
 */
import type { Cmdlet } from "./cmdlet.ts";
import { addDistributionGroupMember } from "./cmdlets/Add-DistributionGroupMember.ts";
import { addMailboxFolderPermission } from "./cmdlets/Add-MailboxFolderPermission.ts";
import { addMailboxPermission } from "./cmdlets/Add-MailboxPermission.ts";
import { addRecipientPermission } from "./cmdlets/Add-RecipientPermission.ts";
import { getDistributionGroup } from "./cmdlets/Get-DistributionGroup.ts";
import { getDistributionGroupMember } from "./cmdlets/Get-DistributionGroupMember.ts";
import { getMailbox } from "./cmdlets/Get-Mailbox.ts";
import { getMailboxAutoReplyConfiguration } from "./cmdlets/Get-MailboxAutoReplyConfiguration.ts";
import { getMailboxFolderPermission } from "./cmdlets/Get-MailboxFolderPermission.ts";
import { getMailboxFolderStatistics } from "./cmdlets/Get-MailboxFolderStatistics.ts";
import { getMailboxPermission } from "./cmdlets/Get-MailboxPermission.ts";
import { getMobileDevice } from "./cmdlets/Get-MobileDevice.ts";
import { removeCalendarEvents } from "./cmdlets/Remove-CalendarEvents.ts";
import { removeMobileDevice } from "./cmdlets/Remove-MobileDevice.ts";
import { getCasMailbox } from "./cmdlets/Get-CASMailbox.ts";
import { getMailboxStatistics } from "./cmdlets/Get-MailboxStatistics.ts";
import { setCasMailbox } from "./cmdlets/Set-CASMailbox.ts";
import { getMailboxCalendarConfiguration } from "./cmdlets/Get-MailboxCalendarConfiguration.ts";
import { getMailboxRegionalConfiguration } from "./cmdlets/Get-MailboxRegionalConfiguration.ts";
import { getManagementRole } from "./cmdlets/Get-ManagementRole.ts";
import { getManagementRoleEntry } from "./cmdlets/Get-ManagementRoleEntry.ts";
import { getManagementRoleAssignment } from "./cmdlets/Get-ManagementRoleAssignment.ts";
import { getRecipient } from "./cmdlets/Get-Recipient.ts";
import { getRecipientPermission } from "./cmdlets/Get-RecipientPermission.ts";
import { getUnifiedGroup } from "./cmdlets/Get-UnifiedGroup.ts";
import { getUser } from "./cmdlets/Get-User.ts";
import { newDistributionGroup } from "./cmdlets/New-DistributionGroup.ts";
import { newMailbox } from "./cmdlets/New-Mailbox.ts";
import { removeDistributionGroup } from "./cmdlets/Remove-DistributionGroup.ts";
import { removeDistributionGroupMember } from "./cmdlets/Remove-DistributionGroupMember.ts";
import { removeMailboxFolderPermission } from "./cmdlets/Remove-MailboxFolderPermission.ts";
import { removeMailboxPermission } from "./cmdlets/Remove-MailboxPermission.ts";
import { removeRecipientPermission } from "./cmdlets/Remove-RecipientPermission.ts";
import { setDistributionGroup } from "./cmdlets/Set-DistributionGroup.ts";
import { setMailbox } from "./cmdlets/Set-Mailbox.ts";
import { setMailboxAutoReplyConfiguration } from "./cmdlets/Set-MailboxAutoReplyConfiguration.ts";
import { setMailUser } from "./cmdlets/Set-MailUser.ts";
import { setUser } from "./cmdlets/Set-User.ts";
import { setUnifiedGroup } from "./cmdlets/Set-UnifiedGroup.ts";
import { setMailboxFolderPermission } from "./cmdlets/Set-MailboxFolderPermission.ts";
import { setMailboxCalendarConfiguration } from "./cmdlets/Set-MailboxCalendarConfiguration.ts";
import { setMailboxRegionalConfiguration } from "./cmdlets/Set-MailboxRegionalConfiguration.ts";

export const cmdlets: readonly Cmdlet[] = [
  getMailbox,
  getMailboxAutoReplyConfiguration,
  getRecipient,
  getUser,
  setMailbox,
  setMailUser,
  setUser,
  setMailboxAutoReplyConfiguration,
  getDistributionGroup,
  getDistributionGroupMember,
  addDistributionGroupMember,
  removeDistributionGroupMember,
  getMailboxPermission,
  addMailboxPermission,
  removeMailboxPermission,
  getRecipientPermission,
  addRecipientPermission,
  removeRecipientPermission,
  getMailboxFolderStatistics,
  getMailboxFolderPermission,
  addMailboxFolderPermission,
  setMailboxFolderPermission,
  removeMailboxFolderPermission,
  getMailboxCalendarConfiguration,
  setMailboxCalendarConfiguration,
  getMailboxRegionalConfiguration,
  setMailboxRegionalConfiguration,
  getMailboxStatistics,
  getCasMailbox,
  setCasMailbox,
  getMobileDevice,
  removeMobileDevice,
  removeCalendarEvents,
  newDistributionGroup,
  setDistributionGroup,
  removeDistributionGroup,
  newMailbox,
  getUnifiedGroup,
  setUnifiedGroup,
  getManagementRole,
  getManagementRoleAssignment,
  getManagementRoleEntry,
];

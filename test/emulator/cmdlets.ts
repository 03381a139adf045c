/** Every cmdlet this emulator runs. One that is documented but not here answers 501, never an empty success. */
import type { Cmdlet } from "./cmdlet.ts";
import { getMailbox } from "./cmdlets/Get-Mailbox.ts";
import { getMailboxAutoReplyConfiguration } from "./cmdlets/Get-MailboxAutoReplyConfiguration.ts";
import { getRecipient } from "./cmdlets/Get-Recipient.ts";
import { getUser } from "./cmdlets/Get-User.ts";
import { setMailbox } from "./cmdlets/Set-Mailbox.ts";
import { setMailboxAutoReplyConfiguration } from "./cmdlets/Set-MailboxAutoReplyConfiguration.ts";

export const cmdlets: readonly Cmdlet[] = [getMailbox, getMailboxAutoReplyConfiguration, getRecipient, getUser, setMailbox, setMailboxAutoReplyConfiguration];

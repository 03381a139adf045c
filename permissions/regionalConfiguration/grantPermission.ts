import { mailboxById } from "../../lib/exchange/mailbox.ts";
import { regionChanges, regionOf } from "../../lib/exchange/region.ts";
import { onGrantPermission } from "../../lib/host/permissionActions.ts";
import { regionNamed } from "../../lib/sets/regionalConfiguration.ts";

/** Brings language, formats, time zone and folder names of the mailbox to a listed configuration. */
export default onGrantPermission(async ({ accountReference, permission, read, change }) => {
  const wanted = regionNamed(permission("Id"));
  const mailbox = await read(mailboxById(accountReference, []));
  const present = await read(regionOf(mailbox, wanted.localizesFolders));
  for (const needed of regionChanges(mailbox, present, wanted)) await change(needed);
  return {};
});

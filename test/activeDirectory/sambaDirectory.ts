/** The client of Active Directory with the suite's controller of Samba. */
import { setTimeout as delay } from "node:timers/promises";
import { activeDirectory, type Directory } from "../../lib/activeDirectory/client/directory.ts";
import { settingsFrom, type DirectoryForm } from "../../lib/activeDirectory/client/settings.ts";
import type { Samba } from "./samba.ts";
import { baseDn, serviceAccount } from "./sambaContent.ts";

/** As the service account, with the whole domain, unless `form` says otherwise. Close it. */
export function sambaDirectory(samba: Samba, form: DirectoryForm = {}): Directory {
  const settings = settingsFrom({
    Host: [samba.address],
    ServerName: "dc1.example.test",
    BaseDN: baseDn,
    Username: serviceAccount.userPrincipalName,
    Password: serviceAccount.password,
    CertificateAuthorityFile: samba.authorityFile,
    ...form,
  });
  return activeDirectory(settings, {
    pace: {
      signal: new AbortController().signal,
      remaining: () => 20_000,
      sleep: async () => await delay(1),
      random: () => 0,
      stats: { requests: 0, retries: 0, waitedMs: 0 },
    },
    warn: () => undefined,
  });
}

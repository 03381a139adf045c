/**
 * Where each Microsoft cloud keeps its sign-in and its Exchange Online. GCC is part of the
 * worldwide cloud; L4 is GCC High, L5 is DoD. Confirmed by Microsoft's documentation of the admin
 * API and of Connect-ExchangeOnline, but for the scope of China, which was seen in one client only;
 * the older DoD host (webmail.apps.mil) and the newer China host (outlook.office365.cn) are not
 * used.
 */
export interface Cloud {
  /** Host of the token endpoint, and of the authority a signed assertion is addressed to. */
  login: string;
  /** Host of the Exchange admin API; regional hosts are subdomains of it. */
  exchange: string;
}

export type CloudName = "worldwide" | "usGovGccHigh" | "usGovDoD" | "china";

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  worldwide: { login: "login.microsoftonline.com", exchange: "outlook.office365.com" },
  usGovGccHigh: { login: "login.microsoftonline.us", exchange: "outlook.office365.us" },
  usGovDoD: { login: "login.microsoftonline.us", exchange: "outlook-dod.office365.us" },
  china: { login: "login.chinacloudapi.cn", exchange: "partner.outlook.cn" },
};

/** The one permission that is asked for: everything the application was granted on Exchange Online. */
export function scopeOf(cloud: Cloud): string {
  return `https://${cloud.exchange}/.default`;
}

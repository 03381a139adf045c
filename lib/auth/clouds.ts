/**
 * The sign-in and Exchange Online hosts of a Microsoft cloud. GCC is part of the worldwide cloud; L4 is GCC High, L5
 * is DoD. Confirmed by Microsoft's documentation of the admin API and of Connect-ExchangeOnline, except for the scope
 * of China, which was seen in one client only. The older DoD host (webmail.apps.mil) and the newer China host
 * (outlook.office365.cn) are not used.
 */
export interface Cloud {
  /** The host of the token endpoint, and of the authority that a signed assertion is addressed to. */
  login: string;
  /** The host of the Exchange admin API. Regional hosts are subdomains of it. */
  exchange: string;
}

export type CloudName = "worldwide" | "usGovGccHigh" | "usGovDoD" | "china";

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  worldwide: { login: "login.microsoftonline.com", exchange: "outlook.office365.com" },
  usGovGccHigh: { login: "login.microsoftonline.us", exchange: "outlook.office365.us" },
  usGovDoD: { login: "login.microsoftonline.us", exchange: "outlook-dod.office365.us" },
  china: { login: "login.chinacloudapi.cn", exchange: "partner.outlook.cn" },
};

/** The scope of a token request: everything that the application was granted on Exchange Online. */
export function scopeOf(cloud: Cloud): string {
  return `https://${cloud.exchange}/.default`;
}

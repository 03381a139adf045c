/**
 * The hosts of a Microsoft cloud. GCC is part of the worldwide cloud; L4 is GCC High, L5 is DoD. Confirmed by
 * Microsoft's documentation of the admin API, of Connect-ExchangeOnline and of Graph's national clouds, except for the
 * scope of China, which was seen in one client only. The older DoD host (webmail.apps.mil) and the newer China host
 * (outlook.office365.cn) are not used.
 */
export interface Cloud {
  /** The host of the token endpoint, and of the authority that a signed assertion is addressed to. */
  login: string;
  /** The host of the Exchange admin API. Regional hosts are subdomains of it. */
  exchange: string;
  /** The host of Microsoft Graph. */
  graph: string;
}

/** What an application can get a token for. */
export type Resource = "exchange" | "graph";

export type CloudName = "worldwide" | "usGovGccHigh" | "usGovDoD" | "china";

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  worldwide: {
    login: "login.microsoftonline.com",
    exchange: "outlook.office365.com",
    graph: "graph.microsoft.com",
  },
  usGovGccHigh: {
    login: "login.microsoftonline.us",
    exchange: "outlook.office365.us",
    graph: "graph.microsoft.us",
  },
  usGovDoD: {
    login: "login.microsoftonline.us",
    exchange: "outlook-dod.office365.us",
    graph: "dod-graph.microsoft.us",
  },
  china: {
    // "Microsoft Entra authentication & national clouds" (2026) and MSAL prefer it to login.chinacloudapi.cn, its older
    // name, which Graph's page of national clouds still has.
    login: "login.partner.microsoftonline.cn",
    exchange: "partner.outlook.cn",
    graph: "microsoftgraph.chinacloudapi.cn",
  },
};

/** The scope of a token request: everything that the application was granted on the resource. */
export function scopeOf(cloud: Cloud, resource: Resource): string {
  return `https://${cloud[resource]}/.default`;
}

export const allResources: readonly Resource[] = ["graph", "exchange"];

/** The resources as people know them. */
export const resourceNames: Readonly<Record<Resource, string>> = {
  graph: "Microsoft Graph",
  exchange: "Exchange Online",
};

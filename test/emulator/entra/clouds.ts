/** The national clouds (documented, except the scope for China, which is inferred). */

export type CloudName = "worldwide" | "usGovGccHigh" | "usGovDoD" | "china";

export interface Cloud {
  /** Origin of the authority; also what a client assertion must name as its audience. */
  login: string;
  /** Origin of the Exchange admin API. */
  exchange: string;
  /** The resource of a token for Exchange; its scope is this with `/.default` at the end. */
  resource: string;
  /** Origin of Microsoft Graph, and the resource of a token for it. */
  graph: string;
}

export const clouds: Record<CloudName, Cloud> = {
  worldwide: {
    login: "https://login.microsoftonline.com",
    exchange: "https://outlook.office365.com",
    resource: "https://outlook.office365.com",
    graph: "https://graph.microsoft.com",
  },
  usGovGccHigh: {
    login: "https://login.microsoftonline.us",
    exchange: "https://outlook.office365.us",
    resource: "https://outlook.office365.us",
    graph: "https://graph.microsoft.us",
  },
  usGovDoD: {
    login: "https://login.microsoftonline.us",
    exchange: "https://outlook-dod.office365.us",
    resource: "https://outlook-dod.office365.us",
    graph: "https://dod-graph.microsoft.us",
  },
  china: {
    login: "https://login.partner.microsoftonline.cn",
    exchange: "https://partner.outlook.cn",
    resource: "https://partner.outlook.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
  },
};

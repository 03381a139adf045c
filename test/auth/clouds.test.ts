import { describe, expect, it } from "vitest";
import { clouds, scopeOf } from "../../lib/auth/clouds.ts";

describe("clouds", () => {
  it("asks each cloud for its own Exchange", () => {
    expect(Object.values(clouds).map((cloud) => scopeOf(cloud, "exchange"))).toEqual([
      "https://outlook.office365.com/.default",
      "https://outlook.office365.us/.default",
      "https://outlook-dod.office365.us/.default",
      "https://partner.outlook.cn/.default",
    ]);
  });

  it("asks each cloud for its own Microsoft Graph", () => {
    expect(Object.values(clouds).map((cloud) => scopeOf(cloud, "graph"))).toEqual([
      "https://graph.microsoft.com/.default",
      "https://graph.microsoft.us/.default",
      "https://dod-graph.microsoft.us/.default",
      "https://microsoftgraph.chinacloudapi.cn/.default",
    ]);
  });

  it("signs in where the cloud does", () => {
    expect(Object.values(clouds).map(({ login }) => login)).toEqual([
      "login.microsoftonline.com",
      "login.microsoftonline.us",
      "login.microsoftonline.us",
      "login.partner.microsoftonline.cn",
    ]);
  });
});

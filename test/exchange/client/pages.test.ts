import { describe, expect, it } from "vitest";
import { clouds } from "../../../lib/auth/clouds.ts";
import type { Command } from "../../../lib/exchange/client/command.ts";
import {
  clientOf,
  cut,
  endpoint,
  faultOf,
  notFound,
  reply,
  rows,
  tenantId,
  type Scripted,
} from "../scripted.ts";

const all: Command = { cmdlet: "Get-Mailbox", parameters: { ResultSize: "Unlimited" } };
const one: Command = {
  cmdlet: "Get-Mailbox",
  parameters: { Identity: "jan" },
  select: ["Guid", "Alias"],
};

describe("a list that has to be complete", () => {
  it("is requested three times before an empty answer is accepted", async () => {
    const lagging = clientOf([rows([]), rows([]), rows([{ Guid: "1" }])]);
    expect((await lagging.exchange.invoke(all)).rows).toEqual([{ Guid: "1" }]);
    const empty = clientOf([rows([]), rows([]), rows([])]);
    expect((await empty.exchange.invoke(all)).rows).toEqual([]);
    expect(empty.sent).toHaveLength(3);
  });

  it("contains each object once, also when a page repeats it or it moves to the next page", async () => {
    const { exchange } = clientOf([
      rows([{ Guid: "a" }, { Guid: "A" }, { User: "x" }, { User: "x" }], {
        "@odata.nextLink": `${endpoint}?p=2`,
      }),
      rows([{ Guid: "a" }, { Guid: "b" }]),
    ]);
    expect((await exchange.invoke(all)).rows).toEqual([
      { Guid: "a" },
      { User: "x" },
      { User: "x" },
      { Guid: "b" },
    ]);
  });

  it("is a fault when a page comes again under another link", async () => {
    const { exchange, sent } = clientOf([
      rows([{ Guid: "1" }], { "@odata.nextLink": `${endpoint}?p=2` }),
      rows([{ Guid: "1" }], { "@odata.nextLink": `${endpoint}?p=3` }),
    ]);
    expect(await faultOf(exchange.invoke(all))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("the same page of Get-Mailbox twice") as string,
    });
    expect(sent).toHaveLength(2);
  });
});

describe("redirects", () => {
  const to = (location: string): Scripted => reply(302, "", { location });

  it.each([302, 307, 308])(
    "%i is followed into the tenant's region, for the rest of the run, without a port",
    async (status) => {
      const { exchange, sent } = clientOf([
        reply(status, "", { location: "https://eurpr01.outlook.office365.com:446/elsewhere?x=1" }),
        rows([]),
        rows([]),
      ]);
      await exchange.invoke(one);
      await exchange.invoke(one);
      const regional =
        `https://eurpr01.outlook.office365.com/adminapi/beta/${tenantId}/InvokeCommand?$select=Guid,` +
        "Alias";
      expect(sent.map(({ url }) => url)).toEqual([
        `${endpoint}?$select=Guid,Alias`,
        regional,
        regional,
      ]);
      expect(sent[1]).toMatchObject({
        method: "POST",
        body: sent[0]?.body,
        headers: { authorization: "Bearer token-1" },
      });
    },
  );

  it("are followed back again", async () => {
    const { exchange, sent } = clientOf([
      to("https://eurpr01.outlook.office365.com/"),
      to("https://outlook.office365.com/"),
      rows([]),
    ]);
    await exchange.invoke(one);
    expect(new URL(sent[2]?.url ?? "").host).toBe("outlook.office365.com");
  });

  it.each([
    "https://outlook.office365.com.evil.example/",
    "https://eviloutlook.office365.com/",
    "https://evil.example/outlook.office365.com",
    "https://outlook.office365.com@evil.example/",
    "https://office365.com/",
    "https://outlook.office365.us/",
    "https://login.microsoftonline.com/common/oauth2/authorize",
    "http://eurpr01.outlook.office365.com/",
    "http://outlook.office365.com/",
    "//evil.example/",
    "ftp://eurpr01.outlook.office365.com/",
    "https://",
  ])("are never followed to %s", async (location) => {
    for (const answer of [to(location), rows([], { "@odata.nextLink": location })]) {
      const { exchange, sent } = clientOf([answer]);
      const fault = await faultOf(exchange.invoke(one));
      expect(fault).toMatchObject({
        kind: "unexpected",
        retryable: false,
        message: expect.stringContaining("not part of this cloud") as string,
      });
      expect(sent).toHaveLength(1);
    }
  });

  it.each<[string, Scripted]>([
    ["to itself", to(endpoint)],
    ["between hosts", to("https://eurpr01.outlook.office365.com/")],
    ["to nowhere", reply(302)],
  ])("end when they lead %s", async (_name, answer) => {
    const { exchange, sent } = clientOf([answer], { forever: true });
    expect((await faultOf(exchange.invoke(one))).message).toContain("more than 3 times");
    expect(sent).toHaveLength(4);
  });

  it("of a next page are followed into the region as well", async () => {
    const { exchange, sent } = clientOf([
      rows([{}], { "@odata.nextLink": `${endpoint}?$skiptoken=a%2Bb` }),
      to("https://eurpr01.outlook.office365.com/"),
      rows([{ Guid: "2" }]),
    ]);
    expect((await exchange.invoke(all)).rows).toHaveLength(2);
    expect(sent[2]?.url).toBe(
      `https://eurpr01.outlook.office365.com/adminapi/beta/${tenantId}/InvokeCommand?$skiptoken=a%2Bb`,
    );
  });

  it("never lead from a loopback address to a real one", async () => {
    for (const answer of [
      to("https://eurpr01.outlook.office365.com/"),
      rows([], { "@odata.nextLink": endpoint }),
    ]) {
      const { exchange, sent } = clientOf([answer], { exchangeUrl: "http://127.0.0.1:1" });
      expect((await faultOf(exchange.invoke(one))).message).toContain("not part of this cloud");
      expect(sent.map(({ url }) => new URL(url).origin)).toEqual(["http://127.0.0.1:1"]);
    }
  });

  it("stay in the cloud that was chosen", async () => {
    const { exchange, sent } = clientOf([to("https://x.outlook-dod.office365.us:446/"), rows([])], {
      cloud: clouds.usGovDoD,
    });
    await exchange.invoke(one);
    expect(sent.map(({ url }) => new URL(url).host)).toEqual([
      "outlook-dod.office365.us",
      "x.outlook-dod.office365.us",
    ]);
  });
});

describe("pages", () => {
  const more = (number: number): Record<string, unknown> => ({
    "@odata.nextLink": `${endpoint}?%24skiptoken=${number}`,
  });

  it("follow each other with the same body and headers", async () => {
    const { exchange, sent } = clientOf([
      rows([{ n: 1 }], more(2)),
      rows([], more(3)),
      rows([{ n: 3 }]),
    ]);
    expect((await exchange.invoke(all)).rows).toEqual([{ n: 1 }, { n: 3 }]);
    expect(sent.map(({ url }) => url)).toEqual([
      endpoint,
      `${endpoint}?%24skiptoken=2`,
      `${endpoint}?%24skiptoken=3`,
    ]);
    expect(sent.slice(1).map(({ method, body, headers }) => ({ method, body, headers }))).toEqual(
      Array.from({ length: 2 }, () => ({
        method: "POST",
        body: sent[0]?.body,
        headers: sent[0]?.headers,
      })),
    );
  });

  it("are requested only when the previous one is consumed", async () => {
    const { exchange, sent } = clientOf([rows([{ n: 1 }], more(2))]);
    for await (const page of exchange.pages(all)) {
      expect(page.rows).toEqual([{ n: 1 }]);
      break;
    }
    expect(sent).toHaveLength(1);
  });

  it("may be elsewhere in the cloud, without a port, and relative", async () => {
    const { exchange, sent } = clientOf([
      rows([], { "@odata.nextLink": "https://eur.outlook.office365.com:446/a?b=1" }),
      rows([{ n: 1 }], { "@odata.nextLink": "/c?d=2" }),
      rows([{ n: 2 }]),
    ]);
    await exchange.invoke(all);
    expect(sent.slice(1).map(({ url }) => url)).toEqual([
      "https://eur.outlook.office365.com/a?b=1",
      "https://eur.outlook.office365.com/c?d=2",
    ]);
  });

  it.each<[string, Scripted[]]>([
    ["not found", [notFound("jan")]],
    ["empty", Array.from({ length: 6 }, () => reply(200))],
    ["a 204", Array.from({ length: 6 }, () => reply(204))],
    ["without a list", [reply(200, {})]],
    [
      "refused",
      [reply(400, "Expired or Invalid pagination request. Default Expiry time is 00:30:00")],
    ],
    ["denied", [reply(403)]],
    ["lost", [cut(), cut(), cut()]],
    ["a web page", [reply(200, "<html>")]],
  ])("that are %s are a fault, never the end of the list", async (_name, answers) => {
    const { exchange, sent } = clientOf([rows([{ n: 1 }], more(2)), ...answers], {
      remainingMs: 600_000,
    });
    const fault = await faultOf(exchange.invoke({ ...all, parameters: { Identity: "jan" } }));
    expect(["missing", "already"]).not.toContain(fault.kind);
    expect(sent).toHaveLength(1 + answers.length);
  });

  it.each([
    ["the same one again", [2, 2]],
    ["one from before", [2, 3, 2]],
  ])("that link to %s are a fault", async (_name, links) => {
    const { exchange } = clientOf(links.map((link) => rows([{}], more(link))));
    expect((await faultOf(exchange.invoke(all))).message).toContain("twice");
  });

  it("that link to the first one are a fault", async () => {
    const { exchange, sent } = clientOf([rows([{}], { "@odata.nextLink": endpoint })]);
    expect((await faultOf(exchange.invoke(all))).message).toContain("twice");
    expect(sent).toHaveLength(1);
  });

  it("are requested again when they are empty and end the list, which could be whole without them", async () => {
    const found = clientOf([rows([{ n: 1 }], more(2)), rows([]), rows([{ n: 2 }])]);
    expect((await found.exchange.invoke(all)).rows).toEqual([{ n: 1 }, { n: 2 }]);
    const empty = clientOf([rows([{ n: 1 }], more(2)), rows([]), rows([]), rows([])]);
    expect((await empty.exchange.invoke(all)).rows).toEqual([{ n: 1 }]);
    expect(empty.sent).toHaveLength(4);
    const some = {
      cmdlet: "Get-Mailbox",
      parameters: { Filter: "Name -eq 'a'", ResultSize: 1500 },
    };
    const filtered = clientOf([rows([{ n: 1 }], more(2)), rows([]), rows([{ n: 2 }])]);
    expect((await filtered.exchange.invoke(some)).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("report more results only when there are no more pages", async () => {
    const warning = {
      "@adminapi.warnings": ["There are more results available than are currently displayed."],
    };
    const { exchange } = clientOf([
      rows([], { ...more(2), ...warning }),
      rows([{ n: 1 }], warning),
    ]);
    expect(
      (await exchange.invoke({ cmdlet: "Get-Mailbox", parameters: { ResultSize: 1500 } })).notices,
    ).toMatchObject([{ kind: "moreResults" }]);
  });

  it("are a fault when there are more results after the last one", async () => {
    const warning = {
      "@adminapi.warnings": ["There are more results available than are currently displayed."],
    };
    expect(
      await faultOf(
        clientOf([rows([], { ...more(2), ...warning }), rows([{ n: 1 }], warning)]).exchange.invoke(
          all,
        ),
      ),
    ).toMatchObject({
      kind: "unexpected",
      message: "Exchange Online reports more results of Get-Mailbox than it returned.",
    });
    expect(
      (
        await clientOf([rows([], { ...more(2), ...warning }), rows([{ n: 1 }])]).exchange.invoke(
          all,
        )
      ).notices,
    ).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressChange, isSmtpAddress, primaryAmong } from "../../lib/emailAddresses.ts";
import { liveTenant, type Live } from "./live.ts";
import { faultOf } from "./scripted.ts";

const spo = "SPO:SPO_5b0ad000-0000-4000-8000-000000000001@SPO_7e4a4700-0000-4000-8000-00000000c0de";
const foreign = [
  spo,
  "X500:/o=Contoso/cn=Recipients/cn=jan",
  "SIP:jan@contoso.com",
  "EUM:4711;phone-context=jan.contoso.com",
  "X400:C=NL;A= ;P=Contoso;S=Jan;",
  "novel:jan@contoso.com",
];
const jan = ["SMTP:Jan@contoso.com", "smtp:jan@contoso.onmicrosoft.com", ...foreign];

function changeOf(current: string[], wanted: string[]): ReturnType<typeof addressChange> {
  return addressChange(current, wanted, "EmailAddresses");
}

describe("the change of addresses", () => {
  it.each<[string, string[]]>([
    ["nothing", []],
    ["blanks", ["", "  "]],
    ["the primary address", ["SMTP:Jan@contoso.com"]],
    ["the primary address in another casing", ["SMTP:JAN@CONTOSO.COM"]],
    ["the primary address as a secondary one", ["smtp:jan@contoso.com"]],
    ["the primary address without a prefix", ["jan@contoso.com"]],
    ["a secondary address in another casing", ["SmTp:JAN@contoso.onmicrosoft.com"]],
    [
      "the primary address twice, once as secondary",
      ["SMTP:jan@contoso.com", "smtp:Jan@contoso.com"],
    ],
  ])("is no change when the mapping yields %s", (_name, wanted) => {
    expect(changeOf(jan, wanted)).toBeUndefined();
  });

  it("adds what is new and keeps the primary address when none is mapped", () => {
    expect(
      changeOf(jan, [
        " alias@contoso.com ",
        "smtp:jan@contoso.com",
        "Smtp:Alias2@contoso.com",
        "ALIAS@contoso.com",
      ]),
    ).toEqual({
      delta: { add: ["smtp:alias@contoso.com", "smtp:Alias2@contoso.com"] },
      after: [...jan, "smtp:alias@contoso.com", "smtp:Alias2@contoso.com"],
    });
  });

  it("makes a new address the primary one and the old primary a secondary one, in its own casing", () => {
    expect(changeOf(jan, ["SMTP:new@contoso.com"])).toEqual({
      delta: {
        add: ["SMTP:new@contoso.com", "smtp:Jan@contoso.com"],
        remove: ["SMTP:Jan@contoso.com"],
      },
      after: [
        "smtp:jan@contoso.onmicrosoft.com",
        ...foreign,
        "SMTP:new@contoso.com",
        "smtp:Jan@contoso.com",
      ],
    });
  });

  it("promotes a secondary address in the mapped casing", () => {
    expect(changeOf(jan, ["SMTP:JAN@contoso.onmicrosoft.com"])).toEqual({
      delta: {
        add: ["SMTP:JAN@contoso.onmicrosoft.com", "smtp:Jan@contoso.com"],
        remove: ["smtp:jan@contoso.onmicrosoft.com", "SMTP:Jan@contoso.com"],
      },
      after: [...foreign, "SMTP:JAN@contoso.onmicrosoft.com", "smtp:Jan@contoso.com"],
    });
  });

  it("contains no address twice when the mapping has the old primary and the new one twice", () => {
    expect(
      changeOf(
        ["SMTP:old@contoso.com"],
        [
          "smtp:new@contoso.com",
          "SMTP:new@contoso.com",
          "SMTP:NEW@contoso.com",
          "smtp:old@contoso.com",
        ],
      )?.delta,
    ).toEqual({
      add: ["SMTP:new@contoso.com", "smtp:old@contoso.com"],
      remove: ["SMTP:old@contoso.com"],
    });
  });

  it("sets a primary address on a mailbox that has none", () => {
    expect(changeOf([spo, "smtp:a@contoso.com"], ["SMTP:b@contoso.com"])).toEqual({
      delta: { add: ["SMTP:b@contoso.com"] },
      after: [spo, "smtp:a@contoso.com", "SMTP:b@contoso.com"],
    });
    expect(changeOf([spo, "smtp:a@contoso.com"], ["SMTP:a@contoso.com"])).toEqual({
      delta: { add: ["SMTP:a@contoso.com"], remove: ["smtp:a@contoso.com"] },
      after: [spo, "SMTP:a@contoso.com"],
    });
    expect(changeOf([], ["a@contoso.com"])).toEqual({
      delta: { add: ["smtp:a@contoso.com"] },
      after: ["smtp:a@contoso.com"],
    });
  });

  it("does not mistake an address of another kind for a mail address", () => {
    expect(
      changeOf(["SMTP:x@contoso.com", "SIP:jan@contoso.com"], ["smtp:jan@contoso.com"]),
    ).toEqual({
      delta: { add: ["smtp:jan@contoso.com"] },
      after: ["SMTP:x@contoso.com", "SIP:jan@contoso.com", "smtp:jan@contoso.com"],
    });
    expect(changeOf(["SIP:jan@contoso.com"], ["SMTP:jan@contoso.com"])).toEqual({
      delta: { add: ["SMTP:jan@contoso.com"] },
      after: ["SIP:jan@contoso.com", "SMTP:jan@contoso.com"],
    });
  });

  it("treats an existing entry without a prefix as a mail address", () => {
    expect(
      changeOf(["SMTP:x@contoso.com", "jan@contoso.com"], ["smtp:Jan@contoso.com"]),
    ).toBeUndefined();
  });

  it("refuses two primary addresses", async () => {
    expect(
      await faultOf(() => changeOf(jan, ["SMTP:a@contoso.com", "SMTP:b@contoso.com"])),
    ).toMatchObject({
      kind: "invalid",
      message: "EmailAddresses is mapped with 2 primary addresses (SMTP:); expected at most one.",
    });
  });

  it.each([
    ["SIP", "SIP"],
    ["spo", "spo"],
    ["X500", "X500"],
    ["EUM", "EUM"],
  ])("refuses an address of type %s", async (prefix) => {
    const message =
      `EmailAddresses is mapped with "${prefix}:jan@contoso.com"; expected an SMTP address ` +
      `(SMTP: for the primary address, smtp: for others), because this connector manages no ` +
      `other type.`;
    expect(await faultOf(() => changeOf(jan, [`${prefix}:jan@contoso.com`]))).toMatchObject({
      kind: "invalid",
      message,
    });
  });

  it("refuses a text that is not an address", async () => {
    expect(await faultOf(() => changeOf([], ["the password is: x@contoso.com"]))).toMatchObject({
      message: expect.stringMatching(
        /^EmailAddresses is mapped with "the password is: x@contoso\.com"; expected an SMTP address /,
      ) as string,
    });
    expect(await faultOf(() => changeOf([], ["smtp:secret 🦊"]))).toMatchObject({
      message:
        'EmailAddresses is mapped with "smtp:secret 🦊", which is not an email address; ' +
        "expected one such as SMTP:name@contoso.com.",
    });
  });
});

describe("an address", () => {
  it.each([
    "jan@contoso.com",
    "o'brien@contoso.com",
    "jan+news@contoso.co.uk",
    "a@b.c",
    "jan_de-vries.x!#$%&*/=?^`{|}~@con-toso.com",
    "jan@münchen.example",
    "жан@пример.рф",
    "jan@xn--mnchen-3ya.example",
    "4711@contoso.com",
  ])("may be %s", (text) => {
    expect(isSmtpAddress(text)).toBe(true);
  });

  it.each([
    "",
    "jan",
    "@contoso.com",
    "jan@",
    "jan@contoso",
    "jan@@contoso.com",
    "jan@contoso@com.nl",
    "ja n@contoso.com",
    "jan@con toso.com",
    "jan@contoso..com",
    "jan@contoso.com.",
    "jan@.contoso.com",
    ".jan@contoso.com",
    "jan.@contoso.com",
    "jan..de@contoso.com",
    '"jan de"@contoso.com',
    "jan@contoso.com>",
    "<jan@contoso.com",
    "jan,piet@contoso.com",
    "jan@contoso.com;piet",
    "jan@contoso.com, piet",
    "jan@[10.0.0.1]",
    "ja\\n@contoso.com",
    "jan\u200b@contoso.com",
    "jan@contoso.com\n",
    "smtp:jan@contoso.com",
  ])("cannot be %j", (text) => {
    expect(isSmtpAddress(text)).toBe(false);
  });

  it("is primary when its prefix is in capitals", () => {
    expect(primaryAmong(jan)).toBe("Jan@contoso.com");
    expect(
      primaryAmong([
        "smtp:a@contoso.com",
        "Smtp:b@contoso.com",
        "SIP:c@contoso.com",
        "d@contoso.com",
      ]),
    ).toBeUndefined();
  });
});

describe.each(["ignore", "refuse"] as const)(
  "a tenant that would %s what is there already",
  (addingPresentAddress) => {
    let live: Live;
    beforeAll(async () => (live = await liveTenant()));
    afterAll(() => live.close());
    const addresses = async (): Promise<string[]> =>
      (await live.mailbox("Petra Proxies", ["EmailAddresses"]))["EmailAddresses"] as string[];

    it.each<[string[]]>([
      [["SMTP:new@contoso.com"]],
      [["SMTP:PETRA.MAIDEN@contoso.com"]],
      [["smtp:o'brien+x@contoso.com", "SMTP:PETRA.PROXIES@contoso.com", "alias@contoso.com"]],
      [["alias@contoso.com", "SMTP:new@contoso.com", "smtp:petra.proxies@contoso.com"]],
    ])(
      "makes of %j exactly what the change promises, and another run changes nothing",
      async (wanted) => {
        live.reset({ addingPresentAddress });
        const before = await addresses();
        const change = changeOf(before, wanted);
        await live.exchange.invoke({
          cmdlet: "Set-Mailbox",
          parameters: { Identity: "petra.proxies", EmailAddresses: change?.delta ?? {} },
        });
        const after = await addresses();
        expect([...after].sort()).toEqual([...(change?.after ?? [])].sort());
        expect(changeOf(after, wanted)).toBeUndefined();
        const foreigners = (list: string[]): string[] =>
          list.filter((entry) => !/^smtp:/i.test(entry));
        expect([foreigners(after).length, foreigners(after)]).toEqual([5, foreigners(before)]);
      },
    );
  },
);

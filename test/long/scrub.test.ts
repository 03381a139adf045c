import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../../tools/session/traffic.ts";
import { leftovers } from "../../tools/scrub/leftovers.ts";
import { scrubbedRecording } from "../../tools/scrub/scrub.ts";
import type { Recorded } from "../../tools/scrub/texts.ts";

/** A recording of one request, answered with rows. */
function recordingOf(data: unknown, row: unknown, parameters: unknown = {}): Recorded {
  return {
    data,
    traffic: [
      {
        request: { cmdlet: "Get-Mailbox", parameters, select: ["Guid", "DisplayName"] },
        response: { status: 200, body: { value: [row] } },
      },
    ],
  };
}

/** One request that Exchange refuses with a sentence. */
function refusedWith(message: string): Exchange {
  const body = { error: { code: "NotFound", message } };
  return { request: { cmdlet: "Get-Mailbox", parameters: {} }, response: { status: 404, body } };
}

const bodyOf = (exchange: Exchange | undefined): unknown =>
  exchange && "body" in exchange.response ? exchange.response.body : undefined;
const messageIn = (exchange: Exchange | undefined): string =>
  (bodyOf(exchange) as { error: { message: string } }).error.message;
const rowIn = ({ traffic: [first] }: Recorded): Record<string, unknown> =>
  (bodyOf(first) as { value: Record<string, unknown>[] }).value[0] ?? {};
/** What becomes of one text, with a name and an address known from elsewhere. */
function scrubbedText(text: string, key = "CustomAttribute1"): unknown {
  const known = { DisplayName: "Chris Bakker", mail: "chris.bakker@zorg.example.nl" };
  const { data } = scrubbedRecording(recordingOf({ known, texts: { [key]: text } }, {}));
  return Object.values((data as { texts: object }).texts)[0];
}

const capital = fc.stringMatching(/^[A-ZÁÉÖØŁÇ]$/);
const small = fc.stringMatching(/^[a-záéöøłçßü]$/);
const latin = fc
  .tuple(capital, fc.array(small, { minLength: 2, maxLength: 9 }))
  .map(([first, others]) => first + others.join(""));
/** Names, among them those that are words of Microsoft's too. */
const name = fc.oneof(
  latin,
  fc.constantFrom(
    "Mark",
    "Grant",
    "Will",
    "May",
    "Mailbox",
    "O'Brien",
    "de",
    "van",
    "李小龙",
    "Łukasz",
  ),
);
const person = fc.record({ given: name, family: name });
const domain = latin.map((text) => `${text.toLowerCase().replaceAll(/[^a-z]/g, "x")}.nl`);

/** With a length that base64 marks with its sign: without it, only long texts are known as base64. */
const padded = (text: string): string => (Buffer.byteLength(text) % 3 === 0 ? `${text}.` : text);

describe("scrubbing", () => {
  it("uses the same stand-in for a name wherever it occurs", () => {
    fc.assert(
      fc.property(person, domain, ({ given, family }, host) => {
        const full = `${given} ${family}`;
        const inBase64 = padded(`${full}, ${full}`);
        const row = {
          DisplayName: full,
          PrimarySmtpAddress: `${given}.${family}@${host}`.toLowerCase(),
          CustomAttribute1: `/people/${encodeURIComponent(full)}`,
          CustomAttribute2: Buffer.from(inBase64).toString("base64"),
          CustomAttribute3: JSON.stringify({ DisplayName: full, other: [full.toUpperCase()] }),
          CustomAttribute4: `Ask ${full}: or ${host}`,
        };
        const recorded = recordingOf({ PersonName: { GivenName: given, FamilyName: family } }, row);
        const sentence = `The object '${full}' couldn't be found on ${host}.`;
        const scrubbed = scrubbedRecording({
          ...recorded,
          traffic: [...recorded.traffic, refusedWith(sentence)],
        });
        const made = rowIn(scrubbed);
        const standIn = String(made["DisplayName"]);
        const [local, standInHost = ""] = String(made["PrimarySmtpAddress"]).split("@");
        expect(local).toBe(standIn.replace(" ", ".").toLowerCase());
        expect(standInHost).toMatch(/^other\d+\.contoso\.com$/);
        expect(decodeURIComponent(String(made["CustomAttribute1"]))).toContain(standIn);
        expect(Buffer.from(String(made["CustomAttribute2"]), "base64").toString()).toContain(
          `${standIn}, ${standIn}`,
        );
        expect(JSON.parse(String(made["CustomAttribute3"]))).toMatchObject({
          DisplayName: standIn,
        });
        expect(made["CustomAttribute4"]).toContain(` ${standIn}: `);
        expect(made["CustomAttribute4"]).toContain(` ${standInHost}`);
        const message = messageIn(scrubbed.traffic[1]);
        expect(message).toContain(`'${standIn}'`);
        expect(message).toMatch(new RegExp(` couldn't be found on ${standInHost}\\.$`));
      }),
    );
  });

  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.base64String({ maxLength: 40 }),
    fc.uuid(),
    fc.emailAddress(),
    fc.webUrl(),
    fc.constantFrom("S-1-5-21-1-2-3-1004", "+31 6 12345678", "1984-03-12", "a%20b%zz", "&eacute;"),
    fc
      .array(
        fc.oneof(name, fc.constantFrom(" ", ".", "/", "%41", "=", "+", "@", "\\", "'", "1234567")),
      )
      .map((parts) => parts.join("")),
  );
  const key = fc.constantFrom(
    ...["DisplayName", "Name", "Alias", "EmailAddresses", "Custom", "Filter", "Identity"],
  );
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.integer(), fc.constant(null));
  const record = fc.dictionary(key, value, { maxKeys: 6 });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(record, record, record, text, (data, row, parameters, sentence) => {
        const recorded = recordingOf(data, row, parameters);
        const once = scrubbedRecording({
          ...recorded,
          traffic: [...recorded.traffic, refusedWith(sentence)],
        });
        expect(scrubbedRecording(once)).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves nothing of the input", () => {
    fc.assert(
      fc.property(record, record, text, (data, row, sentence) => {
        const recorded = recordingOf(data, row);
        const input = { ...recorded, traffic: [...recorded.traffic, refusedWith(sentence)] };
        const found = leftovers(input, scrubbedRecording(input));
        expect(found, JSON.stringify(scrubbedRecording(input))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["a name inside another word", "cbakker", "cname00002"],
    ["two names that are joined", "chrisbakker", "name00001name00002"],
    ["capitals", "CHRIS BAKKER", "NAME00001 NAME00002"],
    ["an accent", "Chrïs Bákker", "Nàme00001 Nàme00002"],
    ["escapes of JSON", String.raw`Chr\u00efs`, "Nàme00001"],
    ["escapes of HTML", "Chr&iuml;s &amp; B&#225;kker", "Nàme00001 &amp; Nàme00002"],
    ["a number that is somebody's", "06-12 34 56 78", "900000001"],
    ["a security identifier", "S-1-5-21-1085031214-1563985344-1004", "S-1-5-21-1-1-1-1"],
    ["a JSON web token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "a-secret"],
    ["a header with a token", "Bearer abcdefghijklmnopqrstuvwxyz", "a-secret"],
    ["a known value", "UserMailbox", "UserMailbox"],
    ["a size", "50 GB (53,687,091,200 bytes)", "50 GB (53,687,091,200 bytes)"],
    ["a day of a contract", "2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z"],
    ["a text that no one has thought of", "geheim: kat=Minoes", "word00001: word00002=Word00003"],
  ])("replaces %s", (_what, given, expected) => {
    expect(scrubbedText(given)).toBe(expected);
  });

  it("replaces a day of birth, whatever its form", () => {
    expect(scrubbedText("2001-03-12T00:00:00", "BirthDate")).toBe("2000-01-01");
  });

  it("replaces a name that is an ordinary word, in the middle of a sentence", () => {
    const data = { DisplayName: "Mark", FamilyName: "Grant" };
    const { traffic } = scrubbedRecording({
      data,
      traffic: [refusedWith("The request to grant access for Grant failed. May Mark retry?")],
    });
    expect(messageIn(traffic[0])).toMatch(
      /^The request to grant access for Name\d+ failed\. May Name\d+ retry\?$/,
    );
  });

  it("writes no secret, however its key is spelled", () => {
    const secrets = { appsecret: "hunter2~hunter2", AppCertificatePassword: "correct horse" };
    const scrubbed = scrubbedRecording(
      recordingOf({ ...secrets, Notes: "it is hunter2~hunter2, or correct horse" }, {}),
    );
    expect(scrubbed.data).toMatchObject({
      appsecret: "a-secret",
      AppCertificatePassword: "a-secret",
    });
    expect(JSON.stringify(scrubbed)).not.toMatch(/hunter2|correct horse/);
  });
});

describe("the last look", () => {
  const input = recordingOf(
    {
      DisplayName: "Jérôme Bakker",
      Id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
      mail: "j.bakker@zorg.nl",
      ExternalId: "100033",
      AppSecret: "hunter2~hunter2",
    },
    {},
  );

  it.each([
    ["a name", "The name is Bakker"],
    ["a name", "BAKKER"],
    ["a name", "jerome"],
    ["a name", "J&eacute;r&ocirc;me"],
    ["a name", String.raw`J\u00e9r\u00f4me`],
    ["a name", "J%C3%A9r%C3%B4me"],
    ["a name", encodeURIComponent(encodeURIComponent("Jérôme"))],
    ["a name", Buffer.from("Bakker").toString("base64")],
    ["a name", Buffer.from("a Bakker", "utf16le").toString("base64")],
    ["a name", Buffer.from("Jérôme?>").toString("base64url")],
    ["a name", JSON.stringify(JSON.stringify({ a: ["Bakker"] }))],
    ["a name", "thebakkers"],
    ["an id", "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"],
    ["an id", "cn=3f2504e04f8941d39a0c0305e82c3301-x"],
    ["a domain", "www.ZORG.nl"],
    ["a number", "nr. 100033."],
    ["a secret", "is hunter2~hunter2"],
  ])("finds %s in %j, and names the place and not the value", (what, text) => {
    expect(leftovers(input, { traffic: [{ a: text }] })).toEqual([{ place: "traffic[0].a", what }]);
  });

  it("finds one in the name of a member", () => {
    expect(leftovers(input, { answer: { bakker: 1 } })).toEqual([
      { place: "answer, the name of member 1", what: "a name" },
    ]);
  });

  it("finds nothing in stand-ins and in Microsoft's words", () => {
    const output = {
      a: "Name00001 word00002",
      b: "UserMailbox",
      c: "name00001@other1.contoso.com",
    };
    expect(leftovers(input, output)).toEqual([]);
  });
});

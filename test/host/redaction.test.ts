import { describe, expect, it } from "vitest";
import { Redaction } from "../../lib/host/redaction.ts";
import { expectQuick } from "../cpu.ts";

function hiding(...secrets: string[]): Redaction {
  const redaction = new Redaction();
  for (const secret of secrets) redaction.add(secret);
  return redaction;
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const secrets = {
  "a client secret": "Zx8~Q-top.secret_value",
  quotes: `it's "quoted" text`,
  backslashes: String.raw`C:\new\\table\"x`,
  "regex characters": "a+b(c)[d]{2}^$|?*./#-&",
  "line breaks": "first line\r\n\tsecond line",
  spaces: "correct horse battery",
  "percents and pluses": "100%+50% = 150%25",
  emoji: "pässwörd😀日本",
  "a lone surrogate": "half \ud83d of it",
  "its own mask": "[secret] for [you]",
  short: 'p"ä\\d',
  "two letters": "éü",
  "a GUID": "5ec4e700-0000-4000-8000-00000000c0de",
  "a certificate": `${"MIIKEQIBAzCCCdcGCSqGSIb3DQEHAaCCCcgEggnE".repeat(100)}+/==`,
};

/** What may have been done to a secret on its way into a text. */
const ways: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  "as JSON": quoted,
  "as JSON in JSON": (secret) => quoted(quoted(secret)),
  "as ASCII JSON": (secret) =>
    quoted(secret).replace(
      /[^\x20-\x7e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`,
    ),
  "as .NET's JSON": (secret) =>
    Array.from(secret)
      .map((char) =>
        /[A-Za-z0-9 ]/.test(char)
          ? char
          : [...Array(char.length).keys()]
              .map((index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, "0")}`)
              .join(""),
      )
      .join(""),
  "as JSON with escaped slashes": (secret) => quoted(secret).replaceAll("/", "\\/"),
  "in a URL": (secret) => encodeURIComponent(Buffer.from(secret).toString()),
  "in a URL with all escaped": (secret) =>
    encodeURIComponent(Buffer.from(secret).toString()).replace(
      /[!'()*~._-]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toLowerCase()}`,
    ),
  "in a form": (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  "in a URL in a URL": (secret) =>
    encodeURIComponent(encodeURIComponent(Buffer.from(secret).toString())),
  "in base64": base64,
  "in base64url": (secret) => Buffer.from(secret, "utf8").toString("base64url"),
  "in base64 in a URL": (secret) => encodeURIComponent(base64(secret)),
  "in base64 of UTF-16": (secret) => Buffer.from(secret, "utf16le").toString("base64"),
  "in HTML": (secret) =>
    secret.replace(
      /[&<>"']/g,
      (char) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot" }[char] ?? "#39"};`,
    ),
  "in HTML in HTML": (secret) => inHtml(inHtml(secret)),
  "in HTML with numbers": inHtml,
  "in JSON in a URL": (secret) => encodeURIComponent(Buffer.from(quoted(secret)).toString()),
};

function inHtml(secret: string): string {
  return Array.from(secret, (char) =>
    /[A-Za-z0-9]/.test(char) ? char : `&#x${(char.codePointAt(0) ?? 0).toString(16)};`,
  ).join("");
}
const everyWay = Object.entries(secrets).flatMap(([kind, secret]) =>
  Object.entries(ways).map(([way, put]) => [kind, way, secret, put(secret)] as const),
);

describe("a secret", () => {
  it.each(everyWay)("is masked: %s, %s", (_kind, _way, secret, text) => {
    expect(hiding(secret).text(text)).toBe("[secret]");
    expect(hiding(secret).text(`secret=${text}&more: "${text}".`)).toBe(
      'secret=[secret]&more: "[secret]".',
    );
  });

  it.each(Object.values(secrets))(
    "is masked without the space around it, and with it: %j",
    (secret) => {
      expect(hiding(` ${secret}\r\n`).text(`<${secret}>`)).toBe("<[secret]>");
      expect(hiding(secret).text(`< ${secret} >`)).toBe("< [secret] >");
    },
  );

  it.each<[string, (secret: string) => string]>([
    ["in other casing", (secret) => secret.toUpperCase()],
    ["over lines", (secret) => secret.replace(/.{7}/g, "$&\r\n    ")],
    ["with spaces", (secret) => Array.from(secret).join(" ")],
    ["with zero-width characters", (secret) => Array.from(secret).join("\u200b")],
    ["decomposed", (secret) => secret.normalize("NFD")],
    ["without accents", (secret) => secret.normalize("NFD").replace(/\p{M}/gu, "")],
    ["in hexadecimal", (secret) => Buffer.from(secret).toString("hex")],
    [
      "in hexadecimal with colons",
      (secret) =>
        Buffer.from(secret)
          .toString("hex")
          .replace(/..(?!$)/g, "$&:"),
    ],
    ["cut to 20 characters", (secret) => secret.slice(0, 20)],
    ["in base64 over lines", (secret) => base64(secret).replace(/.{10}/g, "$&\n")],
    ["in base64 that was cut", (secret) => base64(secret).slice(0, 20)],
    [
      "in base64 of UTF-16 in a longer text",
      (secret) => Buffer.from(`-${secret}-`, "utf16le").toString("base64").slice(3, -4),
    ],
  ])("is masked %s", (_name, put) => {
    const secret = "Zx8~Qtöp.secret_value/of=tests";
    expect(hiding(secret).text(`said: "${put(secret)}" at last`)).toMatch(
      /^said: "[^"]{0,3}\[secret\][^"]{0,3}" at last$/,
    );
  });

  it("is masked when its line breaks are removed", () => {
    expect(hiding("MIIKEQIBAz\r\nCCCdcGCSqG\r\n").text("MIIKEQIBAzCCCdcGCSqG")).toBe("[secret]");
  });

  it.each(["", "x", "xy"])("is masked inside a longer text, in base64 too: after %j", (before) => {
    const secret = "Zx8~Q-top.secret_value";
    expect(hiding(secret).text(`${before}${secret}after`)).toBe(`${before}[secret]after`);
    const masked = hiding(secret).text(base64(`${before}${secret}after`));
    expect(masked).toMatch(/^.{0,3}\[secret\].{0,10}$/);
  });

  it("is masked at every occurrence, and so are several secrets", () => {
    expect(
      hiding("first-secret", "second-secret", "second-secret-longer").text(
        "second-secret-longer first-secret second-secret first-secret",
      ),
    ).toBe("[secret] [secret] [secret] [secret]");
  });

  it("is masked when it is added after something was written", () => {
    const redaction = hiding("first-secret");
    expect(redaction.text("second-secret")).toBe("second-secret");
    redaction.add("second-secret");
    expect(redaction.text("first-secret second-secret")).toBe("[secret] [secret]");
  });

  it("is masked in every text and key of a value, and the rest is kept", () => {
    const date = new Date("2030-01-01T00:00:00Z");
    expect(
      hiding("hunter2!").deep({
        "x-hunter2!": [{ deep: "a hunter2! b" }],
        n: 1,
        b: true,
        nothing: null,
        date,
      }),
    ).toEqual({ "x-[secret]": [{ deep: "a [secret] b" }], n: 1, b: true, nothing: null, date });
    expect(JSON.stringify(hiding("hunter2!").deep(JSON.parse('{"__proto__":"hunter2!"}')))).toBe(
      '{"__proto__":"[secret]"}',
    );
  });

  it("is not a secret when it is blank", () => {
    expect(hiding("", " ", "\n\t").text("a b \n\t c")).toBe("a b \n\t c");
  });
});

describe("a short secret", () => {
  it("is masked as a word, and leaves other words alone", () => {
    expect(hiding("a").text("Hide a mailbox (a) that has data, á-a")).toBe(
      "Hide [secret] mailbox ([secret]) that has data, á-[secret]",
    );
    expect(hiding("pass").text("password bypass pass2 pass-through")).toBe(
      "password bypass pass2 [secret]-through",
    );
  });

  it("is a word after an escape", () => {
    expect(
      hiding("pass").text(
        String.raw`line\npass {"x":"é\tpass"} \u0022pass\u0022 client_secret%3Dpass%26`,
      ),
    ).toBe(
      String.raw`line\n[secret] {"x":"é\t[secret]"} \u0022[secret]\u0022 client_secret%3D[secret]%26`,
    );
  });
});

describe("a long secret", () => {
  const token = `eyJ0eXAiOiJKV1QiLCJub25jZSI6${"aB3-_".repeat(100)}.${"cD4".repeat(200)}`;

  it("is masked to its end and not beyond", () => {
    expect(
      hiding(token).text(`Bearer ${token} was refused; {"t":"${token}","n":1}; t=${token}&n=1`),
    ).toBe('Bearer [secret] was refused; {"t":"[secret]","n":1}; t=[secret]&n=1');
  });

  it("is masked when a text is cut off inside it", () => {
    expect(hiding(token).text(`refused: ${token.slice(0, 300)}…`)).toBe("refused: [secret]…");
  });

  it("is masked when only its signature is there", () => {
    expect(hiding(token.replace(".", ".payload.")).text(`signature ${"cD4".repeat(200)}.`)).toBe(
      "signature [secret].",
    );
  });

  it("is masked completely when it has quotes, line breaks and emoji in it", () => {
    const key = `{"type":"key","private":"${`-----BEGIN & <KEY>\n`.repeat(3)}${"😀".repeat(50)}","it's":"x"}`;
    for (const put of [ways["as it is"], ways["as JSON"], ways["in base64"]])
      expect(hiding(key).text(`x=${put?.(key)}`)).toBe("x=[secret]");
  });

  it.each([30_000, 2_000_000])("may have %i characters", (length) => {
    const secret = Array.from({ length }, (_, index) => `aB+/"\\ä`[(index * 5) % 7]).join("");
    expect(hiding(secret).text(`<${secret}`)).toBe("<[secret]");
    expect(hiding("x".repeat(length)).text(`<${"x".repeat(length)}`)).toBe("<[secret]");
  });

  it("costs little: five secrets in a text of 100 kB", () => {
    const redaction = hiding(...Array.from({ length: 5 }, (_, index) => `${index}-${token}`));
    const text = 'The mailbox "Zoë" was not found on <server>. '.repeat(2_200) + token;
    expectQuick(() => redaction.text(text), 50);
  });

  it("does not make a hostile text slow to process", () => {
    const redaction = hiding(String.raw`"\\"%% secret`, 'pa"\\s', "aaaaaaaaaaaaaaaaaaaab");
    for (const text of ["\\", "%25", '"\\', "\\u0022", "%5C%5C", "&amp;", "a", "ﷺ", "가"]) {
      const long = text.repeat(100_000 / text.length);
      let masked = "";
      expectQuick(() => (masked = redaction.text(long)), 1_000);
      expect(masked.length).toBeGreaterThan(1_000);
    }
  });
});

describe("a value that is not a secret", () => {
  it("is everything while no secret is known", () => {
    expect(new Redaction().deep({ a: ["b"] })).toEqual({ a: ["b"] });
  });
});

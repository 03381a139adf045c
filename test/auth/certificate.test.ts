import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { describe, expect, it } from "vitest";
import {
  endsSoon,
  openCertificate,
  readCertificate,
  subjectOf,
  type AppCertificate,
  type CertificateSource,
} from "../../lib/auth/certificate.ts";
import { Fault } from "../../lib/fault.ts";
import { withRounds } from "./keyDerivation.ts";
import expected from "./certificates/expected.json" with { type: "json" };

const ASCII = "correct horse";
const ACCENTS = "crème-brûlée-é-😀";
const now = new Date("2030-01-01T00:00:00Z");
const EXPECTED = "expected a PFX file (a certificate with its private key) as base64.";

const file = (name: string): string =>
  readFileSync(new URL(`./certificates/${name}`, import.meta.url), "utf8");
const fixture = (name: string): string => file(`${name}.pfx.txt`);
const der = (name: string): Buffer => Buffer.from(fixture(name), "base64");

/** A copy with some bytes replaced: by default one bit is turned around. */
function changed(bytes: Buffer, position: number, value = [(bytes[position] ?? 0) ^ 0x10]): string {
  const copy = Buffer.from(bytes);
  copy.set(value, position);
  return copy.toString("base64");
}

/** Object identifiers in DER, all of the same length, so that one can take the place of another. */
const oids = {
  data: "2a864886f70d010701",
  signedData: "2a864886f70d010702",
  encryptedData: "2a864886f70d010706",
  envelopedData: "2a864886f70d010703",
  pbkdf2: "2a864886f70d01050c",
  scrypt: "2b06010401da47040b",
  aes256Cbc: "60864801650304012a",
  aes256Gcm: "60864801650304012e",
  sha256: "608648016503040201",
  pbmac1: "2a864886f70d01050e",
};

/** A container in which an algorithm's name has been replaced. */
function renamed(from: keyof typeof oids, to: keyof typeof oids): string {
  const bytes = der("openssl-modern");
  return changed(bytes, bytes.indexOf(oids[from], 0, "hex"), [...Buffer.from(oids[to], "hex")]);
}

async function refusal(source: Partial<CertificateSource>): Promise<Fault> {
  const complete = { pfxBase64: fixture("openssl-modern"), password: ASCII, now, ...source };
  const accepted = (): never => expect.unreachable("it was accepted");
  const fault: unknown = await readCertificate(complete).then(
    accepted,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof Fault)) throw fault;
  expect(fault.kind).toBe("invalid");
  expect(fault.retryable).toBe(false);
  // Nothing secret, and nothing that a library said.
  for (const secret of [complete.password, complete.pfxBase64.slice(0, 12)]) {
    if (secret !== undefined && secret.trim() !== "") expect(fault.message).not.toContain(secret);
  }
  expect(fault.message).not.toMatch(/ASN\.1|DER|MAC|PKCS|error:|decrypt/);
  return fault;
}

async function sentence(source: Partial<CertificateSource>): Promise<string> {
  return (await refusal(source)).message;
}

/** The fields by their labels in the form, and their keys. */
const PFX = '"App certificate" (AppCertificateBase64String)';
const PASSWORD = '"App certificate password" (AppCertificatePassword)';

it("the messages name the fields as the form does", () => {
  const form = JSON.parse(
    readFileSync(new URL("../../configuration.json", import.meta.url), "utf8"),
  ) as {
    key: string;
    templateOptions: { label: string };
  }[];
  const named = form.map(({ key, templateOptions: { label } }) => `"${label}" (${key})`);
  expect(named).toEqual(expect.arrayContaining([PFX, PASSWORD]));
});

describe("a container that can be read", () => {
  const readable: [
    fixture: string,
    password: string | undefined,
    certificate: keyof typeof expected,
  ][] = [
    ["openssl-legacy", ASCII, "leaf"],
    ["openssl-modern", ASCII, "leaf"],
    ["openssl-sha512", ASCII, "leaf"],
    ["openssl-no-iterations", ASCII, "leaf"],
    ["openssl-no-mac", ASCII, "leaf"],
    ["openssl-plain", undefined, "leaf"],
    ["openssl-plain-mac", ASCII, "leaf"],
    ["dotnet-tripledes-sha1", ASCII, "leaf"],
    ["dotnet-aes256-sha256", ASCII, "leaf"],
    ["dotnet-aes256-sha1", ASCII, "leaf"],
    ["openssl-legacy-accents", ACCENTS, "leaf"],
    ["dotnet-aes256-sha256-accents", ACCENTS, "leaf"],
    ["openssl-modern-accents-4096", ACCENTS, "large"],
    ...[
      "openssl-legacy-empty",
      "openssl-modern-empty",
      "dotnet-tripledes-sha1-empty",
      "dotnet-tripledes-sha1-absent",
      "dotnet-aes256-sha256-absent",
    ].flatMap(
      (name) =>
        [
          [name, undefined, "leaf"],
          [name, "", "leaf"],
        ] as [string, string | undefined, "leaf"][],
    ),
    ["chain", ASCII, "issued"],
    ["renewed", ASCII, "leaf"],
  ];

  it.each(readable)("%s, password %j", async (name, password, certificate) => {
    const read = await readCertificate({ pfxBase64: fixture(name), password, now });
    expect(read).toEqual({
      privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) as string,
      thumbprintSha256: expected[certificate].thumbprintSha256,
      notAfter: new Date(expected[certificate].notAfter),
      subject: "O=HelloID connectors, CN=exchange-online-connector test",
    });
    const text = Buffer.from("signed with the key, verified with the certificate");
    const signature = sign("sha256", text, createPrivateKey(read.privateKey));
    expect(
      verify("sha256", text, new X509Certificate(file(`${certificate}.crt`)).publicKey, signature),
    ).toBe(true);
  });

  it.each([
    ["line breaks", (text: string) => text.replace(/.{64}/g, "$&\r\n")],
    ["white space around it", (text: string) => `\uFEFF \t${text}\n\n`],
    ["no padding", (text: string) => text.replace(/=+$/, "")],
    [
      "bytes behind it",
      (text: string) =>
        Buffer.concat([Buffer.from(text, "base64"), Buffer.from("\r\n")]).toString("base64"),
    ],
    [
      "BER of indefinite lengths",
      (text: string) => indefinite(Buffer.from(text, "base64")).toString("base64"),
    ],
  ])("with %s", async (_, write) => {
    for (const name of ["openssl-modern", "openssl-legacy"]) {
      const { thumbprintSha256 } = await readCertificate({
        pfxBase64: write(fixture(name)),
        password: ASCII,
        now,
      });
      expect(thumbprintSha256).toBe(expected.leaf.thumbprintSha256);
    }
  });

  it("may have the lines around it that certutil writes", async () => {
    const lines = fixture("openssl-modern").replace(/\s+/g, "").replace(/.{64}/g, "$&\r\n");
    const armoured = `-----BEGIN CERTIFICATE-----\r\n${lines}\r\n-----END CERTIFICATE-----\r\n`;
    const plain = await readCertificate({ pfxBase64: lines, password: ASCII, now });
    expect(await readCertificate({ pfxBase64: armoured, password: ASCII, now })).toEqual(plain);
  });

  it("up to its last second", async () => {
    const notAfter = new Date(expected.leaf.notAfter);
    await expect(
      readCertificate({ pfxBase64: fixture("openssl-modern"), password: ASCII, now: notAfter }),
    ).resolves.toHaveProperty("notAfter", notAfter);
  });

  it("among the fixtures leaves none untested", () => {
    const refused = [
      "elliptic",
      "expired",
      "foreign-key",
      "no-certificate",
      "no-key",
      "openssl-rc4",
      "two-passwords",
    ];
    const present = readdirSync(new URL("./certificates/", import.meta.url)).filter((name) =>
      name.endsWith(".pfx.txt"),
    );
    expect(present.sort()).toEqual(
      [...new Set([...readable.map(([name]) => name), ...refused])]
        .map((name) => `${name}.pfx.txt`)
        .sort(),
    );
  });
});

/** The container as other programs write it: lengths left open, and the sealed contents in two pieces. */
function indefinite(bytes: Buffer): Buffer {
  const type = Buffer.from(oids.data, "hex");
  const start = bytes.indexOf(type) + type.length + 4;
  const contents = bytes.subarray(start + 4, start + 4 + bytes.readUInt16BE(start + 2));
  const open = (tag: number, ...parts: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.alloc(2)]);
  const piece = (part: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x04, 0x82, part.length >> 8, part.length & 0xff]), part]);
  const octets = open(0x24, piece(contents.subarray(0, 1000)), piece(contents.subarray(1000)));
  const content = open(0x30, Buffer.from([0x06, 0x09]), type, open(0xa0, octets));
  return open(
    0x30,
    Buffer.from([0x02, 0x01, 0x03]),
    content,
    bytes.subarray(start + 4 + contents.length),
  );
}

describe("a value that holds no PFX", () => {
  const leaf = new X509Certificate(file("leaf.crt"));
  const key = generateKeyPairSync("ed25519").privateKey;

  it.each([
    ["nothing", "", `${PFX} is empty; ${EXPECTED}`],
    ["white space", " \r\n", `${PFX} is empty; ${EXPECTED}`],
    ["a path", "C:\\certificates\\app.pfx", `${PFX} is not base64; ${EXPECTED}`],
    [
      "base64url",
      fixture("openssl-modern").replaceAll("+", "-").replaceAll("/", "_"),
      `${PFX} is not base64; ${EXPECTED}`,
    ],
    ["PEM", file("leaf.crt"), `${PFX} is PEM text (CERTIFICATE); ${EXPECTED}`],
    [
      "PEM as base64",
      Buffer.from(file("leaf.crt")).toString("base64"),
      `${PFX} is PEM text (CERTIFICATE); ${EXPECTED}`,
    ],
    [
      "a .cer file",
      leaf.raw.toString("base64"),
      `${PFX} is a certificate without its private key (.cer); ${EXPECTED}`,
    ],
    [
      "a key alone",
      key.export({ type: "pkcs8", format: "der" }).toString("base64"),
      `${PFX} is base64, but not of a PFX; ${EXPECTED}`,
    ],
    [
      "some other text",
      Buffer.from("hello").toString("base64"),
      `${PFX} is base64, but not of a PFX; ${EXPECTED}`,
    ],
    ["the start of a PFX alone", "MIIKPgIB", `${PFX} is base64, but not of a PFX; ${EXPECTED}`],
  ])("is refused: %s", async (_, pfxBase64, message) => {
    expect(await sentence({ pfxBase64 })).toBe(message);
  });

  it.each([1, 2, 3, 4, 400, 2000])(
    "is refused when its last %i characters are missing",
    async (missing) => {
      const text = fixture("openssl-modern").trim().replace(/=+$/, "");
      const whole = der("openssl-modern").length;
      const there = Math.floor(((text.length - missing) * 3) / 4);
      expect(await sentence({ pfxBase64: text.slice(0, -missing) })).toBe(
        `${PFX} is truncated: it has ${there} of ${whole} bytes.`,
      );
    },
  );
});

describe("a password that does not fit", () => {
  const wrong =
    `${PASSWORD} does not open the PFX in ${PFX}: the ` +
    "password is wrong, or the PFX is damaged.";
  const missing = `The PFX in ${PFX} is protected with a password, but ${PASSWORD} is empty.`;
  const locked = [
    "openssl-legacy",
    "openssl-modern",
    "openssl-no-mac",
    "openssl-plain-mac",
    "dotnet-tripledes-sha1",
    "dotnet-aes256-sha256",
    "no-key",
  ];

  it.each(locked)("%s", async (name) => {
    expect(await sentence({ pfxBase64: fixture(name), password: "not the password" })).toBe(wrong);
    expect(await sentence({ pfxBase64: fixture(name), password: "" })).toBe(missing);
    expect(await sentence({ pfxBase64: fixture(name), password: undefined })).toBe(missing);
  });

  it.each(["openssl-modern-empty", "dotnet-tripledes-sha1-absent"])(
    "%s, which has none",
    async (name) => {
      const { message, cause } = await refusal({
        pfxBase64: fixture(name),
        password: "not the password",
      });
      expect(message).toBe(wrong);
      expect(cause).toBeInstanceOf(Error);
    },
  );
});

describe("a damaged container", () => {
  const damaged = `The PFX in ${PFX} is damaged: copy it again from the original file.`;

  it.each([
    "openssl-legacy",
    "openssl-modern",
    "dotnet-tripledes-sha1",
    "dotnet-aes256-sha256",
    "dotnet-tripledes-sha1-absent",
  ])("%s is distinguished from a wrong password where its contents still decrypt", async (name) => {
    const [bytes, password] = [der(name), name.endsWith("absent") ? "" : ASCII];
    const saltChanged = changed(bytes, bytes.length - 6);
    const keyChanged = changed(bytes, bytes.length - 300);
    expect(await sentence({ pfxBase64: saltChanged, password })).toBe(damaged);
    expect(await sentence({ pfxBase64: keyChanged, password })).toBe(damaged);
  });

  it("is reported when the password fits the seal but not the contents", async () => {
    expect(await sentence({ pfxBase64: fixture("two-passwords") })).toBe(damaged);
  });

  it.each([
    ["structure", 7, 0x04],
    ["seal", -67, 0x04],
  ])("is recognised by its %s", async (_, position, tag) => {
    const bytes = der("openssl-modern");
    expect(
      await sentence({
        pfxBase64: changed(bytes, (position + bytes.length) % bytes.length, [tag]),
      }),
    ).toBe(damaged);
  });
});

describe("contents that cannot be used", () => {
  it.each([
    [
      "no-key",
      `The PFX in ${PFX} contains no private key: export the certificate together with its key.`,
    ],
    ["no-certificate", `The PFX in ${PFX} contains a private key, but no certificate.`],
    ["foreign-key", `The private key in ${PFX} matches none of the certificates in the PFX.`],
    ["elliptic", `The private key in ${PFX} is of the type ec; expected RSA.`],
    [
      "expired",
      'The certificate "O=HelloID connectors, CN=exchange-online-connector test" ' +
        `in ${PFX} expired on 2020-06-01.`,
    ],
  ])("%s", async (name, message) => {
    expect(await sentence({ pfxBase64: fixture(name) })).toBe(message);
  });

  it("a certificate that expired a second ago", async () => {
    const now = new Date(Date.parse(expected.leaf.notAfter) + 1000);
    expect(await sentence({ now })).toContain(`expired on ${expected.leaf.notAfter.slice(0, 10)}.`);
  });

  it("a certificate that is not valid yet", async () => {
    const [start] = new Date(new X509Certificate(file("leaf.crt")).validFrom)
      .toISOString()
      .split("T");
    expect(await sentence({ now: new Date("2001-01-01T00:00:00Z") })).toBe(
      `The certificate "O=HelloID connectors, CN=exchange-online-connector test" in ` +
        `${PFX} is not valid before ${start}.`,
    );
  });
});

it("a certificate that has expired can be opened all the same, to say what a new one replaces", async () => {
  const { certificate } = await openCertificate({
    pfxBase64: fixture("expired"),
    password: ASCII,
  });
  expect([subjectOf(certificate), new Date(certificate.validTo).toISOString()]).toEqual([
    "O=HelloID connectors, CN=exchange-online-connector test",
    expect.stringMatching(/^2020-06-01/),
  ]);
});

it("a certificate ends soon from 30 days before its end", () => {
  const [end, days] = [new Date("2030-03-01T12:00:00Z"), 30 * 24 * 3_600_000];
  expect(endsSoon(end, new Date(end.getTime() - days - 1))).toBe(false);
  expect(endsSoon(end, new Date(end.getTime() - days))).toBe(true);
});

describe("a protection that is not supported", () => {
  it.each([
    ["RC4", fixture("openssl-rc4"), "pbeWithSHAAnd128BitRC4"],
    ["PBMAC1", renamed("sha256", "pbmac1"), "1.2.840.113549.1.5.14"],
    ["scrypt", renamed("pbkdf2", "scrypt"), "1.3.6.1.4.1.11591.4.11"],
    ["AES-GCM", renamed("aes256Cbc", "aes256Gcm"), "2.16.840.1.101.3.4.1.46"],
    ["a seal made with a public key", renamed("data", "signedData"), "signedData"],
    ["encryption for a public key", renamed("encryptedData", "envelopedData"), "envelopedData"],
  ])("%s is named", async (_, pfxBase64, name) => {
    expect(await sentence({ pfxBase64 })).toBe(
      `The PFX in ${PFX} uses an algorithm that is not supported ` +
        `(${name}); export it again as AES256-SHA256.`,
    );
  });
});

describe("the rounds of a key derivation", () => {
  it.each([
    ["0f4241", 1_000_001],
    ["7fffffff", 2_147_483_647],
  ])("are refused above a million, before they stop everything: %s", async (hex, rounds) => {
    expect(
      await sentence({ pfxBase64: withRounds(der("openssl-modern"), hex), password: ASCII }),
    ).toContain(`(${rounds} rounds of key derivation)`);
  });
});

describe("with @azure/msal-node", () => {
  const AUTHORITY = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111";
  const CLIENT_ID = "22222222-2222-2222-2222-222222222222";

  /** The form that MSAL posts to the token endpoint; nothing leaves the process. */
  async function tokenRequest({
    privateKey,
    thumbprintSha256,
  }: AppCertificate): Promise<URLSearchParams> {
    const bodies: string[] = [];
    const networkClient: INetworkModule = {
      sendGetRequestAsync: (url) =>
        Promise.reject(new Error(`Nothing is to be discovered: ${url}`)),
      sendPostRequestAsync: (_, options) => {
        bodies.push(options?.body ?? "");
        return Promise.resolve({
          status: 200,
          headers: {},
          body: { access_token: "token", token_type: "Bearer", expires_in: 3600 } as never,
        });
      },
    };
    const application = new ConfidentialClientApplication({
      auth: {
        clientId: CLIENT_ID,
        authority: AUTHORITY,
        knownAuthorities: ["login.microsoftonline.com"],
        authorityMetadata: JSON.stringify({
          authorization_endpoint: `${AUTHORITY}/oauth2/v2.0/authorize`,
          token_endpoint: `${AUTHORITY}/oauth2/v2.0/token`,
          issuer: `${AUTHORITY}/v2.0`,
          jwks_uri: `${AUTHORITY}/discovery/v2.0/keys`,
        }),
        clientCertificate: { privateKey, thumbprintSha256 },
      },
      system: { networkClient },
    });
    await application.acquireTokenByClientCredential({
      scopes: ["https://outlook.office365.com/.default"],
    });
    expect(bodies).toHaveLength(1);
    return new URLSearchParams(bodies[0]);
  }

  it.each([
    ["openssl-legacy", ASCII, "leaf"],
    ["openssl-modern-accents-4096", ACCENTS, "large"],
    ["chain", ASCII, "issued"],
  ] as const)(
    "%s makes an assertion that the certificate verifies",
    async (name, password, certificate) => {
      const form = await tokenRequest(
        await readCertificate({ pfxBase64: fixture(name), password, now }),
      );
      expect(form.get("client_assertion_type")).toBe(
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      );

      const [header = "", payload = "", signature = ""] = (
        form.get("client_assertion") ?? ""
      ).split(".");
      expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
        alg: "PS256",
        typ: "JWT",
        "x5t#S256": Buffer.from(expected[certificate].thumbprintSha256, "hex").toString(
          "base64url",
        ),
      });
      const claims = { aud: `${AUTHORITY}/oauth2/v2.0/token`, iss: CLIENT_ID, sub: CLIENT_ID };
      expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject(claims);
      const { publicKey } = new X509Certificate(file(`${certificate}.crt`));
      const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      expect(
        verify(
          "sha256",
          Buffer.from(`${header}.${payload}`),
          pss,
          Buffer.from(signature, "base64url"),
        ),
      ).toBe(true);
    },
  );
});

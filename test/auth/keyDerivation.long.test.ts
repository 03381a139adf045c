import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readCertificate } from "../../lib/auth/certificate.ts";
import { withRounds } from "./keyDerivation.ts";

it("a million rounds of a key derivation are carried out", async () => {
  const file = new URL("./certificates/openssl-modern.pfx.txt", import.meta.url);
  const der = Buffer.from(readFileSync(file, "utf8"), "base64");
  const source = {
    pfxBase64: withRounds(der, "0f4240"),
    password: "correct horse",
    now: new Date("2030-01-01"),
  };
  // The seal was set with fewer rounds, so it does not fit: the million was computed and compared.
  await expect(readCertificate(source)).rejects.toThrow("is damaged");
});

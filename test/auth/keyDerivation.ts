import forge from "node-forge";

/** A PFX container, as base64, whose seal claims to need this many rounds; they are written in hexadecimal. */
export function withRounds(der: Buffer, hex: string): string {
  const container = forge.asn1.fromDer(der.toString("latin1"));
  const mac = (container.value as forge.asn1.Asn1[])[2];
  const rounds = (mac?.value as forge.asn1.Asn1[])[2];
  if (!rounds) throw new Error("the fixture has no MAC");
  rounds.value = Buffer.from(hex, "hex").toString("latin1");
  return Buffer.from(forge.asn1.toDer(container).getBytes(), "latin1").toString("base64");
}

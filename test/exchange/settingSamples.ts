import type { setMailboxParameters } from "../../lib/generated/mailbox.ts";

/** A value for each type of the catalogue, and how the service shows it. */
const samples: Record<string, [mapped: unknown, read: unknown]> = {
  Boolean: ["true", true],
  Int32: ["8", 8],
  String: ["text", "text"],
  Unlimited: ["10 MB", "10 MB (10,485,760 bytes)"],
  ByteQuantifiedSize: ["64 KB", "64 KB (65,536 bytes)"],
  EnhancedTimeSpan: ["30", "30.00:00:00"],
  DateTime: ["2026-07-01", "2026-07-01T00:00:00"],
  SmtpAddress: ["a@contoso.com", "A@contoso.com"],
  ProxyAddress: ["a@contoso.com", "smtp:a@contoso.com"],
  ProxyAddressCollection: ["a@contoso.com", ["SMTP:a@contoso.com"]],
  MultiValuedProperty: ["a;b", ["b", "a"]],
  "String[]": ["a", ["a"]],
};
const own: Record<string, [mapped: unknown, read: unknown]> = {
  Type: ["shared", "SharedMailbox"],
  RecipientLimits: ["250", "250"],
  LitigationHoldDuration: ["365", "365.00:00:00"],
  MailTip: ["Tip", "<html><body>Tip</body></html>"],
};

/** A value for this setting of a mailbox, as it is mapped and as it is read back. */
export function settingSample(
  name: string,
  { type, values = [] }: (typeof setMailboxParameters)[string],
): [mapped: unknown, read: unknown] {
  const [first] = values;
  if (own[name]) return own[name];
  if (first !== undefined)
    return [first.toLowerCase(), type === "MultiValuedProperty" ? [first] : first];
  return samples[type] ?? ["Name", "name"];
}

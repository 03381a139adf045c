/**
 * A phone number as Microsoft Graph takes it, `+{country code} {number}x{extension}` (documented); undefined for a text
 * that cannot be one. `country`: of a number without a country code, as two letters. The library has every country's
 * way to write a number; it is loaded only when a number is written.
 */
export async function phoneNumberFrom(
  text: string,
  country: string | undefined,
): Promise<string | undefined> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import("libphonenumber-js/min");
  const known = country?.trim().toUpperCase();
  const defaultCountry = known !== undefined && isSupportedCountry(known) ? known : undefined;
  // In most countries 00 means the plus sign, and in none does a number begin with it.
  const international = text.trim().replace(/^00/, "+");
  const parsed = parsePhoneNumberFromString(international, {
    ...(defaultCountry && { defaultCountry }),
    // A number and nothing else: not one somewhere in a text.
    extract: false,
  });
  // The length decides: lists of the numbers in use lag behind those that are issued.
  if (!parsed?.isPossible()) return undefined;
  const { countryCallingCode, nationalNumber, ext } = parsed;
  return `+${countryCallingCode} ${nationalNumber}${ext ? `x${ext}` : ""}`;
}

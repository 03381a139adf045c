import { configuration } from "../../lib/generated/validators/configuration.ts";
import { nearestName } from "../../lib/nearestName.ts";
import { pairsIn } from "./pairs.ts";
import { UsageError } from "../session/usageError.ts";

/** The fields of the form. */
const fields = Object.keys(configuration.shape.properties ?? {});

/** What identifies the tenant and opens it: a saved event belongs in a repository or a report. */
const credentials: ReadonlySet<string> = new Set([
  "Organization",
  "TenantID",
  "AppId",
  "AppSecret",
  "AppCertificateBase64String",
  "AppCertificatePassword",
  "UseCertificate",
  "Cloud",
  "Connection",
  "StateFolder",
]);

/** The field of the form that a key means: the connector reads keys in any casing. */
function fieldOf(key: string): string | undefined {
  return fields.find((field) => field.toLowerCase() === key.toLowerCase());
}

/** The settings among the values of the form. A key that is no field is left out: it may hold a secret. */
export function withoutCredentials(
  form: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(form).flatMap(([key, value]) => {
      const field = fieldOf(key);
      return field === undefined || credentials.has(field) ? [] : [[field, value]];
    }),
  );
}

/** The settings that `--setting` names. */
export function settingsIn(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairsIn("--setting", texts)).map(([key, value]) => [knownField(key), value]),
  );
}

function knownField(key: string): string {
  const field = fieldOf(key);
  if (field !== undefined) return field;
  const nearest = nearestName(key, fields);
  const hint =
    nearest === undefined ? `Expected one of ${fields.join(", ")}.` : `The nearest is ${nearest}.`;
  throw new UsageError(`--setting ${key}: the form has no such field. ${hint}`);
}

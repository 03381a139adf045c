/** The way from files to a sign-in: in this order the application can sign in at any time. */
import path from "node:path";
import { commandLine } from "../session/place.ts";
import type { CertificateFacts } from "./facts.ts";
import type { CertificateFiles } from "./files.ts";
import type { Replaced } from "./replaced.ts";

/** A sentence about what to do, and lines with the details. */
export interface Step {
  what: string;
  details: readonly string[];
}

export interface NewCertificate {
  facts: CertificateFacts;
  files: CertificateFiles;
  /** What the application signs in with now, if it is known. */
  replaced: Replaced | undefined;
}

export function nextSteps(made: NewCertificate): Step[] {
  return [upload(made), changeForm(made), check(made), removeOld(made), tidy(made)];
}

function upload({ facts, files, replaced }: NewCertificate): Step {
  const application = replaced === undefined ? "your application" : `application ${replaced.appId}`;
  const details = [
    `Entra admin center, App registrations, ${application}, Certificates & secrets, Certificates, Upload certificate.`,
    `The list then shows the thumbprint ${facts.thumbprint}.`,
  ];
  if (replaced !== undefined) details.push(`Leave the old ${nameOf(replaced)} there until step 4.`);
  return { what: `Upload ${path.basename(files.cer)} to the app registration.`, details };
}

function changeForm({ files, replaced }: NewCertificate): Step {
  const inFile = replaced === undefined ? "" : `, and in ${replaced.file}`;
  const copy = `Get-Content -LiteralPath '${files.formValue.replaceAll("'", "''")}' | Set-Clipboard`;
  const { password } = files;
  const where = password === undefined ? "the one above" : `the text in ${password}`;
  return {
    what: `Enter it in the configuration form${inFile}.`,
    details: [
      "Use certificate (UseCertificate): on",
      `App certificate (AppCertificateBase64String): the one line in ${files.formValue}`,
      `  In PowerShell: ${copy}`,
      `App certificate password (AppCertificatePassword): ${where}`,
    ],
  };
}

function check({ replaced }: NewCertificate): Step {
  const file = replaced?.file ?? "tenant.json";
  const details = [
    "Its lines credential and sign-in have to be ok. A new certificate can take some minutes to be registered.",
  ];
  if (replaced === undefined)
    details.unshift(
      `${file} is a JSON file with the values of the form by their keys, such as TenantID and those above.`,
    );
  return { what: `Check it: ${commandLine("doctor", "--config", file)}`, details };
}

function removeOld({ replaced }: NewCertificate): Step {
  const what =
    replaced === undefined
      ? "what the application signed in with before, if anything,"
      : `the old ${nameOf(replaced)}`;
  return { what: `Remove ${what} from the app registration.`, details: [] };
}

function tidy({ files }: NewCertificate): Step {
  const all = [files.folder, ...(files.password === undefined ? [] : [files.password])];
  return {
    what: `Delete ${all.join(" and ")}: the form has all that is needed.`,
    details: [
      "Anyone who has the PFX and its password can sign in. If they are lost, make another certificate.",
    ],
  };
}

function nameOf({ certificate }: Replaced): string {
  return certificate === undefined
    ? "client secret"
    : `certificate (thumbprint ${certificate.thumbprint}, valid until ${certificate.validUntil})`;
}

import path from "node:path";
import type { Command } from "commander";
import {
  certificateFiles,
  writeCertificate,
  type CertificateFiles,
} from "../../certificate/files.ts";
import type { CertificateFacts } from "../../certificate/facts.ts";
import { makeCertificate } from "../../certificate/made.ts";
import { replacedIn, type Replaced } from "../../certificate/replaced.ts";
import { nextSteps, type NewCertificate } from "../../certificate/steps.ts";
import { commonNameOf, lastMoment } from "../../certificate/wishes.ts";
import { UsageError } from "../../session/usageError.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";

interface NewOptions {
  folder: string;
  days: string;
  subject: string;
  passwordFile?: string;
  config?: string;
  json?: true;
}

/** `certificate`: the application's proof of identity, where it is not a client secret. */
export function addCertificate(program: Command, terminal: Terminal): void {
  const certificate = program
    .command("certificate")
    .description("Make the certificate with which the application signs in.");
  const make = certificate
    .command("new")
    .description("Make a key and a certificate as files, and list the next steps. Sends nothing.")
    .option("--folder <folder>", "the folder in which they get a new folder", ".")
    .option("--days <n>", "the number of days for which it is valid, up to 730", "365")
    .option("--subject <name>", "its common name", "Exchange connector")
    .option("--password-file <file>", "a new file for the password, which is shown otherwise")
    .option(
      "--config <file>",
      "the values of the form: the steps then name what the new one replaces",
    )
    .option("--json", "one JSON document, without the password");
  withExamples(make, [
    "certificate new --folder local",
    "certificate new --folder local --config local/tenant.json --days 180",
  ]);
  make.action((options: NewOptions) => makeNew(options, terminal));
}

async function makeNew(options: NewOptions, terminal: Terminal): Promise<void> {
  const { folder, passwordFile, config, json } = options;
  const now = new Date();
  const wishes = {
    commonName: commonNameOf(options.subject),
    now,
    notAfter: lastMoment(options.days, now),
  };
  const isShown = passwordFile === undefined;
  if (isShown && (json || !terminal.isWatched))
    throw new UsageError(
      "The password of the PFX is shown on a terminal only, so that no log has it: name a new file with " +
        "--password-file.",
    );
  const files = certificateFiles(folder, wishes.notAfter, passwordFile);
  const replaced = config === undefined ? undefined : await replacedIn(config);
  terminal.progress("Making a key of 3072 bits");
  const made = await makeCertificate(wishes);
  writeCertificate(files, made);
  const result: NewCertificate = { facts: made.facts, files, replaced };
  if (json) terminal.line(JSON.stringify(documentOf(result)));
  else show(result, isShown ? made.password : undefined, terminal);
}

function documentOf(result: NewCertificate): object {
  const { facts, files, replaced } = result;
  return {
    certificate: facts,
    ...(replaced && { replaces: replaced.certificate ?? "client secret" }),
    files,
    steps: nextSteps(result).map(({ what, details }) => [what, ...details].join(" ")),
  };
}

function show(result: NewCertificate, password: string | undefined, terminal: Terminal): void {
  terminal.line(terminal.styled("bold", `New certificate ${described(result.facts)}`));
  if (result.replaced !== undefined) terminal.line(`It replaces ${old(result.replaced)}`);
  terminal.line();
  showFiles(result.files, terminal);
  if (password !== undefined) {
    terminal.line();
    terminal.line("The password of the PFX, shown only now:");
    terminal.line(`  ${terminal.styled("bold", password)}`);
  }
  terminal.line();
  terminal.line("What to do, in this order:");
  for (const [index, { what, details }] of nextSteps(result).entries()) {
    terminal.line(`${index + 1}. ${what}`);
    for (const detail of details) terminal.line(`   ${detail}`);
  }
}

function described({ subject, thumbprint, validFrom, validUntil }: CertificateFacts): string {
  return `"${subject}", valid from ${validFrom} to ${validUntil}, thumbprint ${thumbprint}`;
}

function old({ certificate }: Replaced): string {
  return certificate === undefined ? "the client secret" : described(certificate);
}

function showFiles(files: CertificateFiles, terminal: Terminal): void {
  terminal.line(`${files.folder}, ${readersOf(files.folder)}:`);
  const contents = [
    [files.cer, "to upload: the certificate, without its key"],
    [files.formValue, "for the form: the certificate and its key as one line of base64"],
    [files.pfx, "the same as a file, for other programs"],
  ] as const;
  const width = path.basename(files.formValue).length;
  for (const [file, content] of contents)
    terminal.line(`  ${path.basename(file).padEnd(width)}  ${content}`);
}

/** Who can read the files. On Windows a new folder has the rights of the one around it. */
function readersOf(folder: string): string {
  return process.platform === "win32"
    ? `readable for those who may read ${path.resolve(folder, "..")}`
    : "readable for you only";
}

/** The files of a new certificate: all of them or none, for their owner only, and never in the place of others. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolderOf, withFile } from "../session/files.ts";
import { assertNew } from "../session/newFile.ts";
import type { MadeCertificate } from "./made.ts";

/** Where a certificate is written: paths, none of which exists yet. */
export interface CertificateFiles {
  /** A folder of its own. */
  folder: string;
  /** The certificate in DER: what the Entra admin center uploads. */
  cer: string;
  pfx: string;
  /** The PFX as one line of base64: the value of AppCertificateBase64String. */
  formValue: string;
  /** The password of the PFX; absent when it is shown instead. */
  password?: string;
}

/**
 * The files of a certificate in a new folder inside `parent` (`--folder`), which has to exist, and the file for its
 * password (`--password-file`). Throws a `UsageError` when they cannot be written there; leaves nothing behind.
 */
export function certificateFiles(
  parent: string,
  notAfter: Date,
  passwordFile: string | undefined,
): CertificateFiles {
  const name = `exchange-connector-${notAfter.toISOString().slice(0, 10)}`;
  const folder = path.join(parent, name);
  assertNew("--folder", folder);
  if (passwordFile !== undefined) assertNew("--password-file", passwordFile);
  const pfx = path.join(folder, `${name}.pfx`);
  return {
    folder,
    cer: path.join(folder, `${name}.cer`),
    pfx,
    formValue: `${pfx}.txt`,
    ...(passwordFile !== undefined && { password: passwordFile }),
  };
}

/** Only the owner may read what is written; on Windows the folder above decides instead. */
const options = { flag: "wx", mode: 0o600, flush: true } as const;

/** Writes the files. Their folder appears at once, complete. */
export function writeCertificate(
  files: CertificateFiles,
  { cer, pfx, password }: MadeCertificate,
): void {
  withFile(files.folder, "written", () => {
    makeFolderOf(files.folder);
    const incoming = mkdtempSync(`${files.folder}.`);
    const written = [incoming];
    const write = (file: string, content: string | Buffer): void =>
      writeFileSync(path.join(incoming, path.basename(file)), content, options);
    try {
      write(files.cer, cer);
      write(files.pfx, pfx);
      write(files.formValue, pfx.toString("base64"));
      if (files.password !== undefined) {
        const { password: file } = files;
        withFile(file, "written", () => writeFileSync(file, "", options));
        // From here on it is this certificate's own, and goes with it.
        written.push(file);
        writeFileSync(file, password, { flush: true });
      }
      renamePatiently(incoming, files.folder);
    } catch (error) {
      for (const file of written) rmSync(file, { recursive: true, force: true, maxRetries });
      throw error;
    }
  });
}

const maxRetries = 30;
const retryMs = 100;

/** Windows renames no folder while a virus scanner has a file in it open: that passes. */
function renamePatiently(from: string, to: string): void {
  for (let retries = 0; ; retries++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      const mayPass = code === "EPERM" || code === "EACCES" || code === "EBUSY";
      if (!mayPass || retries === maxRetries) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
}

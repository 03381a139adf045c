/** Who may read a store on the disk: one account, and the administrators of the machine. Everything else is refused. */
import {
  chmodSync,
  chownSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  type Stats,
} from "node:fs";
import { promisify } from "node:util";
import { Fault } from "../fault.ts";

/** The account that a store belongs to: the one that runs the events. */
export interface StoreOwner {
  /** Throws an `invalid` fault unless the folder exists and nobody else can read it. */
  checkFolder(folder: string): Promise<void>;
  /** The same for an open file in such a folder, by its descriptor. */
  checkFile(file: string, descriptor: number): void;
  /** Makes the folder for the account, if it does not exist. */
  makeFolder(folder: string): Promise<void>;
  /** Gives a new file, by its descriptor, to the account. */
  own(descriptor: number): void;
}

/** Runs a program and returns what it wrote. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

/** Loaded with its first use, as only Windows has one: loading it takes as long as reading a token. */
const runProgram: RunProgram = async (program, args) => {
  const { execFile } = await import("node:child_process");
  const options = { windowsHide: true, timeout: 20_000 };
  const { stdout } = await promisify(execFile)(program, [...args], options);
  return stdout;
};

/** The account of this process. */
export function thisAccount(): StoreOwner {
  return process.getuid === undefined
    ? windowsOwner(undefined, runProgram)
    : posixOwner(process.getuid());
}

/**
 * Another account of this machine, by its name: only root, or an administrator on Windows, can make a store for it.
 * Throws an `invalid` fault for an account that does not exist, or that this process may not make files for.
 */
export async function accountNamed(
  name: string,
  run: RunProgram = runProgram,
): Promise<StoreOwner> {
  if (process.getuid === undefined) return windowsOwner(name, run);
  const uid = await uidOf(name, run);
  const own = process.getuid();
  if (uid !== own && own !== 0)
    throw Fault.invalid(
      `Files for the account ${name} can be made by that account or by root only: run the command as one of them.`,
    );
  return posixOwner(uid);
}

async function uidOf(name: string, run: RunProgram): Promise<number> {
  // A name never begins with a hyphen, which would be an option of the program.
  const text = /^[\w.][\w.@\\-]*\$?$/.test(name)
    ? await run("id", ["-u", name]).catch(() => "")
    : "";
  if (!/^\d+\s*$/.test(text))
    throw Fault.invalid(`There is no account ${JSON.stringify(name)} on this machine.`);
  return Number(text);
}

const others = 0o077;

function posixOwner(uid: number): StoreOwner {
  const check = (what: string, stats: { uid: number; mode: number }, mend: string): void => {
    if (stats.uid !== uid)
      throw Fault.invalid(
        `${what} belongs to the account with the number ${stats.uid}, not to that of ${uid}: the account that runs ` +
          "the events has to own it.",
      );
    if ((stats.mode & others) !== 0)
      throw Fault.invalid(
        `${what} can be read or changed by other accounts (mode ${(stats.mode & 0o777).toString(8)}): ${mend}`,
      );
  };
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- Windows asks a program.
    async checkFolder(folder) {
      const stats = statsOf(folder);
      if (stats?.isDirectory() !== true) throw noFolder(folder);
      check(`The folder ${folder}`, stats, `chmod 700 ${folder}`);
    },
    checkFile(file, descriptor) {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) throw Fault.invalid(`${file} is not a file.`);
      check(`The file ${file}`, stats, `chmod 600 ${file}`);
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- Windows asks a program.
    async makeFolder(folder) {
      const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (made === undefined) return;
      // The mode of mkdir is reduced by the umask, and parents that were made on the way are nobody's secret.
      chmodSync(folder, 0o700);
      chownSync(folder, uid, -1);
    },
    own(descriptor) {
      fchmodSync(descriptor, 0o600);
      if (uid !== process.getuid?.()) fchownSync(descriptor, uid, fstatSync(descriptor).gid);
    },
  };
}

function statsOf(folder: string): Stats | undefined {
  try {
    return lstatSync(folder);
  } catch {
    return undefined;
  }
}

function noFolder(folder: string): Fault {
  return Fault.invalid(
    `There is no folder ${folder} ("State folder" (StateFolder), or EXO_CONNECTOR_STATE): exo-connector link makes it.`,
  );
}

/** The system and the administrators of the machine, who can read everything anyway; and what stands for the owner. */
const always = new Set(["SY", "BA", "CO", "OW", "S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-4"]);

/**
 * On Windows, the access list of the folder decides; files inherit it. NEVER RUN on Windows by this project: the
 * programs and their output are as documented, and tests play them.
 */
export function windowsOwner(account: string | undefined, run: RunProgram): StoreOwner {
  return {
    async checkFolder(folder) {
      const [list = "", sid = ""] = (await run(powershell, [...options, reading(folder, account)]))
        .split(/\r?\n/)
        .map((line) => line.trim());
      if (list === "none") throw noFolder(folder);
      const stranger = strangerIn(list, sid);
      if (stranger !== undefined)
        throw Fault.invalid(
          `The access list of the folder ${folder} permits ${stranger}: only the account that runs the events, ` +
            "SYSTEM and Administrators may have access. Remove its entry, and inherited ones.",
        );
    },
    checkFile: () => undefined,
    async makeFolder(folder) {
      const made = mkdirSync(folder, { recursive: true });
      if (made === undefined) return;
      const who = account ?? (await run("whoami", [])).trim();
      const rights = [who, "*S-1-5-18", "*S-1-5-32-544"].flatMap((one) => [
        "/grant:r",
        `${one}:(OI)(CI)F`,
      ]);
      await run("icacls", [folder, "/inheritance:r", ...rights]);
    },
    own: () => undefined,
  };
}

const powershell = "powershell.exe";
const options = ["-NoProfile", "-NonInteractive", "-Command"];

/** Prints the access list in SDDL, which no language of Windows changes, and the SID of the account. */
function reading(folder: string, account: string | undefined): string {
  const quotedFolder = quoted(folder);
  const sid =
    account === undefined
      ? "[Security.Principal.WindowsIdentity]::GetCurrent().User.Value"
      : `([Security.Principal.NTAccount]${quoted(account)}).Translate([Security.Principal.SecurityIdentifier]).Value`;
  const isThere = `Test-Path -LiteralPath ${quotedFolder} -PathType Container`;
  return `if (${isThere}) { (Get-Acl -LiteralPath ${quotedFolder}).Sddl } else { 'none' }; ${sid}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The first trustee in the access list of a security descriptor who may do anything and should not. */
export function strangerIn(sddl: string, sid: string): string | undefined {
  const list = /D:[A-Z]*((?:\([^)]*\))*)/.exec(sddl)?.[1] ?? "";
  const entries = [...list.matchAll(/\(([^;)]*);[^;)]*;[^;)]*;[^;)]*;[^;)]*;([^;)]*)/g)];
  // Without a list, everyone has access (documented).
  if (entries.length === 0) return "everyone";
  return entries
    .filter(([, type]) => type !== "D")
    .map(([, , trustee = ""]) => trustee)
    .find((one) => !always.has(one) && one !== sid);
}

/** Opens an existing file, and never what a link points to. Windows has no such flag, which counts as 0. */
export const openToRead = constants.O_RDONLY | constants.O_NOFOLLOW;
export const openToChange = constants.O_RDWR | constants.O_NOFOLLOW;

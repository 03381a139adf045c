/** An emulated tenant with an account that can be linked, and the command line that links it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";
import { main } from "../../tools/cli/exoConnector.ts";
import { recordingTerminal } from "../cli/terminal.ts";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import type { State } from "../emulator/state.ts";
import { signInOn, type Answers } from "./person.ts";

/** May consent for the tenant, and change every recipient. */
export const administrator = "anna.bakker@contoso.com";
/** The service account. */
export const operator = "bas.smit@contoso.com";
/** Without any role. */
export const anyone = "chris.jansen@contoso.com";

export interface Linking {
  running(): RunningEmulator;
  /** The folder of the configuration file and of the state. */
  folder(): string;
  stateFolder(): string;
  form(changes?: Record<string, unknown>): string;
  /** Runs `exo-connector link ...`, while a person fills the pages: by these answers, or in another way. */
  link(
    args: readonly string[],
    person?: Answers | Person,
    env?: Record<string, string>,
  ): Promise<Linked>;
  idOf(userPrincipalName: string): string;
  /** All that is in the state folder. */
  kept(): string[];
}

/** Signs in on the page with this address, and resolves to what is shown at the end. */
export type Person = (address: string) => Promise<string>;

export interface Linked {
  code: 0 | 1 | 2;
  text: string;
  /** What the person saw last. */
  page: string;
}

export function openLinking(): Linking {
  let running: RunningEmulator | undefined;
  let folder = "";
  let clock = 0;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "exo-link-"));
    clock = Date.now();
    running = await startEmulator({ state: stateWithRoles(), clock: () => clock });
  });
  afterEach(async () => {
    await running?.close();
    rmSync(folder, { recursive: true });
  });
  const emulated = (): RunningEmulator => {
    if (running) return running;
    throw new Error("The emulator runs in tests only.");
  };
  const stateFolder = (): string => path.join(folder, "state");
  const form = (changes: Record<string, unknown> = {}): string => {
    const { tenantId, clientId, clientSecret } = emulated();
    const file = path.join(folder, `tenant-${Object.keys(changes).join("-")}.json`);
    writeFileSync(
      file,
      JSON.stringify({
        Organization: "contoso.onmicrosoft.com",
        TenantID: tenantId,
        AppId: clientId,
        AppSecret: clientSecret,
        Connection: "linkedAccount",
        StateFolder: stateFolder(),
        ...changes,
      }),
    );
    return file;
  };
  return {
    running: emulated,
    folder: () => folder,
    stateFolder,
    form,
    async link(args, person = [], env = {}) {
      const signIn = typeof person === "function" ? person : byAnswers(person);
      Object.assign(process.env, emulated().env, env);
      const terminal = recordingTerminal({ ...emulated().env, ...env });
      let page: Promise<string> = Promise.resolve("");
      const watch = (lines: string[], write: (text?: string) => void) => (text?: string) => {
        write(text);
        const address = /^ {2}(http\S+authorize\S+)$/.exec(lines.at(-1) ?? "")?.[1];
        if (address !== undefined) page = signIn(address);
      };
      const watched = {
        ...terminal,
        line: watch(terminal.lines, terminal.line),
        note: watch(terminal.notes, (text = "") => terminal.note(text)),
      };
      const config = args.includes("--config") ? [] : ["--config", form()];
      try {
        const code = await main(["link", ...args, ...config], watched);
        return { code, text: [...terminal.lines, ...terminal.notes].join("\n"), page: await page };
      } finally {
        for (const name of Object.keys(emulated().env)) Reflect.deleteProperty(process.env, name);
      }
    },
    idOf: (name) => idIn(emulated().emulator.state(), name),
    kept: () =>
      readdirSync(stateFolder()).map((file) =>
        readFileSync(path.join(stateFolder(), file), "utf8"),
      ),
  };
}

const byAnswers =
  (answers: Answers): Person =>
  (address) =>
    signInOn(address, answers);

function stateWithRoles(): State {
  const state = seedState();
  const records = {
    [idIn(state, administrator)]: { directoryRoles: ["Global Administrator"] },
    [idIn(state, operator)]: {
      directoryRoles: ["User Administrator"],
      roleGroups: ["Recipient Management"],
    },
  };
  return { ...state, entra: { ...state.entra, users: { ...state.entra?.users, ...records } } };
}

function idIn({ objects }: Readonly<State>, name: string): string {
  const object = objects.find((one) => one["UserPrincipalName"] === name);
  return String(object?.["ExternalDirectoryObjectId"]);
}

/** An administrator who accepts. */
export const accepts: Answers = [
  { account: administrator },
  { account: administrator, decision: "accept" },
];
export const signsIn = (account: string): Answers => [{ account }];

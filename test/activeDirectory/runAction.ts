/** Runs a built action of Active Directory with a form of the suite's controller. */
import { expect, inject } from "vitest";
import {
  createAnswer,
  deleteAnswer,
  grantPermissionAnswer,
  importPermissionAnswer,
  permissionsAnswer,
  revokePermissionAnswer,
  disableAnswer,
  enableAnswer,
  importAnswer,
  uniquenessCheckAnswer,
  updateAnswer,
} from "../generated/answers.ts";
import { readAs, type Contract } from "../../lib/host/schemaContract.ts";
import { runBundle } from "../../tools/cli/run.ts";
import type { AnyAnswer, Bench } from "../bench.ts";
import { actionIn, asDeclared } from "../declared.ts";
import { runInProcess, type InProcessOptions } from "../inProcess.ts";
import type { Samba } from "./samba.ts";
import { baseDn, serviceAccount } from "./sambaContent.ts";

const contracts = {
  create: createAnswer,
  update: updateAnswer,
  enable: enableAnswer,
  disable: disableAnswer,
  delete: deleteAnswer,
  uniquenessCheck: uniquenessCheckAnswer,
  import: importAnswer,
  permissions: permissionsAnswer,
  grantPermission: grantPermissionAnswer,
  revokePermission: revokePermissionAnswer,
  importPermission: importPermissionAnswer,
} as const satisfies Readonly<Record<string, Contract<unknown>>>;

/** An action by its path, or an account action by its verb. */
const accountVerbs = [
  "create",
  "update",
  "enable",
  "disable",
  "delete",
  "uniquenessCheck",
  "import",
];

export interface RunOptions {
  /** The reference of the account. */
  id?: string;
  /** The fields with their values. */
  data?: object;
  /** Those that are mapped for the event, if others are shown as well. */
  mapped?: object;
  dryRun?: boolean;
  form?: object;
  env?: Record<string, string>;
  /** Members of the actionContext. */
  more?: object;
  manager?: string;
  /** The reference of the permission. */
  permission?: object;
}

export interface Ended {
  answer: AnyAnswer;
  messages: string[];
  records: unknown[];
  code: number | null;
  all: string;
}

function bundleOf(action: string): string {
  return accountVerbs.includes(action) ? `lifecycle/hybrid/${action}` : action;
}

/** The event for an action, with a form of the suite's controller. */
function eventFor(
  samba: Samba,
  action: string,
  {
    id,
    data = {},
    mapped = data,
    dryRun = false,
    form = {},
    more = {},
    manager,
    permission,
  }: RunOptions,
): object {
  return {
    actionContext: {
      Configuration: {
        Organization: "contoso.onmicrosoft.com",
        TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
        AppId: "c11e4700-0000-4000-8000-00000000c0de",
        AppSecret: "not-used",
        Host: samba.address,
        ServerName: "dc1.example.test",
        BaseDN: baseDn,
        Username: serviceAccount.userPrincipalName,
        Password: serviceAccount.password,
        CertificateAuthorityFile: samba.authorityFile,
        ...form,
      },
      DryRun: dryRun,
      Operation: action.split("/").at(-1),
      Origin: "enforcement",
      References: {
        ...(id !== undefined && { Account: id }),
        ...(manager !== undefined && { ManagerAccount: manager }),
        ...(permission !== undefined && { Permission: permission }),
      },
      Data: mapped,
      ...more,
    },
    outputContext: { Data: data },
    personContext: { Person: { DisplayName: "Person" } },
  };
}

/**
 * Runs an account action, or another one by its path, with the emulated cloud, in this process: the actions themselves
 * are the same. Nothing is sent there that the action does not declare.
 */
export async function runWithCloud(
  samba: Samba,
  verb: string,
  { running, emulator }: Bench,
  { form, ...options }: RunOptions,
  inProcess: InProcessOptions = {},
): Promise<Omit<Ended, "records">> {
  const { tenantId, clientId, clientSecret, env } = running;
  const event = eventFor(samba, verb, {
    ...options,
    form: {
      TenantID: tenantId,
      AppId: clientId,
      AppSecret: clientSecret,
      exchangeOnlineIntegration: true,
      ...form,
    },
  });
  const action = await actionIn(bundleOf(verb));
  const ended = await asDeclared(action, emulator, () =>
    runInProcess(action, event, env, inProcess),
  );
  const contract = contracts[verb.split("/").at(-1) as keyof typeof contracts];
  const answer = readAs<AnyAnswer>(contract, ended.answer);
  const messages = answer.outputContext.AuditLogs.map(({ Message }) => Message);
  const all = JSON.stringify(ended);
  expect(all).not.toContain(serviceAccount.password);
  return { answer, messages, code: ended.code, all };
}

/** Runs an action that a relay ends, and does not ask for its answer. */
export async function runEnded(
  samba: Samba,
  action: string,
  options: RunOptions,
  started: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<void> {
  await runBundle(bundleOf(action), eventFor(samba, action, options), {
    dist: inject("dist"),
    env: options.env ?? {},
    started,
  });
}

/** The event's answer, read by its schema. The password of the connector is nowhere in what the process wrote. */
export async function runAction(samba: Samba, action: string, options: RunOptions): Promise<Ended> {
  const verb = action.split("/").at(-1) ?? "";
  const { env = {} } = options;
  const event = eventFor(samba, action, options);
  const ended = await runBundle(bundleOf(action), event, { dist: inject("dist"), env });
  const answer = readAs<AnyAnswer>(contracts[verb as keyof typeof contracts], ended.answer);
  const messages = answer.outputContext.AuditLogs.map(({ Message }) => Message);
  const all = JSON.stringify(ended);
  expect(all).not.toContain(serviceAccount.password);
  return { answer, messages, records: ended.records, code: ended.code, all };
}
